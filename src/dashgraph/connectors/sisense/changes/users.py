"""Accounts on Sisense. One is never deleted while it owns a dashboard: Sisense would delete that with it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashgraph.connectors.sisense import translate
from dashgraph.connectors.sisense.changes.ownership import able_heir, hand_over, owned
from dashgraph.connectors.sisense.changes.upstream import api, unsupported
from dashgraph.domain import user_changes
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.ownership import OriginalOwnerRule
from dashgraph.domain.problems import BadInput, Conflict, Forbidden, Problem, StillOwns
from dashgraph.domain.roles import Role, RoleKind
from dashgraph.domain.user_changes import (
    MOST_NAMED,
    ChangeUserRole,
    CreateUser,
    CreateUsers,
    DeleteUser,
    OnOwned,
    SetUserActive,
    UpdateUser,
    fact_of,
)
from dashgraph.domain.users import Account, Origin, User, UserStatus, same_address
from dashgraph.domain.viewers import TokenScope
from dashgraph.sources.live.changing import Desk, Done, Handler, missing
from dashgraph.sources.rest.answers import Answer, Raw

NAMES = {"email": "email", "user_name": "userName", "first_name": "firstName", "last_name": "lastName"}


async def create_user(desk: Desk, wish: CreateUser) -> Done:
    desk.administer("make users")
    roles = await roles_of(desk)
    people: Sequence[User] = await desk.known.all(Kind.USER)
    there = next((one for one in people if same_address(one.email) == same_address(wish.email)), None)
    if desk.again and there is not None:
        return Done(there, trace=_made(there))
    entry = await _entry(desk, wish, roles, people)
    if desk.dry_run:
        return Done(_preview(desk, entry, roles))
    answer = await api(desk).add_user(entry)
    made = await _answered(desk, answer, entry["email"])
    return Done(made, trace=_made(made))


async def create_users(desk: Desk, wish: CreateUsers) -> Done:
    """All are looked at before any is made. The facts hold one result for each wish, in order."""
    desk.administer("make users")
    roles = await roles_of(desk)
    people: list[User] = list(await desk.known.all(Kind.USER))
    results: list[dict[str, Any]] = []
    entries: list[tuple[int, dict[str, Any]]] = []
    for number, one in enumerate(wish.users):
        there = next((user for user in people if same_address(user.email) == same_address(one.email)), None)
        if desk.again and there is not None:
            results.append({"user": there.id.native})
            continue
        try:
            entry = await _entry(desk, one, roles, people)
        except Problem as problem:
            if not wish.each:
                problem.facts["item"] = number
                raise
            results.append(fact_of(problem))
            continue
        entries.append((number, entry))
        people.append(_preview(desk, entry, roles, native=f"new-{number}"))
        results.append({"user": f"new-{number}"})
    if desk.dry_run:
        previews = {f"new-{number}": _preview(desk, entry, roles, native=f"new-{number}") for number, entry in entries}
        return Done(None, {"results": results, "users": previews})
    if entries:
        await api(desk).add_users([entry for _, entry in entries])
        desk.forget()
        made = {same_address(one.email): one for one in await desk.known.all(Kind.USER)}
        for number, entry in entries:
            user = made.get(same_address(entry["email"]))
            results[number] = (
                {"user": user.id.native}
                if user is not None
                else fact_of(Conflict(f"{desk.source} took {entry['email']} and does not show an account of it."))
            )
    users = [ResourceId(desk.source, Kind.USER, one["user"]) for one in results if "user" in one]
    undo = tuple(DeleteUser(user=user) for user in users)
    return Done(None, {"results": results}, Trace(after={"users": [one.native for one in users]}, undo=undo))


async def update_user(desk: Desk, wish: UpdateUser) -> Done:
    user = await desk.user(wish.user)
    await _check_may_update(desk, wish, user)
    people: Sequence[User] = await desk.known.all(Kind.USER)
    account = _account(user)
    former = {
        "email": user.email,
        "userName": account.user_name,
        "firstName": account.first_name,
        "lastName": account.last_name,
        "preferences": json.loads(account.preferences) if account.preferences else None,
    }
    wanted: dict[str, Any] = {}
    for name, key in NAMES.items():
        if getattr(wish, name) is not UNCHANGED:
            wanted[key] = _name(name, getattr(wish, name))
    if wish.preferences is not UNCHANGED:
        text = user_changes.preferences(wish.preferences)
        wanted["preferences"] = {} if text is None else json.loads(text)
    _check_free(people, wanted.get("email"), wanted.get("userName"), but=user.id)
    changed = {key: value for key, value in wanted.items() if (former[key] or "") != (value or "")}
    if desk.dry_run or not changed:
        return Done(user)
    await api(desk).update_user(user.id.native, {key: "" if value is None else value for key, value in changed.items()})
    names = {key: name for name, key in NAMES.items()} | {"preferences": "preferences"}
    before = {key: former[key] for key in changed}
    back: dict[str, Any] = {names[key]: value for key, value in before.items()}
    undo = (UpdateUser(user=user.id, **back),)
    return Done(await shown_user(desk, user.id), trace=Trace(user.id, before, changed, undo=undo))


async def set_user_active(desk: Desk, wish: SetUserActive) -> Done:
    desk.administer("let users sign in, or not")
    user = await desk.user(wish.user)
    is_active = user.status is not UserStatus.INACTIVE
    if not wish.active:
        await _check_dispensable(desk, user, verb="deactivate")
    facts = {"tokens_revoked": 0}
    if desk.dry_run or is_active is wish.active:
        return Done(user, facts)
    await api(desk).update_user(user.id.native, {"active": wish.active})
    undo = (SetUserActive(user=user.id, active=is_active),)
    trace = Trace(user.id, {"active": is_active}, {"active": wish.active}, undo=undo)
    return Done(await shown_user(desk, user.id), facts, trace)


async def change_user_role(desk: Desk, wish: ChangeUserRole) -> Done:
    desk.administer("change roles")
    user = await desk.user(wish.user)
    native, role = role_named(await roles_of(desk), wish.role)
    former = _account(user).role
    if role.kind is not RoleKind.ADMIN and former.kind is RoleKind.ADMIN:
        await _check_dispensable(desk, user, verb="demote")
    if role.kind is RoleKind.VIEWER:
        await _check_owns_nothing(desk, user, remedy="viewers own nothing, so give it away first")
    if desk.dry_run or role == former:
        return Done(user)
    await api(desk).update_user(user.id.native, {"roleId": native})
    undo = (ChangeUserRole(user=user.id, role=former.native_name),)
    trace = Trace(user.id, {"role": former.native_name}, {"role": role.native_name}, undo=undo)
    return Done(await shown_user(desk, user.id), trace=trace)


async def delete_user(desk: Desk, wish: DeleteUser) -> Done:
    """For good. What the user owns is looked at again just before; Sisense deletes it without asking."""
    desk.administer("delete users")
    if not api(desk).sees_all:
        why = "it would delete the user's dashboards too, and this account cannot see them; set listing = 'admin'"
        raise unsupported(desk, why)
    if desk.again and not await desk.known.by_ids(Kind.USER, [desk.native(wish.user, Kind.USER)]):
        return Done(None, {"tokens_revoked": 0, "transferred": 0}, Trace(about=wish.user, reason=FOR_GOOD))
    user = await desk.user(wish.user)
    await _check_dispensable(desk, user, verb="delete")
    if (wish.heir is not None) is not (wish.on_owned is OnOwned.TRANSFER):
        message = "heirId goes with onOwned: TRANSFER, and with nothing else."
        raise BadInput(message, argument="heirId")
    boards, folders = await owned(desk, user.id)
    transferred = 0
    if wish.heir is not None:
        heir = await able_heir(desk, wish.heir)
        if heir.id == user.id:
            message = "Somebody else must take over; the heir is who is to be deleted."
            raise BadInput(message, argument="heirId")
        transferred = len(boards) + len(folders)
        if not desk.dry_run:
            await hand_over(desk, boards, folders, heir.id, OriginalOwnerRule.NONE)
    if wish.heir is None or not desk.dry_run:
        keeping = "Sisense deletes what a deleted user owns, so it cannot be kept"
        blocking = "give it away first, or delete with onOwned TRANSFER and an heir"
        await _check_owns_nothing(desk, user, remedy=keeping if wish.on_owned is OnOwned.KEEP else blocking)
    gone = replace(user, status=UserStatus.DELETED)
    facts = {"tokens_revoked": 0, "transferred": transferred}
    if not desk.dry_run:
        await api(desk).delete_user(user.id.native)
    return Done(gone, facts, Trace(user.id, {"email": user.email}, reason=FOR_GOOD))


FOR_GOOD = "Sisense deletes users for good"


async def shown_user(desk: Desk, one: ResourceId) -> User:
    """The user as they are now."""
    desk.forget()
    return await desk.user(one)


async def _answered(desk: Desk, answer: Answer, email: str) -> User:
    """Who was made: Sisense tells it, or says nothing and has to be asked."""
    desk.forget()
    told = answer.json()
    if isinstance(told, dict) and "_id" in told:
        return await desk.user(ResourceId(desk.source, Kind.USER, Raw(told, desk.source).id("_id")))
    for user in await desk.known.all(Kind.USER):
        if same_address(user.email) == same_address(email):
            found: User = user
            return found
    message = f"{desk.source} took the account and does not show it; look for {email}."
    raise Conflict(message)


async def _entry(desk: Desk, wish: CreateUser, roles: Mapping[str, Role], people: Sequence[User]) -> dict[str, Any]:
    """An account as Sisense takes it. Raises the problem that it would have."""
    email = user_changes.address(wish.email)
    role, _ = role_named(roles, wish.role)
    groups = [desk.native(group, Kind.GROUP) for group in wish.groups]
    if len(await desk.known.by_ids(Kind.GROUP, groups)) < len(set(groups)):
        raise missing("group")
    text = user_changes.preferences(wish.preferences)
    name = user_changes.user_name(wish.user_name)
    _check_free(people, email, name, but=None)
    given = {
        "email": email,
        "userName": name or email,
        "firstName": user_changes.name(wish.first_name, "firstName") or "",
        "lastName": user_changes.name(wish.last_name, "lastName") or "",
        "roleId": role,
        "groups": groups,
    }
    return given if text is None else {**given, "preferences": json.loads(text)}


async def roles_of(desk: Desk) -> Mapping[str, Role]:
    """The roles of the server by their ids; by documented routes those that somebody has."""
    if not api(desk).documented_only:
        return {raw.id("_id"): translate.role(raw) for raw in await api(desk).roles()}
    users = await api(desk).users("_id,roleId,role")
    held = [(raw.optional_id("roleId"), raw.optional_object("role")) for raw in users]
    return {native: translate.role(role) for native, role in held if native is not None and role is not None}


def role_named(roles: Mapping[str, Role], text: str) -> tuple[str, Role]:
    """The id of a role, by its name on the wire in any case."""
    for native, role in roles.items():
        if role.native_name.casefold() == text.strip().casefold():
            return native, role
    known = ", ".join(role.native_name for role in roles.values())
    message = f"There is no role {text[:60]!r}; there are: {known}."
    raise BadInput(message, argument="role")


def _check_free(people: Sequence[User], email: str | None, name: str | None, *, but: ResourceId | None) -> None:
    """Refuse an address or a user name that somebody else has."""
    for user in people:
        if user.id == but:
            continue
        if email is not None and same_address(user.email) == same_address(email):
            message = f"The address {email} belongs to {user.name} already; upper and lower case do not tell two apart."
            raise Conflict(message, argument="email")
        if name is not None and same_address(_account(user).user_name or "") == same_address(name):
            message = (
                f"The user name {name} belongs to {user.name} already; upper and lower case do not tell two apart."
            )
            raise Conflict(message, argument="userName")


async def _check_may_update(desk: Desk, wish: UpdateUser, user: User) -> None:
    if desk.viewer.is_admin and TokenScope.USERS_ADMIN in desk.viewer.scopes:
        return
    if user.id != await desk.me():
        if desk.viewer.is_admin:
            desk.viewer.require(TokenScope.USERS_ADMIN)
        message = "Only administrators change the accounts of others."
        raise Forbidden(message)
    if wish.email is not UNCHANGED or wish.user_name is not UNCHANGED:
        message = "Your address and user name are changed by an administrator."
        raise Forbidden(message)
    desk.viewer.require(TokenScope.PROFILE_WRITE)


async def _check_dispensable(desk: Desk, user: User, *, verb: str) -> None:
    """Refuse what would leave nobody to administer, or would lock out who asks or dashgraph itself."""
    if user.id == await desk.me():
        message = f"You cannot {verb} yourself; another administrator can."
        raise Forbidden(message)
    if user.id.native == await api(desk).my_id():
        message = f"{user.name} is the account that dashgraph uses in {desk.source}; configure another one first."
        raise Conflict(message)
    others = [
        one
        for one in await desk.known.all(Kind.USER)
        if one.id != user.id and one.status is UserStatus.ACTIVE and _account(one).role.kind is RoleKind.ADMIN
    ]
    if not others and _account(user).role.kind is RoleKind.ADMIN:
        message = f"{user.name} is the last active administrator; make somebody else one first."
        raise Conflict(message)


async def _check_owns_nothing(desk: Desk, user: User, *, remedy: str) -> None:
    """Refuse while the user owns dashboards or folders, read now. Raises StillOwns."""
    boards, folders = await owned(desk, user.id)
    if boards or folders:
        counts = [_said(len(boards), "dashboard"), _said(len(folders), "folder")]
        message = f"{user.name} still owns {counts[0]} and {counts[1]}; {remedy}."
        ids = [*(one.id for one in boards), *(one.id for one in folders)]
        raise StillOwns(message, owned=ids[:MOST_NAMED], count=len(ids))


def _name(key: str, text: str | None) -> str | None:
    match key:
        case "email":
            if text is None:
                message = "An account cannot be without an address."
                raise BadInput(message, argument="email")
            return user_changes.address(text)
        case "user_name":
            return user_changes.user_name(text)
        case "first_name":
            return user_changes.name(text, "firstName")
    return user_changes.name(text, "lastName")


def _account(user: User) -> Account:
    """What administrators see of a user; live sources always tell it here."""
    if user.account is None:
        raise missing("user")
    return user.account


def _made(user: User) -> Trace:
    return Trace(user.id, after={"email": user.email}, undo=(DeleteUser(user=user.id),))


def _said(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _preview(desk: Desk, entry: Mapping[str, Any], roles: Mapping[str, Role], *, native: str = "new") -> User:
    """A user as they would be made."""
    name = " ".join(part for part in (entry["firstName"], entry["lastName"]) if part) or entry["email"]
    account = Account(
        user_name=entry["userName"],
        first_name=entry["firstName"] or None,
        last_name=entry["lastName"] or None,
        role=roles[entry["roleId"]],
        origin=Origin.SOURCE,
        preferences=None,
        created_at=None,
        updated_at=None,
        last_login_at=None,
        deleted_at=None,
        deleted_by=None,
    )
    one = ResourceId(desk.source, Kind.USER, native)
    return User(one, name, entry["email"], translate.initials(name), UserStatus.ACTIVE, None, account)


HANDLERS: dict[type[Change], Handler] = {
    CreateUser: create_user,
    CreateUsers: create_users,
    UpdateUser: update_user,
    SetUserActive: set_user_active,
    ChangeUserRole: change_user_role,
    DeleteUser: delete_user,
}
