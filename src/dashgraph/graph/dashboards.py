"""Dashboards and their published versions."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from dashgraph.domain import dash, dashboards
from dashgraph.domain.access import ACCESS_OF_DASHBOARD, PERMISSION, AccessSort
from dashgraph.domain.dashboards import (
    DASHBOARD,
    DASHBOARD_DOCUMENT,
    VERSION,
    VERSIONS_OF_DASHBOARD,
    DashboardState,
    VersionSort,
)
from dashgraph.domain.datasources import DATASOURCE
from dashgraph.domain.folders import FOLDER
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, ShareSort
from dashgraph.domain.users import USER
from dashgraph.domain.widgets import WIDGETS_OF_DASHBOARD, WidgetSort
from dashgraph.graph.access import Access, Permission
from dashgraph.graph.datasources import DataSource
from dashgraph.graph.documents import Filter, Layout, Style
from dashgraph.graph.filters import AccessFilter, ShareFilter, WidgetFilter, read
from dashgraph.graph.folders import Folder
from dashgraph.graph.nodes import Node, fetch, shape, shows
from dashgraph.graph.paging import FILTER, SORT, After, Before, Connection, First, Last, under
from dashgraph.graph.scalars import JSON
from dashgraph.graph.shares import Share
from dashgraph.graph.users import User
from dashgraph.graph.widgets import Widget


@shows(dashboards.DashboardVersion)
@strawberry.federation.type(
    keys=["id"],
    description="A published version of a dashboard. The owner, editors and administrators see all of them, other "
    "viewers the newest.",
)
class DashboardVersion(Node):
    LOOKUP = VERSION

    thing: strawberry.Private[dashboards.DashboardVersion]

    @strawberry.field(description="Counts up with each version.")
    def number(self) -> int:
        return self.thing.number

    @strawberry.field(description="The title it had.")
    def title(self) -> str:
        return self.thing.title

    @strawberry.field(description="The description it had.")
    def description(self) -> str | None:
        return self.thing.description

    @strawberry.field(description="When it was published.")
    def published_at(self) -> datetime:
        return self.thing.published_at

    @strawberry.field(description="Who published it.")
    async def published_by(self) -> User | None:
        found: User | None = await fetch(self.loaders, USER, self.thing.published_by)
        return found


@shows(dashboards.Dashboard)
@strawberry.federation.type(
    keys=["id"],
    description="A dashboard, as you see it: owners, editors and administrators see the working content, other "
    "viewers the version published last.",
)
class Dashboard(Node):
    LOOKUP = DASHBOARD

    thing: strawberry.Private[dashboards.Dashboard]

    @strawberry.field(description="Its title. Several dashboards may have the same.")
    def title(self) -> str:
        return self.thing.title

    @strawberry.field(description="Its description.")
    def description(self) -> str | None:
        return self.thing.description

    @strawberry.field(description="The type in the document; `dashboard` as a rule.")
    def type(self) -> str | None:
        return self.thing.type

    @strawberry.field(description="How the working content relates to what viewers are shown.")
    def state(self) -> DashboardState:
        return self.thing.state

    @strawberry.field(description="Counts up with every change; give it back to change only what you have seen.")
    def revision(self) -> int:
        return self.thing.revision

    @strawberry.field(description="When it was made.")
    def created_at(self) -> datetime:
        return self.thing.created_at

    @strawberry.field(description="When it was last changed.")
    def updated_at(self) -> datetime:
        return self.thing.updated_at

    @strawberry.field(description="When the version was published that viewers see; null when none was.")
    def published_at(self) -> datetime | None:
        return self.thing.published_at

    @strawberry.field(description="Who answers for it. Null when nobody does.")
    async def owner(self) -> User | None:
        found: User | None = await fetch(self.loaders, USER, self.thing.owner)
        return found

    @strawberry.field(description="The folder it is in; null at the top.")
    async def folder(self) -> Folder | None:
        found: Folder | None = await fetch(self.loaders, FOLDER, self.thing.folder)
        return found

    @strawberry.field(description="What it asks for its numbers; widgets may ask others.")
    async def datasource(self) -> DataSource | None:
        return DataSource.of(await self.loaders.thing(DATASOURCE, self.thing.datasource))

    @strawberry.field(description="What you may do with it, and why.")
    async def my_permission(self) -> Permission | None:
        found = await self.loaders.thing(PERMISSION, self.resource)
        return None if found is None else Permission(thing=found, loaders=self.loaders)

    @strawberry.field(description="Its widgets.")
    def widgets(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[WidgetSort, SORT] = WidgetSort.POSITION_ASC,
        filter: Annotated[WidgetFilter | None, FILTER] = UNSET,
    ) -> Connection[Widget] | None:
        return under(
            self.loaders,
            WIDGETS_OF_DASHBOARD,
            self.resource,
            (first, after, last, before),
            sort=sort,
            filter=read(filter),
            shape=shape(self.loaders),
        )

    @strawberry.field(
        description="Whom it is shared with: all shares for the owner, editors and administrators, else those that "
        "reach you. The owner is not among them."
    )
    def shares(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[ShareSort, SORT] = ShareSort.SUBJECT_ASC,
        filter: Annotated[ShareFilter | None, FILTER] = UNSET,
    ) -> Connection[Share] | None:
        return under(
            self.loaders,
            SHARES_OF_DASHBOARD,
            self.resource,
            (first, after, last, before),
            sort=sort,
            filter=read(filter),
            shape=shape(self.loaders),
        )

    @strawberry.field(
        description="Every user who can see it, each with all paths: owning it, a share, each group. For the owner, "
        "editors and administrators; others find only themselves."
    )
    def access(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[AccessSort, SORT] = AccessSort.NAME_ASC,
        filter: Annotated[AccessFilter | None, FILTER] = UNSET,
    ) -> Connection[Access] | None:
        return under(
            self.loaders,
            ACCESS_OF_DASHBOARD,
            self.resource,
            (first, after, last, before),
            sort=sort,
            filter=read(filter),
            shape=shape(self.loaders),
        )

    @strawberry.field(description="Its published versions.")
    def versions(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[VersionSort, SORT] = VersionSort.NUMBER_DESC,
    ) -> Connection[DashboardVersion] | None:
        return under(
            self.loaders,
            VERSIONS_OF_DASHBOARD,
            self.resource,
            (first, after, last, before),
            sort=sort,
            shape=shape(self.loaders),
        )

    @strawberry.field(description="How its widgets are arranged.")
    async def layout(self) -> Layout | None:
        document = await self._document()
        if document is None or document.layout is None:
            return None
        return Layout.of(document.layout, self.resource.source, self.loaders)

    @strawberry.field(description="Its filters.")
    async def filters(self) -> list[Filter]:
        document = await self._document()
        return [] if document is None else [Filter.of(one) for one in document.filters]

    @strawberry.field(description="The filters it goes back to.")
    async def default_filters(self) -> list[Filter]:
        document = await self._document()
        return [] if document is None else [Filter.of(one) for one in document.default_filters]

    @strawberry.field(description="Its look.")
    async def style(self) -> Style | None:
        document = await self._document()
        return None if document is None or document.style is None else Style.of(document.style)

    @strawberry.field(description="Whether JavaScript travels in the document. It is kept and never run.")
    async def has_script(self) -> bool:
        document = await self._document()
        return document is not None and document.has_script

    @strawberry.field(
        description="The whole document, just as it was imported; under `widgets` stand their native ids."
    )
    async def raw(self) -> JSON | None:
        document = await self._document()
        return None if document is None else JSON(document.raw)

    async def _document(self) -> dash.Document | None:
        return await self.loaders.thing(DASHBOARD_DOCUMENT, self.resource)
