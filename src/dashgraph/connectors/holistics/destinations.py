"""What is written of schedules and alerts: where they go, what is in them, and which conditions and filters they have.

What Holistics would take and not heed is refused, so nothing is done silently.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dashgraph.connectors.holistics.deliverables import MAILS, OPERATORS, SEVERAL
from dashgraph.domain import alert_checks
from dashgraph.domain.alerts import Condition
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import BadInput
from dashgraph.domain.targets import EmailTarget, SlackChannelTarget, Target, WebhookTarget

Row = dict[str, Any]

FILES = {
    DeliveryFormat.PDF: "pdf",
    DeliveryFormat.PNG: "png",
    DeliveryFormat.CSV: "csv",
    DeliveryFormat.XLSX: "xlsx",
}
WORDS = {operator: word for word, operator in OPERATORS.items()}
WORDS |= {many: WORDS[single] for single, many in SEVERAL.items()}
UNFIT = "Holistics delivers to addresses, Slack channels and, alerts, webhooks; servers are set up in Holistics itself"


def where(kind: Kind, targets: Sequence[Target], addresses: Sequence[str]) -> Row:
    """The destination of these targets: one of e-mail, of which these are the addresses, or one of Slack channels."""
    first = targets[0]
    if isinstance(first, SlackChannelTarget):
        channels = [one.channel for one in targets if isinstance(one, SlackChannelTarget) and one.token is None]
        if len(channels) < len(targets):
            raise _unfit(
                "Holistics posts to Slack by its own app, and to nothing else besides; name channels, no token"
            )
        return {"type": "SlackDest", "slack_channels": [{"id": channel} for channel in channels]}
    if len(targets) > 1:
        raise _unfit("Holistics delivers to one place, or to several Slack channels; make another one for the rest")
    if isinstance(first, EmailTarget):
        return {"type": "EmailDest", "recipients": list(addresses)}
    if isinstance(first, WebhookTarget) and kind is Kind.ALERT:
        if first.key is not None:
            raise _unfit("Holistics signs nothing that it posts; leave the key out")
        return {"type": "WebhookDest", "endpoint": first.url}
    raise _unfit(UNFIT)


def entitled(dest: Row, subject: str | None) -> Row:
    """The destination with this subject."""
    if dest["type"] in MAILS or dest["type"] == "SlackDest":
        return {**dest, "title": subject}
    return _without(dest, subject, "subject")


def worded(dest: Row, body: str | None) -> Row:
    """The destination with this text."""
    if dest["type"] in MAILS:
        return _with_options(dest, body_text=body)
    return {**dest, "message": body} if dest["type"] == "SlackDest" else _without(dest, body, "body")


def formatted(kind: Kind, dest: Row, wanted: DeliveryFormat) -> Row:
    """The destination with files of this format."""
    if dest["type"] in MAILS and kind is Kind.SCHEDULE:
        files = [] if wanted is DeliveryFormat.INLINE else [FILES[wanted]]
        return _with_options(dest, attachment_formats=files, preview=not files)
    if dest["type"] == "SftpDest" and wanted in {DeliveryFormat.CSV, DeliveryFormat.XLSX}:
        return {**dest, "format": FILES[wanted]}
    if wanted is not DeliveryFormat.INLINE or dest["type"] not in {*MAILS, "SlackDest", "WebhookDest"}:
        message = "Holistics sends this in another form: choose INLINE, or CSV and XLSX for a server."
        raise BadInput(message, argument="format")
    return dest


def narrowed(dest: Row, widget: str | None) -> Row:
    """The destination of a schedule that sends this widget alone, or all of them."""
    one = None if widget is None else number(widget)
    if dest["type"] in MAILS:
        kind = "dashboard" if one is None else "widget"
        return _with_options(dest, selected_type=kind, selected_values=None if one is None else [one])
    return {**dest, "dashboard_widget_id": one} if dest["type"] == "SftpDest" else _without(dest, one, "widgetId")


def presets(filters: Mapping[str, Any] | None) -> list[Row]:
    """Presets of filters by the ids that the dashboard has for them. Raises BadInput for what is none."""
    for condition in (filters or {}).values():
        if not isinstance(condition, Mapping) or not {"operator", "values"} <= condition.keys():
            message = 'filters are conditions by the ids of filters: {"3011": {"operator": "is", "values": ["DACH"]}}.'
            raise BadInput(message, argument="filters")
    return [
        {"dynamic_filter_id": number(one), "preset_condition": {"modifier": None, **condition}}
        for one, condition in (filters or {}).items()
    ]


def conditions(given: Sequence[Condition] | None) -> list[Row]:
    alert_checks.conditions(given)
    return [_condition(one) for one in given or ()]


def _condition(one: Condition) -> Row:
    if one.raw is not None:
        if not isinstance(one.raw, Mapping) or not {"field_path", "condition"} <= one.raw.keys():
            message = "A condition as Holistics writes it has a field_path and a condition."
            raise BadInput(message, argument="conditions")
        return dict(one.raw)
    word = WORDS.get(one.operator) if one.operator is not None else None
    if word is None or one.field is None:
        known = ", ".join(operator.name for operator in WORDS)
        message = f"Holistics compares by {known}; give anything else as `raw`."
        raise BadInput(message, argument="conditions")
    model, _, field = one.field.rpartition(".")
    path = {"field_name": field, **({"model_id": number(model)} if model else {})}
    return {"field_path": path, "condition": {"operator": word, "values": list(one.values), "modifier": None}}


def number(native: str) -> int | str:
    """An id as Holistics has it: a number where it is one."""
    return int(native) if native.isdecimal() else native


def _with_options(dest: Row, **options: Any) -> Row:
    return {**dest, "options": {**(dest.get("options") or {}), **options}}


def _without(dest: Row, value: object, argument: str) -> Row:
    if value is not None:
        message = f"Holistics has no place for this where it delivers to ({dest['type']}); leave it out."
        raise BadInput(message, argument=argument)
    return dest


def _unfit(message: str) -> BadInput:
    return BadInput(f"{message}.", argument="targets")
