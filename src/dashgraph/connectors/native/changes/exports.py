"""Giving documents out: the entry in the audit trail, and an address to download from where one is wanted."""

import hashlib
import json
import secrets

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler, missing
from dashgraph.domain.changes import Change
from dashgraph.domain.exports import LIFETIME, ExportDashboards, ExportDelivery, exporting
from dashgraph.domain.ids import Kind
from dashgraph.store import transfers
from dashgraph.store.dashboards import by_ids
from dashgraph.store.visibility import Asker

NOT_UNDONE = "nothing was changed by giving documents out"


async def export_dashboards(desk: Desk, wish: ExportDashboards) -> Done:
    """Raises NotFound unless the viewer sees every one of them."""
    natives = [desk.id_of(one, Kind.DASHBOARD, noun="dashboard") for one in dict.fromkeys(wish.dashboards)]
    asker = Asker(exporting(desk.viewer), desk.source)
    seen = {row.id for row in await desk.session.execute(by_ids(asker, natives))}
    if not seen >= set(natives):
        raise missing("dashboard")
    facts: dict[str, object] = {
        "delivery": wish.delivery.value,
        "dashboards": [one.encode() for one in dict.fromkeys(wish.dashboards)],
    }
    told_once = None
    if wish.delivery is ExportDelivery.ADDRESS and not desk.terms.dry_run:
        secret = secrets.token_urlsafe(32)
        expires_at = desk.now + LIFETIME
        row = {
            "hash": hashlib.sha256(secret.encode()).hexdigest(),
            "user_id": desk.me,
            "scopes": " ".join(sorted(desk.viewer.scopes)),
            "wanted": json.dumps(natives),
            "created_at": desk.now,
            "expires_at": expires_at,
        }
        await transfers.add(desk.session, row)
        facts |= {"expires_at": expires_at.isoformat()}
        told_once = {"secret": secret}
    return Done(None, facts=facts, reason=NOT_UNDONE, told_once=told_once)


HANDLERS: dict[type[Change], Handler] = {ExportDashboards: export_dashboards}
