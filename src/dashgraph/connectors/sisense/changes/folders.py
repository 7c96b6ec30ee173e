"""Folders on Sisense, which deletes one with all that is in it: what is in it is looked at first."""

from collections.abc import Sequence

from dashgraph.connectors.sisense.changes.upstream import api, check_writable
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.dashboards import Dashboard
from dashgraph.domain.folder_changes import CreateFolder, DeleteFolder, FolderDeletion, MoveFolder, RenameFolder
from dashgraph.domain.folders import DEEPEST, Folder
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import check_may_import
from dashgraph.domain.problems import BadInput, Conflict, InvalidState
from dashgraph.domain.text import fold
from dashgraph.sources.live.changing import Desk, Done, Handler, missing

LONGEST_NAME = 255  # characters


async def create_folder(desk: Desk, wish: CreateFolder) -> Done:
    """The account of dashgraph owns it: folders of others are not shown to it."""
    check_may_import(desk.viewer)
    parent = None if wish.parent is None else (await desk.folder(wish.parent)).id
    name = _name(wish.name)
    every = await _all(desk)
    there = [one for one in every if one.parent == parent and fold(one.name) == fold(name)]
    if there and desk.again:
        return Done(there[0], trace=_made(there[0]))
    _check_free(every, name, parent)
    _check_depth(every, parent, levels=1)
    if desk.dry_run:
        one = ResourceId(desk.source, Kind.FOLDER, "new")
        return Done(Folder(one, name, parent, None, None, None, None))
    wanted = {"name": name} if parent is None else {"name": name, "parentId": parent.native}
    made = await api(desk).add_folder(wanted)
    folder = await _shown(desk, made.id("oid"))
    return Done(folder, trace=_made(folder))


async def rename_folder(desk: Desk, wish: RenameFolder) -> Done:
    folder = await _held(desk, wish.folder)
    name = _name(wish.name)
    _check_free(await _all(desk), name, folder.parent, but=folder)
    if desk.dry_run or name == folder.name:
        return Done(folder)
    await api(desk).update_folder(folder.id.native, {"name": name})
    undo = (RenameFolder(folder=folder.id, name=folder.name),)
    trace = Trace(folder.id, {"name": folder.name}, {"name": name}, undo=undo)
    return Done(await _shown(desk, folder.id.native), trace=trace)


async def move_folder(desk: Desk, wish: MoveFolder) -> Done:
    folder = await _held(desk, wish.folder)
    parent = None if wish.parent is None else (await desk.folder(wish.parent)).id
    every = await _all(desk)
    below = _below(every, folder.id)
    if parent is not None and parent in {one.id for one in below}:
        message = "A folder cannot be put into itself or into a folder that is in it."
        raise BadInput(message, argument="parentId")
    _check_free(every, folder.name, parent, but=folder)
    _check_depth(every, parent, levels=max(_level(every, one.id) for one in below) - _level(every, folder.id) + 1)
    if desk.dry_run or parent == folder.parent:
        return Done(folder)
    await api(desk).update_folder(folder.id.native, {"parentId": None if parent is None else parent.native})
    after = await _shown(desk, folder.id.native)
    if after.parent != parent:
        message = f"{desk.source} took the change and left the folder where it was."
        raise Conflict(message)
    undo = (MoveFolder(folder=folder.id, parent=folder.parent),)
    return Done(after, trace=Trace(folder.id, {"parent": _said(folder.parent)}, {"parent": _said(parent)}, undo=undo))


async def delete_folder(desk: Desk, wish: DeleteFolder) -> Done:
    """What is moved or deleted with it must be the account's: Sisense lets nobody else write it."""
    folder = await _held(desk, wish.folder)
    every = await _all(desk)
    children = [one for one in every if one.parent == folder.id]
    inside = {one.id for one in _below(every, folder.id)}
    boards: Sequence[Dashboard] = [one for one in await desk.known.all(Kind.DASHBOARD) if one.folder in inside]
    direct = [one for one in boards if one.folder == folder.id]
    facts: dict[str, object] = {"deleted": wish.folder.encode()}
    if wish.mode is FolderDeletion.REFUSE and (children or boards):
        message = "It is not empty; choose the mode MOVE_TO_PARENT or DELETE_CONTENT."
        raise InvalidState(message, argument="mode")
    if wish.mode is FolderDeletion.DELETE_CONTENT:
        facts |= {"dashboards": len(boards), "folders": len(inside) - 1}
        touched = boards
    else:
        facts |= {"dashboards": len(direct), "folders": len(children)}
        touched = direct
        for child in children:
            _check_free(every, child.name, folder.parent, but=child)
    for board in touched:
        await check_writable(desk, board)
    if not desk.dry_run:
        if wish.mode is not FolderDeletion.DELETE_CONTENT:
            await _emptied(desk, folder, children, direct)
        await api(desk).delete_folder(folder.id.native)
    reason = "Sisense gives a folder that is made again another id"
    return Done(None, facts, Trace(folder.id, {"name": folder.name}, reason=reason))


async def _emptied(desk: Desk, folder: Folder, children: Sequence[Folder], boards: Sequence[Dashboard]) -> None:
    """Put what is in a folder into the one above it, and look that nothing is left to be deleted with it."""
    for child in children:
        await api(desk).update_folder(child.id.native, {"parentId": _said(folder.parent)})
    for board in boards:
        await api(desk).update_dashboard(board.id.native, {"parentFolder": _said(folder.parent)})
    desk.forget()
    left = [one for one in await desk.known.all(Kind.DASHBOARD) if one.folder == folder.id]
    left += [one for one in await _all(desk) if one.parent == folder.id]
    if left:
        message = f"{desk.source} left something in the folder, so it was not deleted; try again."
        raise Conflict(message)


async def _held(desk: Desk, one: ResourceId) -> Folder:
    """A folder that the viewer may change."""
    folder = await desk.folder(one)
    if not desk.who.is_me(folder.owner):
        desk.administer("change the folders of others")
    return folder


async def _shown(desk: Desk, oid: str) -> Folder:
    desk.forget()
    for folder in await _all(desk):
        if folder.id.native == oid:
            return folder
    raise missing("folder")


async def _all(desk: Desk) -> Sequence[Folder]:
    found: Sequence[Folder] = await desk.known.all(Kind.FOLDER)
    return found


def _below(every: Sequence[Folder], top: ResourceId) -> list[Folder]:
    """A folder and all folders in it."""
    found = [one for one in every if one.id == top]
    for folder in found:
        found.extend(one for one in every if one.parent == folder.id and one not in found)
    return found


def _level(every: Sequence[Folder], one: ResourceId | None) -> int:
    """How deep it stands; at the top is 1."""
    parents = {folder.id: folder.parent for folder in every}
    level = 0
    while one in parents and level <= DEEPEST:
        level, one = level + 1, parents[one]
    return level


def _check_depth(every: Sequence[Folder], parent: ResourceId | None, *, levels: int) -> None:
    if _level(every, parent) + levels > DEEPEST:
        message = f"Folders are at most {DEEPEST} levels deep."
        raise BadInput(message, argument="parentId")


def _check_free(every: Sequence[Folder], name: str, parent: ResourceId | None, *, but: Folder | None = None) -> None:
    for one in every:
        if one != but and one.parent == parent and fold(one.name) == fold(name):
            message = f"There is a folder {name!r} in that place already; take another name."
            raise Conflict(message, argument="name")


def _name(text: str) -> str:
    found = text.strip()
    if not 1 <= len(found) <= LONGEST_NAME:
        message = f"The name of a folder has 1 to {LONGEST_NAME} characters."
        raise BadInput(message, argument="name")
    return found


def _said(one: ResourceId | None) -> str | None:
    return None if one is None else one.native


def _made(folder: Folder) -> Trace:
    return Trace(folder.id, after={"name": folder.name}, undo=(DeleteFolder(folder=folder.id),))


HANDLERS: dict[type[Change], Handler] = {
    CreateFolder: create_folder,
    RenameFolder: rename_folder,
    MoveFolder: move_folder,
    DeleteFolder: delete_folder,
}
