"""In which spaces somebody may change things, and which they may open to others: their own role there decides."""

from collections.abc import Collection

from dashgraph.domain.access import RANKS, AccessRole
from dashgraph.domain.folders import Folder
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.shares import SHARES_OF_FOLDER, Share
from dashgraph.sources.live.changing import Desk, missing

EDITORS = ("editor", "admin")
KEEPERS = ("admin",)


async def editable(desk: Desk, one: ResourceId, what: str) -> Folder:
    """A space that the viewer may change things in. Raises Forbidden with `what` after "Only administrators"."""
    return await _space(desk, one, EDITORS, what)


async def kept(desk: Desk, one: ResourceId, what: str) -> Folder:
    """A space that the viewer may open to others."""
    return await _space(desk, one, KEEPERS, what)


async def shares_of(desk: Desk, space: str) -> list[Share]:
    """All of a space, those too that come from elsewhere."""
    return list((await desk.known.under(SHARES_OF_FOLDER, [space])).get(space, ()))


async def _space(desk: Desk, one: ResourceId, roles: Collection[str], what: str) -> Folder:
    """A space is seen by who is let in, also while there is nothing in it."""
    native = desk.native(one, Kind.FOLDER)
    found: Folder | None = (await desk.known.by_ids(Kind.FOLDER, [native])).get(native)
    if found is None:
        raise missing("folder")
    if desk.who.floor >= RANKS[AccessRole.ADMIN]:
        return found
    mine = {share.native_role for share in await shares_of(desk, native) if desk.who.reached_by(share)}
    if not mine and not desk.who.sees_all:
        raise missing("folder")
    if not mine & set(roles):
        desk.administer(what)
    return found
