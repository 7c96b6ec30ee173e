"""The made-up Lightdash answers as the recorded one does: same call, same status, same shape."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from conftest import SHARED
from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.lightdash.fake import LightdashFake

RECORDINGS = SHARED / "recordings" / "lightdash"
NOBODY = "00000000-0000-4000-8000-000000000000"
DAILY = {"name": "Daily", "cron": "0 9 * * *", "format": "csv", "targets": [{"recipient": "a@b.example"}]}
MARKDOWN = {"type": "markdown", "x": 0, "y": 0, "w": 6, "h": 2, "properties": {"title": "a", "content": "b"}}


@dataclass(frozen=True)
class Said:
    status: int
    type: str | None
    body: Any

    @property
    def results(self) -> Any:
        return self.body["results"]

    @property
    def error(self) -> str:
        return self.body["error"]["name"]


class Server:
    """The fake, asked over HTTP; its content by name."""

    def __init__(self, fake: LightdashFake, http: aiohttp.ClientSession, address: str) -> None:
        self.fake, self.http, self.address = fake, http, address
        self.held = fake.held

    async def ask(self, method: str, path: str, body: Any = None, *, authorization: str | None = None) -> Said:
        shown = f"ApiKey {self.fake.TOKEN}" if authorization is None else authorization
        headers = {"Authorization": shown, "Content-Type": "application/json"}
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
        skip = ["Content-Type"] if data is None else []
        url = f"{self.address}/api/{path}"
        async with self.http.request(method, url, data=data, headers=headers, skip_auto_headers=skip) as answer:
            text = await answer.text()
            kind = answer.headers.get("Content-Type")
            return Said(answer.status, kind, json.loads(text) if kind and text else text)

    async def as_viewer(self, method: str, path: str, body: Any = None) -> Said:
        return await self.ask(method, path, body, authorization=f"ApiKey {self.fake.VIEWER_TOKEN}")

    def dashboard(self, name: str) -> str:
        return next(key for key, one in self.held.dashboards.items() if one["name"] == name)

    def space(self, name: str) -> str:
        return next(key for key, one in self.held.spaces.items() if one["name"] == name)

    def user(self, name: str) -> str:
        return next(key for key, one in self.held.users.items() if one["email"].startswith(name))

    @property
    def project(self) -> str:
        return next(iter(self.held.projects))

    @property
    def group(self) -> str:
        return next(iter(self.held.groups))

    @property
    def scheduler(self) -> str:
        """One that sends e-mail."""
        return list(self.held.schedulers)[1]

    @property
    def chart(self) -> str:
        return next(key for key, one in self.held.charts.items() if one["dashboardUuid"] is None)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    fake = LightdashFake()
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(fake.serving())
        yield Server(fake, await stack.enter_async_context(aiohttp.ClientSession()), address)


def path_of(server: Server, text: str) -> str:
    return text.format(
        project=server.project,
        dashboard=server.dashboard("Warranty claims"),
        tabbed=server.dashboard("Workshop today"),
        space=server.space("Board papers"),
        user=server.user("jurgen"),
        group=server.group,
        scheduler=server.scheduler,
        chart=server.chart,
        nobody=NOBODY,
    )


# The recording, and the call on the fake that is the same.
SAME: tuple[tuple[str, str, str, Any], ...] = (
    ("seeded/user", "GET", "v1/user", None),
    ("seeded/org", "GET", "v1/org", None),
    ("seeded/projects", "GET", "v1/org/projects", None),
    ("fresh/project", "GET", "v1/projects/{project}", None),
    ("seeded/org-users", "GET", "v1/org/users", None),
    ("seeded/org-users-paged", "GET", "v1/org/users?pageSize=1&page=1", None),
    ("seeded/org-users-groups", "GET", "v1/org/users?includeGroups=5", None),
    ("seeded/org-user", "GET", "v1/org/users/{user}", None),
    ("seeded/org-user-email", "GET", "v1/org/users/email/jurgen.attenberger@tallgrass.example", None),
    ("seeded/org-user-role", "PATCH", "v1/org/users/{user}", {"role": "interactive_viewer"}),
    ("seeded/err-org-user-role", "PATCH", "v1/org/users/{user}", {"role": "emperor"}),
    ("seeded/invite-create", "POST", "v1/invite-links", {"email": "x@y.example", "expiresAt": "2030-01-01T00:00:00Z"}),
    ("seeded/groups", "GET", "v1/org/groups", None),
    ("seeded/groups-paged-members", "GET", "v1/org/groups?includeMembers=10&pageSize=1&page=2", None),
    ("seeded/group-create", "POST", "v1/org/groups", {"name": "Analysts"}),
    ("seeded/err-group-duplicate", "POST", "v1/org/groups", {"name": "Finance"}),
    ("seeded/group-get", "GET", "v1/groups/{group}", None),
    ("seeded/group-get-members", "GET", "v1/groups/{group}?includeMembers=5", None),
    ("seeded/group-members", "GET", "v1/groups/{group}/members", None),
    ("seeded/group-rename", "PATCH", "v1/groups/{group}", {"name": "Leads"}),
    ("seeded/group-member-remove-absent", "DELETE", "v1/groups/{group}/members/{user}", None),
    ("seeded/group-delete", "DELETE", "v1/groups/{group}", None),
    ("seeded/err-group-404", "GET", "v1/groups/{nobody}", None),
    ("seeded/err-group-not-uuid", "GET", "v1/groups/not-a-uuid", None),
    ("seeded/group-project-access", "POST", "v1/groups/{group}/projects/{project}", {"role": "viewer"}),
    ("seeded/project-group-accesses-1", "GET", "v1/projects/{project}/groupAccesses", None),
    ("seeded/project-access-1", "GET", "v1/projects/{project}/access", None),
    ("seeded/project-access-grant", "POST", "v1/projects/{project}/access",
     {"email": "jurgen.attenberger@tallgrass.example", "role": "editor", "sendEmail": False}),
    ("seeded/spaces", "GET", "v1/projects/{project}/spaces", None),
    ("seeded/space-shared", "GET", "v1/projects/{project}/spaces/{space}", None),
    ("seeded/err-space-404", "GET", "v1/projects/{project}/spaces/{nobody}", None),
    ("seeded/space-create-private", "POST", "v1/projects/{project}/spaces", {"name": "Quiet", "isPrivate": True}),
    ("seeded/space-share-user", "POST", "v1/projects/{project}/spaces/{space}/share",
     {"userUuid": "{user}", "spaceRole": "editor"}),
    ("seeded/space-share-group", "POST", "v1/projects/{project}/spaces/{space}/group/share",
     {"groupUuid": "{group}", "spaceRole": "viewer"}),
    ("seeded/dashboards", "GET", "v1/projects/{project}/dashboards", None),
    ("seeded/err-project-404-dashboards", "GET", "v1/projects/{nobody}/dashboards", None),
    ("seeded/err-project-not-uuid", "GET", "v1/projects/not-a-uuid/dashboards", None),
    ("seeded/dashboard-1", "GET", "v1/dashboards/{dashboard}", None),
    ("fresh/dashboard-get-v2", "GET", "v2/projects/{project}/dashboards/{dashboard}", None),
    ("fresh/err-404-dashboard", "GET", "v1/dashboards/{nobody}", None),
    ("fresh/err-dashboard-not-uuid", "GET", "v1/dashboards/not-a-uuid", None),
    ("fresh/dashboard-create", "POST", "v1/projects/{project}/dashboards",
     {"name": "Empty", "tiles": [], "tabs": [], "spaceUuid": "{space}"}),
    ("fresh/err-create-no-name", "POST", "v1/projects/{project}/dashboards", {"tiles": []}),
    ("seeded/dashboard-duplicate", "POST", "v1/projects/{project}/dashboards?duplicateFrom={tabbed}",
     {"dashboardName": "Copy", "dashboardDesc": ""}),
    ("seeded/dashboards-bulk-patch", "PATCH", "v1/projects/{project}/dashboards",
     [{"uuid": "{dashboard}", "name": "bulk", "spaceUuid": "{space}"}]),
    ("seeded/dashboard-patch-unknown-key", "PATCH", "v1/dashboards/{dashboard}", {"bogus": 1}),
    ("seeded/err-patch-bad-json", "PATCH", "v1/dashboards/{dashboard}", b"{bad"),
    ("seeded/err-patch-bad-tile", "PATCH", "v1/dashboards/{dashboard}",
     {"tiles": [{**MARKDOWN, "type": "nonsense"}], "tabs": []}),
    ("seeded/dashboard-patch-tiles-without-tabs", "PATCH", "v1/dashboards/{dashboard}", {"tiles": [MARKDOWN]}),
    ("seeded/dashboard-delete", "DELETE", "v1/dashboards/{dashboard}", None),
    ("seeded/dashboard-history", "GET", "v1/dashboards/{dashboard}/history", None),
    ("seeded/dashboard-as-code", "GET", "v1/projects/{project}/dashboards/code?ids=workshop-today", None),
    ("seeded/content", "GET", "v2/content?projectUuids={project}&pageSize=3&page=1", None),
    ("fresh/content-page99", "GET", "v2/content?projectUuids={project}&pageSize=1&page=99", None),
    ("seeded/content-space", "GET", "v2/content?projectUuids={project}&pageSize=3&page=1&contentTypes=space", None),
    ("seeded/err-content-pagesize-abc", "GET", "v2/content?projectUuids={project}&pageSize=abc", None),
    ("seeded/err-content-type", "GET", "v2/content?projectUuids={project}&contentTypes=teapot", None),
    ("seeded/content-move", "POST", "v2/content/{project}/move",
     {"item": {"uuid": "{dashboard}", "contentType": "dashboard"},
      "action": {"type": "move", "targetSpaceUuid": "{space}"}}),
    ("seeded/charts", "GET", "v1/projects/{project}/charts", None),
    ("seeded/chart-summaries", "GET", "v1/projects/{project}/chart-summaries", None),
    ("seeded/chart-get", "GET", "v1/saved/{chart}", None),
    ("seeded/chart-patch", "PATCH", "v1/saved/{chart}", {"name": "Renamed"}),
    ("seeded/chart-delete", "DELETE", "v1/saved/{chart}", None),
    ("seeded/schedulers-list", "GET", "v1/schedulers/{project}/list", None),
    ("seeded/dashboard-schedulers", "GET", "v1/dashboards/{dashboard}/schedulers", None),
    ("seeded/scheduler-get", "GET", "v1/schedulers/{scheduler}", None),
    ("seeded/scheduler-create", "POST", "v1/dashboards/{dashboard}/schedulers", DAILY),
    ("seeded/err-scheduler-bad-cron", "POST", "v1/dashboards/{dashboard}/schedulers", {**DAILY, "cron": "nonsense"}),
    ("seeded/err-scheduler-too-often", "POST", "v1/dashboards/{dashboard}/schedulers", {**DAILY, "cron": "* * * * *"}),
    ("seeded/err-scheduler-bad-format", "POST", "v1/dashboards/{dashboard}/schedulers", {**DAILY, "format": "teapot"}),
    ("seeded/scheduler-update", "PATCH", "v1/schedulers/{scheduler}", DAILY),
    ("seeded/scheduler-disable", "PATCH", "v1/schedulers/{scheduler}/enabled", {"enabled": False}),
    ("seeded/scheduler-delete", "DELETE", "v1/schedulers/{scheduler}", None),
    ("seeded/err-scheduler-404", "GET", "v1/schedulers/{nobody}", None),
    ("seeded/err-404-method", "PUT", "v1/org/users", {}),
    ("fresh/err-404-unknown-route", "GET", "v1/nope", None),
)  # fmt: skip


@pytest.mark.parametrize(("recording", "method", "path", "body"), SAME, ids=[name for name, *_ in SAME])
async def test_the_same_call_has_the_same_status_and_shape_as_recorded(
    server: Server, recording: str, method: str, path: str, body: Any
) -> None:
    if not RECORDINGS.is_dir():
        pytest.skip("the recordings of Lightdash are not beside this repository")
    recorded = json.loads((RECORDINGS / f"{recording}.json").read_text())["response"]
    if isinstance(body, dict | list):
        body = filled(server, body)

    said = await server.ask(method, path_of(server, path), body)

    assert said.status == recorded["status"]
    assert same_type(said.type, recorded["headers"].get("content-type"))
    told = recorded["json"] if "json" in recorded else recorded["text"]
    assert list(differences("", told, said.body)) == []
    if said.status >= 400:
        assert said.error == told["error"]["name"]


def filled(server: Server, value: Any) -> Any:
    """The body with the names of things replaced by their uuids."""
    match value:
        case dict():
            return {key: filled(server, one) for key, one in value.items()}
        case list():
            return [filled(server, one) for one in value]
        case str() if value.startswith("{"):
            return path_of(server, value)
    return value


def same_type(one: str | None, other: str | None) -> bool:
    return (one or "").partition(";")[0] == (other or "").partition(";")[0]


FREE = {
    "abilityRules",
    "data",
    "dbtConnection",
    "warehouseConnection",
    "metricQuery",
    "chartConfig",
    "options",
    "filters",
}


def differences(place: str, recorded: Any, said: Any) -> Any:
    """Where two answers are not of one shape. null is of every shape, and so is an empty list."""
    match recorded, said:
        case dict(), dict():
            for key in sorted(set(recorded) ^ set(said)):
                yield f"{place}.{key}: only {'recorded' if key in recorded else 'said'}"
            for key in sorted(set(recorded) & set(said) - FREE):
                yield from differences(f"{place}.{key}", recorded[key], said[key])
        case [first, *_], [one, *_]:
            same = one if kind(first) is None else next((each for each in said if kind(each) == kind(first)), None)
            yield from differences(f"{place}[]", first, same)
        case (None, _) | (_, None) | (list(), list()):
            return
        case _ if type(recorded) is not type(said):
            yield f"{place}: {type(recorded).__name__} recorded, {type(said).__name__} said"


def kind(one: Any) -> Any:
    return one.get("type") or one.get("contentType") if isinstance(one, dict) else None


@pytest.mark.parametrize("shown", ["", "Bearer {token}", "apikey {token}", "{token}"])
async def test_any_other_scheme_is_one_bare_word_without_a_type(server: Server, shown: str) -> None:
    said = await server.ask("GET", "v1/org", authorization=shown.format(token=server.fake.TOKEN))

    assert (said.status, said.type, said.body) == (401, None, "Unauthorized")


async def test_a_wrong_token_is_refused_in_json(server: Server) -> None:
    said = await server.ask("GET", "v1/org", authorization="ApiKey ldpat_other")

    assert (said.status, said.error) == (401, "AuthorizationError")


async def test_tiles_are_replaced_and_filters_that_are_left_out_are_wiped(server: Server) -> None:
    one = server.dashboard("Workshop today")
    path = f"v1/dashboards/{one}"
    before = (await server.ask("GET", path)).results
    kept = before["tiles"][0]

    said = await server.ask("PATCH", path, {"tiles": [kept, MARKDOWN], "tabs": []})

    assert [tile["uuid"] == kept["uuid"] for tile in said.results["tiles"]] == [True, False]
    assert before["filters"]["dimensions"] != []
    assert said.results["filters"] == {"metrics": [], "dimensions": [], "tableCalculations": []}
    assert said.results["dashboardVersionId"] > before["dashboardVersionId"]


async def test_a_patch_that_breaks_the_server_changes_nothing(server: Server) -> None:
    path = f"v1/dashboards/{server.dashboard('Workshop today')}"
    before = dict(server.held.dashboards[server.dashboard("Workshop today")])

    said = await server.ask("PATCH", path, {"tiles": [MARKDOWN]})

    assert said.status == 500
    assert server.held.dashboards[server.dashboard("Workshop today")] == before


async def test_filters_alone_and_an_empty_name_are_passed_over_with_200(server: Server) -> None:
    path = f"v1/dashboards/{server.dashboard('Workshop today')}"

    said = await server.ask("PATCH", path, {"filters": {"dimensions": []}, "name": ""})

    assert said.status == 200
    assert said.results["name"] == "Workshop today"
    assert len(said.results["filters"]["dimensions"]) == 1


async def test_a_new_name_does_not_count_as_an_update(server: Server) -> None:
    path = f"v1/dashboards/{server.dashboard('Workshop today')}"
    before = (await server.ask("GET", path)).results

    said = await server.ask("PATCH", path, {"name": "Workshop now"})

    assert said.results["name"] == "Workshop now"
    assert said.results["updatedAt"] == before["updatedAt"]


async def test_to_look_at_a_dashboard_is_counted_afterwards(server: Server) -> None:
    path = f"v1/dashboards/{server.dashboard('Workshop today')}"

    views = [(await server.ask("GET", path)).results["views"] for _ in range(3)]

    assert views == [0, 1, 2]


async def test_a_copy_keeps_the_uuids_of_tiles_and_copies_the_charts_that_live_in_it(server: Server) -> None:
    one = server.dashboard("Warranty claims")
    before = server.held.dashboards[one]["tiles"]
    path = f"v1/projects/{server.project}/dashboards?duplicateFrom={one}"

    said = await server.ask("POST", path, {"dashboardName": "Copy", "dashboardDesc": ""})

    assert [tile["uuid"] for tile in said.results["tiles"]] == [tile["uuid"] for tile in before]
    assert said.results["slug"] == "warranty-claims-1"
    shown = [
        (tile["properties"].get("savedChartUuid") == old["properties"].get("savedChartUuid"))
        for tile, old in zip(said.results["tiles"], before, strict=True)
    ]
    assert shown == [True, False, True, True]  # the second lives in its dashboard


async def test_pages_are_told_of_only_when_asked_for_and_have_an_end(server: Server) -> None:
    everybody = (await server.ask("GET", "v1/org/users")).results
    page = (await server.ask("GET", "v1/org/users?pageSize=5&page=3")).results
    beyond = (await server.ask("GET", "v1/org/users?pageSize=5&page=4")).results

    assert (len(everybody["data"]), "pagination" in everybody) == (12, False)
    assert len(page["data"]) == 2
    assert page["pagination"] == {"page": 3, "pageSize": 5, "totalPageCount": 3, "totalResults": 12}
    assert beyond["data"] == []


async def test_all_content_is_paged_always_and_shows_spaces_at_the_top_alone(server: Server) -> None:
    content = (await server.ask("GET", f"v2/content?projectUuids={server.project}&pageSize=0")).results
    spaces = (await server.ask("GET", f"v2/content?projectUuids={server.project}&contentTypes=space")).results

    assert (content["pagination"]["pageSize"], len(content["data"])) == (10, 10)
    assert spaces["pagination"]["totalResults"] == 6
    assert len((await server.ask("GET", f"v1/projects/{server.project}/spaces")).results) == 8


async def test_a_closed_dashboard_is_403_though_lists_hide_it(server: Server) -> None:
    listed = (await server.as_viewer("GET", f"v1/projects/{server.project}/dashboards")).results

    said = await server.as_viewer("GET", f"v1/dashboards/{server.dashboard('Board: outlook')}")

    assert (said.status, said.error) == (403, "ForbiddenError")
    assert "Board: outlook" not in {one["name"] for one in listed}
    assert (await server.as_viewer("POST", "v1/org/groups", {"name": "x"})).status == 403


async def test_a_space_tells_who_may_see_it_and_where_that_comes_from(server: Server) -> None:
    path = f"v1/projects/{server.project}/spaces/"

    drafts = (await server.ask("GET", path + server.space("Board drafts"))).results
    warranty = (await server.ask("GET", path + server.space("Warranty"))).results

    assert {one["email"].split("@")[0]: (one["role"], one["inheritedFrom"]) for one in drafts["access"]} == {
        "nora": ("admin", "organization"),
        "priya.raghunathan": ("editor", "organization"),
        "Claire.Dubois": ("viewer", "parent_space"),
    }
    roles = {one["email"].split("@")[0]: (one["role"], one["inheritedFrom"]) for one in warranty["access"]}
    assert roles["lukasz.zielinski"] == ("editor", "project")
    assert roles["eleni.papadopoulou"] == ("viewer", "group")
    assert roles["ida.falk"] == ("viewer", "organization")


async def test_members_are_added_once_and_removed_however_often(server: Server) -> None:
    path = f"v1/groups/{server.group}/members/{server.user('dagny')}"

    statuses = [(await server.ask(method, path)).status for method in ("PUT", "PUT", "DELETE", "DELETE")]

    assert statuses == [201, 204, 204, 204]


async def test_the_schedulers_of_somebody_who_is_deleted_go_and_the_content_stays(server: Server) -> None:
    marta = server.user("marta")

    said = await server.ask("DELETE", f"v1/org/user/{marta}")

    assert said.status == 200
    listed = (await server.ask("GET", f"v1/schedulers/{server.project}/list")).results["data"]
    assert len(listed) == 4
    scratchpad = (await server.ask("GET", f"v1/dashboards/{server.dashboard('Scratchpad')}")).results
    assert scratchpad["updatedByUser"] is None


async def test_the_last_administrator_stays(server: Server) -> None:
    nora = server.user("nora")

    assert (await server.ask("DELETE", f"v1/org/user/{nora}")).status == 403
    assert (await server.ask("PATCH", f"v1/org/users/{nora}", {"role": "viewer"})).status == 403
    assert server.held.users[nora]["role"] == "admin"


async def test_a_scheduler_is_not_enabled_by_an_update(server: Server) -> None:
    path = f"v1/schedulers/{server.scheduler}"
    await server.ask("PATCH", f"{path}/enabled", {"enabled": False})

    said = await server.ask("PATCH", path, {**DAILY, "enabled": True})

    assert (said.results["name"], said.results["enabled"]) == ("Daily", False)


async def test_promoting_does_what_the_difference_said(server: Server) -> None:
    trial = list(server.held.projects)[1]
    queue = server.dashboard("Queue at the counter")
    path = f"v1/dashboards/{queue}"

    told = (await server.ask("GET", f"{path}/promoteDiff")).results
    promoted = (await server.ask("POST", f"{path}/promote")).results
    again = (await server.ask("GET", f"{path}/promoteDiff")).results

    assert [one["action"] for one in (*told["dashboards"], *told["charts"], *told["spaces"])] == [
        "create", "create", "no changes",
    ]  # fmt: skip
    assert promoted["projectUuid"] == server.project != trial
    assert {one["action"] for rows in again.values() for one in rows} == {"no changes"}


async def test_a_job_goes_on_each_time_it_is_looked_at(server: Server) -> None:
    job = (await server.ask("POST", f"v1/saved/{server.chart}/downloadCsv", {"onlyRaw": True})).results["jobId"]

    steps = [(await server.ask("GET", f"v1/schedulers/job/{job}/status")).results["status"] for _ in range(2)]
    file = (await server.ask("GET", f"v1/csv/{job}")).results

    assert steps == ["started", "completed"]
    assert file["url"].endswith(".csv")


async def test_comments_hang_on_tiles(server: Server) -> None:
    path = f"v1/comments/dashboards/{server.dashboard('Warranty claims')}"
    [tile] = (await server.ask("GET", path)).results

    said = await server.ask("POST", f"{path}/{tile}", {"text": "Yes", "textHtml": "<p>Yes</p>", "mentions": []})

    texts = [one["text"] for one in (await server.ask("GET", path)).results[tile]]
    assert isinstance(said.results, str)
    assert texts == ["Is March complete?", "Since this morning.", "Yes"]


async def test_a_list_that_shrinks_and_a_page_that_comes_again_can_be_switched_on(server: Server) -> None:
    server.fake.board.switch_on(Wrong.REPLAY, on="org/users", times=1)
    pages = [(await server.ask("GET", f"v1/org/users?pageSize=5&page={page}")).results["data"] for page in (1, 2)]

    assert pages[0] == pages[1]


async def test_a_crowd_is_paged_in_the_order_of_its_last_updates() -> None:
    fake = LightdashFake.crowded(1200)
    async with fake.serving() as address, aiohttp.ClientSession() as http:
        server = Server(fake, http, address)
        said = (await server.ask("GET", f"v2/content?projectUuids={server.project}&pageSize=500&page=3")).results

    assert (said["pagination"]["totalResults"], len(said["data"])) == (1200, 200)
