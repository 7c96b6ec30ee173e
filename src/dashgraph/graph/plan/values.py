"""The values that a plan has come upon, each selection's own: domain values, other objects, and pages of lists."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

from graphql.pyutils import Path

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Entry, Page
from dashgraph.domain.problems import Problem
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import SHAPES
from dashgraph.graph.paging import Asked, Connection, source_errors
from dashgraph.graph.plan.json_texts import NULL, listed, text, texts
from dashgraph.graph.plan.selections import ConnectionSelection, Deopt, Json, Leaf, ListOf, Result, Selection, Waiting
from dashgraph.graph.plan.tables import RootPages, Table, TablePages

Cursor: TypeAlias = Callable[[Entry[Any]], str]
Place: TypeAlias = Path | None  # where a value stands in the answer; None while nobody wants to know


Values: TypeAlias = "Rows | Pages | Table | TablePages"


class Column(Protocol):
    """What comes of one field for each value of its rows."""

    waiting: Sequence[Waiting]

    def end(self) -> Sequence[Values]:
        """Take in what was answered; give what asks on."""

    def written(self) -> Sequence[Json]:
        """The JSON of it for each value."""


class Rows:
    """The values of one selection. Those with an id are there once."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.loaders: Loaders | None = None
        self.things: list[Any] = []
        self.places: list[Place] = []
        self.columns: list[Column] = []
        self.written: list[Json] = []
        self._objects: list[Any] = []
        self._known: dict[tuple[str, str], int] = {}

    def add(self, value: Any, place: Place) -> int:
        """Take in an object that a resolver gave. Its number among the values."""
        if not self.selection.holds_thing:
            self._objects.append(value)
            self.places.append(place)
            return len(self._objects) - 1
        self.stand(getattr(value, "loaders", None))
        if self.selection.is_node:
            return self.add_thing(value.thing)
        self.things.append(value.thing)
        self.places.append(place)
        return len(self.things) - 1

    def stand(self, loaders: Loaders | None) -> None:
        """All values are of one reach, and their type is for the viewer. Raises Forbidden."""
        if self.loaders is loaders:
            return
        if self.loaders is not None or loaders is None:
            raise Deopt("loaders")
        if self.selection.scope is not None:
            loaders.viewer.require(self.selection.scope)
        self.loaders = loaders

    def add_thing(self, thing: Any) -> int:
        """Take in a domain value."""
        if SHAPES.get(type(thing)) is not self.selection.cls:
            raise Deopt("type")
        if not self.selection.is_node:
            self.things.append(thing)
            self.places.append(None)
            return len(self.things) - 1
        one = thing.id
        key = (one.source, one.native)
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self.things)
            self.things.append(thing)
        return number

    def hold(self, thing: Any) -> int:
        """Take in a domain value that another one holds. Its number among the values."""
        self.things.append(thing)
        self.places.append(None)
        return len(self.things) - 1

    def held(self, attribute: str) -> Sequence[Sequence[Any]]:
        """The domain values in an attribute of each."""
        return [getattr(thing, attribute) for thing in self.things]

    def ids(self, attribute: str, of: Kind) -> Sequence[ResourceId | None]:
        """The ids of a kind in an attribute."""
        found = [getattr(thing, attribute) for thing in self.things]
        return [one if one is not None and one.kind is of else None for one in found]

    def natives(self, attribute: str, of: Kind) -> tuple[str, Sequence[str | None]] | None:
        """The same as the ids of the source that all of them are of; None where there are several, or none."""
        ids = self.ids(attribute, of)
        sources = {one.source for one in ids if one is not None}
        if len(sources) != 1:
            return None
        return sources.pop(), [None if one is None else one.native for one in ids]

    @property
    def values(self) -> Sequence[Any]:
        return self.things if self.selection.holds_thing else self._objects

    @property
    def many(self) -> int:
        return len(self.values)

    @property
    def objects(self) -> Sequence[Any]:
        """The values as objects of their type."""
        if self.selection.holds_thing and not self._objects:
            given = {} if self.loaders is None else {"loaders": self.loaders}
            self._objects = [self.selection.cls(thing=thing, **given) for thing in self.things]
        return self._objects

    def end(self) -> list[Values]:
        """Take in what was answered; give what asks on."""
        return [one for column in self.columns for one in column.end()]

    def write(self) -> None:
        if self.values:
            self.written = self.selection.shape(self.values, [column.written() for column in self.columns])


class Pages:
    """The connections of one selection: lists that resolvers asked for, or pages that are there already."""

    def __init__(self, selection: ConnectionSelection) -> None:
        self.selection = selection
        self.written: list[Json] = []
        self._asked: list[Asked] = []
        self._is_taken = False
        self._pages: list[Page[Any]] = []
        self._counts: list[int | None] = []
        self._cursors: list[Cursor] = []
        self._nodes = [Rows(one) for one in selection.nodes]
        self._numbers: list[list[list[int]]] = []
        self._errors = [Planted(one) for one in selection.errors]

    def add(self, value: Connection[Any], _place: Place) -> int:
        """Take in a list that a resolver asked for. Its number among them."""
        self._asked.append(value.asked)
        return len(self._asked) - 1

    def waiting(self) -> list[Waiting]:
        """What is to be waited for: the pages, the counts, or both, as they are selected."""
        if self._is_taken:
            return []
        self._pages = [Page()] * len(self._asked)
        self._counts = [None] * len(self._asked)
        return [one for at, asked in enumerate(self._asked) for one in self._fetching(at, asked)]

    def _fetching(self, at: int, asked: Asked) -> list[Waiting]:
        async def page() -> None:
            self._pages[at] = await asked.page()

        async def count() -> None:
            self._counts[at] = await asked.count()

        return [*([page] if self.selection.wants_page else ()), *([count] if self.selection.wants_count else ())]

    def end(self) -> Sequence[Values]:
        if self._is_taken:
            return ()
        loaders, cursors = [one.loaders for one in self._asked], [one.cursor_of for one in self._asked]
        return self.take(loaders, self._pages, self._counts, cursors)

    def take(
        self,
        loaders: Sequence[Loaders],
        pages: Sequence[Page[Any]],
        counts: Sequence[int | None],
        cursors: Sequence[Cursor],
    ) -> Sequence[Values]:
        """Take in pages that are there; give what asks on."""
        self._is_taken = True
        self._pages, self._counts, self._cursors = list(pages), list(counts), list(cursors)
        for rows in self._nodes:
            numbers = []
            for one, page in zip(loaders, self._pages, strict=True):
                if page.entries:
                    rows.stand(one)
                numbers.append([rows.add_thing(entry.item) for entry in page.entries])
            self._numbers.append(numbers)
        for planted in self._errors:
            for page in self._pages:
                planted.plant(source_errors(page), None)
        return [*self._nodes, *(rows for planted in self._errors for rows in planted.rows)]

    def write(self) -> None:
        nodes = [
            [[rows.written[number] for number in numbers] for numbers in each]
            for rows, each in zip(self._nodes, self._numbers, strict=True)
        ]
        errors = [planted.written() for planted in self._errors]
        self.written = self.selection.shape(self._pages, self._counts, self._cursors, nodes, errors)


class Planted:
    """What resolvers gave for one field: leaves as they are answered, and the numbers of objects among their rows."""

    def __init__(self, result: Result) -> None:
        self._result = result
        self._found: list[Any] = []
        self._rows: dict[Selection | ConnectionSelection, Rows | Pages | RootPages] = {}

    @property
    def rows(self) -> list[Values]:
        return list(self._rows.values())

    def plant(self, value: Any, place: Place) -> None:
        self._found.append(self._taken(self._result, value, place))

    def written(self) -> Sequence[Json]:
        if isinstance(self._result, Leaf):
            return texts(self._found) if self._found else ()
        is_long = self._result.is_long
        return [_picked(self._result, one, is_long=is_long) for one in self._found]

    def _taken(self, result: Result, value: Any, place: Place) -> Any:
        if isinstance(result, Leaf):
            return result.complete(value)
        if value is None:
            if result.nullable:
                return None
            raise Deopt("null")
        if isinstance(result, ListOf):
            if not isinstance(value, list | tuple):
                raise Deopt("list")
            places = [None if place is None else Path(place, at, None) for at in range(len(value))]
            return [self._taken(result.item, one, at) for one, at in zip(value, places, strict=True)]
        selection = result.selections.get(type(value))
        if selection is None:
            raise Deopt("problem" if isinstance(value, Problem) else "type")
        rows = self._rows.get(selection)
        if rows is None:
            rows = self._rows[selection] = _taking(selection, value)
        return rows, rows.add(value, place)


def _taking(selection: Selection | ConnectionSelection, value: Any) -> Rows | Pages | RootPages:
    """What takes in values like this one."""
    if isinstance(selection, Selection):
        return Rows(selection)
    layout, asked = selection.layout, value.asked
    if layout is not None and asked.source is not None and layout.fits(asked.loaders.reading, asked.source):
        return RootPages(selection, layout, asked, asked.source)
    return Pages(selection)


def _picked(result: Result, found: Any, *, is_long: bool) -> Json:
    """The JSON of what was taken in; in pieces where it is long, or something beside it is."""
    json: Json
    if found is None:
        json = NULL
    elif isinstance(result, Leaf):
        json = text(found)
    elif isinstance(result, ListOf):
        items = (_picked(result.item, one, is_long=is_long) for one in found)
        json = listed(items, is_long) if is_long else f"[{','.join(items)}]"  # type: ignore[arg-type]
    else:
        rows, number = found
        json = rows.written[number]
    return [json] if is_long and isinstance(json, str) else json
