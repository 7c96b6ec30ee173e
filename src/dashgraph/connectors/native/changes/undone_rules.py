"""What must hold after something was put back: what came since may not go together with it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Table, or_, select

from dashgraph.connectors.native.changes.desk import Desk
from dashgraph.connectors.native.changes.folders import alone, check_depth, levels_below
from dashgraph.connectors.native.changes.undoing import HELD_BY
from dashgraph.domain.problems import BadInput, Conflict
from dashgraph.domain.roles import NATIVE_ROLES, RoleKind
from dashgraph.store.among import among
from dashgraph.store.ledger import Image, Row
from dashgraph.store.tables import dashboards, folders, shares, users, widgets


async def lock_concerned(desk: Desk, images: Sequence[Image]) -> None:
    """Lock the tree of folders and the dashboards that these writes were about, as those who change them do."""
    if any(image.table is folders for image in images):
        await alone(desk)
    concerned = [image for image in images if image.table.name in HELD_BY]
    held = {(image.after or image.before or {})[HELD_BY[image.table.name]] for image in concerned}
    lock = select(dashboards.c.id).where(among(dashboards.c.id, sorted(held))).order_by(dashboards.c.id)
    await desk.session.execute(lock.with_for_update())


async def check_rules(desk: Desk, *, since: datetime) -> None:
    """Raises Conflict when what was put back just now breaks a rule. `since` is when it was done at first."""
    await _check_owners(desk, since)
    await _check_shares(desk)
    await check_widgets(desk)
    await _check_tree(desk)


async def check_widgets(desk: Desk) -> None:
    """A widget that came back must not have its id from a dashboard that took it since."""
    came = {row["id"]: row["dashboard_id"] for row in _with_new(desk, widgets, "id")}
    held = select(widgets.c.id, widgets.c.dashboard_id).where(among(widgets.c.id, sorted(came))).distinct()
    if any(row.dashboard_id != came[row.id] for row in await desk.session.execute(held)):
        message = "A widget of it is on another dashboard by now; move or delete that one first."
        raise Conflict(message)


async def _check_owners(desk: Desk, since: datetime) -> None:
    owners = {row["owner_id"] for table in (dashboards, folders) for row in _with_new(desk, table, "owner_id")} - {None}
    others = {row["id"] for row in _with_new(desk, users, "role")} - owners
    concerned = select(users).where(among(users.c.id, sorted(owners | others))).order_by(users.c.id)
    for row in await desk.session.execute(concerned.with_for_update(read=True)):
        owns = row.id in owners or await _owns_something(desk, row.id)
        if owns and NATIVE_ROLES[row.role].kind not in {RoleKind.ADMIN, RoleKind.EDITOR}:
            message = f"{row.name} would own things as a viewer; change the role or the owner of the things first."
            raise Conflict(message)
        if row.id in owners and row.deleted_at is not None and row.deleted_at > since:
            message = f"{row.name}, who owned it, was deleted since; bring the account back with restoreUser first."
            raise Conflict(message)


async def _owns_something(desk: Desk, user: str) -> bool:
    mine = select(dashboards.c.id).where(dashboards.c.owner_id == user, dashboards.c.deleted_at.is_(None))
    owned = mine.union_all(select(folders.c.id).where(folders.c.owner_id == user))
    return (await desk.session.execute(owned.limit(1))).first() is not None


async def _check_shares(desk: Desk) -> None:
    """Owners have no share of what they own, and what is shared is published."""
    held = {row["dashboard_id"] for row in _with_new(desk, shares, "user_id")}
    held |= {row["id"] for column in ("owner_id", "published") for row in _with_new(desk, dashboards, column)}
    own = shares.c.user_id == dashboards.c.owner_id
    unfit = (
        select(own.label("own"))
        .select_from(dashboards.join(shares, shares.c.dashboard_id == dashboards.c.id))
        .where(among(dashboards.c.id, sorted(held)), or_(own, dashboards.c.published.is_(None)))
    )
    found = (await desk.session.execute(unfit.limit(1))).first()
    if found is not None:
        message = "It would be shared with its owner, who is another by now; undo the change of the owner first."
        if not found.own:
            message = "It is shared by now, with people who see what is published; take the shares away first."
        raise Conflict(message)


async def _check_tree(desk: Desk) -> None:
    try:
        for row in _with_new(desk, folders, "parent_id"):
            await check_depth(desk, row["parent_id"], levels=1)  # finds a circle too, which has no end
            await check_depth(desk, row["parent_id"], levels=max((await levels_below(desk, row["id"])).values()))
    except BadInput as problem:
        message = "Folders have moved since: it would be in itself, or too deep; move those folders first."
        raise Conflict(message) from problem


def _with_new(desk: Desk, table: Table, column: str) -> Iterator[Row]:
    """The rows of a table that came back, or got back what they had in this column."""
    for image in desk.ledger.images:
        if image.table is table and image.after is not None and (image.before is None or column in image.changed):
            yield image.after
