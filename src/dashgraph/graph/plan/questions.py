"""What is asked of the services at one stage of a plan: equal questions are one, and no answer is asked for twice."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from itertools import accumulate, filterfalse, pairwise, starmap
from typing import Any, TypeAlias, TypeVar

from dashgraph.domain.lists import Listing, Lookup, Wish
from dashgraph.domain.problems import Problem
from dashgraph.domain.rows import Columns
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.plan.selections import Deopt, Layout

Ask: TypeAlias = Callable[[Sequence[Any]], Awaitable[Mapping[Any, Any]]]
AskRows: TypeAlias = Callable[[Sequence[str]], Awaitable[Columns]]


class Question:
    """One question about many things, in the words of the services."""

    def __init__(self, ask: Ask, known: dict[Any, Any]) -> None:
        self._ask = ask
        self._wanted: dict[Any, None] = {}
        self.known = known

    def want(self, ids: Iterable[Any]) -> None:
        self._wanted.update(dict.fromkeys(filterfalse(self.known.__contains__, ids)))

    @property
    def is_open(self) -> bool:
        return bool(self._wanted)

    async def ask(self) -> None:
        wanted, self._wanted = list(self._wanted), {}
        found = await self._ask(wanted)
        for one in wanted:
            answer = found.get(one)
            if isinstance(answer, Problem):
                raise Deopt("problem") from answer
            self.known[one] = answer

    def answer(self, one: Any) -> Any:
        """None where there is nothing, or nothing to see."""
        return self.known[one]


class RowQuestion(ABC):
    """The same answered by rows, asked by native ids: a source that fails fails the whole.

    `columns` has the rows of everything that was asked for, and `known` where in it those of each id are; None for an
    id of which there are none.
    """

    def __init__(self, ask: AskRows) -> None:
        self._ask = ask
        self._wanted: dict[str, None] = {}
        self.known: dict[str | None, Any] = {}
        self.columns: Columns = ()

    def want(self, ids: Iterable[str | None]) -> None:
        self._wanted.update(dict.fromkeys(filterfalse(self.known.__contains__, ids)))  # type: ignore[arg-type]

    @property
    def is_open(self) -> bool:
        return bool(self._wanted)

    async def ask(self) -> None:
        wanted, self._wanted = self._wanted, {}
        found = await self._ask(list(wanted))
        start = len(self.columns[0]) if self.columns else 0
        self.known.update(wanted)
        self.known.update(self._places(found, start))
        self.columns = [[*a, *b] for a, b in zip(self.columns, found, strict=True)] if start else found

    @abstractmethod
    def _places(self, found: Columns, start: int) -> Iterable[tuple[str, Any]]:
        """For each id where its rows are, when the first of what was found is at `start`."""


class ThingRows(RowQuestion):
    """Of things: a row for each. The id comes first."""

    def _places(self, found: Columns, start: int) -> Iterable[tuple[str, int]]:
        return zip(found[0], range(start, start + len(found[0])), strict=True)


class PageRows(RowQuestion):
    """Of pages: the range of the rows of a parent. The parent comes last."""

    def _places(self, found: Columns, start: int) -> Iterable[tuple[str, range]]:
        lengths = Counter(found[-1])
        return zip(lengths, starmap(range, pairwise(accumulate(lengths.values(), initial=start))), strict=True)


class CountRows(RowQuestion):
    """Of how much there is: the numbers themselves."""

    def _places(self, found: Columns, _start: int) -> Iterable[tuple[str, int]]:
        return zip(*found, strict=True)


R = TypeVar("R", bound=RowQuestion)


class Questions:
    """Of one operation."""

    def __init__(self) -> None:
        self._all: dict[Hashable, Question | RowQuestion] = {}

    def open(self) -> list[Question | RowQuestion]:
        return [one for one in self._all.values() if one.is_open]

    def things(self, loaders: Loaders, lookup: Lookup[Any]) -> Question:
        reading, viewer = loaders.reading, loaders.viewer
        return self._question(
            (loaders, lookup.name), lambda ids: reading.things(viewer, lookup, ids), loaders.facts(lookup)
        )

    def pages(self, loaders: Loaders, listing: Listing[Any], wish: Wish) -> Question:
        reading, viewer = loaders.reading, loaders.viewer
        return self._question(
            (loaders, listing.name, wish), lambda parents: reading.pages(viewer, listing, parents, wish)
        )

    def counts(self, loaders: Loaders, listing: Listing[Any], wish: Wish) -> Question:
        reading, viewer = loaders.reading, loaders.viewer
        return self._question(
            (loaders, listing.name, "count", wish.filter),
            lambda parents: reading.counts(viewer, listing, parents, wish),
        )

    def rows(self, loaders: Loaders, lookup: Lookup[Any], layout: Layout, source: str) -> ThingRows:
        reading, viewer = loaders.reading, loaders.viewer
        return self._row_question(
            (loaders, lookup.name, source),
            ThingRows,
            lambda natives: reading.columns_of_things(viewer, lookup, source, natives, layout.attributes),
        )

    def row_pages(self, loaders: Loaders, listing: Listing[Any], wish: Wish, layout: Layout, source: str) -> PageRows:
        reading, viewer = loaders.reading, loaders.viewer
        return self._row_question(
            (loaders, listing.name, source, wish),
            PageRows,
            lambda parents: reading.columns_of_pages(viewer, listing, source, parents, wish, layout.attributes),
        )

    def row_counts(self, loaders: Loaders, listing: Listing[Any], wish: Wish, source: str) -> CountRows:
        reading, viewer = loaders.reading, loaders.viewer
        return self._row_question(
            (loaders, listing.name, source, "count", wish.filter),
            CountRows,
            lambda parents: reading.columns_of_counts(viewer, listing, source, parents, wish),
        )

    def _row_question(self, key: Hashable, kind: type[R], ask: AskRows) -> R:
        if key not in self._all:
            self._all[key] = kind(ask)
        return self._all[key]  # type: ignore[return-value]

    def _question(self, key: Hashable, ask: Ask, known: dict[Any, Any] | None = None) -> Question:
        if key not in self._all:
            self._all[key] = Question(ask, {} if known is None else known)
        return self._all[key]  # type: ignore[return-value]
