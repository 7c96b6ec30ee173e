"""How each field that asks for something is answered for all values at once."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from graphql.pyutils import Path

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Entry, Listing, Page, Wish
from dashgraph.domain.rows import ID, Columns
from dashgraph.domain.viewers import Reach
from dashgraph.graph.filters import global_id, read
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.paging import read_window, write_cursor
from dashgraph.graph.plan.json_texts import NULL, listed
from dashgraph.graph.plan.questions import CountRows, PageRows
from dashgraph.graph.plan.request import Request
from dashgraph.graph.plan.selections import Asking, Custom, Deopt, Inner, Json, Layout, Many, One, Waiting
from dashgraph.graph.plan.tables import NO_ROWS, Table, TablePages, ThingTable, picked
from dashgraph.graph.plan.values import Column, Pages, Planted, Rows, Values

NOWHERE = -1  # the number of what is not there
EMPTY: Page[Any] = Page()


class OneColumn:
    """Of a field that leads to one thing by its id."""

    waiting: Sequence[Waiting] = ()

    def __init__(self, loaders: Loaders, asking: One, request: Request, ids: Sequence[ResourceId | None]) -> None:
        self._loaders = loaders
        loaders.viewer.require(asking.lookup.scope)
        self._keys = [None if one is None else (one.source, one.native) for one in ids]
        self._distinct = dict(zip(self._keys, ids, strict=True))
        self._distinct.pop(None, None)
        self._question = request.questions.things(self._loaders, asking.lookup)
        self._question.want(self._distinct.values())
        self._rows = Rows(asking.selection)
        self._numbers: list[int] = []

    def end(self) -> Sequence[Values]:
        numbers: dict[tuple[str, str] | None, int] = {None: NOWHERE}
        for key, one in self._distinct.items():
            numbers[key] = self._number(cast("ResourceId", one))
        self._numbers = [numbers[key] for key in self._keys]
        return (self._rows,)

    def _number(self, one: ResourceId) -> int:
        thing = self._question.answer(one)
        if thing is None:
            return NOWHERE
        self._rows.stand(self._loaders)
        return self._rows.add_thing(thing)

    def written(self) -> Sequence[Json]:
        found = [*self._rows.written, [NULL] if self._rows.selection.is_long else NULL]  # NOWHERE is the last
        return [found[number] for number in self._numbers]


class OneRowColumn:
    """The same where rows answer."""

    waiting: Sequence[Waiting] = ()

    def __init__(
        self,
        loaders: Loaders,
        asking: One,
        request: Request,
        source: str,
        natives: Sequence[str | None],
        *,
        must_be_there: bool = False,
    ) -> None:
        loaders.viewer.require(asking.lookup.scope)
        self._natives = natives
        self._distinct = dict.fromkeys(natives)
        self._distinct.pop(None, None)
        self._question = request.questions.rows(loaders, asking.lookup, asking.layout, source)
        self._question.want(self._distinct)
        self._table = ThingTable(asking.selection, asking.layout, loaders, source)
        self._must_be_there = must_be_there
        self._ask_ahead(loaders, asking.selection.asking, request, source)

    def _ask_ahead(self, loaders: Loaders, below: Sequence[Asking], request: Request, source: str) -> None:
        """Ask for the lists under the things at the same time: their ids are all that it takes."""
        for one in below:
            if isinstance(one, Many) and cast("Layout", one.selection.layout).fits(loaders.reading, source):
                for question in _questions(loaders, one, request, source):
                    if question is not None:
                        question.want(self._distinct)

    def end(self) -> Sequence[Values]:
        found, known = self._question.columns, self._question.known
        rows = [at for at in map(known.__getitem__, self._distinct) if at is not None]
        if self._must_be_there and not rows:
            raise Deopt("problem")
        all_of_them = not found or len(rows) == len(found[0])
        self._table.take_each(found if all_of_them else picked(found, rows), self._natives)
        return (self._table,)

    def written(self) -> Sequence[Json]:
        return self._table.placed


class ManyColumn:
    """Of a field that leads to a page for each value."""

    waiting: Sequence[Waiting] = ()

    def __init__(self, loaders: Loaders, asking: Many, request: Request, parents: Sequence[ResourceId | None]) -> None:
        self._loaders = loaders
        self._listing = listing = asking.listing
        self._wish = wish = _wish(loaders, asking, request)
        self._parents = parents
        self._pages = Pages(asking.selection)
        wanted, questions = asking.selection, request.questions
        self._page = questions.pages(loaders, listing, wish) if wanted.wants_page else None
        self._count = questions.counts(loaders, listing, wish) if wanted.wants_count else None
        for question in (self._page, self._count):
            if question is not None:
                question.want(self._parents)

    def end(self) -> Sequence[Values]:
        many = len(self._parents)
        pages: list[Page[Any]] = [EMPTY] * many
        counts: list[int | None] = [None] * many
        if self._page is not None:
            pages = [self._page.answer(one) or EMPTY for one in self._parents]
        if self._count is not None:
            counts = [self._count.answer(one) or 0 for one in self._parents]
        cursor = _cursors(self._listing, self._wish)
        return self._pages, *self._pages.take([self._loaders] * many, pages, counts, [cursor] * many)

    def written(self) -> Sequence[Json]:
        return self._pages.written


class ManyRowsColumn:
    """The same where rows answer."""

    waiting: Sequence[Waiting] = ()

    def __init__(
        self, loaders: Loaders, asking: Many, request: Request, source: str, parents: Sequence[str | None]
    ) -> None:
        self._wish = _wish(loaders, asking, request)
        self._parents = parents
        layout = cast("Layout", asking.selection.layout)
        self._pages = TablePages(asking.selection, layout, loaders, source, asking.listing)
        self._page, self._count = _questions(loaders, asking, request, source)
        for question in (self._page, self._count):
            if question is not None:
                question.want(parents)

    def end(self) -> Sequence[Values]:
        columns: Columns = ()
        pages: list[range] = [NO_ROWS] * len(self._parents)
        counts: list[int | None] = [None] * len(self._parents)
        if self._page is not None:
            columns, known = self._page.columns, self._page.known
            pages = [known[one] or NO_ROWS for one in self._parents]
        if self._count is not None:
            counts = [self._count.known[one] or 0 for one in self._parents]
        return self._pages, *self._pages.take(columns, pages, self._wish, counts)

    def written(self) -> Sequence[Json]:
        return self._pages.written


def _questions(
    loaders: Loaders, asking: Many, request: Request, source: str
) -> tuple[PageRows | None, CountRows | None]:
    """What is asked of lists that rows answer: for their pages, their counts, or both."""
    wanted, listing, questions = asking.selection, asking.listing, request.questions
    wish, layout = _wish(loaders, asking, request), cast("Layout", wanted.layout)
    page = questions.row_pages(loaders, listing, wish, layout, source) if wanted.wants_page else None
    return page, questions.row_counts(loaders, listing, wish, source) if wanted.wants_count else None


def _cursors(listing: Listing[Any], wish: Wish) -> Callable[[Entry[Any]], str]:
    """Makes the cursors of a list."""
    return lambda entry: write_cursor(listing, wish.sort, entry.position)


def _holder(listing: Listing[Any]) -> Kind:
    """What the list hangs off."""
    if listing.under is None:
        message = f"{listing.name} is a root list"
        raise TypeError(message)
    return listing.under


def _wish(loaders: Loaders, asking: Many, request: Request) -> Wish:
    """What is wanted of each list. Raises what is wrong with the arguments."""
    listing = asking.listing
    loaders.viewer.require(listing.scope)
    if asking.wish is not None:
        return asking.wish
    given = asking.arguments.values(request.variables)
    sort = given.get("sort", listing.default)
    window = (given.get(name) for name in ("first", "after", "last", "before"))
    wish = Wish(sort, read_window(listing, sort, *window), read(given.get("filter")))
    if not asking.arguments.varies:
        asking.wish = wish
    return wish


class PartedColumn:
    """Of a field that is answered in several ways, each for some of the values."""

    def __init__(self, asking: Asking, parts: Sequence[tuple[Column, Sequence[int]]], many: int) -> None:
        self._parts = parts
        self._many = many
        self._is_long = asking.is_long
        self.waiting: Sequence[Waiting] = [one for column, _ in parts for one in column.waiting]

    def end(self) -> Sequence[Values]:
        return [one for column, _ in self._parts for one in column.end()]

    def written(self) -> Sequence[Json]:
        found: list[Json] = [[NULL] if self._is_long else NULL] * self._many
        for column, places in self._parts:
            for at, one in zip(places, column.written(), strict=True):
                found[at] = one
        return found


class InnerColumn:
    """Of a field that shows what the values hold. What several of them hold is written once, and so are lists of it."""

    waiting: Sequence[Waiting] = ()

    def __init__(self, loaders: Loaders, asking: Inner, held: Sequence[Sequence[Any]]) -> None:
        self._is_long = asking.is_long
        self._keys = list(map(id, held))
        self._held = held  # their ids are theirs for as long as they are there
        self._rows = Rows(asking.selection)
        self._rows.stand(loaders)
        numbers: dict[int, int] = {}
        self._lists: dict[int, list[int]] = {}
        for key, values in dict(zip(self._keys, held, strict=True)).items():
            for one in values:
                if id(one) not in numbers:
                    numbers[id(one)] = self._rows.hold(one)
            self._lists[key] = [numbers[id(one)] for one in values]

    def end(self) -> Sequence[Values]:
        return (self._rows,)

    def written(self) -> Sequence[Json]:
        found = {key: self._listed(numbers) for key, numbers in self._lists.items()}
        return [found[key] for key in self._keys]

    def _listed(self, numbers: Sequence[int]) -> Json:
        items = [self._rows.written[number] for number in numbers]
        return listed(items, self._is_long) if self._is_long else f"[{','.join(cast('list[str]', items))}]"


class CustomColumn:
    """Of a field whose resolver is called for each value."""

    def __init__(self, rows: Rows, asking: Custom, request: Request) -> None:
        field = asking.arguments.field
        self._asking = asking
        self._request = request
        self._places = rows.places
        self._planted = Planted(asking.result)
        self._values: list[Any] = []
        self.waiting: Sequence[Waiting] = ()
        if asking.resolver is None:
            self._values = [getattr(one, field.python_name) for one in rows.objects]
        elif asking.is_async:
            self._values = [None] * len(rows.values)
            self.waiting = [self._calling(one, at) for at, one in enumerate(rows.objects)]
        else:
            self._values = [self._call(one, at) for at, one in enumerate(rows.objects)]

    def _calling(self, one: Any, at: int) -> Waiting:
        async def called() -> None:
            self._values[at] = await self._call(one, at)

        return called

    def _call(self, one: Any, at: int) -> Any:
        resolver = cast("Callable[..., Any]", self._asking.resolver)
        given = self._asking.arguments.values(self._request.variables)
        if self._asking.info_parameter is not None:
            given = {**given, self._asking.info_parameter: self._request.info(self._asking, self._places[at])}
        return resolver(one, **given) if self._asking.takes_self else resolver(**given)

    def end(self) -> Sequence[Values]:
        self.waiting = ()  # what was waited for holds this column
        if not self._asking.tells_paths:
            for value in self._values:
                self._planted.plant(value, None)
            return self._planted.rows
        for place, value in zip(self._places, self._values, strict=True):
            self._planted.plant(value, Path(place, self._asking.key, self._asking.parent.name))
        return self._planted.rows

    def written(self) -> Sequence[Json]:
        return self._planted.written()


def columns_of(values: Rows | Table, request: Request) -> list[Column]:
    """Begins to ask. Nothing is asked where there is no value."""
    return [_column(values, asking, request) for asking in values.selection.asking] if values.many else []


def _column(values: Rows | Table, asking: Asking, request: Request) -> Column:
    """What answers one field: rows, for what is of a source that answers by them."""
    if isinstance(asking, Custom):
        return _entered(asking, request) or CustomColumn(cast("Rows", values), asking, request)
    loaders = cast("Loaders", values.loaders)
    if isinstance(asking, Inner):
        return InnerColumn(loaders, asking, values.held(asking.attribute))
    if isinstance(asking, One):
        attribute, of, layout = asking.attribute, asking.lookup.of, asking.layout
        # When some of them are known already, as values, the rest is asked for as such.
        able = not loaders.facts(asking.lookup)
    else:
        attribute, of, layout = ID, _holder(asking.listing), cast("Layout", asking.selection.layout)
        able = True
    found = values.natives(attribute, of)
    if able and found is not None and layout.fits(loaders.reading, found[0]):
        return _of_rows(loaders, asking, request, *found)
    ids = values.ids(attribute, of)
    sources = {one.source for one in ids if one is not None} if able else set()
    parts = [one for one in sources if layout.fits(loaders.reading, one)]
    if not parts:
        return _of_things(loaders, asking, request, ids)
    return _parted(loaders, asking, request, ids, parts)


def _of_rows(
    loaders: Loaders, asking: One | Many, request: Request, source: str, natives: Sequence[str | None]
) -> Column:
    column = OneRowColumn if isinstance(asking, One) else ManyRowsColumn
    return column(loaders, asking, request, source, natives)  # type: ignore[arg-type]


def _of_things(loaders: Loaders, asking: One | Many, request: Request, ids: Sequence[ResourceId | None]) -> Column:
    return (OneColumn if isinstance(asking, One) else ManyColumn)(loaders, asking, request, ids)  # type: ignore[arg-type]


def _parted(
    loaders: Loaders, asking: One | Many, request: Request, ids: Sequence[ResourceId | None], sources: Sequence[str]
) -> Column:
    """What is of these sources is answered by rows, all else by values."""
    parts: list[tuple[Column, Sequence[int]]] = []
    for source in sources:
        places = [at for at, one in enumerate(ids) if one is not None and one.source == source]
        natives = [ids[at].native for at in places]  # type: ignore[union-attr]
        parts.append((_of_rows(loaders, asking, request, source, natives), places))
    rest = [at for at, one in enumerate(ids) if one is not None and one.source not in sources]
    if rest:
        parts.append((_of_things(loaders, asking, request, [ids[at] for at in rest]), rest))
    return PartedColumn(asking, parts, len(ids))


def _entered(asking: Custom, request: Request) -> Column | None:
    """What answers a root field that leads to one thing by its id, where rows do."""
    if asking.entrance is None:
        return None
    given = asking.arguments.values(request.variables)
    one, loaders = global_id(given["id"]), request.loaders.within(given.get("scope", Reach.VISIBLE))
    entrance = asking.entrance
    if one.kind is not entrance.lookup.of or not entrance.layout.fits(loaders.reading, one.source):
        return None
    return OneRowColumn(loaders, entrance, request, one.source, [one.native], must_be_there=True)
