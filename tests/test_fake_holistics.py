"""The fake Holistics bites where the real one does."""

from email.utils import parsedate_to_datetime
from io import BytesIO

import aiohttp
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from dashgraph.app.fakes.holistics.company import ANALYST_KEY, large
from dashgraph.app.fakes.holistics.fake import WINDOW, HolisticsFake, Level
from dashgraph.app.fakes.kit import Wrong


class Upstream:
    """A fake that is being served, and somebody who asks it."""

    def __init__(self, fake, session, address):
        self.fake, self.session, self.address = fake, session, address

    async def ask(self, method, path, body=None, *, key=HolisticsFake.TOKEN, **query):
        headers = {} if key is None else {"X-Holistics-Key": key}
        address = f"{self.address}/api/v2{path}"
        params = [
            (name, one) for name, value in query.items() for one in (value if isinstance(value, list) else [value])
        ]
        async with self.session.request(
            method, address, params=params, json=body, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.json(content_type=None) if answer.status != 302 else {}, answer.headers

    async def get(self, path, **query):
        status, body, _ = await self.ask("GET", path, **query)
        assert status == 200, body
        return body

    async def refused(self, method, path, body=None, **query):
        status, told, _ = await self.ask(method, path, body, **query)
        return status, told.get("type")


@pytest.fixture
async def upstream():
    fake = HolisticsFake()
    async with fake.serving() as address, aiohttp.ClientSession() as session:
        yield Upstream(fake, session, address)


async def test_only_the_header_with_a_valid_key_opens_it(upstream):
    assert await upstream.refused("GET", "/users/me", key=None) == (401, "AuthError")
    assert await upstream.refused("GET", "/users/me", key="another") == (401, "AuthError")
    assert (await upstream.get("/users/me"))["user"]["email"] == "nora@tallgrass.example"

    upstream.fake.tenant.users[2]["allow_authentication_token"] = False

    assert await upstream.refused("GET", "/users/me", key=ANALYST_KEY) == (401, "AuthError")


async def test_what_is_refused_has_a_type_and_a_message(upstream):
    assert await upstream.refused("GET", "/nothing") == (404, "BaseError")
    assert await upstream.refused("GET", "/dashboards/999") == (404, "BaseError")
    assert await upstream.refused("POST", "/users/me") == (404, "BaseError")
    assert await upstream.refused("GET", "/dashboards", limit=101) == (400, "InvalidParameterError")
    assert await upstream.refused("GET", "/dashboards", sort="title_asc") == (400, "InvalidParameterError")
    assert await upstream.refused("GET", "/dashboards", after="what") == (400, "InvalidParameterError")
    assert await upstream.refused("POST", "/groups", {"name": "Bare"}) == (400, "InvalidParameterError")
    assert await upstream.refused("DELETE", "/dashboards/316") == (422, "InvalidOperationError")
    assert await upstream.refused("DELETE", "/users/3", key=ANALYST_KEY) == (403, "PermissionDeniedError")


async def test_cursors_lead_through_a_list_and_back(upstream):
    first = await upstream.get("/dashboards", limit=10)
    second = await upstream.get("/dashboards", limit=10, after=first["cursors"]["next"])
    third = await upstream.get("/dashboards", limit=10, after=second["cursors"]["next"])
    back = await upstream.get("/dashboards", limit=10, before=second["cursors"]["previous"])

    seen = [row["id"] for page in (first, second, third) for row in page["dashboards"]]
    assert len(seen) == len(set(seen)) == 22
    assert [len(page["dashboards"]) for page in (first, second, third)] == [10, 10, 2]
    assert first["cursors"]["previous"] is None
    assert third["cursors"]["next"] is None
    assert back["dashboards"] == first["dashboards"]
    assert len((await upstream.get("/dashboards"))["dashboards"]) == 20


async def test_a_cursor_outlives_the_row_it_came_from_and_no_other_order(upstream):
    first = await upstream.get("/dashboards", limit=3, sort="id_desc")
    await upstream.ask("DELETE", f"/dashboards/{first['dashboards'][-1]['id']}")
    second = await upstream.get("/dashboards", limit=3, sort="id_desc", after=first["cursors"]["next"])

    assert [row["id"] for row in second["dashboards"]] == [319, 318, 317]
    after = first["cursors"]["next"]
    assert await upstream.refused("GET", "/dashboards", sort="id_asc", after=after) == (400, "InvalidParameterError")


async def test_a_replayed_page_repeats_its_cursor(upstream):
    first = await upstream.get("/dashboards", limit=5)
    upstream.fake.board.switch_on(Wrong.REPLAY, on="GET /api/v2/dashboards")

    assert await upstream.get("/dashboards", limit=5, after=first["cursors"]["next"]) == first


async def test_only_one_dashboard_at_a_time_shows_widgets_and_filters(upstream):
    listed = (await upstream.get("/dashboards", sort="id_asc"))["dashboards"][0]
    whole = (await upstream.get("/dashboards/301"))["dashboard"]

    assert set(whole) - set(listed) == {"widgets", "dynamic_filters"}
    assert [widget["id"] for widget in whole["widgets"]] == ["301-v1", "301-v2", "301-v3"]
    assert [widget["id"] for widget in (await upstream.get("/dashboards/302"))["dashboard"]["widgets"]] == [
        30201,
        30202,
    ]
    upstream.fake.whole_lists = True
    assert "widgets" in (await upstream.get("/dashboards"))["dashboards"][0]


async def test_a_widget_shows_more_when_asked(upstream):
    bare = (await upstream.get("/dashboard_widgets/301-v1"))["dashboard_widget"]
    whole = (
        await upstream.get(
            "/dashboard_widgets/301-v1", include_dashboard="true", include_report="true", include_url="true"
        )
    )["dashboard_widget"]

    assert set(whole) - set(bare) == {"dashboard", "query_report", "url"}
    assert whole["query_report"]["viz_setting"]["viz_type"] == "bar_chart"
    await upstream.ask("DELETE", "/dashboard_widgets/301-v1")
    assert await upstream.refused("GET", "/dashboard_widgets/301-v1") == (404, "BaseError")


async def test_there_is_no_single_user_and_arrays_need_brackets(upstream):
    assert await upstream.refused("GET", "/users/3") == (404, "BaseError")
    assert [user["id"] for user in (await upstream.get("/users", **{"ids[]": ["3", "5"]}))["users"]] == [3, 5]
    assert len((await upstream.get("/users", ids="3"))["users"]) == 14
    assert (await upstream.get("/users", **{"statuses[]": ["deleted", "pending"]}))["counters"]["total"] == 2
    assert (await upstream.get("/users", search_term="regional"))["counters"]["total"] == 2


async def test_the_list_of_users_leaves_fields_out(upstream):
    page = await upstream.get("/users", sort="id_asc")
    pending = next(user for user in page["users"] if not user["is_activated"])

    assert all("job_title" not in user for user in page["users"])
    assert "group_ids" not in pending
    assert page["groups"]["6"] == {"id": 6, "name": "Marketing"}
    assert 11 in (await upstream.get("/groups/6", include_users="true"))["group"]["user_ids"]
    assert "user_ids" not in (await upstream.get("/groups/6"))["group"]


async def test_an_update_answers_a_bare_user_and_replaces_groups(upstream):
    status, user, _ = await upstream.ask("PUT", "/users/4", {"user": {"group_ids": [6], "job_title": "Lead"}})

    assert (status, user["job_title"], "group_ids" in user) == (200, "Lead", False)
    assert upstream.fake.tenant.users[4]["group_ids"] == [6]
    status, told, _ = await upstream.ask("PUT", "/users/4", {"user": {"role": "boss"}})
    assert (status, told["record"]) == (422, {"role": ["is not included in the list"]})


async def test_deleted_users_stay_listed_until_they_are_restored(upstream):
    assert await upstream.refused("DELETE", "/users/1") == (422, "InvalidOperationError")
    assert await upstream.refused("POST", "/users/4/restore") == (422, "InvalidOperationError")

    status, told, _ = await upstream.ask("DELETE", "/users/4")

    assert (status, list(told)) == (200, ["message"])
    assert (await upstream.get("/users", **{"ids[]": "4"}))["users"][0]["is_deleted"]
    assert (await upstream.get("/users", **{"ids[]": "4", "exclude_deleted": "true"}))["users"] == []
    await upstream.ask("POST", "/users/4/restore")
    assert not upstream.fake.tenant.users[4]["is_deleted"]


async def test_an_invitation_takes_all_addresses_or_none_and_a_while(upstream):
    wish = {"emails": ["nora@tallgrass.example", "what"], "role": "user"}
    status, told, _ = await upstream.ask("POST", "/users/invite", wish)
    assert (status, told["type"]) == (422, "InvalidEmailsInvitationError")
    assert told["data"] == [
        {"email": "nora@tallgrass.example", "reason": "is already taken"},
        {"email": "what", "reason": "is invalid"},
    ]

    status, told, _ = await upstream.ask("POST", "/users/invite", {"emails": ["new@tallgrass.example"], "role": "user"})
    assert (status, told["job"]["status"]) == (200, "created")
    found = [(await upstream.get("/users", search_term="new@"))["counters"]["total"] for _ in range(2)]
    assert found == [0, 1]


async def test_members_come_and_go_by_post(upstream):
    assert await upstream.refused("DELETE", "/groups/6/remove_user/4") == (404, "BaseError")
    for _ in range(2):
        assert (await upstream.ask("POST", "/groups/6/add_user/4"))[0] == 200
    assert 4 in upstream.fake.tenant.members(6)
    await upstream.ask("POST", "/groups/6/remove_user/4")
    assert 4 not in upstream.fake.tenant.members(6)

    status, told, _ = await upstream.ask("POST", "/groups", {"group": {"name": "Sales"}})
    assert (status, told["group"]["name"]) == (201, "Sales")
    assert (await upstream.ask("DELETE", f"/groups/{told['group']['id']}"))[:2] == (
        200,
        {"message": "Group was deleted"},
    )


async def test_an_update_of_a_schedule_is_the_whole_schedule(upstream):
    before = (await upstream.get("/data_schedules/501"))["data_schedule"]
    some = {"source_type": "Dashboard", "source_id": 301, "schedule": before["schedule"]}
    assert await upstream.refused("PUT", "/data_schedules/501", {"data_schedule": some}) == (
        400,
        "InvalidParameterError",
    )

    await upstream.ask("PUT", "/data_schedules/501", {"data_schedule": {**some, "dest": before["dest"]}})

    after = (await upstream.get("/data_schedules/501"))["data_schedule"]
    assert (len(before["dynamic_filter_presets"]), after["dynamic_filter_presets"]) == (1, [])
    assert after["schedule"] == before["schedule"]


async def test_schedules_are_made_with_an_id_of_ones_own_and_narrowed(upstream):
    row = (await upstream.get("/data_schedules/503"))["data_schedule"]
    wish = {**row, "id": 7007, "schedule": {"repeat": "* * * * *", "paused": True}}
    assert (await upstream.ask("POST", "/data_schedules", {"data_schedule": wish}))[0] == 201
    assert await upstream.refused("POST", "/data_schedules", {"data_schedule": wish}) == (422, "RecordError")
    late = {**wish, "id": None, "schedule": {"repeat": "daily", "paused": True}}
    assert await upstream.refused("POST", "/data_schedules", {"data_schedule": late}) == (422, "RecordError")

    found = await upstream.get("/data_schedules", source_type="Dashboard", source_id=313, dest_type="SlackDest")

    assert [one["id"] for one in found["data_schedules"]] == [503, 7007]


async def test_schedules_of_a_deleted_dashboard_stay_archived(upstream):
    await upstream.ask("DELETE", "/dashboards/301")

    schedule = (await upstream.get("/data_schedules/501"))["data_schedule"]

    assert schedule["schedule"] == {"repeat": "30 7 * * 1", "paused": True, "is_archived": True}


async def test_alerts_need_presets_and_know_both_sorts_of_widget(upstream):
    row = (await upstream.get("/data_alerts/601"))["data_alert"]
    assert (row["source_type"], row["source_id"]) == ("VizBlock", "312-v1")
    bare = {name: value for name, value in row.items() if name not in {"id", "dynamic_filter_presets"}}

    assert await upstream.refused("POST", "/data_alerts", {"data_alert": bare}) == (400, "InvalidParameterError")
    assert (await upstream.ask("POST", "/data_alerts", {"data_alert": {**bare, "dynamic_filter_presets": []}}))[
        0
    ] == 201
    assert [one["id"] for one in (await upstream.get("/data_alerts", search_term="stock"))["data_alerts"]] == [603]


async def test_jobs_are_known_by_id_only_and_end(upstream):
    assert await upstream.refused("GET", "/jobs") == (400, "InvalidParameterError")
    assert await upstream.refused("GET", "/jobs", ids=1) == (400, "InvalidParameterError")
    _, told, _ = await upstream.ask("POST", "/data_schedules/501/submit_execute")
    _, twin, _ = await upstream.ask("POST", "/data_schedules/501/submit_execute")
    one = told["job"]["id"]
    assert twin["job"] == {"id": twin["job"]["id"], "status": "already_existed", "existing_job_id": one}

    ended = await upstream.get("/jobs", **{"ids[]": [one, 5], "include_source": "true"})

    assert [(job["status"], job["source"]["type"]) for job in ended["jobs"]] == [("success", "DataSchedule")]
    assert [line["level"] for line in (await upstream.get(f"/jobs/{one}/logs"))["job_logs"]] == ["INFO", "INFO"]
    assert (await upstream.get(f"/jobs/{one}/result"))["status"] == "success"


async def test_a_job_fails_with_a_reason(upstream):
    upstream.fake.tenant.failures.append("The mail server is full")
    _, told, _ = await upstream.ask("POST", "/data_alerts/601/submit_execute")
    await upstream.get("/users/me")

    job = (await upstream.get(f"/jobs/{told['job']['id']}"))["job"]

    assert (job["status"], job["last_error_log"]) == ("failure", "The mail server is full")


@pytest.mark.parametrize("output", ["csv", "xlsx", "pdf"])
async def test_an_export_is_fetched_from_another_host(upstream, output):
    assert await upstream.refused("POST", "/dashboard_widgets/30201/submit_export", {"output": "excel"}) == (
        400, "InvalidParameterError",
    )  # fmt: skip
    _, told, _ = await upstream.ask("POST", "/dashboard_widgets/30201/submit_export", {"output": output})
    one = told["job"]["id"]
    assert await upstream.refused("GET", "/exports/download", job_id=one) == (422, "InvalidOperationError")
    await upstream.get(f"/jobs/{one}")

    status, _, headers = await upstream.ask("GET", "/exports/download", job_id=one)
    async with upstream.session.get(headers["Location"]) as answer:
        content = await answer.read()

    assert (status, headers["Location"].startswith("http://localhost:")) == (302, True)
    assert not upstream.fake.leaked
    match output:
        case "csv":
            assert content.startswith(b"Month,Amount\r\n")
        case "xlsx":
            assert load_workbook(BytesIO(content)).active["B2"].value == "1204"
        case "pdf":
            assert "Orders per hour" in PdfReader(BytesIO(content)).pages[0].extract_text()


async def test_quotas_are_counted_for_each_user_and_endpoint():
    now = [1_700_000_000.0]
    fake = HolisticsFake(quotas={Level.ANY: 2, Level.HEAVY: 1, Level.SERVER: 1}, clock=lambda: now[0])
    async with fake.serving() as address, aiohttp.ClientSession() as session:
        upstream = Upstream(fake, session, address)
        left = [(await upstream.ask("GET", "/groups"))[2]["RateLimit-Remaining"] for _ in range(2)]
        status, told, headers = await upstream.ask("GET", "/groups")

        assert (left, status, told["type"]) == (["1", "0"], 429, "RateLimitExceedError")
        assert (
            parsedate_to_datetime(headers["Retry-After"]).timestamp() == int(headers["RateLimit-Reset"]) == now[0] + 60
        )
        assert (await upstream.ask("GET", "/groups/1"))[0] == 200
        assert (await upstream.ask("GET", "/groups", key=ANALYST_KEY))[0] == 200
        now[0] += WINDOW
        assert (await upstream.ask("GET", "/groups"))[0] == 200


async def test_a_tenant_of_any_size_can_be_made():
    fake = HolisticsFake(large(1000), quotas=None)
    async with fake.serving() as address, aiohttp.ClientSession() as session:
        upstream = Upstream(fake, session, address)
        page = await upstream.get("/dashboards", limit=100)

        assert (len(page["dashboards"]), len(fake.tenant.dashboards), len(fake.tenant.users)) == (100, 1000, 200)
        assert (await upstream.ask("GET", "/dashboards"))[2].get("RateLimit-Limit") is None
