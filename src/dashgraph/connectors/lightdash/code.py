"""Dashboards of Lightdash as code, as its own command line writes them: charts are known by slugs. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashgraph.domain.dash import Document, JsonObject
from dashgraph.domain.formats import lightdash
from dashgraph.sources.rest.answers import Raw

OF_SERVER = frozenset({"savedChartUuid", "savedSqlUuid", "belongsToDashboard", "lastVersionChartKind"})
OF_CHART = ("name", "description", "tableName", "metricQuery", "chartConfig", "tableConfig", "pivotConfig", "slug")
OF_DASHBOARD = ("name", "description", "slug", "tabs", "filters")
WRITTEN = ("name", "description", "tableName", "metricQuery", "chartConfig", "tableConfig", "pivotConfig")


def document(raw: Raw, charts: Mapping[str, Raw], spaces: Mapping[str, str]) -> Document:
    """A whole dashboard with the charts that it shows, in the form that imports take. `spaces` are slugs by uuid."""
    slug = raw.text("slug")
    tiles = [_tile(tile) for tile in raw.list("tiles")]
    value: JsonObject = {
        **{key: raw.get(key) for key in OF_DASHBOARD},
        "contentType": lightdash.DASHBOARD,
        "version": lightdash.VERSION,
        "spaceSlug": spaces.get(raw.id("spaceUuid")),
        "tiles": tiles,
    }
    shown = {chart.text("slug"): _chart(chart, slug, spaces) for chart in charts.values()}
    found, _ = lightdash.read(value, shown)
    return Document.of(found)


def _tile(tile: Raw) -> JsonObject:
    properties = tile.object("properties").value
    kept = {key: value for key, value in properties.items() if key not in OF_SERVER}
    return {**tile.as_object().value, "properties": kept}


def _chart(raw: Raw, dashboard: str, spaces: Mapping[str, str]) -> JsonObject:
    found: JsonObject = {key: raw.get(key) for key in OF_CHART if raw.get(key) is not None}
    found |= {"contentType": lightdash.CHART, "version": lightdash.VERSION}
    found["spaceSlug"] = spaces.get(raw.id("spaceUuid"))
    if raw.get("dashboardUuid") is not None:
        found["dashboardSlug"] = dashboard
    return found


def chart_body(chart: JsonObject, *, space: str, dashboard: str) -> JsonObject:
    """What a chart is made of: in the dashboard where it lived in one, else in the space."""
    home = {"spaceUuid": space} if chart.get("dashboardSlug") is None else {"dashboardUuid": dashboard}
    return {**{key: chart[key] for key in WRITTEN if key in chart}, **home}


def tiles(dashboard: JsonObject, charts: Mapping[str, str]) -> list[JsonObject]:
    """The tiles of a dashboard as they are sent. `charts` are uuids by slugs; without one a tile shows nothing."""
    found = []
    for tile in dashboard.get("tiles") or ():
        properties: dict[str, Any] = dict(tile.get("properties") or {})
        if tile["type"] == "saved_chart":
            properties["savedChartUuid"] = charts.get(properties.get("chartSlug") or "")
        found.append({**{key: value for key, value in tile.items() if key != "tileSlug"}, "properties": properties})
    return found


def tabs(dashboard: JsonObject) -> list[JsonObject]:
    return [{"hidden": False, **tab} for tab in dashboard.get("tabs") or ()]


def filters(dashboard: JsonObject) -> dict[str, Sequence[Any]]:
    """With the ids that files do not hold."""
    held = dashboard.get("filters") or {}
    rules = [
        {"id": f"{(rule.get('target') or {}).get('fieldId')}-{number}", **rule}
        for number, rule in enumerate(held.get("dimensions") or ())
    ]
    return {
        "metrics": held.get("metrics") or [],
        "tableCalculations": held.get("tableCalculations") or [],
        "dimensions": rules,
    }
