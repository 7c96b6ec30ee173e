"""Handing over everything that somebody owns."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select

from dashgraph.connectors.native.changes.deliverable_leaving import inheritance
from dashgraph.connectors.native.changes.desk import Desk, Done, Handler, missing
from dashgraph.connectors.native.changes.leaving import works
from dashgraph.connectors.native.changes.ownership import able_heir, give
from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind
from dashgraph.domain.ownership import TransferOwnership, TransferStep
from dashgraph.domain.problems import BadInput, Conflict, Forbidden
from dashgraph.domain.users import USER
from dashgraph.store.deliverables import DELIVERABLES, OF_KIND
from dashgraph.store.tables import dashboards, editions, folders, tokens, users


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the plan. `revision` is what it was when the plan was made."""

    kind: str
    id: str
    name: str
    step: TransferStep
    reason: str | None = None
    revision: int | None = None


async def transfer_ownership(desk: Desk, wish: TransferOwnership) -> Done:
    """Administrators hand over anybody's things, and everybody their own. Dashboards in the trash stay where they are.

    Tokens of somebody else are revoked: who leaves does not come back by a token.
    """
    giver = await _giver(desk, wish)
    heir = await able_heir(desk, wish.heir)
    if heir == giver:
        message = "Somebody else must take over; the heir is the owner."
        raise BadInput(message)
    items = await _items(desk, giver, heir)
    plan = _plan_id(wish, items)
    if wish.plan is not None and wish.plan != plan:
        message = "What would be handed over has changed since that plan; look at the new one in a dry run."
        raise Conflict(message, plan=plan)

    for item in items:
        if item.step is TransferStep.KEEP:
            continue
        if item.kind == Kind.DASHBOARD:
            await give(desk, item.id, giver, heir, wish.original_owner_rule)
        elif item.kind == Kind.FOLDER:
            await desk.ledger.update(folders, folders.c.id == item.id, owner_id=heir)
        elif item.kind in OF_KIND:
            table = OF_KIND[Kind(item.kind)].table
            await desk.ledger.update(table, table.c.id == item.id, owner_id=heir)
        else:
            await desk.ledger.update(tokens, tokens.c.id == item.id, revoked_at=desk.now)
    return Done(wish.giver, USER.name, {"plan": plan, "items": [asdict(item) for item in items]})


async def _giver(desk: Desk, wish: TransferOwnership) -> str:
    native = desk.id_of(wish.giver, Kind.USER, noun="user")
    if native != desk.me and not desk.asker.everything:
        message = "Only administrators hand over what others own."
        raise Forbidden(message)
    found = await desk.session.execute(select(users.c.id).where(users.c.id == native).with_for_update())
    if found.first() is None:
        raise missing("user")
    return native


async def _items(desk: Desk, giver: str, heir: str) -> list[Item]:
    """Everything that names the giver as its owner, and what is to become of it."""
    title = editions.c.title
    working = (editions.c.dashboard_id == dashboards.c.id) & (editions.c.number == dashboards.c.working)
    owned = (
        select(dashboards.c.id, title, dashboards.c.revision, dashboards.c.deleted_at)
        .select_from(dashboards.join(editions, working))
        .where(dashboards.c.owner_id == giver)
        .order_by(dashboards.c.title_key, dashboards.c.id)
        .with_for_update(of=dashboards)
    )
    items = []
    for row in await desk.session.execute(owned):
        trashed = row.deleted_at is not None
        step = TransferStep.KEEP if trashed else TransferStep.TRANSFER
        reason = "it is in the trash; restore it first to hand it over" if trashed else None
        items.append(Item(Kind.DASHBOARD, row.id, row.title, step, reason, row.revision))
    mine = select(folders).where(folders.c.owner_id == giver).order_by(folders.c.name_key, folders.c.id)
    items.extend(
        Item(Kind.FOLDER, row.id, row.name, TransferStep.TRANSFER, None, row.revision)
        for row in await desk.session.execute(mine.with_for_update())
    )
    given = {item.id for item in items if item.kind == Kind.DASHBOARD and item.step is TransferStep.TRANSFER}
    for of in DELIVERABLES:
        for row, reason in await inheritance(desk, of, giver, heir, given):
            step = TransferStep.TRANSFER if reason is None else TransferStep.KEEP
            items.append(Item(of.kind, row.id, row.name, step, reason, row.revision))
    if giver != desk.me:
        held = select(tokens).where(tokens.c.user_id == giver, works(desk.now)).order_by(tokens.c.id)
        items.extend(Item("Token", row.id, row.name, TransferStep.REVOKE) for row in await desk.session.execute(held))
    return items


def _plan_id(wish: TransferOwnership, items: Sequence[Item]) -> str:
    """The same for the same plan over the same state of the world."""
    text = json.dumps([wish.giver.native, wish.heir.native, wish.original_owner_rule, [asdict(i) for i in items]])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


HANDLERS: dict[type[Change], Handler] = {TransferOwnership: transfer_ownership}
