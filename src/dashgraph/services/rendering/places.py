"""Where the widgets of a layout stand: rectangles in fractions of a drawing, measured off the pixels of the layout."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from dashgraph.domain import dash
from dashgraph.domain.dash import Cell, Element, Layout, Subcell
from dashgraph.domain.widgets import Widget

CANVAS = 1200  # pixels that a dashboard is wide where people look at it
USUAL_HEIGHT = 320
ENDLESS = 1_000_000  # no size of anything on a screen
LEAST_HEIGHT, MOST_HEIGHT = 44, 2048  # less cannot be read
GRID_COLUMNS, ROW_HEIGHT = 12, 60  # of a grid, at least, and in pixels


@dataclass(frozen=True, slots=True)
class Place:
    """All between 0 and 1: across the width of the tab, and down its height."""

    widget: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tab:
    """One drawing, `height` times as high as it is wide. A dashboard without tabs has one that has no title."""

    title: str | None
    height: float
    places: tuple[Place, ...]


def drawn(layout: Layout | None, widgets: Collection[str]) -> tuple[Tab, ...]:
    """The drawing of a layout: each of these widgets at most once, others left out with their room kept."""
    columns = layout.columns if layout else []
    boxes: list[_Box] = []
    for (left, width), column in zip(_shares([one.width for one in columns]), columns, strict=True):
        top = 0.0
        for cell in column.cells:
            boxes.extend(_boxes(cell, left, width, top))
            top += max((_height(one) for one in cell.subcells), default=0.0)
    first: dict[str, _Box] = {}
    for box in boxes:
        if box.widget in widgets:
            first.setdefault(box.widget, box)
    if not first:
        return ()
    return (_tab(None, list(first.values())),)


def gridded(widgets: Sequence[Widget], tabs: Sequence[dash.Tab]) -> tuple[Tab, ...]:
    """The drawing of widgets that stand on grids, one for each of the tabs; what is on none of them is on the first."""
    named: dict[str | None, str | None] = {one.id: one.name for one in tabs if one.id is not None}
    columns = max([GRID_COLUMNS, *(one.place.x + one.place.width for one in widgets if one.place is not None)])
    boxes: dict[str | None, list[_Box]] = {tab: [] for tab in named or (None,)}
    for one in widgets:
        place = one.place
        if place is None or not (_is_size(place.width) and _is_size(place.height)):
            continue
        tab = place.tab if place.tab in boxes else next(iter(boxes))
        left, width = max(place.x, 0) / columns, place.width / columns
        boxes[tab].append(_Box(one.id.native, left, width, max(place.y, 0) * ROW_HEIGHT, place.height * ROW_HEIGHT))
    return tuple(_tab(named.get(tab), its) for tab, its in boxes.items() if its)


def alone(widget: str) -> tuple[Tab, ...]:
    """The drawing of one widget."""
    return (Tab(None, USUAL_HEIGHT / CANVAS, (Place(widget, 0.0, 0.0, 1.0, 1.0),)),)


@dataclass(frozen=True, slots=True)
class _Box:
    """Across in fractions, down in pixels."""

    widget: str
    left: float
    width: float
    top: float
    height: float


def _tab(title: str | None, boxes: Sequence[_Box]) -> Tab:
    bottom = max(box.top + box.height for box in boxes)
    return Tab(
        title,
        bottom / CANVAS,
        tuple(Place(box.widget, box.left, box.top / bottom, box.width, box.height / bottom) for box in boxes),
    )


def _boxes(cell: Cell, left: float, width: float, top: float) -> Iterator[_Box]:
    shares = _shares([one.width for one in cell.subcells])
    for (begin, share), subcell in zip(shares, cell.subcells, strict=True):
        at = top
        for element in subcell.elements:
            height = _pixels(element)
            if element.widget is not None:
                yield _Box(element.widget, left + begin * width, share * width, at, height)
            at += height


def _height(subcell: Subcell) -> float:
    return sum(_pixels(element) for element in subcell.elements)


def _pixels(element: Element) -> float:
    height = next((one for one in (element.height, element.min_height) if _is_size(one)), None) or USUAL_HEIGHT
    return min(max(height, LEAST_HEIGHT), MOST_HEIGHT)


def _shares(widths: Sequence[float | None]) -> list[tuple[float, float]]:
    """Where each begins and how wide it is, when together they take all the room. One unknown makes all equal."""
    known = [width for width in widths if width is not None and _is_size(width)]
    if len(known) < len(widths):
        known = [1.0] * len(widths)
    total = sum(known)
    found, begin = [], 0.0
    for width in known:
        found.append((begin, width / total))
        begin += width / total
    return found


def _is_size(value: float | None) -> bool:
    return value is not None and 0 < value < ENDLESS
