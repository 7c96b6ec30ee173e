"""What a resolver can reach: the request's loaders, and through them its viewer; and the way to change things."""

from asyncio import gather
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import strawberry

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.lists import Lookup
from dashgraph.domain.problems import Problem
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.graph.loaders import Loaders
from dashgraph.services.bulk import Bulk
from dashgraph.services.changing import Changing
from dashgraph.services.passwords import Passwords
from dashgraph.services.reading import Reading
from dashgraph.services.watching import Watching

T = TypeVar("T")

MOST_REFERENCES = 1000

Who = Callable[[], Awaitable[Viewer]]
"""Tells who asks, as of now. Raises Unauthenticated when that is nobody any more."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A source that is missing from a list, which is there without it. `path` leads to the list."""

    path: Sequence[str | int]
    problem: Problem


@dataclass
class Context:
    """One request. `loaders` are for what is visible to the viewer; `loaders.within` for more."""

    loaders: Loaders
    changing: Changing
    passwords: Passwords
    bulk: Bulk
    most_references: int = MOST_REFERENCES
    noted: list[Noted] = field(default_factory=list)

    @classmethod
    def of(cls, viewer: Viewer, reading: Reading, changing: Changing, passwords: Passwords, bulk: Bulk) -> "Context":
        return cls(Loaders(reading, viewer), changing, passwords, bulk)

    def renewed(self) -> Loaders:
        """Loaders that remember nothing, for what is read after a change."""
        self.loaders = Loaders(self.loaders.reading, self.loaders.viewer)
        return self.loaders


@dataclass
class LiveContext:
    """One subscription. Nothing of an event before is remembered, nor who the viewer was then."""

    reading: Reading
    watching: Watching
    who: Who
    loaders: Loaders = field(init=False)  # of the event that was looked at last

    async def loaders_now(self, reach: Reach) -> Loaders:
        """Loaders that remember nothing, for the viewer as they are now."""
        self.loaders = Loaders(self.reading, await self.who())
        return self.loaders.within(reach)

    async def thing_now(self, lookup: Lookup[T], one: ResourceId) -> T | None:
        """The fact about one thing as it is now, for the viewer as they are now."""
        self.loaders = Loaders(self.reading, await self.who())
        return await self.loaders.thing(lookup, one)

    async def things(self, lookup: Lookup[T], ids: Sequence[ResourceId], reach: Reach) -> Sequence[T | None]:
        """The facts about some things, for the viewer of the event that was looked at last."""
        loaders = self.loaders.within(reach)
        return await gather(*(loaders.thing(lookup, one) for one in ids))


Info = strawberry.Info[Context, None]
LiveInfo = strawberry.Info[LiveContext, None]
