"""What of a plan is answered by rows: no domain values are made of them, their columns are read by position."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, groupby, repeat
from operator import itemgetter
from typing import Any

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Listing, Position, Window, Wish
from dashgraph.domain.rows import ID, TIE, VALUE, Row, reference
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.paging import Asked, Connection, write_cursor
from dashgraph.graph.plan.row_shaping import shape_of_rows
from dashgraph.graph.plan.selections import ConnectionSelection, Layout, Selection, Waiting
from dashgraph.services.reading import Reading

OFTEN, OFTEN_IF_SMALL = 1.5, 4.0  # how often a thing stands in an answer where it pays to write it once and paste it

first, last = itemgetter(0), itemgetter(-1)


class Table(ABC):
    """The rows of one selection, all of one source, and what asks on for them."""

    def __init__(self, selection: Selection, layout: Layout, loaders: Loaders, source: str) -> None:
        if selection.scope is not None:
            loaders.viewer.require(selection.scope)
        self.selection = selection
        self.loaders: Loaders | None = loaders
        self.columns: list[Any] = []
        self._layout = layout
        self._source = source

    @property
    @abstractmethod
    def values(self) -> Sequence[Row]:
        """The rows, in an order that stays."""

    @abstractmethod
    def write(self) -> None:
        """Write them, when all that was asked for is written."""

    def natives(self, attribute: str, of: Kind) -> tuple[str, Sequence[str | None]]:
        """The ids of a kind in an attribute, and the source that all of them are of."""
        name = attribute if attribute == ID else reference(attribute, of)
        return self._source, list(map(itemgetter(self._layout.attributes.index(name)), self.values))

    def ids(self, attribute: str, of: Kind) -> Sequence[ResourceId | None]:
        source, natives = self.natives(attribute, of)
        return [None if one is None else ResourceId(source, of, one) for one in natives]

    def end(self) -> list[Any]:
        """Take in what was answered; give what asks on."""
        return [one for column in self.columns for one in column.end()]

    def shaped(self, *, pasted: bool = False) -> list[Any]:
        """What is written of the rows, in their order."""
        if not self.values:
            return []
        shape = shape_of_rows(self.selection, self._layout, self._source, pasted=pasted)
        return shape(self.values, [column.written() for column in self.columns])


class PlaceTable(Table):
    """A row for each place where a thing stands."""

    def __init__(self, selection: Selection, layout: Layout, loaders: Loaders, source: str) -> None:
        super().__init__(selection, layout, loaders, source)
        self.written: list[Any] = []
        self._rows: Sequence[Row] = ()

    def take(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    @property
    def values(self) -> Sequence[Row]:
        return self._rows

    def write(self) -> None:
        self.written = self.shaped()


class ThingTable(Table):
    """A row for each thing, wherever it stands."""

    def __init__(self, selection: Selection, layout: Layout, loaders: Loaders, source: str) -> None:
        super().__init__(selection, layout, loaders, source)
        self.written: dict[str | None, Any] = {}
        self._ids: Sequence[str] = ()
        self._rows: Sequence[Row] = ()
        self._places = 0

    def take(self, rows: Sequence[Row]) -> None:
        """Take in rows, one for each place where a thing stands."""
        self.take_each(dict(zip(map(first, rows), rows, strict=True)), len(rows))

    def take_each(self, rows: Mapping[str, Row], places: int) -> None:
        """Take in the rows of things by their ids. They stand at so many places."""
        self._ids, self._rows, self._places = list(rows), list(rows.values()), places

    @property
    def values(self) -> Sequence[Row]:
        return self._rows

    def write(self) -> None:
        often = OFTEN if self.selection.asking else OFTEN_IF_SMALL
        pasted = self._places > often * len(self._rows)
        self.written = dict(zip(self._ids, self.shaped(pasted=pasted), strict=True))


class TablePages:
    """Pages of one selection, of rows; their counts, where those are wanted."""

    def __init__(self, selection: ConnectionSelection, layout: Layout, loaders: Loaders, source: str) -> None:
        self.selection = selection
        self.written: list[Any] = []
        self._nodes = [
            (ThingTable if one.is_shared else PlaceTable)(one, layout, loaders, source) for one in selection.nodes
        ]
        self._pages: Sequence[Sequence[Row]] = ()
        self._counts: Sequence[int | None] = ()
        self._more: Sequence[bool] = ()
        self._window = Window()
        self._cursor: Callable[[Row], str] = str

    def take(
        self,
        lists: Sequence[Sequence[Row]],
        window: Window,
        counts: Sequence[int | None],
        cursor: Callable[[Row], str],
    ) -> Sequence[Table]:
        """Take in the rows of each page, one more than it has if there are more; give what asks on."""
        size = window.size
        self._window, self._counts, self._cursor = window, counts, cursor
        self._more = [len(rows) > size for rows in lists]
        pages = [rows[:size] if more else rows for rows, more in zip(lists, self._more, strict=True)]
        self._pages = [rows[::-1] for rows in pages] if window.backward else pages
        found = list(chain.from_iterable(self._pages)) if self._nodes else []
        for table in self._nodes:
            table.take(found)
        return self._nodes

    def waiting(self) -> list[Waiting]:
        return []

    def end(self) -> Sequence[Any]:
        return ()

    def write(self) -> None:
        window = self._window
        beyond = repeat((window.before if window.backward else window.after) is not None, len(self._pages))
        ahead, behind = (beyond, self._more) if window.backward else (self._more, beyond)
        nodes = [table.written for table in self._nodes]
        self.written = self.selection.row_shape(self._pages, ahead, behind, self._counts, self._cursor, nodes)


class RootPages(TablePages):
    """The page of a root list of one source."""

    def __init__(self, selection: ConnectionSelection, layout: Layout, asked: Asked, source: str) -> None:
        super().__init__(selection, layout, asked.loaders, source)
        self._asked = asked
        self._layout = layout
        self._source = source
        self._rows: Sequence[Row] = ()
        self._count: int | None = None

    def add(self, _value: Connection[Any], _place: object) -> int:
        """Take in the list. Its number among the pages."""
        return 0

    def waiting(self) -> list[Waiting]:
        wanted = self.selection
        return [*([self._fetch] if wanted.wants_page else ()), *([self._fetch_count] if wanted.wants_count else ())]

    async def _fetch(self) -> None:
        loaders, asked = self._asked.loaders, self._asked
        self._rows = await loaders.reading.rows_of_page(
            loaders.viewer, asked.listing, self._source, asked.wish, self._layout.attributes
        )

    async def _fetch_count(self) -> None:
        self._count = await self._asked.count()

    def end(self) -> Sequence[Any]:
        asked = self._asked
        cursor = cursor_of_rows(asked.loaders.reading, asked.listing, asked.wish, self._source, self._layout)
        return self.take([self._rows], asked.wish.window, [self._count], cursor)


def by_parent(rows: Iterable[Row]) -> dict[str, Sequence[Row]]:
    """The rows of each parent, of rows in which those of one are next to each other."""
    return {parent: list(its) for parent, its in groupby(rows, key=last)}


def cursor_of_rows(
    reading: Reading, listing: Listing[Any], wish: Wish, source: str, layout: Layout
) -> Callable[[Row], str]:
    """Makes cursors, where they are wanted."""
    if VALUE not in layout.attributes:
        return str
    at_value, at_tie = (layout.attributes.index(one) for one in (VALUE, TIE))
    tables = reading.tables(source)
    read = None if tables is None else tables.value_reader(wish.sort)

    def cursor(row: Row) -> str:
        value = row[at_value] if read is None else read(row[at_value])
        return write_cursor(listing, wish.sort, Position(value, source, row[at_tie]))

    return cursor
