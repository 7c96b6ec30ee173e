"""Documents into and out of Lightdash: dashboards as code, with the charts that they show."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from dashgraph.connectors.lightdash import code
from dashgraph.connectors.lightdash.api import Api
from dashgraph.connectors.lightdash.changes import tiles
from dashgraph.connectors.lightdash.changes.dashboards import EDITING, INTO, shown
from dashgraph.connectors.lightdash.changes.rooms import editable
from dashgraph.connectors.lightdash.changes.tiles import Content
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.dash import Document, JsonObject, widgets_of
from dashgraph.domain.dashboard_changes import DeleteDashboard
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.differences import differences
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD
from dashgraph.domain.folders import Folder
from dashgraph.domain.formats import carried, lightdash
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import ImportAction, ImportDashboard, Imported, ImportOutcome, check_may_import
from dashgraph.domain.problems import BadDocument, BadInput, Conflict, UnsupportedBySource
from dashgraph.sources.live.changing import LEAST_TO_EDIT, Desk, Done, Handler, missing

MOST_DIFFERENCES = 100  # that are listed


async def import_dashboard(desk: Desk, wish: ImportDashboard) -> Done:
    """Make a dashboard of code, or make one that there is say the same. A chart that is there by its slug is shown."""
    check_may_import(desk.viewer)
    dashboard, charts = _read(wish.document.raw)
    taken = await _taken(desk, wish.native, dashboard["slug"])
    former = None if taken is None else (await _written(desk, taken)).raw
    different = [] if former is None else list(differences(former, wish.document.raw))
    outcome = _outcome(wish.action, taken, same=not different)
    done = Imported(
        outcome=outcome,
        native="" if taken is None else taken.id.native,
        title=wish.document.raw["title"],
        widgets=len(widgets_of(wish.document.raw)),
        reason=_reason(outcome, taken),
        warnings=tuple(wish.warnings),
        differences=tuple(islice(different, MOST_DIFFERENCES)),
        different=len(different),
    )
    if outcome is ImportOutcome.SKIPPED:
        return Done(taken, done.facts())
    if outcome is ImportOutcome.OVERWRITTEN and taken is not None and former is not None:
        await desk.dashboard(taken.id, least=LEAST_TO_EDIT, refusal=EDITING)
        if desk.dry_run:
            return Done(taken, done.facts())
        now = await _overwritten(desk, taken, dashboard, charts)
        before = Document.of({**former, "oid": taken.id.native})
        undo = ImportDashboard(place=desk.source, document=before, action=ImportAction.OVERWRITE)
        return Done(now, done.facts(), Trace(taken.id, {"title": taken.title}, {"title": now.title}, undo=(undo,)))
    folder = await _folder(desk, wish, dashboard, taken)
    if desk.dry_run:
        return Done(None, done.facts())
    made = await _made(desk, folder, dashboard, charts)
    trace = Trace(made.id, after={"title": made.title}, undo=(DeleteDashboard(dashboard=made.id),))
    return Done(made, replace(done, native=made.id.native).facts(), trace)


def _read(document: JsonObject) -> tuple[JsonObject, dict[str, JsonObject]]:
    """The dashboard and its charts as code. Raises BadDocument for what is none of Lightdash's."""
    if carried.format_of(document) is not DocumentFormat.LIGHTDASH:
        message = "Lightdash takes its own dashboards as code only; other tools' queries are not translated"
        raise BadDocument(message, pointer="")
    try:
        return lightdash.written(document)
    except carried.Unsaid as problem:
        message = f"Lightdash's code cannot say this: {problem.reason}"
        raise BadDocument(message, pointer="") from None


async def _taken(desk: Desk, native: str | None, slug: str) -> Dashboard | None:
    """The dashboard that the document is known by, if the viewer sees one: of this id, or the only one of the slug."""
    every = await desk.lists.dashboards()
    by_id = [one for one in every if one.id.native == native]
    by_slug = [one for one in every if one.slug == slug]
    found = by_id or (by_slug if len(by_slug) == 1 and carried.native_id(slug) == native else [])
    return found[0] if found else None


def _outcome(action: ImportAction, taken: Dashboard | None, *, same: bool) -> ImportOutcome:
    if taken is None:
        return ImportOutcome.CREATED
    match action:
        case ImportAction.SKIP:
            return ImportOutcome.SKIPPED
        case ImportAction.AUTO if same:
            return ImportOutcome.SKIPPED
        case ImportAction.OVERWRITE:
            return ImportOutcome.OVERWRITTEN
        case ImportAction.FAIL:
            message = f"There is a dashboard with the slug {taken.slug} already; skip, overwrite or duplicate it."
            raise Conflict(message)
    return ImportOutcome.DUPLICATED


def _reason(outcome: ImportOutcome, taken: Dashboard | None) -> str | None:
    if taken is None:
        return None
    match outcome:
        case ImportOutcome.SKIPPED:
            return "there is a dashboard with this id already"
        case ImportOutcome.DUPLICATED:
            return f"the id {taken.id.native} was taken"
    return None


async def _folder(desk: Desk, wish: ImportDashboard, dashboard: JsonObject, taken: Dashboard | None) -> Folder:
    """Where it goes: the folder named, by id or path; beside the one taken; the one space of the slug in the code."""
    every: list[Folder] = list(await desk.known.all(Kind.FOLDER))
    if wish.folder is not None:
        return await editable(desk, wish.folder, INTO)
    if wish.create_missing:
        message = f"{desk.source} makes folders by createFolder; name one that is there."
        raise UnsupportedBySource(message, source=desk.source)
    found = [one for one in every if one.slug == dashboard.get("spaceSlug")]
    if taken is not None:
        found = [one for one in every if one.id == taken.folder]
    if wish.path:
        parents: list[ResourceId | None] = [None]
        for name in wish.path:
            found = [one for one in every if one.parent in parents and one.name == name]
            parents = [one.id for one in found]
    if len(found) != 1:
        message = "Lightdash keeps each dashboard in a folder; say in which one."
        raise BadInput(message, argument="folderId")
    return await editable(desk, found[0].id, INTO)


async def _made(desk: Desk, folder: Folder, dashboard: JsonObject, charts: Mapping[str, JsonObject]) -> Dashboard:
    api: Api = desk.api
    project = "" if folder.project is None else folder.project.native
    body: dict[str, Any] = {"name": dashboard["name"], "tiles": [], "tabs": [], "spaceUuid": folder.id.native}
    if dashboard.get("description"):
        body["description"] = dashboard["description"]
    native = (await api.create_dashboard(project, body)).id("uuid")
    desk.forget()
    return await _filled(desk, await shown(desk, native), dashboard, charts)


async def _overwritten(
    desk: Desk, taken: Dashboard, dashboard: JsonObject, charts: Mapping[str, JsonObject]
) -> Dashboard:
    api: Api = desk.api
    said = {"name": dashboard["name"], "description": dashboard.get("description")}
    await api.change_dashboard(taken.id.native, said)
    return await _filled(desk, taken, dashboard, charts)


async def _filled(desk: Desk, board: Dashboard, dashboard: JsonObject, charts: Mapping[str, JsonObject]) -> Dashboard:
    """With these tiles, tabs and filters, and no others."""
    known = await _charts(desk, board, charts)
    wanted = Content(code.tiles(dashboard, known), code.tabs(dashboard), code.filters(dashboard))

    def held(now: Content) -> bool:
        return [(one["type"], one["x"], one["y"]) for one in now.tiles] == [
            (one["type"], one["x"], one["y"]) for one in wanted.tiles
        ]

    await tiles.rewritten(desk, board, lambda _: wanted, held)
    desk.forget()
    return await shown(desk, board.id.native)


async def _charts(desk: Desk, board: Dashboard, charts: Mapping[str, JsonObject]) -> dict[str, str]:
    """The uuids of these charts in the project by their slugs; those that are not there are made."""
    api: Api = desk.api
    project = "" if board.project is None else board.project.native
    space = "" if board.folder is None else board.folder.native
    here = {raw.text("slug"): raw for raw in await api.chart_summaries(project)}
    found = {}
    for slug, chart in charts.items():
        there = here.get(slug)
        home = None if there is None else there.optional_id("dashboardUuid")
        if there is not None and home in {None, board.id.native}:
            found[slug] = there.id("uuid")
        elif lightdash.kind_of(chart) == lightdash.CHART:
            body = code.chart_body(chart, space=space, dashboard=board.id.native)
            found[slug] = (await api.create_chart(project, body)).id("uuid")
    return found


async def _written(desk: Desk, board: Dashboard) -> Document:
    found = (await desk.known.things(EXPORT_OF_DASHBOARD.name, [board.id.native])).get(board.id.native)
    if found is None:
        raise missing("dashboard")
    return found  # type: ignore[no-any-return]


HANDLERS: dict[type[Change], Handler] = {ImportDashboard: import_dashboard}
