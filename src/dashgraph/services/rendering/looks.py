"""How things look on paper: what people call a type of widget, the shape that stands for it, and a legible colour."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

ACCENT = "#2f5d8a"  # when the palette has none that can be read on white
LEAST_CONTRAST = 3.0  # what WCAG 2.2 asks of graphics and large letters
COLOR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True)
class Look:
    """`shape` is one that `sheet.typ` can draw."""

    name: str
    shape: str


LOOKS = {
    "column": Look("Column chart", "column"),
    "bar": Look("Bar chart", "bar"),
    "line": Look("Line chart", "line"),
    "area": Look("Area chart", "area"),
    "pie": Look("Pie chart", "pie"),
    "polar": Look("Polar chart", "pie"),
    "sunburst": Look("Sunburst", "pie"),
    "scatter": Look("Scatter plot", "scatter"),
    "boxplot": Look("Box plot", "column"),
    "funnel": Look("Funnel", "funnel"),
    "treemap": Look("Treemap", "tiles"),
    "heatmap": Look("Heat map", "tiles"),
    "map": Look("Map", "map"),
    "indicator": Look("Indicator", "indicator"),
    "pivot": Look("Pivot table", "table"),
    "pivot2": Look("Pivot table", "table"),
    "table": Look("Table", "table"),
    "tablewidget": Look("Table", "table"),
    "tablewidgetagg": Look("Table", "table"),
    "richtexteditor": Look("Text", "text"),
    "markdown": Look("Text", "text"),
    "heading": Look("Text", "text"),
    "vertical_bar": Look("Column chart", "column"),
    "horizontal_bar": Look("Bar chart", "bar"),
    "big_number": Look("Indicator", "indicator"),
    "gauge": Look("Indicator", "indicator"),
}


def look(type_: str | None) -> Look:
    """By the whole type, or by its first or last part: `chart/column` is a column chart, `map/scatter` a map."""
    if not type_:
        return Look("Widget", "other")
    parts = type_.lower().split("/")
    known = (LOOKS[key] for key in ("/".join(parts), parts[0], parts[-1]) if key in LOOKS)
    return next(known, Look(type_, "other"))


def accent(colors: Iterable[str]) -> str:
    """The first colour of a palette that stands out from white paper."""
    legible = (color for color in colors if COLOR.fullmatch(color) and _contrast(color) >= LEAST_CONTRAST)
    return next(legible, ACCENT)


def _contrast(color: str) -> float:
    """To white, as WCAG 2.2 defines it."""
    digits = color[1:] if len(color) > len("#rgb") else "".join(2 * digit for digit in color[1:])
    red, green, blue = (_linear(int(digits[place : place + 2], 16) / 255) for place in (0, 2, 4))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(channel: float) -> float:
    linear_below = 0.04045
    return channel / 12.92 if channel <= linear_below else float(((channel + 0.055) / 1.055) ** 2.4)
