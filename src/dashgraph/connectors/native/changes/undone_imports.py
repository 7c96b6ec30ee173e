"""Undoing the last import of a dashboard, also when more has happened to it since."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from dashgraph.connectors.native.changes.desk import LEAST_TO_EDIT, Desk, Done, missing
from dashgraph.connectors.native.changes.editions import copied, is_edition, last_number, of_edition
from dashgraph.connectors.native.changes.import_folders import clear, made_folders
from dashgraph.connectors.native.changes.undone_rules import check_widgets
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.ids import Kind
from dashgraph.domain.imports import UndoImport
from dashgraph.domain.problems import Forbidden, InvalidState
from dashgraph.store import ledger
from dashgraph.store.database import AnyRow
from dashgraph.store.ledger import Image, Row
from dashgraph.store.tables import dashboards, editions, operations, shares, widgets

IMPORT, UNDOING = "importDashboard", "undoImport"
IMPORTED = ("imported_as", "imported_digest", "title_key")


async def undo_import(desk: Desk, wish: UndoImport) -> Done:
    """One level: what the last import replaced comes back, and what it created goes to the trash.

    Publishing, editing and deleting since do not stand in the way; undoing twice is refused.
    """
    row, decides = await _dashboard(desk, wish)
    images = await _last_import(desk, row.id)
    [image] = [one for one in images if one.table is dashboards]
    if image.before is not None:
        await _put_back(desk, row, image.before, images)
        await check_widgets(desk)
        return Done(wish.dashboard, DASHBOARD.name)
    if not decides:
        message = "The import created it, so undoing that deletes it; only the owner and administrators do."
        raise Forbidden(message)
    if row.deleted_at is None:
        gone = {"deleted_at": desk.now, "deleted_by": desk.me}
        await desk.ledger.update(dashboards, dashboards.c.id == row.id, **gone)
    await clear(desk, made_folders(images))
    return Done(wish.dashboard)


async def _dashboard(desk: Desk, wish: UndoImport) -> tuple[AnyRow, bool]:
    """The locked row, and whether the viewer decides about it. One in the trash is there for those who do."""
    native = desk.id_of(wish.dashboard, Kind.DASHBOARD, noun="dashboard")
    locked = select(dashboards).where(dashboards.c.id == native).with_for_update()
    row = (await desk.session.execute(locked)).first()
    if row is None:
        raise missing("dashboard")
    decides = desk.asker.everything or row.owner_id == desk.me
    if row.deleted_at is not None and decides:
        desk.check_revision(row.revision)
    else:
        refusal = "Only the owner, editors and administrators undo an import"
        await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=refusal)
    return row, decides


async def _last_import(desk: Desk, dashboard: str) -> list[Image]:
    """What the import changed that was the last, if it stands. Raises InvalidState when none does."""
    last = (
        select(operations.c.kind, operations.c.changes)
        .where(operations.c.about_id == dashboard, operations.c.about_kind == Kind.DASHBOARD.value)
        .where(operations.c.kind.in_((IMPORT, UNDOING)), operations.c.undone_by.is_(None))
        .order_by(operations.c.at.desc(), operations.c.id.desc())
        .limit(1)
    )
    found = (await desk.session.execute(last)).first()
    if found is None:
        message = "It was not imported, so there is no import to undo."
        raise InvalidState(message)
    if found.kind == UNDOING:
        message = "Its last import is undone already."
        raise InvalidState(message)
    images = ledger.read(found.changes)
    if not images:
        message = "Its last import skipped it and changed nothing; undo an earlier one with undoOperation."
        raise InvalidState(message)
    return images


async def _put_back(desk: Desk, row: AnyRow, before: Row, images: list[Image]) -> None:
    """The content from before as it was, published and working, under numbers that are free.

    Where it was not published before and is shared by now, it is: a share shows what is published.
    """
    writes = desk.ledger
    values: dict[str, Any] = {name: before[name] for name in IMPORTED}
    number = await last_number(desk, row.id) + 1
    published = row.published
    if before["published"] is None:
        published = None
    elif row.published != before["published"]:
        await copied(desk, row.id, before["published"], number)
        await writes.update(editions, is_edition(row.id, number), **_stamp(desk))
        published, number = number, number + 1

    if before["working"] == before["published"]:
        working = published
    else:
        working = number
        await _bring_back(desk, row.id, working, before["working"], images)
        if before["published"] is None and await _is_shared(desk, row.id):
            await writes.update(editions, is_edition(row.id, working), **_stamp(desk))
            published = working

    await writes.update(dashboards, dashboards.c.id == row.id, working=working, published=published, **values)
    if row.working not in {row.published, working}:
        await writes.delete(widgets, of_edition(row.id, row.working))
        await writes.delete(editions, is_edition(row.id, row.working))


async def _bring_back(desk: Desk, dashboard: str, into: int, number: int, images: list[Image]) -> None:
    """The working edition that gave way to the import. It was not published, so the import took it away."""
    kept = [one.before for one in images if one.before is not None and one.after is None]
    [edition] = [row for row in kept if row.get("number") == number]
    await desk.ledger.insert(editions, {**edition, "number": into})
    held = [{**row, "edition": into} for row in kept if row.get("edition") == number]
    await desk.ledger.insert(widgets, *held)


async def _is_shared(desk: Desk, dashboard: str) -> bool:
    held = select(shares.c.id).where(shares.c.dashboard_id == dashboard).limit(1)
    return (await desk.session.execute(held)).first() is not None


def _stamp(desk: Desk) -> Mapping[str, Any]:
    return {"published_at": desk.now, "published_by": desk.me}
