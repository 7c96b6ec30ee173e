"""The widgets of a dashboard as they come: what is told of each."""

from typing import Annotated, Any

import strawberry

from dashgraph.domain import tiles
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import shape
from dashgraph.graph.widgets import Widget


@strawberry.type(description="The first event: the dashboard, before its widgets.")
class TilesBegun:
    dashboard: Dashboard = strawberry.field(description="The dashboard.")
    total: int | None = strawberry.field(description="How many widgets are to come, where that is known.")


@strawberry.type(description="A widget is ready.")
class TileReady:
    widget: Widget = strawberry.field(description="The widget.")
    order: int = strawberry.field(description="Its place in the order in which they came, from 0.")


@strawberry.type(description="A widget could not be made ready, or the stream broke off.")
class TileFailed:
    widget_id: strawberry.ID | None = strawberry.field(
        description="The global id of the widget; null when the stream broke off: then nothing more comes."
    )
    message: str = strawberry.field(description="What went wrong, for people.")


@strawberry.type(description="The last event: nothing more comes.")
class TilesDone:
    count: int = strawberry.field(description="How many widgets came.")


TileEvent = Annotated[
    TilesBegun | TileReady | TileFailed | TilesDone,
    strawberry.union("TileEvent", description="What happens while the widgets of a dashboard are made ready."),
]


def shown(event: tiles.TileEvent, loaders: Loaders, source: str) -> Any:
    match event:
        case tiles.TilesBegun(dashboard, total):
            return TilesBegun(dashboard=shape(loaders)(dashboard), total=total)
        case tiles.TileReady(widget, order):
            return TileReady(widget=shape(loaders)(widget), order=order)
        case tiles.TileFailed(widget, message):
            one = None if widget is None else strawberry.ID(ResourceId(source, Kind.WIDGET, widget).encode())
            return TileFailed(widget_id=one, message=message)
        case tiles.TilesDone(count):
            return TilesDone(count=count)
