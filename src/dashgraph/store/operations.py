"""Questions about the audit trail. Administrators see all of it, others what they did themselves."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.operations import OperationFilter, OperationState
from dashgraph.store.among import among
from dashgraph.store.lists import Rows, id_matches, time_matches
from dashgraph.store.tables import operations
from dashgraph.store.visibility import Asker

KEYS_LOCK = 7_226_443_174  # the seed of the locks of idempotency keys
KEYS: dict[str, ColumnElement[Any]] = {"at": operations.c.at}


def by_ids(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    return select(operations).where(among(operations.c.id, ids), seen(asker))


def rows(asker: Asker, wanted: OperationFilter) -> Rows:
    return Rows(select(operations).where(seen(asker), matches(asker, wanted)), KEYS, operations.c.id)


async def one_at_a_time(session: AsyncConnection, actor: str, key: str) -> None:
    """Wait until nobody else does what was sent under this key. On SQLite writers queue anyway."""
    if session.dialect.name == "postgresql":
        alone = func.pg_advisory_xact_lock(func.hashtextextended(f"{actor}/{key}", KEYS_LOCK))
        await session.execute(select(alone))


def seen(asker: Asker) -> ColumnElement[bool]:
    return true() if asker.everything else asker.is_me(operations.c.actor_id)


def matches(asker: Asker, wanted: OperationFilter) -> ColumnElement[bool]:
    conditions = [
        id_matches(wanted.by, operations.c.actor_id, asker.source),
        time_matches(wanted.at, operations.c.at),
    ]
    if wanted.about is not None:
        held = func.coalesce(operations.c.source, asker.source)
        abouts = [and_(operations.c.about_id == one.native, held == one.source) for one in wanted.about]
        conditions.append(or_(false(), *abouts))
    if wanted.kind is not None:
        conditions.append(operations.c.kind.in_(wanted.kind))
    if wanted.undone is not None:
        undone = operations.c.undone_by.is_not(None)
        conditions.append(undone if wanted.undone else ~undone)
    if wanted.idempotency_key is not None:
        conditions.append(operations.c.idempotency_key == wanted.idempotency_key)
    if wanted.source is not None:
        conditions.append(func.coalesce(operations.c.source, asker.source).in_(wanted.source))
    if wanted.state is not None:
        done = literal(OperationState.DONE.value)
        conditions.append(func.coalesce(operations.c.state, done).in_([state.value for state in wanted.state]))
    return and_(true(), *conditions)
