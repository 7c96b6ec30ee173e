"""Changes of members of the organisation: their level, and their leaving it."""

from dataclasses import replace

from dashgraph.connectors.posthog.changes.places import upstream
from dashgraph.connectors.posthog.translate import LEVELS, NUMBERS
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import BadInput, Conflict, Forbidden, StillOwns, UnsupportedBySource
from dashgraph.domain.roles import Role
from dashgraph.domain.user_changes import MOST_NAMED, ChangeUserRole, DeleteUser, OnOwned
from dashgraph.domain.users import User, UserStatus
from dashgraph.sources.live.changing import Desk, Done, Handler

OWNER = LEVELS[15]


async def change_user_role(desk: Desk, wish: ChangeUserRole) -> Done:
    desk.administer("change what others may do")
    user = await desk.user(wish.user)
    level = NUMBERS.get(wish.role)
    if level is None:
        message = f"There is no role {wish.role[:60]!r}; there are: {', '.join(NUMBERS)}."
        raise BadInput(message, argument="role")
    if wish.role == _role(user).native_name:
        return Done(user)
    await _check(desk, user, verb="change the role of")
    if wish.role == OWNER.native_name:
        message = f"{desk.source} cannot do this: PostHog's organization is handed over on its own pages."
        raise UnsupportedBySource(message, source=desk.source)
    undo = ChangeUserRole(user=wish.user, role=_role(user).native_name)
    if not desk.dry_run:
        organization = await upstream(desk).organization_with(user.id.native)
        await upstream(desk).api.update_member(organization, user.id.native, {"level": level})
        desk.forget()
        user = await desk.user(wish.user)
    return Done(user, trace=Trace(user.id, {"role": undo.role}, {"role": wish.role}, undo=(undo,)))


async def delete_user(desk: Desk, wish: DeleteUser) -> Done:
    """Take somebody out of the organisation. What they made stays theirs by name, and is run by administrators."""
    desk.administer("take people out")
    user = await desk.user(wish.user)
    await _check(desk, user, verb="delete")
    if wish.on_owned is OnOwned.TRANSFER or wish.heir is not None:
        message = f"{desk.source} cannot do this: PostHog never changes who created a dashboard; use onOwned KEEP."
        raise UnsupportedBySource(message, source=desk.source)
    if wish.on_owned is OnOwned.BLOCK:
        owned = [one.id for one in await desk.known.all(Kind.DASHBOARD) if one.owner == user.id]
        if owned:
            message = f"{user.name} still owns {len(owned)} dashboards; PostHog lets nobody take them over: use KEEP."
            raise StillOwns(message, owned=owned[:MOST_NAMED], count=len(owned))
    if not desk.dry_run:
        organization = await upstream(desk).organization_with(user.id.native)
        await upstream(desk).api.remove_member(organization, user.id.native)
    reason = "PostHog removes members for good; invite them again on its own pages"
    gone = replace(user, status=UserStatus.DELETED)
    return Done(gone, trace=Trace(about=user.id, before={"role": _role(user).native_name}, reason=reason))


async def _check(desk: Desk, user: User, *, verb: str) -> None:
    """Refuse what people do to themselves by mistake, and what would leave the organisation without an owner."""
    if user.id == await desk.me():
        message = f"You cannot {verb} yourself; another administrator can."
        raise Forbidden(message)
    if _role(user) == OWNER:
        message = f"{user.name} owns the organization; hand it over on PostHog's own pages first."
        raise Conflict(message)


def _role(user: User) -> Role:
    return LEVELS[1] if user.account is None else user.account.role


HANDLERS: dict[type[Change], Handler] = {ChangeUserRole: change_user_role, DeleteUser: delete_user}
