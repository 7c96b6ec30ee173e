"""Shares on Sisense, which are written as a whole list: re-read, compared, written, and looked at once more."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from dashgraph.connectors.sisense.changes.upstream import api, shown
from dashgraph.connectors.sisense.translate import share_entry, shares_of
from dashgraph.domain.access import RANKS, PathKind
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.dashboards import Dashboard, DashboardState
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, NotFound, UnsupportedBySource
from dashgraph.domain.shares import (
    AddShare,
    CopyShares,
    Grant,
    RemoveShare,
    SetDashboardShares,
    Share,
    ShareRule,
    UpdateShare,
)
from dashgraph.sources.live.changing import LEAST_TO_SHARE, UNTOUCHED, Desk, Done, Handler, missing
from dashgraph.sources.live.standing import RULES

REFUSAL = "Only the owner and administrators share a dashboard"
TRIES = 4

Held = Mapping[str, Share]  # by the native ids of the shares


async def add_share(desk: Desk, wish: AddShare) -> Done:
    if wish.target.kind is not Kind.DASHBOARD:
        message = f"Folders give no rights in {desk.source}: share the dashboards in it."
        raise UnsupportedBySource(message, source=desk.source)
    board = await desk.dashboard(wish.target, least=LEAST_TO_SHARE, refusal=REFUSAL)
    share = await _given(desk, board, wish.grant)

    def added(held: Held) -> Held:
        there = held.get(share.id.native)
        if there is not None and not (desk.again and (there.rule, there.subscribed) == (share.rule, share.subscribed)):
            message = "It is shared with them already; use updateShare, or setDashboardShares for all at once."
            raise Conflict(message)
        return {**held, share.id.native: share}

    before, _ = await rewritten(desk, board, added)
    return Done(share, trace=_trace(desk, board, before, {**before, share.id.native: share}))


async def update_share(desk: Desk, wish: UpdateShare) -> Done:
    board, native = await _shared(desk, wish.share)

    def updated(held: Held) -> Held:
        share = _there(held, native)
        rule = wish.rule or share.rule
        subscribed = share.subscribed if wish.subscribed is None else wish.subscribed
        return {**held, native: replace(share, rule=rule, native_role=rule.value, subscribed=subscribed)}

    before, after = await rewritten(desk, board, updated)
    return Done(after[native], trace=_trace(desk, board, before, after))


async def remove_share(desk: Desk, wish: RemoveShare) -> Done:
    board, native = await _shared(desk, wish.share)

    def removed(held: Held) -> Held:
        if not desk.again:
            _there(held, native)
        return {one: share for one, share in held.items() if one != native}

    before, after = await rewritten(desk, board, removed)
    gone = before.get(native)
    ways = [] if gone is None else await _other_ways(desk, board, gone, after)
    thing = board if desk.dry_run else await shown(desk, board.id.native)
    return Done(thing, {"still_has_access_via": ways}, _trace(desk, board, before, after))


async def set_shares(desk: Desk, wish: SetDashboardShares) -> Done:
    """A subject named twice has its last rule."""
    board = await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal=REFUSAL)
    wanted = {share.id.native: share for share in [await _given(desk, board, grant) for grant in wish.grants]}
    before, after = await rewritten(desk, board, lambda _: wanted)
    thing = board if desk.dry_run else await shown(desk, board.id.native)
    return Done(thing, trace=_trace(desk, board, before, after))


async def copy_shares(desk: Desk, wish: CopyShares) -> Done:
    board = await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal=REFUSAL)
    origin = await desk.dashboard(wish.origin, least=LEAST_TO_SHARE, refusal=REFUSAL)
    given = (await _held(desk, origin.id.native)).values()

    def copied(held: Held) -> Held:
        found = dict(held)
        for share in given:
            if share.subject == board.owner:
                continue  # owning it is more than any share
            one = share_for(board, Grant(share.subject, share.rule, share.subscribed))
            there = held.get(one.id.native)
            if there is None:
                found[one.id.native] = one
            elif share.rule is ShareRule.EDIT:
                found[one.id.native] = replace(there, rule=share.rule, native_role=share.rule.value)
        return found

    before, after = await rewritten(desk, board, copied)
    thing = board if desk.dry_run else await shown(desk, board.id.native)
    return Done(thing, trace=_trace(desk, board, before, after))


async def rewritten(
    desk: Desk, board: Dashboard, change: Callable[[Held], Held], *, publish: bool = True
) -> tuple[Held, Held]:
    """The shares before and after a change of them. The first share publishes, as recipients see nothing before.

    Whoever else writes at the same time is noticed by reading again: what is missing then is written once more.
    """
    oid = board.id.native
    async with desk.locks.alone(f"shares/{oid}"):
        before = await _held(desk, oid)
        wanted = change(before)
        if desk.dry_run:
            return before, wanted
        differing = {one for one in {*before, *wanted} if _said(before.get(one)) != _said(wanted.get(one))}
        now = before
        for _ in range(TRIES):
            if _agree(now, wanted, differing):
                break
            merged = {one: share for one, share in now.items() if one not in differing}
            merged |= {one: share for one, share in wanted.items() if one in differing}
            await api(desk).replace_shares(oid, [share_entry(share) for share in merged.values()])
            now = await _held(desk, oid)
        if not _agree(now, wanted, differing):
            message = "Others keep writing the shares of this dashboard; try again."
            raise Conflict(message)
        if publish and now and await _is_unpublished(desk, board):
            await api(desk).publish(oid)
        return before, now


async def _is_unpublished(desk: Desk, board: Dashboard) -> bool:
    """Whether its recipients have never been shown anything. Told anew: another change may have published it."""
    if board.state is not DashboardState.DRAFT and not (desk.again and board.published_at is None):
        return False
    return (await shown(desk, board.id.native)).published_at is None


async def _held(desk: Desk, oid: str) -> Held:
    """The shares that Sisense has now."""
    raws = await api(desk).shares(oid)
    if raws is None:
        raise missing("dashboard")
    return {share.id.native: share for share in shares_of(oid, raws)}


async def _shared(desk: Desk, one: ResourceId) -> tuple[Dashboard, str]:
    """The dashboard of a share, which the viewer may share, and the share's native id."""
    native = desk.native(one, Kind.SHARE)
    try:
        oid = ResourceId(desk.source, Kind.DASHBOARD, native.split("/", 1)[0])
        return await desk.dashboard(oid, least=LEAST_TO_SHARE, refusal=REFUSAL), native
    except NotFound:
        raise missing("share") from None


async def _given(desk: Desk, board: Dashboard, grant: Grant) -> Share:
    """The share that a grant makes. Raises NotFound for nobody, BadInput for the owner."""
    kind = grant.subject.kind
    known = kind in {Kind.USER, Kind.GROUP} and grant.subject.source == desk.source
    if not known or not await desk.known.by_ids(kind, [grant.subject.native]):
        message = "There is no user or group with this id to share with."
        raise NotFound(message)
    if grant.subject == board.owner:
        message = "The owner sees the dashboard already, and needs no share."
        raise BadInput(message)
    return share_for(board, grant)


def share_for(board: Dashboard, grant: Grant) -> Share:
    native = f"{board.id.native}/{grant.subject.kind.value.lower()}/{grant.subject.native}"
    return Share(
        id=replace(board.id, kind=Kind.SHARE, native=native),
        dashboard=board.id,
        subject=grant.subject,
        rule=grant.rule,
        subscribed=grant.subscribed,
        created_at=None,
        native_role=grant.rule.value,
    )


def _there(held: Held, native: str) -> Share:
    if native not in held:
        raise missing("share")
    return held[native]


def _agree(one: Held, other: Held, about: Iterable[str]) -> bool:
    return all(_said(one.get(native)) == _said(other.get(native)) for native in about)


def _said(share: Share | None) -> tuple[ShareRule, bool] | None:
    return None if share is None else (share.rule, share.subscribed)


async def _other_ways(desk: Desk, board: Dashboard, gone: Share, held: Held) -> list[dict[str, object]]:
    """How the user of a share that was taken away still sees the dashboard. Groups have no other way."""
    if gone.subject.kind is not Kind.USER:
        return []
    groups = {one.group for one in await desk.known.memberships(users=[gone.subject.native])}
    ways: list[tuple[int, dict[str, object]]] = []
    if gone.subject == board.owner:
        ways.append((4, {"kind": PathKind.OWNER.value, "rank": max(RANKS.values()), "share": None, "group": None}))
    for share in held.values():
        if share.subject.kind is Kind.GROUP and share.subject.native in groups:
            rank, group = RULES[share.rule], share.subject.native
            way = {"kind": PathKind.GROUP.value, "rank": rank, "share": share.id.native, "group": group}
            ways.append((rank, way))
    return [way for _, way in sorted(ways, key=lambda one: -one[0])]


def _trace(desk: Desk, board: Dashboard, before: Held, after: Held) -> Trace:
    if {one: _said(share) for one, share in before.items()} == {one: _said(share) for one, share in after.items()}:
        return UNTOUCHED
    grants = tuple(Grant(share.subject, share.rule, share.subscribed) for share in before.values())
    return Trace(
        about=board.id,
        before={"shares": [share_entry(share) for share in before.values()]},
        after={"shares": [share_entry(share) for share in after.values()]},
        undo=(SetDashboardShares(dashboard=board.id, grants=grants),),
    )


HANDLERS: dict[type[Change], Handler] = {
    AddShare: add_share,
    UpdateShare: update_share,
    RemoveShare: remove_share,
    SetDashboardShares: set_shares,
    CopyShares: copy_shares,
}
