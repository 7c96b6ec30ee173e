"""Changes of accounts. Administrators make all of them; everybody changes the own name."""

from collections.abc import Sequence
from dataclasses import replace

from dashgraph.connectors.holistics.changes.means import means
from dashgraph.connectors.holistics.translate import ROLES, role
from dashgraph.domain import user_changes
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, Forbidden, InvalidState, StillOwns, UnsupportedBySource
from dashgraph.domain.user_changes import MOST_NAMED, ChangeUserRole, DeleteUser, OnOwned, RestoreUser, UpdateUser
from dashgraph.domain.users import User, UserStatus
from dashgraph.domain.viewers import TokenScope
from dashgraph.sources.live.changing import Desk, Done, Handler

FIXED = "Holistics lets an API change the name, the role and the groups of an account, nothing else of it"
ADMINISTERS = "admin"  # the role that may do everything there


async def update_user(desk: Desk, wish: UpdateUser) -> Done:
    """First and last name are one name there."""
    user = await _updated(desk, wish)
    if any(given is not UNCHANGED for given in (wish.email, wish.user_name, wish.preferences)):
        raise _unable(desk, FIXED)
    if user.account is None:
        return Done(user)
    first = user.account.first_name if wish.first_name is UNCHANGED else user_changes.name(wish.first_name, "firstName")
    last = user.account.last_name if wish.last_name is UNCHANGED else user_changes.name(wish.last_name, "lastName")
    if (first, last) == (user.account.first_name, user.account.last_name):
        return Done(user)
    former, name = user.account, " ".join(part for part in (first, last) if part)
    if desk.dry_run:
        account = replace(former, first_name=first, last_name=last)
        return Done(replace(user, name=name or user.email, account=account))
    await means(desk).api.update_user(user.id.native, {"name": name or None})
    undo = (UpdateUser(user=user.id, first_name=former.first_name, last_name=former.last_name),)
    after = await _read(desk, user.id)
    return Done(after, trace=Trace(about=user.id, before={"name": user.name}, after={"name": after.name}, undo=undo))


async def _updated(desk: Desk, wish: UpdateUser) -> User:
    """The account, if it is the viewer's own or the viewer administers."""
    if await desk.me() == wish.user:
        desk.viewer.require(TokenScope.PROFILE_WRITE)
    else:
        desk.administer("change the accounts of others")
        desk.viewer.require(TokenScope.USERS_ADMIN)
    return await _there(desk, wish.user)


async def change_user_role(desk: Desk, wish: ChangeUserRole) -> Done:
    desk.administer("give people another role")
    role_named(wish.role)
    user = await _there(desk, wish.user)
    former = user.account.role.native_name if user.account is not None else ""
    if former == wish.role:
        return Done(user)
    if former == ADMINISTERS:
        await _check_dispensable(desk, user, verb="demote")
    if desk.dry_run:
        return Done(replace(user, account=user.account and replace(user.account, role=role(wish.role))))
    await means(desk).api.update_user(user.id.native, {"role": wish.role})
    undo = (ChangeUserRole(user=user.id, role=former),)
    trace = Trace(about=user.id, before={"role": former}, after={"role": wish.role}, undo=undo)
    return Done(await _read(desk, user.id), trace=trace)


async def delete_user(desk: Desk, wish: DeleteUser) -> Done:
    """Holistics keeps what a deleted user owns, and gives it to nobody."""
    desk.administer("delete accounts")
    if wish.on_owned is OnOwned.TRANSFER or wish.heir is not None:
        raise _unable(
            desk, "Holistics changes owners through its support alone; delete with onOwned: KEEP, which it does"
        )
    user = await desk.user(wish.user)
    facts = {"tokens_revoked": 0, "transferred": 0}
    if user.status is UserStatus.DELETED and desk.again:
        return Done(user, facts)
    _check_is_there(user)
    await _check_dispensable(desk, user, verb="delete")
    owned = await _owned(desk, user.id)
    if owned and wish.on_owned is OnOwned.BLOCK:
        message = f"{user.name} still owns {_said(len(owned))}, which nobody else could own; delete with onOwned: KEEP."
        raise StillOwns(message, owned=[one.id for one in owned[:MOST_NAMED]], count=len(owned))
    if desk.dry_run:
        return Done(replace(user, status=UserStatus.DELETED), facts)
    await means(desk).api.delete_user(user.id.native)
    trace = Trace(
        about=user.id,
        before={"status": user.status.value},
        after={"status": "deleted"},
        undo=(RestoreUser(user=user.id),),
    )
    return Done(await _read(desk, user.id), facts, trace)


async def restore_user(desk: Desk, wish: RestoreUser) -> Done:
    desk.administer("bring accounts back")
    if not wish.active:
        raise _unable(desk, "Holistics has no inactive accounts; leave `active` out")
    user = await desk.user(wish.user)
    if user.status is not UserStatus.DELETED:
        if desk.again:
            return Done(user)
        message = f"{user.name} is not deleted."
        raise InvalidState(message)
    if desk.dry_run:
        return Done(replace(user, status=UserStatus.ACTIVE))
    await means(desk).api.restore_user(user.id.native)
    undo = (DeleteUser(user=user.id, on_owned=OnOwned.KEEP),)
    trace = Trace(about=user.id, before={"status": "deleted"}, after={"status": "active"}, undo=undo)
    return Done(await _read(desk, user.id), trace=trace)


def role_named(text: str) -> str:
    if text not in ROLES:
        message = f"There is no role {text[:60]!r} in Holistics; there are: {', '.join(ROLES)}."
        raise BadInput(message, argument="role")
    return text


async def _there(desk: Desk, one: ResourceId) -> User:
    user = await desk.user(one)
    _check_is_there(user)
    return user


def _check_is_there(user: User) -> None:
    if user.status is UserStatus.DELETED:
        message = f"{user.name} is deleted; bring the account back with restoreUser first."
        raise InvalidState(message)


async def _check_dispensable(desk: Desk, user: User, *, verb: str) -> None:
    """Refuse what people do to themselves by mistake, and what would lock dashgraph or everybody out."""
    if await desk.me() == user.id:
        message = f"You cannot {verb} yourself; another administrator can."
        raise Forbidden(message)
    if (await means(desk).api.me()).id("id") == user.id.native:
        message = (
            f"{user.name} is the account that dashgraph uses in {desk.source}; give it the key of another one first."
        )
        raise Conflict(message)
    every: Sequence[User] = await desk.known.all(Kind.USER)
    able = [one.id for one in every if one.status is UserStatus.ACTIVE and _administers(one)]
    if able == [user.id]:
        message = f"{user.name} is the last active administrator; make somebody else one first."
        raise Conflict(message)


def _administers(user: User) -> bool:
    return user.account is not None and user.account.role.native_name == ADMINISTERS


async def _owned(desk: Desk, user: ResourceId) -> list[Dashboard]:
    return [one for one in await desk.known.all(Kind.DASHBOARD) if one.owner == user]


async def _read(desk: Desk, one: ResourceId) -> User:
    """The user as they are now."""
    desk.forget()
    return await desk.user(one)


def _said(count: int) -> str:
    return f"{count} dashboard" if count == 1 else f"{count} dashboards"


def _unable(desk: Desk, reason: str) -> UnsupportedBySource:
    return UnsupportedBySource(f"{desk.source} cannot do this: {reason}.", source=desk.source)


HANDLERS: dict[type[Change], Handler] = {
    UpdateUser: update_user,
    ChangeUserRole: change_user_role,
    DeleteUser: delete_user,
    RestoreUser: restore_user,
}
