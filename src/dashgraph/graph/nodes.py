"""What every node has: an opaque id, the id in its own system, and its source."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import strawberry
from strawberry.types import get_object_definition

from dashgraph.domain.ids import ResourceId, encoder
from dashgraph.domain.lists import Lookup
from dashgraph.graph.declarations import derived
from dashgraph.graph.demands import demands
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.sources import Source

S = TypeVar("S", bound=type)

SHAPES: dict[type, Any] = {}


def shows(value: type) -> Callable[[S], S]:
    """Says which domain value a GraphQL type shows, so that whoever holds the value can make the type."""

    def register(cls: S) -> S:
        SHAPES[value] = cls
        if issubclass(cls, Node):
            definition = get_object_definition(cls, strict=True)
            definition.directives = [*(definition.directives or ()), *demands(cls.LOOKUP.scope)]
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

    def __post_init__(self) -> None:
        """The one door: whichever way led here, the token is for what is shown. Raises Forbidden."""
        self.loaders.viewer.require(self.LOOKUP.scope)

    @property
    def resource(self) -> ResourceId:
        found: ResourceId = self.thing.id
        return found

    id: strawberry.ID = derived(
        "id",
        ResourceId.encode,
        of_native=encoder,
        description="The global id: opaque, unique over all sources, and stable.",
    )


@strawberry.interface(description="Anything that a source holds.")
class Resource(Node):
    """Apart from `Node`, which is as Relay has it: the nodes of other subgraphs have an id and nothing more."""

    native_id: str = derived(
        "id",
        lambda one: one.native,
        of_native=lambda source, kind: str,
        description="The id that the source itself uses.",
    )

    @strawberry.field(description="The system that this comes from.")
    def source(self) -> Source:
        return Source(name=self.resource.source, loaders=self.loaders)
