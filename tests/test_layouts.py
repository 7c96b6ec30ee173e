"""Layouts: whatever is added and taken away, each widget has at most one place and the room is filled."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgraph.domain import layouts
from dashgraph.domain.dash import Layout
from dashgraph.domain.problems import BadDocument

IDS = st.sampled_from("abcdef")


def element(widget: str, **more: Any) -> dict[str, Any]:
    return {"widgetid": widget, "height": 96, **more}


def row(*widgets: str) -> dict[str, Any]:
    width = 100 / len(widgets)
    return {
        "subcells": [
            {"elements": [element(widget)], "width": width, "index": index} for index, widget in enumerate(widgets)
        ]
    }


def columns(*found: list[Any]) -> dict[str, Any]:
    return {"type": "columnar", "columns": [{"width": 50, "cells": cells} for cells in found], "instanceid": "I"}


def placed(layout: dict[str, Any]) -> list[str | None]:
    return [one.widget for one in Layout(layout).elements()]


def test_a_widget_is_added_at_the_bottom_of_the_shortest_column() -> None:
    layout = columns([row("a", "b"), row("c")], [row("d")])

    found = layouts.added(layout, "e", like=element("c", height=300, widgetId="c"))

    assert placed(found) == ["a", "b", "c", "d", "e"]
    assert layouts.element(found, "e") == {"widgetid": "e", "height": 300}
    assert found["instanceid"] == "I"
    assert placed(layout) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("layout", [None, {}, {"columns": None}, {"columns": [1]}, {"columns": [{"cells": "no"}]}])
def test_a_widget_finds_a_place_in_any_layout(layout: dict[str, Any] | None) -> None:
    assert placed(layouts.added(layout, "a")) == ["a"]


def test_the_neighbours_of_what_is_taken_away_fill_the_room() -> None:
    layout = columns([row("a", "b"), row("c")], [row("d")])

    found = layouts.fitting(layout, {"b", "d"})

    assert found == columns([{"subcells": [{"elements": [element("b")], "width": 100, "index": 0}]}], [row("d")])


def test_what_places_no_widget_stays() -> None:
    layout = {"columns": [{"cells": [{"subcells": [{"elements": [{"text": "note"}, 1, element("a")]}]}, None]}]}

    found = layouts.fitting(layout, set())

    assert found == {"columns": [{"cells": [{"subcells": [{"elements": [{"text": "note"}, 1]}]}, None]}]}


@pytest.mark.parametrize(
    "cells",
    [[row("a", "a")], [row("a"), row("x")], [{"subcells": [{"elements": [{"widgetid": "a", "widgetId": "x"}]}]}]],
)
def test_a_layout_that_places_widgets_twice_or_unknown_ones_is_refused(cells: list[Any]) -> None:
    layouts.check(columns([row("a"), row("b")]), {"a", "b", "c"})

    with pytest.raises(BadDocument, match="at /layout"):
        layouts.check(columns(cells), {"a", "b"})


@given(st.lists(st.lists(st.lists(IDS, min_size=1, max_size=3), max_size=4), max_size=3), st.sets(IDS))
def test_of_any_layout_a_fitting_one_can_be_made(found: list[list[list[str]]], widgets: set[str]) -> None:
    layout = columns(*([row(*one) for one in column] for column in found))

    fitting = layouts.fitting(layout, widgets)

    layouts.check(fitting, widgets)
    assert set(placed(fitting)) == set(placed(layout)) & widgets
    assert layouts.fitting(fitting, widgets) == fitting
    names = {widget: widget.upper() for widget in widgets}
    assert placed(layouts.renamed(fitting, names)) == [widget.upper() for widget in placed(fitting) if widget]
