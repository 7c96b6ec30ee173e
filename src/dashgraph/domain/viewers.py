"""Who is asking, and how far they reach."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import Forbidden
from dashgraph.domain.roles import RoleKind

SERVICES_OWN_NOTHING = "A service account owns nothing; ask with the token of a person who can."


class TokenScope(StrEnum):
    """What a token may be used for; its holder's own rights are the other limit."""

    DASHBOARDS_READ = "dashboards:read"
    DASHBOARDS_WRITE = "dashboards:write"
    SHARES_WRITE = "shares:write"
    SCHEDULES_WRITE = "schedules:write"
    ALERTS_TRIGGER = "alerts:trigger"
    PROFILE_WRITE = "profile:write"
    USERS_READ = "users:read"
    USERS_ADMIN = "users:admin"
    ADMIN_READ = "admin:read"
    ADMIN_WRITE = "admin:write"


class Reach(StrEnum):
    """Which content a question is about."""

    VISIBLE = "visible"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking, in this request. Two viewers are equal when they may see the same.

    `as_reader` shows what people are shown who may only view: the version published last, whatever else one may do.
    """

    user: ResourceId
    role: RoleKind
    scopes: frozenset[TokenScope]
    expires_at: datetime | None = None
    reach: Reach = Reach.VISIBLE
    as_reader: bool = False
    token: str | None = field(default=None, compare=False)  # the id of the token that speaks for the viewer
    is_session: bool = field(default=False, compare=False)  # whoever signs in again has another token
    email: str | None = None  # of the account, as its administrators keep it: who the viewer is in other sources
    is_service: bool = False  # a program with an account of its own, which owns nothing

    @property
    def is_admin(self) -> bool:
        return self.role is RoleKind.ADMIN

    @property
    def account(self) -> str:
        """What is counted on: an API token, which administrators make, else the person with all sessions and JWTs."""
        return self.user.encode() if self.token is None or self.is_session else self.token

    @property
    def may_own(self) -> bool:
        """Whether content may be this viewer's own."""
        return self.role in {RoleKind.ADMIN, RoleKind.EDITOR} and not self.is_service

    def within(self, reach: Reach) -> Self:
        """The same viewer with this reach. Everything is for administrators with the scope for it."""
        if reach is self.reach:
            return self
        if reach is Reach.ALL and not self.is_admin:
            message = "Only administrators may ask for scope ALL; leave it out to see what is yours."
            raise Forbidden(message)
        if reach is Reach.ALL:
            self.require(TokenScope.ADMIN_READ)
        return replace(self, reach=reach)

    def require(self, scope: TokenScope) -> None:
        """Refuse when the token was not made for this."""
        if scope not in self.scopes:
            message = f"This token lacks the scope {scope}; make one that has it with: dashgraph token create"
            raise Forbidden(message, scope=str(scope))

    def native_in(self, source: str) -> str | None:
        """The viewer's own id in a source, or None where nobody is known to be the viewer."""
        return self.user.native if self.user.source == source else None
