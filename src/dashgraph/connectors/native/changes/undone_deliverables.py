"""Undoing changes of schedules and alerts: whose they are today, and whether what comes back can run."""

from collections.abc import Sequence

from sqlalchemy import select

from dashgraph.connectors.native.changes.deliverable_leaving import disable_those
from dashgraph.connectors.native.changes.deliverable_rights import standing
from dashgraph.connectors.native.changes.desk import Desk
from dashgraph.domain.deliverables import DisabledReason
from dashgraph.domain.problems import Forbidden, InvalidState
from dashgraph.domain.viewers import TokenScope
from dashgraph.store.among import among
from dashgraph.store.deliverables import DELIVERABLES, Deliverables
from dashgraph.store.ledger import Image
from dashgraph.store.work_tables import recipients, targets

# What a change of the content did to the schedules and alerts of others goes with it when that is undone.
WITH_CONTENT = {DisabledReason.DASHBOARD_DELETED.value, DisabledReason.WIDGET_DELETED.value}


async def check_deliverables(desk: Desk, images: Sequence[Image]) -> None:
    """Refuse to undo what the viewer could not do today: who gave a schedule away does not change it any more."""
    tables = {targets, *(of.table for of in DELIVERABLES)}
    own = [image for image in images if image.table in tables and not _goes_with_content(image)]
    if not own and not any(image.table is recipients for image in images):
        return
    desk.viewer.require(TokenScope.SCHEDULES_WRITE)
    if desk.asker.everything:
        return
    for of in DELIVERABLES:
        if not await _are_mine(desk, of, own):
            message = "You could not make this change today, so you cannot undo it; ask its owner or an administrator."
            raise Forbidden(message)


async def _are_mine(desk: Desk, of: Deliverables, own: Sequence[Image]) -> bool:
    """Whether the viewer owns what of these is concerned; of what was deleted, whether it was the viewer's."""
    column = {of.table.name: "id", targets.name: of.of_target.name}
    concerned = [image for image in own if image.table.name in column]
    ids = {(image.after or image.before or {})[column[image.table.name]] for image in concerned} - {None}
    deleted = [image for image in concerned if image.table is of.table and image.after is None]
    gone = {image.key[0]: image.before["owner_id"] for image in deleted if image.before is not None}
    lock = select(of.table.c.id, of.table.c.owner_id).where(among(of.table.c.id, sorted(ids)))
    rows = await desk.session.execute(lock.order_by(of.table.c.id).with_for_update())
    owners = gone | {row.id: row.owner_id for row in rows}
    return all(owners.get(native) == desk.me for native in ids)


def _goes_with_content(image: Image) -> bool:
    reason = (image.after or {}).get("disabled_reason")
    return image.changed == {"enabled", "disabled_reason"} and reason in WITH_CONTENT


async def disable_unfit(desk: Desk) -> None:
    """Turn off, with the reason, what was put back just now and cannot run any more."""
    for of in DELIVERABLES:
        back = [image.after for image in desk.ledger.images if image.table is of.table and image.after is not None]
        for row in back:
            if row["enabled"]:
                try:
                    await standing(desk, of, row["owner_id"], row["dashboard_id"], row["widget_id"])
                except InvalidState as problem:
                    reason = DisabledReason(str(problem.facts["reason"]))
                    await disable_those(desk, of, of.table.c.id == row["id"], reason)
