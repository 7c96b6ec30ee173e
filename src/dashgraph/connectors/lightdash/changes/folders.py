"""Changes of folders, which are spaces. Who may edit a space changes it; editors of a project make new ones."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dashgraph.connectors.lightdash.api import Api
from dashgraph.connectors.lightdash.changes.rooms import editable
from dashgraph.domain.changes import Change, Trace
from dashgraph.domain.folder_changes import CreateFolder, DeleteFolder, FolderDeletion, MoveFolder, RenameFolder
from dashgraph.domain.folders import Folder
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, InvalidState, NotFound
from dashgraph.domain.projects import MEMBERS_OF_PROJECT
from dashgraph.sources.live.changing import Desk, Done, Handler

CHANGING = "and who may edit this folder change it"
LONGEST_NAME = 255  # characters
GOES_TOO = "Lightdash deletes for good, with all that is in it"


async def create_folder(desk: Desk, wish: CreateFolder) -> Done:
    api: Api = desk.api
    name = _name(wish.name)
    project: ResourceId | None
    if wish.parent is None:
        project = await _project(desk)
        await _check_maker(desk, project)
    else:
        project = (await editable(desk, wish.parent, CHANGING)).project
    every: Sequence[Folder] = await desk.known.all(Kind.FOLDER)
    held = [one for one in every if (one.name, one.parent, one.project) == (name, wish.parent, project)]
    if desk.dry_run or (desk.again and held):
        return Done(held[-1] if desk.again and held else None)
    parent = None if wish.parent is None else wish.parent.native
    raw = await api.create_space(_native(project), name, parent=parent)
    desk.forget()
    folder = await _shown(desk, raw.id("uuid"))
    trace = Trace(folder.id, after={"name": name, "parent": parent}, undo=(DeleteFolder(folder=folder.id),))
    return Done(folder, trace=trace)


async def rename_folder(desk: Desk, wish: RenameFolder) -> Done:
    api: Api = desk.api
    folder = await editable(desk, wish.folder, CHANGING)
    name = _name(wish.name)
    if desk.dry_run or name == folder.name:
        return Done(replace(folder, name=name))
    await api.change_space(_native(folder.project), folder.id.native, name, is_private=bool(folder.private))
    desk.forget()
    undo = RenameFolder(folder=folder.id, name=folder.name)
    trace = Trace(folder.id, {"name": folder.name}, {"name": name}, undo=(undo,))
    return Done(await _shown(desk, folder.id.native), trace=trace)


async def move_folder(desk: Desk, wish: MoveFolder) -> Done:
    """With all that is in it. Who may see it may be others afterwards: folders inherit from those above."""
    api: Api = desk.api
    folder = await editable(desk, wish.folder, CHANGING)
    if wish.parent == folder.parent:
        return Done(folder)
    if wish.parent is not None:
        parent = await editable(desk, wish.parent, CHANGING)
        if parent.project != folder.project:
            message = "Lightdash moves folders within a project."
            raise BadInput(message, argument="parentId")
        if folder.id in {parent.id, *(one.id for one in await desk.known.ancestors(parent))}:
            message = "A folder cannot be put into itself or into a folder that is in it."
            raise BadInput(message, argument="parentId")
    if desk.dry_run:
        return Done(replace(folder, parent=wish.parent))
    target = None if wish.parent is None else wish.parent.native
    await api.move(_native(folder.project), "space", folder.id.native, target)
    desk.forget()
    ways = ({"parent": _native(folder.parent) or None}, {"parent": target})
    undo = MoveFolder(folder=folder.id, parent=folder.parent)
    return Done(await _shown(desk, folder.id.native), trace=Trace(folder.id, *ways, undo=(undo,)))


async def delete_folder(desk: Desk, wish: DeleteFolder) -> Done:
    """Lightdash deletes a folder with all that is in it, so what is to stay is moved away first."""
    api: Api = desk.api
    facts: dict[str, Any] = {"deleted": wish.folder.encode()}
    try:
        folder = await editable(desk, wish.folder, CHANGING)
    except NotFound:
        if desk.again:
            return Done(facts=facts, trace=Trace(wish.folder, reason="it was gone already"))
        raise
    project = _native(folder.project)
    raw = await api.space(project, folder.id.native)
    held = {"dashboard": raw.list("dashboards"), "chart": raw.list("queries"), "space": raw.list("childSpaces")}
    count = sum(len(its) for its in held.values())
    if count and wish.mode is FolderDeletion.REFUSE:
        message = f"There are {count} dashboards, charts and folders in it; say with mode what becomes of them."
        raise InvalidState(message)
    facts |= {"dashboards": len(held["dashboard"]), "folders": len(held["space"])}
    moving = bool(count) and wish.mode is FolderDeletion.MOVE_TO_PARENT
    if moving and folder.parent is None:
        message = "It is at the top, and Lightdash keeps each dashboard in a folder; move them first."
        raise InvalidState(message)
    if desk.dry_run:
        return Done(facts=facts)
    if moving:
        for kind, its in held.items():
            for one in its:
                await api.move(project, kind, one.id("uuid"), _native(folder.parent))
    await api.delete_space(project, folder.id.native)
    before = {"name": folder.name, "parent": _native(folder.parent) or None}
    undo = () if count else await _again(folder)
    return Done(facts=facts, trace=Trace(folder.id, before, undo=undo, reason=None if undo else GOES_TOO))


async def _again(folder: Folder) -> tuple[Change, ...]:
    """What makes an empty folder anew; at the top, or one that was closed to others, nothing does."""
    if folder.parent is None or folder.private:
        return ()
    return (CreateFolder(place=folder.id.source, name=folder.name, parent=folder.parent),)


async def _project(desk: Desk) -> ResourceId:
    """The project in which a folder at the top is made. Raises BadInput where that is not clear."""
    projects = await desk.known.all(Kind.PROJECT)
    api: Api = desk.api
    found: list[ResourceId] = [one.id for one in projects if api.home in {None, one.id.native}]
    if len(found) != 1:
        message = (
            f"{desk.source} has {len(projects)} projects, and its configuration does not say in which new folders are "
            "made (options: project); give parentId."
        )
        raise BadInput(message, argument="parentId")
    return found[0]


async def _check_maker(desk: Desk, project: ResourceId) -> None:
    members = (await desk.known.under(MEMBERS_OF_PROJECT, [project.native])).get(project.native, ())
    mine = [one for one in members if desk.who.is_me(one.subject) or one.subject.native in desk.who.groups]
    if not any(one.role.native_name in {"editor", "developer", "admin"} for one in mine):
        desk.administer("and editors of the project make folders in it")


def _name(text: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        message = f"The name of a folder has 1 to {LONGEST_NAME} characters."
        raise BadInput(message, argument="name")
    return name


async def _shown(desk: Desk, native: str) -> Folder:
    found = (await desk.known.by_ids(Kind.FOLDER, [native])).get(native)
    if found is None:
        message = f"{desk.source} does not show the folder after the change; look whether it is there."
        raise NotFound(message)
    return found  # type: ignore[no-any-return]


def _native(one: ResourceId | None) -> str:
    return "" if one is None else one.native


HANDLERS: dict[type[Change], Handler] = {
    CreateFolder: create_folder,
    RenameFolder: rename_folder,
    MoveFolder: move_folder,
    DeleteFolder: delete_folder,
}
