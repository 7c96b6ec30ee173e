"""Groups and their members."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from dashgraph.domain import groups
from dashgraph.domain.groups import GROUP
from dashgraph.domain.shares import SHARES_OF_GROUP
from dashgraph.domain.users import USERS_OF_GROUP, Origin
from dashgraph.graph.edges import fact, to_many
from dashgraph.graph.filters import ShareFilter, UserFilter
from dashgraph.graph.nodes import Resource, shows
from dashgraph.graph.paging import Connection
from dashgraph.graph.scalars import EmailAddress
from dashgraph.graph.users import Role, User, role

if TYPE_CHECKING:
    from dashgraph.graph.shares import Share

LazyShare = Annotated["Share", strawberry.lazy("dashgraph.graph.shares")]


@shows(groups.Group)
@strawberry.federation.type(
    keys=["id"],
    description="A group of users. A share to a group reaches its members; groups hold no groups. Everybody who "
    "signs in sees that a group is there; who is in it is seen by its members and administrators.",
)
class Group(Resource):
    LOOKUP = GROUP

    thing: strawberry.Private[groups.Group]

    name: str = fact("name", description="The name of the group.")
    mail: EmailAddress | None = fact("mail", description="The address that reaches the group, where there is one.")

    @strawberry.field(description="The role that members get by the group, where the source knows such a thing.")
    def role(self) -> Role | None:
        return None if self.thing.role is None else role(self.thing.role)

    origin: Origin = fact("origin", description="Where the group was made.")
    revision: int | None = fact(
        "revision",
        description="Counts up with every change of the group and of who is in it; give it back to change only what "
        "you have seen.",
    )
    created_at: datetime | None = fact("created_at", description="When the group was made.")
    updated_at: datetime | None = fact("updated_at", description="When the group was last changed.")
    users: Connection[User] | None = to_many(
        USERS_OF_GROUP,
        filter=UserFilter,
        description="Its members. Empty for those who are neither members nor administrators.",
    )

    shares: Connection[LazyShare] | None = to_many(
        SHARES_OF_GROUP,
        filter=ShareFilter,
        description="The shares to this group, as far as you see them: of dashboards that you own, edit or see "
        "through the group.",
    )
