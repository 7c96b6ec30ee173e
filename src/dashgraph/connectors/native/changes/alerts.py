"""Changes of alerts: what they have besides what schedules have too, and triggering them."""

from sqlalchemy import func, select

from dashgraph.connectors.native.changes.deliverable_rights import changed
from dashgraph.connectors.native.changes.deliverable_tests import NOT_UNDONE, start
from dashgraph.connectors.native.changes.deliverables import change_owner, create, delete, set_enabled, update
from dashgraph.connectors.native.changes.desk import Desk, Done, Handler
from dashgraph.domain import alert_checks
from dashgraph.domain.alert_changes import (
    ChangeAlertOwner,
    CreateAlert,
    DeleteAlert,
    SetAlertEnabled,
    TriggerAlert,
    UpdateAlert,
)
from dashgraph.domain.alerts import ALERT
from dashgraph.domain.changes import UNCHANGED, Change
from dashgraph.domain.deliverables import DisabledReason
from dashgraph.domain.jobs import JobStatus, Trigger
from dashgraph.store import working
from dashgraph.store.database import AnyRow
from dashgraph.store.deliverables import ALERTS
from dashgraph.store.work_tables import jobs

MOST_OPEN = 10  # deliveries of one alert that wait or go on: a system gone wild floods nobody
PAUSED = "The alert is disabled; enable it with setAlertEnabled."
DISABLED = {
    DisabledReason.OWNER_INACTIVE: "its owner could not sign in any more",
    DisabledReason.OWNER_DELETED: "its owner was deleted",
    DisabledReason.OWNER_LOST_ACCESS: "its owner did not see the dashboard any more",
    DisabledReason.DASHBOARD_DELETED: "the dashboard was deleted",
    DisabledReason.WIDGET_DELETED: "the widget was deleted",
}


async def create_alert(desk: Desk, wish: CreateAlert) -> Done:
    return await create(desk, wish, {"conditions": alert_checks.conditions(wish.conditions)})


async def update_alert(desk: Desk, wish: UpdateAlert) -> Done:
    row = await changed(desk, ALERTS, wish.deliverable)
    own = {} if wish.conditions is UNCHANGED else {"conditions": alert_checks.conditions(wish.conditions)}
    return await update(desk, wish, row, own)


async def trigger_alert(desk: Desk, wish: TriggerAlert) -> Done:
    """Always a job, so that its runs show every trigger. Whether its owner may do it today, the job finds out."""
    row = await changed(desk, ALERTS, wish.deliverable, verb="trigger", by_admin=True)
    reason = await _reason_against(desk, row)
    skipped = {"status": JobStatus.SKIPPED.value, "reason": reason, "finished_at": desk.now} if reason else {}
    given = {"values": wish.values}
    job = await start(desk, Trigger.ALERT, given, row.dashboard_id, alert_id=row.id, **skipped)
    return Done(wish.deliverable, ALERT.name, {"job": job, "skipped": reason}, reason=NOT_UNDONE)


async def _reason_against(desk: Desk, row: AnyRow) -> str | None:
    if not row.enabled:
        why = row.disabled_reason and DISABLED[DisabledReason(row.disabled_reason)]
        return f"The alert was disabled: {why}." if why else PAUSED
    waiting = select(func.count()).select_from(jobs).where(jobs.c.alert_id == row.id, working.OPEN)
    if (await desk.session.execute(waiting)).scalar_one() >= MOST_OPEN:
        return f"The alert was triggered too often: {MOST_OPEN} deliveries of it were waiting already."
    return None


HANDLERS: dict[type[Change], Handler] = {
    CreateAlert: create_alert,
    UpdateAlert: update_alert,
    DeleteAlert: delete,
    SetAlertEnabled: set_enabled,
    ChangeAlertOwner: change_owner,
    TriggerAlert: trigger_alert,
}
