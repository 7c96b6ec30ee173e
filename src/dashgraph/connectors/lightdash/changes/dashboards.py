"""Changes of dashboards. Who may edit the space of one may change it; Lightdash keeps nothing of what it was."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dashgraph.connectors.lightdash.api import Api
from dashgraph.connectors.lightdash.changes import tiles
from dashgraph.connectors.lightdash.changes.rooms import editable
from dashgraph.connectors.lightdash.translate import promotion
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.dash import JsonObject
from dashgraph.domain.dashboard_changes import (
    CreateDashboard,
    DeleteDashboard,
    DuplicateDashboard,
    MoveDashboard,
    UpdateDashboard,
)
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, InvalidState, NotFound, UnsupportedBySource
from dashgraph.domain.projects import MEMBERS_OF_PROJECT
from dashgraph.domain.promotion import PromoteDashboard
from dashgraph.sources.live.changing import LEAST_TO_EDIT, Desk, Done, Handler

EDITING = "Only who may edit its folder, and administrators, change a dashboard"
INTO = "and who may edit this folder put dashboards into it"
KEEPS_NOTHING = "Lightdash deletes for good"


async def create_dashboard(desk: Desk, wish: CreateDashboard) -> Done:
    api: Api = desk.api
    check_parts(desk, datasource=wish.datasource, style=wish.style, layout=wish.layout)
    if wish.folder is None:
        message = "Lightdash keeps each dashboard in a folder; say in which one."
        raise BadInput(message, argument="folderId")
    folder = await editable(desk, wish.folder, INTO)
    title = titled(wish.title)
    body: dict[str, Any] = {"name": title, "tiles": [], "tabs": [], "spaceUuid": folder.id.native}
    if wish.description is not None:
        body["description"] = wish.description
    if wish.filters:
        body["filters"] = filters(wish.filters)
    found = await _made_before(desk, title, folder.id)
    if desk.dry_run:
        return Done(found)
    if found is None:
        raw = await api.create_dashboard(_native(folder.project), body)
        desk.forget()
        found = await shown(desk, raw.id("uuid"))
    return _created(found)


async def update_dashboard(desk: Desk, wish: UpdateDashboard) -> Done:
    api: Api = desk.api
    dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    check_parts(desk, datasource=wish.datasource, style=wish.style, layout=wish.layout)
    said: dict[str, Any] = {}
    before: dict[str, Any] = {}
    if wish.title is not UNCHANGED:
        said["name"], before["title"] = titled(wish.title), dashboard.title
    if wish.description is not UNCHANGED:
        said["description"], before["description"] = wish.description, dashboard.description
    wanted = None if wish.filters is UNCHANGED else filters(wish.filters or ())
    if wanted is not None and desk.documented_only:
        message = f"{desk.source} changes filters by an address that is not documented, and documented_only is set."
        raise UnsupportedBySource(message, source=desk.source)
    if desk.dry_run:
        after = {"title": said.get("name", dashboard.title)}
        return Done(replace(dashboard, description=said.get("description", dashboard.description), **after))
    if said and desk.documented_only:
        row = {"uuid": dashboard.id.native, "name": dashboard.title, "spaceUuid": _native(dashboard.folder), **said}
        cleared = {"description": ""} if said.get("description", "") is None else {}  # null is not taken here
        await api.change_dashboards(_native(dashboard.project), [row | cleared])
    elif said:
        await api.change_dashboard(dashboard.id.native, said)
    undo = UpdateDashboard(dashboard=dashboard.id, **before)
    reason = None
    if wanted is not None:
        reason = "the filters that it had are not kept"
        await tiles.set_filters(desk, dashboard, wanted)
    desk.forget()
    after = {key: said["name" if key == "title" else key] for key in before}
    trace = Trace(dashboard.id, before, after, undo=() if reason else (undo,), reason=reason)
    return Done(await shown(desk, dashboard.id.native), trace=trace)


async def duplicate_dashboard(desk: Desk, wish: DuplicateDashboard) -> Done:
    """The copy lands beside the original."""
    api: Api = desk.api
    dashboard = await desk.dashboard(wish.dashboard, least=0, refusal="")
    if dashboard.folder is not None:
        await editable(desk, dashboard.folder, "and who may edit its folder copy a dashboard")
    title = titled(wish.title or f"{dashboard.title} (copy)")
    found = None if dashboard.folder is None else await _made_before(desk, title, dashboard.folder)
    if desk.dry_run:
        return Done(found)
    if found is None:
        raw = await api.duplicate_dashboard(
            _native(dashboard.project), dashboard.id.native, title, dashboard.description or ""
        )
        desk.forget()
        found = await shown(desk, raw.id("uuid"))
    return _created(found)


async def move_dashboard(desk: Desk, wish: MoveDashboard) -> Done:
    """Into another space: from then on that decides who may see it."""
    api: Api = desk.api
    dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    if wish.folder is None:
        message = "Lightdash keeps each dashboard in a folder; say in which one."
        raise BadInput(message, argument="folderId")
    folder = await editable(desk, wish.folder, INTO)
    if folder.project != dashboard.project:
        message = "Lightdash moves dashboards within a project; use promoteDashboard, or make it anew there."
        raise BadInput(message, argument="folderId")
    if desk.dry_run or dashboard.folder == folder.id:
        return Done(replace(dashboard, folder=folder.id))
    await api.move(_native(dashboard.project), "dashboard", dashboard.id.native, folder.id.native)
    desk.forget()
    before, after = ({"folder": _native(one)} for one in (dashboard.folder, folder.id))
    undo = MoveDashboard(dashboard=dashboard.id, folder=dashboard.folder)
    return Done(await shown(desk, dashboard.id.native), trace=Trace(dashboard.id, before, after, undo=(undo,)))


async def delete_dashboard(desk: Desk, wish: DeleteDashboard) -> Done:
    """For good, with the charts that live in it and its schedules."""
    api: Api = desk.api
    facts = {"deleted": wish.dashboard.encode()}
    try:
        dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    except NotFound:
        if desk.again:
            return Done(facts=facts, trace=Trace(wish.dashboard, reason=KEEPS_NOTHING))
        raise
    if not desk.dry_run:
        await api.delete_dashboard(dashboard.id.native)
    before = {"title": dashboard.title, "folder": _native(dashboard.folder)}
    return Done(facts=facts, trace=Trace(dashboard.id, before, reason=KEEPS_NOTHING))


async def promote_dashboard(desk: Desk, wish: PromoteDashboard) -> Done:
    api: Api = desk.api
    dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    project = (await desk.known.by_ids(Kind.PROJECT, [_native(dashboard.project)])).get(_native(dashboard.project))
    if project is None or project.upstream is None:
        message = "There is no project above the one that it is in; an administrator of Lightdash can set one."
        raise InvalidState(message)
    await _check_upstream(desk, project.upstream.native)
    items = promotion(await api.promotion_diff(dashboard.id.native))
    facts = {"items": [{"kind": one.kind, "name": one.name, "step": one.step.value} for one in items]}
    if desk.dry_run:
        return Done(dashboard, facts)
    raw = await api.promote(dashboard.id.native)
    after = {"promoted": raw.id("uuid")}
    return Done(
        dashboard, facts, Trace(dashboard.id, after=after, reason="Lightdash does not keep what was there before")
    )


async def _check_upstream(desk: Desk, project: str) -> None:
    """Whether the viewer may change content of the project above."""
    members = (await desk.known.under(MEMBERS_OF_PROJECT, [project])).get(project, ())
    mine = [one for one in members if desk.who.is_me(one.subject) or one.subject.native in desk.who.groups]
    if not any(one.role.native_name in {"editor", "developer", "admin"} for one in mine):
        desk.administer("and editors of the project above promote a dashboard")


async def shown(desk: Desk, native: str) -> Dashboard:
    """A dashboard as it is now."""
    found = (await desk.known.by_ids(Kind.DASHBOARD, [native])).get(native)
    if found is None:
        message = f"{desk.source} does not show the dashboard after the change; look whether it is there."
        raise NotFound(message)
    return found  # type: ignore[no-any-return]


def _created(dashboard: Dashboard) -> Done:
    after = {"title": dashboard.title, "folder": _native(dashboard.folder)}
    undo = DeleteDashboard(dashboard=dashboard.id)
    return Done(dashboard, trace=Trace(dashboard.id, after=after, undo=(undo,)))


async def _made_before(desk: Desk, title: str, folder: ResourceId) -> Dashboard | None:
    """What a change that was broken off had made already, as far as its title tells: the latest of that name."""
    if not desk.again:
        return None
    every: Sequence[Dashboard] = await desk.known.all(Kind.DASHBOARD)
    found = [one for one in every if one.title == title and one.folder == folder and one.created_at is not None]
    return max(found, key=lambda one: str(one.created_at), default=None)


def check_parts(desk: Desk, **parts: object) -> None:
    """Raises UnsupportedBySource for parts that dashboards of Lightdash do not have."""
    for name, value in parts.items():
        if value is not None and value is not UNCHANGED:
            message = f"Dashboards of {desk.source} have no {name}: Lightdash places tiles and charts ask the explores."
            raise UnsupportedBySource(message, source=desk.source)


def titled(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        message = "A dashboard needs a title."
        raise BadInput(message, argument="title")
    return text


def filters(wanted: Sequence[JsonObject]) -> dict[str, list[JsonObject]]:
    """Filters of dimensions, each as Lightdash writes it: a target, an operator, and mostly values."""
    rules = []
    for number, one in enumerate(wanted):
        target = one.get("target")
        if not isinstance(target, dict) or not isinstance(target.get("fieldId"), str) or "operator" not in one:
            message = "A filter of Lightdash has a target with a fieldId and a tableName, and an operator."
            raise BadInput(message, argument=f"filters[{number}]")
        kept = {key: value for key, value in one.items() if key != "label" or value is not None}
        rules.append({"id": f"{target['fieldId']}-{number}", "disabled": False, "tileTargets": {}, **kept})
    return {"dimensions": rules, "metrics": [], "tableCalculations": []}


def _native(one: ResourceId | None) -> str:
    return "" if one is None else one.native


HANDLERS: dict[type[Change], Handler] = {
    CreateDashboard: create_dashboard,
    UpdateDashboard: update_dashboard,
    DuplicateDashboard: duplicate_dashboard,
    MoveDashboard: move_dashboard,
    DeleteDashboard: delete_dashboard,
    PromoteDashboard: promote_dashboard,
}
