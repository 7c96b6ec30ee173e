"""Changes of roles, which are the groups of PostHog, and of who is in them. Administrators only."""

from dataclasses import replace
from typing import Any

from dashgraph.connectors.posthog.changes.places import refuse, upstream
from dashgraph.connectors.posthog.translate import is_everyone
from dashgraph.domain import user_changes
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.groups import (
    AddUserToGroup,
    CreateGroup,
    DeleteGroup,
    Group,
    RemoveUserFromGroup,
    SetUserGroups,
    UpdateGroup,
)
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, InvalidState, NotFound
from dashgraph.sources.live.changing import Desk, Done, Handler
from dashgraph.sources.rest.answers import Raw

LONGEST_NAME = 200  # characters


async def create_group(desk: Desk, wish: CreateGroup) -> Done:
    desk.administer("make groups")
    refuse(desk, mail=wish.mail, role=wish.role)
    name = _name(wish.called)
    organization = await _organization(desk)
    there = next((one for one in await upstream(desk).roles_in(organization) if _called(one, name)), None)
    if there is not None and not desk.again:
        message = f"There is a group named {name!r} already."
        raise Conflict(message, argument="name")
    if there is not None:
        return Done(upstream(desk).say.group(there))
    if desk.dry_run:
        return Done()
    made = upstream(desk).say.group(await upstream(desk).api.create_role(organization, {"name": name}))
    return Done(made, trace=Trace(about=made.id, after={"name": made.name}, undo=(DeleteGroup(group=made.id),)))


async def update_group(desk: Desk, wish: UpdateGroup) -> Done:
    desk.administer("change groups")
    for given in ("mail", "role"):
        if getattr(wish, given) is not UNCHANGED:
            refuse(desk, **{given: getattr(wish, given)})
    before, organization, _ = await _role(desk, wish.group)
    name = before.name if wish.called is UNCHANGED else _name(wish.called)
    if name == before.name or desk.dry_run:
        return Done(replace(before, name=name))
    raw = await upstream(desk).api.update_role(organization, wish.group.native, {"name": name})
    after = upstream(desk).say.group(raw)
    undo = UpdateGroup(group=wish.group, called=before.name)
    return Done(after, trace=Trace(before.id, {"name": before.name}, {"name": after.name}, undo=(undo,)))


async def delete_group(desk: Desk, wish: DeleteGroup) -> Done:
    """Its access controls go with it. How many they were is not told: PostHog has no list of them."""
    desk.administer("delete groups")
    group, organization, members = await _role(desk, wish.group)
    if not desk.dry_run:
        await upstream(desk).api.remove_role(organization, wish.group.native)
    trace = Trace(about=group.id, before={"name": group.name}, reason="PostHog deletes roles for good")
    return Done(group, {"memberships_removed": len(members)}, trace)


async def add_user_to_group(desk: Desk, wish: AddUserToGroup) -> Done:
    desk.administer("put people into groups")
    group, organization, members = await _role(desk, wish.group)
    user = (await desk.user(wish.user)).id.native
    changed = user not in members
    if changed and not desk.dry_run:
        await upstream(desk).api.add_role_member(organization, wish.group.native, user)
    undo = (RemoveUserFromGroup(user=wish.user, group=wish.group),) if changed else ()
    return Done(group, {"user": user, "changed": changed}, Trace(about=group.id, undo=undo, reason=_unless(changed)))


async def remove_user_from_group(desk: Desk, wish: RemoveUserFromGroup) -> Done:
    desk.administer("take people out of groups")
    group, organization, members = await _role(desk, wish.group)
    user = (await desk.user(wish.user)).id.native
    changed = user in members
    if changed and not desk.dry_run:
        await upstream(desk).api.remove_role_member(organization, wish.group.native, members[user])
    undo = (AddUserToGroup(user=wish.user, group=wish.group),) if changed else ()
    return Done(group, {"user": user, "changed": changed}, Trace(about=group.id, undo=undo, reason=_unless(changed)))


async def set_user_groups(desk: Desk, wish: SetUserGroups) -> Done:
    """Memberships that stay are not touched; nor is belonging to everyone in a project, which follows from access."""
    desk.administer("put people into groups")
    user = await desk.user(wish.user)
    known = {one: await _role(desk, one) for one in dict.fromkeys(wish.groups) if not is_everyone(one.native)}
    native, api = user.id.native, upstream(desk).api
    held = {
        ResourceId(desk.source, Kind.GROUP, one.group)
        for one in await desk.known.memberships(users=[native])
        if not is_everyone(one.group)
    }
    facts = {"added": len(known.keys() - held), "removed": len(held - known.keys())}
    if not desk.dry_run:
        for one in sorted(held - known.keys()):
            _, organization, members = await _role(desk, one)
            await api.remove_role_member(organization, one.native, members[native])
        for one in sorted(known.keys() - held):
            _, organization, _ = known[one]
            await api.add_role_member(organization, one.native, native)
    changed = bool(facts["added"] or facts["removed"])
    undo = (SetUserGroups(user=wish.user, groups=tuple(sorted(held))),) if changed else ()
    return Done(user, facts, Trace(about=user.id, undo=undo, reason=_unless(changed)))


async def _role(desk: Desk, one: ResourceId) -> tuple[Group, str, dict[str, str]]:
    """A role, its organisation, and its memberships by user. Raises NotFound, and InvalidState for everyone there."""
    group = await desk.group(one)
    if is_everyone(one.native):
        message = "This is everybody who may enter a project, and no group that can be changed; see grantProjectAccess."
        raise InvalidState(message)
    for organization in await upstream(desk).organization_ids():
        for raw in await upstream(desk).roles_in(organization):
            if raw.text("id") == one.native:
                members = {row.object("user").text("uuid"): row.text("id") for row in raw.list("members")}
                return group, organization, members
    message = "There is no group with this id, or it is hidden from you."
    raise NotFound(message)


async def _organization(desk: Desk) -> str:
    """The one organisation of the source."""
    found = await upstream(desk).organization_ids()
    if len(found) != 1:
        message = f"The key of {desk.source} reaches projects of {len(found)} organizations; give it one of one only."
        raise InvalidState(message)
    return found[0]


def _called(role: Raw, name: str) -> bool:
    return role.text("name").casefold() == name.casefold()


def _name(text: Any) -> str:
    found = user_changes.name(text, "name", longest=LONGEST_NAME)
    if found is None:
        message = "A group has a name."
        raise BadInput(message, argument="name")
    return found


def _unless(changed: bool) -> str | None:
    return None if changed else "it changed nothing"


HANDLERS: dict[type[Change], Handler] = {
    CreateGroup: create_group,
    UpdateGroup: update_group,
    DeleteGroup: delete_group,
    AddUserToGroup: add_user_to_group,
    RemoveUserFromGroup: remove_user_from_group,
    SetUserGroups: set_user_groups,
}
