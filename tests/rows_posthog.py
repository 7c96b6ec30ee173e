"""What of PostHog the graph reaches: each operation of its API, its proof, and where another one does the same."""

from typing import Any

from dashgraph.app.fakes.posthog.server import PostHogFake
from dashgraph.domain.ids import Kind
from dashgraph.graph.execution import Operation
from rows import At, Row, nodes

PostHog = At[PostHogFake]

GLANCE, PACK, TUNE_UP = "Shop at a glance", "Board pack: web", "Campaign: spring tune-up"


def board(at: PostHog, name: str) -> Any:
    return next(one for one in at.fake.instance.dashboards.values() if one["name"] == name)


def native(at: PostHog, name: str) -> str:
    return f"{board(at, name)['project']}.{board(at, name)['id']}"


def dashboard(at: PostHog, name: str) -> str:
    return at.id(Kind.DASHBOARD, native(at, name))


def user(at: PostHog, start: str) -> Any:
    return next(one for one in at.fake.instance.users.values() if one["email"].startswith(start))


async def dashboards_are_listed(at: PostHog) -> None:
    found = await at.every("dashboards", "title project { name } owner { email }")

    listed = {one["name"] for one in at.fake.instance.dashboards.values() if one["creation_mode"] != "unlisted"}
    assert {one["title"] for one in found} == listed
    shown = {"title": GLANCE, "project": {"name": "Webshop"}, "owner": {"email": "nora@tallgrass.example"}}
    assert shown in found


async def one_dashboard_is_shown(at: PostHog) -> None:
    found = await at.one("dashboard", native(at, GLANCE), "title tags widgets { edges { node { title } } }")

    assert (found["title"], found["tags"]) == (GLANCE, ["weekly"])
    assert {"Visitors", "Orders", "Basket value", "Checkout"} <= {one["title"] for one in nodes(found["widgets"])}


async def collaborators_come_and_go(at: PostHog) -> None:
    shared = "shares(first: 100) { edges { node { inheritedFrom user { email } } } }"
    given = [one for one in nodes((await at.one("dashboard", native(at, PACK), shared))["shares"]) if one["user"]]
    assert {one["user"]["email"] for one in given if one["inheritedFrom"] is None} == {
        "tomas.ibarra@tallgrass.example",
        "wei-ting.hsu@tallgrass.example",
    }
    before, somebody = dict(at.fake.instance.collaborators), user(at, "zoe")["uuid"]
    grant = {"subjectId": at.id(Kind.USER, somebody), "rule": "EDIT"}
    made = await at.change("addShare", "share { id rule }", dashboardId=dashboard(at, PACK), grant=grant)
    assert set(at.fake.instance.collaborators) - set(before) == {(board(at, PACK)["id"], somebody)}

    await at.change("removeShare", "dashboard { title }", shareId=made["share"]["id"])

    assert at.fake.instance.collaborators == before


async def a_public_link_is_shown_locked_and_rotated(at: PostHog) -> None:
    row, one = at.fake.instance.sharing[board(at, TUNE_UP)["id"]], dashboard(at, TUNE_UP)
    shown = (await at.one("dashboard", native(at, TUNE_UP), "publicLink { url passwordRequired }"))["publicLink"]
    assert row["access_token"] in shown["url"]
    assert shown["passwordRequired"]

    locked = await at.change(
        "addPublicLinkPassword", "password publicLink { passwords { id note } }", dashboardId=one, note="For the agency"
    )
    [password] = locked["publicLink"]["passwords"]
    assert password["note"] == "For the agency"
    opened = await at.change(
        "removePublicLinkPassword", "publicLink { passwords { id } }", dashboardId=one, passwordId=password["id"]
    )
    assert opened["publicLink"]["passwords"] == []

    rotated = await at.change("rotatePublicLink", "publicLink { url }", dashboardId=one)

    assert rotated["publicLink"]["url"] != shown["url"]


async def a_dashboard_lives(at: PostHog) -> None:
    where = at.id(Kind.PROJECT, board(at, GLANCE)["project"])
    made = await at.change("createDashboard", "dashboard { id }", source=at.name, title="New", projectId=where)
    held, one = board(at, "New"), made["dashboard"]["id"]
    await at.change("updateDashboard", "dashboard { title }", dashboardId=one, title="Newer")
    assert held["name"] == "Newer"

    await at.change("deleteDashboard", "deletedId", dashboardId=one)

    assert held["deleted"] is True


async def a_widget_is_moved(at: PostHog) -> None:
    held, goal = at.fake.instance.tiles_of(board(at, GLANCE)["id"])[-1], board(at, "Accessories")
    widget = at.id(Kind.WIDGET, f"{native(at, GLANCE)}.{held['id']}")

    found = await at.change(
        "moveWidget", "widget { dashboard { title } }", widgetId=widget, toDashboardId=dashboard(at, "Accessories")
    )

    assert found["widget"] == {"dashboard": {"title": "Accessories"}}
    assert held["dashboard"] == goal["id"]


async def its_widgets_come_as_they_are_ready(at: PostHog) -> None:
    follow = """subscription($id: ID!) { dashboardTiles(dashboardId: $id, scope: ALL) {
        __typename ... on TileReady { widget { title } } ... on TilesDone { count } } }"""

    async def asker() -> Any:
        return at.viewer

    answers = at.world.asking.world.executor.answers(Operation(follow, {"id": dashboard(at, GLANCE)}), asker)
    payloads = [answer.payload async for answer in answers]

    assert not [one["errors"] for one in payloads if "errors" in one]
    events = [one["data"]["dashboardTiles"] for one in payloads]
    count = len(at.fake.instance.tiles_of(board(at, GLANCE)["id"]))
    assert [one["__typename"] for one in events] == ["TilesBegun", *["TileReady"] * count, "TilesDone"]
    assert events[-1]["count"] == count


async def a_template_is_imported(at: PostHog) -> None:
    document = at.fake.instance.templates["LAUNCH_WATCH"]
    [found] = await at.change_all(
        "importDashboards",
        "outcome dashboard { title widgets { totalCount } }",
        source=at.name,
        documents=[{"json": document, "format": "POSTHOG"}],
        projectId=at.id(Kind.PROJECT, board(at, GLANCE)["project"]),
    )

    assert found == {
        "errors": [],
        "outcome": "CREATED",
        "dashboard": {"title": "Launch watch", "widgets": {"totalCount": 2}},
    }


OF_PROJECT = "/api/projects/:project_id/dashboards"
OF_DASHBOARD = f"{OF_PROJECT}/:dashboard_id"

ROWS = (
    Row(f"GET {OF_PROJECT}", dashboards_are_listed),
    Row(f"POST {OF_PROJECT}", a_dashboard_lives),
    Row(f"GET {OF_DASHBOARD}/collaborators", collaborators_come_and_go),
    Row(f"POST {OF_DASHBOARD}/collaborators", collaborators_come_and_go),
    Row(f"DELETE {OF_DASHBOARD}/collaborators/:user__uuid", collaborators_come_and_go),
    Row(f"GET {OF_DASHBOARD}/sharing", a_public_link_is_shown_locked_and_rotated),
    Row(f"POST {OF_DASHBOARD}/sharing/passwords", a_public_link_is_shown_locked_and_rotated),
    Row(f"DELETE {OF_DASHBOARD}/sharing/passwords/:password_id", a_public_link_is_shown_locked_and_rotated),
    Row(f"POST {OF_DASHBOARD}/sharing/refresh", a_public_link_is_shown_locked_and_rotated),
    Row(f"GET {OF_PROJECT}/:id", one_dashboard_is_shown),
    Row(f"PATCH {OF_PROJECT}/:id", a_dashboard_lives),
    Row(
        f"DELETE {OF_PROJECT}/:id",
        a_dashboard_lives,
        f"PATCH {OF_PROJECT}/:id",
        "PostHog answers it with 405 and takes deleted: true for it",
    ),
    Row(f"PATCH {OF_PROJECT}/:id/move_tile", a_widget_is_moved),
    Row(f"GET {OF_PROJECT}/:id/stream_tiles", its_widgets_come_as_they_are_ready),
    Row(f"POST {OF_PROJECT}/create_from_template_json", a_template_is_imported),
)
