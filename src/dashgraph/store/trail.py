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


async def claim(session: AsyncConnection, native: str, *, is_open: bool, before: datetime, now: datetime) -> bool:
    """Take up what nobody has been at since then, and what is or is not `open`.

    False where somebody has, or where it is settled meanwhile.
    """
    free = (intentions.c.operation_id == native) & (intentions.c.claimed_at <= before)
    free &= intentions.c.open == int(is_open)
    taken = await session.execute(update(intentions).where(free).values(claimed_at=now, open=1))
    if taken.rowcount:
        begun = {"state": OperationState.BEGUN.value, "error": None, "number": None}  # what comes of it is news again
        await session.execute(update(operations).where(operations.c.id == native).values(begun))
    return bool(taken.rowcount)


async def keep(database: Database, native: str, now: datetime) -> None:
    """Tell that somebody is at it still."""
    mine = (intentions.c.operation_id == native) & (intentions.c.open == 1)
    async with database.writing() as session:
        await session.execute(update(intentions).where(mine).values(claimed_at=now))


async def being_undone(session: AsyncConnection, native: str) -> bool:
    """Whether it is taken back, or somebody is at that. Nobody else begins to before this transaction ends."""
    alone = select(operations.c.undone_by).where(operations.c.id == native).with_for_update()
    undone_by = (await session.execute(alone)).scalar_one_or_none()
    begun = _intended().with_only_columns(operations.c.id).where(intentions.c.open == 1, operations.c.undoes == native)
    return undone_by is not None or (await session.execute(begun.limit(1))).first() is not None


async def settle(
    database: Database,
    native: str,
    values: Mapping[str, Any],
    *,
    undo: str | None,
    shown: str | None,
    undone: str | None = None,
) -> None:
    """Write what came of it; `undone` is the operation that it took back."""
    async with database.writing() as session:
        await session.execute(update(operations).where(operations.c.id == native).values(values))
        closed = {"open": 0, "undo": undo, "print": shown}
        await session.execute(update(intentions).where(intentions.c.operation_id == native).values(closed))
        if undone is not None:
            await session.execute(update(operations).where(operations.c.id == undone).values(undone_by=native))


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
