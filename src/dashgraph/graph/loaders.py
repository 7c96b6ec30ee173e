"""What siblings ask for one by one, gathered into one question each."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from aiodataloader import DataLoader

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.lists import Listing, Lookup, Page, Wish
from dashgraph.domain.problems import Problem
from dashgraph.domain.users import User, same_address
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.services.people import Person
from dashgraph.services.reading import Reading

T = TypeVar("T")

Ask = Callable[[list[Any]], Awaitable[Mapping[Any, Any]]]

_BATCHES: ContextVar[set[asyncio.Task[Any]] | None] = ContextVar("batches", default=None)


@contextmanager
def ended_with() -> Iterator[None]:
    """Batches that begin in here end with it: a loader runs them in tasks of their own, which nobody else gives up."""
    batches: set[asyncio.Task[Any]] = set()
    before = _BATCHES.set(batches)
    try:
        yield
    finally:
        _BATCHES.reset(before)
        for batch in batches:
            batch.cancel()


class Loaders:
    """The questions of one request, for one viewer and reach. Built within the running loop."""

    def __init__(self, reading: Reading, viewer: Viewer) -> None:
        self.reading = reading
        self.viewer = viewer
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}
        self._facts: dict[str, dict[ResourceId, Any]] = {}
        self._reaches: dict[Reach, Loaders] = {viewer.reach: self}

    def within(self, reach: Reach) -> "Loaders":
        """The same request's questions about all content, or about what is visible. Raises Forbidden."""
        if reach not in self._reaches:
            other = Loaders(self.reading, self.viewer.within(reach))
            other._reaches = self._reaches
            self._reaches[reach] = other
        return self._reaches[reach]

    def forget(self) -> None:
        """The request is over. What it knew would wait in circles for the collector of garbage."""
        for one in [*self._reaches.values()]:
            one._loaders.clear()
            one._facts.clear()
            one._reaches.clear()

    def facts(self, lookup: Lookup[T]) -> dict[ResourceId, T | None]:
        """What this request knows already, None where there is nothing. Who asks for many at once adds to it."""
        return self._facts.setdefault(lookup.name, {})

    async def thing(self, lookup: Lookup[T], one: ResourceId | None) -> T | None:
        """The fact about one thing; None when there is nothing, or nothing to see. Raises its problem."""
        self.viewer.require(lookup.scope)  # also when there is nothing: a refusal is the same whatever stands there
        if one is None or one.kind is not lookup.of:
            return None
        facts = self.facts(lookup)
        if one in facts:
            return facts[one]

        async def ask(ids: list[ResourceId]) -> Mapping[ResourceId, Any]:
            found = await self.reading.things(self.viewer, lookup, ids)
            answers = ((key, found.get(key)) for key in ids)
            facts.update((key, answer) for key, answer in answers if not isinstance(answer, Problem))
            return found

        return cast("T | None", await self._loader(lookup.name, ask).load(one))

    async def same_as(self, user: User) -> Sequence[User | Problem]:
        """Who a user is in the other sources."""

        async def ask(users: list[User]) -> Mapping[User, Any]:
            return await self.reading.people.same_as(self.viewer, users)

        return cast("Sequence[User | Problem]", await self._loader("user.sameAs", ask).load(user))

    async def account(self, email: str) -> User | None:
        """The account that an address means: of the first source that has one. Raises its problem."""

        async def ask(addresses: list[str]) -> Mapping[str, Any]:
            return await self.reading.people.accounts(self.viewer, addresses)

        return cast("User | None", await self._loader("user.byAddress", ask).load(same_address(email)))

    async def person(self, email: str) -> Person | None:
        """Whoever has an address; None when nobody has. Raises Forbidden."""

        async def ask(addresses: list[str]) -> Mapping[str, Any]:
            return await self.reading.people.persons(self.viewer, addresses)

        return cast("Person | None", await self._loader("person", ask).load(same_address(email)))

    async def page(self, listing: Listing[T], parent: ResourceId, wish: Wish) -> Page[T]:
        """The page of one parent. A parent that is hidden has an empty one."""

        async def ask(parents: list[ResourceId]) -> Mapping[ResourceId, Any]:
            return await self.reading.pages(self.viewer, listing, parents, wish)

        found = await self._loader((listing.name, wish), ask).load(parent)
        return cast("Page[T]", found) if found is not None else Page()

    async def count(self, listing: Listing[T], parent: ResourceId, wish: Wish) -> int:
        """How many hang off one parent, whatever the window."""

        async def ask(parents: list[ResourceId]) -> Mapping[ResourceId, Any]:
            return await self.reading.counts(self.viewer, listing, parents, wish)

        return cast("int | None", await self._loader((listing.name, "count", wish.filter), ask).load(parent)) or 0

    def _loader(self, key: Hashable, ask: Ask) -> "DataLoader[Any, Any]":
        if key not in self._loaders:

            async def batch(ids: list[Any]) -> list[Any | Problem | None]:
                batches, task = _BATCHES.get(), asyncio.current_task()
                if batches is not None and task is not None:
                    batches.add(task)
                    task.add_done_callback(batches.discard)
                found = await ask(ids)
                return [found.get(one) for one in ids]

            self._loaders[key] = DataLoader(batch)
        return self._loaders[key]
