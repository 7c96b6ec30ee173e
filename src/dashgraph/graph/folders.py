"""Folders."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from dashgraph.domain import folders
from dashgraph.domain.dashboards import DASHBOARDS_OF_FOLDER
from dashgraph.domain.folders import ANCESTORS, CHILDREN_OF_FOLDER, DEEPEST, FOLDER
from dashgraph.domain.projects import PROJECT
from dashgraph.domain.shares import SHARES_OF_FOLDER
from dashgraph.domain.users import USER
from dashgraph.graph.edges import fact, to_many, to_one
from dashgraph.graph.filters import DashboardFilter, FolderFilter, ShareFilter
from dashgraph.graph.nodes import Resource, shows
from dashgraph.graph.paging import Connection
from dashgraph.graph.projects import Project
from dashgraph.graph.users import User

if TYPE_CHECKING:
    from dashgraph.graph.dashboards import Dashboard
    from dashgraph.graph.shares import Share

LazyDashboard = Annotated["Dashboard", strawberry.lazy("dashgraph.graph.dashboards")]
LazyFolder = Annotated["Folder", strawberry.lazy("dashgraph.graph.folders")]
LazyShare = Annotated["Share", strawberry.lazy("dashgraph.graph.shares")]


@shows(folders.Folder)
@strawberry.federation.type(
    keys=["id"],
    description="A folder of dashboards. It is seen by its owner and by whoever sees a dashboard somewhere in it. It "
    "gives no rights, but in sources where folders are shared: see `shares`.",
)
class Folder(Resource):
    LOOKUP = FOLDER

    thing: strawberry.Private[folders.Folder]

    name: str = fact("name", description="The name of the folder.")
    revision: int | None = fact(
        "revision",
        description="Counts up with every change of the folder itself, not of what is in it; give it back to change "
        "only what you have seen.",
    )
    created_at: datetime | None = fact("created_at", description="When it was made.")
    updated_at: datetime | None = fact("updated_at", description="When it was last changed.")
    owner: User | None = to_one(USER, "owner", description="Who owns it.")

    project: Project | None = to_one(
        PROJECT, "project", description="The project it is in; null in sources that have none."
    )

    slug: str | None = fact("slug", description="Its name in addresses, where the source has one.")
    private: bool | None = fact(
        "private",
        description="Whether only those see what is in it whom it is shared with; null in sources without private "
        "folders.",
    )

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

    shares: Connection[LazyShare] | None = to_many(
        SHARES_OF_FOLDER,
        filter=ShareFilter,
        description="Whom it is shared with, in sources where folders are: all shares for administrators, else those "
        "that reach you.",
    )
