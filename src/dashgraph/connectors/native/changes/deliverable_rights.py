"""Who may do what with schedules and alerts, and as whom they run: by today's rights, looked up in the transaction."""

from dataclasses import dataclass

from sqlalchemy import func, literal, select, true

from dashgraph.connectors.native.changes.desk import Desk, missing
from dashgraph.domain.deliverables import DisabledReason
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import Forbidden, InvalidState, NotFound
from dashgraph.domain.roles import ADMIN
from dashgraph.domain.targets import TargetKind
from dashgraph.domain.users import Origin, UserStatus
from dashgraph.domain.viewers import SERVICES_OWN_NOTHING, TokenScope
from dashgraph.store.database import AnyRow
from dashgraph.store.deliverables import Deliverables
from dashgraph.store.tables import dashboards, users, widgets
from dashgraph.store.visibility import may_view
from dashgraph.store.work_tables import recipients, targets

NO_WIDGET = (
    "There is no such widget in what is published of the dashboard, which is what is delivered; publish the "
    "dashboard first, or choose another widget."
)

A = {Kind.SCHEDULE: "a schedule", Kind.ALERT: "an alert"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the owner of a schedule or an alert is to its dashboard.

    `outside` is the right to have it delivered to plain addresses and to other systems, which the owner of the
    dashboard has, and administrators.
    """

    owner: str
    dashboard: str
    outside: bool

    def require_outside(self) -> None:
        if not self.outside:
            message = (
                "Only the owner of the dashboard and administrators have it delivered to addresses without an account "
                "and to other systems; choose users and groups, or ask one of them to own it."
            )
            raise Forbidden(message, argument="targets")


async def changed(
    desk: Desk, of: Deliverables, one: ResourceId, *, verb: str = "change", by_admin: bool = False
) -> AnyRow:
    """One that the viewer may change, locked, and its dashboard before it, as those do who change that.

    Administrators need a token for what others own, unless it is a thing that every administrator may (`by_admin`).
    Raises NotFound when it is absent or hidden, Forbidden when it is seen but somebody else's, StaleRevision.
    """
    native = desk.id_of(one, of.kind, noun=of.noun)
    every = desk.asker.everything or (by_admin and desk.viewer.is_admin)
    its = select(of.table.c.dashboard_id).where(of.table.c.id == native).scalar_subquery()
    await desk.session.execute(select(dashboards.c.id).where(dashboards.c.id == its).with_for_update(read=True))
    await desk.session.execute(select(of.table.c.id).where(of.table.c.id == native).with_for_update())
    found = select(of.table, users.c.name.label("owner_name")).join(users, users.c.id == of.table.c.owner_id)
    shown = true() if every else of.seen(desk.asker)
    row: AnyRow | None = (await desk.session.execute(found.where(of.table.c.id == native, shown))).first()
    if row is None:
        raise missing(of.noun)
    if row.owner_id != desk.me and not every:
        message = f"Only its owner and administrators {verb} {A[of.kind]}; ask {row.owner_name}."
        raise Forbidden(message)
    desk.check_revision(row.revision)
    return row


async def standing(
    desk: Desk, of: Deliverables, owner: str, dashboard: str | None, widget: str | None = None
) -> Standing:
    """What an owner is to a dashboard who can have it delivered. Raises InvalidState with what stands in the way."""
    known = (
        select(
            users.c.id,
            users.c.name,
            users.c.status,
            users.c.role,
            users.c.origin,
            dashboards.c.owner_id,
            (dashboards.c.id.is_not(None) & dashboards.c.deleted_at.is_(None)).label("there"),
            may_view(literal(dashboard, users.c.id.type), users.c.id).label("views"),
        )
        .select_from(users.outerjoin(dashboards, dashboards.c.id == dashboard))
        .where(users.c.id == owner)
    )
    row = (await desk.session.execute(known)).one()
    if row.origin == Origin.SERVICE.value:
        raise Forbidden(SERVICES_OWN_NOTHING)
    against = _against(row, of)
    if against is not None:
        raise InvalidState(against[1], reason=against[0].value)
    if widget is not None and not await has_widget(desk, str(dashboard), widget):
        message = (
            f"Its widget is not in what is published of the dashboard any more; choose another by update{of.kind}."
        )
        raise InvalidState(message, reason=DisabledReason.WIDGET_DELETED.value)
    is_admin = row.role == ADMIN.native_name and (row.id != desk.me or TokenScope.ADMIN_WRITE in desk.viewer.scopes)
    return Standing(owner, str(dashboard), row.owner_id == owner or is_admin)


def _against(row: AnyRow, of: Deliverables) -> tuple[DisabledReason, str] | None:
    """Why nothing of this user runs on this dashboard, and what can be done."""
    who, give = f"{row.name}, as whom it runs,", f"give it to somebody else by change{of.kind}Owner."
    if row.status == UserStatus.DELETED.value:
        return DisabledReason.OWNER_DELETED, f"{who} is deleted; {give}"
    if row.status != UserStatus.ACTIVE.value:
        return DisabledReason.OWNER_INACTIVE, f"{who} is {row.status}; {give}"
    if not row.there:
        return (
            DisabledReason.DASHBOARD_DELETED,
            f"Its dashboard is deleted; restore that first, or delete the {of.noun}.",
        )
    if not row.views:
        return DisabledReason.OWNER_LOST_ACCESS, f"{who} does not see the dashboard; share it with them first."
    return None


async def has_widget(desk: Desk, dashboard: str, widget: str) -> bool:
    """Whether a widget is in what is delivered of a dashboard: what is published, else what there is."""
    joined = widgets.join(dashboards, dashboards.c.id == widgets.c.dashboard_id)
    shown = widgets.c.edition == func.coalesce(dashboards.c.published, dashboards.c.working)
    there = select(widgets.c.id).select_from(joined).where(dashboards.c.id == dashboard, widgets.c.id == widget, shown)
    return (await desk.session.execute(there)).first() is not None


async def widget_named(desk: Desk, dashboard: str, one: ResourceId | None) -> str | None:
    """The id of a widget that a delivery of this dashboard can be narrowed to. Raises NotFound."""
    if one is None:
        return None
    known = one.kind is Kind.WIDGET and one.source == desk.source
    if not known or not await has_widget(desk, dashboard, one.native):
        raise NotFound(NO_WIDGET, argument="widgetId")
    return one.native


async def goes_outside(desk: Desk, of: Deliverables, native: str) -> bool:
    """Whether a stored one has targets for which its owner needs the right to deliver outside."""
    joined = targets.outerjoin(recipients, recipients.c.target_id == targets.c.id)
    outside = (targets.c.kind != TargetKind.EMAIL.value) | recipients.c.address.is_not(None)
    found = select(targets.c.id).select_from(joined).where(of.of_target == native, outside)
    return (await desk.session.execute(found.limit(1))).first() is not None
