"""Alerts of Sisense, which belong to the account that makes them, and reports, which it sends at once."""

from collections.abc import Sequence
from typing import Any

from dashgraph.connectors.sisense.changes.upstream import DECIDING, api, unsupported
from dashgraph.connectors.sisense.translate import native_widget
from dashgraph.domain.alert_changes import CreateAlert, DeleteAlert, SetAlertEnabled, UpdateAlert
from dashgraph.domain.alerts import Alert, Condition
from dashgraph.domain.changes import UNCHANGED, Change, Trace
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, TooMuch
from dashgraph.domain.reports import MOST_RECIPIENTS, SendReport
from dashgraph.domain.targets import EmailTarget, Target
from dashgraph.sources.live.changing import LEAST_TO_SHARE, Desk, Done, Handler, missing

REFUSAL = "Only its owner and administrators change an alert"
FILELESS = "alerts of Sisense carry no file; say format INLINE"
SAID_AS = {DeliveryFormat.PDF: "pdf", DeliveryFormat.INLINE: "inline"}


async def create_alert(desk: Desk, wish: CreateAlert) -> Done:
    """The account of dashgraph makes it, and only that account sees it in Sisense."""
    desk.administer("make alerts in Sisense, as all of them are the account's that dashgraph uses")
    board = await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal=DECIDING)
    _check_plain(desk, wish)
    context: dict[str, Any] = {**_condition(desk, wish.conditions), "dashboardId": board.id.native}
    if wish.widget is not None:
        context["widgetId"] = native_widget(desk.native(wish.widget, Kind.WIDGET))[1]
    entry = {
        "name": _name(wish.called),
        "enabled": wish.enabled,
        "message": wish.body or "",
        "parties": _parties(desk, wish.targets),
        "action": {"type": "email"},
        "context": context,
    }
    if desk.dry_run:
        return Done(None, {"warnings": ()})
    made = await api(desk).add_alert(entry)
    alert = await _shown(desk, made.id("_id"))
    trace = Trace(alert.id, after={"name": alert.name}, undo=(DeleteAlert(deliverable=alert.id),))
    return Done(alert, trace=trace)


async def update_alert(desk: Desk, wish: UpdateAlert) -> Done:
    alert: Alert = await desk.deliverable(wish.deliverable, Kind.ALERT, refusal=REFUSAL)
    kept = {"zone": wish.zone, "subject": wish.subject, "filters": wish.filters, "widget": wish.widget}
    for name, value in kept.items():
        if value is not UNCHANGED and value is not None:
            raise unsupported(desk, f"an alert of Sisense has no {name} of its own that could be changed")
    if wish.format not in {UNCHANGED, None, DeliveryFormat.INLINE}:
        raise unsupported(desk, FILELESS)
    former = alert.conditions[0].raw if alert.conditions and isinstance(alert.conditions[0].raw, dict) else {}
    changed: dict[str, Any] = {}
    back: dict[str, Any] = {}
    if wish.called is not UNCHANGED:
        changed["name"], back["called"] = _name(wish.called), alert.name
    if wish.body is not UNCHANGED:
        changed["message"], back["body"] = wish.body or "", alert.body
    if wish.targets is not UNCHANGED:
        changed["parties"] = _parties(desk, wish.targets or ())
    if wish.conditions is not UNCHANGED:
        places = {key: former[key] for key in ("dashboardId", "widgetId") if key in former}
        changed["context"], back["conditions"] = {**_condition(desk, wish.conditions or ()), **places}, alert.conditions
    if desk.dry_run or not changed:
        return Done(alert)
    await api(desk).update_alert(alert.id.native, changed)
    undo = () if "parties" in changed else (UpdateAlert(deliverable=alert.id, **back),)
    reason = None if undo else "whom it was for is not kept"
    return Done(await _shown(desk, alert.id.native), trace=Trace(alert.id, None, changed, undo=undo, reason=reason))


async def set_alert_enabled(desk: Desk, wish: SetAlertEnabled) -> Done:
    alert: Alert = await desk.deliverable(wish.deliverable, Kind.ALERT, refusal=REFUSAL)
    if desk.dry_run or alert.enabled is wish.enabled:
        return Done(alert)
    await api(desk).update_alert(alert.id.native, {"enabled": wish.enabled})
    undo = (SetAlertEnabled(deliverable=alert.id, enabled=alert.enabled),)
    trace = Trace(alert.id, {"enabled": alert.enabled}, {"enabled": wish.enabled}, undo=undo)
    return Done(await _shown(desk, alert.id.native), trace=trace)


async def delete_alert(desk: Desk, wish: DeleteAlert) -> Done:
    """With all that it has ever reported."""
    alert: Alert = await desk.deliverable(wish.deliverable, Kind.ALERT, refusal=REFUSAL)
    if not desk.dry_run:
        await api(desk).delete_alert(alert.id.native)
    trace = Trace(alert.id, {"name": alert.name}, reason="Sisense deletes alerts for good, with their events")
    return Done(None, {"deleted": wish.deliverable.encode()}, trace)


async def send_report(desk: Desk, wish: SendReport) -> Done:
    """To users and groups whom the dashboard is shared with; Sisense sends to nobody else."""
    board = await desk.dashboard(wish.dashboard, least=LEAST_TO_SHARE, refusal=DECIDING)
    if wish.format not in SAID_AS:
        raise unsupported(desk, "Sisense sends dashboards as PDF or INLINE")
    if not 1 <= len(wish.recipients) <= MOST_RECIPIENTS:
        message = f"A report has 1 to {MOST_RECIPIENTS} recipients."
        raise TooMuch(message, argument="recipients")
    subjects = {share.subject for share in (await desk.lists.shares([board.id.native])).get(board.id.native, ())}
    left = [one for one in wish.recipients if one not in subjects]
    if left:
        message = f"The dashboard is not shared with {len(left)} of the recipients; share it with them first."
        raise BadInput(message, argument="recipientIds")
    if not desk.dry_run:
        await api(desk).report(_report(board.id, wish))
    return Done(
        board, trace=Trace(board.id, after={"recipients": len(wish.recipients)}, reason="what was sent is sent")
    )


def _report(board: ResourceId, wish: SendReport) -> dict[str, Any]:
    printed = {"paperFormat": "A4", "paperOrientation": "landscape", "layout": "asis"}
    options = {"includeTitle": True, "includeFilters": True, "includeDS": False, "renderingInfo": printed}
    return {
        "assetId": board.native,
        "assetType": "dashboard",
        "recipients": [
            {"type": "group" if one.kind is Kind.GROUP else "user", "recipient": one.native} for one in wish.recipients
        ],
        "preferences": {"inline": True} if wish.format is DeliveryFormat.INLINE else {"inline": False, "pdf": options},
    }


def _check_plain(desk: Desk, wish: CreateAlert) -> None:
    """Refuse what an alert of Sisense cannot be, rather than leave it out."""
    if wish.format is not DeliveryFormat.INLINE:
        raise unsupported(desk, FILELESS)
    for name, value in {"subject": wish.subject, "filters": wish.filters}.items():
        if value:
            raise unsupported(desk, f"an alert of Sisense has no {name}; leave it out")


def _condition(desk: Desk, conditions: Sequence[Condition]) -> dict[str, Any]:
    """What has to be the case, in Sisense's own words, which nobody documents."""
    found: dict[str, Any] = {}
    for one in conditions:
        if not isinstance(one.raw, dict):
            raise unsupported(desk, "its conditions are Sisense's own objects; give them as raw")
        found |= one.raw
    return found


def _parties(desk: Desk, targets: Sequence[Target]) -> list[dict[str, str]]:
    """The users and groups of e-mail targets."""
    found = []
    for target in targets:
        if not isinstance(target, EmailTarget):
            raise unsupported(desk, "alerts of Sisense are e-mails to its users and groups")
        for one in target.recipients:
            party, kind = (one.group, Kind.GROUP) if one.user is None else (one.user, Kind.USER)
            if party is None:
                raise unsupported(desk, "alerts of Sisense go to its users and groups, not to plain addresses")
            found.append({"type": kind.value.lower(), "id": desk.native(party, kind)})
    return found


def _name(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        message = "An alert has a name."
        raise BadInput(message, argument="name")
    return text.strip()


async def _shown(desk: Desk, native: str) -> Alert:
    desk.forget()
    for alert in await desk.known.all(Kind.ALERT):
        if alert.id.native == native:
            found: Alert = alert
            return found
    raise missing("alert")


HANDLERS: dict[type[Change], Handler] = {
    CreateAlert: create_alert,
    UpdateAlert: update_alert,
    SetAlertEnabled: set_alert_enabled,
    DeleteAlert: delete_alert,
    SendReport: send_report,
}
