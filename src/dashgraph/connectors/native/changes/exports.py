"""Giving documents out: the entry in the audit trail, and an address to download from where one is wanted."""

import hashlib
import json
import secrets
from collections.abc import Sequence

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler, missing
from dashgraph.domain.changes import Change
from dashgraph.domain.dash import Document, JsonObject, ids_of_widgets, with_widgets
from dashgraph.domain.exports import LIFETIME, ExportDashboards, ExportDelivery, exporting
from dashgraph.domain.formats import writing
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind
from dashgraph.store import dashboards, transfers, widgets
from dashgraph.store.dashboards import by_ids
from dashgraph.store.database import AnyRow
from dashgraph.store.visibility import Asker

NOT_UNDONE = "nothing was changed by giving documents out"


async def export_dashboards(desk: Desk, wish: ExportDashboards) -> Done:
    """Raises NotFound unless the viewer sees every one of them, and BadFormat for what cannot be written so.

    Those of another source have been looked at there.
    """
    wanted = list(dict.fromkeys(wish.dashboards))
    kind = wish.format
    if wish.kept_in is None or kind is None:
        natives = [desk.id_of(one, Kind.DASHBOARD, noun="dashboard") for one in wanted]
        kind = await _format(desk, Asker(exporting(desk.viewer), desk.source), natives, wish.format)
    ids = [one.encode() for one in wanted]
    facts: dict[str, object] = {"delivery": wish.delivery.value, "format": kind.value, "dashboards": ids}
    told_once = None
    if wish.delivery is ExportDelivery.ADDRESS and not desk.terms.dry_run:
        secret = secrets.token_urlsafe(32)
        expires_at = desk.now + LIFETIME
        row = {
            "hash": hashlib.sha256(secret.encode()).hexdigest(),
            "user_id": desk.me,
            "scopes": " ".join(sorted(desk.viewer.scopes)),
            "wanted": json.dumps(ids),
            "format": kind.value,
            "created_at": desk.now,
            "expires_at": expires_at,
        }
        await transfers.add(desk.session, row)
        facts |= {"expires_at": expires_at.isoformat()}
        told_once = {"secret": secret}
    return Done(None, facts=facts, reason=NOT_UNDONE, told_once=told_once)


async def _format(desk: Desk, asker: Asker, natives: Sequence[str], wanted: DocumentFormat | None) -> DocumentFormat:
    """The format in which all of these can be written: the one that is wanted, or else the one that they came in."""
    found = {row.id: row for row in await desk.session.execute(by_ids(asker, natives))}
    if not found.keys() >= set(natives):
        raise missing("dashboard")
    parts: list[tuple[str, str | None, DocumentFormat]] = [(one, None, _of(found[one])) for one in natives]
    held = await desk.session.execute(widgets.formats(asker, natives))
    parts += [(row.dashboard_id, row.title or "", _of(row)) for row in held]
    kind = wanted or writing.common_format(
        writing.one_format(came_in for one, _, came_in in parts if one == native) for native in natives
    )
    if kind is DocumentFormat.DASHGRAPH:
        return kind
    for one, widget, came_in in parts:
        if came_in is not kind:
            raise writing.refusal(kind, found[one].title, came_in, widget)
    if kind is DocumentFormat.LIGHTDASH:
        writing.lightdash_files(await _documents(desk, asker, natives))
    elif kind is DocumentFormat.POSTHOG:
        writing.templates(await _documents(desk, asker, natives))
    return kind


def _of(row: AnyRow) -> DocumentFormat:
    return DocumentFormat(row.format or DocumentFormat.DASH)


async def _documents(desk: Desk, asker: Asker, natives: Sequence[str]) -> list[JsonObject]:
    """The documents as the viewer sees them, which are the ones that will be written."""
    rows = await desk.session.execute(dashboards.documents(asker, natives))
    found = {row.id: Document(row.document).raw for row in rows}
    held = [one for raw in found.values() for one in ids_of_widgets(raw)]
    parts = {row.id: Document(row.document).raw for row in await desk.session.execute(widgets.documents(asker, held))}
    return [with_widgets(found[one], parts) for one in natives]


HANDLERS: dict[type[Change], Handler] = {ExportDashboards: export_dashboards}
