"""What somebody wishes of a schedule or an alert as the row that Holistics is sent: a new one, or one changed."""

from typing import Any, TypeAlias, TypeVar

from dashgraph.connectors.holistics import destinations
from dashgraph.connectors.holistics.changes.means import means
from dashgraph.connectors.holistics.deliverables import ZONE
from dashgraph.connectors.holistics.destinations import Row, number
from dashgraph.connectors.holistics.settings import LEAST_INTERVAL
from dashgraph.domain import deliverable_checks, user_changes
from dashgraph.domain.changes import UNCHANGED
from dashgraph.domain.cron import timetable
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.deliverable_changes import CreateDeliverable, TestDeliverable, UpdateDeliverable
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, NotFound
from dashgraph.domain.targets import EmailTarget, Recipient, Target
from dashgraph.domain.users import UserStatus
from dashgraph.domain.widgets import Widget
from dashgraph.sources.live.changing import Desk
from dashgraph.sources.live.standing import VIEW
from dashgraph.sources.rest.answers import Raw

Wish: TypeAlias = CreateDeliverable | UpdateDeliverable | TestDeliverable

T = TypeVar("T")


def kept(raw: Raw) -> Row:
    """All that is written of a row, without what Holistics alone says of it."""
    row = {name: value for name, value in raw.as_object().value.items() if name != "id"}
    timing = raw.object("schedule")
    return row | {"schedule": {"repeat": timing.text("repeat"), "paused": timing.flag("paused")}}


def blank(desk: Desk, kind: Kind, dashboard: Dashboard, *, enabled: bool = True) -> Row:
    """One of a dashboard of which nothing else is said yet."""
    row: Row = {
        "title": dashboard.title,
        "schedule": {"repeat": means(desk).alert_check, "paused": not enabled},
        "dest": {"type": "EmailDest", "recipients": []},
        "dynamic_filter_presets": [],
    }
    if kind is Kind.SCHEDULE:
        return row | {"source_type": "Dashboard", "source_id": number(dashboard.id.native)}
    return row | {"viz_conditions": []}


async def changed(desk: Desk, wish: Wish, row: Row, widget: Widget | None) -> Row:
    """The row with what is wished of it. `widget` is the one that the wish names."""
    new = dict(row)
    if wish.zone is not UNCHANGED and wish.zone != ZONE:
        message = "Holistics knows no time zones of schedules; say the times in UTC."
        raise BadInput(message, argument="timezone")
    if wish.called is not UNCHANGED:
        new["title"] = deliverable_checks.name(wish.called)
    if wish.filters is not UNCHANGED:
        new["dynamic_filter_presets"] = destinations.presets(wish.filters)
    cron, conditions = getattr(wish, "cron", UNCHANGED), getattr(wish, "conditions", UNCHANGED)
    if cron is not UNCHANGED:
        new["schedule"] = {**row["schedule"], "repeat": _times(desk, said(cron, "cron"))}
    if conditions is not UNCHANGED:
        new["viz_conditions"] = destinations.conditions(conditions)
    if wish.KIND is Kind.ALERT and (wish.widget is not UNCHANGED or "source_id" not in row):
        new |= _watched(widget)
    return new | {"dest": await _destination(desk, wish, row["dest"], widget)}


async def _destination(desk: Desk, wish: Wish, dest: Row, widget: Widget | None) -> Row:
    if wish.targets is not UNCHANGED:
        dest = await _moved(desk, wish.KIND, dest, wish.targets)
    if wish.subject is not UNCHANGED:
        dest = destinations.entitled(dest, deliverable_checks.text(wish.subject, "subject"))
    if wish.body is not UNCHANGED:
        dest = destinations.worded(dest, deliverable_checks.text(wish.body, "body"))
    if wish.format is not UNCHANGED:
        dest = destinations.formatted(wish.KIND, dest, said(wish.format, "format"))
    if wish.KIND is Kind.SCHEDULE and wish.widget is not UNCHANGED:
        dest = destinations.narrowed(dest, None if widget is None else widget.id.native)
    return dest


async def _moved(desk: Desk, kind: Kind, dest: Row, given: tuple[Target, ...] | None) -> Row:
    """The destination elsewhere, with the same message."""
    targets = deliverable_checks.targets(given)
    addresses = [
        await _address(desk, one) for target in targets if isinstance(target, EmailTarget) for one in target.recipients
    ]
    there = destinations.where(kind, targets, list(dict.fromkeys(addresses)))
    if there["type"] == dest["type"]:
        return {**dest, **there}
    if there["type"] == "WebhookDest":
        return there
    body = dest.get("message") or (dest.get("options") or {}).get("body_text")
    return destinations.worded(destinations.entitled(there, dest.get("title")), body)


async def _address(desk: Desk, one: Recipient) -> str:
    """Holistics knows addresses alone. Those of its users are looked up now; groups it could not follow."""
    if one.group is not None:
        message = "Holistics delivers to addresses, not to groups; name its members."
        raise BadInput(message, argument="targets")
    if one.user is None:
        return user_changes.address(one.address or "", "targets")
    user = await desk.user(one.user)
    if user.status is not UserStatus.ACTIVE:
        message = f"{user.name} is {user.status} and receives nothing; choose somebody else."
        raise BadInput(message, argument="targets")
    return user.email


def to_myself(desk: Desk) -> tuple[Target, ...]:
    if desk.viewer.email is None:
        message = "There is no address of yours to deliver to; use toTargets."
        raise BadInput(message, argument="toTargets")
    return (EmailTarget(recipients=(Recipient(address=desk.viewer.email),)),)


async def widget_of(desk: Desk, wish: Wish, dashboard: ResourceId | None) -> Widget | None:
    """The widget that the wish names. Raises NotFound for one of another dashboard."""
    if wish.widget is UNCHANGED or wish.widget is None:
        return None
    found, _ = await desk.widget(wish.widget, least=VIEW, refusal="")
    if found.dashboard != dashboard:
        message = "There is no such widget on this dashboard; choose one of its own."
        raise NotFound(message, argument="widgetId")
    return found


def said(given: T | None, argument: str) -> T:
    """What was given. Raises BadInput for null where there must be something."""
    if given is None:
        message = f"It cannot be without {argument}."
        raise BadInput(message, argument=argument)
    return given


def unseen(values: Any) -> None:
    """Raises BadInput for what was seen elsewhere: Holistics looks at its own data."""
    if values is not None:
        message = "Holistics looks itself whether the conditions hold; leave `values` out."
        raise BadInput(message, argument="values")


def _times(desk: Desk, cron: str) -> str:
    return timetable(cron, ZONE, now=means(desk).now(), least=LEAST_INTERVAL).cron


def _watched(widget: Widget | None) -> Row:
    if widget is None:
        message = "An alert of Holistics watches one widget; give it in `widgetId`."
        raise BadInput(message, argument="widgetId")
    kind = "VizBlock" if widget.type == "VizBlock" else "DashboardWidget"
    return {"source_type": kind, "source_id": number(widget.id.native)}
