"""The changes of a job that makes many: what is still to be made, and what came of the others."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.bulk import BulkItem, ItemFilter, ItemStatus
from dashgraph.store.among import among
from dashgraph.store.database import AnyRow, Database
from dashgraph.store.jobs import seen
from dashgraph.store.lists import Rows
from dashgraph.store.visibility import Asker
from dashgraph.store.work_tables import job_items, jobs

AT_ONCE = 100  # rows in one statement
COLUMNS = tuple(column for column in job_items.c if column is not job_items.c.change)


async def add(session: AsyncConnection, job: str, items: Sequence[BulkItem]) -> None:
    rows = [
        {
            "job_id": job,
            "number": number,
            "document": item.document,
            "pointer": item.pointer,
            "change": item.change,
            "status": item.status.value,
            "code": item.code,
            "message": item.message,
            "facts": None if item.facts is None else json.dumps(item.facts),
        }
        for number, item in enumerate(items)
    ]
    for start in range(0, len(rows), AT_ONCE):
        await session.execute(insert(job_items), rows[start : start + AT_ONCE])


async def waiting(database: Database, job: str, most: int | None = None) -> Sequence[AnyRow]:
    """`number` and `change` of those still to be made, in their order."""
    statement = (
        select(job_items.c.number, job_items.c.change)
        .where(job_items.c.job_id == job, job_items.c.status == ItemStatus.PENDING.value)
        .order_by(job_items.c.number)
    )
    async with database.reading() as session:
        return (await session.execute(statement.limit(most))).all()


async def first_failed(database: Database, job: str) -> AnyRow | None:
    """`number`, `code` and `message` of the first that cannot be made."""
    statement = (
        select(job_items.c.number, job_items.c.code, job_items.c.message)
        .where(job_items.c.job_id == job, job_items.c.status == ItemStatus.FAILED.value)
        .order_by(job_items.c.number)
    )
    async with database.reading() as session:
        found: AnyRow | None = (await session.execute(statement.limit(1))).first()
        return found


async def counted(session: AsyncConnection, job: str) -> Mapping[ItemStatus, int]:
    """How many there are of each status."""
    statement = select(job_items.c.status, func.count()).where(job_items.c.job_id == job).group_by(job_items.c.status)
    found = {ItemStatus(status): number for status, number in await session.execute(statement)}
    return {status: found.get(status, 0) for status in ItemStatus}


async def settle(session: AsyncConnection, job: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note what came of these, by their `number`; the changes themselves are forgotten."""
    names = ("status", "code", "message", "thing", "operation", "facts")
    one = (job_items.c.job_id == job, job_items.c.number == bindparam("at_number"))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    given = [{"at_number": row["number"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    if given:
        await session.execute(update(job_items).where(*one).values({"change": None, **values}), given)


def rows_of_jobs(asker: Asker, job_ids: Sequence[str], wanted: ItemFilter) -> Rows:
    statement: Select[Any] = (
        select(*COLUMNS)
        .select_from(job_items.join(jobs, jobs.c.id == job_items.c.job_id))
        .where(among(job_items.c.job_id, job_ids), seen(asker))
    )
    if wanted.status is not None:
        statement = statement.where(job_items.c.status.in_([one.value for one in wanted.status]))
    return Rows(statement, {"number": job_items.c.number}, job_items.c.job_id, parent=job_items.c.job_id)
