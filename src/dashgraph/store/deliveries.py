"""Whom a delivery reaches and what came of it, one row for each recipient of each target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.jobs import DeliveryStatus
from dashgraph.domain.users import Origin, UserStatus
from dashgraph.store.among import among
from dashgraph.store.database import AnyRow, Database
from dashgraph.store.tables import dashboards, groups, memberships, users
from dashgraph.store.visibility import may_view
from dashgraph.store.work_tables import alerts, deliveries, recipients, schedules, targets


@dataclass(frozen=True, slots=True)
class Person:
    """A user as a delivery needs them: active or not, and whether the dashboard may be shown to them now."""

    id: str
    name: str
    email: str
    is_active: bool
    may_view: bool


async def schedule(database: Database, native: str) -> AnyRow | None:
    async with database.reading() as session:
        row: AnyRow | None = (await session.execute(select(schedules).where(schedules.c.id == native))).first()
        return row


async def alert(database: Database, native: str) -> AnyRow | None:
    async with database.reading() as session:
        row: AnyRow | None = (await session.execute(select(alerts).where(alerts.c.id == native))).first()
        return row


async def owner_of(database: Database, dashboard: str) -> str | None:
    async with database.reading() as session:
        found: str | None = (
            await session.execute(select(dashboards.c.owner_id).where(dashboards.c.id == dashboard))
        ).scalar_one_or_none()
        return found


async def targets_of(database: Database, *, schedule: str | None, alert: str | None) -> Sequence[AnyRow]:
    """The targets of a schedule or an alert, in their order."""
    holder = targets.c.schedule_id == schedule if schedule is not None else targets.c.alert_id == alert
    async with database.reading() as session:
        return (await session.execute(select(targets).where(holder).order_by(targets.c.position))).all()


async def recipients_of(database: Database, target_ids: Sequence[str]) -> Sequence[AnyRow]:
    statement = select(recipients).where(among(recipients.c.target_id, target_ids))
    async with database.reading() as session:
        return (await session.execute(statement.order_by(recipients.c.target_id, recipients.c.position))).all()


async def people(database: Database, dashboard: str, user_ids: Sequence[str]) -> dict[str, Person]:
    """The users with these ids that are not deleted."""
    statement = _people(dashboard).where(among(users.c.id, user_ids))
    async with database.reading() as session:
        return {row.id: _person(row) for row in await session.execute(statement)}


async def members(database: Database, dashboard: str, group_ids: Sequence[str]) -> dict[str, list[Person]]:
    """The members of these groups, for each group that is there."""
    async with database.reading() as session:
        there = (await session.execute(select(groups.c.id).where(among(groups.c.id, group_ids)))).scalars()
        found: dict[str, list[Person]] = {one: [] for one in there}
        statement = _people(dashboard).add_columns(memberships.c.group_id)
        statement = statement.join(memberships, memberships.c.user_id == users.c.id)
        statement = statement.where(among(memberships.c.group_id, group_ids)).order_by(users.c.id)
        for row in await session.execute(statement):
            found[row.group_id].append(_person(row))
    return found


def _people(dashboard: str) -> Select[Any]:
    alive = (
        users.c.deleted_at.is_(None),
        users.c.status != UserStatus.DELETED.value,
        users.c.origin != Origin.SERVICE.value,
    )
    sees = may_view(literal(dashboard), users.c.id).label("may_view")
    return select(users.c.id, users.c.name, users.c.email, users.c.status, sees).where(*alive)


def _person(row: AnyRow) -> Person:
    return Person(row.id, row.name, row.email, row.status == UserStatus.ACTIVE.value, bool(row.may_view))


async def plan(session: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Note for whom a job is. Rows that an attempt before noted stay as they are."""
    if not rows:
        return
    dialect = sqlite if session.dialect.name == "sqlite" else postgresql
    for start in range(0, len(rows), 500):
        await session.execute(dialect.insert(deliveries).on_conflict_do_nothing(), list(rows[start : start + 500]))


async def of_job(database: Database, job: str) -> Sequence[AnyRow]:
    statement = select(deliveries).where(deliveries.c.job_id == job)
    async with database.reading() as session:
        return (await session.execute(statement.order_by(deliveries.c.recipient_key, deliveries.c.id))).all()


async def settle(session: AsyncConnection, delivery: str, status: DeliveryStatus, answer: str, now: datetime) -> None:
    """Write down what came of an attempt; a delivery that is over stays so."""
    pending = and_(deliveries.c.id == delivery, deliveries.c.status == DeliveryStatus.PENDING.value)
    values = {"status": status.value, "answer": answer, "at": now, "attempts": deliveries.c.attempts + 1}
    await session.execute(update(deliveries).where(pending).values(values))


async def settled(session: AsyncConnection, job: str) -> int:
    """How many of a job's deliveries are over."""
    over = select(func.count()).where(deliveries.c.job_id == job, deliveries.c.status != DeliveryStatus.PENDING.value)
    found: int = (await session.execute(over)).scalar_one()
    return found


async def give_up(session: AsyncConnection, job: str) -> None:
    """What is still to be tried has failed: there is no other attempt."""
    pending = and_(deliveries.c.job_id == job, deliveries.c.status == DeliveryStatus.PENDING.value)
    await session.execute(update(deliveries).where(pending).values(status=DeliveryStatus.FAILED.value))
