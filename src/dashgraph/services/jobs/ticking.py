"""The tick: firings that are due become jobs, each once, whatever the number of processes that tick."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from dashgraph.domain.cron import Timetable
from dashgraph.domain.deliverables import DisabledReason
from dashgraph.domain.jobs import JobKind, JobStatus, Trigger
from dashgraph.domain.schedules import GRACE
from dashgraph.domain.users import UserStatus
from dashgraph.store import timers, working
from dashgraph.store.database import AnyRow, Database, Session
from dashgraph.store.deliverables import SCHEDULES
from dashgraph.store.working import job_row

MOST = 200  # schedules in one transaction
STILL_RUNNING = "The run before it was not over."
LATE = timedelta(minutes=1)  # from when on it counts as catching up
TOLD = {
    DisabledReason.OWNER_INACTIVE: "its owner is not active",
    DisabledReason.OWNER_DELETED: "its owner was deleted",
    DisabledReason.DASHBOARD_DELETED: "its dashboard was deleted",
}
TOO_LATE = "Nothing was running to carry it out in time."


async def tick(database: Database, now: datetime) -> int:
    """Fire what is due, and reckon anew what has changed. How many jobs were made."""
    made = 0
    while True:
        async with database.writing() as session:
            due = await timers.due(session, now, MOST)
            for row in due:
                made += await _fire(session, row, now)
            changed = await timers.unreckoned(session, MOST)
            for row in changed:
                await timers.reckon(session, row, row.updated_at)
        if len(due) < MOST and not changed:  # what was reckoned may be due at once
            return made


async def _fire(session: Session, row: AnyRow, now: datetime) -> int:
    """Make the jobs of one schedule whose time has come, and go on to its next time."""
    if row.plan != timers.plan_of(row):  # changed meanwhile: what was due before that stays due
        firings = [_job(row, row.next_run_at, now)] if row.enabled and row.next_run_at <= row.updated_at else []
        await timers.reckon(session, row, row.updated_at)
    elif reason := _reason_against(row):
        firings = [_job(row, row.next_run_at, now, JobStatus.SKIPPED, f"The schedule was disabled: {TOLD[reason]}.")]
        await SCHEDULES.disable(session, row.id, reason.value, now)
        await timers.set_timer(session, row.id, "", None)
    else:
        timetable = Timetable(row.cron, row.zone)
        firings = list(_firings(row, timetable, now))
        await timers.set_timer(session, row.id, row.plan, next(timetable.after(now), None))
    return sum([await working.add(session, job) for job in firings])


def _firings(row: AnyRow, timetable: Timetable, now: datetime) -> Iterator[dict[str, Any]]:
    """What came due: the last is carried out unless it is too late for it, the others were missed."""
    lapse = timetable.missed(row.next_run_at - timedelta.resolution, now, GRACE)
    for number, moment in enumerate(lapse.missed):
        before = " So it was with others before it." if lapse.more and number == 0 else ""
        yield _job(row, moment, now, JobStatus.MISSED, TOO_LATE + before)
    if lapse.catch_up is not None and row.is_running:
        yield _job(row, lapse.catch_up, now, JobStatus.SKIPPED, STILL_RUNNING)
    elif lapse.catch_up is not None:
        yield _job(row, lapse.catch_up, now)


def _reason_against(row: AnyRow) -> DisabledReason | None:
    if row.owner_status == UserStatus.DELETED:
        return DisabledReason.OWNER_DELETED
    if row.owner_status != UserStatus.ACTIVE:
        return DisabledReason.OWNER_INACTIVE
    if row.dashboard_there is None or row.dashboard_deleted_at is not None:
        return DisabledReason.DASHBOARD_DELETED
    return None


def _job(
    row: AnyRow, moment: datetime, now: datetime, status: JobStatus = JobStatus.QUEUED, reason: str | None = None
) -> dict[str, Any]:
    late = now - moment > LATE and status is JobStatus.QUEUED
    return job_row(
        JobKind.DELIVERY,
        Trigger.CATCH_UP if late else Trigger.TIME,
        now,
        given={},
        status=status.value,
        requested_by=row.owner_id,
        schedule_id=row.id,
        dashboard_id=row.dashboard_id,
        fire_at=moment,
        reason=reason,
        finished_at=now if status.is_over else None,
    )
