"""Changes of schedules and alerts, which are both schedulers. Whoever owns one changes it; so do administrators."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashgraph.connectors.lightdash import deliveries
from dashgraph.connectors.lightdash.api import Api
from dashgraph.domain import deliverable_checks, zones
from dashgraph.domain.alert_changes import DeleteAlert, SetAlertEnabled, TestAlert, UpdateAlert
from dashgraph.domain.alerts import Condition
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.deliverable_changes import (
    DeleteDeliverable,
    SetDeliverableEnabled,
    TestDeliverable,
)
from dashgraph.domain.deliverables import Deliverable, DeliveryFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, NotFound, UnsupportedBySource
from dashgraph.domain.reports import MOST_RECIPIENTS, SendReport
from dashgraph.domain.schedule_changes import (
    CreateSchedule,
    DeleteSchedule,
    RunSchedule,
    SetScheduleEnabled,
    TestSchedule,
    UpdateSchedule,
)
from dashgraph.domain.targets import EmailTarget, SlackChannelTarget, Target
from dashgraph.sources.live.changing import Desk, Done, Handler, missing
from dashgraph.sources.rest.answers import Raw

REFUSAL = "Only its owner and administrators change it"
AS_OURSELVES = "make schedules in Lightdash, where all of them run as the account that dashgraph uses there"
SENT = "what was sent is sent"
WORDS = {kind: word for word, kind in deliveries.FORMATS.items()}
OPERATORS = {operator: word for word, operator in deliveries.OPERATORS.items()}
HOURLY = re.compile(r"\d{1,2}( +\S+){4}")  # one minute of the hour: Lightdash runs nothing more often
PRESETS = ("filters", "selectedTabs", "parameters")
KEPT = (
    "name", "message", "cron", "timezone", "format", "options", "thresholds", "notificationFrequency", "includeLinks",
    "customViewportWidth", *PRESETS,
)  # fmt: skip
Json = dict[str, Any]


async def create_schedule(desk: Desk, wish: CreateSchedule) -> Done:
    """Of a dashboard, or of the chart that a widget of it shows. It runs as the account that dashgraph uses there."""
    api: Api = desk.api
    desk.administer(AS_OURSELVES)
    dashboard = await desk.dashboard(wish.dashboard, least=0, refusal="")
    chart = await _chart(desk, dashboard, wish.widget)
    body = {
        "includeLinks": True,
        "options": {"formatted": True, "limit": "table"},
        "enabled": wish.enabled,
        **await _said(desk, wish, cron=wish.cron),
    }
    before = [one for one in await desk.known.all(Kind.SCHEDULE) if one.name == wish.called] if desk.again else []
    mine = [one for one in before if one.dashboard == dashboard.id and one.cron == wish.cron]
    if desk.dry_run:
        return Done()
    if mine:
        native = mine[-1].id.native
    else:
        where = ("dashboards", dashboard.id.native) if chart is None else ("saved", chart)
        raw = await api.create_scheduler(*where, body)
        native = raw.id("schedulerUuid")
        if raw.flag("enabled") is not wish.enabled:
            await api.enable_scheduler(native, enabled=wish.enabled)
    schedule = await _shown(desk, native, Kind.SCHEDULE)
    undo = DeleteSchedule(deliverable=schedule.id)
    return Done(schedule, trace=Trace(schedule.id, after={"name": wish.called, "cron": wish.cron}, undo=(undo,)))


async def update(desk: Desk, wish: UpdateSchedule | UpdateAlert) -> Done:
    """Lightdash wants all of it said again; what is not ours to change is said as it is."""
    api: Api = desk.api
    found = await desk.deliverable(wish.deliverable, wish.KIND, refusal=REFUSAL)
    if wish.widget is not UNCHANGED:
        message = "What a schedule of Lightdash delivers stays; make another one."
        raise UnsupportedBySource(message, source=desk.source)
    raw = await api.scheduler(found.id.native)
    before = _content(raw)
    cron = wish.cron if isinstance(wish, UpdateSchedule) else UNCHANGED
    body = before | await _said(desk, wish, cron=cron)
    if isinstance(wish, UpdateAlert) and wish.conditions is not UNCHANGED:
        body["thresholds"] = _thresholds(wish.conditions or ())
    if desk.dry_run:
        return Done(replace(found, name=body["name"]))
    await api.change_scheduler(found.id.native, body)
    trace = Trace(found.id, before, body, reason="what it was stands in the trail; change it back by hand")
    return Done(await _shown(desk, found.id.native, wish.KIND), trace=trace)


async def set_enabled(desk: Desk, wish: SetDeliverableEnabled) -> Done:
    api: Api = desk.api
    found = await desk.deliverable(wish.deliverable, wish.KIND, refusal=REFUSAL)
    if desk.dry_run or found.enabled is wish.enabled:
        return Done(replace(found, enabled=wish.enabled))
    await api.enable_scheduler(found.id.native, enabled=wish.enabled)
    undo = type(wish)(deliverable=found.id, enabled=found.enabled)
    trace = Trace(found.id, {"enabled": found.enabled}, {"enabled": wish.enabled}, undo=(undo,))
    return Done(await _shown(desk, found.id.native, wish.KIND), trace=trace)


async def delete(desk: Desk, wish: DeleteDeliverable) -> Done:
    api: Api = desk.api
    facts = {"deleted": wish.deliverable.encode()}
    try:
        found = await desk.deliverable(wish.deliverable, wish.KIND, refusal=REFUSAL)
    except NotFound:
        if desk.again:
            return Done(facts=facts, trace=Trace(wish.deliverable, reason="it was gone already"))
        raise
    if desk.dry_run:
        return Done(facts=facts)
    before = _content(await api.scheduler(found.id.native))
    await api.delete_scheduler(found.id.native)
    return Done(facts=facts, trace=Trace(found.id, before, reason="Lightdash deletes for good; make it again"))


async def run(desk: Desk, wish: RunSchedule) -> Done:
    """Now, to all its targets. Lightdash sends it like something new, so its list of runs does not tell of it."""
    api: Api = desk.api
    found = await desk.deliverable(wish.deliverable, wish.KIND, refusal=REFUSAL)
    if desk.dry_run:
        return Done(found)
    raw = await api.scheduler(found.id.native)
    job = await api.send_now({**_content(raw), **_of(raw), "schedulerUuid": found.id.native})
    return Done(found, _started(desk, job), Trace(found.id, reason=SENT))


async def test(desk: Desk, wish: TestDeliverable) -> Done:
    """As it would be, to the viewer alone unless to its targets. Thresholds do not keep a test from being sent."""
    api: Api = desk.api
    if wish.deliverable is not None:
        found = await desk.deliverable(wish.subject_of_test, wish.KIND, refusal=REFUSAL)
        raw = await api.scheduler(found.id.native)
        body: Json = {**_content(raw), **_of(raw)}
    else:
        dashboard = await desk.dashboard(wish.subject_of_test, least=0, refusal="")
        chart = await _chart(desk, dashboard, None if wish.widget is UNCHANGED else wish.widget)
        body = {"name": dashboard.title, "format": "csv", "cron": "0 9 * * 1", "options": {"formatted": True}}
        body |= {"dashboardUuid": dashboard.id.native, "savedChartUuid": None}
        if chart is not None:
            body |= {"dashboardUuid": None, "savedChartUuid": chart}
    body |= {key: value for key, value in (await _said(desk, wish)).items() if key != "targets" or wish.to_targets}
    body.pop("thresholds", None)
    if wish.to_targets and wish.deliverable is None:
        desk.administer("send a dashboard to targets that no schedule has")
    if not wish.to_targets:
        body["targets"] = [{"recipient": await _mine(desk)}]
    if not body.get("targets"):
        message = "It has no targets to send a test to."
        raise BadInput(message, argument="targets")
    if desk.dry_run:
        return Done()
    job = await api.send_now(body)
    return Done(None, _started(desk, job), Trace(wish.subject_of_test, reason=SENT))


async def send_report(desk: Desk, wish: SendReport) -> Done:
    """Once, now, to the addresses of these users and of the members of these groups, as far as they may see it."""
    api: Api = desk.api
    dashboard = await desk.dashboard(wish.dashboard, least=0, refusal="")
    if not 1 <= len(wish.recipients) <= MOST_RECIPIENTS:
        message = f"A report goes to 1 to {MOST_RECIPIENTS} users and groups."
        raise BadInput(message, argument="recipients")
    addresses = await _addresses(desk, dashboard, wish.recipients)
    body = {
        "name": dashboard.title,
        "cron": "0 9 * * 1",
        "format": _format(desk, wish.format),
        "options": {"formatted": True, "limit": "table"},
        "includeLinks": True,
        "enabled": True,
        "dashboardUuid": dashboard.id.native,
        "savedChartUuid": None,
        "targets": [{"recipient": one} for one in addresses],
    }
    if desk.dry_run:
        return Done(dashboard)
    job = await api.send_now(body)
    return Done(dashboard, {"job": job}, Trace(dashboard.id, after={"sent to": addresses}, reason=SENT))


async def _addresses(desk: Desk, dashboard: Dashboard, recipients: Sequence[ResourceId]) -> list[str]:
    """Of users who may see it, and of those members of groups. Raises BadInput for a user who may not."""
    native = dashboard.id.native
    shares = (await desk.lists.shares([native])).get(native, ())
    groups = [share.subject.native for share in shares if share.subject.kind is Kind.GROUP]
    seeing = {share.subject.native for share in shares if share.subject.kind is Kind.USER}
    seeing |= {one.user for one in await desk.known.memberships(groups=groups)}
    found: dict[str, None] = {}
    for one in recipients:
        if one.kind is Kind.GROUP:
            members = await desk.known.memberships(groups=[(await desk.group(one)).id.native])
            users = await desk.known.by_ids(Kind.USER, [each.user for each in members if each.user in seeing])
            found |= {user.email: None for user in users.values()}
        else:
            user = await desk.user(one)
            if one.native not in seeing:
                message = f"{user.name} may not see this dashboard; share its folder first."
                raise BadInput(message, argument="recipients")
            found[user.email] = None
    if not found:
        message = "Nobody in these groups may see this dashboard."
        raise BadInput(message, argument="recipients")
    return list(found)


async def _said(desk: Desk, wish: Any, *, cron: Any = UNCHANGED) -> Json:
    """What a wish says, in Lightdash's words; nothing of what it leaves as it is."""
    if wish.subject is not UNCHANGED and wish.subject is not None:
        message = f"Deliveries of {desk.source} have its name for a subject; leave `subject` out."
        raise UnsupportedBySource(message, source=desk.source)
    said: Json = {}
    if wish.called is not UNCHANGED:
        said["name"] = deliverable_checks.name(wish.called)
    if wish.body is not UNCHANGED:
        said["message"] = wish.body
    if wish.zone is not UNCHANGED:
        said["timezone"] = None if wish.zone is None else wish.zone
        if wish.zone is not None:
            zones.zone(wish.zone)
    if wish.format is not UNCHANGED:
        said["format"] = _format(desk, wish.format)
    if wish.filters is not UNCHANGED:
        said |= _presets(wish.filters or {})
    if wish.targets is not UNCHANGED:
        said["targets"] = await _targets(desk, wish.targets or ())
    if cron is not UNCHANGED:
        if not HOURLY.fullmatch(str(cron).strip()):
            message = "Lightdash runs nothing more often than once an hour: name one minute, as in `30 7 * * 1-5`."
            raise BadInput(message, argument="cron")
        said["cron"] = str(cron).strip()
    return said


def _format(desk: Desk, wanted: DeliveryFormat | None) -> str:
    word = None if wanted is None else WORDS.get(wanted)
    if word is None:
        message = f"{desk.source} delivers {' and '.join(one.name for one in WORDS)}; choose one of them."
        raise UnsupportedBySource(message, source=desk.source)
    return word


def _presets(given: Mapping[str, Any]) -> Json:
    unknown = [key for key in given if key not in PRESETS]
    if unknown:
        message = f"Presets of Lightdash are {', '.join(PRESETS)}, as its schedulers have them."
        raise BadInput(message, argument="filters")
    return dict(given)


def _thresholds(conditions: Sequence[Condition]) -> list[Json]:
    found = []
    for one in conditions:
        word = None if one.operator is None else OPERATORS.get(one.operator)
        if isinstance(one.raw, dict):
            found.append(one.raw)
        elif word is None or one.field is None or len(one.values) != 1:
            message = f"A condition of Lightdash has a field, one value, and one of: {', '.join(OPERATORS)}."
            raise BadInput(message, argument="conditions")
        else:
            found.append({"fieldId": one.field, "operator": word, "value": one.values[0]})
    if not found:
        message = "An alert needs a condition; without one it would be a schedule."
        raise BadInput(message, argument="conditions")
    return found


async def _targets(desk: Desk, targets: Sequence[Target]) -> list[Json]:
    """Addresses and channels. Lightdash posts to Slack by its own bot."""
    found: list[Json] = []
    for target in targets:
        if isinstance(target, EmailTarget):
            for one in target.recipients:
                if one.group is not None:
                    message = f"{desk.source} sends to addresses: name the users, not the group."
                    raise UnsupportedBySource(message, source=desk.source)
                address = one.address or ((await desk.user(one.user)).email if one.user is not None else None)
                found.append({"recipient": address})
        elif isinstance(target, SlackChannelTarget):
            if target.token is not None:
                message = f"{desk.source} posts to Slack by its own bot: leave the token out."
                raise BadInput(message, argument="targets")
            found.append({"channel": target.channel})
        else:
            message = f"{desk.source} delivers by e-mail and to Slack channels, and nowhere else."
            raise UnsupportedBySource(message, source=desk.source)
    if not found:
        message = "It has at least one target."
        raise BadInput(message, argument="targets")
    return found


async def _chart(desk: Desk, dashboard: Dashboard, widget: ResourceId | None) -> str | None:
    """The chart of a widget of this dashboard; None without one."""
    if widget is None:
        return None
    found = (await desk.lists.widgets_by_ids([desk.native(widget, Kind.WIDGET)])).get(widget.native)
    if found is None or found.dashboard != dashboard.id:
        raise missing("widget")
    if found.type != "saved_chart" or found.chart is None:
        message = "Of the tiles of Lightdash only charts are delivered."
        raise BadInput(message, argument="widgetId")
    return found.chart


async def _mine(desk: Desk) -> str:
    """Where the viewer's own mail goes."""
    if desk.viewer.email is None:
        message = "It is not known where your mail goes; say toTargets."
        raise BadInput(message, argument="toTargets")
    return desk.viewer.email


def _content(raw: Raw) -> Json:
    """What is to be said again. Targets keep what there is to them, but for what the server says of them."""
    own = {"createdAt", "updatedAt", "schedulerUuid"}
    targets = [{key: value for key, value in one.as_object().value.items() if key not in own}
               for one in raw.list("targets")]  # fmt: skip
    return {**{key: raw.get(key) for key in KEPT if raw.get(key) is not None}, "targets": targets}


def _of(raw: Raw) -> Json:
    return {key: raw.get(key) for key in ("dashboardUuid", "savedChartUuid")}


def _started(desk: Desk, job: str) -> Json:
    return {"job": ResourceId(desk.source, Kind.JOB, job).encode()}


async def _shown(desk: Desk, native: str, kind: Kind) -> Deliverable:
    desk.forget()
    found = (await desk.known.by_ids(kind, [native])).get(native)
    if found is None:
        raise missing(kind.value.lower())
    return found  # type: ignore[no-any-return]


HANDLERS: dict[type[Change], Handler] = {
    CreateSchedule: create_schedule,
    UpdateSchedule: update,
    UpdateAlert: update,
    SetScheduleEnabled: set_enabled,
    SetAlertEnabled: set_enabled,
    DeleteSchedule: delete,
    DeleteAlert: delete,
    RunSchedule: run,
    TestSchedule: test,
    TestAlert: test,
    SendReport: send_report,
}
