"""Every reading question, over all sources at once, for one viewer. The graph asks here and nowhere else."""

from collections.abc import AsyncGenerator, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from dashgraph.domain.budget import Tally, tallied
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.exports import ExportedFile, ExportFormat
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.lists import Entry, Listing, Lookup, Page, Sort, Window, Wish
from dashgraph.domain.problems import Forbidden, Problem
from dashgraph.domain.rows import Columns
from dashgraph.domain.sources import Card, Status
from dashgraph.domain.tiles import TileEvent
from dashgraph.domain.users import PRIVATE_SORT_KEYS, UserFilter, UserSort
from dashgraph.domain.viewers import Viewer
from dashgraph.services.people import People
from dashgraph.sources.fleet import Fleet
from dashgraph.sources.live.walks import remembering
from dashgraph.sources.port import Tables

T = TypeVar("T")


class Reading:
    """Answers hold only what the viewer may see; a source that fails costs its own keys and nothing else."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self.people = People(fleet)

    @contextmanager
    def operation(self) -> Iterator[Tally]:
        """While this is open nothing is asked twice of a system elsewhere; what was asked is counted."""
        with remembering(), tallied() as tally:
            yield tally

    def sources(self) -> list[str]:
        """The names of the configured sources."""
        return [source.name for source in self._fleet.named(None)]

    def card(self, name: str) -> Card:
        """What a source says of itself. Asks nobody."""
        [source] = self._fleet.named([name])
        return source.card

    async def status(self, name: str) -> Status:
        [source] = self._fleet.named([name])
        return await source.status()

    async def things(
        self, viewer: Viewer, lookup: Lookup[T], ids: Sequence[ResourceId]
    ) -> Mapping[ResourceId, T | Problem]:
        """The fact for each id that is there and may be seen."""
        viewer.require(lookup.scope)
        of_kind = [one for one in ids if one.kind is lookup.of]
        return await self._fleet.by_source(
            lookup.name, of_kind, lambda source, natives: source.things(viewer, lookup, natives)
        )

    async def pages(
        self, viewer: Viewer, listing: Listing[T], parents: Sequence[ResourceId], wish: Wish
    ) -> Mapping[ResourceId, Page[T] | Problem]:
        """For each parent its page of the list."""
        _permit(viewer, listing, wish)
        return await self._fleet.by_source(
            listing.name, parents, lambda source, natives: source.pages(viewer, listing, natives, wish)
        )

    async def counts(
        self, viewer: Viewer, listing: Listing[T], parents: Sequence[ResourceId], wish: Wish
    ) -> Mapping[ResourceId, int | Problem]:
        """For each parent with at least one the number of what hangs off it."""
        _permit(viewer, listing, wish)
        return await self._fleet.by_source(
            f"{listing.name}.count", parents, lambda source, natives: source.counts(viewer, listing, natives, wish)
        )

    async def page_of_all(
        self,
        viewer: Viewer,
        listing: Listing[T],
        parents: Sequence[ResourceId],
        wish: Wish,
        missing: Sequence[Problem] = (),
    ) -> Page[T]:
        """What hangs off any of these parents, at most one in each source, as one page.

        `missing` are the problems of sources that could not even tell their parent; they are among the page's.
        """
        found = (await self.pages(viewer, listing, parents, wish)).values()
        problems = [*missing, *(answer for answer in found if isinstance(answer, Problem))]
        return merge([answer for answer in found if isinstance(answer, Page)], wish, problems)

    async def count_of_all(
        self,
        viewer: Viewer,
        listing: Listing[T],
        parents: Sequence[ResourceId],
        wish: Wish,
        missing: Sequence[Problem] = (),
    ) -> int | None:
        """How many those are in all; None when one of the sources did not answer."""
        found = (await self.counts(viewer, listing, parents, wish)).values()
        numbers = [answer for answer in found if isinstance(answer, int)]
        return sum(numbers) if len(numbers) == len(found) and not missing else None

    def tables(self, source: str) -> Tables | None:
        """What tells whether, and how, a source answers by rows. Asks nobody."""
        return self._fleet.named([source])[0].tables if source in self.sources() else None

    async def columns_of_things(
        self, viewer: Viewer, lookup: Lookup[T], source: str, natives: Sequence[str], attributes: Sequence[str]
    ) -> Columns:
        """Like `things`, as columns, of one source that answers so. Raises its problem, as all of these do."""
        viewer.require(lookup.scope)
        return await self._fleet.columns(
            lookup.name, source, len(natives), lambda tables: tables.things(viewer, lookup, natives, attributes)
        )

    async def columns_of_page(
        self, viewer: Viewer, listing: Listing[T], source: str, wish: Wish, attributes: Sequence[str]
    ) -> Columns:
        """Like `page`."""
        _permit(viewer, listing, wish)
        return await self._fleet.columns(
            listing.name, source, 1, lambda tables: tables.page(viewer, listing, wish, attributes)
        )

    async def columns_of_pages(
        self,
        viewer: Viewer,
        listing: Listing[T],
        source: str,
        parents: Sequence[str],
        wish: Wish,
        attributes: Sequence[str],
    ) -> Columns:
        """Like `pages`."""
        _permit(viewer, listing, wish)
        return await self._fleet.columns(
            listing.name, source, len(parents), lambda tables: tables.pages(viewer, listing, parents, wish, attributes)
        )

    async def columns_of_counts(
        self, viewer: Viewer, listing: Listing[T], source: str, parents: Sequence[str], wish: Wish
    ) -> Columns:
        """Like `counts`."""
        _permit(viewer, listing, wish)
        return await self._fleet.columns(
            f"{listing.name}.count",
            source,
            len(parents),
            lambda tables: tables.counts(viewer, listing, parents, wish),
        )

    def tiles(self, viewer: Viewer, dashboard: ResourceId) -> AsyncGenerator[TileEvent, None] | None:
        """The widgets of a dashboard as its source makes them ready; None where it has no such stream."""
        viewer.require(DASHBOARD.scope)
        if dashboard.kind is not DASHBOARD.of or dashboard.source not in self.sources():
            return None
        [source] = self._fleet.named([dashboard.source])
        return source.tiles(viewer, dashboard.native)

    def draws(self, viewer: Viewer, one: ResourceId) -> Collection[ExportFormat]:
        """The files of a dashboard or a widget that its source itself makes. Asks nobody."""
        [source] = self._fleet.named([one.source])
        return source.draws(viewer, one.kind)

    async def export(self, viewer: Viewer, one: ResourceId, form: ExportFormat) -> ExportedFile:
        """A file as its source makes it. Raises NotFound, and UnsupportedBySource for what the source does not make."""
        viewer.require(DASHBOARD.scope)
        [source] = self._fleet.named([one.source])
        return await source.export(viewer, one.kind, one.native, form)

    async def page(self, viewer: Viewer, listing: Listing[T], wish: Wish, sources: Sequence[str] | None) -> Page[T]:
        """A page of a root list, merged from the sources. Those that failed are among its problems.

        Raises the problem itself when no source answered.
        """
        _permit(viewer, listing, wish)
        asked = self._fleet.named(sources)
        answers = await self._fleet.each(listing.name, asked, lambda source: source.page(viewer, listing, wish))
        problems = [answer for _, answer in answers if isinstance(answer, Problem)]
        pages = [answer for _, answer in answers if isinstance(answer, Page)]
        if problems and not pages:
            raise problems[0]
        return pages[0] if len(pages) == 1 and not problems else merge(pages, wish, problems)

    async def count(self, viewer: Viewer, listing: Listing[T], wish: Wish, sources: Sequence[str] | None) -> int | None:
        """How many a root list has over all sources; None when one of them did not answer."""
        _permit(viewer, listing, wish)
        asked, question = self._fleet.named(sources), f"{listing.name}.count"
        answers = await self._fleet.each(question, asked, lambda source: source.count(viewer, listing, wish))
        numbers = [answer for _, answer in answers if isinstance(answer, int)]
        return sum(numbers) if len(numbers) == len(answers) else None


def _permit(viewer: Viewer, listing: Listing[T], wish: Wish) -> None:
    """Refuse what the token is not for, and what would tell a stranger what an account hides."""
    viewer.require(listing.scope)
    if viewer.is_admin:
        return
    private = list(wish.filter.private) if isinstance(wish.filter, UserFilter) else []
    if isinstance(wish.sort, UserSort) and wish.sort.key in PRIVATE_SORT_KEYS:
        private.append(wish.sort.key)
    if private:
        message = f"Only administrators may filter or sort users by {', '.join(private)}."
        raise Forbidden(message)


def merge(pages: Sequence[Page[T]], wish: Wish, problems: Sequence[Problem]) -> Page[T]:
    """One page out of the pages of several sources, in the order of the wish."""
    window: Window = wish.window
    entries = in_order([entry for page in pages for entry in page.entries], wish.sort)
    more = len(entries) > window.size
    if window.backward:
        return Page(
            entries[-window.size :],
            has_next=any(page.has_next for page in pages),
            has_previous=more or bool(problems) or any(page.has_previous for page in pages),
            problems=problems,
        )
    return Page(
        entries[: window.size],
        has_next=more or bool(problems) or any(page.has_next for page in pages),
        has_previous=any(page.has_previous for page in pages),
        problems=problems,
    )


def in_order(entries: Sequence[Entry[T]], sort: Sort) -> list[Entry[T]]:
    """The order that every source keeps: by value, nothing last, then source, then tie."""
    by_tie = sorted(entries, key=lambda entry: (entry.position.source, entry.position.tie))
    having = [entry for entry in by_tie if entry.position.value is not None]
    lacking = [entry for entry in by_tie if entry.position.value is None]
    having.sort(key=lambda entry: entry.position.value, reverse=sort.descending)  # type: ignore[arg-type,return-value]
    return having + lacking
