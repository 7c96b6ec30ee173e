"""Widgets."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from dashgraph.domain import dash, layouts, widgets
from dashgraph.domain.dashboards import DASHBOARD, DASHBOARD_DOCUMENT
from dashgraph.domain.datasources import DATASOURCE
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.users import USER
from dashgraph.domain.widgets import WIDGET, WIDGET_DOCUMENT
from dashgraph.graph.datasources import DataSource
from dashgraph.graph.declarations import derived
from dashgraph.graph.documents import Panel, Style
from dashgraph.graph.edges import fact, to_one
from dashgraph.graph.nodes import Resource, shows
from dashgraph.graph.scalars import JSON
from dashgraph.graph.users import User

if TYPE_CHECKING:
    from dashgraph.graph.dashboards import Dashboard

LazyDashboard = Annotated["Dashboard", strawberry.lazy("dashgraph.graph.dashboards")]


@strawberry.type(description="Where a widget stands on the grid of its dashboard, in cells from the top left.")
class WidgetPlace:
    x: float = strawberry.field(description="How many cells from the left.")
    y: float = strawberry.field(description="How many cells from the top.")
    width: float = strawberry.field(description="How many cells wide.")
    height: float = strawberry.field(description="How many cells high.")
    tab: str | None = strawberry.field(description="The id of the tab that it is on; null where there are no tabs.")

    @classmethod
    def of(cls, place: widgets.Place | None) -> Self | None:
        if place is None:
            return None
        return cls(x=place.x, y=place.y, width=place.width, height=place.height, tab=place.tab)


@shows(widgets.Widget)
@strawberry.federation.type(
    keys=["id"], description="A tile of a dashboard. Whoever sees the dashboard sees its widgets."
)
class Widget(Resource):
    LOOKUP = WIDGET

    thing: strawberry.Private[widgets.Widget]

    title: str = derived(  # not null: dashboards and widgets are often asked for their titles in one
        "title", lambda title: title or "", description="Its title; many widgets have none, and then it is empty."
    )

    type: str | None = fact("type", description="What it shows, such as `pivot` or `chart/column`.")
    subtype: str | None = fact("subtype", description="The finer type.")
    description: str | None = fact("description", description="Its description.")
    updated_at: datetime | None = fact("updated_at", description="When it was last changed.")

    @strawberry.field(
        description="Whether its query is in Sisense's language, so that `panels` tell all of it. False for a widget "
        "that came from another tool: its original stands whole in `raw`, under `dashgraph:original`, untranslated."
    )
    def renderable(self) -> bool:
        return self.thing.format is DocumentFormat.DASH

    dashboard: LazyDashboard | None = to_one(DASHBOARD, "dashboard", description="The dashboard that it is on.")

    @strawberry.field(
        description="Whether it has no place: the layout of its dashboard does not name it, or there is no layout."
    )
    async def unplaced(self) -> bool:
        document = await self.loaders.thing(DASHBOARD_DOCUMENT, self.thing.dashboard)
        return self.resource.native not in layouts.placed(document)

    chart_id: str | None = fact(
        "chart",
        description="The native id of what it shows, where that is a thing of its own that other dashboards may show "
        "too.",
    )

    @strawberry.field(description="Where it stands; null where the layout of its dashboard says it.")
    def place(self) -> WidgetPlace | None:
        return WidgetPlace.of(self.thing.place)

    owner: User | None = to_one(USER, "owner", description="Who owns it: the owner of the dashboard.")

    @strawberry.field(description="What it asks for its numbers.")
    async def datasource(self) -> DataSource | None:
        return DataSource.of(await self.loaders.thing(DATASOURCE, self.thing.datasource))

    @strawberry.field(description="Its query, in panels.")
    async def panels(self) -> list[Panel]:
        document = await self._document()
        return [] if document is None else [Panel.of(panel) for panel in document.panels]

    @strawberry.field(description="Its look.")
    async def style(self) -> Style | None:
        document = await self._document()
        return None if document is None or document.style is None else Style.of(document.style)

    @strawberry.field(description="Whether JavaScript travels in the document. It is kept and never run.")
    async def has_script(self) -> bool:
        document = await self._document()
        return document is not None and document.has_script

    @strawberry.field(description="The whole document of the widget, just as it was imported.")
    async def raw(self) -> JSON | None:
        document = await self._document()
        return None if document is None else JSON(document.raw)

    async def _document(self) -> dash.Document | None:
        return await self.loaders.thing(WIDGET_DOCUMENT, self.resource)
