"""Groups and their members."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from dashgraph.domain import groups
from dashgraph.domain.groups import GROUP
from dashgraph.domain.shares import SHARES_OF_GROUP, ShareSort
from dashgraph.domain.users import USERS_OF_GROUP, Origin, UserSort
from dashgraph.graph.filters import ShareFilter, UserFilter, read
from dashgraph.graph.nodes import Node, shape, shows
from dashgraph.graph.paging import FILTER, SORT, After, Before, Connection, First, Last, under
from dashgraph.graph.scalars import EmailAddress
from dashgraph.graph.users import Role, User, role

if TYPE_CHECKING:
    from dashgraph.graph.shares import Share


@shows(groups.Group)
@strawberry.federation.type(
    keys=["id"],
    description="A group of users. A share to a group reaches its members; groups hold no groups. Everybody who "
    "signs in sees that a group is there; who is in it is seen by its members and administrators.",
)
class Group(Node):
    LOOKUP = GROUP

    thing: strawberry.Private[groups.Group]

    @strawberry.field(description="The name of the group.")
    def name(self) -> str:
        return self.thing.name

    @strawberry.field(description="The address that reaches the group, where there is one.")
    def mail(self) -> EmailAddress | None:
        return None if self.thing.mail is None else EmailAddress(self.thing.mail)

    @strawberry.field(description="The role that members get by the group, where the source knows such a thing.")
    def role(self) -> Role | None:
        return None if self.thing.role is None else role(self.thing.role)

    @strawberry.field(description="Where the group was made.")
    def origin(self) -> Origin:
        return self.thing.origin

    @strawberry.field(description="When the group was made.")
    def created_at(self) -> datetime:
        return self.thing.created_at

    @strawberry.field(description="When the group was last changed.")
    def updated_at(self) -> datetime:
        return self.thing.updated_at

    @strawberry.field(description="Its members. Empty for those who are neither members nor administrators.")
    def users(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[UserSort, SORT] = UserSort.NAME_ASC,
        filter: Annotated[UserFilter | None, FILTER] = UNSET,
    ) -> Connection[User] | None:
        return under(
            self.loaders,
            USERS_OF_GROUP,
            self.resource,
            (first, after, last, before),
            sort=sort,
            filter=read(filter),
            shape=shape(self.loaders),
        )

    @strawberry.field(
        description="The shares to this group, as far as you see them: of dashboards that you own, edit or see "
        "through the group."
    )
    def shares(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[ShareSort, SORT] = ShareSort.CREATED_AT_DESC,
        filter: Annotated[ShareFilter | None, FILTER] = UNSET,
    ) -> Connection[Annotated["Share", strawberry.lazy("dashgraph.graph.shares")]] | None:
        return under(
            self.loaders,
            SHARES_OF_GROUP,
            self.resource,
            (first, after, last, before),
            sort=sort,
            filter=read(filter),
            shape=shape(self.loaders),
        )
