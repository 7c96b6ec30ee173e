"""Changes of dashboards. What is made in service mode is owned by the account of the key: PostHog takes no other."""

from dashgraph.connectors.posthog.changes.places import chosen, refuse, upstream
from dashgraph.connectors.posthog.translate import Address
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.dashboard_changes import (
    CreateDashboard,
    DeleteDashboard,
    DuplicateDashboard,
    RestoreDeletedDashboard,
    UpdateDashboard,
)
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, InvalidState, NotFound
from dashgraph.sources.live.changing import LEAST_TO_EDIT, LEAST_TO_SHARE, Desk, Done, Handler, missing
from dashgraph.sources.live.standing import VIEW
from dashgraph.sources.rest.answers import Raw

EDITING = "Only the owner, editors and administrators change a dashboard"
DECIDING = "Only the owner and administrators may do this with a dashboard"
LONGEST_TITLE = 400


async def create_dashboard(desk: Desk, wish: CreateDashboard) -> Done:
    refuse(
        desk,
        folder=wish.folder,
        datasource=wish.datasource,
        filters=wish.filters,
        style=wish.style,
        layout=wish.layout,
    )
    body = {"name": _title(wish.title), "description": wish.description or ""}
    project = await chosen(desk, wish.project)
    if desk.dry_run:
        return Done()
    return await created(desk, await upstream(desk).api.create_dashboard(project, body), project)


async def created(desk: Desk, raw: Raw, project: str) -> Done:
    """What is told of a dashboard that was just made."""
    made = await told(desk, raw, project)
    trace = Trace(about=made.id, after={"title": made.title}, undo=(DeleteDashboard(dashboard=made.id),))
    return Done(made, trace=trace)


async def update_dashboard(desk: Desk, wish: UpdateDashboard) -> Done:
    for name in ("datasource", "filters", "style", "layout"):
        if getattr(wish, name) is not UNCHANGED:
            refuse(desk, **{name: True})
    before = await desk.dashboard(wish.dashboard, least=LEAST_TO_EDIT, refusal=EDITING)
    body: dict[str, str] = {}
    if wish.title is not UNCHANGED:
        body["name"] = _title(wish.title)
    if wish.description is not UNCHANGED:
        body["description"] = wish.description or ""
    if not body:
        return Done(before)
    address = address_of(desk, wish.dashboard)
    if desk.dry_run:
        return Done(before)
    raw = await upstream(desk).api.update_dashboard(address.project, address.dashboard, body)
    after = await told(desk, raw, address.project)
    former = UpdateDashboard(
        dashboard=wish.dashboard,
        title=before.title if "name" in body else UNCHANGED,
        description=before.description if "description" in body else UNCHANGED,
    )
    return Done(after, trace=Trace(about=before.id, before=_content(before), after=_content(after), undo=(former,)))


async def duplicate_dashboard(desk: Desk, wish: DuplicateDashboard) -> Done:
    """The copy shows the same charts: what is changed in one is changed in both."""
    origin = await desk.dashboard(wish.dashboard, least=VIEW, refusal="")
    address = address_of(desk, wish.dashboard)
    body = {
        "name": _title(wish.title or f"{origin.title} (copy)"),
        "description": origin.description or "",
        "use_dashboard": int(address.dashboard),
    }
    await chosen(desk, ResourceId(desk.source, Kind.PROJECT, address.project))
    if desk.dry_run:
        return Done()
    return await created(desk, await upstream(desk).api.create_dashboard(address.project, body), address.project)


async def delete_dashboard(desk: Desk, wish: DeleteDashboard) -> Done:
    """PostHog hides it with its tiles; the charts stay, and other dashboards keep showing them."""
    facts = {"deleted": wish.dashboard.encode(), "soft_deleted": True}
    try:
        found = await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal=DECIDING)
    except NotFound:
        if desk.again and desk.viewer.is_admin:
            return Done(facts=facts)
        raise
    address = address_of(desk, wish.dashboard)
    if not desk.dry_run:
        await upstream(desk).api.update_dashboard(address.project, address.dashboard, {"deleted": True})
    undo = RestoreDeletedDashboard(dashboard=wish.dashboard)
    return Done(facts=facts, trace=Trace(about=found.id, before=_content(found), undo=(undo,)))


async def restore_deleted_dashboard(desk: Desk, wish: RestoreDeletedDashboard) -> Done:
    """PostHog tells nobody of a deleted dashboard, not even whose it was; so administrators alone take one back."""
    desk.administer("take deleted dashboards of PostHog back")
    address = address_of(desk, wish.dashboard)
    if address in await upstream(desk).opened([wish.dashboard.native]) and not desk.again:
        message = "It is not deleted."
        raise InvalidState(message)
    if desk.dry_run:
        return Done()
    raw = await upstream(desk).api.update_dashboard(address.project, address.dashboard, {"deleted": False})
    after = await told(desk, raw, address.project)
    return Done(after, trace=Trace(about=after.id, undo=(DeleteDashboard(dashboard=after.id),)))


def address_of(desk: Desk, one: ResourceId) -> Address:
    """Where a dashboard is. Raises NotFound for what can be no id of one."""
    found = Address.of(desk.native(one, Kind.DASHBOARD))
    if found is None or found.tile is not None:
        raise missing("dashboard")
    return found


async def told(desk: Desk, raw: Raw, project: str) -> Dashboard:
    """A dashboard as an answer shows it after a change."""
    desk.forget()
    return await upstream(desk).shown(raw, project)


def _title(text: str | None) -> str:
    found = (text or "").strip()
    if not found or len(found) > LONGEST_TITLE:
        message = f"A dashboard needs a title, of at most {LONGEST_TITLE} characters."
        raise BadInput(message, argument="title")
    return found


def _content(dashboard: Dashboard) -> dict[str, str | None]:
    return {"title": dashboard.title, "description": dashboard.description}


HANDLERS: dict[type[Change], Handler] = {
    CreateDashboard: create_dashboard,
    UpdateDashboard: update_dashboard,
    DuplicateDashboard: duplicate_dashboard,
    DeleteDashboard: delete_dashboard,
    RestoreDeletedDashboard: restore_deleted_dashboard,
}
