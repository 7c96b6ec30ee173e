"""PostHog's dashboard templates: one becomes a document, and back. Shapes as in the vendor's templates-repository."""

from typing import Any

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.formats import carried
from dashgraph.domain.formats.carried import Place, put, text
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.formats.values import expect
from dashgraph.domain.problems import BadDocument

GRID = 12  # columns


def recognised(value: JsonObject) -> bool:
    return "template_name" in value or _is_register(value)


def read(value: Any, pointer: str = "") -> JsonObject:
    """The document of a template. Raises BadDocument."""
    _check(value, pointer)
    name = value["template_name"]
    own = value.get("id")
    native = None if own is None else carried.native_id(str(own))
    widgets, places = [], []
    for index, tile in enumerate(value["tiles"]):
        one = carried.fresh(DocumentFormat.POSTHOG, native or name, index)
        widgets.append(_widget(tile, one))
        held = tile.get("layouts")
        grid = held.get("sm") if isinstance(held, dict) else None
        if isinstance(grid, dict):
            row, column, width = (carried.number(grid.get(key)) for key in ("y", "x", "w"))
            places.append(Place(one, 0, row, column, width / GRID))
    return carried.document(
        DocumentFormat.POSTHOG,
        {**value, "tiles": []},
        title=name,
        oid=native,
        desc=text(value.get("dashboard_description")),
        layout=carried.layout(places),
        filters=_filters(value),
        widgets=widgets,
    )


def written(document: JsonObject) -> JsonObject:
    """A template as it came, but for what was changed here since. Raises Unsaid for what it has no place for.

    A copy that was made here has its own id, where the template had one.
    """
    template = dict(carried.original(document, "document"))
    own = template.get("id")
    if own is not None and carried.native_id(str(own)) != document.get("oid"):
        template["id"] = document.get("oid")
    put(template, "template_name", document.get("title"), template.get("template_name"))
    described = text(template.get("dashboard_description"))
    put(template, "dashboard_description", document.get("desc"), described)
    template["tiles"] = [_tile(widget) for widget in document.get("widgets") or ()]
    carried.check_said(document, lambda: read(template))
    return template


def _check(value: Any, pointer: str) -> None:
    expect(value, pointer, dict, "a template (an object)")
    if _is_register(value):
        message = "This is PostHog's list of templates, which only says where they are; import the templates themselves"
        raise BadDocument(message, pointer=pointer)
    expect(value.get("template_name"), f"{pointer}/template_name", str, "text")
    if value.get("id") is not None:
        expect(value["id"], f"{pointer}/id", str | int, "text or a number")
    expect(value.get("tiles"), f"{pointer}/tiles", list, "an array of tiles")
    for index, tile in enumerate(value["tiles"]):
        expect(tile, f"{pointer}/tiles/{index}", dict, "a tile (an object)")


def _is_register(value: JsonObject) -> bool:
    return "url" in value and "maintainer" in value and "tiles" not in value


def _widget(tile: JsonObject, one: str) -> JsonObject:
    return carried.widget(
        DocumentFormat.POSTHOG,
        {"tile": tile},
        title=text(tile.get("name")) or "",
        oid=one,
        desc=text(tile.get("description")),
        type=text(tile.get("type")),
        subtype=_subtype(tile),
    )


def _subtype(tile: JsonObject) -> str | None:
    """The kind of insight: of a query, as newer templates have it, or of its filters."""
    query, filters = tile.get("query"), tile.get("filters")
    if isinstance(query, dict):
        source = query.get("source")
        return text(source.get("kind")) if isinstance(source, dict) else text(query.get("kind"))
    return text(filters.get("insight")) if isinstance(filters, dict) else None


def _tile(widget: JsonObject) -> JsonObject:
    tile = dict(carried.original(widget, "tile"))
    put(tile, "name", widget.get("title") or "", text(tile.get("name")) or "")
    put(tile, "description", widget.get("desc"), text(tile.get("description")))
    return tile


def _filters(value: JsonObject) -> list[JsonObject]:
    """Which properties the filters are about. Their conditions are PostHog's own."""
    held = value.get("dashboard_filters")
    found = carried.objects(held.get("properties")) if isinstance(held, dict) else ()
    return [{"jaql": {"dim": one["key"]}, "disabled": False} for one in found if isinstance(one.get("key"), str)]
