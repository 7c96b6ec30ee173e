"""Widgets on Sisense. It neither tells the ids of those it makes nor places them: both is done here."""

from typing import Any

from dashgraph.connectors.sisense.changes.upstream import (
    api,
    check_writable,
    document,
    oids_of_widgets,
    shown,
)
from dashgraph.connectors.sisense.translate import native_widget
from dashgraph.domain import layouts
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.dash import Document, JsonObject
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict
from dashgraph.domain.widget_changes import CreateWidget, DeleteWidget, DuplicateWidget, MoveWidget, UpdateWidget
from dashgraph.domain.widgets import WIDGET_DOCUMENT, WIDGETS_OF_DASHBOARD, Widget
from dashgraph.sources.live.changing import LEAST_TO_EDIT, Desk, Done, Handler, missing

EDITING = "Only the owner, editors and administrators change the widgets of a dashboard"
UNWRITTEN = ("oid", "_id", "owner", "userId", "instanceType", "dashboardid", "created", "lastUpdated")


async def create_widget(desk: Desk, wish: CreateWidget) -> Done:
    """Without a data source of its own it asks that of the dashboard."""
    board = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    await check_writable(desk, board)
    raw = await document(desk, board.id.native)
    base: JsonObject = {"title": "", "datasource": raw.get("datasource"), "metadata": {}, **_whole(wish.document)}
    content = _changed(base, wish)
    if not content.get("type"):
        message = "A widget needs a type, such as pivot or chart/column."
        raise BadInput(message, argument="type")
    if desk.dry_run:
        return Done(_preview(board, content))
    return await _made(desk, board, content)


async def update_widget(desk: Desk, wish: UpdateWidget) -> Done:
    """With a whole document what it leaves out is emptied, as Sisense only adds to what it has."""
    widget, board = await _held(desk, wish.widget)
    former = await _document(desk, widget.id.native)
    base = former if wish.document is None else {**dict.fromkeys(former), **_whole(wish.document)}
    wanted = _changed(base, wish)
    changed = {key: value for key, value in wanted.items() if former.get(key) != value and key not in UNWRITTEN}
    if desk.dry_run or not changed:
        return Done(widget)
    await api(desk).update_widget(*native_widget(widget.id.native), changed)
    before = {key: former.get(key) for key in changed}
    back = UpdateWidget(widget=widget.id, document={**former, **before})
    return Done(await _shown(desk, board, widget.id.native), trace=Trace(widget.id, before, changed, undo=(back,)))


async def move_widget(desk: Desk, wish: MoveWidget) -> Done:
    """It is made there and then deleted here, under another id: Sisense has no other way."""
    widget, origin = await _held(desk, wish.widget)
    aim = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    await check_writable(desk, aim)
    if desk.dry_run or aim.id == origin.id:
        return Done(widget)
    content = await _document(desk, widget.id.native)
    like = layouts.element((await document(desk, origin.id.native)).get("layout"), native_widget(widget.id.native)[1])
    done = await _made(desk, aim, content, like=like)
    await _remove(desk, origin, widget)
    undo = () if done.thing is None else (MoveWidget(widget=done.thing.id, dashboard=origin.id),)
    before, after = {"dashboard": origin.id.native}, {"dashboard": aim.id.native}
    return Done(done.thing, done.facts, Trace(widget.id, before, after, undo=undo))


async def duplicate_widget(desk: Desk, wish: DuplicateWidget) -> Done:
    widget, board = await _held(desk, wish.widget)
    content = await _document(desk, widget.id.native)
    if desk.dry_run:
        return Done(_preview(board, content))
    like = layouts.element((await document(desk, board.id.native)).get("layout"), native_widget(widget.id.native)[1])
    return await _made(desk, board, content, like=like)


async def delete_widget(desk: Desk, wish: DeleteWidget) -> Done:
    widget, board = await _held(desk, wish.widget)
    facts = {"deleted": wish.widget.encode()}
    if desk.dry_run:
        return Done(board, facts)
    content = await _document(desk, widget.id.native)
    await _remove(desk, board, widget)
    back = CreateWidget(dashboard=board.id, document=content)
    trace = Trace(widget.id, {"title": widget.title}, undo=(back,))
    return Done(await shown(desk, board.id.native), facts, trace)


async def _held(desk: Desk, one: ResourceId) -> tuple[Widget, Dashboard]:
    """A widget that the viewer and the account may change, and its dashboard."""
    widget, board = await desk.widget(one, least=LEAST_TO_EDIT, refusal=EDITING)
    await check_writable(desk, board)
    return widget, board


async def _made(desk: Desk, board: Dashboard, content: JsonObject, *, like: JsonObject | None = None) -> Done:
    """A new widget at the bottom of its dashboard. One that was made before and not placed is placed now."""
    oid = board.id.native
    new = {key: value for key, value in content.items() if key not in UNWRITTEN}
    async with desk.locks.alone(f"widgets/{oid}"):
        before = await _fresh(desk, oid)
        found = await _unplaced(desk, before, oid, new) if desk.again else set()
        if len(found) != 1:
            await api(desk).add_widget(oid, new)
            found = oids_of_widgets(await _fresh(desk, oid)) - oids_of_widgets(before)
        if len(found) != 1:
            message = (
                "Sisense does not tell the id of what it made, and others are adding widgets; look at the dashboard."
            )
            return Done(None, {"warning": message}, Trace(about=board.id, reason=message))
        [made] = found
        raw = await _fresh(desk, oid)
        await api(desk).update_dashboard(oid, {"layout": layouts.added(raw.get("layout"), made, like=like)})
    native = f"{oid}/{made}"
    widget = await _shown(desk, board, native)
    return Done(widget, trace=Trace(widget.id, after={"title": widget.title}, undo=(DeleteWidget(widget=widget.id),)))


async def _unplaced(desk: Desk, raw: JsonObject, oid: str, content: JsonObject) -> set[str]:
    """The widgets on no place of the layout that are like this one."""
    apart = oids_of_widgets(raw) - layouts.placed(Document.of(raw))
    parts = await desk.known.things(WIDGET_DOCUMENT.name, [f"{oid}/{one}" for one in apart])
    same = ("title", "type", "subtype")
    return {
        native_widget(native)[1]
        for native, one in parts.items()
        if all(one.raw.get(key) == content.get(key) for key in same)
    }


async def _remove(desk: Desk, board: Dashboard, widget: Widget) -> None:
    """Off the layout first: a widget without a place can be deleted later, a place without a widget only misleads."""
    oid, one = native_widget(widget.id.native)
    async with desk.locks.alone(f"widgets/{oid}"):
        raw = await _fresh(desk, oid)
        layout = raw.get("layout")
        if isinstance(layout, dict):
            fitting = layouts.fitting(layout, oids_of_widgets(raw) - {one})
            if fitting != layout:
                await api(desk).update_dashboard(oid, {"layout": fitting})
        await api(desk).delete_widget(oid, one)
    desk.forget()


async def _fresh(desk: Desk, oid: str) -> JsonObject:
    desk.forget()
    return await document(desk, oid)


async def _document(desk: Desk, native: str) -> JsonObject:
    found = (await desk.known.things(WIDGET_DOCUMENT.name, [native])).get(native)
    if found is None:
        raise missing("widget")
    raw: JsonObject = found.raw
    return raw


async def _shown(desk: Desk, board: Dashboard, native: str) -> Widget:
    desk.forget()
    found = await desk.known.under(WIDGETS_OF_DASHBOARD, [board.id.native])
    for widget in found.get(board.id.native, ()):
        if widget.id.native == native:
            shown_widget: Widget = widget
            return shown_widget
    message = "The widget was taken away meanwhile."
    raise Conflict(message)


def _preview(board: Dashboard, content: JsonObject) -> Widget:
    return Widget(
        id=ResourceId(board.id.source, Kind.WIDGET, f"{board.id.native}/new"),
        dashboard=board.id,
        title=content.get("title") or None,
        type=content.get("type"),
        subtype=content.get("subtype"),
        description=content.get("desc") or None,
        owner=board.owner,
        datasource=None,
        format=DocumentFormat.DASH,
        updated_at=None,
    )


def _whole(document: object) -> JsonObject:
    if document is None:
        return {}
    if not isinstance(document, dict):
        message = "The document of a widget is an object."
        raise BadInput(message, argument="document")
    return document


def _changed(base: JsonObject, wish: CreateWidget | UpdateWidget) -> JsonObject:
    """The document with the parts that were given."""
    texts: dict[str, Any] = {"title": wish.title, "type": wish.type, "subtype": wish.subtype, "desc": wish.description}
    changed = {**base, **{key: text for key, text in texts.items() if text is not UNCHANGED}}
    if wish.datasource is not UNCHANGED:
        changed["datasource"] = wish.datasource.raw if wish.datasource else None
    if wish.style is not UNCHANGED:
        changed["style"] = wish.style
    if wish.panels is not UNCHANGED:
        former = changed.get("metadata")
        changed["metadata"] = {**(former if isinstance(former, dict) else {}), "panels": list(wish.panels or ())}
    if changed.get("style") is not None and not isinstance(changed["style"], dict):
        message = "A style is an object."
        raise BadInput(message, argument="style")
    return changed


HANDLERS: dict[type[Change], Handler] = {
    CreateWidget: create_widget,
    UpdateWidget: update_widget,
    MoveWidget: move_widget,
    DuplicateWidget: duplicate_widget,
    DeleteWidget: delete_widget,
}
