"""Changes of groups and of who is in them. Administrators make them."""

from dataclasses import replace

from dashgraph.connectors.lightdash.api import Api
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
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import BadInput, Conflict, NotFound, UnsupportedBySource
from dashgraph.domain.user_changes import name as named
from dashgraph.sources.live.changing import Desk, Done, Handler, missing

WHO = "make and change groups"


async def create_group(desk: Desk, wish: CreateGroup) -> Done:
    api: Api = desk.api
    desk.administer(WHO)
    _check_parts(desk, mail=wish.mail, role=wish.role)
    name = _name(wish.called)
    there = [one for one in await desk.known.all(Kind.GROUP) if one.name == name]
    if there and not desk.again:
        message = f"There is a group {name!r} already; take another name."
        raise Conflict(message, argument="name")
    if desk.dry_run:
        return Done()
    native = there[0].id.native if there else (await api.create_group(name)).id("uuid")
    group = await _shown(desk, native)
    return Done(group, trace=Trace(group.id, after={"name": name}, undo=(DeleteGroup(group=group.id),)))


async def update_group(desk: Desk, wish: UpdateGroup) -> Done:
    api: Api = desk.api
    desk.administer(WHO)
    group = await desk.group(wish.group)
    _check_parts(desk, mail=wish.mail, role=wish.role)
    name = group.name if wish.called is UNCHANGED else _name(wish.called)
    if desk.dry_run or name == group.name:
        return Done(replace(group, name=name))
    await api.rename_group(group.id.native, name)
    undo = UpdateGroup(group=group.id, called=group.name)
    trace = Trace(group.id, {"name": group.name}, {"name": name}, undo=(undo,))
    return Done(await _shown(desk, group.id.native), trace=trace)


async def delete_group(desk: Desk, wish: DeleteGroup) -> Done:
    """With its memberships, and with what spaces and projects gave it."""
    api: Api = desk.api
    desk.administer(WHO)
    try:
        group = await desk.group(wish.group)
    except NotFound:
        if desk.again:
            return Done(trace=Trace(wish.group, reason="it was gone already"))
        raise
    members = await desk.known.memberships(groups=[group.id.native])
    facts = {"memberships_removed": len(members)}
    if not desk.dry_run:
        await api.delete_group(group.id.native)
    before = {"name": group.name, "members": [one.user for one in members]}
    return Done(group, facts, Trace(group.id, before, reason="Lightdash deletes for good"))


async def add_user_to_group(desk: Desk, wish: AddUserToGroup) -> Done:
    api: Api = desk.api
    desk.administer(WHO)
    group, user = await desk.group(wish.group), await desk.user(wish.user)
    held = await _is_member(desk, user.id.native, group.id.native)
    facts = {"user": user.id.native, "changed": not held}
    if desk.dry_run or held:
        return Done(group, facts)
    await api.add_member(group.id.native, user.id.native)
    undo = RemoveUserFromGroup(user=user.id, group=group.id)
    return Done(group, facts, Trace(group.id, after={"member": user.id.native}, undo=(undo,)))


async def remove_user_from_group(desk: Desk, wish: RemoveUserFromGroup) -> Done:
    api: Api = desk.api
    desk.administer(WHO)
    group, user = await desk.group(wish.group), await desk.user(wish.user)
    held = await _is_member(desk, user.id.native, group.id.native)
    facts = {"user": user.id.native, "changed": held}
    if desk.dry_run or not held:
        return Done(group, facts)
    await api.remove_member(group.id.native, user.id.native)
    undo = AddUserToGroup(user=user.id, group=group.id)
    return Done(group, facts, Trace(group.id, {"member": user.id.native}, undo=(undo,)))


async def set_user_groups(desk: Desk, wish: SetUserGroups) -> Done:
    """One question for each that differs: one in each group at a time, so that nobody else's membership is written."""
    api: Api = desk.api
    desk.administer(WHO)
    user = await desk.user(wish.user)
    wanted = {(await desk.group(one)).id for one in wish.groups}
    one = user.id.native
    held = {membership.group for membership in await desk.known.memberships(users=[one])}
    more, less = {group.native for group in wanted} - held, held - {group.native for group in wanted}
    facts = {"added": len(more), "removed": len(less)}
    if desk.dry_run or not (more or less):
        return Done(user, facts)
    for group in sorted(more):
        await api.add_member(group, one)
    for group in sorted(less):
        await api.remove_member(group, one)
    groups = {group.id.native: group.id for group in await desk.known.all(Kind.GROUP)}
    undo = SetUserGroups(user=user.id, groups=tuple(groups[group] for group in sorted(held) if group in groups))
    now = sorted(group.native for group in wanted)
    return Done(user, facts, Trace(user.id, {"groups": sorted(held)}, {"groups": now}, undo=(undo,)))


async def _is_member(desk: Desk, user: str, group: str) -> bool:
    return any(one.user == user for one in await desk.known.memberships(groups=[group]))


def _check_parts(desk: Desk, **parts: object) -> None:
    for name, value in parts.items():
        if value is not None and value is not UNCHANGED:
            message = f"Groups of {desk.source} have no {name}; what they may do is given in projects and folders."
            raise UnsupportedBySource(message, source=desk.source)


def _name(text: str | None) -> str:
    found = named(text, "name")
    if found is None:
        message = "A group needs a name."
        raise BadInput(message, argument="name")
    return found


async def _shown(desk: Desk, native: str) -> Group:
    desk.forget()
    found = (await desk.known.by_ids(Kind.GROUP, [native])).get(native)
    if found is None:
        raise missing("group")
    return found  # type: ignore[no-any-return]


HANDLERS: dict[type[Change], Handler] = {
    CreateGroup: create_group,
    UpdateGroup: update_group,
    DeleteGroup: delete_group,
    AddUserToGroup: add_user_to_group,
    RemoveUserFromGroup: remove_user_from_group,
    SetUserGroups: set_user_groups,
}
