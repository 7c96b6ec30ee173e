"""The order in which operations are told: by a number that each gets after it was committed.

Transactions become visible in another order than they begin, take numbers of a sequence, or read the clock: whoever has
read up to such a number misses what comes to light below it. So the numbers are given later, by whoever follows the
feed, to what can be seen by then, and under a lock: who sees a number sees every lower one that there will ever be.
It needs nothing of the writers, does not wait for the slowest transaction of the server (as PostgreSQL's snapshots
would have it), outlives a dump that is loaded elsewhere, and is the same on both databases.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, literal, or_, select, update

from dashgraph.domain.operations import OperationFilter, OperationState
from dashgraph.store.database import Database
from dashgraph.store.operations import matches, seen
from dashgraph.store.tables import feed, operations
from dashgraph.store.visibility import Asker

SLICE = 500  # operations that get their numbers in one transaction
SPAN = 10_000  # numbers that one question looks through


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the feed: the operations in it, each with its number, and up to which number it goes."""

    found: Sequence[tuple[int, str]]
    until: int
    is_last: bool  # whether nothing more was numbered by then


async def news(database: Database) -> tuple[int, bool]:
    """The number that was given last, and whether operations wait for theirs."""
    waiting = select(operations.c.id).where(_waits()).exists()
    async with database.reading() as session:
        last, waits = (await session.execute(select(feed.c.last, waiting))).one()
        return last, bool(waits)


async def number(database: Database, *, queue: bool = False) -> bool:
    """Give some of those that wait their numbers; whether more may be waiting.

    While another process is at it this leaves it to that one, or stands in its `queue`.
    """
    async with database.writing() as session:
        last = await session.scalar(select(feed.c.last).with_for_update(skip_locked=not queue))
        if last is None:
            return False
        # Those that somebody undoes just now get theirs next time.
        some = select(operations.c.id).where(_waits()).order_by(operations.c.at, operations.c.id).limit(SLICE)
        ids = (await session.scalars(some.with_for_update(skip_locked=True))).all()
        if ids:
            one = update(operations).where(operations.c.id == bindparam("one")).values(number=bindparam("its"))
            given = [{"one": native, "its": last + place} for place, native in enumerate(ids, 1)]
            await session.execute(one, given)
            await session.execute(update(feed).values(last=last + len(ids)))
        return len(ids) == SLICE


async def stretch(database: Database, asker: Asker, wanted: OperationFilter, *, after: int, most: int) -> Stretch:
    """What comes after this number, as far as the viewer may see it."""
    async with database.reading() as session:
        last = (await session.execute(select(feed.c.last))).scalar_one()
        until = min(last, after + SPAN)
        within = and_(operations.c.number > after, operations.c.number <= until)
        statement = select(operations.c.number, operations.c.id).where(within, seen(asker), matches(asker, wanted))
        rows = (await session.execute(statement.order_by(operations.c.number).limit(most))).all()
    found = [(row.number, row.id) for row in rows]
    if len(found) == most:
        until = found[-1][0]
    return Stretch(found, until, is_last=until == last)


def _waits() -> ColumnElement[bool]:
    """What was made elsewhere is told when it is known what came of it."""
    settled = or_(operations.c.state.is_(None), operations.c.state != literal(OperationState.BEGUN.value))
    return and_(operations.c.number.is_(None), settled)
