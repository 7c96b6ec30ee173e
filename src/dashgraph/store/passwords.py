"""Addresses to set a password by."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from dashgraph.domain.users import UserStatus
from dashgraph.store.database import AnyRow, Database
from dashgraph.store.tables import password_links, users

MAY_SET = (UserStatus.ACTIVE.value, UserStatus.PENDING.value)  # who is invited becomes active by it


def works(hash: str, now: datetime) -> ColumnElement[bool]:  # noqa: A002 - the column's name
    """The link with this hash, while it is in time and no newer one was given out."""
    newer = password_links.alias("newer")
    replaced = select(newer.c.hash).where(
        newer.c.user_id == password_links.c.user_id, newer.c.created_at > password_links.c.created_at
    )
    return (password_links.c.hash == hash) & (password_links.c.expires_at > now) & ~replaced.exists()


async def whose(database: Database, hash: str, now: datetime) -> AnyRow | None:  # noqa: A002 - the column's name
    """The user who may set a password by this link: `id`, `email`, `role`; None when it works no more."""
    statement = (
        select(users.c.id, users.c.email, users.c.role)
        .select_from(password_links.join(users, users.c.id == password_links.c.user_id))
        .where(works(hash, now), users.c.status.in_(MAY_SET))
    )
    async with database.reading() as session:
        found: AnyRow | None = (await session.execute(statement)).first()
        return found
