"""Trying schedules and alerts out, and the jobs they start. A job is written in the same transaction, past the ledger.

What a test delivers is kept nowhere else, so its job has all of it: `input` holds the `deliverable` as a row of its
table, whose `kind` it names, its `targets` as rows, each with its `recipients`, and the `values` that an alert is to
have seen. The job of a run holds at the most those: it reads what is stored.
"""

import json
from typing import Any

from dashgraph.connectors.native.changes.deliverable_rights import changed, standing, widget_named
from dashgraph.connectors.native.changes.deliverable_targets import Planned, Row, held, planned
from dashgraph.connectors.native.changes.deliverables import texts
from dashgraph.connectors.native.changes.desk import Desk, Done, Handler
from dashgraph.domain import deliverable_checks
from dashgraph.domain.alert_changes import TestAlert
from dashgraph.domain.changes import UNCHANGED, Change
from dashgraph.domain.deliverable_changes import TestDeliverable
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JobKind, Trigger
from dashgraph.domain.problems import BadInput
from dashgraph.domain.schedule_changes import TestSchedule
from dashgraph.domain.targets import EmailTarget, TargetKind, settings_of
from dashgraph.store import working
from dashgraph.store.deliverables import OF_KIND, Deliverables
from dashgraph.store.visibility import VIEW

NOT_UNDONE = "what is delivered cannot be taken back; cancelJob stops a job that goes on"
KEPT = ("name", "owner_id", "dashboard_id", "widget_id", "zone", "format", "subject", "body", "filters")


async def test(desk: Desk, wish: TestDeliverable) -> Done:
    """To the viewer's own address, whoever owns it; to its targets as if it were saved with them."""
    of = OF_KIND[wish.KIND]
    row = await _tested(desk, of, wish)
    stored = await held(desk, of, row["id"])
    owner = await standing(desk, of, row["owner_id"], row["dashboard_id"])
    row |= texts(wish)
    if wish.widget is not UNCHANGED:
        row["widget_id"] = await widget_named(desk, owner.dashboard, wish.widget)
    else:
        await standing(desk, of, row["owner_id"], row["dashboard_id"], row["widget_id"])
    wanted = _to_me(desk)
    if wish.to_targets:
        wanted = stored if wish.targets is UNCHANGED else await planned(desk, owner, wish.targets, stored)
    if not wanted.targets:
        message = "There is no target to deliver to; give one in `targets`, or leave toTargets out."
        raise BadInput(message, argument="targets")
    deliverable_checks.fits(DeliveryFormat(row["format"]), [TargetKind(target["kind"]) for target in wanted.targets])
    given = {
        "kind": of.kind.value,
        "deliverable": {name: row[name] for name in KEPT},
        "targets": [{**target, "recipients": wanted.recipients[target["id"]]} for target in wanted.targets],
        "values": wish.values if isinstance(wish, TestAlert) else None,
    }
    job = await start(desk, Trigger.TEST, given, owner.dashboard)
    facts = {"job": job, "warnings": [list(one) for one in wanted.warnings]}
    return Done(wish.subject_of_test, facts=facts, reason=NOT_UNDONE)


async def _tested(desk: Desk, of: Deliverables, wish: TestDeliverable) -> Row:
    """What is stored, or what a new one would be with nothing said about it."""
    if wish.deliverable is not None and wish.dashboard is None:
        return dict((await changed(desk, of, wish.deliverable))._mapping)
    dashboard = await desk.dashboard(wish.subject_of_test, least=VIEW, refusal="")
    return {
        "id": desk.fresh_id(),
        "name": dashboard.title,
        "owner_id": desk.me,
        "dashboard_id": dashboard.id,
        "widget_id": None,
        "zone": "UTC",
        "format": DeliveryFormat.PDF.value,
        "subject": None,
        "body": None,
        "filters": None,
    }


def _to_me(desk: Desk) -> Planned:
    native = desk.fresh_id()
    settings = json.dumps(settings_of(EmailTarget(recipients=())))
    target = {"id": native, "position": 0, "kind": TargetKind.EMAIL.value, "settings": settings, "sealed": None}
    me = {"target_id": native, "position": 0, "user_id": desk.me, "group_id": None, "address": None}
    return Planned([target], {native: [me]})


async def start(desk: Desk, trigger: Trigger, given: dict[str, Any], dashboard: str | None, **more: Any) -> str:
    """The global id of a new delivery, asked for by the viewer and carried out as the owner of what it delivers."""
    row = working.job_row(
        JobKind.DELIVERY, trigger, desk.now, given=given, requested_by=desk.me, dashboard_id=dashboard, **more
    )
    await working.add(desk.session, row)
    return ResourceId(desk.source, Kind.JOB, row["id"]).encode()


HANDLERS: dict[type[Change], Handler] = {TestSchedule: test, TestAlert: test}
