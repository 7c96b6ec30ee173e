"""Changes of tiles. A chart is a thing of its own in PostHog: changed on one dashboard it is changed on all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dashgraph.connectors.posthog.changes.charts import check_chart, editable_elsewhere
from dashgraph.connectors.posthog.changes.dashboards import address_of, told
from dashgraph.connectors.posthog.changes.places import refuse, upstream
from dashgraph.connectors.posthog.translate import BUTTON, GRID, INSIGHT, TEXT, Address, content, template_tile, tiles
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.dash import JsonObject
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.formats import carried
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, UnsupportedBySource
from dashgraph.domain.widget_changes import CreateWidget, DeleteWidget, DuplicateWidget, MoveWidget, UpdateWidget
from dashgraph.domain.widgets import Widget
from dashgraph.sources.live.changing import LEAST_TO_EDIT, Desk, Done, Handler, missing
from dashgraph.sources.rest.answers import Raw

EDITING = "Only the owner, editors and administrators change the widgets of a dashboard"
SAID = {TEXT: ("body",), BUTTON: ("url", "text", "placement", "style")}  # what PostHog takes of a tile's content
SHOWN = ("layouts", "color")
CHART = {"name": "name", "description": "description", "query": "query"}
LONGEST_TEXT = 4000
BELOW = 100  # rows; further down than any dashboard reaches, from where PostHog moves tiles up


@dataclass(frozen=True, slots=True)
class Held:
    """A tile that the viewer may edit, and the dashboard that it is on."""

    widget: Widget
    dashboard: Dashboard
    address: Address
    raw: Raw
    tile: Raw

    @property
    def kind(self) -> str:
        return content(self.tile)[0]

    @property
    def shown(self) -> Raw:
        return content(self.tile)[1]


async def create_widget(desk: Desk, wish: CreateWidget) -> Done:
    """Of a tile as templates have it, or of a widget that was exported from PostHog. It goes to the bottom."""
    dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    address = address_of(desk, wish.dashboard)
    said = _tile(desk, wish, {})
    kind = said.get("type")
    if kind not in {INSIGHT, TEXT, BUTTON}:
        message = f"A tile of PostHog that can be made is of the type {INSIGHT}, {TEXT} or {BUTTON}."
        raise BadInput(message, argument="type")
    _check(kind, said, whole=True)
    raw = (await upstream(desk).opened([address.native]))[address]
    there = next((tile for tile in tiles(raw) if _same(template_tile(tile), said)), None)
    if desk.again and there is not None:
        return Done(upstream(desk).say.widget(there, address, dashboard.owner))
    if kind == INSIGHT:
        check_chart(desk)
    if desk.dry_run:
        return Done()
    before = {tile.id("id") for tile in tiles(raw)}
    if kind == INSIGHT:
        chart = {name: said.get(name) or "" for name in ("name", "description")} | {"query": said.get("query")}
        await upstream(desk).api.create_insight(
            address.project, {**chart, "dashboards": [int(address.dashboard)], "saved": True}
        )
    else:
        await _put(desk, address, {_key(kind): _content(kind, said)}, repeatable=False)
    return await _made(desk, address, before)


async def update_widget(desk: Desk, wish: UpdateWidget) -> Done:
    held = await _held(desk, wish.widget)
    former = _filled(template_tile(held.tile))
    place = {name: former[name] for name in SHOWN if name in former}
    said = {**place, **_tile(desk, wish, former)}
    if said.get("type", held.kind) != held.kind:
        refuse(desk, type=True)
    _check(held.kind, said, whole=wish.document is not None)
    await _write(desk, held, former, said)
    if desk.dry_run or said == former:
        return Done(held.widget)
    after = await _now(desk, held.address, wish.widget.native)
    undo = UpdateWidget(widget=wish.widget, document=former)
    return Done(after, trace=Trace(held.widget.id, {"tile": former}, {"tile": said}, undo=(undo,)))


async def _write(desk: Desk, held: Held, former: JsonObject, said: JsonObject) -> None:
    """Send what is said otherwise than it was; a chart, which other dashboards may show too, on its own."""
    chart = {field: said.get(name) or "" for name, field in CHART.items() if said.get(name) != former.get(name)}
    if held.kind == INSIGHT and chart:
        check_chart(desk)
        await editable_elsewhere(desk, held.address, held.shown.id("id"))
        if not desk.dry_run:
            await upstream(desk).api.update_insight(held.address.project, held.shown.id("id"), chart)
    tile = {name: said[name] for name in SHOWN if said.get(name) != former.get(name)}
    words = _content(held.kind, said) if held.kind in SAID else {}
    if words != (_content(held.kind, former) if held.kind in SAID else {}):
        tile[_key(held.kind)] = {**words, "id": held.shown.get("id")}
    if tile and not desk.dry_run:
        await _put(desk, held.address, {"id": held.tile.get("id"), **tile}, repeatable=True)


async def move_widget(desk: Desk, wish: MoveWidget) -> Done:
    """It keeps its number; its id is another one, since that names the dashboard too."""
    goal = address_of(desk, wish.dashboard)
    moved = _of(desk, wish.widget)
    if desk.again and (arrived := await _there(desk, goal, moved.tile)) is not None:
        return Done(arrived)
    held = await _held(desk, wish.widget)
    aim = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    if goal == held.address:
        return Done(held.widget)
    if goal.project != held.address.project:
        message = f"{desk.source} cannot do this: PostHog moves tiles within a project; make the chart again there."
        raise UnsupportedBySource(message, source=desk.source)
    there = {widget.chart for widget in (await upstream(desk).widgets_of([goal.native]))[goal.native] if widget.chart}
    if held.widget.chart in there:
        message = "The other dashboard shows this chart already; PostHog shows each once."
        raise Conflict(message)
    if desk.dry_run:
        return Done(held.widget)
    await upstream(desk).api.move_tile(goal.project, held.address.dashboard, held.tile.whole("id"), int(goal.dashboard))
    after = await _now(desk, goal, Address(goal.project, goal.dashboard, moved.tile).native)
    undo = MoveWidget(widget=after.id, dashboard=held.dashboard.id)
    trace = Trace(after.id, {"dashboard": held.dashboard.id.encode()}, {"dashboard": aim.id.encode()}, undo=(undo,))
    return Done(after, trace=trace)


async def duplicate_widget(desk: Desk, wish: DuplicateWidget) -> Done:
    """PostHog copies the chart as well: a dashboard shows each once."""
    held = await _held(desk, wish.widget)
    if desk.dry_run:
        return Done()
    before = {tile.id("id") for tile in tiles(held.raw)}
    copy = {"id": held.tile.get("id"), "layouts": _below(held.tile.get("layouts"))}
    body = {"duplicate_tiles": [copy]}
    await upstream(desk).api.update_dashboard(held.address.project, held.address.dashboard, body, repeatable=False)
    return await _made(desk, held.address, before)


async def delete_widget(desk: Desk, wish: DeleteWidget) -> Done:
    held = await _held(desk, wish.widget)
    facts = {"deleted": wish.widget.encode()}
    trace = Trace(
        about=held.widget.id,
        before={"title": held.widget.title},
        reason="PostHog keeps what the tile showed; put it onto the dashboard again there",
    )
    if desk.dry_run:
        return Done(held.dashboard, facts, trace)
    raw = await _put(desk, held.address, {"id": held.tile.get("id"), "deleted": True}, repeatable=True)
    if held.tile.id("id") in {tile.id("id") for tile in tiles(raw)}:
        message = "PostHog kept the tile: somebody else has moved it at the same time; look where it is now."
        raise Conflict(message)
    return Done(await told(desk, raw, held.address.project), facts, trace)


async def _put(desk: Desk, address: Address, tile: Mapping[str, Any], *, repeatable: bool) -> Raw:
    return await upstream(desk).api.update_dashboard(
        address.project, address.dashboard, {"tiles": [tile]}, repeatable=repeatable
    )


async def _held(desk: Desk, one: ResourceId) -> Held:
    widget, dashboard = await desk.widget(one, least=LEAST_TO_EDIT, refusal=EDITING)
    address = _of(desk, one)
    raw = (await upstream(desk).opened([address.above.native]))[address.above]
    tile = next(tile for tile in tiles(raw) if tile.id("id") == address.tile)
    return Held(widget, dashboard, address.above, raw, tile)


def _of(desk: Desk, one: ResourceId) -> Address:
    found = Address.of(desk.native(one, Kind.WIDGET))
    if found is None or found.tile is None:
        raise missing("widget")
    return found


async def _there(desk: Desk, dashboard: Address, tile: str | None) -> Widget | None:
    """A tile of a dashboard that the viewer may edit."""
    await desk.dashboard(
        ResourceId(desk.source, Kind.DASHBOARD, dashboard.native), least=LEAST_TO_EDIT, refusal=EDITING
    )
    native = Address(dashboard.project, dashboard.dashboard, tile).native
    found = (await upstream(desk).widgets_of([dashboard.native])).get(dashboard.native, ())
    return next((widget for widget in found if widget.id.native == native), None)


async def _now(desk: Desk, dashboard: Address, native: str) -> Widget:
    """A tile as PostHog has it after a change. Raises Conflict where it is not."""
    desk.forget()
    found = (await upstream(desk).widgets_of([dashboard.native])).get(dashboard.native, ())
    for widget in found:
        if widget.id.native == native:
            return widget
    message = "Somebody else has taken the tile away at the same time; look at the dashboard."
    raise Conflict(message)


async def _made(desk: Desk, dashboard: Address, before: Collection[str]) -> Done:
    """The tile that is new on a dashboard. Of several, made at the same time, the newest."""
    desk.forget()
    [raw] = (await upstream(desk).opened([dashboard.native])).values()
    fresh = sorted(tile.whole("id") for tile in tiles(raw) if tile.id("id") not in before)
    if not fresh:
        message = "PostHog made no tile; look at the dashboard, somebody else may have taken it away."
        raise Conflict(message)
    native = Address(dashboard.project, dashboard.dashboard, str(fresh[-1])).native
    [made] = [one for one in upstream(desk).say.widgets(raw, dashboard.project) if one.id.native == native]
    return Done(made, trace=Trace(made.id, after={"title": made.title}, undo=(DeleteWidget(widget=made.id),)))


def _tile(desk: Desk, wish: CreateWidget | UpdateWidget, base: JsonObject) -> JsonObject:
    """The tile that is wanted: the document, or what was, with the parts that were given."""
    for name in ("subtype", "datasource", "panels", "style"):
        if getattr(wish, name) is not UNCHANGED:
            refuse(desk, **{name: True})
    said = dict(base) if wish.document is None else _of_document(wish.document)
    for name, given in (("type", wish.type), ("name", wish.title), ("description", wish.description)):
        if given is not UNCHANGED:
            said[name] = given
    return _filled(said)


def _filled(tile: JsonObject) -> JsonObject:
    """A tile without what is empty in it."""
    return {key: value for key, value in tile.items() if value not in (None, "", {})}


def _of_document(document: Any) -> JsonObject:
    """The tile that a document is, or carries."""
    if not isinstance(document, dict):
        message = "The document of a widget is an object."
        raise BadInput(message, argument="document")
    if carried.format_of(document) is not DocumentFormat.POSTHOG:
        return dict(document)
    tile = dict(carried.original(document, "tile"))
    return tile | {"name": document.get("title"), "description": document.get("desc")}


def _check(kind: str, said: JsonObject, *, whole: bool) -> None:
    """Raises BadInput for a tile that PostHog could not show, as far as that was said: with `whole` all of it was."""
    needed = {INSIGHT: ("query", dict), TEXT: ("body", str), BUTTON: ("url", str)}.get(kind)
    if whole and needed is not None and not isinstance(said.get(needed[0]), needed[1]):
        message = f"A tile of the type {kind} needs a {needed[0]} in its document."
        raise BadInput(message, argument="document")
    if kind == TEXT and (len(said.get("body") or "") > LONGEST_TEXT or said.get("name") or said.get("description")):
        message = f"A text has a body of at most {LONGEST_TEXT} characters, and neither title nor description."
        raise BadInput(message, argument="document")


def _content(kind: str, said: JsonObject) -> JsonObject:
    found = {name: said[name] for name in SAID[kind] if name in said}
    return found if kind == TEXT else {**found, "text": said.get("name") or said.get("text") or ""}


def _key(kind: str) -> str:
    return "text" if kind == TEXT else "button_tile"


def _same(one: JsonObject, other: JsonObject) -> bool:
    """Whether two tiles show the same, wherever they stand."""
    anywhere = dict.fromkeys(SHOWN)
    return {**_filled(one), **anywhere} == {**_filled(other), **anywhere}


def _below(layouts: Any) -> JsonObject:
    """The same size, at the bottom."""
    box = layouts.get(GRID) if isinstance(layouts, dict) else None
    return {GRID: {**box, "y": BELOW}} if isinstance(box, dict) else {}


HANDLERS: dict[type[Change], Handler] = {
    CreateWidget: create_widget,
    UpdateWidget: update_widget,
    MoveWidget: move_widget,
    DuplicateWidget: duplicate_widget,
    DeleteWidget: delete_widget,
}
