"""What holds an account back from leaving, and what becomes of what its holder has."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, func, or_, select

from dashgraph.connectors.native.changes.deliverable_leaving import hand_over
from dashgraph.connectors.native.changes.desk import Desk
from dashgraph.connectors.native.changes.ownership import able_heir, give
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.ownership import OriginalOwnerRule
from dashgraph.domain.problems import BadInput, Conflict, Forbidden, StillOwns
from dashgraph.domain.roles import ADMIN
from dashgraph.domain.user_changes import MOST_NAMED, DeleteUser, OnOwned
from dashgraph.domain.users import Origin, UserStatus
from dashgraph.store.database import AnyRow
from dashgraph.store.tables import dashboards, folders, tokens, users


async def administrators(desk: Desk) -> Sequence[str]:
    """The active administrators, people alone, locked: who takes one away waits here for who takes away another."""
    active = (
        users.c.role == ADMIN.native_name,
        users.c.status == UserStatus.ACTIVE.value,
        users.c.origin != Origin.SERVICE.value,
    )
    found = await desk.session.execute(select(users.c.id).where(*active).order_by(users.c.id).with_for_update())
    return found.scalars().all()


def check_dispensable(desk: Desk, row: AnyRow, admins: Sequence[str], *, verb: str) -> None:
    """Refuse what would leave nobody to administer, or what people do to themselves by mistake."""
    if row.id == desk.me:
        message = f"You cannot {verb} yourself; another administrator can."
        raise Forbidden(message)
    if list(admins) == [row.id]:
        message = f"{row.name} is the last active administrator; make somebody else one first."
        raise Conflict(message)


async def check_owns_nothing(desk: Desk, row: AnyRow, *, remedy: str) -> None:
    """Refuse while the user owns dashboards (but for those in the trash) or folders. Raises StillOwns."""
    mine = (dashboards.c.owner_id == row.id) & dashboards.c.deleted_at.is_(None)
    first = await _owned(desk, Kind.DASHBOARD, dashboards, mine)
    others = await _owned(desk, Kind.FOLDER, folders, folders.c.owner_id == row.id)
    if first or others:
        counts = [await _count(desk, dashboards, mine), await _count(desk, folders, folders.c.owner_id == row.id)]
        message = f"{row.name} still owns {_said(counts[0], 'dashboard')} and {_said(counts[1], 'folder')}; {remedy}."
        raise StillOwns(message, owned=[*first, *others], count=sum(counts))


async def _owned(desk: Desk, kind: Kind, table: Table, mine: ColumnElement[bool]) -> Sequence[ResourceId]:
    """The first of what somebody owns, as many as a refusal names."""
    first = select(table.c.id).where(mine).order_by(table.c.id).limit(MOST_NAMED)
    return [ResourceId(desk.source, kind, native) for native in (await desk.session.execute(first)).scalars()]


async def _count(desk: Desk, table: Table, mine: ColumnElement[bool]) -> int:
    return int((await desk.session.execute(select(func.count()).select_from(table).where(mine))).scalar_one())


async def settle_owned(desk: Desk, wish: DeleteUser, row: AnyRow) -> int:
    """Do with what a leaver owns what is wished; how many things were given away."""
    if (wish.heir is not None) is not (wish.on_owned is OnOwned.TRANSFER):
        message = "heirId goes with onOwned: TRANSFER, and with nothing else."
        raise BadInput(message, argument="heirId")
    if wish.on_owned is OnOwned.BLOCK:
        remedy = "give it away first, or delete with onOwned TRANSFER and an heir, or KEEP"
        await check_owns_nothing(desk, row, remedy=remedy)
    if wish.heir is None:
        return 0
    heir = await able_heir(desk, wish.heir)
    if heir == row.id:
        message = "Somebody else must take over; the heir is who is to be deleted."
        raise BadInput(message, argument="heirId")
    return await _give_everything(desk, row.id, heir)


async def _give_everything(desk: Desk, former: str, heir: str) -> int:
    """Folders first, so that the heir sees them and the dashboards stay where they are; schedules and alerts last."""
    moved = await desk.ledger.update(folders, folders.c.owner_id == former, owner_id=heir)
    mine = (dashboards.c.owner_id == former) & dashboards.c.deleted_at.is_(None)
    owned = select(dashboards.c.id).where(mine).order_by(dashboards.c.id).with_for_update()
    given = (await desk.session.execute(owned)).scalars().all()
    for native in given:
        await give(desk, native, former, heir, OriginalOwnerRule.NONE)
    return len(moved) + len(given) + await hand_over(desk, former, heir)


async def revoke(desk: Desk, user: str) -> int:
    """End every token and session of a user now that still works; how many there were."""
    held = (tokens.c.user_id == user) & works(desk.now)
    return len(await desk.ledger.update(tokens, held, revoked_at=desk.now))


def works(now: datetime) -> ColumnElement[bool]:
    """The tokens that are neither revoked nor over. What is over is forgotten, and nobody has to undo its end."""
    return tokens.c.revoked_at.is_(None) & or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now)


def _said(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
