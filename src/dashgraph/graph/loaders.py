"""What siblings ask for one by one, gathered into one question each."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar, cast

from aiodataloader import DataLoader

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.lists import Listing, Lookup, Page, Wish
from dashgraph.domain.problems import Problem
from dashgraph.domain.users import User
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.services.reading import Reading

T = TypeVar("T")

Ask = Callable[[list[Any]], Awaitable[Mapping[Any, Any]]]


class Loaders:
    """The questions of one request, for one viewer and reach. Built within the running loop."""

    def __init__(self, reading: Reading, viewer: Viewer) -> None:
        self.reading = reading
        self.viewer = viewer
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}
        self._reaches: dict[Reach, Loaders] = {viewer.reach: self}

    def within(self, reach: Reach) -> "Loaders":
        """The same request's questions about all content, or about what is visible. Raises Forbidden."""
        if reach not in self._reaches:
            other = Loaders(self.reading, self.viewer.within(reach))
            other._reaches = self._reaches
            self._reaches[reach] = other
        return self._reaches[reach]

    async def thing(self, lookup: Lookup[T], one: ResourceId | None) -> T | None:
        """The fact about one thing; None when there is nothing, or nothing to see. Raises its problem."""
        if one is None or one.kind is not lookup.of:
            return None

        async def ask(ids: list[ResourceId]) -> Mapping[ResourceId, Any]:
            return await self.reading.things(self.viewer, lookup, ids)

        return cast("T | None", await self._loader(lookup.name, ask).load(one))

    async def same_as(self, user: User) -> Sequence[User | Problem]:
        """Who a user is in the other sources."""

        async def ask(users: list[User]) -> Mapping[User, Any]:
            return await self.reading.people.same_as(self.viewer, users)

        return cast("Sequence[User | Problem]", await self._loader("user.sameAs", ask).load(user))

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
                found = await ask(ids)
                return [found.get(one) for one in ids]

            self._loaders[key] = DataLoader(batch)
        return self._loaders[key]
