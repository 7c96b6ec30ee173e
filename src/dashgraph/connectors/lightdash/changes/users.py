"""Changes of users. Administrators invite them, change their roles and delete them; Lightdash does no more."""

from dataclasses import replace
from typing import Any

from dashgraph.connectors.lightdash.api import Api
from dashgraph.connectors.lightdash.translate import ROLES, role, user
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import BadInput, InvalidState, NotFound, Problem, UnsupportedBySource
from dashgraph.domain.user_changes import (
    ChangeUserRole,
    DeleteUser,
    Invitation,
    InviteUsers,
    OnOwned,
    address,
    fact_of,
)
from dashgraph.domain.users import User, same_address
from dashgraph.sources.live.changing import Desk, Done, Handler


async def invite_users(desk: Desk, wish: InviteUsers) -> Done:
    """Each address on its own: one that has an account already is reported, one that is none is refused."""
    desk.administer("invite people")
    _check_role(wish.role)
    groups = [(await desk.group(one)).id.native for one in wish.groups]
    known = {same_address(one.email): one.id.native for one in await desk.known.all(Kind.USER)}
    results: list[dict[str, Any]] = []
    for email in wish.emails:
        try:
            given = address(email, "emails")
        except BadInput as problem:
            results.append({"email": email, "outcome": Invitation.REFUSED.value, **fact_of(problem)})
            continue
        there = known.get(same_address(given))
        outcome = Invitation.INVITED if there is None else Invitation.EXISTING
        result: dict[str, Any] = {"email": given, "outcome": outcome.value, "user": there}
        if there is None and not desk.dry_run:
            result |= await _invited(desk, given, wish.role, groups)
            known |= {same_address(given): result["user"]} if result.get("user") else {}
        results.append(result)
    invited = [one["email"] for one in results if one["outcome"] == Invitation.INVITED.value]
    reason = "an invitation was mailed; delete the account, or change its role"
    facts = {"results": results, "source": desk.source}
    return Done(None, facts, Trace(after={"invited": invited}, reason=reason))


async def _invited(desk: Desk, email: str, native_role: str, groups: list[str]) -> dict[str, Any]:
    api: Api = desk.api
    try:
        one = (await api.invite(email, native_role)).id("userUuid")
        for group in groups:
            await api.add_member(group, one)
    except Problem as problem:
        if isinstance(problem, BadInput):
            return {"outcome": Invitation.REFUSED.value, **fact_of(problem)}
        raise
    return {"user": one}


async def change_user_role(desk: Desk, wish: ChangeUserRole) -> Done:
    """The role in the organisation; projects may give more."""
    api: Api = desk.api
    desk.administer("change roles")
    found = await desk.user(wish.user)
    _check_role(wish.role)
    before = _role_of(found)
    if before == wish.role:
        return Done(found)
    await _check_others(desk, found)
    if desk.dry_run:
        return Done(_with_role(found, wish.role))
    raw = await api.set_role(found.id.native, wish.role)
    undo = ChangeUserRole(user=found.id, role=before)
    return Done(user(raw), trace=Trace(found.id, {"role": before}, {"role": wish.role}, undo=(undo,)))


async def delete_user(desk: Desk, wish: DeleteUser) -> Done:
    """Content stays, since nobody owns it; schedules go with who made them, and those stand in the way."""
    api: Api = desk.api
    desk.administer("delete users")
    try:
        found = await desk.user(wish.user)
    except NotFound:
        if desk.again:
            return Done(trace=Trace(wish.user, reason="it was gone already"))
        raise
    if wish.heir is not None or wish.on_owned is OnOwned.TRANSFER:
        message = "Lightdash gives schedules to nobody else; make them again as the heir, then delete with KEEP."
        raise UnsupportedBySource(message, source=desk.source)
    every = [*await desk.known.all(Kind.SCHEDULE), *await desk.known.all(Kind.ALERT)]
    mine = [one for one in every if one.owner == found.id]
    if mine and wish.on_owned is OnOwned.BLOCK:
        names = ", ".join(repr(one.name[:60]) for one in mine[:5])
        message = f"With the account {len(mine)} schedules would go: {names}. Make them again first, or say KEEP."
        raise InvalidState(message)
    await _check_others(desk, found)
    if not desk.dry_run:
        await api.delete_user(found.id.native)
    before = {"email": found.email, "role": _role_of(found), "schedules": [one.name for one in mine]}
    return Done(
        found, trace=Trace(found.id, before, reason="Lightdash deletes for good; inviteUsers makes a new account")
    )


async def _check_others(desk: Desk, leaving: User) -> None:
    """Raises InvalidState when no administrator would be left."""
    if _role_of(leaving) != "admin":
        return
    users: list[User] = list(await desk.known.all(Kind.USER))
    if not any(one.id != leaving.id and _role_of(one) == "admin" for one in users):
        message = "This is the last administrator there; make another one first."
        raise InvalidState(message)


def _role_of(one: User) -> str:
    return "" if one.account is None else one.account.role.native_name


def _with_role(one: User, native: str) -> User:
    account = one.account
    return one if account is None else replace(one, account=replace(account, role=role(native)))


def _check_role(native: str) -> None:
    if native not in ROLES:
        message = f"There is no role {native[:60]!r} in Lightdash; there are: {', '.join(ROLES)}."
        raise BadInput(message, argument="role")


HANDLERS: dict[type[Change], Handler] = {
    InviteUsers: invite_users,
    ChangeUserRole: change_user_role,
    DeleteUser: delete_user,
}
