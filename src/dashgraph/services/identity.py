"""Who somebody is: tokens, passwords, and the viewer that they make.

A token is 256 random bits; only its SHA-256 is stored. A password is kept as an argon2id hash. API tokens begin
with `dg_`, the tokens of sessions with `dgs_`.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashgraph.domain import passwords, user_changes
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, InvalidState, NotFound, Unauthenticated
from dashgraph.domain.roles import NATIVE_ROLES, RoleKind
from dashgraph.domain.text import storable
from dashgraph.domain.user_changes import LONGEST_LOGIN
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.store import accounts
from dashgraph.store.accounts import NewToken, NewUser
from dashgraph.store.database import AnyRow, Database

PREFIXES = {"api": "dg_", "session": "dgs_"}
SESSION = timedelta(hours=12)
HASHED_AT_ONCE = 4  # passwords; each takes 64 MB for a moment
OF_ADMINISTRATORS = {TokenScope.ADMIN_READ, TokenScope.ADMIN_WRITE, TokenScope.USERS_ADMIN}
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


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody on whose behalf work is done."""

    viewer: Viewer
    name: str
    email: str


def scopes_of(role: RoleKind) -> frozenset[TokenScope]:
    """The most that a token of somebody in this role can be used for."""
    withheld = set() if role is RoleKind.ADMIN else set(OF_ADMINISTRATORS)
    if role is RoleKind.VIEWER:
        withheld |= {TokenScope.DASHBOARDS_WRITE, TokenScope.SHARES_WRITE}
    return frozenset(TokenScope) - withheld


class Identity:
    """The accounts of one native store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hasher = PasswordHasher()
        self._hashing = asyncio.Semaphore(HASHED_AT_ONCE)

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
            token=row.id,
            email=row.email,
        )

    async def account(self, native: str) -> Account:
        """Somebody, with what their role allows today. Raises InvalidState for who is not active."""
        row = await accounts.by_id(self._database, native)
        if row is None or row.status != UserStatus.ACTIVE.value:
            message = "Its owner is not an active user."
            raise InvalidState(message)
        role = NATIVE_ROLES[row.role].kind
        viewer = Viewer(ResourceId(self._database.name, Kind.USER, row.id), role, scopes_of(role), email=row.email)
        return Account(viewer, row.name, row.email)

    async def asker(self, native: str | None, scopes: str) -> Viewer:
        """Who asked for a job: with what their role allows today of what their token was for.

        Raises InvalidState for who is not active any more.
        """
        row = None if native is None else await accounts.by_id(self._database, native)
        if row is None or row.status != UserStatus.ACTIVE.value:
            message = "Who asked for it is not an active user any more."
            raise InvalidState(message)
        role = NATIVE_ROLES[row.role].kind
        granted = scopes_of(role) & {TokenScope(scope) for scope in scopes.split() if scope in set(TokenScope)}
        me = ResourceId(self._database.name, Kind.USER, row.id)
        return Viewer(me, role, frozenset(granted), email=row.email)

    async def login(self, name: str, password: str, *, now: datetime | None = None) -> IssuedToken:
        """A session for a user name (or e-mail address) and password. Says nothing about which was wrong."""
        now = now or datetime.now(UTC)
        row = await self._user(name)
        known = row.password_hash if row is not None else None
        right = await self._right(known, password)
        if row is None or not right or row.status != UserStatus.ACTIVE.value:
            message = "The user name or the password is wrong."
            raise Unauthenticated(message)
        scopes = scopes_of(NATIVE_ROLES[row.role].kind)
        await accounts.record_login(self._database, row.id, now)
        return await self._issue(row.id, "session", "session", scopes, now + SESSION, now)

    async def logout(self, token: str) -> None:
        """End the session of this token. API tokens and unknown ones are left as they are."""
        if not token.startswith(PREFIXES["session"]):
            return
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
        role = user_changes.role_named(role).native_name
        email, user_name = user_changes.address(email), user_changes.user_name(user_name)
        first_name = user_changes.name(first_name, "first name")
        last_name = user_changes.name(last_name, "last name")
        if password is not None:
            passwords.check(password)
        hashed = None if password is None else await self.hashed(password)
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
        scopes: Sequence[str] | None = None,
        lifetime: timedelta | None = None,
    ) -> IssuedToken:
        """An API token for a user. Without scopes it may do what the user's role may."""
        row = await self._known(login)
        if row.status != UserStatus.ACTIVE.value:
            message = f"{login} is not active; a token would be refused."
            raise Conflict(message)
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
            row = await self._known(login)
            role = NATIVE_ROLES[row.role].kind
            user = ResourceId(self._database.name, Kind.USER, row.id)
            return Viewer(user, role, scopes_of(role), email=row.email)
        found = await accounts.administrators(self._database)
        if not found:
            message = "There is no administrator yet; make one with: dashgraph user add EMAIL --role admin"
            raise NotFound(message)
        if len(found) > 1:
            message = f"Say as whom with --as; the administrators are: {', '.join(row.email for row in found)}."
            raise BadInput(message)
        user = ResourceId(self._database.name, Kind.USER, found[0].id)
        return Viewer(user, RoleKind.ADMIN, scopes_of(RoleKind.ADMIN), email=found[0].email)

    async def known(self, login: str) -> ResourceId:
        """The user with this user name or e-mail address. Raises NotFound."""
        row = await self._known(login)
        return ResourceId(self._database.name, Kind.USER, row.id)

    async def nobody_yet(self) -> bool:
        return await accounts.user_count(self._database) == 0

    async def _known(self, login: str) -> AnyRow:
        row = await self._user(login)
        if row is None:
            message = f"There is no user {login!r}; add one with: dashgraph user add"
            raise NotFound(message)
        return row

    async def _user(self, login: str) -> AnyRow | None:
        if len(login) > LONGEST_LOGIN or not storable(login):
            return None
        return await accounts.by_login(self._database, login)

    async def _issue(
        self,
        user: str,
        name: str,
        kind: str,
        scopes: Iterable[TokenScope],
        expires_at: datetime | None,
        now: datetime,
    ) -> IssuedToken:
        text = PREFIXES[kind] + secrets.token_urlsafe(32)
        native = secrets.token_hex(6)
        token = NewToken(native, user, name, kind, _hash(text), sorted(scopes), expires_at)
        await accounts.add_token(self._database, token, now)
        return IssuedToken(native, text, expires_at)

    async def hashed(self, password: str) -> str:
        """What is kept of a password. Off the event loop, and no more of these at once than there is memory for."""
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, _bytes(password))

    async def password_known(self, user: str, password: str) -> str | None:
        """The hash that is kept of a user's password, if this is the password."""
        known = await accounts.password_hash(self._database, user)
        return known if await self._right(known, password) else None

    async def _right(self, known: str | None, password: str) -> bool:
        """Whether a hash is of this password; it takes as long when there is none."""
        async with self._hashing:
            right = await asyncio.to_thread(self._verify, known, password)
        return right and known is not None

    def _verify(self, known: str | None, password: str) -> bool:
        nobody = _nobody()  # also when it is not needed: the first answer must not tell by its time either
        try:
            return len(password) <= passwords.LONGEST and self._hasher.verify(known or nobody, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    """Verified when nobody has the name, so that a wrong name takes as long as a wrong password."""
    return PasswordHasher().hash(secrets.token_hex(16))


def _hash(token: str) -> str:
    return hashlib.sha256(_bytes(token)).hexdigest()


def _bytes(text: str) -> bytes:
    """The bytes of any text that a client can send, half characters too."""
    return text.encode(errors="surrogatepass")


def _scopes(names: Sequence[str]) -> frozenset[TokenScope]:
    try:
        return frozenset(TokenScope(name) for name in names)
    except ValueError:
        unknown = next(name for name in names if name not in set(TokenScope))
        message = f"There is no scope {unknown!r}; there are: {', '.join(TokenScope)}."
        raise BadInput(message) from None
