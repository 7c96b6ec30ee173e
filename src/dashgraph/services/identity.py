"""Who somebody is: tokens, passwords, and the viewer that they make.

A token is 256 random bits; only its SHA-256 is stored. A password is kept as an argon2id hash. API tokens begin
with `dg_`, the tokens of sessions with `dgs_`.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

import structlog

from dashgraph.domain import passwords, user_changes
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, InvalidState, NotFound, Unauthenticated
from dashgraph.domain.roles import NATIVE_ROLES, VIEWER, RoleKind
from dashgraph.domain.text import fold, storable
from dashgraph.domain.user_changes import LONGEST_LOGIN
from dashgraph.domain.users import PRETEND, Origin, UserStatus, same_address
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.services.hashing import Hashing
from dashgraph.services.issuer import BadJwt, Issuer, looks_like_jwt
from dashgraph.services.latest import Latest
from dashgraph.services.throttling import Tries
from dashgraph.store import accounts
from dashgraph.store.accounts import NewToken, NewUser, SignedIn
from dashgraph.store.database import AnyRow, Database

log = structlog.get_logger("dashgraph.identity")

PREFIXES = {"api": "dg_", "session": "dgs_"}
SESSION = timedelta(hours=12)
OF_ADMINISTRATORS = {TokenScope.ADMIN_READ, TokenScope.ADMIN_WRITE, TokenScope.USERS_ADMIN}
SERVICE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
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
    holder: str  # an e-mail address, or the name of a service
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


@cache
def scopes_of(role: RoleKind) -> frozenset[TokenScope]:
    """The most that a token of somebody in this role can be used for."""
    withheld = set() if role is RoleKind.ADMIN else set(OF_ADMINISTRATORS)
    if role is RoleKind.VIEWER:
        withheld |= {TokenScope.DASHBOARDS_WRITE, TokenScope.SHARES_WRITE}
    return frozenset(TokenScope) - withheld


class Identity:
    """The accounts of one native store."""

    def __init__(self, database: Database, issuer: Issuer | None = None, tries: Tries | None = None) -> None:
        self._database = database
        self._tokens = accounts.Tokens(database)
        self._issuer = issuer
        self._tries = tries or Tries()
        self._hashing = Hashing()
        self._latest = Latest()

    async def viewer(self, token: str, *, now: datetime | None = None) -> Viewer:
        """Who the token speaks for. Raises Unauthenticated, always with the same words."""
        if self._issuer is not None and looks_like_jwt(token):
            return await self._by_jwt(self._issuer, token)
        hashed = _hash(token)
        row = await self._tokens.signed_in(hashed)
        expired = row is not None and row.expires_at is not None and row.expires_at <= (now or datetime.now(UTC))
        if row is None or expired or row.status != UserStatus.ACTIVE.value:
            raise Unauthenticated(REFUSED)

        def viewer(row: SignedIn = row) -> Viewer:
            found = self._viewer(row.user_id, row, _known_scopes(row.scopes))
            is_session = token.startswith(PREFIXES["session"])
            return replace(found, expires_at=row.expires_at, token=row.id, is_session=is_session)

        return self._latest.keep(hashed, row, viewer)

    def last_known(self, token: str) -> Viewer | None:
        """For whom the token spoke when it was looked up last, not long ago: a guess, which gives no rights."""
        return self._latest.of(_hash(token))

    async def _by_jwt(self, issuer: Issuer, token: str) -> Viewer:
        try:
            claimed = await issuer.claimed(token)
        except BadJwt as why:
            log.info("a JWT was refused", why=str(why))
            raise Unauthenticated(REFUSED) from None
        return replace(await self.forwarded(claimed.email, claimed.scopes), expires_at=claimed.expires_at)

    async def forwarded(self, email: str, scopes: Set[TokenScope] | None = None) -> Viewer:
        """Whoever has this address, on the word of somebody who is trusted to know. Raises Unauthenticated."""
        fits = len(email) <= LONGEST_LOGIN and storable(email)
        row = await accounts.by_address(self._database, email) if fits else None
        # Found without accents too, as people search: those are the addresses of others.
        if row is None or same_address(row.email) != same_address(email) or row.status != UserStatus.ACTIVE.value:
            raise Unauthenticated(REFUSED)
        return self._viewer(row.id, row, scopes)

    async def greeted(self, token: str, address: str | None) -> Viewer:
        """As `viewer`, where guessing costs a client nothing: failures are counted. Raises TooOften too."""
        with self._tries.begun(None, address):
            viewer = await self.viewer(token)
        self._tries.succeeded(None, address)
        return viewer

    async def account(self, native: str) -> Account:
        """Somebody, with what their role allows today. Raises InvalidState for who is not active."""
        row = await accounts.by_id(self._database, native)
        if row is None or row.status != UserStatus.ACTIVE.value:
            message = "Its owner is not an active user."
            raise InvalidState(message)
        return Account(self._viewer(row.id, row), row.name, row.email)

    async def asker(self, native: str | None, scopes: str) -> Viewer:
        """Who asked for a job: with what their role allows today of what their token was for.

        Raises InvalidState for who is not active any more.
        """
        row = None if native is None else await accounts.by_id(self._database, native)
        if row is None or row.status != UserStatus.ACTIVE.value:
            message = "Who asked for it is not an active user any more."
            raise InvalidState(message)
        return self._viewer(row.id, row, _known_scopes(scopes))

    def _viewer(self, native: str, row: AnyRow | SignedIn, scopes: Set[TokenScope] | None = None) -> Viewer:
        """Who asks, with what the role allows today of these scopes. A service account is nobody in other sources."""
        role, is_service = NATIVE_ROLES[row.role].kind, row.origin == Origin.SERVICE.value
        allowed = scopes_of(role)
        return Viewer(
            user=ResourceId(self._database.name, Kind.USER, native),
            role=role,
            scopes=allowed if scopes is None else allowed & scopes,
            email=None if is_service else row.email,
            is_service=is_service,
        )

    async def login(
        self, name: str, password: str, *, address: str | None = None, now: datetime | None = None
    ) -> IssuedToken:
        """A session for a user name (or e-mail address) and password. Says nothing about which was wrong.

        Raises TooOften for what was typed as the name, whether anybody has it or not: counting by the account would
        tell which two names are one person's.
        """
        now, typed = now or datetime.now(UTC), fold(name.strip())
        with self._tries.begun(typed, address):
            row = await self._user(name)
            known = row.password_hash if row is not None else None
            right = await self._hashing.is_right(known, password)
        if row is None or not right or row.status != UserStatus.ACTIVE.value:
            message = "The user name or the password is wrong."
            raise Unauthenticated(message)
        scopes = scopes_of(NATIVE_ROLES[row.role].kind)
        self._tries.succeeded(typed, address)
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
        wanted = scopes_of(NATIVE_ROLES[row.role].kind) if scopes is None else _within(row.role, _scopes(scopes))
        now = datetime.now(UTC)
        return await self._issue(row.id, name, "api", wanted, None if lifetime is None else now + lifetime, now)

    async def create_service_token(
        self,
        service: str,
        *,
        role: str | None = None,
        name: str,
        scopes: Sequence[str],
        lifetime: timedelta | None = None,
    ) -> IssuedToken:
        """A token of a program's own account, which is made with the first. It says what it is for: scopes are needed.

        The account is a user of origin SERVICE, so that things can be shared with it and the audit trail names it.
        """
        if not SERVICE_NAME.fullmatch(service):
            message = f"{service!r} is not the name of a service: it has small letters, digits and . _ - in it."
            raise BadInput(message)
        row = await accounts.service(self._database, service)
        if row is not None and row.status != UserStatus.ACTIVE.value:
            message = f"The service account {service} is not active; a token would be refused."
            raise Conflict(message)
        if row is not None and role not in {None, row.role}:
            message = f"The service account {service} is there, as {row.role}; leave --role out, or use changeUserRole."
            raise Conflict(message)
        native_role = row.role if row is not None else user_changes.role_named(role or VIEWER.native_name).native_name
        if not scopes:
            message = "Say what the service may be used for, with one --scope or more."
            raise BadInput(message)
        wanted = _within(native_role, _scopes(scopes))
        now = datetime.now(UTC)
        native = row.id if row is not None else await self._add_service(service, native_role, now)
        return await self._issue(native, name, "api", wanted, None if lifetime is None else now + lifetime, now)

    async def _add_service(self, name: str, role: str, now: datetime) -> str:
        native = secrets.token_hex(12)
        account = NewUser(native, f"{name}@{PRETEND}", role, user_name=name, origin=Origin.SERVICE)
        await accounts.add_user(self._database, account, now)
        return native

    async def tokens(self) -> list[TokenFacts]:
        return [
            TokenFacts(
                row.id,
                row.name,
                f"service {row.user_name}" if row.origin == Origin.SERVICE.value else row.email,
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
            return self._viewer(row.id, row)
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
        """What is kept of a password."""
        return await self._hashing.hashed(password)

    async def password_known(self, user: str, password: str) -> str | None:
        """The hash that is kept of a user's password, if this is the password. Raises TooOften."""
        with self._tries.begun(user, None):
            known = await accounts.password_hash(self._database, user)
            right = await self._hashing.is_right(known, password)
        if not right:
            return None
        self._tries.succeeded(user, None)
        return known


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _within(role: str, wanted: frozenset[TokenScope]) -> frozenset[TokenScope]:
    """These scopes. Raises BadInput when they are more than the role may have."""
    if beyond := wanted - scopes_of(NATIVE_ROLES[role].kind):
        message = f"A {role} may not have the scope {', '.join(sorted(beyond))}."
        raise BadInput(message)
    return wanted


@lru_cache(200)
def _known_scopes(names: str) -> frozenset[TokenScope]:
    """Those of the names that are scopes; what another version wrote down may be none."""
    return frozenset(TokenScope(name) for name in names.split() if name in set(TokenScope))


def _scopes(names: Sequence[str]) -> frozenset[TokenScope]:
    try:
        return frozenset(TokenScope(name) for name in names)
    except ValueError:
        unknown = next(name for name in names if name not in set(TokenScope))
        message = f"There is no scope {unknown!r}; there are: {', '.join(TokenScope)}."
        raise BadInput(message) from None
