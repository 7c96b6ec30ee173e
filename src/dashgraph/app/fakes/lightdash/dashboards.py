"""The routes of dashboards. Those of Express do not validate, those of the OpenAPI file do."""

from collections.abc import Iterator
from typing import Any

from dashgraph.app.fakes.lightdash import access, shapes
from dashgraph.app.fakes.lightdash.state import TILE_DEFAULTS, Json
from dashgraph.app.fakes.lightdash.wire import DONE, Ask, Reply, Route, broken, invalid, not_found, without


def dashboards(ask: Ask) -> list[Json]:
    """All that the caller may see, with no pages. A project that does not exist has none."""
    project = ask.uuid("project")
    seen = access.visible_spaces(ask.held, ask.caller, [project])
    rows = [one for one in ask.held.dashboards.values() if one["spaceUuid"] in seen]
    return [shapes.dashboard_row(ask.held, one) for one in ask.rows(ask.request, rows, 0, len(rows))]


def dashboard(ask: Ask) -> Json:
    """By uuid or slug. To look is to be counted."""
    found = _dashboard(ask, writing=False)
    answer = shapes.dashboard(ask.held, found, ask.caller)
    found["views"] += 1
    found["firstViewedAt"] = found["firstViewedAt"] or ask.held.now()
    return answer


def create(ask: Ask) -> Reply:
    project = ask.project()["projectUuid"]
    original = ask.word("duplicateFrom")
    uuid = _fresh(ask, project) if original is None else _copy(ask, original)
    return Reply(shapes.dashboard(ask.held, ask.held.dashboards[uuid], ask.caller), status=201)


def _fresh(ask: Ask, project: str) -> str:
    name, tiles, tabs = (ask.said(key) for key in ("name", "tiles", "tabs"))
    for index, tab in enumerate(tabs):
        if not isinstance(tab.get("hidden"), bool):
            raise invalid(f"body.tabs.{index}.hidden", "is required", None)
    filters = ask.fields.get("filters")
    for one in (filters or {}).get("dimensions", ()):
        if "label" in one and one["label"] is None:
            raise invalid("body.filters", "a label is a text where there is one", filters)
    _check_tiles(tiles)
    space = ask.fields.get("spaceUuid") or _some_space(ask, project)
    if space not in ask.held.spaces:
        raise not_found("space")
    ask.check_space(space, writing=True)
    return ask.held.add_dashboard(
        space,
        name,
        ask.caller,
        description=ask.fields.get("description"),
        tiles=tiles,
        tabs=tabs,
        filters=filters,
    )


def _some_space(ask: Ask, project: str) -> str:
    """Where a dashboard lands that nobody said a space for: wherever its maker may write."""
    seen = access.visible_spaces(ask.held, ask.caller, [project])
    found = [space for space, one in seen.items() if one["role"] != "viewer"]
    if not found:
        raise not_found("space")
    return found[-1]


def _copy(ask: Ask, original: str) -> str:
    """A copy beside the original. Its tiles keep their uuids; charts that live in the dashboard are copied too."""
    found = ask.held.dashboards.get(original)
    if found is None:
        raise not_found("dashboard")
    ask.check_space(found["spaceUuid"], writing=True)
    name, description = ask.said("dashboardName"), ask.said("dashboardDesc")
    uuid = ask.held.add_dashboard(
        found["spaceUuid"], name, ask.caller, description=description, slug=found["slug"], tabs=found["tabs"]
    )
    tiles = [{**tile, "properties": _copied(ask, tile, uuid)} for tile in found["tiles"]]
    ask.held.dashboards[uuid].update(tiles=tiles, filters={key: list(value) for key, value in found["filters"].items()})
    return uuid


def _copied(ask: Ask, tile: Json, dashboard: str) -> Json:
    """What a tile of a copy shows: the same chart, but of one that lives in the dashboard a chart of its own."""
    chart = ask.held.charts.get(tile["properties"].get("savedChartUuid") or "")
    if chart is None or chart["dashboardUuid"] is None:
        return dict(tile["properties"])
    uuid = ask.held.add_chart(chart["spaceUuid"], chart["name"], chart["chartKind"], ask.caller, dashboard=dashboard)
    same = ("description", "tableName", "metricQuery", "chartConfig", "tableConfig")
    ask.held.charts[uuid].update({key: chart[key] for key in same})
    return {**tile["properties"], "savedChartUuid": uuid, "chartSlug": ask.held.charts[uuid]["slug"]}


def change(ask: Ask) -> Json:
    """What of it is understood is done, the rest passed over in silence; no version is looked at."""
    found = _dashboard(ask, writing=True)
    body = ask.fields
    if "tiles" in body:
        tabs = body.get("tabs")
        if not isinstance(tabs, list):
            raise broken()
        _check_tiles(body["tiles"])
        ask.held.write_version(found["uuid"], ask.caller, tiles=body["tiles"], tabs=tabs, filters=body.get("filters"))
        _remove_orphans(ask, found)
    _rewrite(ask, found, body)
    return shapes.dashboard(ask.held, found, ask.caller)


def _remove_orphans(ask: Ask, dashboard: Json) -> None:
    """Charts that live in a dashboard go with their last tile."""
    shown = {tile["properties"].get("savedChartUuid") for tile in dashboard["tiles"]}
    living = [uuid for uuid, one in ask.held.charts.items() if one["dashboardUuid"] == dashboard["uuid"]]
    for uuid in living:
        if uuid not in shown:
            ask.held.remove_chart(uuid)


def change_many(ask: Ask) -> list[Json]:
    """Rename and move: all of these or none."""
    if not isinstance(ask.body, list):
        raise invalid("body", "is no list", ask.body)
    for index, row in enumerate(ask.body):
        for key in ("uuid", "name", "spaceUuid"):
            if not row.get(key):
                raise invalid(f"body.{index}.{key}", "is required", row.get(key))
        if row["uuid"] not in ask.held.dashboards:
            raise not_found("dashboard")
        ask.check_space(ask.held.dashboards[row["uuid"]]["spaceUuid"], writing=True)
    changed = [ask.held.dashboards[row["uuid"]] for row in ask.body]
    for found, row in zip(changed, ask.body, strict=True):
        _rewrite(ask, found, row)
    return [shapes.dashboard(ask.held, found, ask.caller) for found in changed]


def _rewrite(ask: Ask, found: Json, said: Json) -> None:
    """Name, description and space. The moment of the last change stays: it is that of the version."""
    if said.get("name"):
        found["name"] = said["name"]
    if "description" in said:
        found["description"] = said["description"]
    space = said.get("spaceUuid")
    if space:
        if space not in ask.held.spaces:
            raise not_found("space")
        ask.check_space(space, writing=True)
        found["spaceUuid"] = space


def delete(ask: Ask) -> Reply:
    ask.held.remove_dashboard(_dashboard(ask, writing=True)["uuid"])
    return DONE


def history(ask: Ask) -> Json:
    found = _dashboard(ask, writing=False)
    return {"history": [shapes.version(ask.held, one) for one in ask.held.history[found["uuid"]]]}


def as_code(ask: Ask) -> Json:
    """Dashboards as files: known by slugs, their tiles without uuids."""
    project, wanted = ask.project()["projectUuid"], ask.words("ids")
    held = {one["slug"]: one for one in ask.held.dashboards.values() if one["projectUuid"] == project}
    found = [held[slug] for slug in wanted or held if slug in held]
    spaces = {one["spaceUuid"]: ask.held.spaces[one["spaceUuid"]] for one in found}
    return {
        "dashboards": [_code(ask, one) for one in found],
        "missingIds": [slug for slug in wanted if slug not in held],
        "spaces": [
            {"contentType": "space", "spaceName": space["name"], "slug": space["slug"]} for space in spaces.values()
        ],
        "total": len(found),
        "offset": len(found),
    }


def _code(ask: Ask, one: Json) -> Json:
    filters = [
        {**without(each, "id"), "tileTargets": each.get("tileTargets", {})} for each in one["filters"]["dimensions"]
    ]
    return {
        **{key: one[key] for key in ("name", "description", "updatedAt", "tabs", "slug")},
        "tiles": [without(tile, "uuid") for tile in one["tiles"]],
        "filters": {**one["filters"], "dimensions": filters},
        "spaceSlug": ask.held.spaces[one["spaceUuid"]]["slug"],
        "version": 1,
        "contentType": "dashboard",
        "downloadedAt": ask.held.now(),
        "verification": None,
    }


def comments(ask: Ask) -> Json:
    """By the tiles that they hang on."""
    found = _dashboard(ask, writing=False)
    return dict(ask.held.comments.get(found["uuid"], {}))


def comment(ask: Ask) -> str:
    found, tile = _dashboard(ask, writing=False), ask.part("tile")
    if all(one["uuid"] != tile for one in found["tiles"]):
        raise not_found("tile")
    uuid = ask.held.fresh()
    said = {
        "commentId": uuid,
        "text": ask.said("text"),
        "textHtml": ask.said("textHtml"),
        "createdAt": ask.held.now(),
        "user": {"name": shapes.full_name(ask.held, ask.caller)},
        "replyTo": ask.fields.get("replyTo"),
        "replies": [],
        "resolved": False,
        "canRemove": True,
        "mentions": ask.said("mentions"),
    }
    held = ask.held.comments.setdefault(found["uuid"], {}).setdefault(tile, [])
    above = next((one for one in held if one["commentId"] == said["replyTo"]), None)
    (held if above is None else above["replies"]).append(said)
    return uuid


def resolve_comment(ask: Ask) -> Reply:
    found = _comment(ask)
    found["resolved"] = ask.said("resolved")
    return DONE


def delete_comment(ask: Ask) -> Reply:
    wanted = _comment(ask)["commentId"]
    for held in ask.held.comments[ask.uuid("dashboard")].values():
        held[:] = [one for one in held if one["commentId"] != wanted]
    return DONE


def _comment(ask: Ask) -> Json:
    found = _dashboard(ask, writing=False)
    tiles: dict[str, list[Json]] = ask.held.comments.get(found["uuid"], {})
    for held in tiles.values():
        for one in held:
            if one["commentId"] == ask.part("comment"):
                return one
    raise not_found("comment")


def _dashboard(ask: Ask, *, writing: bool) -> Json:
    """By uuid; another text is taken for a slug. Closed is 403 here, though no list shows it."""
    wanted = ask.part("dashboard")
    found = ask.held.dashboards.get(wanted) or next(_by_slug(ask, wanted), None)
    if found is None:
        raise not_found("dashboard")
    ask.check_space(found["spaceUuid"], writing=writing)
    return found


def _by_slug(ask: Ask, slug: str) -> Iterator[Json]:
    return (one for one in ask.held.dashboards.values() if one["slug"] == slug)


def _check_tiles(tiles: Any) -> None:
    if not isinstance(tiles, list):
        raise broken()
    for tile in tiles:
        if not isinstance(tile, dict) or tile.get("type") not in TILE_DEFAULTS or not {*"xywh"} <= set(tile):
            raise broken()


_LIST, _ONE = "/api/v1/projects/{project}/dashboards", "/api/v1/dashboards/{dashboard}"
_SECOND, _COMMENTS = "/api/v2/projects/{project}/dashboards/{dashboard}", "/api/v1/comments/dashboards/{dashboard}"

ROUTES: tuple[Route, ...] = (
    ("GET", _LIST, dashboards),
    ("POST", _LIST, create),
    ("PATCH", _LIST, change_many),
    ("GET", f"{_LIST}/code", as_code),
    ("GET", _ONE, dashboard),
    ("PATCH", _ONE, change),
    ("DELETE", _ONE, delete),
    ("GET", _SECOND, dashboard),
    ("PATCH", _SECOND, change),
    ("GET", f"{_ONE}/history", history),
    ("GET", _COMMENTS, comments),
    ("POST", f"{_COMMENTS}/{{tile}}", comment),
    ("PATCH", f"{_COMMENTS}/{{comment}}", resolve_comment),
    ("DELETE", f"{_COMMENTS}/{{comment}}", delete_comment),
)
