"""What the engine writes: jobs that wait, run and end, and which processes are alive."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.jobs import JobKind, JobStatus, Trigger
from dashgraph.store.among import among
from dashgraph.store.database import AnyRow, Database
from dashgraph.store.tables import Instant
from dashgraph.store.work_tables import executors, job_files, job_log, jobs

OPEN = jobs.c.status.in_([JobStatus.QUEUED.value, JobStatus.RUNNING.value])


def job_row(kind: JobKind, trigger: Trigger, now: datetime, *, given: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The row of a new job that is to be carried out at once. `given` is what its worker reads as `input`."""
    return {
        "id": secrets.token_hex(12),
        "kind": kind.value,
        "status": JobStatus.QUEUED.value,
        "trigger": trigger.value,
        "scopes": "",
        "created_at": now,
        "due_at": now,
        "input": json.dumps(given),
        **more,
    }


async def add(session: AsyncConnection, row: Mapping[str, Any]) -> bool:
    """Add a job unless its firing is there already; whether it was added."""
    dialect = sqlite if session.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(jobs).values(dict(row)).on_conflict_do_nothing()
    return (await session.execute(statement)).rowcount == 1


async def waiting(database: Database, now: datetime, most: int) -> Sequence[AnyRow]:
    """Jobs in the outbox whose time has come: `id` and `handovers`, the oldest first."""
    statement = (
        select(jobs.c.id, jobs.c.handovers)
        .where(jobs.c.status == JobStatus.QUEUED.value, jobs.c.due_at <= now, jobs.c.handed_over_at.is_(None))
        .order_by(jobs.c.due_at)
        .limit(most)
    )
    async with database.reading() as session:
        return (await session.execute(statement)).all()


async def handed_over(database: Database, given: Sequence[AnyRow], now: datetime) -> None:
    """Note that the engine has these; one that went back to the outbox meanwhile stays there."""
    async with database.writing() as session:
        for row in given:
            same = and_(jobs.c.id == row.id, jobs.c.handovers == row.handovers, jobs.c.handed_over_at.is_(None))
            await session.execute(update(jobs).where(same).values(handed_over_at=now))


async def with_engine(database: Database, before: datetime, most: int) -> Sequence[AnyRow]:
    """Open jobs that the engine has had since before: `id` and `handovers`."""
    statement = select(jobs.c.id, jobs.c.handovers).where(OPEN, jobs.c.handed_over_at < before).order_by(jobs.c.due_at)
    async with database.reading() as session:
        return (await session.execute(statement.limit(most))).all()


async def take_back(database: Database, row: AnyRow, now: datetime) -> None:
    """Put a job that the engine lost back into the outbox."""
    same = and_(OPEN, jobs.c.id == row.id, jobs.c.handovers == row.handovers)
    async with database.writing() as session:
        await session.execute(update(jobs).where(same).values(_again(now)))


def _again(due_at: datetime) -> dict[str, Any]:
    return {
        "status": JobStatus.QUEUED.value,
        "due_at": due_at,
        "handed_over_at": None,
        "handovers": jobs.c.handovers + 1,
        "claim": None,
        "revision": jobs.c.revision + 1,
    }


async def begin(database: Database, job: str, claim: str, now: datetime) -> AnyRow | None:
    """Start an attempt, which may write as long as its claim stands; None when the job is over."""
    values = {
        "status": JobStatus.RUNNING.value,
        "claim": claim,
        "attempts": jobs.c.attempts + 1,
        "started_at": func.coalesce(jobs.c.started_at, literal(now, Instant)),
        "revision": jobs.c.revision + 1,
    }
    async with database.writing() as session:
        found = (await session.execute(update(jobs).where(OPEN, jobs.c.id == job).values(values))).rowcount
        if not found:
            return None
        row: AnyRow | None = (await session.execute(select(jobs).where(jobs.c.id == job))).first()
        return row


def holds(job: str, claim: str) -> ColumnElement[bool]:
    """Whether this attempt is still the one that may write."""
    return and_(jobs.c.id == job, jobs.c.claim == claim)


async def change(session: AsyncConnection, job: str, claim: str, values: Mapping[str, Any]) -> bool:
    """Write to a job as its attempt; False when another one has taken over, and nothing was written."""
    counted = {**values, "revision": jobs.c.revision + 1}
    return (await session.execute(update(jobs).where(holds(job, claim)).values(counted))).rowcount == 1


async def end(
    session: AsyncConnection,
    job: str,
    claim: str,
    status: JobStatus,
    now: datetime,
    *,
    error: str | None = None,
    result: Mapping[str, Any] | None = None,
) -> bool:
    """End a job; False when another attempt has taken over."""
    told = None if result is None else json.dumps(result)
    values = {"status": status.value, "finished_at": now, "error": error, "result": told, "claim": None}
    return await change(session, job, claim, values)


async def again(session: AsyncConnection, job: str, claim: str, due_at: datetime) -> bool:
    """Have a job tried again later; False when another attempt has taken over."""
    return (await session.execute(update(jobs).where(holds(job, claim)).values(_again(due_at)))).rowcount == 1


async def state(database: Database, job: str, claim: str) -> AnyRow | None:
    """`cancel_requested_at` of a job; None when this attempt has lost it."""
    async with database.reading() as session:
        row: AnyRow | None = (
            await session.execute(select(jobs.c.cancel_requested_at).where(holds(job, claim)))
        ).first()
        return row


async def log(session: AsyncConnection, job: str, at: datetime, level: str, message: str) -> None:
    """Add a line to a job's log. Its attempts follow each other, so the numbers do too."""
    last = select(func.coalesce(func.max(job_log.c.number), 0) + 1).where(job_log.c.job_id == job).scalar_subquery()
    row = {"job_id": job, "number": last, "at": at, "level": level, "message": message}
    await session.execute(insert(job_log).values(row))


async def keep_file(session: AsyncConnection, job: str, position: int, name: str, type: str, content: bytes) -> None:  # noqa: A002
    """Keep a file of a job, in the place of one that an attempt before left there."""
    here = and_(job_files.c.job_id == job, job_files.c.position == position)
    await session.execute(delete(job_files).where(here))
    row = {"job_id": job, "position": position, "name": name, "content_type": type, "size": len(content)}
    row["key"] = secrets.token_hex(32)
    await session.execute(insert(job_files).values({**row, "content": content}))


async def files(database: Database, job: str) -> Sequence[AnyRow]:
    async with database.reading() as session:
        held = select(job_files).where(job_files.c.job_id == job).order_by(job_files.c.position)
        return (await session.execute(held)).all()


async def beat(database: Database, executor: str, now: datetime) -> None:
    """Say that this process is alive, by the database's clock where it has one of its own."""
    moment = now if database.dialect == "sqlite" else func.now()
    dialect = sqlite if database.dialect == "sqlite" else postgresql
    statement = dialect.insert(executors).values(id=executor, beat_at=moment)
    async with database.writing() as session:
        await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"beat_at": moment}))


async def silent(database: Database, since: timedelta, now: datetime) -> Sequence[str]:
    """The processes that have not said for so long that they are alive."""
    moment: Any = now - since if database.dialect == "sqlite" else func.now() - since
    async with database.reading() as session:
        return (await session.execute(select(executors.c.id).where(executors.c.beat_at < moment))).scalars().all()


async def forget(database: Database, executor: str) -> None:
    """Forget a process that has ended."""
    async with database.writing() as session:
        await session.execute(delete(executors).where(executors.c.id == executor))


async def sweep(database: Database, jobs_before: datetime, runs_before: datetime, most: int) -> int:
    """Forget jobs that ended so long ago, and the files of runs, at most so many at once; how many were forgotten."""
    over = jobs.c.finished_at.is_not(None)
    is_run = or_(jobs.c.schedule_id.is_not(None), jobs.c.alert_id.is_not(None))
    old = and_(over, jobs.c.finished_at < jobs_before, ~is_run) | and_(over, jobs.c.finished_at < runs_before)
    async with database.writing() as session:
        ids = (await session.execute(select(jobs.c.id).where(old).limit(most))).scalars().all()
        await session.execute(delete(jobs).where(among(jobs.c.id, ids)))
        spent = select(jobs.c.id).where(over, is_run, jobs.c.finished_at < jobs_before)
        await session.execute(delete(job_files).where(job_files.c.job_id.in_(spent)))
        return len(ids)
