"""What is told of deleted dashboards. They are no nodes: nothing but the list leads to them."""

from datetime import datetime

import strawberry

from dashgraph.domain import trash
from dashgraph.domain.users import USER
from dashgraph.graph.edges import fact, to_one
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import shows
from dashgraph.graph.sources import Source
from dashgraph.graph.users import User


@shows(trash.DeletedDashboard)
@strawberry.type(description="A dashboard in the trash, as its owner and administrators see it.")
class DeletedDashboard:
    thing: strawberry.Private[trash.DeletedDashboard]
    loaders: strawberry.Private[Loaders]

    @strawberry.field(
        description="The global id it had and will have again: for `restoreDeletedDashboard` and `purgeDashboard`."
    )
    def dashboard_id(self) -> strawberry.ID:
        return strawberry.ID(self.thing.id.encode())

    @strawberry.field(description="The system that this comes from.")
    def source(self) -> Source:
        return Source(name=self.thing.id.source, loaders=self.loaders)

    title: str = fact("title", description="Its title.")
    description: str | None = fact("description", description="Its description.")
    revision: int = fact("revision", description="Its revision; give it back to restore only what you have seen.")
    owner: User | None = to_one(USER, "owner", description="Whose it was and will be again.")
    created_at: datetime = fact("created_at", description="When it was made.")
    deleted_at: datetime = fact("deleted_at", description="When it was deleted.")
    deleted_by: User | None = to_one(USER, "deleted_by", description="Who deleted it.")
    purge_at: datetime = fact(
        "purge_at", description="From when on it is removed for good; DASHGRAPH_TRASH_DAYS after it was deleted."
    )
