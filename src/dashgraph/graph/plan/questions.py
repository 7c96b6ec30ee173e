"""What is asked of the services at one stage of a plan: equal questions are one, and no answer is asked for twice."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from dashgraph.domain.lists import Listing, Lookup, Wish
from dashgraph.domain.problems import Problem
from dashgraph.domain.rows import Row
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.plan.selections import Deopt, Layout
from dashgraph.graph.plan.tables import by_parent

Ask: TypeAlias = Callable[[Sequence[Any]], Awaitable[Mapping[Any, Any]]]


class Question:
    """One question about many things, in the words of the services; where rows answer it by their native ids."""

    def __init__(self, ask: Ask, known: dict[Any, Any]) -> None:
        self._ask = ask
        self._wanted: dict[Any, None] = {}
        self.known = known

    def want(self, ids: Iterable[Any]) -> None:
        known = self.known
        self._wanted.update((one, None) for one in ids if one not in known)

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


class RowQuestion(Question):
    """The same answered by rows, asked by native ids: a source that fails fails the whole."""

    async def ask(self) -> None:
        wanted, self._wanted = self._wanted, {}
        found = await self._ask(list(wanted))
        self.known.update(wanted)  # None for those that are not found
        self.known.update(found)


class Questions:
    """Of one operation."""

    def __init__(self) -> None:
        self._all: dict[Hashable, Question] = {}

    def open(self) -> list[Question]:
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

    def rows(self, loaders: Loaders, lookup: Lookup[Any], layout: Layout, source: str) -> Question:
        reading, viewer = loaders.reading, loaders.viewer

        async def ask(natives: Sequence[str]) -> Mapping[str, Row]:
            found = await reading.rows_of_things(viewer, lookup, source, natives, layout.attributes)
            return {row[0]: row for row in found}

        return self._row_question((loaders, lookup.name, source), ask)

    def row_pages(self, loaders: Loaders, listing: Listing[Any], wish: Wish, layout: Layout, source: str) -> Question:
        reading, viewer = loaders.reading, loaders.viewer

        async def ask(parents: Sequence[str]) -> Mapping[str, Sequence[Row]]:
            found = await reading.rows_of_pages(viewer, listing, source, parents, wish, layout.attributes)
            return by_parent(found)

        return self._row_question((loaders, listing.name, source, wish), ask)

    def row_counts(self, loaders: Loaders, listing: Listing[Any], wish: Wish, source: str) -> Question:
        reading, viewer = loaders.reading, loaders.viewer

        async def ask(parents: Sequence[str]) -> Mapping[str, int]:
            found = await reading.rows_of_counts(viewer, listing, source, parents, wish)
            return {row[0]: row[1] for row in found}

        return self._row_question((loaders, listing.name, source, "count", wish.filter), ask)

    def _row_question(self, key: Hashable, ask: Ask) -> Question:
        if key not in self._all:
            self._all[key] = RowQuestion(ask, {})
        return self._all[key]

    def _question(self, key: Hashable, ask: Ask, known: dict[Any, Any] | None = None) -> Question:
        if key not in self._all:
            self._all[key] = Question(ask, {} if known is None else known)
        return self._all[key]
