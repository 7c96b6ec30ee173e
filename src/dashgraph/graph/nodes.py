"""What every node has: an opaque id, the id in its own system, and its source."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import strawberry

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.lists import Lookup
from dashgraph.graph.context import Info
from dashgraph.graph.filters import global_id
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.sources import Source

S = TypeVar("S", bound=type)

SHAPES: dict[type, Any] = {}


def shows(value: type) -> Callable[[S], S]:
    """Says which domain value a GraphQL type shows, so that whoever holds the value can make the type."""

    def register(cls: S) -> S:
        SHAPES[value] = cls
        return cls

    return register


def shape(loaders: Loaders) -> Callable[[Any], Any]:
    """Makes GraphQL types of domain values."""
    return lambda thing: SHAPES[type(thing)](thing=thing, loaders=loaders)


async def fetch(loaders: Loaders, lookup: Lookup[Any], one: ResourceId | None) -> Any:
    """What stands behind an id; None when there is nothing, or nothing to see."""
    thing = await loaders.thing(lookup, one)
    return None if thing is None else SHAPES[type(thing)](thing=thing, loaders=loaders)


@strawberry.interface(description="Anything that has an id and can be fetched again by it.")
class Node:
    """A node holds the domain's value and the loaders through which more is asked."""

    LOOKUP: ClassVar[Lookup[Any]]

    thing: strawberry.Private[Any]
    loaders: strawberry.Private[Loaders]

    @property
    def resource(self) -> ResourceId:
        found: ResourceId = self.thing.id
        return found

    @strawberry.field(description="The global id: opaque, unique over all sources, and stable.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.resource.encode())

    @strawberry.field(description="The id that the source itself uses.")
    def native_id(self) -> str:
        return self.resource.native

    @strawberry.field(description="The system that this comes from.")
    def source(self) -> Source:
        return Source(name=self.resource.source, loaders=self.loaders)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Node | None":
        """What a federation gateway asks for by key. The same rights as any other way in."""
        found: Node | None = await fetch(info.context.loaders, cls.LOOKUP, global_id(id))
        return found
