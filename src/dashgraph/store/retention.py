"""Removing what is kept no longer, a slice at a time: each is a short transaction, so that no writer waits long."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, insert, select, update

from dashgraph.domain.ids import Kind
from dashgraph.store import trash
from dashgraph.store.database import Database
from dashgraph.store.ledger import Ledger, written
from dashgraph.store.tables import dashboards, operations, password_links, tokens, transfers, uploads

SLICE = 50  # rows; uploads are large
PURGE = "purgeDashboard"  # as the mutation that does the same by hand


async def overdue(database: Database, until: datetime) -> Sequence[str]:
    """A slice of the dashboards that were deleted until then, the longest ago first."""
    longest = select(dashboards.c.id).where(dashboards.c.deleted_at.is_not(None), dashboards.c.deleted_at <= until)
    async with database.reading() as session:
        found = await session.execute(longest.order_by(dashboards.c.deleted_at, dashboards.c.id).limit(SLICE))
        return found.scalars().all()


async def purge(
    database: Database, dashboard: str, *, until: datetime, now: datetime, operation: str, reason: str
) -> bool:
    """Remove one for good and leave an operation of nobody's; False when it was restored, or is being, meanwhile."""
    async with database.writing() as session:
        still = select(dashboards.c.id).where(dashboards.c.id == dashboard, dashboards.c.deleted_at <= until)
        if (await session.execute(still.with_for_update(skip_locked=True))).first() is None:
            return False
        ledger = Ledger(session, now)
        await trash.purge(ledger, dashboard)
        await session.execute(
            insert(operations).values(
                id=operation,
                kind=PURGE,
                at=now,
                about_kind=Kind.DASHBOARD.value,
                about_id=dashboard,
                reason=reason,
                item=0,
                changes=written(ledger.images),
            )
        )
        return True


async def forget_exports(database: Database, now: datetime) -> int:
    """Addresses to download from that work no more."""
    return await _forget(database, transfers, transfers.c.hash, transfers.c.expires_at <= now)


async def forget_uploads(database: Database, now: datetime) -> int:
    return await _forget(database, uploads, uploads.c.id, uploads.c.expires_at <= now)


async def forget_password_links(database: Database, until: datetime) -> int:
    return await _forget(database, password_links, password_links.c.hash, password_links.c.expires_at <= until)


async def forget_sessions(database: Database, until: datetime) -> int:
    """Sessions that ended by then. API tokens stay: `dashgraph token list` tells what became of them."""
    ended = (tokens.c.kind == "session") & (tokens.c.expires_at <= until)
    return await _forget(database, tokens, tokens.c.id, ended)


async def forget_keys(database: Database, until: datetime) -> int:
    """Idempotency keys, and the answers that are told again under them. The operations stay in the trail."""
    old = select(operations.c.id).where(operations.c.idempotency_key.is_not(None), operations.c.at <= until)
    blank = {"idempotency_key": None, "digest": None, "outcome": None}
    async with database.writing() as session:
        some = old.limit(SLICE).with_for_update(skip_locked=True)
        return (await session.execute(update(operations).where(operations.c.id.in_(some)).values(blank))).rowcount


async def _forget(database: Database, table: Table, key: ColumnElement[str], over: ColumnElement[bool]) -> int:
    async with database.writing() as session:
        some = select(key).where(over).limit(SLICE).with_for_update(skip_locked=True)
        return (await session.execute(delete(table).where(key.in_(some)))).rowcount
