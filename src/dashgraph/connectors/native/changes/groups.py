"""Changes of groups and of who is in them. Administrators only."""

from typing import Any

from sqlalchemy import select

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler, missing
from dashgraph.connectors.native.changes.newcomers import count_up, join, known_groups
from dashgraph.connectors.native.changes.users import account, changed_account
from dashgraph.domain import user_changes
from dashgraph.domain.changes import UNCHANGED, Change
from dashgraph.domain.groups import (
    GROUP,
    AddUserToGroup,
    CreateGroup,
    DeleteGroup,
    RemoveUserFromGroup,
    SetUserGroups,
    UpdateGroup,
)
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput
from dashgraph.domain.text import fold
from dashgraph.domain.users import USER, Origin
from dashgraph.store.among import among
from dashgraph.store.database import AnyRow
from dashgraph.store.tables import groups, memberships, shares, users
from dashgraph.store.work_tables import recipients

LONGEST_NAME = 200  # characters


async def create_group(desk: Desk, wish: CreateGroup) -> Done:
    native = desk.fresh_id()
    row = {
        "id": native,
        **_name(wish.called),
        **_mail(wish.mail),
        **_role(wish.role),
        "origin": Origin.SOURCE.value,
        "created_at": desk.now,
        "created_by": desk.me,
        "updated_at": desk.now,
    }
    await desk.ledger.insert(groups, row)
    return Done(ResourceId(desk.source, Kind.GROUP, native), GROUP.name)


async def update_group(desk: Desk, wish: UpdateGroup) -> Done:
    row = await _group(desk, wish.group)
    values: dict[str, Any] = {}
    for given, columns in ((wish.called, _name), (wish.mail, _mail), (wish.role, _role)):
        if given is not UNCHANGED:
            values |= columns(given)
    if any(row._mapping[name] != value for name, value in values.items()):
        await desk.ledger.update(groups, groups.c.id == row.id, **values)
    return Done(wish.group, GROUP.name)


async def delete_group(desk: Desk, wish: DeleteGroup) -> Done:
    """Its members see what else leads them there. The facts tell how much went with it."""
    row = await _group(desk, wish.group)
    members = await desk.ledger.delete(memberships, memberships.c.group_id == row.id)
    gone = await desk.ledger.delete(shares, shares.c.group_id == row.id)
    await desk.ledger.delete(recipients, recipients.c.group_id == row.id)
    await desk.ledger.delete(groups, groups.c.id == row.id)
    return Done(wish.group, GROUP.name, {"memberships_removed": len(members), "shares_removed": len(gone)})


async def add_user_to_group(desk: Desk, wish: AddUserToGroup) -> Done:
    group = await _group(desk, wish.group)
    user = await account(desk, wish.user)
    there = await _is_member(desk, user.id, group.id)
    if not there:
        await join(desk, [{"user_id": user.id, "group_id": group.id}])
        await count_up(desk, users, [user.id])
    return Done(wish.group, GROUP.name, {"user": user.id, "changed": not there})


async def remove_user_from_group(desk: Desk, wish: RemoveUserFromGroup) -> Done:
    """Deleted users may be taken out as well: they would come back with their memberships."""
    group = await _group(desk, wish.group)
    native = desk.id_of(wish.user, Kind.USER, noun="user")
    known = select(users.c.id).where(users.c.id == native).with_for_update()
    if (await desk.session.execute(known)).first() is None:
        raise missing("user")
    membership = (memberships.c.user_id == native) & (memberships.c.group_id == group.id)
    gone = await desk.ledger.delete(memberships, membership)
    if gone:
        await count_up(desk, groups, [group.id])
        await count_up(desk, users, [native])
    return Done(wish.group, GROUP.name, {"user": native, "changed": bool(gone)})


async def set_user_groups(desk: Desk, wish: SetUserGroups) -> Done:
    """Memberships that stay are not touched."""
    user = await changed_account(desk, wish.user)
    if set(wish.groups) - await known_groups(desk, wish.groups):
        raise missing("group")
    wanted = {one.native for one in wish.groups}
    mine = memberships.c.user_id == user.id
    held = set((await desk.session.execute(select(memberships.c.group_id).where(mine))).scalars())
    if held - wanted:
        await desk.ledger.delete(memberships, mine & among(memberships.c.group_id, sorted(held - wanted)))
        await count_up(desk, groups, sorted(held - wanted))
    await join(desk, [{"user_id": user.id, "group_id": native} for native in sorted(wanted - held)])
    if held != wanted:
        await count_up(desk, users, [user.id])
    return Done(wish.user, USER.name, {"added": len(wanted - held), "removed": len(held - wanted)})


async def _group(desk: Desk, one: ResourceId) -> AnyRow:
    """The group that the change is about, locked. Raises StaleRevision for another revision than expected."""
    native = desk.id_of(one, Kind.GROUP, noun="group")
    found: AnyRow | None = (
        await desk.session.execute(select(groups).where(groups.c.id == native).with_for_update())
    ).first()
    if found is None:
        raise missing("group")
    desk.check_revision(found.revision)
    return found


async def _is_member(desk: Desk, user: str, group: str) -> bool:
    there = select(memberships.c.user_id).where(memberships.c.user_id == user, memberships.c.group_id == group)
    return (await desk.session.execute(there)).first() is not None


def _name(text: str | None) -> dict[str, str]:
    found = user_changes.name(text, "name", longest=LONGEST_NAME)
    if found is None:
        message = "A group has a name."
        raise BadInput(message, argument="name")
    return {"name": found, "name_key": fold(found)}


def _mail(text: str | None) -> dict[str, str | None]:
    if text is None:
        return {"mail": None, "mail_key": None}
    found = user_changes.address(text, "mail")
    return {"mail": found, "mail_key": fold(found)}


def _role(text: str | None) -> dict[str, str | None]:
    return {"role": None if text is None else user_changes.role_named(text).native_name}


HANDLERS: dict[type[Change], Handler] = {
    CreateGroup: create_group,
    UpdateGroup: update_group,
    DeleteGroup: delete_group,
    AddUserToGroup: add_user_to_group,
    RemoveUserFromGroup: remove_user_from_group,
    SetUserGroups: set_user_groups,
}
