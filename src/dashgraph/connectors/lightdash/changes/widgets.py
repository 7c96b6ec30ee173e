"""Changes of widgets, which are tiles. Who may edit the space of their dashboard may change them."""

from dataclasses import replace
from typing import Any

from dashgraph.connectors.lightdash.api import Api
from dashgraph.connectors.lightdash.changes import tiles
from dashgraph.connectors.lightdash.changes.dashboards import shown
from dashgraph.connectors.lightdash.changes.tiles import COLUMNS, Json
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, NotFound, UnsupportedBySource
from dashgraph.domain.widget_changes import CreateWidget, DeleteWidget, DuplicateWidget, MoveWidget, UpdateWidget
from dashgraph.domain.widgets import WIDGET_DOCUMENT, Widget
from dashgraph.sources.live.changing import LEAST_TO_EDIT, Desk, Done, Handler, missing

EDITING = "Only who may edit its folder, and administrators, change a dashboard"
TYPES = ("saved_chart", "sql_chart", "markdown", "heading", "loom")
NOT_OURS = ("subtype", "description", "datasource", "panels", "style")
ITS_CHART = "its chart lived in the dashboard and went with it"


async def create_widget(desk: Desk, wish: CreateWidget) -> Done:
    """A tile at the bottom, of a document, a title and a type."""
    dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    tile = _tile(desk, wish, {})
    if tile.get("type") not in TYPES:
        message = f"A tile of Lightdash is one of {', '.join(TYPES)}."
        raise BadInput(message, argument="type")
    if desk.dry_run:
        return Done()
    uuid = await _added_before(desk, dashboard, tile) or await tiles.add(desk, dashboard, tile)
    return await _created(desk, dashboard, uuid)


async def update_widget(desk: Desk, wish: UpdateWidget) -> Done:
    widget, dashboard = await desk.widget(wish.widget, least=LEAST_TO_EDIT, refusal=EDITING)
    before = await _document(desk, widget)
    tile = _tile(desk, wish, before["tile"])
    if tile["type"] != before["tile"]["type"]:
        message = "A tile stays of its type; make another one and delete this."
        raise BadInput(message, argument="type")
    if desk.dry_run:
        return Done(replace(widget, title=_title(tile)))
    await tiles.change(desk, dashboard, _uuid(widget), tile)
    undo = UpdateWidget(widget=widget.id, document=before)
    trace = Trace(widget.id, {"tile": before["tile"]}, {"tile": tile}, undo=(undo,))
    return Done(await _shown(desk, widget.id.native), trace=trace)


async def move_widget(desk: Desk, wish: MoveWidget) -> Done:
    """First onto the other dashboard, then off this one: broken off in between it is on both."""
    try:
        widget, dashboard = await desk.widget(wish.widget, least=LEAST_TO_EDIT, refusal=EDITING)
    except NotFound:
        if desk.again:
            return await _moved_before(desk, wish)
        raise
    target = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    if target.id == dashboard.id:
        return Done(widget)
    if target.project != dashboard.project:
        message = "Charts are of one project; a tile cannot go to a dashboard of another one."
        raise BadInput(message, argument="toDashboardId")
    tile = (await _document(desk, widget))["tile"]
    if tile["properties"].get("belongsToDashboard"):
        message = "Its chart lives in this dashboard; in Lightdash, save it to a space first."
        raise Conflict(message)
    if desk.dry_run:
        return Done(replace(widget, dashboard=target.id))
    uuid = await _added_before(desk, target, tile) or await tiles.add(desk, target, tile)
    await tiles.take(desk, dashboard, _uuid(widget))
    done = await _created(desk, target, uuid)
    undo = MoveWidget(widget=done.thing.id, dashboard=dashboard.id)
    ways = ({"dashboard": dashboard.id.native}, {"dashboard": target.id.native})
    return Done(done.thing, trace=Trace(done.thing.id, *ways, undo=(undo,)))


async def duplicate_widget(desk: Desk, wish: DuplicateWidget) -> Done:
    """Both show one chart."""
    widget, dashboard = await desk.widget(wish.widget, least=LEAST_TO_EDIT, refusal=EDITING)
    tile = {key: value for key, value in (await _document(desk, widget))["tile"].items() if key != "uuid"}
    if desk.dry_run:
        return Done()
    return await _created(desk, dashboard, await tiles.add(desk, dashboard, tile))


async def delete_widget(desk: Desk, wish: DeleteWidget) -> Done:
    try:
        widget, dashboard = await desk.widget(wish.widget, least=LEAST_TO_EDIT, refusal=EDITING)
    except NotFound:
        if not desk.again:
            raise
        board = ResourceId(desk.source, Kind.DASHBOARD, wish.widget.native.partition("/")[0])
        left = await desk.dashboard(board, least=LEAST_TO_EDIT, refusal=EDITING)
        return Done(left, {"deleted": wish.widget.encode()}, Trace(wish.widget, reason="it was gone already"))
    facts = {"deleted": wish.widget.encode()}
    if desk.dry_run:
        return Done(dashboard, facts)
    before = await _document(desk, widget)
    await tiles.take(desk, dashboard, _uuid(widget))
    desk.forget()
    went = before["tile"]["properties"].get("belongsToDashboard")
    tile = {key: value for key, value in before["tile"].items() if key != "uuid"}
    undo = CreateWidget(dashboard=dashboard.id, document={"tile": tile})
    trace = Trace(widget.id, before, undo=() if went else (undo,), reason=ITS_CHART if went else None)
    return Done(await shown(desk, dashboard.id.native), facts, trace)


def _tile(desk: Desk, wish: CreateWidget | UpdateWidget, now: Json) -> Json:
    """The tile that is wished for: of its document, then of its parts."""
    for name in NOT_OURS:
        if getattr(wish, name) is not None and getattr(wish, name) is not UNCHANGED:
            message = f"Tiles of {desk.source} have no {name} of their own: it is their chart's, or their document's."
            raise UnsupportedBySource(message, source=desk.source)
    document = wish.document or {}
    given = document.get("tile", document)
    tile: Json = {key: value for key, value in {**now, **given}.items() if key not in {"uuid", "tabUuid"}}
    if wish.type is not UNCHANGED:
        tile["type"] = wish.type
    properties = dict(tile.get("properties") or {})
    if wish.title is not UNCHANGED:
        properties["text" if tile.get("type") == "heading" else "title"] = wish.title or ""
    tile["properties"] = properties
    for key, least, most in (("x", 0, COLUMNS - 1), ("w", 1, COLUMNS), ("h", 1, None)):
        value = tile.get(key, least)
        if not isinstance(value, int | float) or value < least or (most is not None and value > most):
            message = f"The place of a tile is in columns of {COLUMNS} and in rows; {key} cannot be this."
            raise BadInput(message, argument="document")
    return tile


def _title(tile: Json) -> str | None:
    properties = tile["properties"]
    return next((properties[key] for key in ("title", "text", "chartName") if properties.get(key)), None)


def _uuid(widget: Widget) -> str:
    return widget.id.native.partition("/")[2]


async def _document(desk: Desk, widget: Widget) -> dict[str, Any]:
    found = (await desk.known.things(WIDGET_DOCUMENT.name, [widget.id.native])).get(widget.id.native)
    if found is None:
        raise missing("widget")
    return dict(found.raw)


async def _added_before(desk: Desk, dashboard: Dashboard, tile: Json) -> str | None:
    """The tile that a change which was broken off had added already, as far as its content tells."""
    api: Api = desk.api
    if not desk.again or dashboard.project is None:
        return None
    raw = await api.dashboard(dashboard.project.native, dashboard.id.native)
    found = [one.value["uuid"] for one in raw.list("tiles") if tiles.same(one.value, tile)]
    return found[-1] if found else None


async def _moved_before(desk: Desk, wish: MoveWidget) -> Done:
    """What a change that was broken off had moved already: tiles keep their uuids."""
    target = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    moved = await _shown(desk, f"{target.id.native}/{wish.widget.native.partition('/')[2]}")
    return Done(moved, trace=Trace(moved.id, reason="it was there already"))


async def _created(desk: Desk, dashboard: Dashboard, uuid: str) -> Done:
    widget = await _shown(desk, f"{dashboard.id.native}/{uuid}")
    undo = DeleteWidget(widget=widget.id)
    return Done(widget, trace=Trace(widget.id, after={"title": widget.title, "type": widget.type}, undo=(undo,)))


async def _shown(desk: Desk, native: str) -> Widget:
    desk.forget()
    found = (await desk.known.by_ids(Kind.WIDGET, [native])).get(native)
    if found is None:
        message = f"{desk.source} does not show the tile after the change; look whether it is there."
        raise NotFound(message)
    return found  # type: ignore[no-any-return]


HANDLERS: dict[type[Change], Handler] = {
    CreateWidget: create_widget,
    UpdateWidget: update_widget,
    MoveWidget: move_widget,
    DuplicateWidget: duplicate_widget,
    DeleteWidget: delete_widget,
}
