"""Changes of widgets. Whoever may edit the dashboard may make, change, move and delete what is on it."""

import json

from sqlalchemy import select

from dashgraph.connectors.native.changes.deliverable_leaving import disable_without_widget
from dashgraph.connectors.native.changes.desk import LEAST_TO_EDIT, Desk, Done, Handler, missing
from dashgraph.connectors.native.changes.editions import Draft, checked, draft
from dashgraph.domain.changes import UNCHANGED, Change
from dashgraph.domain.dash import JsonObject
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, NotFound
from dashgraph.domain.widget_changes import CreateWidget, DeleteWidget, DuplicateWidget, MoveWidget, UpdateWidget
from dashgraph.domain.widgets import WIDGET
from dashgraph.store.among import among
from dashgraph.store.database import AnyRow
from dashgraph.store.tables import dashboards, widgets
from dashgraph.store.widgets import by_ids

EDITING = "Only the owner, editors and administrators change the widgets of a dashboard"


async def create_widget(desk: Desk, wish: CreateWidget) -> Done:
    """Without a data source of its own it asks that of the dashboard."""
    dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    changing = await draft(desk, dashboard.id)
    native = desk.fresh_id()
    base: JsonObject = {"title": "", "oid": native, "datasource": changing.document.get("datasource"), "metadata": {}}
    document = _changed(base | _whole(wish.document), wish, native)
    if not document.get("type"):
        message = "A widget needs a type, such as pivot or chart/column."
        raise BadInput(message, argument="type")
    await changing.add(native, document)
    await changing.save()
    return _shown(desk, native)


async def update_widget(desk: Desk, wish: UpdateWidget) -> Done:
    changing, row = await _held(desk, wish.widget)
    base = json.loads(row.document) if wish.document is None else _whole(wish.document)
    await changing.rewrite(row, _changed(base, wish, row.id))
    await changing.save()
    return _shown(desk, row.id)


async def move_widget(desk: Desk, wish: MoveWidget) -> Done:
    """It keeps its id, unless a published version of the dashboard that it leaves keeps it under that id."""
    found = await _dashboard_of(desk, wish.widget)
    target = desk.id_of(wish.dashboard, Kind.DASHBOARD, noun="dashboard")
    both = among(dashboards.c.id, [found, target])
    await desk.session.execute(select(dashboards.c.id).where(both).order_by(dashboards.c.id).with_for_update())
    origin, row = await _held(desk, wish.widget)
    aim = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    if aim.id == origin.dashboard:
        return _shown(desk, row.id)

    place = origin.place_of(row.id)
    await origin.remove(row.id)
    await origin.save()
    await disable_without_widget(desk, origin.dashboard)
    kept = select(widgets.c.id).where(widgets.c.dashboard_id == origin.dashboard, widgets.c.id == row.id)
    stays = (await desk.session.execute(kept)).first() is not None
    native = desk.fresh_id() if stays else row.id
    changing = await draft(desk, aim.id)
    await changing.add(native, json.loads(row.document), like=place)
    await changing.save()
    return _shown(desk, native)


async def duplicate_widget(desk: Desk, wish: DuplicateWidget) -> Done:
    changing, row = await _held(desk, wish.widget)
    native = desk.fresh_id()
    await changing.add(native, json.loads(row.document), like=changing.place_of(row.id))
    await changing.save()
    return _shown(desk, native)


async def delete_widget(desk: Desk, wish: DeleteWidget) -> Done:
    changing, row = await _held(desk, wish.widget)
    await changing.remove(row.id)
    await changing.save()
    await disable_without_widget(desk, changing.dashboard)
    dashboard = ResourceId(desk.source, Kind.DASHBOARD, changing.dashboard)
    return Done(dashboard, DASHBOARD.name, {"deleted": wish.widget.encode()})


async def _dashboard_of(desk: Desk, one: ResourceId) -> str:
    """The dashboard of a widget that the viewer sees."""
    native = desk.id_of(one, Kind.WIDGET, noun="widget")
    row = (await desk.session.execute(by_ids(desk.asker, [native]))).first()
    if row is None:
        raise missing("widget")
    found: str = row.dashboard_id
    return found


async def _held(desk: Desk, one: ResourceId) -> tuple[Draft, AnyRow]:
    """A widget that the viewer may edit, and the working edition that it is in. Locks the dashboard."""
    dashboard = ResourceId(desk.source, Kind.DASHBOARD, await _dashboard_of(desk, one))
    try:
        found = await desk.dashboard(dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    except NotFound:
        raise missing("widget") from None
    changing = await draft(desk, found.id)
    row = await changing.widget(one.native)
    if row is None:
        raise missing("widget")
    return changing, row


def _whole(document: object) -> JsonObject:
    """A document of a widget as an input gives it."""
    if document is None:
        return {}
    if not isinstance(document, dict):
        message = "The document of a widget is an object."
        raise BadInput(message, argument="document")
    return document


def _changed(document: JsonObject, wish: CreateWidget | UpdateWidget, native: str) -> JsonObject:
    """The document with the parts that were given, under this id. Raises BadInput for what cannot be."""
    texts = {"title": wish.title, "type": wish.type, "subtype": wish.subtype, "desc": wish.description}
    changed = {**document, "oid": native, **{key: text for key, text in texts.items() if text is not UNCHANGED}}
    if wish.datasource is not UNCHANGED:
        changed["datasource"] = wish.datasource.raw if wish.datasource else None
    if wish.style is not UNCHANGED:
        changed["style"] = wish.style
    if wish.panels is not UNCHANGED:
        former = changed.get("metadata")
        changed["metadata"] = {**(former if isinstance(former, dict) else {}), "panels": _array(wish.panels)}
    if changed.get("style") is not None and not isinstance(changed["style"], dict):
        message = "A style is an object."
        raise BadInput(message, argument="style")
    checked({"widgets": [changed]})
    return changed


def _array(value: object) -> list[object]:
    """A list of an input, which comes as a tuple; none is an empty one."""
    if value is not None and not isinstance(value, tuple):
        message = "Panels are an array."
        raise BadInput(message, argument="panels")
    return list(value or ())


def _shown(desk: Desk, native: str) -> Done:
    return Done(ResourceId(desk.source, Kind.WIDGET, native), WIDGET.name)


HANDLERS: dict[type[Change], Handler] = {
    CreateWidget: create_widget,
    UpdateWidget: update_widget,
    MoveWidget: move_widget,
    DuplicateWidget: duplicate_widget,
    DeleteWidget: delete_widget,
}
