"""Lightdash's schedulers as values of the domain. Pure. One with thresholds is an alert, any other a schedule."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashgraph.domain.alerts import Alert, Condition, ConditionOperator
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import Job, JobKind, JobStatus, LogLine, Trigger
from dashgraph.domain.schedules import Schedule
from dashgraph.domain.targets import EmailTarget, Recipient, SlackChannelTarget, Target
from dashgraph.sources.rest.answers import Raw

FORMATS: Mapping[str, DeliveryFormat] = {
    "csv": DeliveryFormat.CSV,
    "image": DeliveryFormat.PNG,
}  # for Google Sheets there is no word here
OPERATORS: Mapping[str, ConditionOperator] = {
    "greaterThan": ConditionOperator.GT,
    "lessThan": ConditionOperator.LT,
    "increasedBy": ConditionOperator.INCREASED_BY,
    "decreasedBy": ConditionOperator.DECREASED_BY,
}
STATUSES: Mapping[str, JobStatus] = {
    "scheduled": JobStatus.QUEUED,
    "started": JobStatus.RUNNING,
    "completed": JobStatus.SUCCEEDED,
    "error": JobStatus.FAILED,
}
LONGEST_ERROR = 300  # characters


def is_alert(raw: Raw) -> bool:
    return bool(raw.optional_list("thresholds"))


def deliverable(raw: Raw, homes: Mapping[str, str]) -> Schedule | Alert:
    """A scheduler. `homes` are the dashboards of charts that live in one."""
    if is_alert(raw):
        conditions = tuple(_condition(one) for one in raw.list("thresholds"))
        return Alert(id=_id(raw, Kind.ALERT, raw.id("schedulerUuid")), conditions=conditions, **_shared(raw, homes))
    native = _id(raw, Kind.SCHEDULE, raw.id("schedulerUuid"))
    return Schedule(id=native, cron=raw.text("cron"), next_run_at=None, **_shared(raw, homes))


def _shared(raw: Raw, homes: Mapping[str, str]) -> dict[str, Any]:
    dashboard = raw.optional_id("dashboardUuid") or homes.get(raw.optional_id("savedChartUuid") or "")
    presets = {key: raw.get(key) for key in ("filters", "selectedTabs", "parameters") if raw.get(key)}
    return {
        "name": raw.text("name"),
        "owner": _id(raw, Kind.USER, raw.id("createdBy")),
        "dashboard": None if dashboard is None else _id(raw, Kind.DASHBOARD, dashboard),
        "widget": None,
        "zone": raw.optional_text("timezone") or raw.optional_text("projectSchedulerTimezone"),
        "format": FORMATS.get(raw.text("format")),
        "enabled": raw.flag("enabled"),
        "disabled_reason": None,
        "subject": None,
        "body": raw.optional_text("message"),
        "filters": presets or None,
        "can_change": True,
        "created_at": raw.optional_instant("createdAt"),
        "updated_at": raw.optional_instant("updatedAt"),
        "revision": None,
    }


def _condition(raw: Raw) -> Condition:
    operator = OPERATORS.get(raw.text("operator"))
    if operator is None:
        return Condition(raw=raw.value)
    return Condition(raw.text("fieldId"), operator, (raw.get("value"),))


def targets(raw: Raw) -> tuple[Target, ...]:
    """All e-mail addresses as one target, each channel as its own. What else there is has no word here."""
    found: list[Target] = []
    mail = [one for one in raw.list("targets") if one.optional_text("recipient") is not None]
    if mail:
        recipients = tuple(Recipient(address=one.text("recipient")) for one in mail)
        found.append(EmailTarget(id=mail[0].optional_id("schedulerEmailTargetUuid"), recipients=recipients))
    for one in raw.list("targets"):
        channel = one.optional_text("channel")
        if channel is not None:
            found.append(SlackChannelTarget(id=one.optional_id("schedulerSlackTargetUuid"), channel=channel))
    return tuple(found)


def jobs(raw: Raw) -> list[Job]:
    """The runs of a project out of its log: what was done for one firing, step by step, is one job."""
    schedulers = {one.id("schedulerUuid"): one for one in raw.list("schedulers")}
    steps: dict[str, list[Raw]] = {}
    for entry in raw.list("logs"):
        if entry.optional_id("schedulerUuid") in schedulers:
            steps.setdefault(_firing(entry), []).append(entry)
    return [_job(one, its, schedulers[its[0].id("schedulerUuid")]) for one, its in steps.items()]


def log(raw: Raw, wanted: Sequence[str]) -> dict[str, tuple[LogLine, ...]]:
    """The steps of these jobs, the first one first."""
    lines: dict[str, list[LogLine]] = {}
    for entry in raw.list("logs"):
        if _firing(entry) in wanted:
            level = "error" if entry.text("status") == "error" else "info"
            reason = _error(entry)
            message = f"{entry.text('task')}: {entry.text('status')}" + ("" if reason is None else f" ({reason})")
            lines.setdefault(_firing(entry), []).append(LogLine(entry.instant("createdAt"), level, message))
    return {one: tuple(sorted(its, key=lambda line: line.at)) for one, its in lines.items()}


def _firing(entry: Raw) -> str:
    return entry.optional_id("jobGroup") or entry.id("jobId")


def _job(native: str, steps: Sequence[Raw], scheduler: Raw) -> Job:
    ordered = sorted(steps, key=lambda one: one.instant("createdAt"))
    latest = {one.id("jobId"): one for one in ordered}  # how far each step has come
    statuses = [STATUSES.get(one.text("status"), JobStatus.RUNNING) for one in latest.values()]
    status = _all_in_all(statuses)
    failed = next((one for one in latest.values() if one.text("status") == "error"), None)
    named = _id(scheduler, Kind.ALERT if is_alert(scheduler) else Kind.SCHEDULE, scheduler.id("schedulerUuid"))
    dashboard = scheduler.optional_id("dashboardUuid")
    done = sum(one is JobStatus.SUCCEEDED for one in statuses)
    return Job(
        id=_id(scheduler, Kind.JOB, native),
        kind=JobKind.DELIVERY,
        status=status,
        trigger=Trigger.TIME,
        requested_by=_id(scheduler, Kind.USER, scheduler.id("createdBy")),
        schedule=named if named.kind is Kind.SCHEDULE else None,
        alert=named if named.kind is Kind.ALERT else None,
        dashboard=None if dashboard is None else _id(scheduler, Kind.DASHBOARD, dashboard),
        fire_at=ordered[0].optional_instant("scheduledTime"),
        done=done,
        total=len(statuses),
        attempts=1,
        result=None,
        reason=None,
        error=None if failed is None else _error(failed),
        created_at=ordered[0].instant("createdAt"),
        started_at=_moment(ordered, "started"),
        finished_at=ordered[-1].instant("createdAt") if status.is_over else None,
        cancel_requested_at=None,
        revision=1,
        native_status=ordered[-1].text("status"),
    )


def _all_in_all(statuses: Sequence[JobStatus]) -> JobStatus:
    for one in (JobStatus.FAILED, JobStatus.RUNNING, JobStatus.QUEUED):
        if one in statuses:
            return one
    return JobStatus.SUCCEEDED


def _moment(steps: Sequence[Raw], status: str) -> datetime | None:
    return next((one.instant("createdAt") for one in steps if one.text("status") == status), None)


def job(native: str, raw: Raw) -> Job:
    """A job that was asked for, of which only its state is told."""
    status = STATUSES.get(raw.text("status"), JobStatus.RUNNING)
    details = raw.optional_object("details")
    by = None if details is None else details.optional_id("createdByUserUuid")
    return Job(
        id=_id(raw, Kind.JOB, native),
        kind=JobKind.DELIVERY,
        status=status,
        trigger=Trigger.REQUEST,
        requested_by=None if by is None else _id(raw, Kind.USER, by),
        schedule=None,
        alert=None,
        dashboard=None,
        fire_at=None,
        done=int(status is JobStatus.SUCCEEDED),
        total=1,
        attempts=1,
        result=None,
        reason=None,
        error=_error(raw) if status is JobStatus.FAILED else None,
        created_at=None,
        started_at=None,
        finished_at=None,
        cancel_requested_at=None,
        revision=1,
        native_status=raw.text("status"),
    )


def _error(raw: Raw) -> str | None:
    """Why it failed, in the server's words."""
    details = raw.optional_object("details")
    said = None if details is None else details.get("error")
    return said[:LONGEST_ERROR] if isinstance(said, str) else None


def _id(raw: Raw, kind: Kind, native: str) -> ResourceId:
    return ResourceId(raw.source, kind, native)
