"""Imports. PostHog takes its templates, and makes a new dashboard of each."""

from collections.abc import Sequence
from dataclasses import replace

from dashgraph.connectors.posthog.changes.dashboards import told
from dashgraph.connectors.posthog.changes.places import NO_FOLDERS, chosen, upstream
from dashgraph.connectors.posthog.translate import Address
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.dash import widgets_of
from dashgraph.domain.dashboard_changes import DeleteDashboard
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.formats import carried, posthog
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.imports import ImportAction, ImportDashboard, Imported, ImportOutcome, check_may_import
from dashgraph.domain.problems import BadDocument, Conflict, UnsupportedBySource
from dashgraph.sources.live.changing import Desk, Done, Handler, missing


async def import_dashboard(desk: Desk, wish: ImportDashboard) -> Done:
    """Make a dashboard of a template."""
    check_may_import(desk.viewer)
    document = wish.document.raw
    if wish.folder is not None or wish.create_missing:
        message = f"{desk.source} cannot do this: {NO_FOLDERS}; a project is named by projectId."
        raise UnsupportedBySource(message, source=desk.source)
    if carried.format_of(document) is not DocumentFormat.POSTHOG:
        message = "PostHog takes its own templates only; other tools' queries are not translated"
        raise BadDocument(message, pointer="")
    taken = await _taken(desk, wish.native)
    done = _imported(wish, taken)
    if done.outcome is ImportOutcome.SKIPPED:
        return Done(taken, done.facts())
    try:
        template = posthog.written(document)
    except carried.Unsaid as problem:
        message = f"PostHog's template cannot say this: {problem.reason}"
        raise BadDocument(message, pointer="") from None
    project = await chosen(desk, wish.project or await _named(desk, wish.path))
    if desk.dry_run:
        return Done(None, done.facts())
    raw = await upstream(desk).api.create_from_template(project, template)
    made = await told(desk, raw, project)
    trace = Trace(about=made.id, after={"title": made.title}, undo=(DeleteDashboard(dashboard=made.id),))
    return Done(made, replace(done, native=made.id.native).facts(), trace)


def _imported(wish: ImportDashboard, taken: Dashboard | None) -> Imported:
    """What becomes of the document. Raises Conflict or UnsupportedBySource where that is nothing."""
    outcome, reason = ImportOutcome.CREATED, None
    if taken is not None:
        match wish.action:
            case ImportAction.SKIP:
                outcome, reason = ImportOutcome.SKIPPED, "there is a dashboard with this id already"
            case ImportAction.FAIL:
                message = f"There is a dashboard with the id {taken.id.native} already; skip or duplicate it."
                raise Conflict(message)
            case ImportAction.OVERWRITE:
                message = (
                    f"{taken.id.source} cannot do this: PostHog's templates only make new dashboards; duplicate it."
                )
                raise UnsupportedBySource(message, source=taken.id.source)
            case _:
                outcome, reason = ImportOutcome.DUPLICATED, f"the id {taken.id.native} was taken"
    return Imported(
        outcome=outcome,
        native=wish.native or "",
        title=wish.document.raw["title"],
        widgets=len(widgets_of(wish.document.raw)),
        reason=reason,
        warnings=tuple(wish.warnings),
    )


async def _taken(desk: Desk, native: str | None) -> Dashboard | None:
    """The dashboard that has the id of the document, if the viewer sees one."""
    if native is None or Address.of(native) is None:
        return None
    return (await desk.lists.dashboards_by_ids([native])).get(native)


async def _named(desk: Desk, names: Sequence[str]) -> ResourceId | None:
    """The project of this name."""
    if not names:
        return None
    found = [one.id for one in await upstream(desk).projects() if [one.name] == list(names)]
    if len(found) != 1:
        raise missing("project")
    return found[0]


HANDLERS: dict[type[Change], Handler] = {ImportDashboard: import_dashboard}
