"""Carrying out a delivery: draw it once, find out whom it is for today, send it, and tell what came of each.

A delivery is at least once: killed between a server's answer and our note of it, it is sent again under the same key,
by which e-mail programs, webhooks and file targets tell a repetition. What is noted as delivered is never sent again.
"""

from collections import Counter
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from dashgraph.domain.deliverables import DeliveryFormat, DisabledReason
from dashgraph.domain.exports import ExportFormat, exporting
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import DeliveryStatus, Trigger
from dashgraph.domain.problems import InvalidState, NotFound, Problem
from dashgraph.domain.targets import Attachment, EmailTarget, Message, TargetKind
from dashgraph.domain.viewers import Viewer
from dashgraph.services.audience import audience
from dashgraph.services.deliverables import Deliverable, Deliverables, Destination
from dashgraph.services.delivering.sealing import Sealer
from dashgraph.services.delivering.sinks import Sinks, place
from dashgraph.services.identity import Account, Identity
from dashgraph.services.jobs.attempts import Attempt, Ended, Superseded, TryAgain
from dashgraph.services.messages import BODIES, message, page, values_of
from dashgraph.services.rendering.conditions import presets
from dashgraph.services.rendering.render import Rendering
from dashgraph.services.rendering.sheet import Sheet
from dashgraph.services.sheets import Sheets
from dashgraph.store import deliveries, working
from dashgraph.store.database import AnyRow, Database
from dashgraph.store.deliverables import ALERTS, SCHEDULES

FILES = {
    DeliveryFormat.PDF: ExportFormat.PDF,
    DeliveryFormat.PNG: ExportFormat.PNG,
    DeliveryFormat.INLINE: ExportFormat.PNG,
    DeliveryFormat.CSV: ExportFormat.CSV,
    DeliveryFormat.XLSX: ExportFormat.XLSX,
}
AT_ONCE = 10  # e-mails between two looks at whether the job is to stop
ALARMING = frozenset({Trigger.TIME, Trigger.CATCH_UP, Trigger.ALERT})  # where nobody waits for the answer
LOST_ACCESS = "The dashboard is hidden from the owner now, who could see it before; what delivers it was disabled."
LOST_WIDGET = "The widget is no longer there; what delivers it was disabled."
NOBODY = "It reached nobody: everybody it is for was left out; see the deliveries for the reasons."


@dataclass(frozen=True, slots=True)
class _Drawn:
    sheet: Sheet
    file: Attachment


class Deliveries:
    """The worker of jobs that deliver. What it draws and sends, it does as the owner, with today's rights."""

    def __init__(
        self, database: Database, sheets: Sheets, rendering: Rendering, sinks: Sinks, sealer: Sealer, identity: Identity
    ) -> None:
        self._database = database
        self._sheets = sheets
        self._rendering = rendering
        self._sinks = sinks
        self._sealer = sealer
        self._identity = identity
        self._deliverables = Deliverables(database)

    async def __call__(self, attempt: Attempt) -> Ended:
        """Raises TryAgain while something may still get through, and a Problem where nothing can."""
        wanted = await self._deliverables.of(attempt)
        owner = await self._identity.account(wanted.owner)
        try:
            drawn = await self._drawn(attempt, wanted, owner.viewer)
            await self._plan(attempt, wanted, owner.viewer)
            for destination in wanted.destinations:
                await self._send(attempt, wanted, owner, drawn, destination)
        except Problem as problem:
            await self._alarm(attempt, wanted, owner, problem.message)
            raise
        ended = await self._ended(attempt)
        if ended.failed is not None:
            await self._alarm(attempt, wanted, owner, ended.failed)
        return ended

    async def _drawn(self, attempt: Attempt, wanted: Deliverable, owner: Viewer) -> _Drawn:
        """What is sent: drawn by the first attempt, the same for all that follow."""
        moment = (attempt.fire_at or attempt.created_at).astimezone(ZoneInfo(wanted.zone))
        try:
            reader = await self._sheets.seen(exporting(owner), wanted.dashboard)
        except NotFound:
            await self._disable(attempt, DisabledReason.OWNER_LOST_ACCESS)
            raise InvalidState(LOST_ACCESS) from None
        try:
            sheet = (
                await self._sheets.dashboard(reader, wanted.dashboard, moment)
                if wanted.widget is None
                else await self._sheets.widget(reader, wanted.widget, moment)
            )
        except NotFound:
            await self._disable(attempt, DisabledReason.WIDGET_DELETED)
            raise InvalidState(LOST_WIDGET) from None
        sheet = replace(sheet, filters=(*sheet.filters, *presets(wanted.filters or {})))
        kept = await working.files(self._database, attempt.id)
        if kept:
            return _Drawn(sheet, Attachment(kept[0].name, kept[0].content_type, kept[0].content))
        rendered = await self._rendering.render(sheet, FILES[wanted.format])
        await attempt.keep_file(rendered.name, rendered.content_type, rendered.content)
        await attempt.log(f"Made {rendered.name}, {len(rendered.content):,} bytes.")
        return _Drawn(sheet, Attachment(rendered.name, rendered.content_type, rendered.content))

    async def _plan(self, attempt: Attempt, wanted: Deliverable, owner: Viewer) -> None:
        """Note whom it is for, once; who was noted by an attempt before stays noted."""
        if await deliveries.of_job(self._database, attempt.id):
            return
        places = {one.id: place(one.target(self._sealer)) for one in wanted.destinations}
        may = owner.is_admin or await self._owns(owner, wanted.dashboard)
        rows = await audience(self._database, attempt.id, wanted, places, may_send_elsewhere=may)
        async with self._database.writing() as session:
            if not await working.change(session, attempt.id, attempt.claim, {"total": len(rows)}):
                raise Superseded
            await deliveries.plan(session, rows)

    async def _owns(self, owner: Viewer, dashboard: ResourceId) -> bool:
        return await deliveries.owner_of(self._database, dashboard.native) == owner.user.native

    async def _send(
        self, attempt: Attempt, wanted: Deliverable, owner: Account, drawn: _Drawn, destination: Destination
    ) -> None:
        """Send to those of one target that have not got it yet, and note each answer at once."""
        pending = [row for row in await deliveries.of_job(self._database, attempt.id) if _awaits(row, destination)]
        if not pending:
            return
        target = destination.target(self._sealer)
        told = _message(attempt, wanted, owner, drawn, destination)
        for start in range(0, len(pending), AT_ONCE):
            some = pending[start : start + AT_ONCE]
            await attempt.look_up()
            receipts = await self._sinks.send(target, told, [row.recipient for row in some])
            async with self._database.writing() as session:
                for row, receipt in zip(some, receipts, strict=True):
                    status = DeliveryStatus.DELIVERED if receipt.delivered else DeliveryStatus.FAILED
                    status = DeliveryStatus.PENDING if receipt.retry else status
                    await deliveries.settle(session, row.id, status, receipt.answer, attempt.clock())
                done = {"done": await deliveries.settled(session, attempt.id)}
                if not await working.change(session, attempt.id, attempt.claim, done):
                    raise Superseded

    async def _ended(self, attempt: Attempt) -> Ended:
        """How it went. Raises TryAgain while some can still be reached."""
        rows = await deliveries.of_job(self._database, attempt.id)
        waiting = [row for row in rows if row.status == DeliveryStatus.PENDING]
        if waiting and not attempt.is_last:
            message = f"{len(waiting)} of {len(rows)} could not be reached for now: {waiting[0].answer}"
            raise TryAgain(message)
        if waiting:
            async with self._database.writing() as session:
                await deliveries.give_up(session, attempt.id)
            rows = await deliveries.of_job(self._database, attempt.id)
        counts = Counter(DeliveryStatus(row.status) for row in rows)
        result = {status.value: counts[status] for status in DeliveryStatus if status is not DeliveryStatus.PENDING}
        failed = [row for row in rows if row.status == DeliveryStatus.FAILED]
        if failed:
            why = f"{len(failed)} of {len(rows)} did not get it; {failed[0].recipient}: {failed[0].answer}"
            return Ended(result, why)
        return Ended(result, None if counts[DeliveryStatus.DELIVERED] else NOBODY)

    async def _disable(self, attempt: Attempt, reason: DisabledReason) -> None:
        for of, native in ((SCHEDULES, attempt.schedule), (ALERTS, attempt.alert)):
            if native is not None:
                async with self._database.writing() as session:
                    await of.disable(session, native, reason.value, attempt.clock())

    async def _alarm(self, attempt: Attempt, wanted: Deliverable, owner: Account, why: str) -> None:
        """Tell the owner that it failed for good. When that cannot be sent either, the log of the job says so."""
        if attempt.trigger not in ALARMING:
            return
        text = f"{wanted.name} could not be delivered as it should.\n\n{why}\n\nThe job is {attempt.resource.encode()}."
        told = Message(
            key=f"{attempt.id}/alarm",
            subject=f"Not delivered: {' '.join(wanted.name.split())}",
            text=text,
            html=page(text),
        )
        [receipt] = await self._sinks.send(EmailTarget(recipients=()), told, [owner.email])
        if not receipt.delivered:
            await attempt.log(f"The owner could not be told: {receipt.answer}", level="warning")


def _awaits(row: AnyRow, destination: Destination) -> bool:
    return bool(row.target_id == destination.id and row.status == DeliveryStatus.PENDING)


def _message(attempt: Attempt, wanted: Deliverable, owner: Account, drawn: _Drawn, destination: Destination) -> Message:
    inline = wanted.format is DeliveryFormat.INLINE and destination.kind is TargetKind.EMAIL
    moment = attempt.fire_at or attempt.created_at
    facts = {
        "job": attempt.resource.encode(),
        "schedule": _global(attempt, Kind.SCHEDULE, attempt.schedule),
        "alert": _global(attempt, Kind.ALERT, attempt.alert),
        "name": wanted.name,
        "dashboard": wanted.dashboard.encode(),
        "widget": wanted.widget.encode() if wanted.widget else None,
        "title": drawn.sheet.title,
        "at": moment.isoformat(),
        "format": wanted.format.name,
        "filters": wanted.filters,
        "values": wanted.seen,
    }
    return message(
        f"{attempt.id}/{destination.id}",
        subject=wanted.subject,
        body=wanted.body or BODIES[wanted.kind],
        seen=wanted.seen,
        values=values_of(drawn.sheet, moment, wanted.zone, owner=owner.name, schedule=wanted.name),
        sheet=drawn.sheet,
        attachments=() if inline else (drawn.file,),
        inline=drawn.file if inline else None,
        note=f"{wanted.name} is sent for {owner.name} by dashgraph.",
        facts=facts,
    )


def _global(attempt: Attempt, kind: Kind, native: str | None) -> str | None:
    return None if native is None else ResourceId(attempt.resource.source, kind, native).encode()
