"""The shape of a Sisense `.dash` document: what is known of it, read tolerantly. The original stays beside it.

A value of an unexpected type reads as absent, never as an error: people's documents are older than any schema.
Shapes as in the Sisense REST reference v1.0 and in documents exported by real servers.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """The JSON text of a dashboard (without its widgets) or of a widget, just as it was imported."""

    text: str

    @classmethod
    def of(cls, raw: JsonObject) -> Self:
        """The document as text: keys in their order, and only ASCII, so that every database keeps every character."""
        return cls(json.dumps(raw, separators=(",", ":")))

    @cached_property
    def raw(self) -> JsonObject:
        found = json.loads(self.text)
        return found if isinstance(found, dict) else {}

    @property
    def layout(self) -> "Layout | None":
        raw = _object(self.raw.get("layout"))
        return Layout(raw) if raw is not None else None

    @property
    def names(self) -> dict[str, str]:
        """The ids of its widgets by those in its layout: in some sources the id of the dashboard stands before them."""
        held = self.raw.get("widgets") or []
        ids = held.values() if isinstance(held, dict) else held
        return {one.rpartition("/")[2]: one for one in ids if isinstance(one, str)}

    @property
    def style(self) -> "Style | None":
        raw = _object(self.raw.get("style"))
        return Style(raw) if raw is not None else None

    @property
    def filters(self) -> "list[Filter]":
        return [Filter(raw) for raw in _objects(self.raw.get("filters"))]

    @property
    def default_filters(self) -> "list[Filter]":
        return [Filter(raw) for raw in _objects(self.raw.get("defaultFilters"))]

    @property
    def panels(self) -> "list[Panel]":
        metadata = _object(self.raw.get("metadata")) or {}
        return [Panel(raw) for raw in _objects(metadata.get("panels"))]

    @property
    def tabs(self) -> "list[Tab]":
        """The tabs, in their order; documents of tools that have none have an empty list, or nothing."""
        found = [Tab(raw) for raw in _objects(self.raw.get("tabs"))]
        return sorted(found, key=lambda tab: (tab.order is None, tab.order))

    @property
    def has_script(self) -> bool:
        """Whether JavaScript travels in the document. It is kept as text and never run."""
        return bool(_text(self.raw.get("script")))


def widgets_of(document: JsonObject) -> list[JsonObject]:
    """The widgets of a document. Servers export a list; some versions a map by id."""
    held = document.get("widgets") or []
    return list(held.values() if isinstance(held, dict) else held)


def ids_of_widgets(document: JsonObject) -> list[str]:
    """The ids that stand under `widgets` in a document as it is kept, where the widgets were when it came."""
    held = document.get("widgets") or []
    return list(held.values() if isinstance(held, dict) else held)


def with_widgets(document: JsonObject, widgets: Mapping[str, JsonObject]) -> JsonObject:
    """The document with its widgets where their ids stand. Raises KeyError when one is missing."""
    held = document.get("widgets")
    if not held:
        return document
    if isinstance(held, dict):
        return {**document, "widgets": {key: widgets[one] for key, one in held.items()}}
    return {**document, "widgets": [widgets[one] for one in held]}


@dataclass(frozen=True)
class Layout:
    """Columns of cells of subcells of elements; each element places one widget."""

    raw: JsonObject

    @property
    def type(self) -> str | None:
        return _text(self.raw.get("type"))

    @property
    def columns(self) -> "list[Column]":
        return [Column(raw) for raw in _objects(self.raw.get("columns"))]

    def elements(self) -> "Iterator[Element]":
        for column in self.columns:
            for cell in column.cells:
                for subcell in cell.subcells:
                    yield from subcell.elements


@dataclass(frozen=True)
class Column:
    raw: JsonObject

    @property
    def width(self) -> float | None:
        return _number(self.raw.get("width"))

    @property
    def cells(self) -> "list[Cell]":
        return [Cell(raw) for raw in _objects(self.raw.get("cells"))]


@dataclass(frozen=True)
class Cell:
    raw: JsonObject

    @property
    def subcells(self) -> "list[Subcell]":
        return [Subcell(raw) for raw in _objects(self.raw.get("subcells"))]


@dataclass(frozen=True)
class Subcell:
    raw: JsonObject

    @property
    def width(self) -> float | None:
        return _number(self.raw.get("width"))

    @property
    def elements(self) -> "list[Element]":
        return [Element(raw) for raw in _objects(self.raw.get("elements"))]


@dataclass(frozen=True)
class Element:
    """The place of one widget. The widget is named `widgetid` in exports and `widgetId` in the reference."""

    raw: JsonObject

    @property
    def widget(self) -> str | None:
        return _text(self.raw.get("widgetid")) or _text(self.raw.get("widgetId"))

    @property
    def height(self) -> float | None:
        return _number(self.raw.get("height"))

    @property
    def min_height(self) -> float | None:
        return _number(self.raw.get("minHeight"))

    @property
    def max_height(self) -> float | None:
        return _number(self.raw.get("maxHeight"))

    @property
    def min_width(self) -> float | None:
        return _number(self.raw.get("minWidth"))

    @property
    def max_width(self) -> float | None:
        return _number(self.raw.get("maxWidth"))

    @property
    def default_width(self) -> float | None:
        return _number(self.raw.get("defaultWidth"))


@dataclass(frozen=True)
class Tab:
    """A tab of a dashboard, as Lightdash has it: the id is `uuid` there."""

    raw: JsonObject

    @property
    def id(self) -> str | None:
        return _text(self.raw.get("uuid")) or _text(self.raw.get("id"))

    @property
    def name(self) -> str | None:
        return _text(self.raw.get("name"))

    @property
    def order(self) -> float | None:
        return _number(self.raw.get("order"))

    @property
    def hidden(self) -> bool:
        return self.raw.get("hidden") is True


@dataclass(frozen=True)
class Style:
    raw: JsonObject

    @property
    def name(self) -> str | None:
        return _text(self.raw.get("name"))

    @property
    def colors(self) -> list[str]:
        palette = _object(self.raw.get("palette")) or {}
        colors = palette.get("colors")
        return [color for color in colors if isinstance(color, str)] if isinstance(colors, list) else []


@dataclass(frozen=True)
class Jaql:
    """One field of a query in Sisense's JSON query language."""

    raw: JsonObject

    def _get(self, key: str) -> str | None:
        return _text(self.raw.get(key))

    @property
    def dim(self) -> str | None:
        return self._get("dim")

    @property
    def table(self) -> str | None:
        return self._get("table")

    @property
    def column(self) -> str | None:
        return self._get("column")

    @property
    def title(self) -> str | None:
        return self._get("title")

    @property
    def datatype(self) -> str | None:
        return self._get("datatype")

    @property
    def agg(self) -> str | None:
        return self._get("agg")

    @property
    def level(self) -> str | None:
        return self._get("level")

    @property
    def formula(self) -> str | None:
        return self._get("formula")

    @property
    def filter(self) -> JsonObject | None:
        return _object(self.raw.get("filter"))


@dataclass(frozen=True)
class Filter:
    """A filter of a dashboard: one field, or a chain of them in a dependent filter."""

    raw: JsonObject

    @property
    def jaql(self) -> Jaql | None:
        raw = _object(self.raw.get("jaql"))
        return Jaql(raw) if raw is not None else None

    @property
    def levels(self) -> list[Jaql]:
        return [Jaql(raw) for raw in _objects(self.raw.get("levels"))]

    @property
    def disabled(self) -> bool:
        return self.raw.get("disabled") is True


@dataclass(frozen=True)
class Panel:
    """A part of a widget's query: `rows`, `values`, `filters`, ... as the type of the widget has it."""

    raw: JsonObject

    @property
    def name(self) -> str | None:
        return _text(self.raw.get("name"))

    @property
    def items(self) -> "list[PanelItem]":
        return [PanelItem(raw) for raw in _objects(self.raw.get("items"))]


@dataclass(frozen=True)
class PanelItem:
    raw: JsonObject

    @property
    def jaql(self) -> Jaql | None:
        raw = _object(self.raw.get("jaql"))
        return Jaql(raw) if raw is not None else None

    @property
    def field_id(self) -> str | None:
        return _text((_object(self.raw.get("field")) or {}).get("id"))

    @property
    def format(self) -> JsonObject | None:
        return _object(self.raw.get("format"))

    @property
    def disabled(self) -> bool:
        return self.raw.get("disabled") is True


def _object(value: Any) -> JsonObject | None:
    return value if isinstance(value, dict) else None


def _objects(value: Any) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    """A number, also one written as text or in pixels (`"96px"`), as older documents have it."""
    if isinstance(value, str):
        try:
            return float(value.removesuffix("px"))
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
