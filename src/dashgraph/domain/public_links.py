"""Public links: the address by which anybody sees a dashboard, with or without a password."""

from dataclasses import dataclass
from datetime import datetime

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Lookup
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope


@dataclass(frozen=True, slots=True)
class LinkPassword:
    """One password of a link. What it is, is told once, when it is made."""

    id: str
    note: str | None
    created_at: datetime | None
    created_by_email: str | None


@dataclass(frozen=True, slots=True)
class PublicLink:
    """`url` is None while it is not enabled. It is for owners, editors and administrators: it opens the dashboard."""

    dashboard: ResourceId
    enabled: bool
    url: str | None
    password_required: bool
    passwords: tuple[LinkPassword, ...] = ()


PUBLIC_LINK = Lookup[PublicLink]("dashboard.publicLink", Kind.DASHBOARD, TokenScope.DASHBOARDS_READ)


class _LinkChange(Change):
    NEEDS = Capability.PUBLIC_LINK
    SCOPE = TokenScope.SHARES_WRITE
    ABOUT = "dashboard"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPublicLink(_LinkChange):
    """Let anybody with the link see a dashboard, or not. Enabling it again may make another address."""

    dashboard: ResourceId
    enabled: bool
    password_required: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotatePublicLink(_LinkChange):
    """Make another address; the one so far opens nothing any more."""

    dashboard: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPublicLinkPassword(_LinkChange):
    """Add a password to a link. Without one the system makes it.

    The outcome tells it once: the fact `password`, a Secret.
    """

    UNTOLD = frozenset({"password"})

    dashboard: ResourceId
    password: Secret | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePublicLinkPassword(_LinkChange):
    """`password_id` is the id of a password, as the link lists it."""

    dashboard: ResourceId
    password_id: str
