"""What becomes of schedules and alerts when their owner, their dashboard or their widget goes."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, func, literal, or_, select

from dashgraph.connectors.native.changes.desk import Desk
from dashgraph.domain.deliverables import DisabledReason
from dashgraph.domain.roles import ADMIN
from dashgraph.domain.targets import TargetKind
from dashgraph.store.database import AnyRow
from dashgraph.store.deliverables import DELIVERABLES, Deliverables
from dashgraph.store.tables import dashboards, users, widgets
from dashgraph.store.visibility import may_view
from dashgraph.store.work_tables import recipients, targets

UNSEEN = "the heir does not see its dashboard; share that with the heir first"
OUTSIDE = "it delivers outside, which the heir may not: only the owner of its dashboard and administrators do"


async def disable(desk: Desk, reason: DisabledReason, **having: str) -> None:
    """Turn off the schedules and alerts that have these values, and say why."""
    for of in DELIVERABLES:
        await disable_those(desk, of, and_(*(of.table.c[name] == value for name, value in having.items())), reason)


async def disable_without_widget(desk: Desk, dashboard: str) -> None:
    """Turn off the schedules and alerts of this dashboard whose widget is in what is delivered no more."""
    shown = func.coalesce(dashboards.c.published, dashboards.c.working)
    there = (
        select(widgets.c.id)
        .select_from(widgets.join(dashboards, dashboards.c.id == widgets.c.dashboard_id))
        .where(dashboards.c.id == dashboard, widgets.c.edition == shown)
    )
    for of in DELIVERABLES:
        gone = (of.table.c.dashboard_id == dashboard) & of.table.c.widget_id.not_in(there)
        await disable_those(desk, of, gone, DisabledReason.WIDGET_DELETED)


async def disable_those(desk: Desk, of: Deliverables, condition: ColumnElement[bool], reason: DisabledReason) -> None:
    """Turn off those that meet the condition, and say why. Those that are off already stay as they are."""
    await desk.ledger.update(of.table, condition & (of.table.c.enabled == 1), enabled=0, disabled_reason=reason.value)


async def hand_over(desk: Desk, giver: str, heir: str) -> int:
    """Give the heir those schedules and alerts that can run as the heir now; how many."""
    moved = 0
    for of in DELIVERABLES:
        able = [row.id for row, reason in await inheritance(desk, of, giver, heir) if reason is None]
        moved += len(await desk.ledger.update(of.table, of.table.c.id.in_(able), owner_id=heir))
    return moved


async def inheritance(
    desk: Desk, of: Deliverables, giver: str, heir: str, given: Collection[str] = ()
) -> Sequence[tuple[AnyRow, str | None]]:
    """What a giver has, locked, each with why the heir cannot have it. The heir gets `given` dashboards too."""
    table = of.table
    joined = targets.outerjoin(recipients, recipients.c.target_id == targets.c.id)
    is_outside = or_(targets.c.kind != TargetKind.EMAIL.value, recipients.c.address.is_not(None))
    goes_outside = select(targets.c.id).select_from(joined).where(of.of_target == table.c.id, is_outside)
    may_send = or_(
        select(users.c.id).where(users.c.id == heir, users.c.role == ADMIN.native_name).exists(),
        select(dashboards.c.id)
        .where(dashboards.c.id == table.c.dashboard_id, dashboards.c.owner_id == heir)
        .correlate(table)
        .exists(),
    )
    theirs = (
        select(
            table,
            may_view(table.c.dashboard_id, literal(heir, users.c.id.type)).label("views"),
            or_(may_send, ~goes_outside.correlate(table).exists()).label("may_send"),
        )
        .where(table.c.owner_id == giver)
        .order_by(table.c.name_key, table.c.id)
        .with_for_update(of=table)
    )
    found: list[tuple[AnyRow, str | None]] = []
    for row in await desk.session.execute(theirs):
        comes_with_it = row.dashboard_id in given
        reason = None if comes_with_it or row.views else UNSEEN
        if reason is None and not (comes_with_it or row.may_send):
            reason = OUTSIDE
        found.append((row, reason))
    return found
