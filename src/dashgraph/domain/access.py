"""Who may see a dashboard, by which ways, and what they may do with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Listing, Lookup, Sort
from dashgraph.domain.shares import ShareRule
from dashgraph.domain.viewers import TokenScope


class AccessRole(StrEnum):
    """What somebody is to a dashboard; of several, the strongest counts."""

    OWNER = "owner"
    ADMIN = "admin"
    EDIT = "edit"
    VIEW = "view"


RANKS = {AccessRole.VIEW: 1, AccessRole.EDIT: 2, AccessRole.ADMIN: 3, AccessRole.OWNER: 4}
ROLE_OF_RANK = {rank: role for role, rank in RANKS.items()}


class PathKind(StrEnum):
    """The way by which access comes."""

    OWNER = "owner"
    DIRECT = "direct"
    GROUP = "group"
    ADMIN = "admin"
    INHERITED = "inherited"


@dataclass(frozen=True, slots=True)
class AccessPath:
    """One way in. `share` is the share that opens it, `group` the group that the share names.

    An inherited one comes from a role in what the dashboard is in: its folder, project or organization.
    """

    kind: PathKind
    role: AccessRole
    share: ResourceId | None = None
    group: ResourceId | None = None

    @property
    def rule(self) -> ShareRule | None:
        """The rule of the share; None for ways without one."""
        return None if self.share is None else ShareRule(self.role.value)


@dataclass(frozen=True, slots=True)
class Access:
    """One user's access to one dashboard, with every path that leads there; take one away, the others stay."""

    dashboard: ResourceId
    user: ResourceId
    paths: tuple[AccessPath, ...]

    @property
    def role(self) -> AccessRole:
        return strongest(self.paths)


def strongest(paths: Sequence[AccessPath]) -> AccessRole:
    """What these paths make of somebody."""
    return max((path.role for path in paths), key=RANKS.__getitem__)


class AccessSort(Sort):
    """Of the users who can see a dashboard."""

    NAME_ASC = "name"
    NAME_DESC = "-name"
    EMAIL_ASC = "email"
    EMAIL_DESC = "-email"


class ReachableSort(Sort):
    """Of the dashboards that a user can see."""

    TITLE_ASC = "title"
    TITLE_DESC = "-title"
    UPDATED_AT_ASC = "updated_at"
    UPDATED_AT_DESC = "-updated_at"


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """Keep the access that one of these paths gives, or that amounts to one of these roles."""

    paths: tuple[PathKind, ...] | None = None


PERMISSION = Lookup[Access]("dashboard.myPermission", Kind.DASHBOARD, TokenScope.DASHBOARDS_READ)
ACCESS_OF_DASHBOARD = Listing[Access](
    "dashboard.access",
    Kind.USER,
    TokenScope.DASHBOARDS_READ,
    AccessSort,
    AccessSort.NAME_ASC,
    under=Kind.DASHBOARD,
)
ACCESSIBLE_TO_USER = Listing[Access](
    "user.accessibleDashboards",
    Kind.DASHBOARD,
    TokenScope.DASHBOARDS_READ,
    ReachableSort,
    ReachableSort.TITLE_ASC,
    under=Kind.USER,
)
SHARED_WITH_USER = Listing[Access](
    "user.sharedDashboards",
    Kind.DASHBOARD,
    TokenScope.DASHBOARDS_READ,
    ReachableSort,
    ReachableSort.TITLE_ASC,
    under=Kind.USER,
)
