"""What is known of the documents of dashboards and widgets: layout, filters, style and queries."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from dashgraph.domain import dash
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.widgets import WIDGET
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import fetch
from dashgraph.graph.scalars import JSON

if TYPE_CHECKING:
    from dashgraph.graph.widgets import Widget


@strawberry.type(description="The place of one widget in a layout. Sizes are in pixels.")
class LayoutElement:
    element: strawberry.Private[dash.Element]
    source: strawberry.Private[str]
    names: strawberry.Private[Mapping[str, str]]
    loaders: strawberry.Private[Loaders]

    @strawberry.field(description="The native id of the widget that stands here.")
    def widget_id(self) -> str | None:
        return self.element.widget

    @strawberry.field(description="The widget that stands here; null when the layout names one that is not there.")
    async def widget(self) -> Annotated["Widget", strawberry.lazy("dashgraph.graph.widgets")] | None:
        native = self.element.widget
        one = None if native is None else ResourceId(self.source, Kind.WIDGET, self.names.get(native, native))
        found: Widget | None = await fetch(self.loaders, WIDGET, one)
        return found

    @strawberry.field(description="The height.")
    def height(self) -> float | None:
        return self.element.height

    @strawberry.field(description="The least height.")
    def min_height(self) -> float | None:
        return self.element.min_height

    @strawberry.field(description="The greatest height.")
    def max_height(self) -> float | None:
        return self.element.max_height

    @strawberry.field(description="The least width.")
    def min_width(self) -> float | None:
        return self.element.min_width

    @strawberry.field(description="The greatest width.")
    def max_width(self) -> float | None:
        return self.element.max_width

    @strawberry.field(description="The width to begin with.")
    def default_width(self) -> float | None:
        return self.element.default_width


@strawberry.type(description="A part of a cell, side by side with the others.")
class LayoutSubcell:
    width: float | None = strawberry.field(description="The share of the cell's width, in per cent.")
    elements: list[LayoutElement] = strawberry.field(description="The widgets in it, from top to bottom.")


@strawberry.type(description="A row of a column.")
class LayoutCell:
    subcells: list[LayoutSubcell] = strawberry.field(description="Its parts, from left to right.")


@strawberry.type(description="A column of a layout.")
class LayoutColumn:
    width: float | None = strawberry.field(description="The share of the dashboard's width, in per cent.")
    cells: list[LayoutCell] = strawberry.field(description="Its rows, from top to bottom.")


@strawberry.type(description="How the widgets of a dashboard are arranged.")
class Layout:
    type: str | None = strawberry.field(description="The kind of layout, such as `columnar`.")
    columns: list[LayoutColumn] = strawberry.field(description="Its columns, from left to right.")
    raw: JSON = strawberry.field(description="The layout as it stands in the document.")

    @classmethod
    def of(cls, layout: dash.Layout, source: str, names: Mapping[str, str], loaders: Loaders) -> Self:
        """`names` are the ids of the widgets by those in the layout, where these are not the same."""

        def subcell(one: dash.Subcell) -> LayoutSubcell:
            elements = [LayoutElement(element=e, source=source, names=names, loaders=loaders) for e in one.elements]
            return LayoutSubcell(width=one.width, elements=elements)

        def cell(one: dash.Cell) -> LayoutCell:
            return LayoutCell(subcells=[subcell(part) for part in one.subcells])

        columns = [LayoutColumn(width=c.width, cells=[cell(one) for one in c.cells]) for c in layout.columns]
        return cls(type=layout.type, columns=columns, raw=JSON(layout.raw))


@strawberry.type(description="A tab of a dashboard.")
class Tab:
    id: str | None = strawberry.field(description="Its id in the document: what `WidgetPlace.tab` names.")
    name: str | None = strawberry.field(description="What people see as its name.")
    order: float | None = strawberry.field(description="Where it stands among the others.")
    hidden: bool = strawberry.field(description="Whether viewers do not see it.")

    @classmethod
    def of(cls, tab: dash.Tab) -> Self:
        return cls(id=tab.id, name=tab.name, order=tab.order, hidden=tab.hidden)


@strawberry.type(description="The look of a dashboard or widget.")
class Style:
    name: str | None = strawberry.field(description="The name of the style.")
    colors: list[str] = strawberry.field(description="The colours of the palette.")
    raw: JSON = strawberry.field(description="The style as it stands in the document.")

    @classmethod
    def of(cls, style: dash.Style) -> Self:
        return cls(name=style.name, colors=style.colors, raw=JSON(style.raw))


@strawberry.type(description="One field of a query, in Sisense's JSON query language (JAQL).")
class Jaql:
    dim: str | None = strawberry.field(description="The dimension: `[Brand.Brand]`.")
    table: str | None = strawberry.field(description="The table of the dimension.")
    column: str | None = strawberry.field(description="The column of the dimension.")
    title: str | None = strawberry.field(description="What people see as its name.")
    datatype: str | None = strawberry.field(description="What its values are: `text`, `numeric` or `datetime`.")
    agg: str | None = strawberry.field(description="How values are aggregated, such as `sum`.")
    level: str | None = strawberry.field(description="To what a date is cut, such as `months`.")
    formula: str | None = strawberry.field(description="The formula, when it is a calculation.")
    filter: JSON | None = strawberry.field(description="The condition on it, as it stands in the document.")
    raw: JSON = strawberry.field(description="All of it, as it stands in the document.")

    @classmethod
    def of(cls, jaql: dash.Jaql | None) -> Self | None:
        if jaql is None:
            return None
        return cls(
            dim=jaql.dim,
            table=jaql.table,
            column=jaql.column,
            title=jaql.title,
            datatype=jaql.datatype,
            agg=jaql.agg,
            level=jaql.level,
            formula=jaql.formula,
            filter=None if jaql.filter is None else JSON(jaql.filter),
            raw=JSON(jaql.raw),
        )


@strawberry.type(description="A filter of a dashboard.")
class Filter:
    jaql: Jaql | None = strawberry.field(description="What it filters by; null for a dependent filter.")
    levels: list[Jaql] = strawberry.field(description="The chain of fields of a dependent filter.")
    disabled: bool = strawberry.field(description="Whether it is switched off.")
    raw: JSON = strawberry.field(description="The filter as it stands in the document.")

    @classmethod
    def of(cls, found: dash.Filter) -> Self:
        levels = [jaql for level in found.levels if (jaql := Jaql.of(level)) is not None]
        return cls(jaql=Jaql.of(found.jaql), levels=levels, disabled=found.disabled, raw=JSON(found.raw))


@strawberry.type(description="One field in a panel of a widget.")
class PanelItem:
    jaql: Jaql | None = strawberry.field(description="What is asked for.")
    field_id: str | None = strawberry.field(description="The id of the field.")
    format: JSON | None = strawberry.field(description="How values are shown, as it stands in the document.")
    disabled: bool = strawberry.field(description="Whether it is switched off.")
    raw: JSON = strawberry.field(description="The item as it stands in the document.")

    @classmethod
    def of(cls, item: dash.PanelItem) -> Self:
        return cls(
            jaql=Jaql.of(item.jaql),
            field_id=item.field_id,
            format=None if item.format is None else JSON(item.format),
            disabled=item.disabled,
            raw=JSON(item.raw),
        )


@strawberry.type(description="A part of a widget's query, such as `rows`, `values` or `filters`.")
class Panel:
    name: str | None = strawberry.field(description="Its name; which there are depends on the type of widget.")
    items: list[PanelItem] = strawberry.field(description="Its fields.")
    raw: JSON = strawberry.field(description="The panel as it stands in the document.")

    @classmethod
    def of(cls, panel: dash.Panel) -> Self:
        items = [PanelItem.of(item) for item in panel.items]
        return cls(name=panel.name, items=items, raw=JSON(panel.raw))
