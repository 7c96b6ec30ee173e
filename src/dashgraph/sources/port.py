"""What every source promises, whichever system stands behind it: answers in bulk, for one viewer."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from dashgraph.domain.changes import Changes, Outcome, Terms
from dashgraph.domain.exports import ExportedFile, ExportFormat
from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import Listing, Lookup, Page, Wish
from dashgraph.domain.rows import Columns
from dashgraph.domain.sources import Card, Status
from dashgraph.domain.tiles import TileEvent
from dashgraph.domain.viewers import Viewer

T = TypeVar("T")


class Tables(Protocol):
    """The answers of a source as rows, to the questions that it has columns for.

    The rights of the viewer, the order and what is raised are those of the other answers of the source.

    There is a column for each attribute, in the order in which they are asked for. Where none is asked for there is one
    of something, so that the rows can be counted.
    """

    def answers(self, question: Lookup[T] | Listing[T], attributes: Sequence[str]) -> bool:
        """Whether rows tell all of these in answer to this question. Asks nothing."""

    async def things(self, viewer: Viewer, lookup: Lookup[T], ids: Sequence[str], attributes: Sequence[str]) -> Columns:
        """A row for each of these that is there and may be seen."""

    async def page(self, viewer: Viewer, listing: Listing[T], wish: Wish, attributes: Sequence[str]) -> Columns:
        """The rows of a page and one more if there are more; last row first when the page is counted backward."""

    async def pages(
        self, viewer: Viewer, listing: Listing[T], parents: Sequence[str], wish: Wish, attributes: Sequence[str]
    ) -> Columns:
        """The same under many parents, those of one next to each other. The last column has the parents."""

    async def counts(self, viewer: Viewer, listing: Listing[T], parents: Sequence[str], wish: Wish) -> Columns:
        """A column of parents and one of how much hangs off each, for those with at least one."""


class Source(Protocol):
    """One configured system. Its answers hold only what the viewer may see.

    Ids go in and come out as the source's own (`native`) ids; an id that is absent or hidden is simply not a key
    of the answer. A source that cannot answer at all raises SourceUnavailable.
    """

    @property
    def name(self) -> str:
        """The configured name. It is part of every global id and never changes."""

    @property
    def card(self) -> Card:
        """What this source can do and, where it cannot, why."""

    @property
    def keeps_trail(self) -> bool:
        """Whether changes leave their operations by themselves. Others tell a trace of each."""

    @property
    def tables(self) -> Tables | None:
        """The same answers as rows; None for a system that gives none."""

    async def status(self) -> Status:
        """How it is doing, found out now. Never raises."""

    def tiles(self, viewer: Viewer, dashboard: str) -> AsyncGenerator[TileEvent, None] | None:
        """The widgets of a dashboard as its system makes them ready; None where it has no such stream."""

    def draws(self, viewer: Viewer, kind: Kind) -> Collection[ExportFormat]:
        """The files of a dashboard or a widget that its system itself makes. Asks nothing."""

    async def export(self, viewer: Viewer, kind: Kind, native: str, form: ExportFormat) -> ExportedFile:
        """A file as its system makes it, for whoever sees the thing; it may take minutes.

        Raises NotFound when it is absent or hidden, UnsupportedBySource for what the system does not make of it.
        """

    async def things(self, viewer: Viewer, lookup: Lookup[T], ids: Sequence[str]) -> Mapping[str, T]:
        """The fact for each id. Any number of ids, one question upstream where the system allows it."""

    async def page(self, viewer: Viewer, listing: Listing[T], wish: Wish) -> Page[T]:
        """A page of a root list."""

    async def count(self, viewer: Viewer, listing: Listing[T], wish: Wish) -> int:
        """How many a root list has, whatever the window of the wish."""

    async def pages(
        self, viewer: Viewer, listing: Listing[T], parents: Sequence[str], wish: Wish
    ) -> Mapping[str, Page[T]]:
        """For each parent that is visible its page, which may be empty."""

    async def counts(
        self, viewer: Viewer, listing: Listing[T], parents: Sequence[str], wish: Wish
    ) -> Mapping[str, int]:
        """For each parent with at least one the number; a parent that is absent has none."""

    async def change_all(self, viewer: Viewer, changes: Changes, terms: Terms) -> Mapping[int, Outcome]:
        """Carry out all of these or none. Raises the problem of the first that cannot be, its place a fact of it."""

    async def change_each(self, viewer: Viewer, changes: Changes, terms: Terms) -> Mapping[int, Outcome]:
        """Carry out each of these on its own, in order. What cannot be is an outcome, and keeps none from the others.

        A dry run tries each after those before it, and takes all of them back in the end.
        """
