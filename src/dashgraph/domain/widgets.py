"""Widgets: the tiles of a dashboard."""

from dataclasses import dataclass
from datetime import datetime

from dashgraph.domain.dash import Document
from dashgraph.domain.datasources import DataSourceFilter
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import IdFilter, Listing, Lookup, Sort, TextFilter, TimeFilter
from dashgraph.domain.viewers import TokenScope


@dataclass(frozen=True, slots=True)
class Widget:
    """`owner` is the owner of its dashboard: widgets follow their dashboard. `format` is what it came in.

    `chart` is the id in its source of what it shows, where that is a thing of its own that other dashboards may show
    too. `place` is None where the layout of the dashboard says it.
    """

    id: ResourceId
    dashboard: ResourceId
    title: str | None
    type: str | None
    subtype: str | None
    description: str | None
    owner: ResourceId | None
    datasource: ResourceId | None
    format: DocumentFormat | None
    updated_at: datetime | None
    chart: str | None = None
    place: "Place | None" = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a widget stands on the grid of its dashboard, in cells from the top left. `tab` is an id of the source."""

    x: float
    y: float
    width: float
    height: float
    tab: str | None = None


class WidgetSort(Sort):
    POSITION_ASC = "position"
    POSITION_DESC = "-position"
    TITLE_ASC = "title"
    TITLE_DESC = "-title"
    TYPE_ASC = "type"
    TYPE_DESC = "-type"
    SUBTYPE_ASC = "subtype"
    SUBTYPE_DESC = "-subtype"
    UPDATED_AT_ASC = "updated_at"
    UPDATED_AT_DESC = "-updated_at"
    ID_ASC = "id"
    ID_DESC = "-id"


@dataclass(frozen=True, slots=True)
class WidgetFilter:
    ids: IdFilter | None = None
    title: TextFilter | None = None
    type: TextFilter | None = None
    subtype: TextFilter | None = None
    dashboard: IdFilter | None = None
    owner: IdFilter | None = None
    datasource: DataSourceFilter | None = None
    updated_at: TimeFilter | None = None
    text: str | None = None


WIDGET = Lookup[Widget]("widget", Kind.WIDGET, TokenScope.DASHBOARDS_READ)
WIDGET_DOCUMENT = Lookup[Document]("widget.document", Kind.WIDGET, TokenScope.DASHBOARDS_READ)
WIDGETS = Listing[Widget]("widgets", Kind.WIDGET, TokenScope.DASHBOARDS_READ, WidgetSort, WidgetSort.TITLE_ASC)
WIDGETS_OF_DASHBOARD = Listing[Widget](
    "dashboard.widgets",
    Kind.WIDGET,
    TokenScope.DASHBOARDS_READ,
    WidgetSort,
    WidgetSort.POSITION_ASC,
    under=Kind.DASHBOARD,
)
