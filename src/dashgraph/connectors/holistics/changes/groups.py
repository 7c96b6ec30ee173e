"""Changes of groups and of who is in them. Administrators only."""

from dashgraph.connectors.holistics.changes.means import means
from dashgraph.connectors.holistics.destinations import number
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
from dashgraph.domain.problems import BadInput, InvalidState, NotFound, UnsupportedBySource
from dashgraph.domain.users import Origin, User, UserStatus
from dashgraph.sources.live.changing import Desk, Done, Handler

LONGEST_NAME = 200  # characters
FOR_GOOD = "Holistics deletes groups for good"


async def create_group(desk: Desk, wish: CreateGroup) -> Done:
    """Holistics takes one name twice. Begun before, the group of this name is the one."""
    desk.administer("make groups")
    name = _name(wish.called)
    _no_more(desk, wish.mail, wish.role)
    if desk.dry_run:
        return Done(
            Group(ResourceId(desk.source, Kind.GROUP, "new"), name, None, None, Origin.SOURCE, None, None, None)
        )
    there = [one for one in await desk.known.all(Kind.GROUP) if one.name == name] if desk.again else []
    native = there[-1].id.native if there else (await means(desk).api.create_group(name)).id("id")
    made = await _read(desk, ResourceId(desk.source, Kind.GROUP, native))
    undo = (DeleteGroup(group=made.id),)
    return Done(made, trace=Trace(about=made.id, after={"name": name}, undo=undo))


async def update_group(desk: Desk, wish: UpdateGroup) -> Done:
    desk.administer("change groups")
    found: Group = await desk.group(wish.group)
    _no_more(desk, *(None if given is UNCHANGED else given for given in (wish.mail, wish.role)))
    name = found.name if wish.called is UNCHANGED else _name(wish.called)
    if desk.dry_run or name == found.name:
        return Done(Group(found.id, name, None, None, Origin.SOURCE, None, None, None))
    await means(desk).api.update_group(found.id.native, name)
    undo = (UpdateGroup(group=found.id, called=found.name),)
    trace = Trace(about=found.id, before={"name": found.name}, after={"name": name}, undo=undo)
    return Done(await _read(desk, found.id), trace=trace)


async def delete_group(desk: Desk, wish: DeleteGroup) -> Done:
    """How many shares went with it Holistics does not tell."""
    desk.administer("delete groups")
    try:
        found: Group = await desk.group(wish.group)
    except NotFound:
        if not desk.again:
            raise
        return Done(facts={"memberships_removed": 0}, trace=Trace(about=wish.group, reason=FOR_GOOD))
    members = await desk.known.memberships(groups=[found.id.native])
    facts = {"memberships_removed": len(members)}
    if desk.dry_run:
        return Done(facts=facts)
    await means(desk).api.delete_group(found.id.native)
    before = {"name": found.name, "users": [one.user for one in members]}
    return Done(facts=facts, trace=Trace(about=found.id, before=before, reason=FOR_GOOD))


async def add_user_to_group(desk: Desk, wish: AddUserToGroup) -> Done:
    return await _moved(desk, wish, joins=True)


async def remove_user_from_group(desk: Desk, wish: RemoveUserFromGroup) -> Done:
    return await _moved(desk, wish, joins=False)


async def _moved(desk: Desk, wish: AddUserToGroup | RemoveUserFromGroup, *, joins: bool) -> Done:
    """Who is as wished already is not asked for again."""
    desk.administer("say who is in a group")
    group, user = await desk.group(wish.group), await desk.user(wish.user)
    if joins:
        _is_there(user)
    is_in = any(one.user == user.id.native for one in await desk.known.memberships(groups=[group.id.native]))
    facts = {"user": user.id.native, "changed": is_in is not joins}
    if desk.dry_run or is_in is joins:
        return Done(group, facts)
    api = means(desk).api
    await (api.add_member if joins else api.remove_member)(group.id.native, user.id.native)
    back = RemoveUserFromGroup if joins else AddUserToGroup
    trace = Trace(
        about=group.id,
        before={"member": not joins, "user": user.id.native},
        after={"member": joins, "user": user.id.native},
        undo=(back(user=user.id, group=group.id),),
    )
    return Done(group, facts, trace)


async def set_user_groups(desk: Desk, wish: SetUserGroups) -> Done:
    """Holistics takes the whole list at once, so nothing of it can be half done."""
    desk.administer("say who is in a group")
    user = await desk.user(wish.user)
    _is_there(user)
    for one in wish.groups:
        await desk.group(one)
    wanted = {one.native for one in wish.groups}
    async with desk.locks.alone(f"groups of {user.id.native}"):
        held = {one.group for one in await desk.known.memberships(users=[user.id.native])}
        facts = {"added": len(wanted - held), "removed": len(held - wanted)}
        if desk.dry_run or held == wanted:
            return Done(user, facts)
        await means(desk).api.update_user(user.id.native, {"group_ids": sorted(map(number, wanted), key=str)})
    former = tuple(ResourceId(desk.source, Kind.GROUP, one) for one in sorted(held))
    trace = Trace(
        about=user.id,
        before={"groups": sorted(held)},
        after={"groups": sorted(wanted)},
        undo=(SetUserGroups(user=user.id, groups=former),),
    )
    return Done(user, facts, trace)


def _is_there(user: User) -> None:
    if user.status is UserStatus.DELETED:
        message = f"{user.name} is deleted; bring the account back with restoreUser first."
        raise InvalidState(message)


def _name(text: str | None) -> str:
    found = user_changes.name(text, "name", longest=LONGEST_NAME)
    if found is None:
        message = "A group has a name."
        raise BadInput(message, argument="name")
    return found


def _no_more(desk: Desk, mail: str | None, role: str | None) -> None:
    if mail is not None or role is not None:
        message = f"{desk.source} cannot do this: groups of Holistics have a name, and neither an address nor a role."
        raise UnsupportedBySource(message, source=desk.source)


async def _read(desk: Desk, one: ResourceId) -> Group:
    """The group as it is now."""
    desk.forget()
    found: Group = await desk.group(one)
    return found


HANDLERS: dict[type[Change], Handler] = {
    CreateGroup: create_group,
    UpdateGroup: update_group,
    DeleteGroup: delete_group,
    AddUserToGroup: add_user_to_group,
    RemoveUserFromGroup: remove_user_from_group,
    SetUserGroups: set_user_groups,
}
