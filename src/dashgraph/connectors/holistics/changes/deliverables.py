"""Changes of schedules and of alerts alike. Holistics takes the whole of one each time: it is read, changed, written.

Holistics runs them as the account of the key, so only those decide on them who could have everything delivered that
they show: the owner of the dashboard, and administrators.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

from dashgraph.connectors.holistics import deliverables
from dashgraph.connectors.holistics.api import Holistics
from dashgraph.connectors.holistics.changes.means import NOT_UNDONE, means, submitted
from dashgraph.connectors.holistics.changes.wishes import blank, changed, kept, to_myself, unseen, widget_of
from dashgraph.connectors.holistics.destinations import Row
from dashgraph.domain.alert_changes import (
    CreateAlert,
    DeleteAlert,
    SetAlertEnabled,
    TestAlert,
    TriggerAlert,
    UpdateAlert,
)
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.deliverable_changes import (
    CreateDeliverable,
    DeleteDeliverable,
    SetDeliverableEnabled,
    TestDeliverable,
    UpdateDeliverable,
)
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, InvalidState, NotFound
from dashgraph.domain.schedule_changes import (
    CreateSchedule,
    DeleteSchedule,
    RunSchedule,
    SetScheduleEnabled,
    TestSchedule,
    UpdateSchedule,
)
from dashgraph.domain.widgets import Widget
from dashgraph.sources.live.changing import LEAST_TO_SHARE, Desk, Done, Handler
from dashgraph.sources.live.standing import VIEW
from dashgraph.sources.rest.answers import Raw, Raws

DECIDING = "Only the owner of its dashboard and administrators change it"
DELIVERING = "Only the owner and administrators have Holistics deliver a dashboard, which it does as dashgraph"
FOR_GOOD = "Holistics deletes for good"
SET_UP_THERE = "what it was before is set up in Holistics alone"
WRITABLE = frozenset({"EmailDest", "SlackDest", "WebhookDest"})  # destinations that can be given back
QUIET: dict[str, Any] = {"warnings": ()}


@dataclass(frozen=True)
class Calls:
    """What Holistics is asked of schedules, or of alerts, and which change takes a new one back."""

    kind: Kind
    every: Callable[[Holistics], Awaitable[Raws]]
    read: Callable[[Holistics, str], Awaitable[Raw]]
    create: Callable[[Holistics, Row], Awaitable[Raw]]
    update: Callable[[Holistics, str, Row], Awaitable[Raw]]
    delete: Callable[[Holistics, str], Awaitable[None]]
    run: Callable[[Holistics, str], Awaitable[Raw]]
    attempt: Callable[[Holistics, Row], Awaitable[Raw]]
    unmaking: type[DeleteDeliverable]


SCHEDULES = Calls(
    Kind.SCHEDULE,
    Holistics.schedules,
    Holistics.schedule,
    Holistics.create_schedule,
    Holistics.update_schedule,
    Holistics.delete_schedule,
    Holistics.run_schedule,
    Holistics.try_schedule,
    DeleteSchedule,
)
ALERTS = Calls(
    Kind.ALERT,
    Holistics.alerts,
    Holistics.alert,
    Holistics.create_alert,
    Holistics.update_alert,
    Holistics.delete_alert,
    Holistics.run_alert,
    Holistics.try_alert,
    DeleteAlert,
)


async def create(of: Calls, desk: Desk, wish: CreateDeliverable) -> Done:
    """Begun before, one that is just so is the one."""
    dashboard = await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal=DELIVERING)
    widget = await widget_of(desk, wish, dashboard.id)
    row = await changed(desk, wish, blank(desk, of.kind, dashboard, enabled=wish.enabled), widget)
    if desk.dry_run:
        return Done(_preview(of, desk, row, widget), QUIET)
    api = means(desk).api
    there = [one for one in await of.every(api) if _is_such(one, row)] if desk.again else []
    native = (there[0] if there else await of.create(api, row)).id("id")
    made = ResourceId(desk.source, of.kind, native)
    trace = Trace(about=made, after=row, undo=(of.unmaking(deliverable=made),))
    return Done(await _now(of, desk, made), QUIET, trace)


async def update(of: Calls, desk: Desk, wish: UpdateDeliverable) -> Done:
    found = await desk.deliverable(wish.deliverable, of.kind, refusal=DECIDING)
    widget = await widget_of(desk, wish, found.dashboard)
    async with desk.locks.alone(f"{of.kind} {found.id.native}"):
        raw = await of.read(means(desk).api, found.id.native)
        before = kept(raw)
        after = await changed(desk, wish, before, widget)
        if after == before:
            return Done(found, QUIET)
        if desk.dry_run:
            shown = _preview(of, desk, after, widget)
            return Done(
                replace(shown, id=found.id, dashboard=found.dashboard, widget=shown.widget or found.widget), QUIET
            )
        await of.update(means(desk).api, found.id.native, after)
    back = _undone(wish, found, raw)
    trace = Trace(
        about=found.id,
        before={name: before.get(name) for name in after if before.get(name) != after[name]},
        after={name: value for name, value in after.items() if before.get(name) != value},
        undo=() if back is None else (back,),
        reason=SET_UP_THERE if back is None else None,
    )
    return Done(await _now(of, desk, found.id), QUIET, trace)


async def delete(of: Calls, desk: Desk, wish: DeleteDeliverable) -> Done:
    facts = {"deleted": wish.deliverable.encode()}
    try:
        found = await desk.deliverable(wish.deliverable, of.kind, refusal=DECIDING)
    except NotFound:
        if not desk.again:
            raise
        return Done(facts=facts, trace=Trace(about=wish.deliverable, reason=FOR_GOOD))
    if desk.dry_run:
        return Done(facts=facts)
    before = kept(await of.read(means(desk).api, found.id.native))
    await of.delete(means(desk).api, found.id.native)
    return Done(facts=facts, trace=Trace(about=found.id, before=before, reason=FOR_GOOD))


async def set_enabled(of: Calls, desk: Desk, wish: SetDeliverableEnabled) -> Done:
    found = await desk.deliverable(wish.deliverable, of.kind, refusal=DECIDING)
    if wish.enabled and found.disabled_reason is not None:
        message = "Its dashboard is deleted, so Holistics keeps it archived; delete it, or make another one."
        raise InvalidState(message, reason=found.disabled_reason.value)
    if found.enabled is wish.enabled:
        return Done(found)
    if desk.dry_run:
        return Done(replace(found, enabled=wish.enabled))
    async with desk.locks.alone(f"{of.kind} {found.id.native}"):
        row = kept(await of.read(means(desk).api, found.id.native))
        row["schedule"] = {**row["schedule"], "paused": not wish.enabled}
        await of.update(means(desk).api, found.id.native, row)
    trace = Trace(
        about=found.id,
        before={"enabled": not wish.enabled},
        after={"enabled": wish.enabled},
        undo=(replace(wish, enabled=not wish.enabled),),
    )
    return Done(await _now(of, desk, found.id), trace=trace)


async def run(of: Calls, desk: Desk, wish: RunSchedule | TriggerAlert) -> Done:
    """One run at a time: begun before, the one on its way is the one. An alert looks first whether it has reason to."""
    if isinstance(wish, TriggerAlert):
        unseen(wish.values)
    found = await desk.deliverable(wish.deliverable, of.kind, refusal=DECIDING)
    if desk.dry_run:
        return Done(found)
    job, is_another = submitted(await of.run(means(desk).api, found.id.native))
    if is_another and not desk.again:
        message = "It is running already; look at its job, or wait until that is over."
        raise InvalidState(message, job=job.encode())
    return Done(found, {"job": job.encode()}, Trace(about=found.id, reason=NOT_UNDONE))


async def test(of: Calls, desk: Desk, wish: TestDeliverable) -> Done:
    """To the viewer's own address, or to the targets for who may save it with them. Nothing of it is kept."""
    if isinstance(wish, TestAlert):
        unseen(wish.values)
    about = wish.subject_of_test
    if wish.deliverable is not None:
        found = await desk.deliverable(about, of.kind, refusal=DECIDING)
        row, dashboard = kept(await of.read(means(desk).api, found.id.native)), found.dashboard
    else:
        least = LEAST_TO_SHARE if wish.to_targets else VIEW
        board = await desk.dashboard(about, least=least, refusal=DELIVERING)
        row, dashboard = blank(desk, of.kind, board), board.id
        if wish.to_targets and wish.targets is UNCHANGED:
            message = "There is no target to deliver to; give one in `targets`, or leave toTargets out."
            raise BadInput(message, argument="targets")
    tried = wish if wish.to_targets else replace(wish, targets=to_myself(desk))
    row = await changed(desk, tried, row, await widget_of(desk, wish, dashboard))
    if desk.dry_run:
        return Done(facts=QUIET)
    job, _ = submitted(await of.attempt(means(desk).api, row))
    return Done(facts={"job": job.encode(), **QUIET}, trace=Trace(about=about, reason=NOT_UNDONE))


def _preview(of: Calls, desk: Desk, row: Row, widget: Widget | None) -> Any:
    """What it would be."""
    raw = Raw({**row, "id": "new"}, desk.source)
    return deliverables.schedule(raw, means(desk).now()) if of is SCHEDULES else deliverables.alert(raw, widget)


async def _now(of: Calls, desk: Desk, one: ResourceId) -> Any:
    """What Holistics has made of it."""
    desk.forget()
    return await desk.deliverable(one, of.kind, refusal=DECIDING)


def _is_such(raw: Raw, row: Row) -> bool:
    there = kept(raw)
    told = ("source_type", "source_id", "title", "schedule")
    return all(there.get(name) == row[name] for name in told) and row["dest"].items() <= there["dest"].items()


def _undone(wish: UpdateDeliverable, found: Any, raw: Raw) -> UpdateDeliverable | None:
    """The same fields as they were; None where they cannot be written."""
    former: dict[str, Any] = {
        "called": found.name,
        "targets": tuple(replace(one, id=None, held=()) for one in deliverables.targets(raw)),
        **{name: getattr(found, name, None) for name in ("format", "subject", "body", "filters", "cron", "conditions")},
        **{name: getattr(found, name) for name in ("zone", "widget")},
    }
    given = [one.name for one in fields(wish) if one.name in former and getattr(wish, one.name) is not UNCHANGED]
    lost = "targets" in given and raw.object("dest").text("type") not in WRITABLE
    if lost or ("format" in given and found.format is None):
        return None
    return replace(wish, **{name: former[name] for name in given})


HANDLERS: dict[type[Change], Handler] = {
    CreateSchedule: partial(create, SCHEDULES),
    UpdateSchedule: partial(update, SCHEDULES),
    DeleteSchedule: partial(delete, SCHEDULES),
    SetScheduleEnabled: partial(set_enabled, SCHEDULES),
    RunSchedule: partial(run, SCHEDULES),
    TestSchedule: partial(test, SCHEDULES),
    CreateAlert: partial(create, ALERTS),
    UpdateAlert: partial(update, ALERTS),
    DeleteAlert: partial(delete, ALERTS),
    SetAlertEnabled: partial(set_enabled, ALERTS),
    TriggerAlert: partial(run, ALERTS),
    TestAlert: partial(test, ALERTS),
}
