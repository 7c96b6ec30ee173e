"""Inviting people, the one way to an account in Holistics. A job does it there: they are found a moment later."""

from typing import Any

from dashgraph.connectors.holistics import translate
from dashgraph.connectors.holistics.changes.means import Means, means, submitted
from dashgraph.connectors.holistics.changes.users import role_named
from dashgraph.domain import user_changes
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import JobStatus
from dashgraph.domain.problems import BadInput, Conflict, InvalidState, TooMuch
from dashgraph.domain.user_changes import Invitation, InviteUsers, fact_of
from dashgraph.domain.users import User, UserStatus, same_address
from dashgraph.sources.live.changing import Desk, Done, Handler

MOST_AT_ONCE = 1000  # addresses
NOT_UNDONE = "an invitation that was sent cannot be taken back; delete the account instead"


async def invite_users(desk: Desk, wish: InviteUsers) -> Done:
    """Each address on its own, though Holistics takes all or none: it is sent those alone that it will take."""
    desk.administer("invite people")
    role_named(wish.role)
    if not 1 <= len(wish.emails) <= MOST_AT_ONCE:
        message = f"`emails` holds 1 to {MOST_AT_ONCE} addresses; send more in several requests."
        raise TooMuch(message, argument="emails")
    groups = [(await desk.group(one)).id.native for one in wish.groups]
    there: dict[str, User] = {same_address(user.email): user for user in await desk.known.all(Kind.USER)}
    results = [_looked_at(email, there) for email in wish.emails]
    fresh = list(dict.fromkeys(one["email"] for one in results if one["outcome"] == Invitation.INVITED.value))
    _name_twins(results)
    facts: dict[str, Any] = {"results": results, "source": desk.source}
    if desk.dry_run or not fresh:
        return Done(None, facts)
    raw = await means(desk).api.invite(fresh, wish.role, [int(one) for one in groups])
    job, _ = submitted(raw)
    invited = await _arrived(desk, means(desk), job.native)
    for result in results:
        found = invited.get(same_address(result["email"]))
        if result["user"] is None and found is not None:
            result["user"] = found.id.native
    return Done(None, {**facts, "job": job.encode()}, Trace(about=job, after={"invited": fresh}, reason=NOT_UNDONE))


def _looked_at(email: str, there: dict[str, User]) -> dict[str, Any]:
    """What is to come of one address. A deleted account has it still."""
    result: dict[str, Any] = {"email": email, "user": None}
    try:
        address = user_changes.address(email)
    except BadInput as problem:
        return {**result, "outcome": Invitation.REFUSED.value, **fact_of(problem)}
    holder = there.get(same_address(address))
    if holder is None:
        return {**result, "email": address, "outcome": Invitation.INVITED.value}
    if holder.status is UserStatus.DELETED:
        gone = InvalidState(f"{holder.name} has this address and is deleted; bring the account back with restoreUser.")
        return {**result, "outcome": Invitation.REFUSED.value, **fact_of(gone)}
    return {"email": address, "user": holder.id.native, "outcome": Invitation.EXISTING.value}


def _name_twins(results: list[dict[str, Any]]) -> None:
    """The same address once more is there by then."""
    seen: set[str] = set()
    for result in results:
        key = same_address(result["email"])
        if result["outcome"] == Invitation.INVITED.value and key in seen:
            result["outcome"] = Invitation.EXISTING.value
        seen.add(key)


async def _arrived(desk: Desk, by: Means, job: str) -> dict[str, User]:
    """Who has been invited, by address, as soon as that is over. Nobody yet where it takes too long."""
    over = await by.ended(job)
    if over is None:
        return {}
    if over.status is not JobStatus.SUCCEEDED:
        message = "Holistics could not send the invitations; its job says why."
        raise Conflict(message, job=over.id.encode(), reason=over.error)
    desk.forget()
    return {same_address(user.email): user for user in map(translate.user, await by.api.pending_users())}


HANDLERS: dict[type[Change], Handler] = {InviteUsers: invite_users}
