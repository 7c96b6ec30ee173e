"""Changes of projects: who has which role in one, and in whose time its schedules run."""

from dataclasses import replace

from dashgraph.connectors.lightdash.api import Api
from dashgraph.connectors.lightdash.translate import MEMBER, ROLES
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, NotFound
from dashgraph.domain.projects import (
    MEMBERS_OF_PROJECT,
    GrantProjectAccess,
    Project,
    RevokeProjectAccess,
    UpdateScheduleSettings,
)
from dashgraph.domain.zones import zone
from dashgraph.sources.live.changing import Desk, Done, Handler, missing

WHO = "give roles in projects"


async def grant_project_access(desk: Desk, wish: GrantProjectAccess) -> Done:
    api: Api = desk.api
    desk.administer(WHO)
    project = await _project(desk, wish.project)
    if wish.role not in ROLES or wish.role == MEMBER:
        known = ", ".join(one for one in ROLES if one != MEMBER)
        message = f"There is no role {wish.role[:60]!r} in projects of Lightdash; there are: {known}."
        raise BadInput(message, argument="role")
    where, to = project.id.native, wish.subject.native
    email = await _address(desk, wish.subject)
    before = await _given(desk, project, wish.subject)
    if desk.dry_run or before == wish.role:
        return Done(project)
    if email is None:
        await (api.grant_group if before is None else api.change_group_grant)(where, to, wish.role)
    elif before is None:
        await api.grant(where, email, wish.role)
    else:
        await api.change_grant(where, to, wish.role)
    undo: Change = RevokeProjectAccess(project=project.id, subject=wish.subject)
    if before is not None:
        undo = GrantProjectAccess(project=project.id, subject=wish.subject, role=before)
    ways = ({"subject": to, "role": before}, {"subject": to, "role": wish.role})
    return Done(project, trace=Trace(project.id, *ways, undo=(undo,)))


async def revoke_project_access(desk: Desk, wish: RevokeProjectAccess) -> Done:
    api: Api = desk.api
    desk.administer(WHO)
    project = await _project(desk, wish.project)
    email = await _address(desk, wish.subject)
    before = await _given(desk, project, wish.subject)
    if before is None:
        if desk.again:
            return Done(project, trace=Trace(project.id, reason="it was gone already"))
        message = "They were given no role in this project; what they have comes from elsewhere."
        raise NotFound(message)
    if desk.dry_run:
        return Done(project)
    await (api.revoke_group if email is None else api.revoke)(project.id.native, wish.subject.native)
    undo = GrantProjectAccess(project=project.id, subject=wish.subject, role=before)
    trace = Trace(project.id, {"subject": wish.subject.native, "role": before}, undo=(undo,))
    return Done(project, trace=trace)


async def update_schedule_settings(desk: Desk, wish: UpdateScheduleSettings) -> Done:
    api: Api = desk.api
    desk.administer("say in whose time the schedules of a project run")
    project = await _project(desk, wish.project)
    zone(wish.zone)
    name = wish.zone
    changed = replace(project, zone=name)
    if desk.dry_run or project.zone == name:
        return Done(changed)
    await api.set_zone(project.id.native, name)
    undo = () if project.zone is None else (UpdateScheduleSettings(project=project.id, zone=project.zone),)
    trace = Trace(project.id, {"zone": project.zone}, {"zone": name}, undo=undo, reason=None if undo else "it had none")
    return Done(changed, trace=trace)


async def _project(desk: Desk, one: ResourceId) -> Project:
    native = desk.native(one, Kind.PROJECT)
    found = (await desk.known.by_ids(Kind.PROJECT, [native])).get(native)
    if found is None:
        raise missing("project")
    return found  # type: ignore[no-any-return]


async def _address(desk: Desk, subject: ResourceId) -> str | None:
    """Users are named by their address; None is a group. Raises NotFound for who is not there."""
    if subject.kind is Kind.GROUP:
        await desk.group(subject)
        return None
    return (await desk.user(subject)).email


async def _given(desk: Desk, project: Project, subject: ResourceId) -> str | None:
    """The role that was given to them in the project itself."""
    members = (await desk.known.under(MEMBERS_OF_PROJECT, [project.id.native])).get(project.id.native, ())
    found = [one for one in members if one.subject == subject and one.inherited_from is None]
    return found[0].role.native_name if found else None


HANDLERS: dict[type[Change], Handler] = {
    GrantProjectAccess: grant_project_access,
    RevokeProjectAccess: revoke_project_access,
    UpdateScheduleSettings: update_schedule_settings,
}
