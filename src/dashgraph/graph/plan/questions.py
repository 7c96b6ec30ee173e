"""What is asked of the services at one stage of a plan: equal questions are one, and no answer is asked for twice."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.lists import Listing, Lookup, Wish
from dashgraph.domain.problems import Problem
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.plan.selections import Deopt

Ask: TypeAlias = Callable[[Sequence[ResourceId]], Awaitable[Mapping[ResourceId, Any]]]


class Question:
    """One question about many things, in the words of the services."""

    def __init__(self, ask: Ask, known: dict[ResourceId, Any]) -> None:
        self._ask = ask
        self._wanted: dict[ResourceId, None] = {}
        self._known = known

    def want(self, ids: Iterable[ResourceId]) -> None:
        known = self._known
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
            self._known[one] = answer

    def answer(self, one: ResourceId) -> Any:
        """None where there is nothing, or nothing to see."""
        return self._known[one]


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

    def _question(self, key: Hashable, ask: Ask, known: dict[ResourceId, Any] | None = None) -> Question:
        if key not in self._all:
            self._all[key] = Question(ask, {} if known is None else known)
        return self._all[key]
