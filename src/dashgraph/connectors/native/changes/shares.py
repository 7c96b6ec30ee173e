"""Changes of shares. Only the owner and administrators share."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from dashgraph.connectors.native.changes.desk import LEAST_TO_SHARE, Desk, Done, Handler, missing
from dashgraph.domain.changes import Change
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, NotFound, UnsupportedBySource
from dashgraph.domain.shares import (
    SHARE,
    AddShare,
    CopyShares,
    Grant,
    RemoveShare,
    SetDashboardShares,
    ShareRule,
    UpdateShare,
)
from dashgraph.domain.users import UserStatus
from dashgraph.store import access
from dashgraph.store.database import AnyRow
from dashgraph.store.tables import dashboards, editions, groups, shares, users

REFUSAL = "Only the owner and administrators share a dashboard"


async def add_share(desk: Desk, wish: AddShare) -> Done:
    if wish.dashboard is None or wish.folder is not None:
        message = f"Folders give no rights in {desk.source}: share the dashboards in it."
        raise UnsupportedBySource(message, source=desk.source)
    dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal=REFUSAL)
    share = await _grant(desk, dashboard, wish.grant)
    return Done(share, SHARE.name)


async def update_share(desk: Desk, wish: UpdateShare) -> Done:
    share = await _share(desk, wish.share)
    values: dict[str, Any] = {}
    if wish.rule is not None:
        values["rule"] = wish.rule.value
    if wish.subscribed is not None:
        values["subscribed"] = int(wish.subscribed)
    if values:
        await desk.ledger.update(shares, shares.c.id == share.id, **values)
    return Done(wish.share, SHARE.name)


async def remove_share(desk: Desk, wish: RemoveShare) -> Done:
    share = await _share(desk, wish.share)
    await desk.ledger.delete(shares, shares.c.id == share.id)
    still = await _other_paths(desk, share)
    dashboard = ResourceId(desk.source, Kind.DASHBOARD, share.dashboard_id)
    return Done(dashboard, DASHBOARD.name, {"still_has_access_via": still})


async def set_shares(desk: Desk, wish: SetDashboardShares) -> Done:
    """Shares that stay keep their id and their time; a subject named twice has its last rule."""
    dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal=REFUSAL)
    wanted = {_share_id(dashboard.id, grant): grant for grant in wish.grants}
    held = await _held(desk, dashboard.id)
    for one, row in held.items():
        grant = wanted.get(one)
        if grant is None:
            await desk.ledger.delete(shares, shares.c.id == one)
        elif (row.rule, row.subscribed) != (grant.rule.value, int(grant.subscribed)):
            values = {"rule": grant.rule.value, "subscribed": int(grant.subscribed)}
            await desk.ledger.update(shares, shares.c.id == one, **values)
    for one, grant in wanted.items():
        if one not in held:
            await _grant(desk, dashboard, grant)
    return Done(wish.dashboard, DASHBOARD.name)


async def copy_shares(desk: Desk, wish: CopyShares) -> Done:
    await desk.lock_dashboards(wish.dashboard, wish.origin)
    dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal=REFUSAL)
    origin = await desk.dashboard(wish.origin, least=LEAST_TO_SHARE, refusal=REFUSAL)
    held = await _held(desk, dashboard.id)
    for row in (await _held(desk, origin.id)).values():
        kind, subject = (Kind.USER, row.user_id) if row.user_id else (Kind.GROUP, row.group_id)
        if subject == dashboard.owner_id and kind is Kind.USER:
            continue  # owning it is more than any share
        grant = Grant(ResourceId(desk.source, kind, subject), ShareRule(row.rule), bool(row.subscribed))
        there = held.get(_share_id(dashboard.id, grant))
        if there is None:
            await _grant(desk, dashboard, grant)
        elif there.rule != row.rule and grant.rule is ShareRule.EDIT:
            await desk.ledger.update(shares, shares.c.id == there.id, rule=ShareRule.EDIT.value)
    return Done(wish.dashboard, DASHBOARD.name)


async def publish_for_the_first_share(desk: Desk, dashboard: str) -> None:
    """A dashboard that was never published is, as soon as somebody else is to see it."""
    [row] = await desk.session.execute(select(dashboards).where(dashboards.c.id == dashboard))
    if row.published is not None:
        return
    edition = (editions.c.dashboard_id == dashboard) & (editions.c.number == row.working)
    await desk.ledger.update(editions, edition, published_at=desk.now, published_by=desk.me)
    await desk.ledger.update(dashboards, dashboards.c.id == dashboard, published=row.working)


async def _grant(desk: Desk, dashboard: AnyRow, grant: Grant) -> ResourceId:
    """Insert one share. Raises Conflict when the subject has one, BadInput when it is the owner."""
    await _check_subject(desk, grant.subject)
    if grant.subject.kind is Kind.USER and grant.subject.native == dashboard.owner_id:
        message = "The owner sees the dashboard already, and needs no share."
        raise BadInput(message)
    native = _share_id(dashboard.id, grant)
    if (await desk.session.execute(select(shares.c.id).where(shares.c.id == native))).first() is not None:
        message = "It is shared with them already; use updateShare, or setDashboardShares for all at once."
        raise Conflict(message)
    column = "user_id" if grant.subject.kind is Kind.USER else "group_id"
    other = "group_id" if column == "user_id" else "user_id"
    row = {
        "id": native,
        "dashboard_id": dashboard.id,
        column: grant.subject.native,
        other: None,
        "rule": grant.rule.value,
        "subscribed": int(grant.subscribed),
        "created_at": desk.now,
        "created_by": desk.me,
    }
    await desk.ledger.insert(shares, row)
    await publish_for_the_first_share(desk, dashboard.id)
    return ResourceId(desk.source, Kind.SHARE, native)


async def _check_subject(desk: Desk, subject: ResourceId) -> None:
    """Whom it is for must be there. Inactive users may be shared with, and see nothing until they are active."""
    if subject.kind is Kind.USER:
        there = select(users.c.id).where(users.c.id == subject.native, users.c.status != UserStatus.DELETED.value)
    else:
        there = select(groups.c.id).where(groups.c.id == subject.native)
    known = subject.source == desk.source and subject.kind in {Kind.USER, Kind.GROUP}
    if not known or (await desk.session.execute(there)).first() is None:
        message = "There is no user or group with this id to share with."
        raise NotFound(message)


async def _share(desk: Desk, one: ResourceId) -> AnyRow:
    """A share of a dashboard that the viewer may share. Locks the dashboard."""
    native = desk.id_of(one, Kind.SHARE, noun="share")
    dashboard = ResourceId(desk.source, Kind.DASHBOARD, native.split("/", 1)[0])
    try:
        await desk.dashboard(dashboard, least=LEAST_TO_SHARE, refusal=REFUSAL)
    except NotFound:
        raise missing("share") from None
    found = (await desk.session.execute(select(shares).where(shares.c.id == native))).first()
    if found is None:
        raise missing("share")
    return found


async def _held(desk: Desk, dashboard: str) -> Mapping[str, AnyRow]:
    rows = await desk.session.execute(select(shares).where(shares.c.dashboard_id == dashboard).order_by(shares.c.id))
    return {row.id: row for row in rows}


async def _other_paths(desk: Desk, share: AnyRow) -> Sequence[dict[str, Any]]:
    """How the subject of a share that was taken away still sees the dashboard. Groups have no other way."""
    if share.user_id is None:
        return []
    ways = access.paths(
        of_dashboards=lambda column: column == share.dashboard_id, of_users=lambda column: column == share.user_id
    )
    rows = await desk.session.execute(select(ways).order_by(ways.c.rank.desc(), ways.c.share_id))
    return [{"kind": row.kind, "rank": row.rank, "share": row.share_id, "group": row.group_id} for row in rows]


def _share_id(dashboard: str, grant: Grant) -> str:
    return f"{dashboard}/{grant.subject.kind.value.lower()}/{grant.subject.native}"


HANDLERS: dict[type[Change], Handler] = {
    AddShare: add_share,
    UpdateShare: update_share,
    RemoveShare: remove_share,
    SetDashboardShares: set_shares,
    CopyShares: copy_shares,
}
