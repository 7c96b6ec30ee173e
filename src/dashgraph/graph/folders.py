"""Folders."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from dashgraph.domain import folders
from dashgraph.domain.dashboards import DASHBOARDS_OF_FOLDER, DashboardSort
from dashgraph.domain.folders import ANCESTORS, CHILDREN_OF_FOLDER, DEEPEST, FOLDER, FolderSort
from dashgraph.domain.users import USER
from dashgraph.graph.filters import DashboardFilter, FolderFilter, read
from dashgraph.graph.nodes import Node, fetch, shape, shows
from dashgraph.graph.paging import FILTER, SORT, After, Before, Connection, First, Last, under
from dashgraph.graph.users import User

if TYPE_CHECKING:
    from dashgraph.graph.dashboards import Dashboard


@shows(folders.Folder)
@strawberry.federation.type(
    keys=["id"],
    description="A folder of dashboards. It gives no rights: it is seen by its owner and by whoever sees a "
    "dashboard somewhere in it.",
)
class Folder(Node):
    LOOKUP = FOLDER

    thing: strawberry.Private[folders.Folder]

    @strawberry.field(description="The name of the folder.")
    def name(self) -> str:
        return self.thing.name

    @strawberry.field(description="When it was made.")
    def created_at(self) -> datetime:
        return self.thing.created_at

    @strawberry.field(description="When it was last changed.")
    def updated_at(self) -> datetime:
        return self.thing.updated_at

    @strawberry.field(description="Who owns it.")
    async def owner(self) -> User | None:
        found: User | None = await fetch(self.loaders, USER, self.thing.owner)
        return found

    @strawberry.field(description="The folder that it is in; null at the top.")
    async def parent(self) -> Annotated["Folder", strawberry.lazy("dashgraph.graph.folders")] | None:
        found: Folder | None = await fetch(self.loaders, FOLDER, self.thing.parent)
        return found

    @strawberry.field(description=f"The folders above it, the topmost first; at most {DEEPEST}, so without pages.")
    async def ancestors(self) -> list[Annotated["Folder", strawberry.lazy("dashgraph.graph.folders")]]:
        above = await self.loaders.thing(ANCESTORS, self.resource)
        return [Folder(thing=folder, loaders=self.loaders) for folder in above or ()]

    @strawberry.field(description="The folders directly in it that you may see.")
    def children(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[FolderSort, SORT] = FolderSort.NAME_ASC,
        filter: Annotated[FolderFilter | None, FILTER] = UNSET,
    ) -> Connection[Annotated["Folder", strawberry.lazy("dashgraph.graph.folders")]] | None:
        return under(
            self.loaders,
            CHILDREN_OF_FOLDER,
            self.resource,
            (first, after, last, before),
            sort=sort,
            filter=read(filter),
            shape=shape(self.loaders),
        )

    @strawberry.field(description="The dashboards directly in it that you may see.")
    def dashboards(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[DashboardSort, SORT] = DashboardSort.TITLE_ASC,
        filter: Annotated[DashboardFilter | None, FILTER] = UNSET,
    ) -> Connection[Annotated["Dashboard", strawberry.lazy("dashgraph.graph.dashboards")]] | None:
        return under(
            self.loaders,
            DASHBOARDS_OF_FOLDER,
            self.resource,
            (first, after, last, before),
            sort=sort,
            filter=read(filter),
            shape=shape(self.loaders),
        )
