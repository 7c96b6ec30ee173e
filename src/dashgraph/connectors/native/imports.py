"""Taking a `.dash` document into the native store, whole or not at all."""

import secrets
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dashgraph.domain.dash import JsonObject, Layout
from dashgraph.domain.dashfile import widgets_of
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import ImportAction, Imported, ImportOutcome, ImportWish
from dashgraph.domain.problems import Conflict, Forbidden, NotFound
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.store.database import AnyRow, Database
from dashgraph.store.imports import (
    digest,
    edition_row,
    holders,
    of_this_id,
    remember_datasource,
    widget_row,
    written,
)
from dashgraph.store.tables import dashboards, editions, folders, widgets


def fresh_id() -> str:
    """24 hexadecimal digits: the form that ids have in the documents."""
    return secrets.token_hex(12)


async def take_in(database: Database, viewer: Viewer, wish: ImportWish) -> Imported:
    """Import one document; the viewer becomes the owner of what is created. One transaction.

    A document is known by its `oid`, never by its title. Raises Forbidden when the viewer may own nothing,
    NotFound for an unknown folder, and Conflict when the id is taken and the action does not allow it.
    """
    viewer.require(TokenScope.DASHBOARDS_WRITE)
    me = viewer.native_in(database.name)
    if me is None or viewer.role not in {RoleKind.ADMIN, RoleKind.EDITOR}:
        message = "Viewers own no dashboards; import as a designer or an administrator."
        raise Forbidden(message)
    async with database.writing() as session:
        return await _Import(session, database.name, me, wish, datetime.now(UTC)).run()


class _Import:
    def __init__(self, session: AsyncConnection, source: str, me: str, wish: ImportWish, now: datetime) -> None:
        self._session, self._source, self._me, self._wish, self._now = session, source, me, wish, now
        self._document = wish.document
        self._digest = digest(wish.document)

    async def run(self) -> Imported:
        folder = await self._folder()
        native = self._document.get("oid")
        known = (await self._session.execute(of_this_id(native))).all() if native else []
        taken = known[0] if known and known[0].id == native else None
        mine = [row for row in known if row.owner_id == self._me and row.deleted_at is None]
        action = self._wish.action

        if action is ImportAction.AUTO:
            same = next((row for row in mine if row.imported_digest == self._digest), None)
            if same is not None:
                return self._outcome(ImportOutcome.SKIPPED, same.id, "already here, and nothing differs")
            action = ImportAction.DUPLICATE
        if taken is None:
            created = await self._create(native or fresh_id(), folder)
            return self._outcome(ImportOutcome.CREATED, created)
        if action is ImportAction.FAIL:
            message = f"There is a dashboard with the id {native} already; choose to skip, overwrite or duplicate."
            raise Conflict(message)
        if action is ImportAction.SKIP:
            return self._outcome(ImportOutcome.SKIPPED, taken.id, "there is a dashboard with this id already")
        if action is ImportAction.OVERWRITE:
            if taken not in mine:
                message = f"The id {native} belongs to a dashboard that is not yours to overwrite."
                raise Conflict(message)
            await self._overwrite(taken, folder)
            return self._outcome(ImportOutcome.OVERWRITTEN, taken.id)
        created = await self._create(fresh_id(), folder, duplicate_of=native)
        return self._outcome(ImportOutcome.DUPLICATED, created, f"the id {native} was taken")

    def _outcome(self, outcome: ImportOutcome, native: str, reason: str | None = None) -> Imported:
        return Imported(
            outcome=outcome,
            dashboard=ResourceId(self._source, Kind.DASHBOARD, native),
            title=self._document["title"],
            widgets=len(widgets_of(self._document)),
            reason=reason,
        )

    async def _folder(self) -> str | None:
        folder = self._wish.folder
        if folder is None:
            return None
        known = select(folders.c.id).where(folders.c.id == folder.native, folders.c.owner_id == self._me)
        if folder.source != self._source or (await self._session.execute(known)).first() is None:
            message = "There is no such folder of yours to import into."
            raise NotFound(message)
        return folder.native

    async def _create(self, native: str, folder: str | None, *, duplicate_of: str | None = None) -> str:
        document, ids = await self._with_free_ids(native, keep=False, all_new=duplicate_of is not None)
        edition = await self._edition(document, ids)
        await self._session.execute(
            insert(dashboards).values(
                id=native,
                owner_id=self._me,
                folder_id=folder,
                title_key=edition["title_key"],
                working=1,
                published=None,
                imported_as=self._document.get("oid"),
                imported_digest=self._digest,
                created_at=self._now,
                updated_at=self._now,
            )
        )
        await self._write(native, 1, document, ids, edition)
        return native

    async def _overwrite(self, taken: AnyRow, folder: str | None) -> None:
        """Owner, shares and what is published stay; the working content becomes the document."""
        document, ids = await self._with_free_ids(taken.id, keep=True, all_new=False)
        edition = await self._edition(document, ids)
        number = taken.working
        if taken.published == taken.working:
            number += 1
        else:
            held = editions.c.dashboard_id == taken.id
            await self._session.execute(
                widgets.delete().where(widgets.c.dashboard_id == taken.id, widgets.c.edition == number)
            )
            await self._session.execute(editions.delete().where(held, editions.c.number == number))
        moved = {} if folder is None else {"folder_id": folder}
        await self._session.execute(
            update(dashboards)
            .where(dashboards.c.id == taken.id)
            .values(
                working=number,
                title_key=edition["title_key"],
                imported_as=self._document.get("oid"),
                imported_digest=self._digest,
                updated_at=self._now,
                revision=dashboards.c.revision + 1,
                **moved,
            )
        )
        await self._write(taken.id, number, document, ids, edition)

    async def _with_free_ids(self, native: str, *, keep: bool, all_new: bool) -> tuple[JsonObject, Sequence[str]]:
        """The document with ids that are free here, and the id of each widget.

        A widget keeps its id unless another dashboard has it (or, in a duplicate, always gets a new one); the
        layout and the widgets are rewritten to follow. Nothing else of the document is touched.
        """
        found = [widget for _, widget in widgets_of(self._document)]
        given = [widget["oid"] for widget in found if widget.get("oid")]
        rows = (await self._session.execute(holders(given))).all() if given else []
        taken = {row.id for row in rows if not (keep and row.dashboard_id == native)}
        renamed = {one: fresh_id() for one in given if all_new or one in taken}
        ids = [renamed.get(widget.get("oid") or "", widget.get("oid") or fresh_id()) for widget in found]
        if not renamed and self._document.get("oid") in {None, native}:
            return self._document, ids
        return _renamed(self._document, native, renamed), ids

    async def _edition(self, document: JsonObject, ids: Sequence[str]) -> dict[str, Any]:
        datasource = await remember_datasource(self._session, document.get("datasource"))
        stored = dict(document)
        if isinstance(stored.get("widgets"), dict):
            stored["widgets"] = dict(zip(stored["widgets"], ids, strict=True))
        elif "widgets" in stored and stored["widgets"] is not None:
            stored["widgets"] = list(ids)
        return edition_row(document, stored, datasource, self._now)

    async def _write(
        self, native: str, number: int, document: JsonObject, ids: Sequence[str], edition: dict[str, Any]
    ) -> None:
        await self._session.execute(insert(editions).values(dashboard_id=native, number=number, **edition))
        known: dict[str, str | None] = {}
        rows = []
        for position, (one, (_, widget)) in enumerate(zip(ids, widgets_of(document), strict=True)):
            raw = widget.get("datasource")
            key = written({"datasource": raw})
            if key not in known:
                known[key] = await remember_datasource(self._session, raw)
            row = widget_row(widget, one, known[key], self._now)
            rows.append({"dashboard_id": native, "edition": number, "position": position, **row})
        if rows:
            await self._session.execute(insert(widgets), rows)


def _renamed(document: JsonObject, native: str, renamed: dict[str, str]) -> JsonObject:
    """The document under another id, its widgets renamed, and every structural reference to them."""
    copy = deepcopy(document)
    if "oid" in copy:
        copy["oid"] = native
    for _, widget in widgets_of(copy):
        if widget.get("oid") in renamed:
            widget["oid"] = renamed[widget["oid"]]
        if "dashboardid" in widget:
            widget["dashboardid"] = native
    if isinstance(copy.get("layout"), dict):
        for element in Layout(copy["layout"]).elements():
            for key in ("widgetid", "widgetId"):
                if element.raw.get(key) in renamed:
                    element.raw[key] = renamed[element.raw[key]]
    return copy
