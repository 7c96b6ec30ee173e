"""When schedules fire next: what the tick reads and writes, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, case, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.cron import Timetable
from dashgraph.store.among import among
from dashgraph.store.database import AnyRow
from dashgraph.store.tables import dashboards, users
from dashgraph.store.work_tables import jobs, schedules, timers
from dashgraph.store.working import OPEN

# What a timer was reckoned from; empty while the schedule does not fire.
PLAN: ColumnElement[str] = case(
    (schedules.c.enabled == 1, schedules.c.cron + " " + schedules.c.zone), else_=literal("")
)


def plan_of(row: AnyRow) -> str:
    """The same in Python, of a row with `enabled`, `cron` and `zone`."""
    return f"{row.cron} {row.zone}" if row.enabled else ""


async def unreckoned(session: AsyncConnection, most: int) -> Sequence[AnyRow]:
    """Schedules whose timer is missing or was reckoned from another plan, locked."""
    statement = (
        select(schedules)
        .outerjoin(timers, timers.c.schedule_id == schedules.c.id)
        .where(or_(timers.c.plan.is_(None), timers.c.plan != PLAN.cast(Text)))
        .order_by(schedules.c.id)
        .limit(most)
        .with_for_update(of=schedules, skip_locked=True)
    )
    return (await session.execute(statement)).all()


async def due(session: AsyncConnection, now: datetime, most: int) -> Sequence[AnyRow]:
    """Schedules whose time has come, locked: their columns, `next_run_at`, what stands in the way, and open runs.

    What another process is about to fire is left out.
    """
    open_run = select(jobs.c.id).where(jobs.c.schedule_id == schedules.c.id, OPEN).exists()
    statement = (
        select(
            schedules,
            timers.c.next_run_at,
            timers.c.plan,
            users.c.status.label("owner_status"),
            dashboards.c.id.label("dashboard_there"),
            dashboards.c.deleted_at.label("dashboard_deleted_at"),
            open_run.label("is_running"),
        )
        .select_from(
            timers.join(schedules, schedules.c.id == timers.c.schedule_id)
            .join(users, users.c.id == schedules.c.owner_id)
            .outerjoin(dashboards, dashboards.c.id == schedules.c.dashboard_id)
        )
        .where(timers.c.next_run_at <= now)
        .order_by(timers.c.next_run_at)
        .limit(most)
        .with_for_update(of=timers, skip_locked=True)
    )
    return (await session.execute(statement)).all()


async def reckon(session: AsyncConnection, row: AnyRow, since: datetime) -> None:
    """Set the timer of a schedule: from when it was last changed, so that no firing since is passed over."""
    next_run_at = next(Timetable(row.cron, row.zone).after(since), None) if row.enabled else None
    await set_timer(session, row.id, plan_of(row), next_run_at)


async def reckon_changed(session: AsyncConnection, ids: Sequence[str], now: datetime) -> None:
    """Set the timers of schedules that were changed just now, so that they are right at once.

    One that is due stays: the tick fires it first, and reckons it anew then.
    """
    statement = (
        select(schedules, timers.c.plan, timers.c.next_run_at)
        .outerjoin(timers, timers.c.schedule_id == schedules.c.id)
        .where(among(schedules.c.id, ids))
        .order_by(schedules.c.id)
    )
    for row in (await session.execute(statement)).all():
        is_due = row.next_run_at is not None and row.next_run_at <= now
        if row.plan != plan_of(row) and not is_due:
            await reckon(session, row, now)


async def set_timer(session: AsyncConnection, schedule: str, plan: str, next_run_at: datetime | None) -> None:
    dialect: Any = sqlite if session.dialect.name == "sqlite" else postgresql
    values = {"plan": plan, "next_run_at": next_run_at}
    statement = dialect.insert(timers).values(schedule_id=schedule, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["schedule_id"], set_=values))
