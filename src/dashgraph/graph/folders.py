"""Folders."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from dashgraph.domain import folders
from dashgraph.domain.dashboards import DASHBOARDS_OF_FOLDER
from dashgraph.domain.folders import ANCESTORS, CHILDREN_OF_FOLDER, DEEPEST, FOLDER
from dashgraph.domain.users import USER
from dashgraph.graph.edges import fact, to_many, to_one
from dashgraph.graph.filters import DashboardFilter, FolderFilter
from dashgraph.graph.nodes import Node, shows
from dashgraph.graph.paging import Connection
from dashgraph.graph.users import User

if TYPE_CHECKING:
    from dashgraph.graph.dashboards import Dashboard

LazyDashboard = Annotated["Dashboard", strawberry.lazy("dashgraph.graph.dashboards")]
LazyFolder = Annotated["Folder", strawberry.lazy("dashgraph.graph.folders")]


@shows(folders.Folder)
@strawberry.federation.type(
    keys=["id"],
    description="A folder of dashboards. It gives no rights: it is seen by its owner and by whoever sees a "
    "dashboard somewhere in it.",
)
class Folder(Node):
    LOOKUP = FOLDER

    thing: strawberry.Private[folders.Folder]

    name: str = fact("name", description="The name of the folder.")
    revision: int = fact(
        "revision",
        description="Counts up with every change of the folder itself, not of what is in it; give it back to change "
        "only what you have seen.",
    )
    created_at: datetime = fact("created_at", description="When it was made.")
    updated_at: datetime = fact("updated_at", description="When it was last changed.")
    owner: User | None = to_one(USER, "owner", description="Who owns it.")

    parent: LazyFolder | None = to_one(FOLDER, "parent", description="The folder that it is in; null at the top.")

    @strawberry.field(description=f"The folders above it, the topmost first; at most {DEEPEST}, so without pages.")
    async def ancestors(self) -> list[LazyFolder]:
        above = await self.loaders.thing(ANCESTORS, self.resource)
        return [Folder(thing=folder, loaders=self.loaders) for folder in above or ()]

    children: Connection[LazyFolder] | None = to_many(
        CHILDREN_OF_FOLDER,
        filter=FolderFilter,
        description="The folders directly in it that you may see.",
    )

    dashboards: Connection[LazyDashboard] | None = to_many(
        DASHBOARDS_OF_FOLDER,
        filter=DashboardFilter,
        description="The dashboards directly in it that you may see.",
    )
