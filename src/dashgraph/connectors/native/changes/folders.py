"""Changes of folders. Their owners and administrators change them; whoever sees a folder may put things into it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select

from dashgraph.connectors.native.changes.desk import Desk, Done, Handler, missing
from dashgraph.domain.changes import Change
from dashgraph.domain.folder_changes import CreateFolder, DeleteFolder, FolderDeletion, MoveFolder, RenameFolder
from dashgraph.domain.folders import DEEPEST, FOLDER
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Conflict, Forbidden, InvalidState
from dashgraph.domain.viewers import SERVICES_OWN_NOTHING
from dashgraph.store.among import among
from dashgraph.store.database import AnyRow
from dashgraph.store.imports import title_key
from dashgraph.store.tables import dashboards, folders
from dashgraph.store.visibility import folder_is_seen, seen_folders

TREE_LOCK = 7_226_443_173  # one change of the tree at a time on a shared PostgreSQL
LONGEST_NAME = 255  # characters


async def create_folder(desk: Desk, wish: CreateFolder) -> Done:
    check_may_own(desk)
    await alone(desk)
    native = await make(desk, wish.name, await place(desk, wish.parent))
    return Done(ResourceId(desk.source, Kind.FOLDER, native), FOLDER.name)


async def make(desk: Desk, name: str, parent: str | None) -> str:
    """Make a folder of the viewer's own in this one; nobody else changes the tree meanwhile."""
    await check_depth(desk, parent, levels=1)
    name = await _free_name(desk, name, parent, desk.me)
    native = desk.fresh_id()
    row = {
        "id": native,
        "name": name,
        "name_key": title_key(name),
        "parent_id": parent,
        "owner_id": desk.me,
        "created_at": desk.now,
        "updated_at": desk.now,
    }
    await desk.ledger.insert(folders, row)
    return native


async def named(desk: Desk, name: str, parent: str | None) -> str | None:
    """The id of the viewer's own folder of this name in that place, if there is one."""
    found = (await desk.session.execute(_of_name(name.strip(), parent, desk.me))).first()
    return None if found is None else found.id


async def rename_folder(desk: Desk, wish: RenameFolder) -> Done:
    row = await _folder(desk, wish.folder)
    if wish.name != row.name:
        name = await _free_name(desk, wish.name, row.parent_id, row.owner_id, but=row.id)
        await desk.ledger.update(folders, folders.c.id == row.id, name=name, name_key=title_key(name))
    return Done(wish.folder, FOLDER.name)


async def move_folder(desk: Desk, wish: MoveFolder) -> Done:
    row = await _folder(desk, wish.folder)
    parent = await place(desk, wish.parent)
    if parent == row.parent_id:
        return Done(wish.folder, FOLDER.name)
    below = await levels_below(desk, row.id)
    if parent in below:
        message = "A folder cannot be put into itself or into a folder that is in it."
        raise BadInput(message, argument="parentId")
    await check_depth(desk, parent, levels=max(below.values()))
    await _free_name(desk, row.name, parent, row.owner_id, but=row.id)
    await desk.ledger.update(folders, folders.c.id == row.id, parent_id=parent)
    return Done(wish.folder, FOLDER.name)


async def delete_folder(desk: Desk, wish: DeleteFolder) -> Done:
    """Deleted dashboards that were in it will come back at the top."""
    row = await _folder(desk, wish.folder)
    if wish.mode is FolderDeletion.DELETE_CONTENT:
        found = await _delete_content(desk, row)
    else:
        found = await _empty(desk, row, refuse=wish.mode is FolderDeletion.REFUSE)
        await desk.ledger.delete(folders, folders.c.id == row.id)
    return Done(wish.folder, facts={"deleted": wish.folder.encode(), **found})


async def place(desk: Desk, one: ResourceId | None) -> str | None:
    """The id of a folder to put something into; None is the top. Raises NotFound for one that is hidden."""
    if one is None:
        return None
    native = desk.id_of(one, Kind.FOLDER, noun="folder")
    visible = folder_is_seen(seen_folders(desk.asker))
    lock = select(folders.c.id).where(folders.c.id == native, visible).with_for_update(read=True)
    if (await desk.session.execute(lock)).first() is None:
        raise missing("folder")
    return native


def check_may_own(desk: Desk) -> None:
    """Raises Forbidden for a viewer who may own nothing."""
    if desk.viewer.is_service:
        raise Forbidden(SERVICES_OWN_NOTHING)
    if not desk.viewer.may_own:
        message = "Viewers own nothing; ask an administrator for the role of a designer."
        raise Forbidden(message)


async def _folder(desk: Desk, one: ResourceId) -> AnyRow:
    """A folder that the viewer may change, locked, and the tree with it."""
    native = desk.id_of(one, Kind.FOLDER, noun="folder")
    await alone(desk)
    visible = folder_is_seen(seen_folders(desk.asker))
    locked = select(folders).where(folders.c.id == native, visible).with_for_update()
    row = (await desk.session.execute(locked)).first()
    if row is None:
        raise missing("folder")
    if not _mine(desk, row):
        message = "Only its owner and administrators change a folder."
        raise Forbidden(message)
    desk.check_revision(row.revision)
    return row


def _mine(desk: Desk, row: AnyRow) -> bool:
    return desk.asker.everything or row.owner_id == desk.me


async def alone(desk: Desk) -> None:
    """Wait until nobody else changes the tree, so that no two moves make a circle. On SQLite writers queue anyway."""
    if desk.session.dialect.name == "postgresql":
        await desk.session.execute(select(func.pg_advisory_xact_lock(TREE_LOCK)))


async def _free_name(desk: Desk, name: str, parent: str | None, owner: str | None, *, but: str | None = None) -> str:
    """The name, if the owner has no other folder of that name in the same place."""
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        message = f"The name of a folder has 1 to {LONGEST_NAME} characters."
        raise BadInput(message, argument="name")
    taken = _of_name(name, parent, owner).where(folders.c.id != (but or ""))
    if (await desk.session.execute(taken)).first() is not None:
        message = f"There is a folder {name!r} in that place already; take another name."
        raise Conflict(message, argument="name")
    return name


def _of_name(name: str, parent: str | None, owner: str | None) -> Select[Any]:
    return select(folders.c.id).where(
        folders.c.parent_id == parent, folders.c.owner_id == owner, folders.c.name_key == title_key(name)
    )


async def check_depth(desk: Desk, parent: str | None, *, levels: int) -> None:
    """Whether a tree of so many levels still fits under this folder."""
    up = select(folders.c.parent_id.label("id"), literal(1).label("height")).where(folders.c.id == parent)
    above = up.cte("above", recursive=True)
    above = above.union_all(
        select(folders.c.parent_id, above.c.height + 1)
        .select_from(above.join(folders, folders.c.id == above.c.id))
        .where(above.c.height <= DEEPEST)
    )
    height = (await desk.session.execute(select(func.max(above.c.height)))).scalar_one() or 0
    if height + levels > DEEPEST:
        message = f"Folders are at most {DEEPEST} levels deep."
        raise BadInput(message, argument="parentId")


async def levels_below(desk: Desk, top: str) -> Mapping[str, int]:
    """The folder and all folders in it, each with its level; the folder's own is 1."""
    start = select(folders.c.id, literal(1).label("level")).where(folders.c.id == top)
    down = start.cte("down", recursive=True)
    down = down.union_all(
        select(folders.c.id, down.c.level + 1).select_from(folders.join(down, folders.c.parent_id == down.c.id))
    )
    return {row.id: row.level for row in await desk.session.execute(select(down).order_by(down.c.level, down.c.id))}


async def _empty(desk: Desk, row: AnyRow, *, refuse: bool) -> Mapping[str, int]:
    """Put what is in a folder into the one above it."""
    children = await _children(desk, row.id)
    held = dashboards.c.folder_id == row.id
    alive = held & dashboards.c.deleted_at.is_(None)
    living = (await desk.session.execute(select(dashboards.c.id).where(alive))).all()
    if refuse and (children or living):
        message = "It is not empty; choose the mode MOVE_TO_PARENT or DELETE_CONTENT."
        raise InvalidState(message, argument="mode")
    for child in children:
        await _free_name(desk, child.name, row.parent_id, child.owner_id, but=child.id)
    await desk.ledger.update(dashboards, alive, folder_id=row.parent_id)
    await desk.ledger.update(dashboards, held, folder_id=None)
    await desk.ledger.update(folders, folders.c.parent_id == row.id, parent_id=row.parent_id)
    return {"dashboards": len(living), "folders": len(children)}


async def _children(desk: Desk, parent: str) -> Sequence[AnyRow]:
    found = select(folders.c.id, folders.c.name, folders.c.owner_id).where(folders.c.parent_id == parent)
    rows: Sequence[AnyRow] = (await desk.session.execute(found.order_by(folders.c.id))).all()
    return rows


async def _delete_content(desk: Desk, row: AnyRow) -> Mapping[str, int]:
    """Delete the folder, all folders in it, and the dashboards in them, which can be taken back."""
    below = await levels_below(desk, row.id)
    inside = among(dashboards.c.folder_id, list(below))
    alive = inside & dashboards.c.deleted_at.is_(None)
    owned = select(folders.c.owner_id).where(among(folders.c.id, list(below)))
    things = (await desk.session.execute(owned.union_all(select(dashboards.c.owner_id).where(alive)))).all()
    if not all(_mine(desk, thing) for thing in things):
        message = "It holds folders or dashboards of others, which you may not delete; use the mode MOVE_TO_PARENT."
        raise Forbidden(message)
    gone = {"deleted_at": desk.now, "deleted_by": desk.me, "folder_id": None}
    deleted = await desk.ledger.update(dashboards, alive, **gone)
    await desk.ledger.update(dashboards, inside, folder_id=None)
    for level in sorted(set(below.values()), reverse=True):
        await desk.ledger.delete(folders, _at(below, level))
    return {"dashboards": len(deleted), "folders": len(below) - 1}


def _at(below: Mapping[str, int], level: int) -> ColumnElement[bool]:
    return among(folders.c.id, [one for one, its in below.items() if its == level])


HANDLERS: dict[type[Change], Handler] = {
    CreateFolder: create_folder,
    RenameFolder: rename_folder,
    MoveFolder: move_folder,
    DeleteFolder: delete_folder,
}
