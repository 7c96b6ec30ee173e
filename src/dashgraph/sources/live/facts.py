"""What a connector finds out, as values of the domain, whoever asks. Rights are applied above it.

A connector hands in one `Facts`: for each kind how all of it is walked, and where the system can do better, how some of
it is fetched by ids or under parents. What is not handed in, the system does not have.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashgraph.domain.exports import ExportFormat
from dashgraph.domain.folders import FOLDER, Folder
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Listing
from dashgraph.domain.sources import Status
from dashgraph.domain.tiles import TileEvent
from dashgraph.sources.live.walks import Walks

Walk = Callable[[], Awaitable[Sequence[Any]]]
Get = Callable[[Sequence[str]], Awaitable[Sequence[Any]]]
Under = Callable[[Sequence[str]], Awaitable[Mapping[str, Sequence[Any]]]]
Things = Callable[[Sequence[str]], Awaitable[Mapping[str, Any]]]
Draw = Callable[[str], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Membership:
    """A user in a group, by their native ids."""

    group: str
    user: str


async def _nothing() -> Sequence[Any]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """How each fact of one system is found out, with one account.

    - `status`: how it is doing, asked now. Raises its problem.
    - `walks`: all of a kind (`Kind.USER`, `GROUP`, `DASHBOARD`, `FOLDER`, `PROJECT`, `WIDGET`, `SHARE` of dashboards,
      `SCHEDULE`, `ALERT`, `JOB`). Values are what an administrator sees: with accounts, the role ADMIN on dashboards.
      Deleted users may be among them; deleted dashboards may not.
    - `trash`: the deleted dashboards.
    - `memberships`: who is in which group, all of it.
    - `gets`: some of a kind by native ids, in any order; what is not there is left out.
    - `under`: what hangs off parents, by the name of the listing (`SHARES_OF_DASHBOARD.name`, `SHARES_OF_FOLDER`,
      `WIDGETS_OF_DASHBOARD`, `SCHEDULES_OF_DASHBOARD`, `ALERTS_OF_DASHBOARD`, `JOBS_OF_SCHEDULE`, `JOBS_OF_ALERT`,
      `MEMBERS_OF_PROJECT`, `COMMENTS_OF_DASHBOARD`; also `USERS_OF_GROUP` and `GROUPS_OF_USER`, which then give
      memberships). Widgets in the order in which they stand. Without it, it is picked from the walk.
    - `things`: facts by id, by the name of the lookup (documents, targets, logs, public links, promotions).
    - `tiles`: the widgets of a dashboard as a stream, where the system has one.
    - `draws`: the files that the system makes of a dashboard or a widget by its native id, in which formats. Raises
      UnsupportedBySource for one that it makes none of.
    """

    status: Callable[[], Awaitable[Status]]
    walks: Mapping[Kind, Walk]
    trash: Walk = _nothing
    memberships: Callable[[], Awaitable[Sequence[Membership]]] = _nothing
    gets: Mapping[Kind, Get] = field(default_factory=dict)
    under: Mapping[str, Under] = field(default_factory=dict)
    things: Mapping[str, Things] = field(default_factory=dict)
    tiles: Callable[[str], AsyncIterator[TileEvent]] | None = None
    draws: Mapping[Kind, Mapping[ExportFormat, Draw]] = field(default_factory=dict)


class Known:
    """The facts of one source and account, each read once for an operation and walked once for a while."""

    def __init__(self, facts: Facts, walks: Walks) -> None:
        self.facts = facts
        self.walks = walks

    async def all(self, kind: Kind) -> Sequence[Any]:
        walk = self.facts.walks.get(kind)
        return () if walk is None else await self.walks.once(kind, walk)

    async def trash(self) -> Sequence[Any]:
        return await self.walks.once("trash", self.facts.trash)

    async def by_ids(self, kind: Kind, ids: Sequence[str]) -> dict[str, Any]:
        """Those that are there. From the walk where it is known, or where the system gives nothing by ids."""
        get = self.facts.gets.get(kind)
        if get is None or (self.walks.known(kind) and kind in self.facts.walks):
            every = {one.id.native: one for one in await self.all(kind)}
            return {one: every[one] for one in ids if one in every}

        async def ask(missing: Sequence[str]) -> Mapping[str, Any]:
            return {one.id.native: one for one in await get(missing)}

        return await self.walks.each(kind, ids, ask)

    async def under(self, listing: Listing[Any], parents: Sequence[str]) -> dict[str, Sequence[Any]]:
        """What hangs off each parent, for what no walk tells."""
        ask = self.facts.under.get(listing.name)
        return {} if ask is None or not parents else await self.walks.each(listing.name, parents, ask)

    async def picked(
        self,
        listing: Listing[Any],
        parents: Sequence[str],
        of: Callable[[Any], ResourceId | None],
        *,
        many: bool = False,
    ) -> dict[str, Sequence[Any]]:
        """What hangs off each parent: asked for, or picked from the walk of its kind by `of`, the parent of one.

        The walk is taken where it is known already, and for `many` parents wherever there is one.
        """
        kind = listing.of
        walked = kind in self.facts.walks and (many or self.walks.known(kind))
        if listing.name in self.facts.under and not walked:
            return await self.under(listing, parents)
        found: dict[str, list[Any]] = {one: [] for one in parents}
        for one in await self.all(kind) if parents else ():
            parent = of(one)
            if parent is not None and parent.native in found:
                found[parent.native].append(one)
        return dict(found)

    async def things(self, name: str, ids: Sequence[str]) -> dict[str, Any]:
        ask = self.facts.things.get(name)
        return {} if ask is None else await self.walks.each(name, ids, ask)

    async def memberships(
        self, *, groups: Sequence[str] | None = None, users: Sequence[str] | None = None
    ) -> Sequence[Membership]:
        """Who is in which group: of these groups, or of these users, or all there is."""
        wanted, name = (groups, "group.users") if groups is not None else (users, "user.groups")
        ask = self.facts.under.get(name)
        if wanted is not None and ask is not None and not self.walks.known("memberships"):
            found = await self.walks.each(name, wanted, ask)
            return [one for group in found.values() for one in group]
        every = await self.walks.once("memberships", self.facts.memberships)
        if groups is not None:
            return [one for one in every if one.group in set(groups)]
        return [one for one in every if users is None or one.user in set(users)]

    async def ancestors(self, folder: Folder) -> tuple[Folder, ...]:
        """The folders above one, the topmost first. A circle ends where it closes."""
        above: list[Folder] = []
        seen = {folder.id}
        parent = folder.parent
        while parent is not None and parent not in seen:
            seen.add(parent)
            found = (await self.by_ids(FOLDER.of, [parent.native])).get(parent.native)
            if found is None:
                break
            above.append(found)
            parent = found.parent
        return tuple(reversed(above))
