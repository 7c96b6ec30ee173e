"""What must hold whatever is undone: today's rights, and the rules that hold for every change."""

from collections.abc import Sequence

from sqlalchemy import Table, select

from dashgraph.connectors.native.changes.desk import LEAST_TO_EDIT, LEAST_TO_SHARE, Desk
from dashgraph.connectors.native.changes.leaving import administrators
from dashgraph.connectors.native.changes.users import check_free
from dashgraph.domain.problems import Conflict, Forbidden
from dashgraph.domain.roles import ADMIN
from dashgraph.domain.users import UserStatus
from dashgraph.domain.viewers import TokenScope
from dashgraph.store.among import among
from dashgraph.store.ledger import Image, Row
from dashgraph.store.tables import (
    dashboards,
    editions,
    folders,
    groups,
    memberships,
    metadata,
    password_links,
    shares,
    users,
    widgets,
)
from dashgraph.store.visibility import seen

PROFILE = {
    column
    for name in ("name", "initials", "first_name", "last_name", "preferences")
    for column in (name, f"{name}_key")
}


HELD_BY = {"dashboards": "id", "editions": "dashboard_id", "widgets": "dashboard_id", "shares": "dashboard_id"}


async def check_content(desk: Desk, images: Sequence[Image]) -> None:
    """Refuse to undo what the viewer could not do today: who gave a dashboard away does not take it back.

    Content is for editors; shares, owners and what is deleted are for owners. Administrators undo everything.
    """
    tables = {image.table for image in images}
    if tables & {dashboards, editions, widgets, folders}:
        desk.viewer.require(TokenScope.DASHBOARDS_WRITE)
    if shares in tables:
        desk.viewer.require(TokenScope.SHARES_WRITE)
    await _check_unused(desk, dashboards, images)
    if desk.asker.everything:
        return
    least: dict[str, int] = {}
    for image in images:
        column = HELD_BY.get(image.table.name)
        if column is not None:
            native = (image.after or image.before or {})[column]
            owning = image.table is shares or image.changed & {"owner_id", "deleted_at", "folder_id", "published"}
            least[native] = max(least.get(native, 0), LEAST_TO_SHARE if owning else LEAST_TO_EDIT)
    rights = seen(desk.asker, lambda dashboard: among(dashboard, list(least)))
    ranked = select(dashboards.c.id, rights.rank.label("rank")).select_from(rights.dashboards).where(rights.narrowed)
    ranks = {row.id: row.rank for row in await desk.session.execute(ranked)}
    mine = {image.key[0] for image in images if image.table is folders and desk.me in _owners(image)}
    touched = {image.key[0] for image in images if image.table is folders}
    if touched - mine or any(ranks.get(native, 0) < rank for native, rank in least.items()):
        message = "You could not make this change today, so you cannot undo it; ask the owner or an administrator."
        raise Forbidden(message)


def _owners(image: Image) -> set[str]:
    return {row["owner_id"] for row in (image.before, image.after) if row is not None}


async def check_people(desk: Desk, images: Sequence[Image]) -> None:
    """Refuse to undo what would break a rule about users, groups and who administers."""
    accounts = [image for image in images if image.table is users]
    if not any(image.table in {users, groups, memberships, password_links} for image in images):
        return
    _check_rights(desk, images)
    await _check_administrators(desk, accounts)
    await _check_addresses(desk, accounts)
    for table in (users, groups):
        await _check_unused(desk, table, images)


def _check_rights(desk: Desk, images: Sequence[Image]) -> None:
    own = all(image.table is users and image.key == (desk.me,) and image.changed <= PROFILE for image in images)
    if own and all(image.before and image.after for image in images):
        return
    if not desk.viewer.is_admin:
        message = "Only administrators change users, groups and memberships, and undo such changes."
        raise Forbidden(message)
    desk.viewer.require(TokenScope.USERS_ADMIN)


async def _check_administrators(desk: Desk, accounts: Sequence[Image]) -> None:
    ends = {image.key[0] for image in accounts if _administers(image.after) and not _administers(image.before)}
    if ends and not set(await administrators(desk)) - ends:
        message = "There would be no active administrator any more; make somebody else one first."
        raise Conflict(message)


def _administers(row: Row | None) -> bool:
    return row is not None and row["role"] == ADMIN.native_name and row["status"] == UserStatus.ACTIVE.value


async def _check_addresses(desk: Desk, accounts: Sequence[Image]) -> None:
    """What an account gets back must not be somebody else's by now."""
    logins = ("email_key", "user_name_key", "deleted_at")
    for image in accounts:
        was, now = image.before, image.after
        if was is not None and was["deleted_at"] is None and (now is None or any(was[k] != now[k] for k in logins)):
            await check_free(desk, email=was["email"], user_name=was["user_name"], but=was["id"])


async def _check_unused(desk: Desk, table: Table, images: Sequence[Image]) -> None:
    """A thing that was made is unmade only while nothing refers to it but what was made with it."""
    made = [image.key[0] for image in images if image.table is table and image.before is None]
    if not made:
        return
    with_it = {(image.table.name, image.key) for image in images}
    for other in metadata.sorted_tables:
        for column in other.c:
            if not any(key.column is table.c.id for key in column.foreign_keys):
                continue
            referring = select(*other.primary_key).where(among(column, made))
            keys = [tuple(row) for row in await desk.session.execute(referring)]
            if any((other.name, key) not in with_it for key in keys):
                message = f"What it made has been used since ({other.name}); delete that instead of undoing."
                raise Conflict(message)
