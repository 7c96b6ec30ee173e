"""What a federation gateway asks for: things by their keys, in bulk and as from any other way in, and the SDL."""

from asyncio import gather
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import strawberry
from strawberry.federation.schema import FederationAny
from strawberry.schema.base import BaseSchema

from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import Lookup
from dashgraph.domain.nodes import FETCHED_BY
from dashgraph.domain.problems import BadInput, Problem, TooMuch
from dashgraph.graph.context import Context, Info, Noted
from dashgraph.graph.filters import clean, global_id
from dashgraph.graph.nodes import fetch, shape
from dashgraph.graph.people import Person

PERSON = "Person"  # the one entity that is no node
LONGEST_NAME = 40  # characters of a name that a message repeats

Place = Sequence[str | int]
Fetch = Callable[[Context, Place, str], Awaitable[Any]]


class FederatedSchema(strawberry.federation.Schema):
    """A bad reference costs its own place in the list; strawberry's own resolver lets it cost the whole list."""

    async def entities_resolver(  # type: ignore[override]
        self, info: Info, representations: list[FederationAny]
    ) -> list[FederationAny]:
        most = info.context.most_references
        if len(representations) > most:
            message = f"`_entities` takes at most {most} representations; ask several times."
            raise TooMuch(message, argument="representations")
        path = info.path.as_list()
        return list(
            await gather(*(_entity(info.context, [*path, place], one) for place, one in enumerate(representations)))
        )


@strawberry.type(name="_Service", description="This graph as a part of a larger one.")
class Service:
    sdl: str = strawberry.field(description="The schema, with federation's directives.")


@strawberry.type
class Subgraph:
    """What the root of every subgraph has. strawberry's own `_service` prints the schema each time it is asked."""

    @strawberry.field(name="_service", description="This graph as a part of a larger one, for those who compose it.")
    def service(self, info: Info) -> Service:
        return Service(sdl=sdl_of(info.schema))


@cache
def sdl_of(schema: BaseSchema) -> str:
    return schema.as_str()


async def _entity(context: Context, place: Place, reference: object) -> Any:
    """What a reference leads to: None where there is nothing, or nothing to see; else its problem."""
    try:
        found, value = _read(reference)
        return await found(context, place, value)
    except Problem as problem:
        return problem


def _read(reference: object) -> tuple[Fetch, str]:
    """By which key a reference asks, and its value. Raises BadInput, saying what a reference holds."""
    if not isinstance(reference, Mapping):
        message = "A reference is an object with `__typename` and a key."
        raise BadInput(message)
    given = {name: value for name, value in reference.items() if name != "__typename"}
    kind = reference.get("__typename")
    keys = KEYS.get(kind) if isinstance(kind, str) else None
    if keys is None:
        message = f"`__typename` of a reference is one of: {', '.join(sorted(KEYS))}."
        raise BadInput(message)
    named = " or ".join(f"`{key}`" for key in keys)
    for name in given:
        if name not in keys:
            message = f"A reference to a {kind} holds {named}, and no {name[:LONGEST_NAME]!r}."
            raise BadInput(message)
    key = next((key for key in keys if key in given), None)
    if key is None or not isinstance(given[key], str):
        message = f"A reference to a {kind} holds {named}, which is text."
        raise BadInput(message)
    return keys[key], given[key]


async def _by_id(lookup: Lookup[Any], context: Context, _place: Place, text: str) -> Any:
    return await fetch(context.loaders, lookup, global_id(text))


async def _account(context: Context, _place: Place, email: str) -> Any:
    found = await context.loaders.account(clean(email))
    return None if found is None else shape(context.loaders)(found)


async def _person(context: Context, place: Place, email: str) -> Person | None:
    found = await context.loaders.person(clean(email))
    if found is None:
        return None
    return Person.of(found, context.loaders, lambda problem: context.noted.append(Noted(place, problem)))


KEYS: Mapping[str, Mapping[str, Fetch]] = {
    **{str(kind.value): {"id": partial(_by_id, lookup)} for kind, lookup in FETCHED_BY.items()},
    str(Kind.USER.value): {"id": partial(_by_id, FETCHED_BY[Kind.USER]), "email": _account},
    PERSON: {"email": _person},
}
