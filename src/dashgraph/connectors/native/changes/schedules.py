"""Changes of schedules: what they have besides what alerts have too, and running them now."""

from sqlalchemy import select

from dashgraph.connectors.native.changes.deliverable_rights import changed, standing
from dashgraph.connectors.native.changes.deliverable_tests import NOT_UNDONE, start
from dashgraph.connectors.native.changes.deliverables import (
    change_owner,
    create,
    delete,
    said,
    set_enabled,
    update,
)
from dashgraph.connectors.native.changes.desk import Desk, Done, Handler
from dashgraph.domain.changes import UNCHANGED, Change
from dashgraph.domain.cron import timetable
from dashgraph.domain.jobs import Trigger
from dashgraph.domain.problems import InvalidState
from dashgraph.domain.schedule_changes import (
    ChangeScheduleOwner,
    CreateSchedule,
    DeleteSchedule,
    RunSchedule,
    SetScheduleEnabled,
    UpdateSchedule,
)
from dashgraph.domain.schedules import SCHEDULE
from dashgraph.store import working
from dashgraph.store.deliverables import SCHEDULES
from dashgraph.store.work_tables import jobs


async def create_schedule(desk: Desk, wish: CreateSchedule) -> Done:
    return await create(desk, wish, _times(desk, wish.cron, wish.zone))


async def update_schedule(desk: Desk, wish: UpdateSchedule) -> Done:
    row = await changed(desk, SCHEDULES, wish.deliverable)
    own = {}
    if wish.cron is not UNCHANGED or wish.zone is not UNCHANGED:
        cron, zone = (kept if new is UNCHANGED else new for new, kept in ((wish.cron, row.cron), (wish.zone, row.zone)))
        own = _times(desk, cron, zone)
    return await update(desk, wish, row, own)


def _times(desk: Desk, cron: str | None, zone: str | None) -> dict[str, str]:
    least = desk.scheduling.least_interval
    found = timetable(said(cron, "cron"), said(zone, "timezone"), now=desk.now, least=least)
    return {"cron": found.cron, "zone": found.zone}


async def run_schedule(desk: Desk, wish: RunSchedule) -> Done:
    """One run at a time, as when it fires. A schedule that is only paused runs all the same."""
    row = await changed(desk, SCHEDULES, wish.deliverable)
    await standing(desk, SCHEDULES, row.owner_id, row.dashboard_id, row.widget_id)
    open_run = select(jobs.c.id).where(jobs.c.schedule_id == row.id, working.OPEN)
    if (await desk.session.execute(open_run)).first() is not None:
        message = "It is running already; see its lastRun, or cancel that job first."
        raise InvalidState(message)
    job = await start(desk, Trigger.MANUAL, {}, row.dashboard_id, schedule_id=row.id)
    return Done(wish.deliverable, SCHEDULE.name, {"job": job}, reason=NOT_UNDONE)


HANDLERS: dict[type[Change], Handler] = {
    CreateSchedule: create_schedule,
    UpdateSchedule: update_schedule,
    DeleteSchedule: delete,
    SetScheduleEnabled: set_enabled,
    ChangeScheduleOwner: change_owner,
    RunSchedule: run_schedule,
}
