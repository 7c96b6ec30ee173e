"""Addresses that were given out to download from, each for a short while."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.store.database import AnyRow, Database
from dashgraph.store.tables import transfers, users


async def add(session: AsyncConnection, row: dict[str, Any]) -> None:
    """Remember an address, and forget those that work no more."""
    await session.execute(delete(transfers).where(transfers.c.expires_at <= row["created_at"]))
    await session.execute(insert(transfers).values(row))


async def by_hash(database: Database, hash: str, now: datetime) -> AnyRow | None:  # noqa: A002 - the column's name
    """What an address is for, while it works, with the address, the role and the status of whom it was given."""
    statement = (
        select(
            transfers.c.user_id,
            transfers.c.scopes,
            transfers.c.wanted,
            transfers.c.format,
            users.c.email,
            users.c.role,
            users.c.status,
        )
        .select_from(transfers.join(users, users.c.id == transfers.c.user_id))
        .where(transfers.c.hash == hash, transfers.c.expires_at > now)
    )
    async with database.reading() as session:
        found: AnyRow | None = (await session.execute(statement)).first()
        return found
