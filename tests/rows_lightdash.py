"""What of Lightdash the graph reaches: each operation of its API, its proof, and where another one does the same."""

from typing import Any

from dashgraph.app.fakes.lightdash.fake import LightdashFake
from dashgraph.domain.ids import Kind
from rows import At, Row, nodes

Lightdash = At[LightdashFake]

NORA = "nora@tallgrass.example"
DOCUMENTED = {"documented_only": True}


def named(rows: dict[str, Any], name: str) -> Any:
    """The first thing of this name: those of the live project come first."""
    return next(one for one in rows.values() if one["name"] == name)


def dashboard(at: Lightdash, name: str) -> str:
    return at.id(Kind.DASHBOARD, named(at.fake.held.dashboards, name)["uuid"])


def space(at: Lightdash, name: str) -> str:
    return at.id(Kind.FOLDER, named(at.fake.held.spaces, name)["uuid"])


def project(at: Lightdash, name: str) -> str:
    return at.id(Kind.PROJECT, named(at.fake.held.projects, name)["projectUuid"])


def group(at: Lightdash, name: str) -> str:
    return at.id(Kind.GROUP, named(at.fake.held.groups, name)["uuid"])


def user(at: Lightdash, start: str) -> Any:
    return next(one for one in at.fake.held.users.values() if one["email"].startswith(start))


def user_id(at: Lightdash, start: str) -> str:
    return at.id(Kind.USER, user(at, start)["userUuid"])


def scheduler(at: Lightdash, name: str) -> Any:
    return named(at.fake.held.schedulers, name)


# reading


async def its_account_is_known(at: Lightdash) -> None:
    found = await at.ask("query($source: String!) { me(source: $source) { email } sources { name status { health } } }")

    assert found["me"] == {"email": NORA}
    assert {"name": at.name, "status": {"health": "UP"}} in found["sources"]


async def projects_are_listed(at: Lightdash) -> None:
    found = await at.every("projects", "name timezone upstream { name }")

    assert found == [
        {"name": "Workshops", "timezone": "Europe/Stockholm", "upstream": None},
        {"name": "Workshops (trial)", "timezone": "UTC", "upstream": {"name": "Workshops"}},
    ]


async def members_of_a_project_are_shown(at: Lightdash) -> None:
    shown = "name members(first: 100) { edges { node { user { email } group { name } role { nativeName } } } }"
    native = named(at.fake.held.projects, "Workshops")["projectUuid"]
    found = await at.one("project", native, shown)

    roles = {(one["user"] or one["group"]).popitem()[1]: one["role"]["nativeName"] for one in nodes(found["members"])}
    assert found["name"] == "Workshops"
    assert roles["lukasz.zielinski@tallgrass.example"] == "editor"
    assert roles["Field team"] == "interactive_viewer"


async def users_are_listed(at: Lightdash) -> None:
    found = await at.every("users", "email")
    one = await at.one("user", user(at, "nora")["userUuid"], "email role { nativeName }")

    assert {one["email"] for one in found} == {one["email"] for one in at.fake.held.users.values()}
    assert one == {"email": NORA, "role": {"nativeName": "admin"}}


async def groups_are_listed(at: Lightdash) -> None:
    found = await at.every("groups", "name nativeId users { edges { node { email } } }")
    native = next(one["nativeId"] for one in found if one["name"] == "Finance")
    one = await at.one("group", native, "name users(first: 1) { totalCount }")

    members = {one["name"]: sorted(node["email"] for node in nodes(one["users"])) for one in found}
    assert members["Finance"] == ["Claire.Dubois@tallgrass.example", "jurgen.attenberger@tallgrass.example"]
    assert one == {"name": "Finance", "users": {"totalCount": 2}}


async def spaces_are_listed(at: Lightdash) -> None:
    found = await at.every("folders", "name project { name } parent { name }")

    assert len(found) == len(at.fake.held.spaces)
    assert {"name": "Warranty", "project": {"name": "Workshops"}, "parent": {"name": "Repairs"}} in found


async def a_space_is_shown(at: Lightdash) -> None:
    shown = "name private shares(first: 100) { edges { node { nativeRole user { email } group { name } } } }"
    found = await at.one("folder", named(at.fake.held.spaces, "Finance room")["uuid"], shown)

    shares = [((one["user"] or one["group"]).popitem()[1], one["nativeRole"]) for one in nodes(found["shares"])]
    assert (found["name"], found["private"]) == ("Finance room", True)
    assert ("Finance", "editor") in shares


async def dashboards_are_listed(at: Lightdash) -> None:
    found = await at.every("dashboards", "nativeId title folder { name }")

    assert {one["nativeId"] for one in found} == set(at.fake.held.dashboards)
    assert {one["title"]: one["folder"]["name"] for one in found}["Stock valuation"] == "Finance room"


async def charts_are_shown(at: Lightdash) -> None:
    native = named(at.fake.held.dashboards, "Stock valuation")["uuid"]
    found = nodes((await at.one("dashboard", native, "widgets { edges { node { title subtype } } }"))["widgets"])

    assert {"title": "Value of parts", "subtype": "big_number"} in found


async def schedules_with_their_runs_are_shown(at: Lightdash) -> None:
    shown = "name cron runs { edges { node { status } } }"
    found = {one["name"]: one for one in await at.every("schedules", shown)}

    assert found["Claims of the week"]["cron"] == "0 9 * * 1"
    assert nodes(found["Claims of the week"]["runs"]) == [{"status": "SUCCEEDED"}]


async def what_a_promotion_would_do_is_shown(at: Lightdash) -> None:
    native = named(at.fake.held.dashboards, "Queue at the counter")["uuid"]
    found = await at.one("dashboard", native, "promotionDiff { kind name step }")

    assert {"kind": "dashboard", "name": "Queue at the counter", "step": "CREATE"} in found["promotionDiff"]


# changing


async def a_role_is_changed(at: Lightdash) -> None:
    found = await at.change(
        "changeUserRole", "user { role { nativeName } }", userId=user_id(at, "jurgen"), role="editor"
    )

    assert found["user"] == {"role": {"nativeName": "editor"}}
    assert user(at, "jurgen")["role"] == "editor"


async def a_group_lives(at: Lightdash) -> None:
    made = (await at.change("createGroup", "group { id nativeId }", source=at.name, name="Night shift"))["group"]
    held = at.fake.held.groups[made["nativeId"]]
    await at.change("updateGroup", "group { name }", groupId=made["id"], name="Late shift")
    assert held["name"] == "Late shift"
    await at.change("addUserToGroup", "changed", groupId=made["id"], userId=user_id(at, "nora"))
    assert held["members"] == [user(at, "nora")["userUuid"]]

    await at.change("removeUserFromGroup", "changed", groupId=made["id"], userId=user_id(at, "nora"))

    assert held["members"] == []


async def access_to_a_project_is_given(at: Lightdash) -> None:
    held, where = named(at.fake.held.projects, "Workshops (trial)"), project(at, "Workshops (trial)")
    for subject, roles in ((user_id(at, "zoe"), held["access"]), (group(at, "Finance"), held["groupAccess"])):
        before = dict(roles)
        await at.change("grantProjectAccess", "project { id }", projectId=where, subjectId=subject, role="viewer")
        await at.change("grantProjectAccess", "project { id }", projectId=where, subjectId=subject, role="editor")

        assert sorted(set(roles.items()) - set(before.items())) == [
            (next(iter(set(roles) - set(before))), "editor"),
        ]


async def a_dashboard_is_made_and_promoted(at: Lightdash) -> None:
    bench = next(one for one in reversed(at.fake.held.spaces.values()) if one["name"] == "Repairs")
    made = await at.change(
        "createDashboard",
        "dashboard { id nativeId }",
        source=at.name,
        title="New",
        folderId=at.id(Kind.FOLDER, bench["uuid"]),
    )
    assert at.fake.held.dashboards[made["dashboard"]["nativeId"]]["spaceUuid"] == bench["uuid"]

    found = await at.change("promoteDashboard", "items { name step }", dashboardId=made["dashboard"]["id"])

    assert {"name": "New", "step": "CREATE"} in found["items"]
    live = named(at.fake.held.projects, "Workshops")["projectUuid"]
    assert [one["projectUuid"] for one in at.fake.held.dashboards.values() if one["name"] == "New"].count(live) == 1


async def a_dashboard_is_renamed(at: Lightdash) -> None:
    held = named(at.fake.held.dashboards, "Stock valuation")

    await at.change(
        "updateDashboard", "dashboard { title }", dashboardId=dashboard(at, "Stock valuation"), title="Value"
    )

    assert held["name"] == "Value"


async def its_zone_is_changed(at: Lightdash) -> None:
    await at.change(
        "updateScheduleSettings", "project { id }", projectId=project(at, "Workshops"), timezone="Asia/Tokyo"
    )

    assert named(at.fake.held.projects, "Workshops")["schedulerTimezone"] == "Asia/Tokyo"


async def a_space_lives(at: Lightdash) -> None:
    above = space(at, "Parts")
    made = await at.change("createFolder", "folder { id nativeId }", source=at.name, name="Tyres", parentId=above)
    held = at.fake.held.spaces[made["folder"]["nativeId"]]

    await at.change("renameFolder", "folder { name }", folderId=made["folder"]["id"], name="Wheels")

    assert (held["name"], held["parentSpaceUuid"]) == ("Wheels", named(at.fake.held.spaces, "Parts")["uuid"])


async def a_space_is_shared(at: Lightdash) -> None:
    held = named(at.fake.held.spaces, "Board papers")
    for subject, rows in ((user_id(at, "jurgen"), held["users"]), (group(at, "Field team"), held["groups"])):
        before = dict(rows)
        made = await at.change(
            "addShare", "share { id }", folderId=space(at, "Board papers"), grant={"subjectId": subject, "rule": "EDIT"}
        )
        assert {rows[one] for one in set(rows) - set(before)} == {"editor"}

        await at.change("removeShare", "folder { name }", shareId=made["share"]["id"])

        assert rows == before


async def a_schedule_changes(at: Lightdash) -> None:
    held = scheduler(at, "Claims of the week")
    one = at.id(Kind.SCHEDULE, held["schedulerUuid"])
    assert await at.one("schedule", held["schedulerUuid"], "name") == {"name": "Claims of the week"}
    await at.change("updateSchedule", "schedule { cron }", scheduleId=one, cron="15 10 * * 2")
    assert held["cron"] == "15 10 * * 2"

    await at.change("setScheduleEnabled", "schedule { enabled }", scheduleId=one, enabled=False)

    assert held["enabled"] is False


async def a_schedule_is_tried(at: Lightdash) -> None:
    one = at.id(Kind.SCHEDULE, scheduler(at, "Claims of the week")["schedulerUuid"])
    found = await at.change("testSchedule", "job { nativeId status }", scheduleId=one)

    shown = await at.one("job", found["job"]["nativeId"], "kind status")

    assert (found["job"]["status"], shown) == ("RUNNING", {"kind": "DELIVERY", "status": "SUCCEEDED"})


async def a_chart_becomes_a_file(at: Lightdash) -> None:
    native = named(at.fake.held.dashboards, "Stock valuation")["uuid"]
    found = nodes((await at.one("dashboard", native, "widgets { edges { node { id title } } }"))["widgets"])
    widget = next(one["id"] for one in found if one["title"] == "Value of parts")

    content = await at.exported("exportWidget", widgetId=widget, format="CSV")

    assert content.startswith(b"Workshop,Repairs\n")


ONE_LIST = "one list brings all of them"
SUMMARIES = "the summaries of all charts have what is shown of widgets"

ROWS = (
    Row("GET /api/v1/user", its_account_is_known),
    Row("GET /api/v1/org/projects", projects_are_listed),
    Row("GET /api/v1/org/users", users_are_listed),
    Row("GET /api/v1/org/users/{userUuid}", users_are_listed, "GET /api/v1/org/users", ONE_LIST),
    Row("PATCH /api/v1/org/users/{userUuid}", a_role_is_changed),
    Row("POST /api/v1/org/groups", a_group_lives),
    Row("GET /api/v1/org/groups", groups_are_listed),
    Row("GET /api/v1/projects/{projectUuid}", projects_are_listed),
    Row(
        "GET /api/v1/projects/{projectUuid}/charts",
        charts_are_shown,
        "GET /api/v1/projects/{projectUuid}/chart-summaries",
        SUMMARIES,
    ),
    Row("GET /api/v1/projects/{projectUuid}/chart-summaries", charts_are_shown),
    Row("GET /api/v1/projects/{projectUuid}/spaces", spaces_are_listed),
    Row("GET /api/v1/projects/{projectUuid}/access", members_of_a_project_are_shown),
    Row("POST /api/v1/projects/{projectUuid}/access", access_to_a_project_is_given),
    Row("PATCH /api/v1/projects/{projectUuid}/access/{userUuid}", access_to_a_project_is_given),
    Row(
        "GET /api/v1/projects/{projectUuid}/dashboards",
        dashboards_are_listed,
        "GET /api/v2/content",
        "it lists those of all projects at once, with when they were made",
    ),
    Row("POST /api/v1/projects/{projectUuid}/dashboards", a_dashboard_is_made_and_promoted),
    Row("PATCH /api/v1/projects/{projectUuid}/dashboards", a_dashboard_is_renamed, settings=DOCUMENTED),
    Row("PATCH /api/v1/projects/{projectUuid}/schedulerSettings", its_zone_is_changed),
    Row("POST /api/v1/projects/{projectUuid}/spaces", a_space_lives),
    Row("GET /api/v1/projects/{projectUuid}/spaces/{spaceUuid}", a_space_is_shown),
    Row("PATCH /api/v1/projects/{projectUuid}/spaces/{spaceUuid}", a_space_lives),
    Row("POST /api/v1/projects/{projectUuid}/spaces/{spaceUuid}/share", a_space_is_shared),
    Row("DELETE /api/v1/projects/{projectUuid}/spaces/{spaceUuid}/share/{userUuid}", a_space_is_shared),
    Row("POST /api/v1/projects/{projectUuid}/spaces/{spaceUuid}/group/share", a_space_is_shared),
    Row("DELETE /api/v1/projects/{projectUuid}/spaces/{spaceUuid}/group/share/{groupUuid}", a_space_is_shared),
    Row("POST /api/v1/dashboards/{dashboardUuid}/promote", a_dashboard_is_made_and_promoted),
    Row("GET /api/v1/dashboards/{dashboardUuid}/promoteDiff", what_a_promotion_would_do_is_shown),
    Row("GET /api/v1/groups/{groupUuid}", groups_are_listed, "GET /api/v1/org/groups", ONE_LIST),
    Row("PATCH /api/v1/groups/{groupUuid}", a_group_lives),
    Row("DELETE /api/v1/groups/{groupUuid}/members/{userUuid}", a_group_lives),
    Row(
        "GET /api/v1/groups/{groupUuid}/members",
        groups_are_listed,
        "GET /api/v1/org/groups",
        "the list of groups brings the members of all",
    ),
    Row("POST /api/v1/groups/{groupUuid}/projects/{projectUuid}", access_to_a_project_is_given),
    Row("PATCH /api/v1/groups/{groupUuid}/projects/{projectUuid}", access_to_a_project_is_given),
    Row("POST /api/v1/saved/{chartUuid}/downloadCsv", a_chart_becomes_a_file),
    Row("GET /api/v1/schedulers/{projectUuid}/logs", schedules_with_their_runs_are_shown),
    Row("GET /api/v1/schedulers/{schedulerUuid}", a_schedule_changes),
    Row("PATCH /api/v1/schedulers/{schedulerUuid}", a_schedule_changes),
    Row("PATCH /api/v1/schedulers/{schedulerUuid}/enabled", a_schedule_changes),
    Row("GET /api/v1/schedulers/job/{jobId}/status", a_schedule_is_tried),
    Row("POST /api/v1/schedulers/send", a_schedule_is_tried),
)
