"""Changes of schedules and alerts alike. Whoever sees a dashboard has it delivered."""

from typing import Any, TypeVar

from sqlalchemy import select

from dashgraph.connectors.native.changes.deliverable_rights import changed, goes_outside, standing, widget_named
from dashgraph.connectors.native.changes.deliverable_targets import Row, Warned, drop, held, keep, planned
from dashgraph.connectors.native.changes.desk import Desk, Done
from dashgraph.domain import deliverable_checks, zones
from dashgraph.domain.alerts import ALERT
from dashgraph.domain.changes import UNCHANGED
from dashgraph.domain.deliverable_changes import (
    ChangeDeliverableOwner,
    CreateDeliverable,
    DeleteDeliverable,
    SetDeliverableEnabled,
    TestDeliverable,
    UpdateDeliverable,
)
from dashgraph.domain.deliverables import DeliveryFormat, WarningKind
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, InvalidState, NotFound
from dashgraph.domain.schedules import SCHEDULE
from dashgraph.domain.targets import TargetKind
from dashgraph.domain.text import fold
from dashgraph.domain.users import UserStatus
from dashgraph.store.database import AnyRow
from dashgraph.store.deliverables import OF_KIND, Deliverables
from dashgraph.store.tables import users
from dashgraph.store.visibility import VIEW

T = TypeVar("T")

LOOKUPS = {Kind.SCHEDULE: SCHEDULE.name, Kind.ALERT: ALERT.name}


async def create(desk: Desk, wish: CreateDeliverable, own: Row) -> Done:
    """`own` are the columns that only schedules, or only alerts have."""
    of = OF_KIND[wish.KIND]
    dashboard = await desk.dashboard(wish.dashboard, least=VIEW, refusal="")
    owner = await standing(desk, of, desk.me, dashboard.id)
    native = desk.fresh_id()
    stored = await held(desk, of, native)
    values = {**texts(wish), **own, "widget_id": await widget_named(desk, dashboard.id, wish.widget)}
    wanted = await planned(desk, owner, wish.targets, stored)
    deliverable_checks.fits(wish.format, [target.KIND for target in wish.targets])
    row = {
        "id": native,
        "owner_id": desk.me,
        "dashboard_id": dashboard.id,
        "enabled": int(wish.enabled),
        "disabled_reason": None,
        "created_at": desk.now,
        "updated_at": desk.now,
        **values,
    }
    await desk.ledger.insert(of.table, row)
    await keep(desk, of, native, wanted, stored)
    return _shown(desk, of, native, [*wanted.warnings, *_unknown(row)])


async def update(desk: Desk, wish: UpdateDeliverable, row: AnyRow, own: Row) -> Done:
    """The targets are looked at again when they are given: sending looks at all of them each time anyway."""
    of = OF_KIND[wish.KIND]
    owner = await standing(desk, of, row.owner_id, row.dashboard_id)
    values = {**texts(wish), **own}
    if wish.widget is not UNCHANGED:
        values["widget_id"] = await widget_named(desk, owner.dashboard, wish.widget)
    stored = await held(desk, of, row.id)
    kinds = [TargetKind(target["kind"]) for target in stored.targets]
    warnings: Warned = []
    differs = any(row._mapping[name] != value for name, value in values.items())
    if wish.targets is not UNCHANGED:
        wanted = await planned(desk, owner, wish.targets, stored)
        warnings, kinds = wanted.warnings, [target.KIND for target in wish.targets or ()]
        differs = await keep(desk, of, row.id, wanted, stored) or differs
    deliverable_checks.fits(DeliveryFormat(values.get("format", row.format)), kinds)
    if differs:
        await desk.ledger.update(of.table, of.table.c.id == row.id, **values)
    return _shown(desk, of, row.id, [*warnings, *_unknown({**row._mapping, **values})])


async def delete(desk: Desk, wish: DeleteDeliverable) -> Done:
    """What it did stays in the list of jobs for a while; undoing brings it back without that."""
    of = OF_KIND[wish.KIND]
    row = await changed(desk, of, wish.deliverable)
    await drop(desk, of, row.id)
    await desk.ledger.delete(of.table, of.table.c.id == row.id)
    return Done(wish.deliverable, facts={"deleted": wish.deliverable.encode()})


async def set_enabled(desk: Desk, wish: SetDeliverableEnabled) -> Done:
    """Enabling says no while what disabled it, or would, is still so."""
    of = OF_KIND[wish.KIND]
    row = await changed(desk, of, wish.deliverable)
    if wish.enabled:
        await standing(desk, of, row.owner_id, row.dashboard_id, row.widget_id)
    if bool(row.enabled) is not wish.enabled:
        values = {"enabled": int(wish.enabled), "disabled_reason": None}
        await desk.ledger.update(of.table, of.table.c.id == row.id, **values)
    return _shown(desk, of, row.id, [])


async def change_owner(desk: Desk, wish: ChangeDeliverableOwner) -> Done:
    """It runs as the heir from then on, so the heir must be able to do what it does. Whether it fires stays."""
    of = OF_KIND[wish.KIND]
    heir = await _heir(desk, wish.owner)
    row = await changed(desk, of, wish.deliverable)
    if heir != row.owner_id:
        try:
            owner = await standing(desk, of, heir, row.dashboard_id)
        except InvalidState as problem:
            raise InvalidState(problem.message, argument="ownerId") from None
        if await goes_outside(desk, of, row.id):
            owner.require_outside()
        await desk.ledger.update(of.table, of.table.c.id == row.id, owner_id=heir)
    return _shown(desk, of, row.id, [])


async def _heir(desk: Desk, one: ResourceId) -> str:
    """The id of an active user. Viewers own these too: they make them of what they see."""
    known = select(users.c.id, users.c.name, users.c.status).where(users.c.id == one.native)
    row = (await desk.session.execute(known.with_for_update(read=True))).first()
    if row is None or one.source != desk.source or one.kind is not Kind.USER or row.status == UserStatus.DELETED.value:
        message = "There is no user with this id to give it to."
        raise NotFound(message, argument="ownerId")
    if row.status != UserStatus.ACTIVE.value:
        message = f"{row.name} is {row.status}; it must run as somebody who can sign in."
        raise BadInput(message, argument="ownerId")
    native: str = row.id
    return native


def texts(wish: CreateDeliverable | UpdateDeliverable | TestDeliverable) -> dict[str, Any]:
    """The columns that were given, but for where to and of what."""
    values: dict[str, Any] = {}
    if wish.called is not UNCHANGED:
        values["name"] = deliverable_checks.name(wish.called)
        values["name_key"] = fold(values["name"])
    if wish.zone is not UNCHANGED:
        values["zone"] = zones.zone(said(wish.zone, "timezone")).key
    if wish.format is not UNCHANGED:
        values["format"] = said(wish.format, "format").value
    if wish.subject is not UNCHANGED:
        values["subject"] = deliverable_checks.text(wish.subject, "subject")
    if wish.body is not UNCHANGED:
        values["body"] = deliverable_checks.text(wish.body, "body")
    if wish.filters is not UNCHANGED:
        values["filters"] = deliverable_checks.filters(wish.filters)
    return values


def said(given: T | None, argument: str) -> T:
    """What was given. Raises BadInput for null where there must be something."""
    if given is None:
        message = f"It cannot be without {argument}."
        raise BadInput(message, argument=argument)
    return given


def _unknown(row: Row) -> Warned:
    """A warning for each thing in the templates that looks like a variable and is none."""
    return [
        (WarningKind.UNKNOWN_VARIABLE.value, f"{one} is no variable and is delivered as it is written.")
        for one in deliverable_checks.unknown_variables(row["subject"], row["body"])
    ]


def _shown(desk: Desk, of: Deliverables, native: str, warnings: Warned) -> Done:
    facts = {"warnings": [list(one) for one in warnings]}
    return Done(ResourceId(desk.source, of.kind, native), LOOKUPS[of.kind], facts)
