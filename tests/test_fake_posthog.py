"""The fake of PostHog bites where a PostHog does; its envelopes are held against the recorded ones."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession

from conftest import SHARED
from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.posthog.content import RIDER_APP, WEBSHOP
from dashgraph.app.fakes.posthog.server import PostHogFake

RECORDED = SHARED / "recordings" / "posthog" / "drf-exceptions-hog"
KEY = {"Authorization": f"Bearer {PostHogFake.TOKEN}"}
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
BOARDS = f"/api/projects/{WEBSHOP}/dashboards"


class Asked:
    """A fake that is being served, and how to ask it."""

    def __init__(self, fake, session, address):
        self.fake, self.session, self.address = fake, session, address

    async def __call__(self, method, path, body=None, headers=KEY, **query):
        async with self.session.request(
            method, self.address + path, json=body, params=query, headers=headers, allow_redirects=False
        ) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else text

    def board(self, name):
        return next(row for row in self.fake.instance.dashboards.values() if row["name"] == name)

    def key_of(self, start):
        user = next(one for one, row in self.fake.instance.users.items() if row["email"].startswith(start))
        self.fake.keys[f"phx_{start}"] = user
        return {"Authorization": f"Bearer phx_{start}"}


@pytest.fixture
async def asked():
    async with served(PostHogFake(now=lambda: NOW)) as found:
        yield found


@asynccontextmanager
async def served(fake):
    async with fake.serving() as address, ClientSession() as session:
        yield Asked(fake, session, address)


def recorded(name):
    if not RECORDED.exists():
        pytest.skip("there is no ../shared with recordings beside this checkout")
    return json.loads((RECORDED / f"{name}.json").read_text())["response"]


@pytest.mark.parametrize(
    ("name", "method", "path", "body", "headers"),
    [
        ("err-no-auth", "GET", BOARDS, None, {}),
        ("err-bad-key", "GET", BOARDS, None, {"Authorization": "Bearer phx_wrong"}),
        ("err-404", "GET", f"{BOARDS}/99", None, KEY),
        ("err-404-not-int", "GET", f"{BOARDS}/abc", None, KEY),
        ("err-delete-405", "DELETE", f"{BOARDS}/1001", None, KEY),
        ("err-nested", "PATCH", f"{BOARDS}/1001", {"tiles": ["x"]}, KEY),
        ("err-unique", "POST", "/api/organizations/@current/roles", {"name": "growth"}, KEY),
        ("err-required", "POST", "/api/organizations/@current/roles", {}, KEY),
    ],
)
async def test_errors_look_like_the_recorded_ones(asked, name, method, path, body, headers):
    wanted = recorded(name)

    status, answer = await asked(method, path, body, headers)

    assert status == wanted["status"]
    assert answer.keys() == wanted["json"].keys()
    told = ("type", "code", "attr")
    assert [answer[key] for key in told] == [wanted["json"][key] for key in told]


async def test_pages_look_like_the_recorded_ones(asked):
    wanted = recorded("list-page")["json"]

    _, first = await asked("GET", BOARDS, limit=2)
    _, beyond = await asked("GET", BOARDS, limit=2, offset=50)
    _, careless = await asked("GET", BOARDS, limit="abc")

    assert first.keys() == wanted.keys()
    assert (first["count"], len(first["results"]), first["previous"]) == (14, 2, None)
    assert first["next"].endswith(f"{BOARDS}?limit=2&offset=2")
    assert beyond["previous"].endswith("?limit=2&offset=48")
    assert (beyond["next"], beyond["results"]) == (None, [])
    assert len(careless["results"]) == 14


async def test_links_to_the_next_page_name_a_host_that_is_not_ours(asked):
    _, page = await asked("GET", BOARDS, limit=1)

    assert page["next"].startswith("http://")
    assert not page["next"].startswith(asked.address)


async def test_a_list_has_no_tiles_puts_pinned_ones_first_and_hides_unlisted_ones(asked):
    _, page = await asked("GET", BOARDS)
    _, unlisted = await asked("GET", BOARDS, creation_mode="unlisted")

    names = [one["name"] for one in page["results"]]
    assert names == ["Shop at a glance", *sorted(names[1:])]
    assert all("tiles" not in one and "filters" not in one for one in page["results"])
    assert [one["name"] for one in unlisted["results"]] == ["Scratch for a notebook"]


async def test_a_search_is_at_most_200_characters(asked):
    found = await asked("GET", BOARDS, search="FUNNEL")
    refused = await asked("GET", BOARDS, search="x" * 201)

    assert [one["name"] for one in found[1]["results"]] == ["Checkout funnel"]
    assert (refused[0], refused[1]["attr"]) == (400, "search")


async def test_reading_one_writes_when_it_was_read_and_works_its_charts_out(asked):
    _, before = await asked("GET", BOARDS, search="Checkout funnel")
    path = f"{BOARDS}/{before['results'][0]['id']}"

    await asked("GET", path, refresh="force_cache")
    assert asked.fake.instance.computed == 0
    _, read = await asked("GET", path)

    assert before["results"][0]["last_accessed_at"] is None
    assert read["last_accessed_at"] == "2026-06-15T12:00:00Z"
    assert asked.fake.instance.computed == 3


async def test_deleting_is_a_change_that_can_be_taken_back(asked):
    path = f"{BOARDS}/{asked.board('Newsletter')['id']}"

    _, deleted = await asked("PATCH", path, {"deleted": True})
    gone = [(await asked(method, path, {"name": "x"}))[0] for method in ("GET", "PATCH")]
    status, restored = await asked("PATCH", path, {"deleted": False})

    assert (deleted["deleted"], deleted["tiles"]) == (True, [])
    assert gone == [404, 404]
    assert (status, len(restored["tiles"])) == (200, 4)


async def test_charts_go_with_a_dashboard_only_when_asked_and_on_no_other(asked):
    board = asked.board("Newsletter")
    chart, *_ = [tile["insight"] for tile in asked.fake.instance.tiles_of(board["id"]) if tile["insight"]]
    _, copy = await asked("POST", BOARDS, {"name": "Again", "use_dashboard": board["id"]})

    await asked("PATCH", f"{BOARDS}/{board['id']}", {"deleted": True, "delete_insights": True})
    kept, _ = await asked("GET", f"/api/projects/{WEBSHOP}/insights/{chart}")
    await asked("PATCH", f"{BOARDS}/{copy['id']}", {"deleted": True, "delete_insights": True})
    gone, _ = await asked("GET", f"/api/projects/{WEBSHOP}/insights/{chart}")

    assert (kept, gone) == (200, 404)


async def test_filters_cannot_be_cleared(asked):
    path = f"{BOARDS}/{asked.board('Newsletter')['id']}"

    await asked("PATCH", path, {"filters": {"date_from": "-7d"}})
    status, after = await asked("PATCH", path, {"filters": {}})

    assert (status, after["filters"]) == (200, {"date_from": "-7d"})


async def test_tiles_that_are_not_named_stay_and_texts_without_an_id_come_again(asked):
    path = f"{BOARDS}/{asked.board('Newsletter')['id']}"
    text = {"tiles": [{"text": {"body": "Hello"}}, {"id": 7, "color": "blue"}]}

    _, once = await asked("PATCH", path, text)
    _, twice = await asked("PATCH", path, text)

    assert [len(once["tiles"]), len(twice["tiles"])] == [5, 6]


async def test_a_copy_shows_the_same_charts_unless_they_are_asked_for_too(asked):
    board = asked.board("Checkout funnel")

    def charts(answer):
        return {tile["insight"]["id"] for tile in answer["tiles"]}

    _, original = await asked("GET", f"{BOARDS}/{board['id']}")
    status, light = await asked("POST", BOARDS, {"name": "Light", "use_dashboard": board["id"]})
    _, deep = await asked("POST", BOARDS, {"name": "Deep", "use_dashboard": board["id"], "duplicate_tiles": True})
    both, _ = await asked("POST", BOARDS, {"use_dashboard": board["id"], "use_template": "LAUNCH_WATCH"})

    assert status == 201
    assert charts(light) == charts(original)
    assert charts(deep).isdisjoint(charts(original))
    assert both == 400


async def test_moving_a_tile_answers_the_dashboard_that_it_left(asked):
    source, goal = (asked.board(name)["id"] for name in ("Newsletter", "Accessories"))
    tile = asked.fake.instance.tiles_of(source)[1]

    said = {"to_dashboard": goal, "tile": {"id": tile["id"]}}
    status, left = await asked("PATCH", f"{BOARDS}/{source}/move_tile", said)
    again, _ = await asked("PATCH", f"{BOARDS}/{source}/move_tile", said)
    wrong, error = await asked("PATCH", f"{BOARDS}/{source}/move_tile", {"name": "x"})

    assert (status, left["id"], len(left["tiles"])) == (200, source, 3)
    assert again == 404
    assert (wrong, error["attr"]) == (400, "to_dashboard")


async def test_the_list_of_dashboards_of_a_chart_is_the_whole_truth(asked):
    source, goal = (asked.board(name)["id"] for name in ("Newsletter", "Accessories"))
    chart = asked.fake.instance.tiles_of(source)[1]["insight"]

    _, after = await asked("PATCH", f"/api/projects/{WEBSHOP}/insights/{chart}", {"dashboards": [goal]})

    assert after["dashboards"] == [goal]
    assert chart not in {tile["insight"] for tile in asked.fake.instance.tiles_of(source)}


async def test_collaborators_need_the_old_restriction_and_can_only_edit(asked):
    board = asked.board("Newsletter")
    path = f"{BOARDS}/{board['id']}"
    mateo = asked.key_of("mateo")
    user = asked.fake.keys["phx_mateo"]

    open_to_all, _ = await asked("POST", f"{path}/collaborators/", {"user_uuid": user, "level": 37})
    not_his, _ = await asked("PATCH", path, {"restriction_level": 37}, mateo)
    await asked("PATCH", path, {"restriction_level": 37})
    view, _ = await asked("POST", f"{path}/collaborators/", {"user_uuid": user, "level": 21})
    before, _ = await asked("PATCH", path, {"name": "His"}, mateo)
    added, _ = await asked("POST", f"{path}/collaborators/", {"user_uuid": user, "level": 37})
    twice, _ = await asked("POST", f"{path}/collaborators/", {"user_uuid": user, "level": 37})
    after, _ = await asked("PATCH", path, {"name": "His"}, mateo)
    _, listed = await asked("GET", f"{path}/collaborators/")
    changed, _ = await asked("PATCH", f"{path}/collaborators/{user}/", {"level": 37})
    removed, _ = await asked("DELETE", f"{path}/collaborators/{user}/")

    assert [open_to_all, not_his, view, before, added, twice, after] == [400, 403, 400, 403, 201, 400, 200]
    assert [row["user"]["uuid"] for row in listed] == [user]
    assert [changed, removed] == [405, 204]


async def test_an_access_control_without_a_level_is_removed(asked):
    path = f"{BOARDS}/{asked.board('Newsletter')['id']}/access_controls/"
    role = next(iter(asked.fake.instance.roles))

    put, row = await asked("PUT", path, {"access_level": "editor", "role": role})
    _, held = await asked("GET", path)
    gone, _ = await asked("PUT", path, {"access_level": None, "role": role})
    _, after = await asked("GET", path)

    assert (put, row["access_level"], row["organization_member"]) == (200, "editor", None)
    assert [len(held["access_controls"]), len(after["access_controls"])] == [1, 0]
    assert gone == 204


async def test_what_an_access_control_closes_is_not_listed(asked):
    chloe, mateo = asked.key_of("chloe"), asked.key_of("mateo")

    counts = [(await asked("GET", BOARDS, headers=key, search="Prices"))[1]["count"] for key in (chloe, mateo)]
    forbidden, error = await asked("GET", f"{BOARDS}/{asked.board('Prices under test')['id']}", headers=chloe)

    assert counts == [0, 1]
    assert (forbidden, error["type"], error["code"]) == (403, "authentication_error", "permission_denied")


async def test_the_link_has_another_token_each_time_until_it_is_turned_on(asked):
    path = f"{BOARDS}/{asked.board('Newsletter')['id']}/sharing"

    unsaved = {(await asked("GET", path))[1]["access_token"] for _ in range(2)}
    _, on = await asked("PATCH", path, {"enabled": True})
    _, seen = await asked("GET", path)
    await asked("PATCH", path, {"enabled": False})
    _, again = await asked("PATCH", path, {"enabled": True})
    _, rotated = await asked("POST", f"{path}/refresh/")

    assert len(unsaved) == 2
    assert seen["access_token"] == on["access_token"]
    assert len({on["access_token"], again["access_token"], rotated["access_token"]}) == 3


async def test_a_password_is_told_once_and_only_where_passwords_are_asked_for(asked):
    path = f"{BOARDS}/{asked.board('Newsletter')['id']}/sharing"

    early, error = await asked("POST", f"{path}/passwords/", {"note": "for Ida"})
    await asked("PATCH", path, {"enabled": True, "password_required": True})
    short, _ = await asked("POST", f"{path}/passwords/", {"raw_password": "short"})
    status, made = await asked("POST", f"{path}/passwords/", {"note": "for Ida"})
    _, seen = await asked("GET", path)
    removed, _ = await asked("DELETE", f"{path}/passwords/{made['id']}/")

    assert (early, list(error)) == (400, ["error"])
    assert (short, status, removed) == (400, 201, 204)
    assert made["password"]
    assert [row.keys() & {"password", "raw_password"} for row in seen["share_passwords"]] == [set()]


async def test_tiles_are_streamed_after_a_head_that_has_the_first_two(asked):
    board = asked.board("Shop at a glance")
    failing = asked.fake.instance.tiles_of(board["id"])[4]["id"]
    asked.fake.instance.failing.add(failing)

    _, text = await asked("GET", f"{BOARDS}/{board['id']}/stream_tiles")

    events = [json.loads(line.removeprefix("data: ")) for line in text.split("\n\n") if line]
    assert [event["type"] for event in events] == ["metadata", "tile", "tile", "error", "complete"]
    assert len(events[0]["dashboard"]["tiles"]) == 2
    assert [event.get("order") for event in events[1:3]] == [2, 3]
    assert events[3]["tile_id"] == failing


async def test_a_template_that_fails_half_way_leaves_nothing(asked):
    tiles = [{"type": "INSIGHT", "name": "One", "query": {}}, {"type": "NONE"}]
    path = f"{BOARDS}/create_from_template_json"
    before = len(asked.fake.instance.dashboards)

    made, board = await asked("POST", path, {"template": {"template_name": "Fine", "tiles": tiles[:1]}})
    failed, _ = await asked("POST", path, {"template": {"template_name": "Bad", "tiles": tiles}})

    assert (made, board["name"], len(board["tiles"])) == (200, "Fine", 1)
    assert failed == 400
    assert len(asked.fake.instance.dashboards) == before + 1


async def test_projects_are_environments_too_and_members_have_addresses(asked):
    _, projects = await asked("GET", "/api/projects/")
    status, _ = await asked("GET", f"/api/environments/{RIDER_APP}/dashboards/")
    _, members = await asked("GET", f"/api/organizations/{projects['results'][0]['organization']}/members/")

    assert [one["id"] for one in projects["results"]] == [WEBSHOP, RIDER_APP]
    assert status == 200
    assert members["count"] == 13
    unverified = [one["user"]["email"] for one in members["results"] if not one["user"]["is_email_verified"]]
    assert unverified == ["ida.fjeld@northbeam.example"]


async def test_a_key_without_the_scope_is_refused_and_pages_answer_outside_of_the_api(asked):
    asked.fake.scopes = frozenset({"dashboard:read"})

    listed, _ = await asked("GET", BOARDS)
    created, error = await asked("POST", BOARDS, {"name": "x"})
    page = await asked("GET", "/wrong/api/projects")
    nowhere, _ = await asked("GET", "/api/nowhere")

    assert (listed, created, error["code"]) == (200, 403, "permission_denied")
    assert page[0] == 200
    assert page[1].startswith("<!doctype html>")
    assert nowhere == 404


async def test_the_switchboard_replays_pages_and_makes_lists_shrink():
    async with served(PostHogFake(filled=False, now=lambda: NOW)) as asked:
        asked.fake.fill(30)
        asked.fake.board.switch_on(Wrong.REPLAY, "offset=10", times=1)

        _, first = await asked("GET", BOARDS, limit=10)
        _, replayed = await asked("GET", BOARDS, limit=10, offset=10)
        _, right = await asked("GET", BOARDS, limit=10, offset=10)

        assert replayed["results"] == first["results"]
        assert right["results"][0]["name"] == "Dashboard 00010"
