"""The trail of changes that are made in other systems: the intention first, then what came of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.operations import OperationState
from dashgraph.store.database import AnyRow, Database
from dashgraph.store.tables import intentions, operations

INTENDED = (
    operations,
    intentions.c.change,
    intentions.c.scopes,
    intentions.c.claimed_at,
    intentions.c.open,
    intentions.c.undo,
    intentions.c.print,
)


def _intended() -> Select[Any]:
    return select(*INTENDED).select_from(operations.join(intentions, intentions.c.operation_id == operations.c.id))


async def under_key(session: AsyncConnection, actor: str, key: str) -> Sequence[AnyRow]:
    """What somebody has sent under this idempotency key before, whichever source it was for."""
    mine = (operations.c.actor_id == actor) & (operations.c.idempotency_key == key)
    return (await session.execute(select(operations).where(mine))).all()


async def begin(session: AsyncConnection, operation: Mapping[str, Any], intention: Mapping[str, Any]) -> None:
    await session.execute(insert(operations).values(operation))
    await session.execute(insert(intentions).values(intention))


async def claim(session: AsyncConnection, native: str, *, before: datetime, now: datetime) -> bool:
    """Take up what nobody has been at since then. False where somebody has, or where it is settled meanwhile."""
    free = (intentions.c.operation_id == native) & (intentions.c.claimed_at <= before)
    taken = await session.execute(update(intentions).where(free).values(claimed_at=now, open=1))
    if taken.rowcount:
        begun = {"state": OperationState.BEGUN.value, "error": None, "number": None}  # what comes of it is news again
        await session.execute(update(operations).where(operations.c.id == native).values(begun))
    return bool(taken.rowcount)


async def settle(
    database: Database, native: str, values: Mapping[str, Any], *, undo: str | None, shown: str | None
) -> None:
    """Write what came of it."""
    async with database.writing() as session:
        await session.execute(update(operations).where(operations.c.id == native).values(values))
        closed = {"open": 0, "undo": undo, "print": shown}
        await session.execute(update(intentions).where(intentions.c.operation_id == native).values(closed))


async def undone(database: Database, native: str, by: str | None) -> None:
    async with database.writing() as session:
        await session.execute(update(operations).where(operations.c.id == native).values(undone_by=by))


async def intention(database: Database, native: str, *, actor: str | None) -> AnyRow | None:
    """A change in another system, of this actor or with None of anybody."""
    mine = true() if actor is None else operations.c.actor_id == actor
    async with database.reading() as session:
        found: AnyRow | None = (await session.execute(_intended().where(operations.c.id == native, mine))).first()
        return found


async def abandoned(database: Database, before: datetime) -> Sequence[AnyRow]:
    """What was begun and nobody has been at since then, the oldest first."""
    left = (intentions.c.open == 1) & (intentions.c.claimed_at <= before)
    async with database.reading() as session:
        statement = _intended().where(left).order_by(operations.c.at, operations.c.id)
        found: Sequence[AnyRow] = (await session.execute(statement)).all()
        return found


def records(found: Sequence[Mapping[str, Any]]) -> str:
    """The records of a change as text: `noun`, `id`, `before`, `after`."""
    return json.dumps(list(found), separators=(",", ":"), default=str)
