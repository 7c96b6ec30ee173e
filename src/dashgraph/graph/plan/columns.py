"""How each field that asks for something is answered for all values at once."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from graphql.pyutils import Path

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.lists import Page, Wish
from dashgraph.graph.filters import read
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.paging import read_window, write_cursor
from dashgraph.graph.plan.request import Request, Waiting
from dashgraph.graph.plan.selections import Asking, Custom, Many, One
from dashgraph.graph.plan.values import Column, Pages, Planted, Rows

NOWHERE = -1  # the number of what is not there
EMPTY: Page[Any] = Page()


class OneColumn:
    """Of a field that leads to one thing by its id."""

    waiting: Sequence[Waiting] = ()

    def __init__(self, rows: Rows, asking: One, request: Request) -> None:
        self._loaders = cast("Loaders", rows.loaders)
        self._loaders.viewer.require(asking.lookup.scope)
        attribute, of = asking.attribute, asking.lookup.of
        ids: list[ResourceId | None] = [getattr(thing, attribute) for thing in rows.things]
        self._keys = [None if one is None or one.kind is not of else (one.source, one.native) for one in ids]
        self._distinct = dict(zip(self._keys, ids, strict=True))
        self._distinct.pop(None, None)
        self._question = request.questions.things(self._loaders, asking.lookup)
        self._question.want(cast("Iterable[ResourceId]", self._distinct.values()))
        self._rows = Rows(asking.selection)
        self._numbers: list[int] = []

    def end(self) -> Sequence[Rows | Pages]:
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

    def written(self) -> Sequence[Any]:
        found = [*self._rows.written, None]  # NOWHERE is the last
        return [found[number] for number in self._numbers]


class ManyColumn:
    """Of a field that leads to a page for each value."""

    waiting: Sequence[Waiting] = ()

    def __init__(self, rows: Rows, asking: Many, request: Request) -> None:
        self._loaders = cast("Loaders", rows.loaders)
        self._listing = listing = asking.listing
        self._loaders.viewer.require(listing.scope)
        given = asking.arguments.values(request.variables)
        sort = given.get("sort", listing.default)
        window = (given.get(name) for name in ("first", "after", "last", "before"))
        self._wish = wish = Wish(sort, read_window(listing, sort, *window), read(given.get("filter")))
        self._parents = [thing.id for thing in rows.things]
        self._pages = Pages(asking.selection)
        wanted, questions = asking.selection, request.questions
        self._page = questions.pages(self._loaders, listing, wish) if wanted.wants_page else None
        self._count = questions.counts(self._loaders, listing, wish) if wanted.wants_count else None
        for question in (self._page, self._count):
            if question is not None:
                question.want(self._parents)

    def end(self) -> Sequence[Rows | Pages]:
        many = len(self._parents)
        pages: list[Page[Any] | None] = [None] * many
        counts: list[int | None] = [None] * many
        if self._page is not None:
            pages = [self._page.answer(one) or EMPTY for one in self._parents]
        if self._count is not None:
            counts = [self._count.answer(one) or 0 for one in self._parents]
        return self._pages, *self._pages.take([self._loaders] * many, pages, counts, [self._cursor] * many)

    def _cursor(self, position: Any) -> str:
        return write_cursor(self._listing, self._wish.sort, position)

    def written(self) -> Sequence[Any]:
        return self._pages.written


class CustomColumn:
    """Of a field whose resolver is called for each value."""

    def __init__(self, rows: Rows, asking: Custom, request: Request) -> None:
        field = asking.arguments.field
        self._asking = asking
        self._request = request
        self._rows = rows
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
            given = {**given, self._asking.info_parameter: self._request.info(self._asking, self._rows.places[at])}
        return resolver(one, **given) if self._asking.takes_self else resolver(**given)

    def end(self) -> Sequence[Rows | Pages]:
        if not self._asking.tells_paths:
            for value in self._values:
                self._planted.plant(value, None)
            return self._planted.rows
        for place, value in zip(self._rows.places, self._values, strict=True):
            self._planted.plant(value, Path(place, self._asking.key, self._asking.parent.name))
        return self._planted.rows

    def written(self) -> Sequence[Any]:
        return self._planted.written()


COLUMNS: dict[type[Asking], Callable[[Rows, Any, Request], Column]] = {
    One: OneColumn,
    Many: ManyColumn,
    Custom: CustomColumn,
}


def columns_of(rows: Rows, request: Request) -> list[Column]:
    """Begins to ask. Nothing is asked where there is no value."""
    if not rows.values:
        return []
    return [COLUMNS[type(asking)](rows, asking, request) for asking in rows.selection.asking]
