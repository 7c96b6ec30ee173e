"""Lightdash's dashboards and charts as code: a dashboard with the charts that it shows becomes one document, and back.

Shapes as in the vendor's JSON Schemas, dashboard-as-code and chart-as-code 1.0.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.formats import carried
from dashgraph.domain.formats.carried import Place, Unsaid, put, text
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.formats.values import expect
from dashgraph.domain.imports import DocumentWarning, DocumentWarningCode
from dashgraph.domain.problems import BadDocument

DASHBOARD, CHART, SQL_CHART = "dashboard", "chart", "sql_chart"
VERSION = 1
GRID = 36  # columns
LONGEST_STEM = 200  # characters of the name of a file


def recognised(value: JsonObject) -> bool:
    return "spaceSlug" in value or value.get("contentType") in {DASHBOARD, CHART, SQL_CHART}


def kind_of(value: JsonObject) -> str:
    """`dashboard`, `chart`, `sql_chart`, or another kind of content that the document names."""
    named = text(value.get("contentType"))
    if named is not None:
        return named
    if "sql" in value:
        return SQL_CHART
    return CHART if "metricQuery" in value or "chartConfig" in value else DASHBOARD


def chart(value: JsonObject, pointer: str) -> str:
    """The slug of a chart, which tiles know it by."""
    _check_named(value, pointer)
    slug: str = value["slug"]
    return slug


def charts_shown(value: Any) -> Iterator[str]:
    """The slugs of the charts that a dashboard shows."""
    for tile in carried.objects(value.get("tiles")):
        slug = _properties(tile).get("chartSlug")
        if isinstance(slug, str):
            yield slug


def read(
    value: JsonObject, charts: Mapping[str, JsonObject], pointer: str = ""
) -> tuple[JsonObject, tuple[DocumentWarning, ...]]:
    """The document of a dashboard with the charts that are there, and a warning for each that is not."""
    _check(value, pointer)
    slug = value["slug"]
    widgets, places, warnings, numbers = [], [], [], dict[str, int]()
    tabs = _tabs(value)
    for index, tile in enumerate(value["tiles"]):
        shown = text(_properties(tile).get("chartSlug"))
        found = None if shown is None else charts.get(shown)
        if shown is not None and found is None:
            message = f"The chart {shown[:100]!r} is not among the documents; its tile is kept without it."
            warnings.append(DocumentWarning(DocumentWarningCode.CHART_MISSING, message, f"/widgets/{index}"))
        name = next((tile[key] for key in ("uuid", "tileSlug") if text(tile.get(key))), tile["type"])
        numbers[name] = number = numbers.get(name, 0) + 1
        one = carried.fresh(DocumentFormat.LIGHTDASH, slug, name, number)
        widgets.append(_widget(tile, found, one))
        sheet = tabs.get(text(tile.get("tabUuid")) or text(tile.get("tabSlug")) or "", 0)
        row, column, width = (carried.number(tile.get(key)) for key in ("y", "x", "w"))
        places.append(Place(one, sheet, row, column, width / GRID))
    document = carried.document(
        DocumentFormat.LIGHTDASH,
        {**value, "tiles": []},
        title=value["name"],
        oid=carried.native_id(slug),
        desc=text(value.get("description")),
        layout=carried.layout(places),
        filters=list(_filters(value)),
        widgets=widgets,
    )
    return document, tuple(warnings)


def written(document: JsonObject) -> tuple[JsonObject, dict[str, JsonObject]]:
    """A dashboard and its charts by slug: as they came, but for what was changed here since.

    A copy that was made here has its id for its slug. Raises Unsaid for what the format has no place for.
    """
    dashboard = dict(carried.original(document, "document"))
    if carried.native_id(str(dashboard.get("slug"))) != document.get("oid"):
        dashboard["slug"] = document.get("oid")
    put(dashboard, "name", document.get("title"), dashboard.get("name"))
    put(dashboard, "description", document.get("desc"), text(dashboard.get("description")))
    tiles: list[JsonObject] = []
    charts: dict[str, JsonObject] = {}
    for index, widget in enumerate(document.get("widgets") or ()):
        tile, found = _tile(widget)
        tiles.append(tile)
        if found is None:
            continue
        slug = found.get("slug")
        if slug != _properties(tile).get("chartSlug") or not isinstance(slug, str):
            raise Unsaid(carried.no_place(f"/widgets/{index}"))
        if charts.setdefault(slug, found) != found:
            reason = f"several of its widgets show the chart {slug!r}, and not with the same description"
            raise Unsaid(reason)
    dashboard["tiles"] = tiles
    carried.check_said(document, lambda: read(dashboard, charts)[0])
    return dashboard, charts


def file_names(dashboard: JsonObject, charts: Mapping[str, JsonObject]) -> Iterator[tuple[str, JsonObject]]:
    """The files of a dashboard as the vendor's command line lays them out, by name."""
    yield f"dashboards/{carried.native_id(dashboard['slug'])}.yml", dashboard
    for slug, found in charts.items():
        ending = ".sql.yml" if kind_of(found) == SQL_CHART else ".yml"
        yield f"charts/{_stem(slug)}{ending}", found


def _stem(slug: str) -> str:
    """The slug where it can be the name of a file; slugs of charts are longer than ids."""
    safe = slug.replace("-", "").replace("_", "").isalnum() and slug.isascii() and len(slug) <= LONGEST_STEM
    return slug if safe else carried.fresh(slug)


def _check_named(value: JsonObject, pointer: str) -> None:
    for key in ("name", "slug"):
        expect(value.get(key), f"{pointer}/{key}", str, "text")
        if not value[key]:
            message = f"Lightdash knows its content by a {key}; this one is empty"
            raise BadDocument(message, pointer=f"{pointer}/{key}")
    if value.get("version", VERSION) != VERSION:
        message = f"This is another version of Lightdash's format than {VERSION}, the one that is known here"
        raise BadDocument(message, pointer=f"{pointer}/version")


def _check(value: JsonObject, pointer: str) -> None:
    _check_named(value, pointer)
    expect(value.get("tiles"), f"{pointer}/tiles", list, "an array of tiles")
    for index, tile in enumerate(value["tiles"]):
        at = f"{pointer}/tiles/{index}"
        expect(tile, at, dict, "a tile (an object)")
        expect(tile.get("type"), f"{at}/type", str, "text")
        if tile.get("properties") is not None:
            expect(tile["properties"], f"{at}/properties", dict, "an object")


def _properties(tile: JsonObject) -> JsonObject:
    found = tile.get("properties")
    return found if isinstance(found, dict) else {}


def _tabs(value: JsonObject) -> dict[Any, float]:
    """The order of each tab, by what tiles call it."""
    tabs = carried.objects(value.get("tabs"))
    names = ((tab.get(key), carried.number(tab.get("order"))) for tab in tabs for key in ("uuid", "slug"))
    return {name: order for name, order in names if isinstance(name, str)}


def _widget(tile: JsonObject, found: JsonObject | None, one: str) -> JsonObject:
    return carried.widget(
        DocumentFormat.LIGHTDASH,
        {"tile": tile, "chart": found},
        title=_title(tile, found),
        oid=one,
        desc=text((found or {}).get("description")),
        type=tile["type"],
        subtype=_subtype(found or {}),
    )


def _title(tile: JsonObject, found: JsonObject | None) -> str:
    """What stands above a tile: a title of its own, or the name of its chart."""
    own = _properties(tile)
    names = (own.get("title"), own.get("text"), own.get("chartName"), (found or {}).get("name"))
    return next((name for name in names if name and isinstance(name, str)), "")


def _subtype(found: JsonObject) -> str | None:
    config = found.get("chartConfig")
    return text(found.get("chartKind")) or (text(config.get("type")) if isinstance(config, dict) else None)


def _tile(widget: JsonObject) -> tuple[JsonObject, JsonObject | None]:
    """A tile and its chart: as they came, but for a title and a description that were changed here."""
    tile, found = carried.original(widget, "tile"), carried.original(widget, "chart") or None
    title = widget.get("title") or ""
    if title != _title(tile, found):
        own = _properties(tile)
        key = "text" if tile.get("type") == "heading" and not own.get("title") else "title"
        tile = {**tile, "properties": {**own, key: title}}
    if found is not None and widget.get("desc") != text(found.get("description")):
        found = dict(found)
        put(found, "description", widget.get("desc"), text(found.get("description")))
    return tile, found


def _filters(value: JsonObject) -> Iterator[JsonObject]:
    """Which fields the filters are about, and whether they are off. Their conditions are Lightdash's own."""
    held = value.get("filters")
    for one in carried.objects(held.get("dimensions")) if isinstance(held, dict) else ():
        target = one.get("target")
        if isinstance(target, dict):
            names = {"dim": target.get("fieldId"), "table": target.get("tableName"), "title": one.get("label")}
            jaql = {key: name for key, name in names.items() if isinstance(name, str)}
            yield {"jaql": jaql, "disabled": one.get("disabled") is True}
