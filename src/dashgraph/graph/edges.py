"""Fields as declarations: which fact of the domain value, which thing or which list a field leads to.

The arguments, the batch and the resolver follow from it, so a field that is only declared cannot do anything else.
"""

from collections.abc import Callable
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from dashgraph.domain.lists import Listing, Lookup
from dashgraph.domain.problems import NotFound, Problem
from dashgraph.domain.viewers import Reach
from dashgraph.graph.context import Info, Noted
from dashgraph.graph.declarations import Fact, Held, RootList, RootOne, ToMany, ToOne, declared
from dashgraph.graph.demands import demands
from dashgraph.graph.filters import global_id, read
from dashgraph.graph.nodes import fetch
from dashgraph.graph.paging import After, Before, Connection, First, Last, rooted, under

SORT = strawberry.argument(description="In which order.")
FILTER = strawberry.argument(description="Only those that meet every condition.")

Scope = Annotated[
    Reach, strawberry.argument(description="VISIBLE for what you may see; ALL, for administrators, for everything.")
]
Sources = Annotated[
    list[str] | None, strawberry.argument(description="Only these sources, by name; all when left out.")
]
RequireAll = Annotated[
    bool,
    strawberry.argument(
        description="Fail when a source does not answer, in place of a list without it that says so in `sourceErrors`."
    ),
]
Id = Annotated[strawberry.ID, strawberry.argument(description="The global id.")]


def fact(path: str, *, description: str) -> Any:
    """A field that shows an attribute of the domain value; one of an attribute that may be None by `a.b`."""
    *above, name = path.split(".")

    def resolver(self: Any) -> Any:
        value = self.thing
        for part in above:
            value = getattr(value, part)
            if value is None:
                return None
        return getattr(value, name)

    del resolver.__annotations__["return"]  # the class says what comes
    return strawberry.field(resolver=declared(resolver, Fact((*above, name))), description=description)


def held(attribute: str, of: type, *, description: str) -> Any:
    """A field that shows, as objects of this type, the domain values in an attribute of the domain value."""

    def resolver(self: Any) -> Any:
        return [of(thing=one, loaders=self.loaders) for one in getattr(self.thing, attribute)]

    del resolver.__annotations__["return"]
    return strawberry.field(resolver=declared(resolver, Held(attribute)), description=description)


def to_one(lookup: Lookup[Any], attribute: str, *, description: str) -> Any:
    """A field that leads to the thing whose id is in this attribute of the domain value."""

    async def resolver(self: Any) -> Any:
        return await fetch(self.loaders, lookup, getattr(self.thing, attribute))

    del resolver.__annotations__["return"]
    return strawberry.field(resolver=declared(resolver, ToOne(lookup, attribute)), description=description)


def to_many(listing: Listing[Any], *, filter: type, description: str) -> Any:
    """A field that leads to a page of what hangs off this node."""

    def resolver(
        self: Any,
        first: Any = UNSET,
        after: Any = UNSET,
        last: Any = UNSET,
        before: Any = UNSET,
        sort: Any = listing.default,
        filter: Any = UNSET,
    ) -> Any:
        window = (first, after, last, before)
        loaders = self.loaders
        return under(loaders, listing, self.resource, window, sort=sort, filter=read(filter))

    return _paged(declared(resolver, ToMany(listing)), listing, filter, description)


def root_list(listing: Listing[Any], *, filter: type, description: str) -> Any:
    """A root field that leads to a page of everything of a noun."""

    def resolver(
        self: Any,
        info: Info,
        first: Any = UNSET,
        after: Any = UNSET,
        last: Any = UNSET,
        before: Any = UNSET,
        sort: Any = listing.default,
        filter: Any = UNSET,
        scope: Scope = Reach.VISIBLE,
        sources: Sources = UNSET,
        require_all_sources: RequireAll = False,
    ) -> Any:
        loaders = info.context.loaders.within(scope)
        asked = rooted(
            loaders,
            listing,
            (first, after, last, before),
            sources=sources,
            sort=sort,
            filter=read(filter),
            missing=noting(info),
            all_of_them=require_all_sources,
        )
        return Connection(asked=asked)

    return _paged(declared(resolver, RootList(listing)), listing, filter, description)


def noting(info: Info) -> Callable[[Problem], None]:
    """Notes the sources that are missing from the list which is resolved here, for the errors of the answer."""
    path, noted = info.path.as_list(), info.context.noted
    return lambda problem: noted.append(Noted(path, problem))


def root_one(lookup: Lookup[Any], *, description: str) -> Any:
    """A root field that leads to one thing by its id. Absent and hidden raise the same NotFound."""

    async def resolver(self: Any, info: Info, id: Id, scope: Scope = Reach.VISIBLE) -> Any:
        found = await fetch(info.context.loaders.within(scope), lookup, global_id(id))
        if found is None:
            raise absent(lookup)
        return found

    del resolver.__annotations__["return"]
    return strawberry.field(
        resolver=declared(resolver, RootOne(lookup)), description=description, directives=demands(lookup.scope)
    )


def absent(lookup: Lookup[Any]) -> NotFound:
    """What is told of a thing that is not there, or that the viewer may not see."""
    message = f"There is no {lookup.of.value.lower()} with this id, or it is hidden from you."
    return NotFound(message)


def _paged(resolver: Callable[..., Any], listing: Listing[Any], filter: type, description: str) -> Any:
    """The resolver as a field with the paging arguments, the sorts of the listing and its filter."""
    resolver.__annotations__ |= {
        "first": First,
        "after": After,
        "last": Last,
        "before": Before,
        "sort": Annotated[listing.sorts, SORT],
        "filter": Annotated[filter | None, FILTER],
    }
    del resolver.__annotations__["return"]
    return strawberry.field(resolver=resolver, description=description, directives=demands(listing.scope))
