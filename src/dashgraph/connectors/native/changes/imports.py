"""Taking a `.dash` document into the native store, whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import Select, select

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler
from dashgraph.connectors.native.changes.editions import is_edition, last_number, of_edition
from dashgraph.connectors.native.changes.undone_imports import undo_import
from dashgraph.connectors.native.translate import Translator
from dashgraph.domain import rewriting
from dashgraph.domain.changes import Change, Outcome
from dashgraph.domain.dash import Document, JsonObject
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.dashfile import widgets_of
from dashgraph.domain.differences import differences
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import (
    DocumentWarning,
    DocumentWarningCode,
    ImportAction,
    ImportDashboard,
    Imported,
    ImportOutcome,
    TryImports,
    UndoImport,
    check_may_import,
)
from dashgraph.domain.problems import BadInput, Conflict, Forbidden, NotFound, Problem, StaleRevision
from dashgraph.domain.text import storable
from dashgraph.store.dashboards import by_ids
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
from dashgraph.store.tables import dashboards, editions, folders, widgets

MOST_DIFFERENCES = 100  # that are listed
TRYING = "Trying imports out is for dry runs."


async def import_dashboard(desk: Desk, wish: ImportDashboard) -> Done:
    """Raises NotFound for an unknown folder, and Conflict when the id is taken and the action does not allow it."""
    check_may_import(desk.viewer)
    await one_at_a_time(desk.session)
    done, about = await _Import(desk, wish).run()
    if about is None:
        return Done(None, facts=done.facts())
    return Done(ResourceId(desk.source, Kind.DASHBOARD, about), DASHBOARD.name, done.facts())


async def try_imports(desk: Desk, wish: TryImports) -> Done:
    """Each sees what those before it did, as it will when they are carried out. All is rolled back in the end."""
    outcomes = []
    for one in wish.imports:
        try:
            async with desk.session.begin_nested():
                done = await import_dashboard(desk, one)
                outcomes.append(Outcome(await _shown(desk, done), done.facts or {}))
        except Problem as problem:
            outcomes.append(Outcome(problem=problem))
    if not desk.terms.dry_run:
        raise BadInput(TRYING)
    return Done(None, facts={"outcomes": outcomes})


async def _shown(desk: Desk, done: Done) -> Any:
    if done.thing is None:
        return None
    row = (await desk.session.execute(by_ids(desk.asker, [done.thing.native]))).first()
    return None if row is None else Translator(desk.source, desk.viewer).dashboard(row)


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
        self._digest = digest(self._document)
        self._warnings = _script_warnings(self._document)

    async def run(self) -> tuple[Imported, str | None]:
        """What was done, and the dashboard it is about; none when that is somebody else's."""
        folder = await self._folder()
        native = self._document.get("oid")
        known = await self._all(of_this_id(native)) if native else []
        mine = await self._mine([row.id for row in known])
        taken = next((row for row in known if row.id == native), None)
        action = self._wish.action
        if action is ImportAction.AUTO:
            same = next((row for row in known if row.id in mine and row.imported_digest == self._digest), None)
            if same is not None:
                return await self._skipped(same, "already here, and nothing differs", own=True)
            action = ImportAction.DUPLICATE
        if taken is None:
            return await self._create(native or self._desk.fresh_id(), folder)
        if action is ImportAction.SKIP:
            return await self._skipped(taken, "there is a dashboard with this id already", own=taken.id in mine)
        if action is ImportAction.DUPLICATE:
            return await self._duplicate(taken, folder, own=taken.id in mine)
        if action is ImportAction.FAIL:
            message = f"There is a dashboard with the id {native} already; choose to skip, overwrite or duplicate."
            raise Conflict(message)
        if taken.id not in mine:
            raise Conflict(self._refusal(taken))
        return await self._overwrite(taken, folder)

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

    async def _folder(self) -> str | None:
        folder = self._wish.folder
        left = self._document.get("parentFolder")
        if left is not None and (folder is None or folder.native != left):
            message = "Folders are not taken from documents: give a folder, or the dashboard goes to the top."
            self._warn(DocumentWarningCode.FOLDER_UNKNOWN, message, "/parentFolder")
        if folder is None:
            return None
        known = select(folders.c.id).where(folders.c.id == folder.native, folders.c.owner_id == self._desk.me)
        here = folder.source == self._desk.source and folder.kind is Kind.FOLDER and storable(folder.native)
        if not here or not await self._all(known):
            message = "There is no such folder of yours to import into."
            raise NotFound(message)
        return folder.native

    async def _skipped(self, row: AnyRow, reason: str, *, own: bool) -> tuple[Imported, str | None]:
        done = self._imported(ImportOutcome.SKIPPED, row.id, reason)
        if own and row.id == self._document.get("oid"):
            done = await self._compared(done, row)
            if done.different and self._wish.action is ImportAction.AUTO:
                done = replace(done, reason="this very document was imported before, and was changed here since")
        return done, row.id if own else None

    async def _create(self, native: str, folder: str | None) -> tuple[Imported, str]:
        fitted = await self._fitted(native)
        await self._insert(native, folder, fitted)
        told = f"taken widget ids replaced: {len(fitted.renamed)}" if fitted.renamed else None
        return self._imported(ImportOutcome.CREATED, native, told, self._script_reason(fitted)), native

    async def _duplicate(self, taken: AnyRow, folder: str | None, *, own: bool) -> tuple[Imported, str]:
        native = self._desk.fresh_id()
        fitted = await self._fitted(native, anew=True)
        if not own:
            self._warn(DocumentWarningCode.NOT_YOURS, self._refusal(taken), "/oid")
        await self._insert(native, folder, fitted)
        told = f"the id {taken.id} was taken"
        done = self._imported(ImportOutcome.DUPLICATED, native, told, self._script_reason(fitted))
        return (await self._compared(done, taken) if own else done), native

    async def _insert(self, native: str, folder: str | None, fitted: _Fitted) -> None:
        edition, rows = await self._content(native, 1, fitted)
        row = {
            "id": native,
            "owner_id": self._desk.me,
            "folder_id": folder,
            "title_key": edition["title_key"],
            "working": 1,
            "published": None,
            "imported_as": self._document.get("oid"),
            "imported_digest": self._digest,
            "created_at": self._desk.now,
            "updated_at": self._desk.now,
        }
        ledger = self._desk.ledger
        await ledger.insert(dashboards, row)
        await ledger.insert(editions, edition)
        await ledger.insert(widgets, *rows)

    async def _overwrite(self, taken: AnyRow, folder: str | None) -> tuple[Imported, str]:
        """Owner and shares stay; the working content becomes the document. What was not published gives way."""
        expected = self._wish.expected_revision
        if expected is not None and expected != taken.revision:
            message = f"It has changed since you looked: it is at revision {taken.revision}, not {expected}."
            raise StaleRevision(message, current=taken.revision)
        decides = self._desk.asker.everything or taken.owner_id == self._desk.me
        if folder is not None and not decides:
            message = "Only its owner may move a dashboard; leave the folder out."
            raise Conflict(message)
        publishes = self._wish.republish and taken.published is not None
        if publishes and not decides:
            message = "Only the owner and administrators publish a dashboard; leave republish out."
            raise Forbidden(message)
        fitted = await self._fitted(taken.id)
        done = self._imported(ImportOutcome.OVERWRITTEN, taken.id, self._script_reason(fitted))
        done = await self._compared(done, taken)
        number = await last_number(self._desk, taken.id) + 1
        edition, rows = await self._content(taken.id, number, fitted)
        ledger = self._desk.ledger
        stamp = {"published_at": self._desk.now, "published_by": self._desk.me} if publishes else {}
        await ledger.insert(editions, {**edition, **stamp})
        await ledger.insert(widgets, *rows)
        moved = {} if folder is None else {"folder_id": folder}
        shown = {"published": number} if publishes else {}
        await ledger.update(
            dashboards,
            dashboards.c.id == taken.id,
            working=number,
            title_key=edition["title_key"],
            imported_as=self._document.get("oid"),
            imported_digest=self._digest,
            **moved,
            **shown,
        )
        if taken.working != taken.published:
            await ledger.delete(widgets, of_edition(taken.id, taken.working))
            await ledger.delete(editions, is_edition(taken.id, taken.working))
        return replace(done, warnings=tuple(self._warnings)), taken.id

    async def _fitted(self, native: str, *, anew: bool = False) -> _Fitted:
        """A widget keeps its id unless another dashboard has it; `anew` gives every widget a new one.

        The layout and the widgets are rewritten to follow. Nothing else of the document is touched.
        """
        found = widgets_of(self._document)
        given = [widget["oid"] for widget in found if widget.get("oid")]
        rows = await self._all(holders(given)) if given and not anew else []
        taken = {row.id for row in rows if row.dashboard_id != native}
        renamed = {one: self._desk.fresh_id() for one in given if anew or one in taken}
        if taken:
            message = f"{len(renamed)} widgets have new ids, because other dashboards have theirs."
            self._warn(DocumentWarningCode.WIDGET_IDS_REPLACED, message, "/widgets")
        ids = [renamed.get(widget.get("oid") or "", widget.get("oid") or self._desk.fresh_id()) for widget in found]
        if not renamed and self._document.get("oid") in {None, native}:
            return _Fitted(self._document, ids, renamed)
        return _Fitted(rewriting.renamed(self._document, native, renamed), ids, renamed)

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
    listed = raw.get("widgets")
    if isinstance(listed, dict):
        return {**raw, "widgets": {key: parts[one] for key, one in listed.items()}}
    return {**raw, "widgets": [parts[one] for one in listed]} if listed else raw


def _script_warnings(document: JsonObject) -> list[DocumentWarning]:
    found = rewriting.scripts(document)
    if not found:
        return []
    message = f"It holds JavaScript in {len(found)} places; it is kept as text and never run here."
    return [DocumentWarning(DocumentWarningCode.SCRIPT, message, found[0][0])]


HANDLERS: dict[type[Change], Handler] = {
    ImportDashboard: import_dashboard,
    TryImports: try_imports,
    UndoImport: undo_import,
}
