"""Every core and important operation of Holistics is reached by a field or a mutation, and executed on its fake."""

import csv
import re
from pathlib import Path

import pytest

from dashgraph.domain import alert_changes, schedule_changes
from dashgraph.domain.alerts import ALERT, ALERTS, AlertSort
from dashgraph.domain.changes import Terms
from dashgraph.domain.dashboard_changes import DeleteDashboard
from dashgraph.domain.dashboards import DASHBOARD, DASHBOARDS, DashboardSort
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.exports import ExportFormat
from dashgraph.domain.groups import (
    GROUP,
    GROUPS,
    AddUserToGroup,
    CreateGroup,
    DeleteGroup,
    GroupSort,
    RemoveUserFromGroup,
    UpdateGroup,
)
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import JOB, LOG_OF_JOB
from dashgraph.domain.lists import Wish
from dashgraph.domain.schedules import SCHEDULE, SCHEDULES, ScheduleSort
from dashgraph.domain.targets import EmailTarget, Recipient
from dashgraph.domain.user_changes import ChangeUserRole, DeleteUser, InviteUsers, OnOwned, RestoreUser
from dashgraph.domain.users import USERS, UserSort
from dashgraph.domain.widget_changes import DeleteWidget
from dashgraph.domain.widgets import WIDGET
from live_holistics import ADMIN, one, opened

CATALOG = Path(__file__).parent.parent.parent / "shared" / "catalog" / "operations.csv"
TO_NORA = {
    "targets": (EmailTarget(recipients=(Recipient(address="nora@tallgrass.example"),)),),
    "dashboard": one(Kind.DASHBOARD, 302),
}
SCHEDULED, ALERTED = one(Kind.SCHEDULE, 501), one(Kind.ALERT, 601)
SOMEBODY, TEAM = one(Kind.USER, 8), one(Kind.GROUP, 3)


def page(listing, sort):
    return lambda source: source.page(ADMIN, listing, Wish(sort))


def thing(lookup, native):
    return lambda source: source.things(ADMIN, lookup, [native])


def change(wish):
    return lambda source: source.change_all(ADMIN, {0: wish}, Terms())


async def delete_and_restore(source):
    await change(DeleteUser(user=SOMEBODY, on_owned=OnOwned.KEEP))(source)
    await change(RestoreUser(user=SOMEBODY))(source)


def of_a_job(lookup):
    """A fact of a job that is over: of a run, started through the graph."""

    async def ask(source):
        outcome = (await change(schedule_changes.RunSchedule(deliverable=SCHEDULED))(source))[0]
        native = outcome.facts["job"]
        for _ in range(3):
            await source.things(ADMIN, lookup, [one(Kind.JOB, 0).decode(native).native])

    return ask


async def export_and_fetch(source):
    assert (await source.export(ADMIN, Kind.WIDGET, "30201", ExportFormat.CSV)).content


REACHED = {
    "GET /jobs": of_a_job(JOB),
    "GET /jobs/{id}/logs": of_a_job(LOG_OF_JOB),
    "GET /jobs/{id}/result": of_a_job(JOB),
    "GET /dashboards": page(DASHBOARDS, DashboardSort.TITLE_ASC),
    "GET /dashboards/{id}": thing(DASHBOARD, "301"),
    "DELETE /dashboards/{id}": change(DeleteDashboard(dashboard=one(Kind.DASHBOARD, 302))),
    "GET /dashboard_widgets/{id}": thing(WIDGET, "301-v1"),
    "DELETE /dashboard_widgets/{id}": change(DeleteWidget(widget=one(Kind.WIDGET, 30201))),
    "POST /dashboard_widgets/{id}/submit_export": export_and_fetch,
    "GET /exports/download": export_and_fetch,
    "POST /data_schedules": change(
        schedule_changes.CreateSchedule(called="New", cron="0 7 * * *", format=DeliveryFormat.PDF, **TO_NORA)
    ),
    "GET /data_schedules": page(SCHEDULES, ScheduleSort.NAME_ASC),
    "GET /data_schedules/{id}": thing(SCHEDULE, "501"),
    "PUT /data_schedules/{id}": change(schedule_changes.UpdateSchedule(deliverable=SCHEDULED, cron="1 1 * * *")),
    "DELETE /data_schedules/{id}": change(schedule_changes.DeleteSchedule(deliverable=SCHEDULED)),
    "POST /data_schedules/submit_execute": change(schedule_changes.TestSchedule(deliverable=SCHEDULED)),
    "POST /data_schedules/{id}/submit_execute": change(schedule_changes.RunSchedule(deliverable=SCHEDULED)),
    "POST /data_alerts": change(
        alert_changes.CreateAlert(called="New", widget=one(Kind.WIDGET, 30201), format=DeliveryFormat.INLINE, **TO_NORA)
    ),
    "GET /data_alerts": page(ALERTS, AlertSort.NAME_ASC),
    "GET /data_alerts/{id}": thing(ALERT, "601"),
    "PUT /data_alerts/{id}": change(alert_changes.UpdateAlert(deliverable=ALERTED, called="Other")),
    "DELETE /data_alerts/{id}": change(alert_changes.DeleteAlert(deliverable=ALERTED)),
    "POST /data_alerts/submit_execute": change(alert_changes.TestAlert(deliverable=ALERTED)),
    "POST /data_alerts/{id}/submit_execute": change(alert_changes.TriggerAlert(deliverable=ALERTED)),
    "GET /users": page(USERS, UserSort.NAME_ASC),
    "PUT /users/{id}": change(ChangeUserRole(user=SOMEBODY, role="analyst")),
    "DELETE /users/{id}": change(DeleteUser(user=SOMEBODY, on_owned=OnOwned.KEEP)),
    "POST /users/invite": change(InviteUsers(into="holistics", emails=("new@tallgrass.example",), role="user")),
    "POST /users/{id}/restore": delete_and_restore,
    "GET /users/me": lambda source: source.status(),
    "POST /groups": change(CreateGroup(into="holistics", called="New")),
    "GET /groups": page(GROUPS, GroupSort.NAME_ASC),
    "GET /groups/{id}": thing(GROUP, "3"),
    "PUT /groups/{id}": change(UpdateGroup(group=TEAM, called="Money")),
    "DELETE /groups/{id}": change(DeleteGroup(group=TEAM)),
    "POST /groups/{id}/add_user/{user_id}": change(AddUserToGroup(user=SOMEBODY, group=TEAM)),
    "POST /groups/{id}/remove_user/{user_id}": change(RemoveUserFromGroup(user=one(Kind.USER, 7), group=TEAM)),
}
ELSEWHERE = {
    "GET /jobs/{id}": "GET /jobs tells the same of many jobs at once",
}


@pytest.mark.parametrize("row", REACHED)
async def test_a_field_or_mutation_executes(row):
    method, path = row.split(" ")
    line = re.compile(f"{method} /api/v2{re.sub('{[a-z_]+}', '[^/?]+', path)}" + r"(\?.*)?")
    async with opened() as (fake, source):
        await REACHED[row](source)

    assert any(line.fullmatch(call.line) and call.status < 400 for call in fake.calls), fake.counted()


def test_no_row_of_the_catalog_is_left_out():
    if not CATALOG.exists():
        pytest.skip("the catalog of vendors' operations is not beside this repository")
    with CATALOG.open(newline="", encoding="utf-8") as rows:
        wanted = {
            f"{row['method']} {row['path']}"
            for row in csv.DictReader(rows)
            if row["system"] == "holistics" and row["priority"] in {"core", "important"}
        }

    assert wanted == REACHED.keys() | ELSEWHERE.keys()
