"""What fields have declared of themselves, for who lays out an operation before it is run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import strawberry
from strawberry.types.field import StrawberryField

from dashgraph.domain.lists import Listing, Lookup

Resolver: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """An attribute of the domain value; those before the last may be None."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """Something that follows from the domain value alone."""

    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ToOne:
    """The thing whose id is in this attribute of the domain value."""

    lookup: Lookup[Any]
    attribute: str


@dataclass(frozen=True, slots=True)
class ToMany:
    """A page of what hangs off the node."""

    listing: Listing[Any]


Declaration: TypeAlias = Fact | Derived | ToOne | ToMany

_declared: dict[Resolver, Declaration] = {}


def declared(resolver: Resolver, declaration: Declaration) -> Resolver:
    """The resolver, which does exactly what is declared."""
    _declared[resolver] = declaration
    return resolver


def declaration_of(field: StrawberryField) -> Declaration | None:
    """None for a field whose resolver may do anything."""
    return _declared.get(cast("Resolver", field.base_resolver.wrapped_func)) if field.base_resolver else None


def derived(read: Callable[[Any], Any], *, description: str) -> Any:
    """A field that shows what follows from the domain value alone."""

    def resolver(self: Any) -> Any:
        return read(self.thing)

    del resolver.__annotations__["return"]  # the class says what comes
    return strawberry.field(resolver=declared(resolver, Derived(read)), description=description)
