"""Accounts of the native store: users as people who sign in, and their tokens."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, literal, or_, select, union_all, update
from sqlalchemy.exc import IntegrityError

from dashgraph.domain.problems import Conflict, NotFound
from dashgraph.domain.text import fold
from dashgraph.domain.users import Origin, UserStatus
from dashgraph.store.among import among
from dashgraph.store.database import AnyRow, Database
from dashgraph.store.prepared import PreparedStatements
from dashgraph.store.tables import Key, tokens, users

HASH = bindparam("hash", None, type_=Key)


@dataclass(frozen=True, slots=True)
class NewUser:
    """`email` and `user_name` must be free. Without a password the user cannot sign in by password."""

    id: str
    email: str
    role: str
    first_name: str | None = None
    last_name: str | None = None
    user_name: str | None = None
    password_hash: str | None = None
    status: UserStatus = UserStatus.ACTIVE
    origin: Origin = Origin.SOURCE

    @property
    def name(self) -> str:
        full = " ".join(part for part in (self.first_name, self.last_name) if part)
        return full or self.user_name or self.email


@dataclass(frozen=True, slots=True)
class NewToken:
    id: str
    user_id: str
    name: str
    kind: str
    hash: str
    scopes: Sequence[str]
    expires_at: datetime | None


def user_row(user: NewUser, now: datetime) -> dict[str, Any]:
    """The columns of a new user, the derived ones too."""
    initials = "".join(word[0] for word in user.name.replace("@", " ").split()[:2]).upper()
    texts = {
        "name": user.name,
        "email": user.email,
        "initials": initials,
        "user_name": user.user_name,
        "first_name": user.first_name,
        "last_name": user.last_name,
    }
    keys = {f"{name}_key": None if text is None else fold(text) for name, text in texts.items()}
    return {
        "id": user.id,
        **texts,
        **keys,
        "role": user.role,
        "status": user.status.value,
        "origin": user.origin.value,
        "password_hash": user.password_hash,
        "created_at": now,
        "updated_at": now,
    }


async def add_user(database: Database, user: NewUser, now: datetime) -> None:
    try:
        async with database.writing() as session:
            await session.execute(insert(users).values(user_row(user, now)))
    except IntegrityError as error:
        message = f"There is a user with the address {user.email} or that user name already."
        raise Conflict(message) from error


async def add_token(database: Database, token: NewToken, now: datetime) -> None:
    async with database.writing() as session:
        await session.execute(
            insert(tokens).values(
                id=token.id,
                user_id=token.user_id,
                name=token.name,
                kind=token.kind,
                hash=token.hash,
                scopes=" ".join(token.scopes),
                created_at=now,
                expires_at=token.expires_at,
            )
        )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The user behind a token that is not revoked, and the token's own columns."""

    user_id: str
    email: str
    role: str
    status: str
    origin: str
    id: str
    scopes: str
    expires_at: datetime | None


class Tokens:
    """Asked with every request, so the statement is made once."""

    def __init__(self, database: Database) -> None:
        self._statements = PreparedStatements(database, HASH)
        self._read = self._statements.reader(tokens.c.expires_at)

    async def signed_in(self, token_hash: str) -> SignedIn | None:
        rows = await self._statements.rows(self._statements.get("signed in", _signed_in), hash=token_hash)
        if not rows:
            return None
        *others, expires_at = rows[0]
        columns = rows[0] if self._read is None else (*others, self._read(expires_at))
        return SignedIn(*columns)


def _signed_in() -> Select[Any]:
    whose = (users.c.id.label("user_id"), users.c.email, users.c.role, users.c.status, users.c.origin)
    return (
        select(*whose, tokens.c.id, tokens.c.scopes, tokens.c.expires_at)
        .select_from(tokens.join(users, users.c.id == tokens.c.user_id))
        .where(tokens.c.hash == HASH, tokens.c.revoked_at.is_(None))
    )


async def ended(
    database: Database, token_ids: Sequence[str], user_ids: Sequence[str]
) -> tuple[AbstractSet[str], AbstractSet[str]]:
    """Which of these tokens are revoked or gone, and which of these users are not active."""
    kept = select(literal("token").label("what"), tokens.c.id).where(
        among(tokens.c.id, token_ids), tokens.c.revoked_at.is_(None)
    )
    active = select(literal("user"), users.c.id).where(
        among(users.c.id, user_ids), users.c.status == UserStatus.ACTIVE.value
    )
    async with database.reading() as session:
        there = {(row.what, row.id) for row in await session.execute(union_all(kept, active))}
    return (
        {one for one in token_ids if ("token", one) not in there},
        {one for one in user_ids if ("user", one) not in there},
    )


async def by_login(database: Database, login: str) -> AnyRow | None:
    """The person with this user name or e-mail address who is not deleted."""
    named = or_(users.c.email_key == fold(login), users.c.user_name_key == fold(login))
    return await _first(database, _people().where(named))


async def by_address(database: Database, email: str) -> AnyRow | None:
    """The person with this e-mail address who is not deleted."""
    return await _first(database, _people().where(users.c.email_key == fold(email)))


def _people() -> Select[Any]:
    columns = (users.c.id, users.c.email, users.c.role, users.c.status, users.c.origin, users.c.password_hash)
    return select(*columns).where(users.c.deleted_at.is_(None), users.c.origin != Origin.SERVICE.value)


async def service(database: Database, name: str) -> AnyRow | None:
    """The service account of this name that is not deleted."""
    wanted = (users.c.origin == Origin.SERVICE.value, users.c.user_name_key == fold(name))
    return await _first(database, select(users).where(*wanted, users.c.deleted_at.is_(None)))


async def by_id(database: Database, native: str) -> AnyRow | None:
    return await _first(database, select(users).where(users.c.id == native, users.c.deleted_at.is_(None)))


async def password_hash(database: Database, user_id: str) -> str | None:
    """The hash of somebody's password; None for somebody without one."""
    row = await _first(database, select(users.c.password_hash).where(users.c.id == user_id))
    return None if row is None else row.password_hash


async def record_login(database: Database, user_id: str, now: datetime) -> None:
    async with database.writing() as session:
        await session.execute(update(users).where(users.c.id == user_id).values(last_login_at=now))


async def administrators(database: Database) -> Sequence[AnyRow]:
    """The active administrators who are people, the eldest first."""
    active = (users.c.role == "admin", users.c.status == UserStatus.ACTIVE.value)
    statement = (
        select(users.c.id, users.c.email)
        .where(*active, users.c.origin != Origin.SERVICE.value)
        .order_by(users.c.created_at, users.c.id)
    )
    async with database.reading() as session:
        return (await session.execute(statement)).all()


async def user_count(database: Database) -> int:
    row = await _first(database, select(func.count()).select_from(users))
    return 0 if row is None else int(row[0])


async def list_tokens(database: Database) -> Sequence[AnyRow]:
    """All API tokens with their users, the newest first."""
    statement = (
        select(
            tokens.c.id,
            tokens.c.name,
            tokens.c.scopes,
            tokens.c.created_at,
            tokens.c.expires_at,
            tokens.c.revoked_at,
            users.c.email,
            users.c.user_name,
            users.c.origin,
        )
        .select_from(tokens.join(users, users.c.id == tokens.c.user_id))
        .where(tokens.c.kind == "api")
        .order_by(tokens.c.created_at.desc(), tokens.c.id)
    )
    async with database.reading() as session:
        return (await session.execute(statement)).all()


async def revoke_token(database: Database, token_id: str, now: datetime) -> None:
    async with database.writing() as session:
        await _revoke(session, tokens.c.id == token_id, now)


async def revoke_by_hash(database: Database, token_hash: str, now: datetime) -> None:
    async with database.writing() as session:
        await _revoke(session, tokens.c.hash == token_hash, now)


async def _revoke(session: Any, which: Any, now: datetime) -> None:
    changed = await session.execute(update(tokens).where(which, tokens.c.revoked_at.is_(None)).values(revoked_at=now))
    if changed.rowcount == 0:
        message = "There is no such token, or it is revoked already; see: dashgraph token list"
        raise NotFound(message)


async def _first(database: Database, statement: Select[Any]) -> AnyRow | None:
    async with database.reading() as session:
        found: AnyRow | None = (await session.execute(statement)).first()
        return found
