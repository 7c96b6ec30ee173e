"""Changing the layout of a dashboard so that it places each of its widgets at most once and no other. Pure."""

from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from typing import Any

from dashgraph.domain.dash import Cell, Document, Element, JsonObject, Layout, Subcell
from dashgraph.domain.problems import BadDocument

NAMES = ("widgetid", "widgetId")  # how an element names its widget, in exports and in the reference
FULL_WIDTH = 100
NEW_ELEMENT: JsonObject = {
    "minHeight": 96,
    "maxHeight": 2048,
    "minWidth": 128,
    "maxWidth": 2048,
    "height": 384,
    "defaultWidth": 512,
}


def placed(document: Document | None) -> frozenset[str]:
    """The widgets that the layout of a dashboard places; none without a layout."""
    layout = None if document is None else document.layout
    return frozenset(one.widget for one in layout.elements() if one.widget is not None) if layout else frozenset()


def check(layout: JsonObject, widgets: Collection[str]) -> None:
    """Raises BadDocument for a layout that places a widget twice, or one that is not among these."""
    seen: set[str] = set()
    for element in Layout(layout).elements():
        named = {element.raw[name] for name in NAMES if isinstance(element.raw.get(name), str)}
        for widget in sorted(named):
            if widget not in widgets:
                message = f"The layout places the widget {widget}, which is not on this dashboard"
                raise BadDocument(message, pointer="/layout")
            if widget in seen:
                message = f"The layout places the widget {widget} twice"
                raise BadDocument(message, pointer="/layout")
            seen.add(widget)


def added(layout: JsonObject | None, widget: str, *, like: JsonObject | None = None) -> JsonObject:
    """With the widget at the bottom of the shortest column; its size as that of another element, if one is given."""
    copy: JsonObject = deepcopy(layout) if layout else {"type": "columnar"}
    if not Layout(copy).columns:
        copy["columns"] = [{"width": FULL_WIDTH, "cells": [], "index": 0}]
    column = min(Layout(copy).columns, key=lambda one: len(one.cells)).raw
    size = {key: value for key, value in (like or NEW_ELEMENT).items() if key not in NAMES}
    subcell = {"elements": [{**size, "widgetid": widget}], "width": FULL_WIDTH, "stretchable": False, "index": 0}
    cells = column.get("cells")
    column["cells"] = [*(cells if isinstance(cells, list) else []), {"subcells": [subcell]}]
    return copy


def element(layout: JsonObject | None, widget: str) -> JsonObject | None:
    """The element that places the widget, if there is one."""
    found = (one.raw for one in Layout(layout or {}).elements() if one.widget == widget)
    return next(found, None)


def fitting(layout: JsonObject, widgets: Collection[str]) -> JsonObject:
    """Without the elements of other widgets than these, and of each widget only the first."""
    seen: set[str] = set()

    def keep(one: Element) -> bool:
        if one.widget is None:
            return True
        first = one.widget in widgets and one.widget not in seen
        seen.add(one.widget)
        return first

    return _only(layout, keep)


def renamed(layout: JsonObject, names: Mapping[str, str]) -> JsonObject:
    """The same layout of widgets that have other ids now."""
    copy = deepcopy(layout)
    for one in Layout(copy).elements():
        for name in NAMES:
            widget = one.raw.get(name)
            if isinstance(widget, str) and widget in names:
                one.raw[name] = names[widget]
    return copy


def _only(layout: JsonObject, keep: Callable[[Element], bool]) -> JsonObject:
    """Without some elements. Subcells and cells that this empties go too; their neighbours take the room."""
    copy = deepcopy(layout)
    for column in Layout(copy).columns:
        emptied = [cell.raw for cell in column.cells if _thinned(cell, keep)]
        if emptied:
            column.raw["cells"] = _except(column.raw["cells"], emptied)
    return copy


def _thinned(cell: Cell, keep: Callable[[Element], bool]) -> bool:
    """Takes elements out of a cell. Whether that emptied it."""
    emptied = []
    for subcell in cell.subcells:
        gone = [one.raw for one in subcell.elements if not keep(one)]
        if gone:
            subcell.raw["elements"] = _except(subcell.raw["elements"], gone)
            if not subcell.elements:
                emptied.append(subcell.raw)
    if emptied:
        before = cell.subcells
        cell.raw["subcells"] = _except(cell.raw["subcells"], emptied)
        _widen(before, cell.subcells)
    return bool(emptied) and not cell.subcells


def _except(found: list[Any], gone: list[JsonObject]) -> list[Any]:
    return [one for one in found if not any(one is other for other in gone)]


def _widen(before: list[Subcell], after: list[Subcell]) -> None:
    """Lets the subcells that stay fill the room of those that were there."""
    room, filled = (sum(one.width or 0 for one in subcells) for subcells in (before, after))
    for index, subcell in enumerate(after):
        if subcell.width is not None and filled:
            subcell.raw["width"] = round(subcell.width * room / filled, 4)
        if "index" in subcell.raw:
            subcell.raw["index"] = index
