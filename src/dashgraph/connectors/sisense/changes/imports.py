"""Documents into Sisense, which takes its own format and knows a dashboard by its oid."""

from collections.abc import Sequence
from itertools import islice

from dashgraph.connectors.sisense.changes.dashboards import brought_back, made_by, taken_in
from dashgraph.connectors.sisense.changes.upstream import EDITING, api, check_writable, shown, whole
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.dash import JsonObject, widgets_of
from dashgraph.domain.dashboards import Dashboard, DashboardState
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
from dashgraph.domain.problems import Conflict, InvalidState, NotFound
from dashgraph.domain.rewriting import scripts
from dashgraph.sources.live.changing import LEAST_TO_EDIT, Desk, Done, Handler, missing
from dashgraph.sources.live.standing import EDIT, may

MOST_DIFFERENCES = 100  # that are listed


async def import_dashboard(desk: Desk, wish: ImportDashboard) -> Done:
    """Raises Conflict when the id is taken and the action does not allow it. Shares and owner are Sisense's to keep."""
    check_may_import(desk.viewer)
    document = {**wish.document.raw, "oid": wish.native} if wish.native else dict(wish.document.raw)
    folder = await _folder(desk, wish)
    taken, mine = await _taken(desk, wish.native)
    former = await whole(desk, taken.id.native) if taken is not None and mine else None
    different = [] if former is None else list(differences(former, document))
    action = wish.action
    if action is ImportAction.AUTO:
        same = taken is not None and mine and not different
        action = ImportAction.SKIP if same else ImportAction.DUPLICATE
    outcome = _outcome(action, taken)
    done = _imported(wish, outcome, taken, document, different if mine else [])
    if outcome is ImportOutcome.SKIPPED:
        return Done(taken if mine else None, done.facts())
    if outcome is ImportOutcome.OVERWRITTEN and taken is not None:
        return await _overwritten(desk, wish, taken, mine, document, former, done, folder)
    if desk.dry_run:
        return Done(None, done.facts())
    word = "skip" if taken is None else "duplicate"  # what is new comes in under its own id
    oid = await taken_in(desk, document, action=word, folder=folder)
    if wish.published is not None and wish.published == wish.document:
        await api(desk).publish(oid)
    facts = {**done.facts(), "native": oid}
    return await made_by(desk, oid, **facts)


async def _overwritten(
    desk: Desk,
    wish: ImportDashboard,
    taken: Dashboard,
    mine: bool,
    document: JsonObject,
    former: JsonObject | None,
    done: Imported,
    folder: str | None,
) -> Done:
    if not mine or former is None:
        message = f"The id {taken.id.native} belongs to a dashboard that is not yours to overwrite."
        raise Conflict(message)
    await check_writable(desk, taken)
    if desk.dry_run:
        return Done(taken, done.facts())
    await taken_in(desk, document, action="overwrite", republish=wish.republish, folder=folder)
    trace = Trace(taken.id, {"title": taken.title}, {"title": done.title}, undo=(brought_back(desk, former),))
    return Done(await shown(desk, taken.id.native), done.facts(), trace)


async def undo_import(desk: Desk, wish: UndoImport) -> Done:
    """As far as Sisense remembers: what the last overwrite replaced."""
    board = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    await check_writable(desk, board)
    if desk.dry_run:
        return Done(board)
    former = await whole(desk, board.id.native)
    try:
        await api(desk).undo_import(board.id.native)
    except NotFound:
        message = "Sisense remembers no import of it that could be undone."
        raise InvalidState(message) from None
    return Done(await shown(desk, board.id.native), trace=Trace(board.id, undo=(brought_back(desk, former),)))


async def _taken(desk: Desk, native: str | None) -> tuple[Dashboard | None, bool]:
    """The dashboard that has this id, seen by the viewer or not, and whether the viewer may change it."""
    if native is None:
        return None, False
    there: Dashboard | None = (await desk.known.by_ids(Kind.DASHBOARD, [native])).get(native)
    seen = (await desk.lists.dashboards_by_ids([native])).get(native)
    return there, seen is not None and may(seen, EDIT)


async def _folder(desk: Desk, wish: ImportDashboard) -> str | None:
    """The folder that it goes to: by its id, or by its path from the top."""
    if wish.folder is not None:
        return (await desk.folder(wish.folder)).id.native
    parent: ResourceId | None = None
    every = await desk.lists.folders()
    for name in wish.path:
        found = next((one for one in every if one.parent == parent and one.name == name), None)
        if found is None and (not wish.create_missing or desk.dry_run):
            if wish.create_missing:
                return None
            raise missing("folder")
        if found is not None:
            parent = found.id
            continue
        wanted = {"name": name} if parent is None else {"name": name, "parentId": parent.native}
        made = await api(desk).add_folder(wanted)
        parent = ResourceId(desk.source, Kind.FOLDER, made.id("oid"))
    return None if parent is None else parent.native


def _outcome(action: ImportAction, taken: Dashboard | None) -> ImportOutcome:
    if taken is None:
        return ImportOutcome.CREATED
    match action:
        case ImportAction.SKIP:
            return ImportOutcome.SKIPPED
        case ImportAction.OVERWRITE:
            return ImportOutcome.OVERWRITTEN
        case ImportAction.FAIL:
            message = (
                f"There is a dashboard with the id {taken.id.native} already; choose to skip, overwrite or duplicate."
            )
            raise Conflict(message)
    return ImportOutcome.DUPLICATED


def _imported(
    wish: ImportDashboard,
    outcome: ImportOutcome,
    taken: Dashboard | None,
    document: JsonObject,
    different: Sequence[object],
) -> Imported:
    reasons = {
        ImportOutcome.SKIPPED: "there is a dashboard with this id already",
        ImportOutcome.DUPLICATED: "the id was taken",
    }
    warnings = [*wish.warnings, *_warnings(wish, document, outcome, taken)]
    return Imported(
        outcome=outcome,
        native=wish.native or "new",
        title=document["title"],
        widgets=len(widgets_of(document)),
        reason=reasons.get(outcome),
        warnings=tuple(warnings),
        differences=tuple(islice(different, MOST_DIFFERENCES)),  # type: ignore[arg-type]
        different=len(different),
    )


def _warnings(
    wish: ImportDashboard, document: JsonObject, outcome: ImportOutcome, taken: Dashboard | None
) -> list[DocumentWarning]:
    found = []
    places = scripts(document)
    if places:
        message = f"It holds JavaScript in {len(places)} places, which Sisense runs for whoever looks at it."
        found.append(DocumentWarning(DocumentWarningCode.SCRIPT, message, places[0][0]))
    overwrites = outcome is ImportOutcome.OVERWRITTEN
    keeps = overwrites and taken is not None and taken.state is not DashboardState.DRAFT and not wish.republish
    if wish.published is not None and (wish.published != wish.document or keeps):
        message = "What was published is not taken in beside what is worked on; publish it when it is ready."
        found.append(DocumentWarning(DocumentWarningCode.PUBLISHED_LEFT_OUT, message))
    if wish.lay_in and wish.folder is None and not wish.path and not overwrites:
        message = f"It lay in the folder {' / '.join(wish.lay_in)[:200]}; give a folder to put it into."
        found.append(DocumentWarning(DocumentWarningCode.FOLDER_UNKNOWN, message))
    return found


HANDLERS: dict[type[Change], Handler] = {
    ImportDashboard: import_dashboard,
    UndoImport: undo_import,
}
