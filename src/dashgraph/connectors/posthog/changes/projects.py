"""Changes of who may enter a project. Administrators only."""

from dashgraph.connectors.posthog.access import PROJECT_ROLES
from dashgraph.connectors.posthog.changes.places import upstream
from dashgraph.connectors.posthog.translate import is_everyone
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, InvalidState, UnsupportedBySource
from dashgraph.domain.projects import GrantProjectAccess, Project, ProjectMember, RevokeProjectAccess
from dashgraph.sources.live.changing import Desk, Done, Handler, missing


async def grant_project_access(desk: Desk, wish: GrantProjectAccess) -> Done:
    project, held = await _held(desk, wish.project, wish.subject)
    if wish.role not in PROJECT_ROLES:
        message = f"There is no role {wish.role[:60]!r} in a project; there are: {', '.join(PROJECT_ROLES)}."
        raise BadInput(message, argument="role")
    if held is not None and held.role.native_name == wish.role:
        return Done(project)
    await _write(desk, wish.project, wish.subject, wish.role)
    undo: Change = RevokeProjectAccess(project=wish.project, subject=wish.subject)
    if held is not None:
        undo = GrantProjectAccess(project=wish.project, subject=wish.subject, role=held.role.native_name)
    return Done(project, trace=_trace(wish.subject, held, wish.role, undo))


async def revoke_project_access(desk: Desk, wish: RevokeProjectAccess) -> Done:
    project, held = await _held(desk, wish.project, wish.subject)
    if held is None and not desk.again:
        message = "No role was given to them in this project; what they inherit from the organization stays."
        raise InvalidState(message)
    if held is None:
        return Done(project)
    await _write(desk, wish.project, wish.subject, None)
    undo = GrantProjectAccess(project=wish.project, subject=wish.subject, role=held.role.native_name)
    return Done(project, trace=_trace(wish.subject, held, None, undo))


async def _held(desk: Desk, one: ResourceId, subject: ResourceId) -> tuple[Project, ProjectMember | None]:
    """The project, and what was given to the subject in it."""
    desk.administer("say who may enter a project")
    native = desk.native(one, Kind.PROJECT)
    source = upstream(desk)
    project = next((each for each in await source.projects() if each.id.native == native), None)
    if project is None:
        raise missing("project")
    if subject.kind is Kind.GROUP:
        await desk.group(subject)
    else:
        await desk.user(subject)
    if is_everyone(subject.native):
        message = "Everybody in a project is who may enter it already; name a user or a role."
        raise InvalidState(message)
    if not await source.controls_access(native):
        message = f"{desk.source} cannot do this: its plan has no access controls, and everybody enters every project."
        raise UnsupportedBySource(message, source=desk.source)
    members = (await source.grounds(native)).project_members()
    given = (each for each in members if each.inherited_from is None and each.subject == subject)
    return project, next(given, None)


async def _write(desk: Desk, project: ResourceId, subject: ResourceId, level: str | None) -> None:
    if desk.dry_run:
        return
    source = upstream(desk)
    if subject.kind is Kind.GROUP:
        named = {"role": subject.native}
    else:
        people = (await source.grounds(project.native)).members
        named = {"organization_member": next(one.id for one in people if one.uuid == subject.native)}
    await source.api.set_project_control(project.native, {**named, "access_level": level})


def _trace(subject: ResourceId, before: ProjectMember | None, after: str | None, undo: Change) -> Trace:
    former = None if before is None else before.role.native_name
    return Trace(about=subject, before={"role": former}, after={"role": after}, undo=(undo,))


HANDLERS: dict[type[Change], Handler] = {
    GrantProjectAccess: grant_project_access,
    RevokeProjectAccess: revoke_project_access,
}
