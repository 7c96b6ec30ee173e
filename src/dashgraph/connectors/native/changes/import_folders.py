"""The folder that an import goes into: one that is there, or a path of which the missing rest is made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from dashgraph.connectors.native.changes.desk import Desk
from dashgraph.connectors.native.changes.folders import alone, make, named
from dashgraph.domain.ids import Kind
from dashgraph.domain.imports import ImportDashboard
from dashgraph.domain.problems import BadInput, NotFound
from dashgraph.domain.text import storable
from dashgraph.store.ledger import Image
from dashgraph.store.tables import dashboards, folders


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that is there, or None for the top, and the names of those that are to be made below it.

    An overwrite moves the dashboard there only when it was `asked` for; what a document says is for new ones.
    """

    folder: str | None = None
    missing: tuple[str, ...] = ()
    asked: bool = True

    @property
    def top(self) -> bool:
        return self.folder is None and not self.missing


async def sought(desk: Desk, wish: ImportDashboard) -> Place:
    """Where the import goes, nothing made yet. Raises NotFound for what is not there and is not to be made."""
    if wish.folder is not None and wish.path:
        message = "Give a folder by its id or by its path, not both."
        raise BadInput(message, argument="folderPath")
    if wish.folder is not None:
        folder = wish.folder
        here = folder.source == desk.source and folder.kind is Kind.FOLDER and storable(folder.native)
        if not here or not await _is_mine(desk, folder.native):
            message = "There is no such folder of yours to import into."
            raise NotFound(message)
        return Place(folder.native)
    if wish.path:
        place = await _along(desk, wish.path)
        if place.missing and not wish.create_missing:
            message = f"You have no folder {' / '.join(wish.path)}; say createMissing to have it made."
            raise NotFound(message, argument="folderPath")
        return place
    if wish.lay_in and wish.create_missing:
        return replace(await _along(desk, wish.lay_in), asked=False)
    left = wish.document.raw.get("parentFolder")
    if not wish.create_missing or not isinstance(left, str) or not storable(left):
        return Place()
    if await _is_mine(desk, left):
        return Place(left, asked=False)
    place = await _along(desk, (left,))
    return Place(place.folder, place.missing, asked=False)


async def made(desk: Desk, place: Place) -> str | None:
    """The folder of a place; what was missing is the viewer's from now on."""
    folder = place.folder
    if place.missing:
        await alone(desk)
    for name in place.missing:
        folder = await named(desk, name, folder) or await make(desk, name, folder)
    return folder


def made_folders(images: Sequence[Image]) -> list[Image]:
    """Of what an import wrote, the folders that it made."""
    return [image for image in images if image.table is folders and image.before is None]


async def clear(desk: Desk, made: Sequence[Image]) -> None:
    """Take away the folders that an import made, now that it is undone: those that nobody has used or changed since.

    What is in the trash comes back at the top.
    """
    for image in reversed(made):  # the deepest first
        [native] = image.key
        inside = dashboards.c.folder_id == native
        same = select(folders.c.id).where(folders.c.id == native, folders.c.revision == (image.after or {})["revision"])
        below = select(folders.c.id).where(folders.c.parent_id == native)
        living = select(dashboards.c.id).where(inside, dashboards.c.deleted_at.is_(None))
        held = await desk.session.execute(same.where(~below.exists(), ~living.exists()).with_for_update())
        if held.first() is not None:
            await desk.ledger.update(dashboards, inside, folder_id=None)
            await desk.ledger.delete(folders, folders.c.id == native)


async def _along(desk: Desk, path: Sequence[str]) -> Place:
    """How far a path of names leads along the viewer's own folders, from the top."""
    folder = None
    for number, name in enumerate(path):
        further = await named(desk, name, folder)
        if further is None:
            return Place(folder, tuple(path[number:]))
        folder = further
    return Place(folder)


async def _is_mine(desk: Desk, native: str) -> bool:
    mine = select(folders.c.id).where(folders.c.id == native, folders.c.owner_id == desk.me)
    return (await desk.session.execute(mine)).first() is not None
