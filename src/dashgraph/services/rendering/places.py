"""Where the widgets of a layout stand: rectangles in fractions of a drawing, measured off the pixels of the layout."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from dashgraph.domain.dash import Cell, Element, Layout, Subcell

CANVAS = 1200  # pixels that a dashboard is wide where people look at it
USUAL_HEIGHT = 320
ENDLESS = 1_000_000  # no size of anything on a screen
LEAST_HEIGHT, MOST_HEIGHT = 44, 2048  # less cannot be read


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
    bottom = max(box.top + box.height for box in first.values())
    places = tuple(
        Place(widget, box.left, box.top / bottom, box.width, box.height / bottom) for widget, box in first.items()
    )
    return (Tab(None, bottom / CANVAS, places),)


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
