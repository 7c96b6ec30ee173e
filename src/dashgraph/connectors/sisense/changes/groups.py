"""Groups on Sisense. Who is in which is written in the user as a whole list: re-read, compared, written, looked at."""

from collections.abc import Callable
from typing import Any

from dashgraph.connectors.sisense.changes.upstream import api
from dashgraph.connectors.sisense.changes.users import role_named, roles_of
from dashgraph.domain import user_changes
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.groups import AddUserToGroup, CreateGroup, DeleteGroup, Group, RemoveUserFromGroup, SetUserGroups
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict
from dashgraph.domain.text import fold
from dashgraph.domain.users import Origin
from dashgraph.sources.live.changing import UNTOUCHED, Desk, Done, Handler, missing
from dashgraph.sources.rest.answers import Raw

LONGEST_NAME = 200  # characters
TRIES = 4


async def create_group(desk: Desk, wish: CreateGroup) -> Done:
    desk.administer("make groups")
    name = user_changes.name(wish.called, "name", longest=LONGEST_NAME)
    if name is None:
        message = "A group has a name."
        raise BadInput(message, argument="name")
    entry: dict[str, Any] = {"name": name}
    if wish.mail is not None:
        entry["mail"] = user_changes.address(wish.mail, "mail")
    role = None
    if wish.role is not None:
        entry["roleId"], role = role_named(await roles_of(desk), wish.role)
    there = [group for group in await desk.known.all(Kind.GROUP) if fold(group.name) == fold(name)]
    if there and desk.again:
        return Done(there[0], trace=_made(there[0]))
    if there:
        message = f"There is a group {name!r} already; take another name."
        raise Conflict(message, argument="name")
    if desk.dry_run:
        one = ResourceId(desk.source, Kind.GROUP, "new")
        return Done(Group(one, name, entry.get("mail"), role, Origin.SOURCE, None, None, None))
    await api(desk).add_group(entry)
    desk.forget()
    for group in await desk.known.all(Kind.GROUP):
        if group.name == name:
            return Done(group, trace=_made(group))
    message = f"{desk.source} took the group and does not show it; look for {name}."
    raise Conflict(message)


async def delete_group(desk: Desk, wish: DeleteGroup) -> Done:
    """Shares to it stay in the lists of Sisense and give nobody anything."""
    desk.administer("delete groups")
    group = await desk.group(wish.group)
    members = await desk.known.memberships(groups=[group.id.native])
    shares = [one for one in await desk.known.all(Kind.SHARE) if one.subject == group.id]
    facts = {"memberships_removed": len(members), "shares_removed": len(shares)}
    if not desk.dry_run:
        await api(desk).delete_group(group.id.native)
    reason = "Sisense gives a group that is made again another id, so shares to it would not come back"
    return Done(group, facts, Trace(group.id, {"name": group.name, "members": len(members)}, reason=reason))


async def add_user_to_group(desk: Desk, wish: AddUserToGroup) -> Done:
    desk.administer("say who is in a group")
    group, user = await desk.group(wish.group), await desk.user(wish.user)
    before, after = await _rewritten(desk, user.id, lambda held: held | {group.id.native})
    trace = _trace(user.id, before, after, RemoveUserFromGroup(user=user.id, group=group.id))
    return Done(group, {"user": user.id.native, "changed": before != after}, trace)


async def remove_user_from_group(desk: Desk, wish: RemoveUserFromGroup) -> Done:
    desk.administer("say who is in a group")
    group, user = await desk.group(wish.group), await desk.user(wish.user)
    before, after = await _rewritten(desk, user.id, lambda held: held - {group.id.native})
    trace = _trace(user.id, before, after, AddUserToGroup(user=user.id, group=group.id))
    return Done(group, {"user": user.id.native, "changed": before != after}, trace)


async def set_user_groups(desk: Desk, wish: SetUserGroups) -> Done:
    desk.administer("say who is in a group")
    user = await desk.user(wish.user)
    wanted = frozenset(desk.native(group, Kind.GROUP) for group in wish.groups)
    if len(await desk.known.by_ids(Kind.GROUP, list(wanted))) < len(wanted):
        raise missing("group")
    before, after = await _rewritten(desk, user.id, lambda _: wanted)
    former = tuple(ResourceId(desk.source, Kind.GROUP, one) for one in sorted(before))
    trace = _trace(user.id, before, after, SetUserGroups(user=user.id, groups=former))
    if not desk.dry_run:
        desk.forget()
        user = await desk.user(user.id)
    return Done(user, {"added": len(after - before), "removed": len(before - after)}, trace)


async def _rewritten(
    desk: Desk, user: ResourceId, change: Callable[[frozenset[str]], frozenset[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """The groups of a user before and after a change of them, which others may be changing at the same time."""
    async with desk.locks.alone(f"groups/{user.native}"):
        before = now = await _groups(desk, user.native)
        wanted = change(before)
        if desk.dry_run:
            return before, wanted
        more, less = wanted - before, before - wanted
        for _ in range(TRIES):
            if more <= now and not less & now:
                break
            await api(desk).update_user(user.native, {"groups": sorted((now | more) - less)})
            now = await _groups(desk, user.native)
        if not more <= now or less & now:
            message = "Others keep writing the groups of this user; try again."
            raise Conflict(message)
        return before, now


async def _groups(desk: Desk, user: str) -> frozenset[str]:
    """The groups that the user is in, read now."""
    found: list[Raw] = await api(desk).users("_id,groups", ids=[user])
    if not found:
        raise missing("user")
    return frozenset(one.as_id() for one in found[0].optional_list("groups") or ())


def _trace(user: ResourceId, before: frozenset[str], after: frozenset[str], undo: Change) -> Trace:
    if before == after:
        return UNTOUCHED
    return Trace(user, {"groups": sorted(before)}, {"groups": sorted(after)}, undo=(undo,))


def _made(group: Group) -> Trace:
    return Trace(group.id, after={"name": group.name}, undo=(DeleteGroup(group=group.id),))


HANDLERS: dict[type[Change], Handler] = {
    CreateGroup: create_group,
    DeleteGroup: delete_group,
    AddUserToGroup: add_user_to_group,
    RemoveUserFromGroup: remove_user_from_group,
    SetUserGroups: set_user_groups,
}
