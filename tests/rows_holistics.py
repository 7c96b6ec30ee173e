"""What of Holistics the graph reaches: each operation of its API, its proof, and where another one does the same."""

from dashgraph.app.fakes.holistics.fake import HolisticsFake
from dashgraph.domain.ids import Kind
from rows import At, Row, nodes

Holistics = At[HolisticsFake]

NORA = "nora@tallgrass.example"
TO_NORA = [{"email": {"recipients": [{"address": NORA}]}}]
SCHEDULE, ALERT = 501, 601  # one of each that the fake comes with
CANVAS, ORDERS, WIDGET = 301, 302, 30201  # dashboards, and a widget of the second


async def a_job_is_followed(at: Holistics) -> None:
    started = await at.change("runSchedule", "job { nativeId status }", scheduleId=at.id(Kind.SCHEDULE, SCHEDULE))
    assert started["job"]["status"] == "RUNNING"
    native = started["job"]["nativeId"]

    for _ in range(2):  # it moves on with each request
        shown = await at.one("job", native, "status result log { message }")

    assert shown["status"] == "SUCCEEDED"
    assert [line["message"] for line in shown["log"]] == ["Started execute", "Done"]
    assert shown["result"] is not None


async def dashboards_are_listed(at: Holistics) -> None:
    found = await at.every("dashboards", "nativeId title owner { displayName }")

    assert {one["nativeId"] for one in found} == {str(one) for one in at.fake.tenant.dashboards}
    assert {"nativeId": "301", "title": "Dealer scorecard", "owner": {"displayName": "Kofi Mensah-Boateng"}} in found


async def a_dashboard_is_shown(at: Holistics) -> None:
    found = await at.one("dashboard", CANVAS, "title tags widgets { edges { node { nativeId } } }")

    assert (found["title"], found["tags"]) == ("Dealer scorecard", ["sales", "weekly"])
    assert [one["nativeId"] for one in nodes(found["widgets"])] == ["301-v1", "301-v2", "301-v3"]


async def a_widget_is_shown(at: Holistics) -> None:
    found = await at.one("widget", "301-v1", "title type dashboard { title }")

    assert found["title"] == "Orders by dealer"
    assert found["dashboard"] == {"title": "Dealer scorecard"}


async def content_is_deleted(at: Holistics) -> None:
    held = at.fake.tenant.dashboards[ORDERS]
    await at.change("deleteWidget", "deletedId", widgetId=at.id(Kind.WIDGET, WIDGET))
    assert WIDGET not in {one["id"] for one in held["widgets"]}

    await at.change("deleteDashboard", "deletedId", dashboardId=at.id(Kind.DASHBOARD, ORDERS))

    assert ORDERS not in at.fake.tenant.dashboards


async def a_widget_becomes_a_file(at: Holistics) -> None:
    content = await at.exported("exportWidget", widgetId=at.id(Kind.WIDGET, WIDGET), format="CSV")

    [file] = at.fake.tenant.files.values()
    assert content == file.content
    assert at.fake.leaked == 0


async def schedules_are_listed(at: Holistics) -> None:
    found = await at.every("schedules", "nativeId name dashboard { title }")
    one = await at.one("schedule", SCHEDULE, "cron enabled")

    assert {one["nativeId"] for one in found} == {str(one) for one in at.fake.tenant.schedules}
    assert one == {"cron": "30 7 * * 1", "enabled": True}


async def a_schedule_lives(at: Holistics) -> None:
    about = {"dashboardId": at.id(Kind.DASHBOARD, ORDERS), "format": "PDF", "targets": TO_NORA}
    made = await at.change("createSchedule", "schedule { id nativeId }", **about, name="Orders", cron="10 7 * * *")
    native, one = int(made["schedule"]["nativeId"]), made["schedule"]["id"]
    await at.change("updateSchedule", "schedule { cron }", scheduleId=one, cron="20 7 * * *")
    assert at.fake.tenant.schedules[native]["schedule"]["repeat"] == "20 7 * * *"

    await at.change("deleteSchedule", "deletedId", scheduleId=one)

    assert native not in at.fake.tenant.schedules


async def a_schedule_is_tried(at: Holistics) -> None:
    found = await at.change("testSchedule", "job { status kind }", scheduleId=at.id(Kind.SCHEDULE, SCHEDULE))

    assert found["job"] == {"status": "RUNNING", "kind": "DELIVERY"}


async def a_schedule_is_run(at: Holistics) -> None:
    found = await at.change("runSchedule", "job { schedule { nativeId } }", scheduleId=at.id(Kind.SCHEDULE, SCHEDULE))

    assert found["job"] == {"schedule": {"nativeId": str(SCHEDULE)}}


async def alerts_are_listed(at: Holistics) -> None:
    found = await at.every("alerts", "nativeId widget { nativeId }")

    assert {one["nativeId"] for one in found} == {str(one) for one in at.fake.tenant.alerts}
    assert all(one["widget"] for one in found)


async def an_alert_is_shown(at: Holistics) -> None:
    found = await at.one("alert", ALERT, "name dashboard { nativeId }")

    assert found["name"] == at.fake.tenant.alerts[ALERT]["title"]


async def an_alert_lives(at: Holistics) -> None:
    about = {"dashboardId": at.id(Kind.DASHBOARD, ORDERS), "widgetId": at.id(Kind.WIDGET, WIDGET), "format": "INLINE"}
    more = {"targets": TO_NORA, "conditions": []}
    made = await at.change("createAlert", "alert { id nativeId }", **about, **more, name="Few orders")
    native, one = int(made["alert"]["nativeId"]), made["alert"]["id"]
    await at.change("updateAlert", "alert { name }", alertId=one, name="Hardly any orders")
    assert at.fake.tenant.alerts[native]["title"] == "Hardly any orders"

    await at.change("deleteAlert", "deletedId", alertId=one)

    assert native not in at.fake.tenant.alerts


async def an_alert_is_tried(at: Holistics) -> None:
    found = await at.change("testAlert", "job { status }", alertId=at.id(Kind.ALERT, ALERT))

    assert found["job"] == {"status": "RUNNING"}


async def an_alert_is_run(at: Holistics) -> None:
    found = await at.change("triggerAlert", "job { alert { nativeId } }", alertId=at.id(Kind.ALERT, ALERT))

    assert found["job"] == {"alert": {"nativeId": str(ALERT)}}


async def users_are_listed(at: Holistics) -> None:
    found = await at.every("users", "email status", ", filter: { status: [ACTIVE, PENDING, DELETED] }")

    assert {one["email"] for one in found} == {one["email"] for one in at.fake.tenant.users.values()}
    assert {"email": "jb.thevenet@tallgrass.example", "status": "DELETED"} in found


async def its_account_is_known(at: Holistics) -> None:
    found = await at.ask("query($source: String!) { me(source: $source) { email } sources { name status { health } } }")

    assert found["me"] == {"email": NORA}
    assert {"name": at.name, "status": {"health": "UP"}} in found["sources"]


async def a_user_leaves_and_comes_back(at: Holistics) -> None:
    row, one = at.fake.tenant.users[8], at.id(Kind.USER, 8)
    await at.change("updateUser", "user { displayName }", userId=one, firstName="Tia", lastName="Vasconcelos")
    assert row["name"] == "Tia Vasconcelos"
    await at.change("deleteUser", "user { status }", userId=one, onOwned="KEEP")
    assert row["is_deleted"] is True

    await at.change("restoreUser", "user { status }", userId=one)

    assert row["is_deleted"] is False


async def people_are_invited(at: Holistics) -> None:
    wish = {"source": at.name, "emails": ["new@tallgrass.example", NORA], "role": "user"}
    found = await at.change_all("inviteUsers", "outcome user { email status }", **wish)

    assert [(one["outcome"], one["user"]) for one in found] == [
        ("INVITED", {"email": "new@tallgrass.example", "status": "PENDING"}),
        ("EXISTING", {"email": NORA, "status": "ACTIVE"}),
    ]


async def groups_are_listed(at: Holistics) -> None:
    found = await at.every("groups", "nativeId name users { edges { node { nativeId } } }")

    members = {one["nativeId"]: [int(node["nativeId"]) for node in nodes(one["users"])] for one in found}
    assert {one: sorted(its) for one, its in members.items()} == {
        str(one): [each for each in at.fake.tenant.members(one) if not at.fake.tenant.users[each]["is_deleted"]]
        for one in at.fake.tenant.groups
    }


async def a_group_is_shown(at: Holistics) -> None:
    assert await at.one("group", 3, "name") == {"name": "Finance"}


async def a_group_lives(at: Holistics) -> None:
    made = (await at.change("createGroup", "group { id nativeId }", source=at.name, name="New"))["group"]
    native, one, somebody = int(made["nativeId"]), made["id"], at.id(Kind.USER, 8)
    await at.change("updateGroup", "group { name }", groupId=one, name="Newer")
    assert at.fake.tenant.groups[native]["name"] == "Newer"
    await at.change("addUserToGroup", "changed", groupId=one, userId=somebody)
    assert at.fake.tenant.members(native) == [8]
    await at.change("removeUserFromGroup", "changed", groupId=one, userId=somebody)
    assert at.fake.tenant.members(native) == []

    await at.change("deleteGroup", "membershipsRemoved", groupId=one)

    assert native not in at.fake.tenant.groups


ROWS = (
    Row("GET /jobs", a_job_is_followed),
    Row("GET /jobs/{id}", a_job_is_followed, "GET /jobs", "it takes ids, of many at once"),
    Row("GET /jobs/{id}/logs", a_job_is_followed),
    Row("GET /jobs/{id}/result", a_job_is_followed),
    Row("GET /dashboards", dashboards_are_listed),
    Row("GET /dashboards/{id}", a_dashboard_is_shown),
    Row("DELETE /dashboards/{id}", content_is_deleted),
    Row("GET /dashboard_widgets/{id}", a_widget_is_shown),
    Row("DELETE /dashboard_widgets/{id}", content_is_deleted),
    Row("POST /dashboard_widgets/{id}/submit_export", a_widget_becomes_a_file),
    Row("POST /data_schedules", a_schedule_lives),
    Row("GET /data_schedules", schedules_are_listed),
    Row("GET /data_schedules/{id}", schedules_are_listed),
    Row("PUT /data_schedules/{id}", a_schedule_lives),
    Row("DELETE /data_schedules/{id}", a_schedule_lives),
    Row("POST /data_schedules/submit_execute", a_schedule_is_tried),
    Row("POST /data_schedules/{id}/submit_execute", a_schedule_is_run),
    Row("POST /data_alerts", an_alert_lives),
    Row("GET /data_alerts", alerts_are_listed),
    Row("GET /data_alerts/{id}", an_alert_is_shown),
    Row("PUT /data_alerts/{id}", an_alert_lives),
    Row("DELETE /data_alerts/{id}", an_alert_lives),
    Row("POST /data_alerts/submit_execute", an_alert_is_tried),
    Row("POST /data_alerts/{id}/submit_execute", an_alert_is_run),
    Row("GET /exports/download", a_widget_becomes_a_file),
    Row("GET /users", users_are_listed),
    Row("PUT /users/{id}", a_user_leaves_and_comes_back),
    Row("DELETE /users/{id}", a_user_leaves_and_comes_back),
    Row("POST /users/invite", people_are_invited),
    Row("POST /users/{id}/restore", a_user_leaves_and_comes_back),
    Row("GET /users/me", its_account_is_known),
    Row("POST /groups", a_group_lives),
    Row("GET /groups", groups_are_listed),
    Row("GET /groups/{id}", a_group_is_shown),
    Row("PUT /groups/{id}", a_group_lives),
    Row("DELETE /groups/{id}", a_group_lives),
    Row("POST /groups/{id}/add_user/{user_id}", a_group_lives),
    Row("POST /groups/{id}/remove_user/{user_id}", a_group_lives),
)
