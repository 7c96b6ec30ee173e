"""Groups of users. A share to a group reaches each of its members."""

from dataclasses import dataclass
from datetime import datetime

from dashgraph.domain.changes import UNCHANGED, Change, Unchanged
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import IdFilter, Listing, Lookup, Sort, TextFilter, TimeFilter
from dashgraph.domain.roles import Role, RoleKind
from dashgraph.domain.sources import Capability
from dashgraph.domain.users import Origin
from dashgraph.domain.viewers import TokenScope


@dataclass(frozen=True, slots=True)
class Group:
    """`role` is what members become by being members, where the source knows such a thing."""

    id: ResourceId
    name: str
    mail: str | None
    role: Role | None
    origin: Origin
    revision: int | None
    created_at: datetime | None
    updated_at: datetime | None


class GroupSort(Sort):
    NAME_ASC = "name"
    NAME_DESC = "-name"
    MAIL_ASC = "mail"
    MAIL_DESC = "-mail"
    CREATED_AT_ASC = "created_at"
    CREATED_AT_DESC = "-created_at"
    UPDATED_AT_ASC = "updated_at"
    UPDATED_AT_DESC = "-updated_at"
    ID_ASC = "id"
    ID_DESC = "-id"


@dataclass(frozen=True, slots=True)
class GroupFilter:
    ids: IdFilter | None = None
    name: TextFilter | None = None
    mail: TextFilter | None = None
    role: tuple[RoleKind, ...] | None = None
    origin: Origin | None = None
    member: IdFilter | None = None
    created_at: TimeFilter | None = None
    updated_at: TimeFilter | None = None
    text: str | None = None


GROUP = Lookup[Group]("group", Kind.GROUP, TokenScope.USERS_READ)
GROUPS = Listing[Group]("groups", Kind.GROUP, TokenScope.USERS_READ, GroupSort, GroupSort.NAME_ASC)
GROUPS_OF_USER = Listing[Group](
    "user.groups", Kind.GROUP, TokenScope.USERS_READ, GroupSort, GroupSort.NAME_ASC, under=Kind.USER, many_to_many=True
)


class _GroupChange(Change):
    NEEDS = Capability.GROUP_WRITE
    SCOPE = TokenScope.USERS_ADMIN
    ABOUT = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateGroup(_GroupChange):
    ABOUT = "into"

    into: str
    called: str  # `name` is the mutation's
    mail: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateGroup(_GroupChange):
    group: ResourceId
    called: str | Unchanged | None = UNCHANGED
    mail: str | Unchanged | None = UNCHANGED
    role: str | Unchanged | None = UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteGroup(_GroupChange):
    """Take a group away for good, with its memberships and with the shares to it. Dashboards stay."""

    group: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUserToGroup(_GroupChange):
    """Make a user a member. Who is one already stays one."""

    user: ResourceId
    group: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveUserFromGroup(_GroupChange):
    """Make a user no member any more. Who is none stays none."""

    user: ResourceId
    group: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUserGroups(_GroupChange):
    """Make these the groups of a user, all of them."""

    ABOUT = "user"

    user: ResourceId
    groups: tuple[ResourceId, ...]
