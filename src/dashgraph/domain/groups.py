"""Groups of users. A share to a group reaches each of its members."""

from dataclasses import dataclass
from datetime import datetime

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import IdFilter, Listing, Lookup, Sort, TextFilter, TimeFilter
from dashgraph.domain.roles import Role, RoleKind
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
    created_at: datetime
    updated_at: datetime


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
    "user.groups", Kind.GROUP, TokenScope.USERS_READ, GroupSort, GroupSort.NAME_ASC, under=Kind.USER
)
