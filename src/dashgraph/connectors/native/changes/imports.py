"""Taking a `.dash` document into the native store, whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import Select, select

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler
from dashgraph.connectors.native.changes.editions import is_edition, last_number, of_edition
from dashgraph.connectors.native.changes.import_folders import Place, made, sought
from dashgraph.connectors.native.changes.undone_imports import undo_import
from dashgraph.domain import rewriting
from dashgraph.domain.changes import Change
from dashgraph.domain.dash import Document, JsonObject, widgets_of, with_widgets
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.differences import differences
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import (
    DocumentWarning,
    DocumentWarningCode,
    ImportAction,
    ImportDashboard,
    Imported,
    ImportOutcome,
    UndoImport,
    check_may_import,
)
from dashgraph.domain.problems import Conflict, Forbidden
from dashgraph.store.database import AnyRow
from dashgraph.store.imports import (
    datasource_row,
    digest,
    editable,
    edition_row,
    holders,
    of_this_id,
    one_at_a_time,
    remember_datasources,
    widget_row,
)
from dashgraph.store.tables import dashboards, editions, widgets

MOST_DIFFERENCES = 100  # that are listed


async def import_dashboard(desk: Desk, wish: ImportDashboard) -> Done:
    """Raises NotFound for an unknown folder, and Conflict when the id is taken and the action does not allow it."""
    check_may_import(desk.viewer)
    desk.refuse_project(wish.project)
    await one_at_a_time(desk.session)
    done, about = await _Import(desk, wish).run()
    if about is None:
        return Done(None, facts=done.facts())
    return Done(ResourceId(desk.source, Kind.DASHBOARD, about), DASHBOARD.name, done.facts())


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The document with ids that are free here, the id of each widget, and which ids became which."""

    document: JsonObject
    ids: Sequence[str]
    renamed: dict[str, str]


class _Import:
    def __init__(self, desk: Desk, wish: ImportDashboard) -> None:
        self._desk, self._wish = desk, wish
        self._document = wish.document.raw
        self._native = wish.native
        self._digest = digest(self._document)
        self._warnings = [*wish.warnings, *_script_warnings(self._document)]
        self._renamed: dict[str, str] = {}

    async def run(self) -> tuple[Imported, str | None]:
        """What was done, and the dashboard it is about; none when that is somebody else's."""
        place = await self._folder()
        native = self._native
        known = await self._all(of_this_id(native)) if native else []
        mine = await self._mine([row.id for row in known])
        taken = next((row for row in known if row.id == native), None)
        action = self._wish.action
        if action is ImportAction.AUTO:
            same = next((row for row in known if row.id in mine and row.imported_digest == self._digest), None)
            if same is None and taken is not None and taken.id in mine and await self._is_content_of(taken):
                same = taken
            if same is not None:
                return await self._skipped(same, "already here, and nothing differs", own=True)
            action = ImportAction.DUPLICATE
        if taken is None:
            return await self._create(native or self._desk.fresh_id(), place)
        if action is ImportAction.SKIP:
            return await self._skipped(taken, "there is a dashboard with this id already", own=taken.id in mine)
        if action is ImportAction.DUPLICATE:
            return await self._duplicate(taken, place, own=taken.id in mine)
        if action is ImportAction.FAIL:
            message = f"There is a dashboard with the id {native} already; choose to skip, overwrite or duplicate."
            raise Conflict(message)
        if taken.id not in mine:
            raise Conflict(self._refusal(taken))
        return await self._overwrite(taken, place)

    async def _all(self, statement: Select[Any]) -> Sequence[AnyRow]:
        rows: Sequence[AnyRow] = (await self._desk.session.execute(statement)).all()
        return rows

    async def _mine(self, ids: list[str]) -> set[str]:
        """Those that the viewer may change."""
        return {row.id for row in await self._all(editable(self._desk.asker, ids))} if ids else set()

    def _refusal(self, taken: AnyRow) -> str:
        if taken.deleted_at is not None and (self._desk.asker.everything or taken.owner_id == self._desk.me):
            return f"The dashboard with the id {taken.id} is in the trash; restore it first, or import a duplicate."
        return f"The id {taken.id} belongs to a dashboard that is not yours to overwrite."

    def _warn(self, code: DocumentWarningCode, message: str, pointer: str | None = None) -> None:
        self._warnings.append(DocumentWarning(code, message, pointer))

    def _imported(self, outcome: ImportOutcome, native: str, *reasons: str | None) -> Imported:
        return Imported(
            outcome=outcome,
            native=native,
            title=self._document["title"],
            widgets=len(widgets_of(self._document)),
            reason="; ".join(reason for reason in reasons if reason) or None,
            warnings=tuple(self._warnings),
        )

    async def _compared(self, done: Imported, former: AnyRow) -> Imported:
        """With what the document says otherwise than the dashboard that has its id."""
        old = await stored(self._desk, former.id, former.working)
        if Document.of(old) == self._wish.document:  # which is quickly found out
            return done
        found = list(differences(old, self._document))
        return replace(done, differences=tuple(islice(found, MOST_DIFFERENCES)), different=len(found))

    async def _is_content_of(self, taken: AnyRow) -> bool:
        return Document.of(await stored(self._desk, taken.id, taken.working)) == self._wish.document

    async def _warn_of_published(self, taken: AnyRow) -> None:
        """An overwrite leaves what viewers see as it is; people should know when the document says otherwise."""
        wanted = self._wish.published
        if wanted is None:
            return
        if taken.published is None or Document.of(await stored(self._desk, taken.id, taken.published)) != wanted:
            message = "What was published is not taken in over a dashboard that is there; say republish, or publish it."
            self._warn(DocumentWarningCode.PUBLISHED_LEFT_OUT, message)

    async def _folder(self) -> Place:
        place = await sought(self._desk, self._wish)
        left = self._document.get("parentFolder")
        if left is not None and place.asked and place.folder != left:
            message = "Folders are not taken from documents: give a folder, or the dashboard goes to the top."
            self._warn(DocumentWarningCode.FOLDER_UNKNOWN, message, "/parentFolder")
        return place

    async def _skipped(self, row: AnyRow, reason: str, *, own: bool) -> tuple[Imported, str | None]:
        done = self._imported(ImportOutcome.SKIPPED, row.id, reason)
        if own and row.id == self._native:
            done = await self._compared(done, row)
            if done.different and self._wish.action is ImportAction.AUTO:
                done = replace(done, reason="this very document was imported before, and was changed here since")
        return done, row.id if own else None

    async def _create(self, native: str, place: Place) -> tuple[Imported, str]:
        fitted = await self._fitted(native, self._document)
        await self._insert(native, place, fitted, anew=False)
        told = f"taken widget ids replaced: {len(fitted.renamed)}" if fitted.renamed else None
        return self._imported(ImportOutcome.CREATED, native, told, self._script_reason(fitted)), native

    async def _duplicate(self, taken: AnyRow, place: Place, *, own: bool) -> tuple[Imported, str]:
        native = self._desk.fresh_id()
        fitted = await self._fitted(native, self._document, anew=True)
        if not own:
            self._warn(DocumentWarningCode.NOT_YOURS, self._refusal(taken), "/oid")
        await self._insert(native, place, fitted, anew=True)
        told = f"the id {taken.id} was taken"
        done = self._imported(ImportOutcome.DUPLICATED, native, told, self._script_reason(fitted))
        return (await self._compared(done, taken) if own else done), native

    async def _insert(self, native: str, place: Place, fitted: _Fitted, *, anew: bool) -> None:
        if self._wish.lay_in and place.top:
            lay_in = " / ".join(self._wish.lay_in)[:200]
            message = f"It lay in the folder {lay_in}; give a folder, or say createMissing to have that one made."
            self._warn(DocumentWarningCode.FOLDER_UNKNOWN, message)
        published = self._wish.published
        twice = published is not None and published != self._wish.document
        number = 2 if twice else 1
        edition, rows = await self._content(native, number, fitted)
        row = {
            "id": native,
            "owner_id": self._desk.me,
            "folder_id": await made(self._desk, place),
            "title_key": edition["title_key"],
            "working": number,
            "published": None if published is None else 1,
            "imported_as": self._native,
            "imported_digest": self._digest,
            "created_at": self._desk.now,
            "updated_at": self._desk.now,
        }
        ledger = self._desk.ledger
        await ledger.insert(dashboards, row)
        if published is not None and twice:
            former = await self._fitted(native, published.raw, anew=anew)
            shown, held = await self._content(native, 1, former)
            await ledger.insert(editions, {**shown, **self._stamp()})
            await ledger.insert(widgets, *held)
        stamp = self._stamp() if published is not None and not twice else {}
        await ledger.insert(editions, {**edition, **stamp})
        await ledger.insert(widgets, *rows)

    def _stamp(self) -> dict[str, Any]:
        return {"published_at": self._desk.now, "published_by": self._desk.me}

    async def _overwrite(self, taken: AnyRow, place: Place) -> tuple[Imported, str]:
        """Owner and shares stay; the working content becomes the document. What was not published gives way."""
        self._desk.check_revision(taken.revision)
        decides = self._desk.asker.everything or taken.owner_id == self._desk.me
        moves = place.asked and not place.top
        if moves and not decides:
            message = "Only its owner may move a dashboard; leave the folder out."
            raise Conflict(message)
        publishes = self._wish.republish and taken.published is not None
        if publishes and not decides:
            message = "Only the owner and administrators publish a dashboard; leave republish out."
            raise Forbidden(message)
        fitted = await self._fitted(taken.id, self._document)
        done = self._imported(ImportOutcome.OVERWRITTEN, taken.id, self._script_reason(fitted))
        done = await self._compared(done, taken)
        if not publishes:
            await self._warn_of_published(taken)
        number = await last_number(self._desk, taken.id) + 1
        edition, rows = await self._content(taken.id, number, fitted)
        ledger = self._desk.ledger
        stamp = self._stamp() if publishes else {}
        await ledger.insert(editions, {**edition, **stamp})
        await ledger.insert(widgets, *rows)
        moved = {"folder_id": await made(self._desk, place)} if moves else {}
        shown = {"published": number} if publishes else {}
        await ledger.update(
            dashboards,
            dashboards.c.id == taken.id,
            working=number,
            title_key=edition["title_key"],
            imported_as=self._native,
            imported_digest=self._digest,
            **moved,
            **shown,
        )
        if taken.working != taken.published:
            await ledger.delete(widgets, of_edition(taken.id, taken.working))
            await ledger.delete(editions, is_edition(taken.id, taken.working))
        return replace(done, warnings=tuple(self._warnings)), taken.id

    async def _fitted(self, native: str, document: JsonObject, *, anew: bool = False) -> _Fitted:
        """A widget keeps its id unless another dashboard has it; `anew` gives every widget a new one.

        The layout and the widgets are rewritten to follow. Nothing else of the document is touched.
        """
        found = widgets_of(document)
        given = [widget["oid"] for widget in found if widget.get("oid")]
        rows = await self._all(holders(given)) if given and not anew else []
        taken = {row.id for row in rows if row.dashboard_id != native}
        told = self._renamed.keys() >= taken
        renamed = {one: self._renamed.setdefault(one, self._desk.fresh_id()) for one in given if anew or one in taken}
        if not told:
            message = f"{len(renamed)} widgets have new ids, because other dashboards have theirs."
            self._warn(DocumentWarningCode.WIDGET_IDS_REPLACED, message, "/widgets")
        ids = [renamed.get(widget.get("oid") or "", widget.get("oid") or self._desk.fresh_id()) for widget in found]
        if not renamed and document.get("oid") in {None, native}:
            return _Fitted(document, ids, renamed)
        return _Fitted(rewriting.renamed(document, native, renamed), ids, renamed)

    async def _content(self, native: str, number: int, fitted: _Fitted) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The row of the edition and those of its widgets; in its document stand the ids of the widgets instead."""
        stored = dict(fitted.document)
        held = stored.get("widgets")
        if held is not None:
            stored["widgets"] = dict(zip(held, fitted.ids, strict=True)) if isinstance(held, dict) else list(fitted.ids)
        parts = widgets_of(fitted.document)
        named = [datasource_row(part.get("datasource")) for part in (fitted.document, *parts)]
        new = await remember_datasources(self._desk.session, [row for row in named if row is not None])
        self._warn_of_datasources(named, new, list(held) if isinstance(held, dict) else range(len(parts)))
        ids = [None if row is None else row["id"] for row in named]
        edition = edition_row(fitted.document, stored, ids[0], self._desk.now)
        rows = [
            {"dashboard_id": native, "edition": number, "position": position}
            | widget_row(widget, one, datasource, self._desk.now)
            for position, (one, widget, datasource) in enumerate(zip(fitted.ids, parts, ids[1:], strict=True))
        ]
        return {"dashboard_id": native, "number": number, **edition}, rows

    def _warn_of_datasources(
        self, named: Sequence[dict[str, Any] | None], new: set[str], places: Sequence[str | int]
    ) -> None:
        """Warn once of each that was not known. `named` are the document's own and those of its widgets."""
        left = set(new)
        for at, row in zip(("", *(f"/widgets/{place}" for place in places)), named, strict=True):
            if row is not None and row["id"] in left:
                left.remove(row["id"])
                message = f"The data source {row['title'][:100]!r} was not known here before."
                self._warn(DocumentWarningCode.DATASOURCE_UNKNOWN, message, f"{at}/datasource")

    def _script_reason(self, fitted: _Fitted) -> str | None:
        """JavaScript is never rewritten; people should know when it names a widget that has another id now."""
        text = "\n".join(script for _, script in rewriting.scripts(fitted.document))
        if not any(old in text for old in fitted.renamed):
            return None
        self._warn(DocumentWarningCode.SCRIPT_NAMES_OLD_IDS, "Its script still names widgets by their old ids.")
        return "its script still names widgets by their old ids"


async def stored(desk: Desk, native: str, number: int) -> JsonObject:
    """The whole document of an edition, its widgets in it."""
    document = select(editions.c.document).where(is_edition(native, number))
    raw = Document((await desk.session.execute(document)).scalar_one()).raw
    held = await desk.session.execute(select(widgets.c.id, widgets.c.document).where(of_edition(native, number)))
    parts = {row.id: Document(row.document).raw for row in held}
    return with_widgets(raw, parts)


def _script_warnings(document: JsonObject) -> list[DocumentWarning]:
    found = rewriting.scripts(document)
    if not found:
        return []
    message = f"It holds JavaScript in {len(found)} places; it is kept as text and never run here."
    return [DocumentWarning(DocumentWarningCode.SCRIPT, message, found[0][0])]


HANDLERS: dict[type[Change], Handler] = {
    ImportDashboard: import_dashboard,
    UndoImport: undo_import,
}
