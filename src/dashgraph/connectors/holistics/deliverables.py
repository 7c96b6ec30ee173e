"""Schedules and alerts of Holistics as values of the domain. What is written of them is in destinations.py."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from dashgraph.domain.alerts import Alert, Condition, ConditionOperator
from dashgraph.domain.cron import Timetable
from dashgraph.domain.cron_fields import checked
from dashgraph.domain.deliverables import DeliveryFormat, DisabledReason
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput
from dashgraph.domain.schedules import Schedule
from dashgraph.domain.targets import EmailTarget, Recipient, SftpTarget, SlackChannelTarget, Target, WebhookTarget
from dashgraph.domain.widgets import Widget
from dashgraph.sources.rest.answers import Raw

ZONE = "UTC"  # Holistics names none, and takes none
FORMATS: Mapping[str, DeliveryFormat] = {
    "pdf": DeliveryFormat.PDF,
    "png": DeliveryFormat.PNG,
    "csv": DeliveryFormat.CSV,
    "csv_formatted_data": DeliveryFormat.CSV,
    "xlsx": DeliveryFormat.XLSX,
    "excel": DeliveryFormat.XLSX,
    "excel_dashboard": DeliveryFormat.XLSX,
}
OPERATORS: Mapping[str, ConditionOperator] = {
    "greater_than": ConditionOperator.GT,
    "less_than": ConditionOperator.LT,
    "between": ConditionOperator.BETWEEN,
    "is": ConditionOperator.EQ,
    "is_not": ConditionOperator.NE,
    "contains": ConditionOperator.CONTAINS,
    "is_null": ConditionOperator.IS_NULL,
    "not_null": ConditionOperator.IS_NOT_NULL,
}
SEVERAL = {ConditionOperator.EQ: ConditionOperator.IN, ConditionOperator.NE: ConditionOperator.NOT_IN}
MAILS = frozenset({"EmailDest", "EmailSubscriptionDest"})


def schedule(raw: Raw, now: datetime) -> Schedule:
    """A data schedule: of a dashboard, of one widget of it, or of a report that stands in none."""
    timing, dest = raw.object("schedule"), raw.object("dest")
    cron, enabled = timing.text("repeat"), not timing.flag("paused")
    of_dashboard = raw.text("source_type") == "Dashboard"
    return Schedule(
        **_shared(raw, Kind.SCHEDULE),
        dashboard=ResourceId(raw.source, Kind.DASHBOARD, raw.id("source_id")) if of_dashboard else None,
        widget=_one_widget(dest),
        format=_format(dest),
        cron=cron,
        next_run_at=_next_run(cron, now) if enabled else None,
    )


def alert(raw: Raw, widget: Widget | None) -> Alert:
    """A data alert: of a widget, which this is if it is still there. What it sends is a message without files."""
    return Alert(
        **_shared(raw, Kind.ALERT),
        dashboard=None if widget is None else widget.dashboard,
        widget=None if widget is None else widget.id,
        format=DeliveryFormat.INLINE,
        conditions=tuple(_condition(one) for one in raw.optional_list("viz_conditions") or ()),
    )


def _shared(raw: Raw, kind: Kind) -> dict[str, Any]:
    timing, dest = raw.object("schedule"), raw.object("dest")
    one = raw.id("id")
    options = dest.optional_object("options")
    archived = timing.flag("is_archived", default=False)
    return {
        "id": ResourceId(raw.source, kind, one),
        "name": raw.optional_text("title") or dest.optional_text("title") or f"{kind.value} {one}",
        "owner": None,
        "zone": ZONE,
        "enabled": not timing.flag("paused"),
        "disabled_reason": DisabledReason.DASHBOARD_DELETED if archived else None,
        "subject": dest.optional_text("title"),
        "body": dest.optional_text("message") or (options and options.optional_text("body_text")) or None,
        "filters": _filters(raw),
        "can_change": True,
        "created_at": None,
        "updated_at": None,
        "revision": None,
    }


def _filters(raw: Raw) -> Mapping[str, Any] | None:
    """The presets by the ids of the dashboard's filters."""
    presets = raw.optional_list("dynamic_filter_presets") or []
    return {one.id("dynamic_filter_id"): one.object("preset_condition").value for one in presets} or None


def _one_widget(dest: Raw) -> ResourceId | None:
    """The one widget that is sent, where it is just one."""
    options = dest.optional_object("options")
    one = dest.optional_id("dashboard_widget_id")
    if one is None and options is not None and options.optional_text("selected_type") == "widget":
        chosen = options.optional_list("selected_values") or []
        one = chosen[0].as_id() if len(chosen) == 1 else None
    return None if one is None else ResourceId(dest.source, Kind.WIDGET, one)


def _format(dest: Raw) -> DeliveryFormat | None:
    options = dest.optional_object("options")
    files = [one.as_text() for one in (options and options.optional_list("attachment_formats")) or ()]
    if dest.text("type") in MAILS:
        return FORMATS.get(files[0]) if files else DeliveryFormat.INLINE
    if dest.text("type") == "SlackDest":
        return DeliveryFormat.INLINE
    return FORMATS.get(dest.optional_text("format") or "")


def _next_run(cron: str, now: datetime) -> datetime | None:
    """None for an expression that only Holistics understands."""
    with suppress(BadInput):
        return next(Timetable(checked(cron), ZONE).after(now), None)
    return None


def _condition(raw: Raw) -> Condition:
    """What dashgraph can say exactly; else the condition as Holistics writes it."""
    compared, path = raw.object("condition"), raw.object("field_path")
    operator = OPERATORS.get(compared.text("operator"))
    shaped = any(raw.get(key) is not None for key in ("aggregation", "transformation"))
    more = compared.get("modifier") is not None or any(path.get(key) for key in ("data_set_id", "is_metric"))
    if operator is None or shaped or more:
        return Condition(raw={name: value for name, value in raw.value.items() if name != "id"})
    values = tuple(one.value for one in compared.list("values"))
    model = path.optional_id("model_id")
    field = path.text("field_name") if model is None else f"{model}.{path.text('field_name')}"
    return Condition(field, SEVERAL.get(operator, operator) if len(values) > 1 else operator, values)


def targets(raw: Raw) -> tuple[Target, ...]:
    """Where it goes. Holistics keeps what it needs for Slack and for servers, and tells no secret."""
    return tuple(_targets(raw.object("dest")))


def _targets(dest: Raw) -> Iterator[Target]:
    match dest.text("type"):
        case kind if kind in MAILS:
            whom = tuple(Recipient(address=one.as_text()) for one in dest.list("recipients"))
            yield EmailTarget(id="email", recipients=whom)
        case "SlackDest":
            for channel in dest.list("slack_channels"):
                yield SlackChannelTarget(id=channel.id("id"), channel=channel.id("id"), held=("token",))
        case "WebhookDest":
            yield WebhookTarget(id="webhook", url=dest.text("endpoint"))
        case "SftpDest":
            server = f"data source {dest.id('data_source_id')}"
            yield SftpTarget(id="sftp", host=server, user="", folder=dest.text("file_path"), host_key="")
