"""Changes of dashboards. Editors change the content; the owner and administrators decide what becomes of it."""

import json
from typing import Any

from sqlalchemy import select

from dashgraph.connectors.native.changes.deliverable_leaving import disable, disable_without_widget
from dashgraph.connectors.native.changes.desk import LEAST_TO_EDIT, Desk, Done, Handler, missing
from dashgraph.connectors.native.changes.editions import (
    checked,
    copied,
    draft,
    is_edition,
    last_number,
    of_edition,
)
from dashgraph.connectors.native.changes.folders import check_may_own, place
from dashgraph.domain import layouts
from dashgraph.domain.changes import UNCHANGED, Change
from dashgraph.domain.dash import JsonObject
from dashgraph.domain.dashboard_changes import (
    CreateDashboard,
    DeleteDashboard,
    DuplicateDashboard,
    MoveDashboard,
    PublishDashboard,
    PurgeDashboard,
    RestoreDashboard,
    RestoreDeletedDashboard,
    UpdateDashboard,
)
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.deliverables import DisabledReason
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, InvalidState
from dashgraph.store.database import AnyRow
from dashgraph.store.imports import edition_row, remember_datasource, widget_row
from dashgraph.store.tables import dashboards, editions, folders, widgets
from dashgraph.store.trash import purge
from dashgraph.store.visibility import ADMIN, EDIT, VIEW

EDITING = "Only the owner, editors and administrators change a dashboard"
DECIDING = "Only the owner and administrators may do this with a dashboard"


async def create_dashboard(desk: Desk, wish: CreateDashboard) -> Done:
    check_may_own(desk)
    desk.refuse_project(wish.project)
    folder = await place(desk, wish.folder)
    native = desk.fresh_id()
    document: JsonObject = {
        "title": _title(wish.title),
        "oid": native,
        "desc": wish.description,
        "type": "dashboard",
        "style": wish.style,
        "layout": wish.layout,
        "datasource": wish.datasource.raw if wish.datasource else None,
        "filters": _array(wish.filters),
        "widgets": [],
    }
    _check(document, widgets=set())
    await _insert(desk, native, folder, document)
    return _shown(desk, native)


async def update_dashboard(desk: Desk, wish: UpdateDashboard) -> Done:
    dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    changing = await draft(desk, dashboard.id)
    parts: JsonObject = {}
    if wish.title is not UNCHANGED:
        parts["title"] = _title(wish.title)
    if wish.description is not UNCHANGED:
        parts["desc"] = wish.description
    if wish.datasource is not UNCHANGED:
        parts["datasource"] = wish.datasource.raw if wish.datasource else None
    if wish.filters is not UNCHANGED:
        parts["filters"] = _array(wish.filters)
    if wish.style is not UNCHANGED:
        parts["style"] = wish.style
    if wish.layout is not UNCHANGED:
        parts["layout"] = wish.layout
    _check(parts, widgets=changing.widgets)
    changing.document |= parts
    await changing.save()
    return _shown(desk, dashboard.id)


async def duplicate_dashboard(desk: Desk, wish: DuplicateDashboard) -> Done:
    """The version that the viewer sees, under fresh ids, as a draft; in the same folder when that is the viewer's."""
    check_may_own(desk)
    seen = await desk.dashboard(wish.dashboard, least=VIEW, refusal="")
    [row] = (await desk.session.execute(select(dashboards).where(dashboards.c.id == seen.id))).all()
    number = row.working if seen.rank >= EDIT else row.published
    [edition] = (await desk.session.execute(select(editions).where(is_edition(row.id, number)))).all()
    held = select(widgets).where(of_edition(row.id, number)).order_by(widgets.c.position)
    found = (await desk.session.execute(held)).all()

    native = desk.fresh_id()
    names = {widget.id: desk.fresh_id() for widget in found}
    document: JsonObject = json.loads(edition.document)
    document |= {"oid": native, "title": _title(wish.title or f"{edition.title} (copy)")}
    listed = document.get("widgets")
    if isinstance(listed, dict):
        document["widgets"] = {names[one]: names[one] for one in listed.values()}
    else:
        document["widgets"] = [names[one] for one in listed or ()]
    if isinstance(document.get("layout"), dict):
        document["layout"] = layouts.renamed(layouts.fitting(document["layout"], names), names)
    mine = select(folders.c.id).where(folders.c.id == row.folder_id, folders.c.owner_id == desk.me)
    folder = (await desk.session.execute(mine)).scalar_one_or_none()
    await _insert(desk, native, folder, document, datasource=edition.datasource_id)
    rows = []
    for widget in found:
        copy = json.loads(widget.document) | {"oid": names[widget.id]}
        if "dashboardid" in copy:
            copy["dashboardid"] = native
        values = widget_row(copy, names[widget.id], widget.datasource_id, desk.now)
        rows.append({"dashboard_id": native, "edition": 1, "position": widget.position, **values})
    await desk.ledger.insert(widgets, *rows)
    return _shown(desk, native)


async def move_dashboard(desk: Desk, wish: MoveDashboard) -> Done:
    dashboard = await desk.dashboard(wish.dashboard, least=ADMIN, refusal=DECIDING)
    folder = await place(desk, wish.folder)
    if folder != dashboard.folder_id:
        await desk.ledger.update(dashboards, dashboards.c.id == dashboard.id, folder_id=folder)
    return _shown(desk, dashboard.id)


async def publish_dashboard(desk: Desk, wish: PublishDashboard) -> Done:
    dashboard = await desk.dashboard(wish.dashboard, least=ADMIN, refusal=DECIDING)
    [row] = (await desk.session.execute(select(dashboards).where(dashboards.c.id == dashboard.id))).all()
    if row.published != row.working:
        stamp = {"published_at": desk.now, "published_by": desk.me}
        await desk.ledger.update(editions, is_edition(row.id, row.working), **stamp)
        await desk.ledger.update(dashboards, dashboards.c.id == row.id, published=row.working)
        await disable_without_widget(desk, row.id)
    return _shown(desk, dashboard.id)


async def restore_dashboard(desk: Desk, wish: RestoreDashboard) -> Done:
    """Back to what viewers see, or to an older version, as a new working edition. No version goes away."""
    dashboard = await desk.dashboard(wish.dashboard, least=ADMIN, refusal=DECIDING)
    [row] = (await desk.session.execute(select(dashboards).where(dashboards.c.id == dashboard.id))).all()
    if row.published is None:
        message = "It was never published, so there is no version to go back to."
        raise InvalidState(message)
    number = await _version(desk, row, wish.version)
    if number == row.working:
        return _shown(desk, row.id)

    into = number if number == row.published else await last_number(desk, row.id) + 1
    if row.working != row.published:  # what was not published gives way
        await desk.ledger.delete(widgets, of_edition(row.id, row.working))
        await desk.ledger.delete(editions, is_edition(row.id, row.working))
    if into != number:
        await copied(desk, row.id, number, into)
    title = select(editions.c.title_key).where(is_edition(row.id, number))
    title_key = (await desk.session.execute(title)).scalar_one()
    await desk.ledger.update(dashboards, dashboards.c.id == row.id, working=into, title_key=title_key)
    return _shown(desk, row.id)


async def delete_dashboard(desk: Desk, wish: DeleteDashboard) -> Done:
    dashboard = await desk.dashboard(wish.dashboard, least=ADMIN, refusal=DECIDING)
    gone = {"deleted_at": desk.now, "deleted_by": desk.me}
    await desk.ledger.update(dashboards, dashboards.c.id == dashboard.id, **gone)
    await disable(desk, DisabledReason.DASHBOARD_DELETED, dashboard_id=dashboard.id)
    return Done(wish.dashboard, facts={"deleted": wish.dashboard.encode()})


async def restore_deleted_dashboard(desk: Desk, wish: RestoreDeletedDashboard) -> Done:
    """Its folder, if that was deleted meanwhile, is the top already."""
    row = await _deleted(desk, wish.dashboard)
    await desk.ledger.update(dashboards, dashboards.c.id == row.id, deleted_at=None, deleted_by=None)
    return _shown(desk, row.id)


async def purge_dashboard(desk: Desk, wish: PurgeDashboard) -> Done:
    row = await _deleted(desk, wish.dashboard)
    await purge(desk.ledger, row.id)
    return Done(wish.dashboard, facts={"deleted": wish.dashboard.encode()}, reason="what was purged is gone for good")


def _title(text: str | None) -> str:
    if text is None or not text.strip():
        message = "A dashboard needs a title."
        raise BadInput(message, argument="title")
    return text


def _array(value: object) -> object:
    """A list of an input, which comes as a tuple; none is an empty one."""
    return list(value) if isinstance(value, tuple) else value or []


def _check(parts: JsonObject, *, widgets: set[str]) -> None:
    """Whether these parts can stand in a document whose widgets are these."""
    checked(parts)
    if parts.get("style") is not None and not isinstance(parts["style"], dict):
        message = "A style is an object."
        raise BadInput(message, argument="style")
    if parts.get("layout") is not None:
        layouts.check(parts["layout"], widgets)


async def _insert(
    desk: Desk, native: str, folder: str | None, document: JsonObject, *, datasource: str | None = None
) -> None:
    """A new dashboard of the viewer's with this document as its draft."""
    if datasource is None:
        datasource = await remember_datasource(desk.session, document.get("datasource"))
    edition = edition_row(document, document, datasource, desk.now)
    row: dict[str, Any] = {
        "id": native,
        "owner_id": desk.me,
        "folder_id": folder,
        "title_key": edition["title_key"],
        "working": 1,
        "published": None,
        "created_at": desk.now,
        "updated_at": desk.now,
    }
    await desk.ledger.insert(dashboards, row)
    await desk.ledger.insert(editions, {"dashboard_id": native, "number": 1, **edition})


async def _version(desk: Desk, row: AnyRow, version: ResourceId | None) -> int:
    """The number of a published version of this dashboard; without one, of the newest."""
    newest: int = row.published
    if version is None:
        return newest
    native = desk.id_of(version, Kind.VERSION, noun="version")
    dashboard, _, number = native.rpartition("/")
    known = select(editions.c.number).where(editions.c.dashboard_id == row.id, editions.c.published_at.is_not(None))
    numbers: dict[str, int] = {str(one): one for one in (await desk.session.execute(known)).scalars()}
    if dashboard != row.id or number not in numbers:
        raise missing("version")
    return numbers[number]


async def _deleted(desk: Desk, one: ResourceId) -> AnyRow:
    """A deleted dashboard that is the viewer's to decide about, locked. To others it is not there."""
    native = desk.id_of(one, Kind.DASHBOARD, noun="dashboard")
    locked = select(dashboards).where(dashboards.c.id == native).with_for_update()
    row = (await desk.session.execute(locked)).first()
    if row is None or not (desk.asker.everything or row.owner_id == desk.me):
        raise missing("dashboard")
    if row.deleted_at is None:
        message = "It is not deleted."
        raise InvalidState(message)
    desk.check_revision(row.revision)
    return row


def _shown(desk: Desk, native: str) -> Done:
    return Done(ResourceId(desk.source, Kind.DASHBOARD, native), DASHBOARD.name)


HANDLERS: dict[type[Change], Handler] = {
    CreateDashboard: create_dashboard,
    UpdateDashboard: update_dashboard,
    DuplicateDashboard: duplicate_dashboard,
    MoveDashboard: move_dashboard,
    PublishDashboard: publish_dashboard,
    RestoreDashboard: restore_dashboard,
    DeleteDashboard: delete_dashboard,
    RestoreDeletedDashboard: restore_deleted_dashboard,
    PurgeDashboard: purge_dashboard,
}
