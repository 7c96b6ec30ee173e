"""Who somebody is: tokens, passwords, and the viewer that they make.

A token is 256 random bits; only its SHA-256 is stored. A password is kept as an argon2id hash.
"""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, NotFound, Unauthenticated
from dashgraph.domain.roles import NATIVE_ROLES, RoleKind
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.store import accounts
from dashgraph.store.accounts import NewToken, NewUser
from dashgraph.store.database import Database

PREFIX = "dg_"
SESSION = timedelta(hours=12)
SHORTEST_PASSWORD = 10
ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")
REFUSED = "The token is missing, wrong, expired or revoked. Sign in, or make one with: dashgraph token create"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """The one moment at which a token can be read. Its repr does not show it."""

    id: str
    text: str
    expires_at: datetime | None

    def __repr__(self) -> str:
        return f"IssuedToken(id={self.id!r})"


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What may be told of a token."""

    id: str
    name: str
    email: str
    scopes: Sequence[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def scopes_of(role: RoleKind) -> frozenset[TokenScope]:
    """The most that a token of somebody in this role can be used for."""
    withheld = set() if role is RoleKind.ADMIN else {TokenScope.ADMIN_READ}
    if role is RoleKind.VIEWER:
        withheld.add(TokenScope.DASHBOARDS_WRITE)
    return frozenset(TokenScope) - withheld


class Identity:
    """The accounts of one native store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hasher = PasswordHasher()
        # Verified when nobody has the name, so that a wrong name takes as long as a wrong password.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    async def viewer(self, token: str, *, now: datetime | None = None) -> Viewer:
        """Who the token speaks for. Raises Unauthenticated, always with the same words."""
        row = await accounts.signed_in(self._database, _hash(token))
        expired = row is not None and row.expires_at is not None and row.expires_at <= (now or datetime.now(UTC))
        if row is None or expired or row.status != UserStatus.ACTIVE.value:
            raise Unauthenticated(REFUSED)
        role = NATIVE_ROLES[row.role].kind
        granted = {TokenScope(scope) for scope in row.scopes.split() if scope in set(TokenScope)}
        return Viewer(
            user=ResourceId(self._database.name, Kind.USER, row.user_id),
            role=role,
            scopes=frozenset(granted) & scopes_of(role),
            expires_at=row.expires_at,
        )

    async def login(self, name: str, password: str, *, now: datetime | None = None) -> IssuedToken:
        """A session for a user name (or e-mail address) and password. Says nothing about which was wrong."""
        now = now or datetime.now(UTC)
        row = await accounts.by_login(self._database, name)
        known = row.password_hash if row is not None else None
        right = await asyncio.to_thread(self._verify, known or self._nobody, password)
        if row is None or known is None or not right or row.status != UserStatus.ACTIVE.value:
            message = "The user name or the password is wrong."
            raise Unauthenticated(message)
        scopes = scopes_of(NATIVE_ROLES[row.role].kind)
        await accounts.record_login(self._database, row.id, now)
        return await self._issue(row.id, "session", "session", scopes, now + SESSION, now)

    async def logout(self, token: str) -> None:
        """Revoke the token itself. Unknown tokens are nobody's business."""
        try:
            await accounts.revoke_by_hash(self._database, _hash(token), datetime.now(UTC))
        except NotFound:
            return

    async def add_user(
        self,
        email: str,
        *,
        role: str,
        password: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        user_name: str | None = None,
    ) -> ResourceId:
        """A new active user. Raises BadInput for what cannot be and Conflict when somebody has the address."""
        if not ADDRESS.fullmatch(email):
            message = f"{email!r} is not an e-mail address."
            raise BadInput(message)
        if role not in NATIVE_ROLES:
            message = f"There is no role {role!r}; there are: {', '.join(NATIVE_ROLES)}."
            raise BadInput(message)
        if password is not None and len(password) < SHORTEST_PASSWORD:
            message = f"A password has at least {SHORTEST_PASSWORD} characters."
            raise BadInput(message)
        hashed = None if password is None else await asyncio.to_thread(self._hasher.hash, password)
        native = secrets.token_hex(12)
        await accounts.add_user(
            self._database,
            NewUser(native, email, role, first_name, last_name, user_name, hashed),
            datetime.now(UTC),
        )
        return ResourceId(self._database.name, Kind.USER, native)

    async def create_token(
        self,
        login: str,
        *,
        name: str,
        scopes: Iterable[str] | None = None,
        lifetime: timedelta | None = None,
    ) -> IssuedToken:
        """An API token for a user. Without scopes it may do what the user's role may."""
        row = await accounts.by_login(self._database, login)
        if row is None:
            message = f"There is no user {login!r}; add one with: dashgraph user add"
            raise NotFound(message)
        allowed = scopes_of(NATIVE_ROLES[row.role].kind)
        wanted = allowed if scopes is None else _scopes(scopes)
        if not wanted <= allowed:
            message = f"A {row.role} may not have the scope {', '.join(sorted(wanted - allowed))}."
            raise BadInput(message)
        now = datetime.now(UTC)
        return await self._issue(row.id, name, "api", wanted, None if lifetime is None else now + lifetime, now)

    async def tokens(self) -> list[TokenFacts]:
        return [
            TokenFacts(
                row.id,
                row.name,
                row.email,
                row.scopes.split(),
                row.created_at,
                row.expires_at,
                row.revoked_at,
            )
            for row in await accounts.list_tokens(self._database)
        ]

    async def revoke(self, token_id: str) -> None:
        await accounts.revoke_token(self._database, token_id, datetime.now(UTC))

    async def acting_as(self, login: str | None) -> Viewer:
        """The viewer that a command on the machine acts as: the named user, or the only administrator."""
        if login is not None:
            row = await accounts.by_login(self._database, login)
            if row is None:
                message = f"There is no user {login!r}; add one with: dashgraph user add"
                raise NotFound(message)
            role = NATIVE_ROLES[row.role].kind
            return Viewer(ResourceId(self._database.name, Kind.USER, row.id), role, scopes_of(role))
        found = await accounts.administrators(self._database)
        if not found:
            message = "There is no administrator yet; make one with: dashgraph user add EMAIL --role admin"
            raise NotFound(message)
        if len(found) > 1:
            message = f"Say as whom with --as; the administrators are: {', '.join(row.email for row in found)}."
            raise BadInput(message)
        user = ResourceId(self._database.name, Kind.USER, found[0].id)
        return Viewer(user, RoleKind.ADMIN, scopes_of(RoleKind.ADMIN))

    async def nobody_yet(self) -> bool:
        return await accounts.user_count(self._database) == 0

    async def _issue(
        self,
        user: str,
        name: str,
        kind: str,
        scopes: Iterable[TokenScope],
        expires_at: datetime | None,
        now: datetime,
    ) -> IssuedToken:
        text = PREFIX + secrets.token_urlsafe(32)
        native = secrets.token_hex(6)
        token = NewToken(native, user, name, kind, _hash(text), sorted(scopes), expires_at)
        await accounts.add_token(self._database, token, now)
        return IssuedToken(native, text, expires_at)

    def _verify(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _scopes(names: Iterable[str]) -> frozenset[TokenScope]:
    try:
        return frozenset(TokenScope(name) for name in names)
    except ValueError as error:
        message = f"{error}; the scopes are: {', '.join(TokenScope)}"
        raise BadInput(message) from None
