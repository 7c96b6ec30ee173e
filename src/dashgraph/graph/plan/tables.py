"""What of a plan is answered by rows: no domain values are made of them, each attribute is read as a column."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from itertools import accumulate, chain, pairwise, repeat, starmap
from typing import Any

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Listing, Position, Window, Wish
from dashgraph.domain.rows import ID, TIE, VALUE, Columns, reference
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.paging import Asked, Connection, write_cursor
from dashgraph.graph.plan.json_texts import NULL
from dashgraph.graph.plan.row_shaping import shape_of_rows
from dashgraph.graph.plan.selections import ConnectionSelection, Json, Layout, Selection, Waiting

NO_ROWS = range(0)


def picked(columns: Columns, rows: Sequence[int]) -> Columns:
    """These rows, in this order."""
    return [list(map(column.__getitem__, rows)) for column in columns]


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
        self._attributes: Columns = ()

    @abstractmethod
    def take(self, attributes: Columns) -> None:
        """Take in rows, one for each place where a thing stands."""

    @abstractmethod
    def write(self) -> None:
        """Write them, when all that was asked for is written."""

    @property
    @abstractmethod
    def placed(self) -> Sequence[Json]:
        """The JSON for each place."""

    @property
    def asks_on(self) -> bool:
        """Whether something is asked for under the rows."""
        return bool(self.columns)

    @property
    def many(self) -> int:
        return len(self._attributes[0]) if self._attributes else 0

    def natives(self, attribute: str, of: Kind) -> tuple[str, Sequence[str | None]]:
        """The ids of a kind in an attribute, and the source that all of them are of."""
        name = attribute if attribute == ID else reference(attribute, of)
        return self._source, self._attributes[self._layout.attributes.index(name)]

    def held(self, attribute: str) -> Sequence[Sequence[Any]]:
        """The domain values in an attribute of each."""
        return self._attributes[self._layout.attributes.index(attribute)]

    def ids(self, attribute: str, of: Kind) -> Sequence[ResourceId | None]:
        source, natives = self.natives(attribute, of)
        return [None if one is None else ResourceId(source, of, one) for one in natives]

    def end(self) -> list[Any]:
        """Take in what was answered; give what asks on."""
        return [one for column in self.columns for one in column.end()]

    def shaped(self) -> list[Json]:
        """The JSON of the rows, in their order."""
        if not self.many:
            return []
        shape = shape_of_rows(self.selection, self._layout, self._source)
        return shape(self.many, self._attributes, [column.written() for column in self.columns])


class PlaceTable(Table):
    """A row for each place where a thing stands."""

    _written: Sequence[Json] = ()

    def take(self, attributes: Columns) -> None:
        self._attributes = attributes

    def write(self) -> None:
        self._written = self.shaped()

    @property
    def placed(self) -> Sequence[Json]:
        return self._written


class ThingTable(Table):
    """A row for each thing, wherever it stands. The id comes first."""

    def __init__(self, selection: Selection, layout: Layout, loaders: Loaders, source: str) -> None:
        super().__init__(selection, layout, loaders, source)
        self.written: dict[str | None, Json] = {}
        self._places: Sequence[str | None] = ()

    def take(self, attributes: Columns) -> None:
        self._places = attributes[0]
        rows = dict(zip(attributes[0], range(len(attributes[0])), strict=True))
        self._attributes = attributes if len(rows) == len(attributes[0]) else picked(attributes, list(rows.values()))

    def take_each(self, attributes: Columns, places: Sequence[str | None]) -> None:
        """Take in rows of things, one of each, and which of them stands at each place."""
        self._attributes, self._places = attributes, places

    def write(self) -> None:
        self.written = dict(zip(self._attributes[0], self.shaped(), strict=True)) if self.many else {}

    @property
    def placed(self) -> Sequence[Json]:
        if self.many and self._places is self._attributes[0]:  # each stands at one place
            return list(self.written.values())
        nothing: Json = [NULL] if self.selection.is_long else NULL
        return list(map(self.written.get, self._places, repeat(nothing)))


class TablePages:
    """Pages of one selection, of rows; their counts, where those are wanted."""

    def __init__(
        self, selection: ConnectionSelection, layout: Layout, loaders: Loaders, source: str, listing: Listing[Any]
    ) -> None:
        self.selection = selection
        self.written: list[Json] = []
        self._nodes = [
            (ThingTable if one.is_shared(listing) else PlaceTable)(one, layout, loaders, source)
            for one in selection.nodes
        ]
        self._layout = layout
        self._source = source
        self._listing = listing
        self._attributes: Columns = ()
        self._pages: Sequence[range] = ()
        self._counts: Sequence[int | None] = ()
        self._more: Sequence[bool] = ()
        self._wish = Wish(listing.default, Window())

    def take(
        self, attributes: Columns, pages: Sequence[range], wish: Wish, counts: Sequence[int | None]
    ) -> Sequence[Table]:
        """Take in the rows of each page, one more than it has if there are more; give what asks on."""
        window, size = wish.window, wish.window.size
        self._wish, self._counts = wish, counts
        self._more = [len(page) > size for page in pages]
        self._attributes, self._pages = attributes, pages
        if attributes and (window.backward or any(self._more) or sum(map(len, pages)) != len(attributes[0])):
            self._cut(size, backward=window.backward)
        for table in self._nodes if attributes else ():
            table.take(self._attributes)
        return self._nodes

    def _cut(self, size: int, *, backward: bool) -> None:
        """Leave alone the rows of these pages, in their order."""
        pages = [page[:size][::-1] if backward else page[:size] for page in self._pages]
        self._attributes = picked(self._attributes, list(chain.from_iterable(pages)))
        self._pages = list(starmap(range, pairwise(accumulate(map(len, pages), initial=0))))

    @property
    def asks_on(self) -> bool:
        """Whether something is asked for under the rows of its pages."""
        return any(one.asks_on for one in self._nodes)

    def waiting(self) -> list[Waiting]:
        return []

    def end(self) -> Sequence[Any]:
        return ()

    def write(self) -> None:
        window = self._wish.window
        beyond = repeat((window.before if window.backward else window.after) is not None, len(self._pages))
        ahead, behind = (beyond, self._more) if window.backward else (self._more, beyond)
        nodes = [table.placed for table in self._nodes]
        self.written = self.selection.row_shape(self._pages, ahead, behind, self._counts, self._cursor(), nodes)

    def _cursor(self) -> Callable[[int], str]:
        """Makes the cursor of a row, where cursors are wanted."""
        if VALUE not in self._layout.attributes or not self._attributes:
            return str
        values, ties = (self._attributes[self._layout.attributes.index(one)] for one in (VALUE, TIE))
        listing, sort, source = self._listing, self._wish.sort, self._source
        return lambda row: write_cursor(listing, sort, Position(values[row], source, ties[row]))


class RootPages(TablePages):
    """The page of a root list of one source."""

    def __init__(self, selection: ConnectionSelection, layout: Layout, asked: Asked, source: str) -> None:
        super().__init__(selection, layout, asked.loaders, source, asked.listing)
        self._asked = asked
        self._found: Columns = ()
        self._count: int | None = None

    @property
    def asks_on(self) -> bool:
        return True  # for its page

    def add(self, _value: Connection[Any], _place: object) -> int:
        """Take in the list. Its number among the pages."""
        return 0

    def waiting(self) -> list[Waiting]:
        wanted = self.selection
        return [*([self._fetch] if wanted.wants_page else ()), *([self._fetch_count] if wanted.wants_count else ())]

    async def _fetch(self) -> None:
        loaders, asked = self._asked.loaders, self._asked
        self._found = await loaders.reading.columns_of_page(
            loaders.viewer, asked.listing, self._source, asked.wish, self._layout.attributes
        )

    async def _fetch_count(self) -> None:
        self._count = await self._asked.count()

    def end(self) -> Sequence[Any]:
        page = range(len(self._found[0])) if self._found else NO_ROWS
        return self.take(self._found, [page], self._asked.wish, [self._count])
