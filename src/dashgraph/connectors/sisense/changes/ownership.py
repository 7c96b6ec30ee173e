"""Ownership on Sisense: an heir must see the dashboard first, and who gives it away keeps a share of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from dashgraph.connectors.sisense.changes import shares
from dashgraph.connectors.sisense.changes.upstream import api, shown, unsupported
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.folders import Folder
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.ownership import ChangeDashboardOwner, OriginalOwnerRule, TransferOwnership, TransferStep
from dashgraph.domain.problems import BadInput, Conflict, Forbidden, NotFound
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.shares import Grant, SetDashboardShares
from dashgraph.domain.text import fold
from dashgraph.domain.users import User, UserStatus
from dashgraph.sources.live.changing import UNTOUCHED, Desk, Done, Handler
from dashgraph.sources.live.standing import OWNER, VIEW, may


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the plan of a hand-over."""

    kind: str
    id: str
    name: str
    step: TransferStep
    reason: str | None = None
    revision: int | None = None


async def change_dashboard_owner(desk: Desk, wish: ChangeDashboardOwner) -> Done:
    """The owner gives a dashboard away; administrators do it with `as_admin`, not by being the owner."""
    board = await desk.dashboard(wish.dashboard, least=VIEW, refusal="")
    if wish.as_admin and not desk.viewer.is_admin:
        message = "Only administrators may give away what others own."
        raise Forbidden(message)
    if not wish.as_admin and not may(board, OWNER) and not await _is_viewers(desk, board):
        message = "Only the owner may give a dashboard away; administrators do it with asAdmin: true."
        raise Forbidden(message)
    heir = await able_heir(desk, wish.owner)
    if desk.dry_run:
        return Done(replace(board, owner=heir.id))
    trace = await give(desk, board, heir.id, wish.original_owner_rule)
    return Done(await shown(desk, board.id.native), trace=trace)


async def give(desk: Desk, board: Dashboard, heir: ResourceId, rule: OriginalOwnerRule) -> Trace:
    """Make the heir the owner, and leave the former one what the rule says. What was done before is not done again."""
    oid, former = board.id.native, board.owner
    if former == heir and not desk.again:
        return UNTOUCHED
    if rule is OriginalOwnerRule.NONE and not api(desk).entitled:
        raise unsupported(desk, "Sisense leaves former owners a share; say originalOwnerRule VIEW or EDIT")
    given = (await desk.lists.shares([oid])).get(oid, ())
    if former != heir:
        share = shares.share_for(board, Grant(heir))
        await shares.rewritten(desk, board, lambda held: {share.id.native: share, **held}, publish=False)
        kept = OriginalOwnerRule.VIEW if rule is OriginalOwnerRule.NONE else rule
        await api(desk).change_owner(oid, heir.native, kept.value)
    after = await shown(desk, oid)
    if after.owner != heir:
        message = f"{desk.source} took the change and left the dashboard with its owner; try again."
        raise Conflict(message)
    if rule is OriginalOwnerRule.NONE and former is not None and former != heir:
        await _without(desk, after, {shares.share_for(board, Grant(former)).id.native})
    if former is None or former == heir:
        return UNTOUCHED
    grants = tuple(Grant(one.subject, one.rule, one.subscribed) for one in given)
    return Trace(
        about=board.id,
        before={"owner": former.native},
        after={"owner": heir.native},
        undo=(
            ChangeDashboardOwner(dashboard=board.id, owner=former, as_admin=True),
            SetDashboardShares(dashboard=board.id, grants=grants),
        ),
    )


async def able_heir(desk: Desk, one: ResourceId) -> User:
    """A user who can take things over. Raises NotFound or BadInput with the reason."""
    try:
        user = await desk.user(one)
    except NotFound:
        message = "There is no user with this id to give it to."
        raise NotFound(message) from None
    if user.status is not UserStatus.ACTIVE:
        message = f"{user.name} is {user.status}; an owner must be able to sign in."
        raise BadInput(message)
    if user.account is not None and user.account.role.kind is RoleKind.VIEWER:
        message = f"{user.name} is a viewer, and viewers own nothing; give them another role first."
        raise BadInput(message)
    return user


async def transfer_ownership(desk: Desk, wish: TransferOwnership) -> Done:
    """Dashboards and folders, one after the other. What was handed over before it broke off is not planned again."""
    giver = await desk.user(wish.giver)
    if not desk.viewer.is_admin and giver.id != await desk.me():
        message = "Only administrators hand over what others own."
        raise Forbidden(message)
    heir = await able_heir(desk, wish.heir)
    if heir.id == giver.id:
        message = "Somebody else must take over; the heir is the owner."
        raise BadInput(message)
    boards, folders = await owned(desk, giver.id)
    items = _items(boards, folders)
    plan = _plan_id(wish, items)
    if wish.plan is not None and wish.plan != plan and not desk.again:
        message = "What would be handed over has changed since that plan; look at the new one in a dry run."
        raise Conflict(message, plan=plan)
    facts = {"plan": plan, "items": [asdict(item) for item in items]}
    if desk.dry_run:
        return Done(giver, facts)
    undo = await hand_over(desk, boards, folders, heir.id, wish.original_owner_rule)
    if desk.again and wish.original_owner_rule is OriginalOwnerRule.NONE:
        await _take_left(desk, giver.id, heir.id)
    about = {"heir": heir.id.native, "dashboards": [board.id.native for board in boards]}
    return Done(giver, facts, Trace(giver.id, None, about, undo=undo, reason=None if undo else "nothing was owned"))


async def owned(desk: Desk, user: ResourceId) -> tuple[Sequence[Dashboard], Sequence[Folder]]:
    """All that a user owns, read now, by title. The folders are those that the account sees."""
    desk.forget()
    boards = [board for board in await desk.known.all(Kind.DASHBOARD) if board.owner == user]
    folders = [folder for folder in await desk.known.all(Kind.FOLDER) if folder.owner == user]
    return (
        sorted(boards, key=lambda one: (fold(one.title), one.id.native)),
        sorted(folders, key=lambda one: (fold(one.name), one.id.native)),
    )


async def hand_over(
    desk: Desk, boards: Sequence[Dashboard], folders: Sequence[Folder], heir: ResourceId, rule: OriginalOwnerRule
) -> tuple[Change, ...]:
    """Folders first, so that the heir has them when the dashboards come. What takes it back, in its order."""
    for folder in folders:
        await api(desk).update_folder(folder.id.native, {"owner": heir.native})
    traces = [await give(desk, board, heir, rule) for board in boards]
    return tuple(change for trace in traces for change in trace.undo)


async def _take_left(desk: Desk, giver: ResourceId, heir: ResourceId) -> None:
    """The share that Sisense leaves a former owner, where a hand-over broke off before it was taken away.

    Nothing tells it from one that the heir gave; who is to keep nothing is not to keep this either.
    """
    desk.forget()
    boards = {board.id.native: board for board in await desk.known.all(Kind.DASHBOARD) if board.owner == heir}
    for oid, given in (await desk.lists.shares(list(boards), many=True)).items():
        left = {share.id.native for share in given if share.subject == giver and not share.subscribed}
        if left:
            await _without(desk, boards[oid], left)


async def _without(desk: Desk, board: Dashboard, gone: set[str]) -> None:
    await shares.rewritten(
        desk, board, lambda held: {one: share for one, share in held.items() if one not in gone}, publish=False
    )


async def _is_viewers(desk: Desk, board: Dashboard) -> bool:
    """Whether the viewer owns it, also where administrators are shown what they administer."""
    return board.owner is not None and board.owner == await desk.me()


def _items(boards: Sequence[Dashboard], folders: Sequence[Folder]) -> list[Item]:
    items = [Item(Kind.DASHBOARD.value, one.id.native, one.title, TransferStep.TRANSFER) for one in boards]
    items += [Item(Kind.FOLDER.value, one.id.native, one.name, TransferStep.TRANSFER) for one in folders]
    return items


def _plan_id(wish: TransferOwnership, items: Sequence[Item]) -> str:
    """The same for the same plan over the same state of the world."""
    text = json.dumps([wish.giver.native, wish.heir.native, wish.original_owner_rule, [asdict(one) for one in items]])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


HANDLERS: dict[type[Change], Handler] = {
    ChangeDashboardOwner: change_dashboard_owner,
    TransferOwnership: transfer_ownership,
}
