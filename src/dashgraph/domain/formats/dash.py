"""Sisense's `.dash` format, in which the store keeps every document: what one must be for dashgraph to rely on it."""

from typing import Any

from dashgraph.domain.formats import carried
from dashgraph.domain.formats.values import Limits, escaped, expect, expect_id
from dashgraph.domain.problems import BadDocument


def check(found: Any, pointer: str, limits: Limits) -> None:
    """Whether this is a dashboard. Only what dashgraph itself relies on must be right. Raises BadDocument."""
    expect(found, pointer, dict, "a dashboard (an object)")
    if "title" not in found:
        message = "A dashboard needs a title"
        if "metadata" in found and "layout" not in found:
            message = "This is a widget; a dashboard has a title, a layout and widgets"
        raise BadDocument(message, pointer=f"{pointer}/title")
    expect(found["title"], f"{pointer}/title", str, "text")
    expect_id(found.get("oid"), f"{pointer}/oid")
    for key, kind, name in (
        ("desc", str, "text"),
        ("type", str, "text"),
        ("layout", dict, "an object"),
        ("datasource", dict | str, "an object"),
        ("filters", list, "an array"),
        ("widgets", list | dict, "an array of widgets"),
    ):
        if found.get(key) is not None:
            expect(found[key], f"{pointer}/{key}", kind, name)
    carried.check(found, pointer, "document")
    held = found.get("widgets") or []
    if len(held) > limits.widgets:
        message = f"{len(held)} widgets on one dashboard; at most {limits.widgets} are taken"
        raise BadDocument(message, pointer=f"{pointer}/widgets")
    places: dict[str, str] = {}
    for place, widget in held.items() if isinstance(held, dict) else enumerate(held):
        at = f"{pointer}/widgets/{escaped(place)}"
        _check_widget(widget, at)
        oid = widget.get("oid")
        if oid is not None and places.setdefault(oid, at) != at:
            message = f"The widget id {oid} is also at {places[oid]}"
            raise BadDocument(message, pointer=f"{at}/oid")


def _check_widget(widget: Any, at: str) -> None:
    expect(widget, at, dict, "a widget (an object)")
    expect_id(widget.get("oid"), f"{at}/oid")
    for key in ("title", "type", "subtype", "desc"):
        if widget.get(key) is not None:
            expect(widget[key], f"{at}/{key}", str, "text")
    if widget.get("datasource") is not None:
        expect(widget["datasource"], f"{at}/datasource", dict | str, "an object")
    carried.check(widget, at, "tile")
