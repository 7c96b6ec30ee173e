"""Which project something new is made in, and who may make it there."""

from dashgraph.connectors.posthog.source import PostHog
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Forbidden, UnsupportedBySource
from dashgraph.sources.live.changing import Desk, missing

NO_FOLDERS = "PostHog's API tells of no folders; leave the folder out"


def upstream(desk: Desk) -> PostHog:
    found: PostHog = desk.api
    return found


async def chosen(desk: Desk, wanted: ResourceId | None) -> str:
    """The id of the project that is meant: the one that is named, or the only one there is."""
    projects = [one.id.native for one in await upstream(desk).projects()]
    if wanted is None and len(projects) != 1:
        message = f"{desk.source} has {len(projects)} projects; say which with projectId."
        raise BadInput(message, argument="projectId")
    project = projects[0] if wanted is None else desk.native(wanted, Kind.PROJECT)
    if project not in projects or not await _may_enter(desk, project):
        raise missing("project")
    return project


async def _may_enter(desk: Desk, project: str) -> bool:
    """Administrators may everywhere; with a token of their own it is PostHog that refuses people."""
    if desk.viewer.is_admin or desk.who.sees_all:
        return True
    me = await desk.me()
    if me is None:
        message = f"You have no account in {desk.source}."
        raise Forbidden(message)
    return me.native in {one.uuid for one in (await upstream(desk).grounds(project)).entering()}


def refuse(desk: Desk, **given: object) -> None:
    """Raises UnsupportedBySource for the first of these that was said: PostHog has no place for it."""
    said = next((name for name, value in given.items() if value is not None), None)
    if said is not None:
        message = f"{desk.source} has no place for {said}; leave it out."
        raise UnsupportedBySource(message, source=desk.source)
