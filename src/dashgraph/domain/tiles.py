"""The widgets of a dashboard as a stream: what is there first, then each as its system has made it ready."""

from dataclasses import dataclass

from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.widgets import Widget


@dataclass(frozen=True, slots=True)
class TilesBegun:
    """The dashboard, before its widgets. `total` is how many are to come, where that is known."""

    dashboard: Dashboard
    total: int | None


@dataclass(frozen=True, slots=True)
class TileReady:
    """One widget, and its place in the order in which they came."""

    widget: Widget
    order: int


@dataclass(frozen=True, slots=True)
class TileFailed:
    """One widget could not be made ready, or with None the stream broke off. `message` is for people."""

    widget: str | None
    message: str


@dataclass(frozen=True, slots=True)
class TilesDone:
    """Nothing more comes. `count` is how many widgets came."""

    count: int


TileEvent = TilesBegun | TileReady | TileFailed | TilesDone
