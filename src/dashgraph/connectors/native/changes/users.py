"""Changes of accounts. Administrators make all of them; everybody changes the own names and preferences."""

from typing import Any

from sqlalchemy import or_, select

from dashgraph.connectors.native.changes.deliverable_leaving import disable
from dashgraph.connectors.native.changes.desk import Desk, Done, Handler, missing
from dashgraph.connectors.native.changes.leaving import (
    administrators,
    check_dispensable,
    check_owns_nothing,
    revoke,
    settle_owned,
)
from dashgraph.domain import user_changes
from dashgraph.domain.changes import UNCHANGED, Change
from dashgraph.domain.deliverables import DisabledReason
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, Forbidden, InvalidState
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.text import fold
from dashgraph.domain.user_changes import ChangeUserRole, DeleteUser, RestoreUser, SetUserActive, UpdateUser
from dashgraph.domain.users import USER, Origin, UserStatus
from dashgraph.domain.viewers import TokenScope
from dashgraph.store.accounts import NewUser, user_row
from dashgraph.store.database import AnyRow
from dashgraph.store.tables import users

NAMES = ("email", "user_name", "first_name", "last_name")
# What an account is called, all of it following from the four names.
CALLED = (*NAMES, "name", "initials")


async def update_user(desk: Desk, wish: UpdateUser) -> Done:
    _check_may_update(desk, wish)
    row = await changed_account(desk, wish.user)
    values: dict[str, Any] = {}
    given = {name: getattr(wish, name) for name in NAMES if getattr(wish, name) is not UNCHANGED}
    if given and row.origin == Origin.SERVICE.value:
        message = f"{row.name} is a service account: it has this name, and no other and no address."
        raise InvalidState(message)
    if given:
        values = _called(row, given)
        await check_free(desk, email=values["email"], user_name=values["user_name"], but=row.id)
    if wish.preferences is not UNCHANGED:
        values["preferences"] = user_changes.preferences(wish.preferences)
    if any(row._mapping[name] != value for name, value in values.items()):
        await desk.ledger.update(users, users.c.id == row.id, **values)
    return Done(wish.user, USER.name)


def _check_may_update(desk: Desk, wish: UpdateUser) -> None:
    native = desk.id_of(wish.user, Kind.USER, noun="user")
    if desk.viewer.is_admin and TokenScope.USERS_ADMIN in desk.viewer.scopes:
        return
    if native != desk.me:
        if desk.viewer.is_admin:
            desk.viewer.require(TokenScope.USERS_ADMIN)
        message = "Only administrators change the accounts of others."
        raise Forbidden(message)
    if wish.email is not UNCHANGED or wish.user_name is not UNCHANGED:
        message = "Your address and user name are changed by an administrator."
        raise Forbidden(message)
    desk.viewer.require(TokenScope.PROFILE_WRITE)


def _called(row: AnyRow, given: dict[str, str | None]) -> dict[str, Any]:
    """The columns that follow from the names, some of them new."""
    if given.get("email", "") is None:
        message = "An account cannot be without an address."
        raise BadInput(message, argument="email")
    merged = {name: row._mapping[name] for name in NAMES} | read_names(given)
    columns = user_row(NewUser(row.id, role=row.role, **merged), row.created_at)
    return {name: columns[name] for key in CALLED for name in (key, f"{key}_key")}


def read_names(given: dict[str, str | None]) -> dict[str, str | None]:
    """The names as they are kept. Raises BadInput for what cannot be."""
    found: dict[str, str | None] = {}
    for key, text in given.items():
        if key == "email":
            found[key] = user_changes.address(text or "")
        elif key == "user_name":
            found[key] = user_changes.user_name(text)
        else:
            found[key] = user_changes.name(text, "firstName" if key == "first_name" else "lastName")
    return found


async def set_user_active(desk: Desk, wish: SetUserActive) -> Done:
    """An invited user becomes active by this too."""
    admins = await administrators(desk)
    row = await changed_account(desk, wish.user)
    status = UserStatus.ACTIVE if wish.active else UserStatus.INACTIVE
    revoked = 0
    if row.status != status.value:
        if not wish.active:
            check_dispensable(desk, row, admins, verb="deactivate")
        await desk.ledger.update(users, users.c.id == row.id, status=status.value)
    if not wish.active:
        await disable(desk, DisabledReason.OWNER_INACTIVE, owner_id=row.id)
        revoked = await revoke(desk, row.id)
    return Done(wish.user, USER.name, {"tokens_revoked": revoked})


async def change_user_role(desk: Desk, wish: ChangeUserRole) -> Done:
    role = user_changes.role_named(wish.role)
    admins = await administrators(desk)
    row = await changed_account(desk, wish.user)
    if row.role == role.native_name:
        return Done(wish.user, USER.name)
    if role.kind is not RoleKind.ADMIN:
        check_dispensable(desk, row, admins, verb="demote")
    if role.kind not in {RoleKind.ADMIN, RoleKind.EDITOR}:
        await check_owns_nothing(desk, row, remedy="viewers own nothing, so give it away first")
    await desk.ledger.update(users, users.c.id == row.id, role=role.native_name)
    return Done(wish.user, USER.name)


async def delete_user(desk: Desk, wish: DeleteUser) -> Done:
    """Shares to the user and memberships stay as they are, and are seen by nobody until the user is restored."""
    admins = await administrators(desk)
    row = await changed_account(desk, wish.user)
    check_dispensable(desk, row, admins, verb="delete")
    given = await settle_owned(desk, wish, row)
    revoked = await revoke(desk, row.id)
    gone = {"status": UserStatus.DELETED.value, "deleted_at": desk.now, "deleted_by": desk.me}
    await desk.ledger.update(users, users.c.id == row.id, **gone)
    await disable(desk, DisabledReason.OWNER_DELETED, owner_id=row.id)
    return Done(wish.user, USER.name, {"tokens_revoked": revoked, "transferred": given})


async def restore_user(desk: Desk, wish: RestoreUser) -> Done:
    row = await _locked(desk, wish.user)
    if row.status != UserStatus.DELETED.value:
        message = f"{row.name} is not deleted."
        raise InvalidState(message)
    desk.check_revision(row.revision)
    await check_free(desk, email=row.email, user_name=row.user_name, but=row.id)
    status = UserStatus.ACTIVE if wish.active else UserStatus.INACTIVE
    back = {"status": status.value, "deleted_at": None, "deleted_by": None}
    await desk.ledger.update(users, users.c.id == row.id, **back)
    return Done(wish.user, USER.name)


async def changed_account(desk: Desk, one: ResourceId) -> AnyRow:
    """A user that the change is about, as `account`. Raises StaleRevision for another revision than expected."""
    row = await account(desk, one)
    desk.check_revision(row.revision)
    return row


async def account(desk: Desk, one: ResourceId) -> AnyRow:
    """A user who is not deleted, locked until the end of the transaction."""
    row = await _locked(desk, one)
    if row.status == UserStatus.DELETED.value:
        message = f"{row.name} is deleted; bring the account back with restoreUser first."
        raise InvalidState(message)
    return row


async def _locked(desk: Desk, one: ResourceId) -> AnyRow:
    native = desk.id_of(one, Kind.USER, noun="user")
    found: AnyRow | None = (
        await desk.session.execute(select(users).where(users.c.id == native).with_for_update())
    ).first()
    if found is None:
        raise missing("user")
    return found


async def check_free(desk: Desk, *, email: str, user_name: str | None, but: str) -> None:
    """Refuse an address or user name that somebody else has who is not deleted."""
    keys = [users.c.email_key == fold(email)]
    if user_name is not None:
        keys.append(users.c.user_name_key == fold(user_name))
    taken = select(users.c.name, users.c.email_key).where(or_(*keys), users.c.deleted_at.is_(None), users.c.id != but)
    row = (await desk.session.execute(taken)).first()
    if row is not None:
        raise taken_by(row.name, email=email if row.email_key == fold(email) else None, user_name=user_name)


def taken_by(holder: str, *, email: str | None, user_name: str | None) -> Conflict:
    what, argument = ("user name " + str(user_name), "userName") if email is None else ("address " + email, "email")
    message = f"The {what} belongs to {holder} already; upper and lower case do not tell two apart."
    return Conflict(message, argument=argument)


HANDLERS: dict[type[Change], Handler] = {
    UpdateUser: update_user,
    SetUserActive: set_user_active,
    ChangeUserRole: change_user_role,
    DeleteUser: delete_user,
    RestoreUser: restore_user,
}
