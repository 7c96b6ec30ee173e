"""What of Sisense the graph reaches: each operation of its API, its proof, and where another one does the same."""

import json
from typing import Any

from dashgraph.app.fakes.sisense.dashboards import PIXEL, SHEET
from dashgraph.app.fakes.sisense.keeping import Board
from dashgraph.app.fakes.sisense.server import SisenseFake
from dashgraph.domain.ids import Kind
from dashgraph.domain.secrets import Secret
from dashgraph.sources.live.settings import Credentials
from rows import Row, nodes
from rows_sisense_people import (
    CLAIRE,
    NORA,
    Sisense,
    a_group_is_shown,
    a_user_is_shown,
    group,
    groups_are_listed,
    groups_live,
    user,
    users_are_listed,
    users_live,
)

MINE, THEIRS, EDITED = "Plan against actuals", "Month end in one page", "Rolling forecast (in work)"
PASSWORD = {"credentials": Credentials(user_name=NORA, password=Secret(SisenseFake.PASSWORD))}
CONDITIONS = [{"raw": {"above": 7}}]
OWN = {"options": {"listing": "own"}}  # as an account without further rights


def board(at: Sisense, title: str) -> Board:
    [found] = [one for one in at.fake.keeping.boards.values() if one.working.document["title"] == title]
    return found


def dashboard(at: Sisense, title: str) -> str:
    return at.id(Kind.DASHBOARD, board(at, title).oid)


# reading


async def all_dashboards_are_listed(at: Sisense) -> None:
    found = await at.every("dashboards", "nativeId title owner { email }")

    assert {one["nativeId"] for one in found} == set(at.fake.keeping.boards)
    assert {one["title"]: one["owner"]["email"] for one in found}[THEIRS] == CLAIRE


async def own_dashboards_are_listed(at: Sisense) -> None:
    titles = {one["title"] for one in await at.every("dashboards", "title")}

    assert MINE in titles
    assert THEIRS not in titles


async def one_dashboard_is_shown(at: Sisense) -> None:
    found = await at.one("dashboard", board(at, MINE).oid, "title raw widgets { edges { node { nativeId } } }")

    widgets = [f"{board(at, MINE).oid}/{one['oid']}" for one in board(at, MINE).working.widgets]
    assert (found["title"], found["raw"]["oid"]) == (MINE, board(at, MINE).oid)
    assert [one["nativeId"] for one in nodes(found["widgets"])] == widgets


async def shares_are_shown(at: Sisense) -> None:
    shared = "shares { edges { node { id rule user { email } group { name } } } }"
    found = nodes((await at.one("dashboard", board(at, MINE).oid, shared))["shares"])
    again = await at.ask("query($id: ID!) { node(id: $id, scope: ALL) { ... on Share { rule } } }", id=found[0]["id"])

    assert {((one["group"] or one["user"]).popitem()[1], one["rule"]) for one in found} == {
        ("Planning", "EDIT"),
        ("Board", "VIEW"),
        ("amara.osei@tallgrass.example", "VIEW"),
    }
    assert again == {"node": {"rule": found[0]["rule"]}}


async def a_widget_is_shown(at: Sisense) -> None:
    held = board(at, MINE).working.widgets[0]

    found = await at.one("widget", f"{board(at, MINE).oid}/{held['oid']}", "title type dashboard { title }")

    assert found == {"title": held["title"], "type": held["type"], "dashboard": {"title": MINE}}


async def documents_are_exported(at: Sisense) -> None:
    ids = [dashboard(at, MINE), dashboard(at, THEIRS)]
    found = await at.change("exportDashboards", "text", dashboardIds=ids)

    assert [one["oid"] for one in json.loads(found["text"])] == [board(at, title).oid for title in (MINE, THEIRS)]


async def a_dashboard_becomes_a_file(at: Sisense) -> None:
    one = dashboard(at, MINE)

    assert await at.exported("exportDashboard", dashboardId=one, format="PDF") == SHEET
    assert await at.exported("exportDashboard", dashboardId=one, format="PNG") == PIXEL
    assert json.loads(await at.exported("exportDashboard", dashboardId=one, format="DASH"))["title"] == MINE


async def a_widget_becomes_a_picture(at: Sisense) -> None:
    widget = f"{board(at, MINE).oid}/{board(at, MINE).working.widgets[0]['oid']}"

    assert await at.exported("exportWidget", widgetId=at.id(Kind.WIDGET, widget), format="PNG") == PIXEL


async def alerts_are_listed_and_counted(at: Sisense) -> None:
    made = await made_alert(at)

    found = await at.every("alerts", "nativeId", ", sort: CREATED_AT_ASC")
    one = await at.one("alert", made["_id"], "name enabled")

    assert [one["nativeId"] for one in found] == [one["_id"] for one in at.fake.keeping.alerts.values()]
    assert one == {"name": "Too much", "enabled": True}


async def its_status_is_told(at: Sisense) -> None:
    found = await at.ask("{ sources { name status { health version } } }")

    assert {"name": at.name, "status": {"health": "UP", "version": at.fake.VERSION}} in found["sources"]


async def folders_are_a_tree(at: Sisense) -> None:
    shown = "name parent { name } ancestors { name } children { edges { node { name } } } nativeId"
    found = {one["name"]: one for one in await at.every("folders", shown)}
    one = await at.one("folder", found["This year"]["nativeId"], "name parent { name } ancestors { name }")

    assert nodes(found["Plans"]["children"]) == [{"name": "This year"}]
    assert one == {"name": "This year", "parent": {"name": "Plans"}, "ancestors": [{"name": "Plans"}]}


# changing


async def a_dashboard_lives(at: Sisense) -> None:
    made = await at.change("createDashboard", "dashboard { id nativeId }", source=at.name, title="New")
    held = at.fake.keeping.boards[made["dashboard"]["nativeId"]]
    await at.change("updateDashboard", "operation { id }", dashboardId=made["dashboard"]["id"], title="Newer")
    assert held.working.document["title"] == "Newer"
    await at.change("publishDashboard", "operation { id }", dashboardId=made["dashboard"]["id"])
    assert held.published is not None
    assert held.published.document["title"] == "Newer"

    await at.change("deleteDashboard", "deletedId", dashboardId=made["dashboard"]["id"])

    assert held.oid not in at.fake.keeping.boards


async def what_was_published_is_restored(at: Sisense) -> None:
    found = await at.change("restoreDashboard", "dashboard { title }", dashboardId=dashboard(at, EDITED))

    assert found["dashboard"] == {"title": "Rolling forecast"}


async def many_dashboards_are_deleted(at: Sisense) -> None:
    gone = [MINE, "Headroom of the credit line"]
    oids = [board(at, title).oid for title in gone]
    items = [{"dashboardId": dashboard(at, title)} for title in gone]

    found = await at.change_all("deleteDashboards", "deletedId", items=items, mode="BEST_EFFORT")

    assert [one["deletedId"] for one in found] == [one["dashboardId"] for one in items]
    assert not set(oids) & set(at.fake.keeping.boards)


async def a_dashboard_is_duplicated(at: Sisense) -> None:
    given = {"dashboardId": dashboard(at, THEIRS), "title": "Another"}
    found = await at.change("duplicateDashboard", "dashboard { nativeId }", **given)

    copy = at.fake.keeping.boards[found["dashboard"]["nativeId"]].working
    assert copy.document["title"] == "Another"
    assert len(copy.widgets) == len(board(at, THEIRS).working.widgets)


async def documents_are_imported_and_that_is_undone(at: Sisense) -> None:
    held = board(at, MINE)
    documents = [{"json": {**held.working.document, "title": "Over", "widgets": []}}, {"json": {"title": "Another"}}]
    found = await at.change_all(
        "importDashboards", "outcome", source=at.name, documents=documents, action="OVERWRITE", atomic=False
    )
    assert [one["outcome"] for one in found] == ["OVERWRITTEN", "CREATED"]
    assert held.working.document["title"] == "Over"

    undone = await at.change("undoImport", "dashboard { title }", dashboardId=at.id(Kind.DASHBOARD, held.oid))

    assert undone["dashboard"] == {"title": MINE}


async def its_owner_is_changed(at: Sisense) -> None:
    """By whoever may: an administrator, or the owner."""
    found = await at.change(
        "changeDashboardOwner",
        "dashboard { owner { email } }",
        dashboardId=dashboard(at, MINE),
        ownerId=at.id(Kind.USER, user(at, CLAIRE)["_id"]),
        asAdmin=True,
    )

    assert found["dashboard"] == {"owner": {"email": CLAIRE}}
    assert board(at, MINE).owner == user(at, CLAIRE)["_id"]


async def its_datasource_is_replaced(at: Sisense) -> None:
    held = board(at, MINE).working
    found = await at.change(
        "replaceDatasource",
        "widgets",
        dashboardId=dashboard(at, MINE),
        **{"from": {"title": "Planning model", "address": "LocalHost"}},
        to={"title": "Planning model 2", "address": "LocalHost"},
    )

    assert found["widgets"] == len(held.widgets)
    assert {one["datasource"]["title"] for one in held.widgets} == {"Planning model 2"}


async def a_widget_lives(at: Sisense) -> None:
    held = board(at, MINE).working
    made = await at.change(
        "createWidget", "widget { id nativeId }", dashboardId=dashboard(at, MINE), title="Gap", type="indicator"
    )
    await at.change("updateWidget", "widget { title }", widgetId=made["widget"]["id"], title="The gap")
    assert {one["oid"]: one["title"] for one in held.widgets}[made["widget"]["nativeId"].split("/")[1]] == "The gap"

    await at.change("deleteWidget", "deletedId", widgetId=made["widget"]["id"])

    assert "The gap" not in {one["title"] for one in held.widgets}


async def a_report_is_sent(at: Sisense) -> None:
    to = at.id(Kind.GROUP, group(at, "Board")["_id"])

    await at.change("sendReport", "job { id }", dashboardId=dashboard(at, MINE), recipientIds=[to], format="PDF")

    [sent] = at.fake.keeping.reports
    assert (sent["assetId"], sent["recipients"]) == (
        board(at, MINE).oid,
        [{"type": "group", "recipient": group(at, "Board")["_id"]}],
    )


async def made_alert(at: Sisense) -> Any:
    target = {"email": {"recipients": [{"userId": at.id(Kind.USER, user(at, CLAIRE)["_id"])}]}}
    about = {"dashboardId": dashboard(at, MINE), "name": "Too much", "timezone": "UTC", "format": "INLINE"}
    made = await at.change("createAlert", "alert { nativeId }", **about, targets=[target], conditions=CONDITIONS)
    return at.fake.keeping.alerts[made["alert"]["nativeId"]]


async def an_alert_lives(at: Sisense) -> None:
    held = await made_alert(at)
    assert held["context"]["above"] == 7

    one = at.id(Kind.ALERT, held["_id"])
    found = await at.change("updateAlert", "alert { name }", alertId=one, name="Far too much")
    assert (found["alert"]["name"], held["name"]) == ("Far too much", "Far too much")
    await at.change("deleteAlert", "deletedId", alertId=one)

    assert held["_id"] not in at.fake.keeping.alerts


async def a_folder_lives(at: Sisense) -> None:
    made = await at.change("createFolder", "folder { id nativeId }", source=at.name, name="Next year")
    held = at.fake.keeping.folders[made["folder"]["nativeId"]]
    await at.change("renameFolder", "folder { name }", folderId=made["folder"]["id"], name="The year after")
    assert held["name"] == "The year after"

    await at.change("deleteFolder", "deletedId", folderId=made["folder"]["id"])

    assert held["oid"] not in at.fake.keeping.folders


LISTED = "the list of all dashboards, asked for this one, brings it"
ONE_LIST = "they are few, and one list brings all"
BY_IDS = "the list takes ids, of many at once"
EACH = "one after the other, so that each has its own answer"

ROWS = (
    Row("GET /dashboards/admin", all_dashboards_are_listed),
    Row("POST /dashboards/{id}/admin/change_owner", its_owner_is_changed),
    Row("POST /dashboards/{server}/{title}/replace_datasource", its_datasource_is_replaced),
    Row("GET /alerts", alerts_are_listed_and_counted),
    Row("GET /alerts/{id}", alerts_are_listed_and_counted, "GET /alerts", ONE_LIST),
    Row("GET /alerts/count", alerts_are_listed_and_counted, "GET /alerts", ONE_LIST),
    Row("POST /alerts", an_alert_lives),
    Row("PATCH /alerts/{id}", an_alert_lives),
    Row("DELETE /alerts/{id}", an_alert_lives),
    Row("GET /application/status", its_status_is_told),
    Row("POST /authentication/login", its_status_is_told, settings=PASSWORD),
    Row("GET /dashboards", own_dashboards_are_listed, settings=OWN),
    Row("GET /dashboards/{id}", one_dashboard_is_shown, settings=OWN),
    Row("GET /dashboards/export", documents_are_exported),
    Row("GET /dashboards/{id}/export/png", a_dashboard_becomes_a_file),
    Row("GET /dashboards/{id}/export/pdf", a_dashboard_becomes_a_file),
    Row("GET /dashboards/{id}/export/dash", a_dashboard_becomes_a_file, "GET /dashboards/admin", LISTED),
    Row("GET /dashboards/{dashboardId}/widgets/{id}/export/png", a_widget_becomes_a_picture),
    Row("GET /dashboards/{dashboardId}/shares", shares_are_shown, "GET /dashboards/admin", LISTED),
    Row("GET /dashboards/{dashboardId}/widgets", one_dashboard_is_shown, settings=OWN),
    Row("GET /dashboards/{dashboardId}/shares/{id}", shares_are_shown, "GET /dashboards/admin", LISTED),
    Row("GET /dashboards/{dashboardId}/widgets/{id}", a_widget_is_shown, "GET /dashboards/admin", LISTED),
    Row("POST /dashboards", a_dashboard_lives),
    Row(
        "POST /dashboards/import",
        documents_are_imported_and_that_is_undone,
        "POST /dashboards/import/bulk",
        "it does not tell the id of what it made",
    ),
    Row("POST /dashboards/import/bulk", documents_are_imported_and_that_is_undone),
    Row("POST /dashboards/{id}/restore", what_was_published_is_restored),
    Row("POST /dashboards/{id}/publish", a_dashboard_lives),
    Row("POST /dashboards/{id}/undo_import", documents_are_imported_and_that_is_undone),
    Row(
        "POST /dashboards/{id}/duplicate",
        a_dashboard_is_duplicated,
        "POST /dashboards/import/bulk",
        "it does not tell the id of what it made, and the import of a copy does",
    ),
    Row("POST /dashboards/{id}/change_owner", its_owner_is_changed, settings=OWN),
    Row("POST /dashboards/{dashboardId}/widgets", a_widget_lives),
    Row("PATCH /dashboards/{id}", a_dashboard_lives),
    Row("PATCH /dashboards/{dashboardId}/widgets/{id}", a_widget_lives),
    Row("DELETE /dashboards/{id}", a_dashboard_lives),
    Row("DELETE /dashboards/bulk", many_dashboards_are_deleted, "DELETE /dashboards/{id}", EACH),
    Row("DELETE /dashboards/{dashboardId}/widgets/{id}", a_widget_lives),
    Row("GET /folders", folders_are_a_tree),
    Row("GET /folders/{id}", folders_are_a_tree, "GET /folders", ONE_LIST),
    Row("GET /folders/{id}/subtree", folders_are_a_tree, "GET /folders", ONE_LIST),
    Row("GET /folders/{id}/ancestors", folders_are_a_tree, "GET /folders", ONE_LIST),
    Row("POST /folders", a_folder_lives),
    Row("PATCH /folders/{id}", a_folder_lives),
    Row("DELETE /folders/{id}", a_folder_lives),
    Row("GET /groups", groups_are_listed),
    Row("GET /groups/{id}", a_group_is_shown, "GET /groups", BY_IDS),
    Row("POST /groups", groups_live),
    Row("POST /groups/bulk", groups_live, "POST /groups", EACH),
    Row("DELETE /groups/{id}", groups_live),
    Row("POST /reporting", a_report_is_sent),
    Row("GET /users", users_are_listed),
    Row("GET /users/{id}", a_user_is_shown, "GET /users", BY_IDS),
    Row("POST /users", users_live),
    Row("POST /users/bulk", users_live),
    Row("PATCH /users/{id}", users_live),
    Row("DELETE /users/bulk", users_live, "DELETE /users/{id}", EACH),
    Row("DELETE /users/{id}", users_live),
)
