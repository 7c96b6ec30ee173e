"""The routes that carry a dashboard into the project above its own: by slugs, and beforehand as a difference."""

from dashgraph.app.fakes.lightdash import shapes
from dashgraph.app.fakes.lightdash.state import Json
from dashgraph.app.fakes.lightdash.wire import Ask, Refusal, Route, not_found, without, wrong


def difference(ask: Ask) -> Json:
    """What promoting would do, and to what."""
    found, upstream = _both(ask)
    space = ask.held.spaces[found["spaceUuid"]]
    there = _by_slug(ask.held.spaces, upstream, space["slug"])
    spaces = [{"action": "no changes" if there else "create", "data": {**_named(space), "path": space["path"]}}]
    charts = []
    for chart in _charts(ask, found):
        known = _by_slug(ask.held.charts, upstream, chart["slug"])
        entry = {**_named(chart), "spaceSlug": space["slug"], "oldUuid": chart["uuid"]}
        charts.append({"action": _action(known, chart, "metricQuery"), "data": entry})
    known = _by_slug(ask.held.dashboards, upstream, found["slug"])
    dashboard = {**_named(found), "spaceSlug": space["slug"]}
    return {
        "dashboards": [{"action": _action(known, found, "filters"), "data": dashboard}],
        "charts": charts,
        "spaces": spaces,
    }


def promote(ask: Ask) -> Json:
    found, upstream = _both(ask)
    ask.check_in_project(upstream, "editor", "developer", "admin")
    space = ask.held.spaces[found["spaceUuid"]]
    place = _by_slug(ask.held.spaces, upstream, space["slug"])
    target = str(place["uuid"]) if place else ask.held.add_space(upstream, space["name"], ask.caller)
    copies = {chart["uuid"]: _promoted_chart(ask, chart, upstream, target) for chart in _charts(ask, found)}
    tiles = [
        {**tile, "properties": {**tile["properties"], "savedChartUuid": copies[tile["properties"]["savedChartUuid"]]}}
        if tile["properties"].get("savedChartUuid") in copies
        else tile
        for tile in found["tiles"]
    ]
    known = _by_slug(ask.held.dashboards, upstream, found["slug"])
    uuid = (
        str(known["uuid"]) if known else ask.held.add_dashboard(target, found["name"], ask.caller, slug=found["slug"])
    )
    ask.held.write_version(uuid, ask.caller, tiles=tiles, tabs=found["tabs"], filters=found["filters"])
    promoted = ask.held.dashboards[uuid]
    promoted.update(name=found["name"], description=found["description"])
    return without(shapes.dashboard(ask.held, promoted, ask.caller), "access", "inheritsFromOrgOrProject")


def _promoted_chart(ask: Ask, chart: Json, upstream: str, space: str) -> str:
    known = _by_slug(ask.held.charts, upstream, chart["slug"])
    uuid = str(known["uuid"]) if known else ask.held.add_chart(space, chart["name"], chart["chartKind"], ask.caller)
    same = ("name", "description", "slug", "tableName", "metricQuery", "chartConfig", "tableConfig")
    ask.held.charts[uuid].update({key: chart[key] for key in same})
    return uuid


def _both(ask: Ask) -> tuple[Json, str]:
    """The dashboard, and the project that is upstream of its own."""
    found = ask.held.dashboards.get(ask.part("dashboard"))
    if found is None:
        raise not_found("dashboard")
    ask.check_space(found["spaceUuid"], writing=True)
    upstream = ask.held.projects[found["projectUuid"]]["upstreamProjectUuid"]
    if upstream is None:
        raise not_found("upstream project")
    if any(chart["dashboardUuid"] not in {None, found["uuid"]} for chart in _charts(ask, found)):
        raise wrong("A chart that lives in another dashboard cannot be promoted")
    return found, upstream


def _charts(ask: Ask, dashboard: Json) -> list[Json]:
    uuids = dict.fromkeys(tile["properties"].get("savedChartUuid") for tile in dashboard["tiles"])
    return [ask.held.charts[uuid] for uuid in uuids if uuid in ask.held.charts]


def _by_slug(rows: dict[str, Json], project: str, slug: str) -> Json | None:
    found = [one for one in rows.values() if one["projectUuid"] == project and one["slug"] == slug]
    if len(found) > 1:
        raise Refusal(409, "AlreadyExistsError", "Several things upstream have this slug")
    return found[0] if found else None


def _named(one: Json) -> Json:
    return {key: one[key] for key in ("uuid", "name", "slug", "projectUuid")}


def _action(known: Json | None, one: Json, content: str) -> str:
    if known is None:
        return "create"
    return "no changes" if (known["name"], known[content]) == (one["name"], one[content]) else "update"


ROUTES: tuple[Route, ...] = (
    ("POST", "/api/v1/dashboards/{dashboard}/promote", promote),
    ("GET", "/api/v1/dashboards/{dashboard}/promoteDiff", difference),
)
