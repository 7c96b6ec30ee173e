"""Dashboards and their published versions."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from dashgraph.domain import dash, dashboards
from dashgraph.domain.access import ACCESS_OF_DASHBOARD, PERMISSION
from dashgraph.domain.alerts import ALERTS_OF_DASHBOARD
from dashgraph.domain.comments import COMMENTS_OF_DASHBOARD
from dashgraph.domain.dashboards import (
    DASHBOARD,
    DASHBOARD_DOCUMENT,
    VERSION,
    VERSIONS_OF_DASHBOARD,
    DashboardState,
)
from dashgraph.domain.datasources import DATASOURCE
from dashgraph.domain.folders import FOLDER
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.projects import PROJECT
from dashgraph.domain.promotion import PROMOTION_DIFF
from dashgraph.domain.public_links import PUBLIC_LINK
from dashgraph.domain.schedules import SCHEDULES_OF_DASHBOARD
from dashgraph.domain.shares import SHARES_OF_DASHBOARD
from dashgraph.domain.users import USER
from dashgraph.domain.widgets import WIDGETS_OF_DASHBOARD
from dashgraph.graph.access import Access, Permission
from dashgraph.graph.comments import Comment, CommentFilter
from dashgraph.graph.datasources import DataSource
from dashgraph.graph.deliverable_filters import AlertFilter, ScheduleFilter
from dashgraph.graph.documents import Filter, Layout, Style, Tab
from dashgraph.graph.edges import fact, to_many, to_one
from dashgraph.graph.filters import AccessFilter, ShareFilter, VersionFilter, WidgetFilter
from dashgraph.graph.folders import Folder
from dashgraph.graph.nodes import Resource, shows
from dashgraph.graph.paging import Connection
from dashgraph.graph.projects import Project
from dashgraph.graph.promotion import PromotionItem, items
from dashgraph.graph.public_links import PublicLink
from dashgraph.graph.scalars import JSON, URL
from dashgraph.graph.shares import Share
from dashgraph.graph.users import User
from dashgraph.graph.widgets import Widget

if TYPE_CHECKING:
    from dashgraph.graph.alerts import Alert
    from dashgraph.graph.schedules import Schedule

LazyAlert = Annotated["Alert", strawberry.lazy("dashgraph.graph.alerts")]
LazySchedule = Annotated["Schedule", strawberry.lazy("dashgraph.graph.schedules")]


@shows(dashboards.DashboardVersion)
@strawberry.federation.type(
    keys=["id"],
    description="A published version of a dashboard. The owner, editors and administrators see all of them, other "
    "viewers the newest.",
)
class DashboardVersion(Resource):
    LOOKUP = VERSION

    thing: strawberry.Private[dashboards.DashboardVersion]

    number: int = fact("number", description="Counts up with each version.")
    title: str = fact("title", description="The title it had.")
    description: str | None = fact("description", description="The description it had.")
    published_at: datetime = fact("published_at", description="When it was published.")
    published_by: User | None = to_one(USER, "published_by", description="Who published it.")


@shows(dashboards.Dashboard)
@strawberry.federation.type(
    keys=["id"],
    description="A dashboard, as you see it: owners, editors and administrators see the working content, other "
    "viewers the version published last.",
)
class Dashboard(Resource):
    LOOKUP = DASHBOARD

    thing: strawberry.Private[dashboards.Dashboard]

    title: str = fact("title", description="Its title. Several dashboards may have the same.")
    description: str | None = fact("description", description="Its description.")
    type: str | None = fact("type", description="The type in the document; `dashboard` as a rule.")
    state: DashboardState = fact("state", description="How the working content relates to what viewers are shown.")
    format: DocumentFormat | None = fact(
        "format",
        description="The format that it came in, and can be exported in again; DASH for what was made here.",
    )
    revision: int | None = fact(
        "revision", description="Counts up with every change; give it back to change only what you have seen."
    )
    created_at: datetime | None = fact("created_at", description="When it was made.")
    updated_at: datetime | None = fact("updated_at", description="When it was last changed.")
    published_at: datetime | None = fact(
        "published_at", description="When the version was published that viewers see; null when none was."
    )
    owner: User | None = to_one(USER, "owner", description="Who answers for it. Null when nobody does.")

    updated_by: User | None = to_one(
        USER, "updated_by", description="Who changed it last; null where the source does not say it."
    )

    folder: Folder | None = to_one(FOLDER, "folder", description="The folder it is in; null at the top.")

    project: Project | None = to_one(
        PROJECT, "project", description="The project it is in; null in sources that have none."
    )

    @strawberry.field(description="Where people open it in its own system; null for dashgraph's own store.")
    def url(self) -> URL | None:
        return None if self.thing.url is None else URL(self.thing.url)

    slug: str | None = fact("slug", description="Its name in addresses, where the source has one.")

    @strawberry.field(description="The words that it was marked with, in the source's order.")
    def tags(self) -> list[str]:
        return list(self.thing.tags)

    pinned: bool | None = fact(
        "pinned", description="Whether it is pinned for everybody; null in sources that pin nothing."
    )

    @strawberry.field(description="What it asks for its numbers; widgets may ask others.")
    async def datasource(self) -> DataSource | None:
        return DataSource.of(await self.loaders.thing(DATASOURCE, self.thing.datasource))

    @strawberry.field(description="What you may do with it, and why.")
    async def my_permission(self) -> Permission | None:
        found = await self.loaders.thing(PERMISSION, self.resource)
        return None if found is None else Permission(thing=found, loaders=self.loaders)

    widgets: Connection[Widget] | None = to_many(
        WIDGETS_OF_DASHBOARD,
        filter=WidgetFilter,
        description="Its widgets.",
    )

    shares: Connection[Share] | None = to_many(
        SHARES_OF_DASHBOARD,
        filter=ShareFilter,
        description="Whom it is shared with: all shares for the owner, editors and administrators, else those that "
        "reach you. The owner is not among them.",
    )

    access: Connection[Access] | None = to_many(
        ACCESS_OF_DASHBOARD,
        filter=AccessFilter,
        description="Every user who can see it, each with all paths: owning it, a share, each group. For the owner, "
        "editors and administrators; others find only themselves.",
    )

    versions: Connection[DashboardVersion] | None = to_many(
        VERSIONS_OF_DASHBOARD,
        filter=VersionFilter,
        description="Its published versions.",
    )

    schedules: Connection[LazySchedule] | None = to_many(
        SCHEDULES_OF_DASHBOARD,
        filter=ScheduleFilter,
        description="When it is delivered, and to whom: all schedules for its owner, else those of yours.",
    )

    alerts: Connection[LazyAlert] | None = to_many(
        ALERTS_OF_DASHBOARD,
        filter=AlertFilter,
        description="What has it delivered when triggered, and to whom: all alerts for its owner, else yours.",
    )

    comments: Connection[Comment] | None = to_many(
        COMMENTS_OF_DASHBOARD,
        filter=CommentFilter,
        description="What people say about its widgets; empty in sources without comments.",
    )

    @strawberry.field(
        description="The address by which anybody sees it. For its owner, editors and administrators; null for others, "
        "and in sources that have no such thing."
    )
    async def public_link(self) -> PublicLink | None:
        return PublicLink.of(await self.loaders.thing(PUBLIC_LINK, self.resource))

    @strawberry.field(
        description="What `promoteDashboard` would change in the project above; a few things, so without pages. For "
        "its owner, editors and administrators; empty for others, and where there is no project above."
    )
    async def promotion_diff(self) -> list[PromotionItem] | None:
        return items(await self.loaders.thing(PROMOTION_DIFF, self.resource))

    @strawberry.field(description="Its tabs, in their order; empty for a dashboard without any.")
    async def tabs(self) -> list[Tab]:
        document = await self._document()
        return [] if document is None else [Tab.of(one) for one in document.tabs]

    @strawberry.field(description="How its widgets are arranged.")
    async def layout(self) -> Layout | None:
        document = await self._document()
        if document is None or document.layout is None:
            return None
        return Layout.of(document.layout, self.resource.source, document.names, self.loaders)

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
