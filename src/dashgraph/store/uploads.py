"""Files that were sent ahead, each kept for a short while."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.users import UserStatus
from dashgraph.store.among import among
from dashgraph.store.database import AnyRow, Database
from dashgraph.store.tables import uploads, users
from dashgraph.store.visibility import Asker


def by_ids(asker: Asker, ids: Sequence[str]) -> Select[Any]:
    """Those that have arrived. Nobody but who sent it, administrators neither, has to do with an upload."""
    mine = (asker.is_me(uploads.c.user_id), uploads.c.content.is_not(None))
    return select(uploads.c.id, uploads.c.content, uploads.c.expires_at).where(among(uploads.c.id, ids), *mine)


async def kept(session: AsyncConnection, user: str, now: datetime) -> int:
    """How many this user has, now that those whose time is over are forgotten."""
    await session.execute(delete(uploads).where(uploads.c.expires_at <= now))
    held = select(func.count()).select_from(uploads).where(uploads.c.user_id == user)
    found: int = (await session.execute(held)).scalar_one()
    return found


async def add(session: AsyncConnection, row: dict[str, Any]) -> None:
    await session.execute(insert(uploads).values(row))


async def awaited(database: Database, hash: str, now: datetime) -> AnyRow | None:  # noqa: A002 - the column's name
    """What is to be sent to an address: `size`, `sha256`, and whether it `arrived`."""
    statement = (
        select(uploads.c.size, uploads.c.sha256, uploads.c.content.is_not(None).label("arrived"))
        .select_from(uploads.join(users, users.c.id == uploads.c.user_id))
        .where(_works(hash, now), users.c.status == UserStatus.ACTIVE.value)
    )
    async with database.reading() as session:
        found: AnyRow | None = (await session.execute(statement)).first()
        return found


async def arrived(database: Database, hash: str, content: bytes, now: datetime) -> None:  # noqa: A002
    async with database.writing() as session:
        await session.execute(update(uploads).where(_works(hash, now)).values(content=content))


def _works(hash: str, now: datetime) -> ColumnElement[bool]:  # noqa: A002
    return (uploads.c.hash == hash) & (uploads.c.expires_at > now)
