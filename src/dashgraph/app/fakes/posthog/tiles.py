"""PostHog's tiles: what a dashboard is made of, put there by four different routes."""

import json
from typing import Any

from aiohttp import web

from dashgraph.app.fakes.posthog import rights, shapes
from dashgraph.app.fakes.posthog.answers import answered, invalid, missing, nothing, required
from dashgraph.app.fakes.posthog.asking import Ask
from dashgraph.app.fakes.posthog.instance import Row

DISPLAY = ("color", "layouts", "filters_overrides", "show_description", "transparent_background", "deleted")
LONGEST_TEXT = 4000
FIRST = 2  # tiles that travel with the head of a stream


def put(ask: Ask, dashboard: Row, said: Any) -> None:
    """One item of `tiles` in a change of a dashboard: text and buttons are made or changed, the rest only shown."""
    if not isinstance(said, dict):
        kind = type(said).__name__
        raise invalid(f'Expected a dictionary of items but got type "{kind}".', "tiles__0", "not_a_dict")
    display = {key: said[key] for key in DISPLAY if key in said}
    here = {tile["id"]: tile for tile in ask.instance.tiles_of(dashboard["id"], deleted=True)}
    old = here.get(said.get("id"))
    for kind in ("text", "button_tile"):
        if said.get(kind):
            content = _written(ask, kind, said[kind], old)
            if old is None:
                ask.instance.place(dashboard["id"], **{kind: content}, **display)
            else:
                old.update({kind: content}, **display)
            return
    if old is not None:  # a tile that is not here is passed over without a word
        old.update(display)


def _written(ask: Ask, kind: str, said: Row, old: Row | None) -> Row:
    """The text or the button; without its own id another one is made each time."""
    body = said.get("body")
    if kind == "text" and body is not None and len(body) > LONGEST_TEXT:
        raise invalid(f"Text body cannot exceed {LONGEST_TEXT} characters", "text__body", "max_length")
    known = old and old[kind]
    if said.get("id") is not None and (known is None or known["id"] != said["id"]):
        raise invalid("Text tile not found.", kind)
    content = {key: value for key, value in said.items() if key not in {"id", "created_by", "last_modified_by"}}
    if said.get("id") is not None and known:
        return {**known, **content, "last_modified_at": ask.instance.moment()}
    return {
        "id": ask.instance.number(kind),
        **content,
        "created_by": ask.instance.users[ask.user],
        "last_modified_by": None,
        "last_modified_at": ask.instance.moment(),
        "team": ask.project,
    }


def copy(ask: Ask, tile: Row, dashboard: int, *, whole: bool) -> None:
    """The same content on another dashboard; only a `whole` copy has insights and texts of its own."""
    content = {key: tile[key] for key in ("insight", "text", "button_tile", "widget")}
    if whole and tile["insight"] is not None:
        insight = ask.instance.insights[tile["insight"]]
        fresh = {key: insight[key] for key in ("description", "query", "saved", "tags")}
        name = insight["name"] and f"{insight['name']} (Copy)"
        content["insight"] = ask.instance.add_insight(ask.project, ask.user, name=name, **fresh)["id"]
    if whole and tile["text"] is not None:
        content["text"] = {**tile["text"], "id": ask.instance.number("text")}
    ask.instance.place(dashboard, **content, **{key: tile[key] for key in DISPLAY if key != "deleted"})


def duplicate(ask: Ask, dashboard: Row, said: Row) -> None:
    """A tile once more on its own dashboard, with content of its own."""
    tile = _tile(ask, dashboard, said.get("id"))
    copy(ask, {**tile, "layouts": said.get("layouts") or {}}, dashboard["id"], whole=True)


def fill(ask: Ask, dashboard: Row, template: Row) -> None:
    """Put the tiles of a template onto a new dashboard."""
    for index, said in enumerate(template["tiles"]):
        if not isinstance(said, dict):
            raise invalid("Expected a tile.", f"template__tiles__{index}")
        shown = {"layouts": said.get("layouts") or {}, "color": said.get("color")}
        match said.get("type"):
            case "INSIGHT":
                words = {key: said.get(key) or "" for key in ("name", "description")}
                insight = ask.instance.add_insight(ask.project, ask.user, query=said.get("query"), **words)
                ask.instance.place(dashboard["id"], insight=insight["id"], **shown)
            case "TEXT":
                text = _written(ask, "text", {"body": said.get("body") or ""}, None)
                ask.instance.place(dashboard["id"], text=text, **shown)
            case "BUTTON":
                words = {key: said.get(key) for key in ("url", "text", "placement")}
                ask.instance.place(dashboard["id"], button_tile=_written(ask, "button_tile", words, None), **shown)
            case _:
                raise invalid("Unknown type of tile.", f"template__tiles__{index}__type", "invalid_choice")


def _tile(ask: Ask, dashboard: Row, number: object) -> Row:
    found = next((one for one in ask.instance.tiles_of(dashboard["id"]) if one["id"] == number), None)
    if found is None:
        raise missing()
    return found


async def move(ask: Ask) -> web.Response:
    """Take a tile to another dashboard. What is answered is the one that it left."""
    source = ask.editable()
    goal, said = ask.needed("to_dashboard"), ask.needed("tile")
    if not isinstance(said, dict) or said.get("id") is None:
        raise required("tile__id")
    tile = _tile(ask, source, said["id"])
    target = ask.dashboard_numbered(goal)
    rights.check_edit(ask.instance, ask.user, target)
    there = [one["insight"] for one in ask.instance.tiles_of(target["id"]) if one is not tile]
    if tile["insight"] is not None and tile["insight"] in there:
        raise invalid("Invalid request data for moving tile.")
    ask.instance.move(tile, target["id"])
    return answered(shapes.whole(ask.instance, source, ask.user))


async def update(ask: Ask) -> web.Response:
    """Change how a tile is shown. Texts are refused here."""
    dashboard = ask.editable()
    tile = _tile(ask, dashboard, ask.needed("tile_id"))
    if tile["insight"] is None and tile["widget"] is None:
        raise invalid("Only insight and widget tiles can be changed here.")
    tile.update({key: ask.body[key] for key in DISPLAY if key in ask.body and key != "deleted"})
    return answered(shapes.tile(ask.instance, tile, 0))


async def stream(ask: Ask) -> web.StreamResponse:
    """The dashboard with its first tiles, then tile by tile as they are worked out: server-sent events."""
    dashboard = ask.dashboard()
    dashboard["last_accessed_at"] = ask.instance.moment()
    size = ask.request.query.get("layoutSize", "sm")
    rows = shapes.in_order(ask.instance, dashboard["id"], size if size in {"sm", "xs"} else "sm")
    shown = [shapes.tile(ask.instance, one, order) for order, one in enumerate(rows)]
    head = {**shapes.metadata(ask.instance, dashboard, ask.user), "tiles": shown[:FIRST]}

    said: list[Row] = [{"type": "metadata", "dashboard": head}]
    for order, one in enumerate(shown[FIRST:], FIRST):
        if one["id"] in ask.instance.failing:
            said.append({"type": "error", "tile_id": one["id"], "error": "The query of this tile ran too long."})
        else:
            said.append({"type": "tile", "order": order, "tile": one})
    said.append({"type": "complete"})

    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(ask.request)
    for event in said[: ask.instance.cut_after]:
        await answer.write(f"data: {json.dumps(event)}\n\n".encode())
    if ask.instance.cut_after is not None and ask.request.transport is not None:
        ask.request.transport.close()
    return answer


async def insights(ask: Ask) -> web.Response:
    """A page of the charts of a project, each with the dashboards that it is on."""
    held = [one for one in ask.instance.insights.values() if one["project"] == ask.project and not one["deleted"]]
    return ask.page(held, lambda one: shapes.insight(ask.instance, one))


def _insight(ask: Ask) -> Row:
    found = ask.instance.insights.get(ask.number("insight"))
    if found is None or found["project"] != ask.project or found["deleted"]:
        raise missing()
    return found


async def insight(ask: Ask) -> web.Response:
    return answered(shapes.insight(ask.instance, _insight(ask)))


async def create_insight(ask: Ask) -> web.Response:
    made = ask.instance.add_insight(ask.project, ask.user)
    _write_insight(ask, made)
    return answered(shapes.insight(ask.instance, made), 201)


async def update_insight(ask: Ask) -> web.Response:
    found = _insight(ask)
    _write_insight(ask, found)
    return answered(shapes.insight(ask.instance, found))


def _write_insight(ask: Ask, insight: Row) -> None:
    """`dashboards`, when it is said, is the whole truth: where the chart is besides, it is taken off."""
    plain = ("name", "description", "query", "tags", "favorited", "saved", "deleted")
    insight.update({key: ask.body[key] for key in plain if key in ask.body})
    insight["last_modified_at"] = ask.instance.moment()
    if "dashboards" not in ask.body:
        return
    wanted = [ask.dashboard_numbered(one)["id"] for one in ask.body["dashboards"]]
    there = {tile["dashboard"]: tile for tile in ask.instance.tiles_with(insight["id"])}
    for number, tile in there.items():
        tile["deleted"] = number not in wanted
    for number in wanted:
        if number not in there:
            ask.instance.place(number, insight=insight["id"])


async def remove(ask: Ask) -> web.Response:
    """Take a tile off. What it showed is kept."""
    dashboard = ask.editable()
    _tile(ask, dashboard, ask.needed("tile_id"))["deleted"] = True
    return nothing()
