"""What fields have declared of themselves, for who lays out an operation before it is run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import strawberry
from strawberry.types.field import StrawberryField

from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import Listing, Lookup

Resolver: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """An attribute of the domain value; those before the last may be None."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """Something that follows from one attribute of the domain value alone.

    Of an id it also follows from the native id alone, by what `of_native` makes for a source and a kind.
    """

    attribute: str
    read: Callable[[Any], Any]
    of_native: Callable[[str, Kind], Callable[[str], Any]] | None = None

    def of(self, thing: Any) -> Any:
        return self.read(getattr(thing, self.attribute))


@dataclass(frozen=True, slots=True)
class Held:
    """The domain values in this attribute of the domain value."""

    attribute: str


@dataclass(frozen=True, slots=True)
class ToOne:
    """The thing whose id is in this attribute of the domain value."""

    lookup: Lookup[Any]
    attribute: str


@dataclass(frozen=True, slots=True)
class ToMany:
    """A page of what hangs off the node."""

    listing: Listing[Any]


@dataclass(frozen=True, slots=True)
class RootList:
    """A page of everything of a noun."""

    listing: Listing[Any]


@dataclass(frozen=True, slots=True)
class RootOne:
    """One thing by its id; nothing less will do."""

    lookup: Lookup[Any]


Declaration: TypeAlias = Fact | Derived | Held | ToOne | ToMany | RootList | RootOne


def attribute_of(declaration: Fact | Derived) -> str:
    """The attribute that is shown, as rows name it."""
    return ".".join(declaration.path) if isinstance(declaration, Fact) else declaration.attribute


_declared: dict[Resolver, Declaration] = {}


def declared(resolver: Resolver, declaration: Declaration) -> Resolver:
    """The resolver, which does exactly what is declared."""
    _declared[resolver] = declaration
    return resolver


def declaration_of(field: StrawberryField) -> Declaration | None:
    """None for a field whose resolver may do anything."""
    return _declared.get(cast("Resolver", field.base_resolver.wrapped_func)) if field.base_resolver else None


def derived(
    attribute: str,
    read: Callable[[Any], Any],
    *,
    of_native: Callable[[str, Kind], Callable[[str], Any]] | None = None,
    description: str,
) -> Any:
    """A field that shows what follows from one attribute of the domain value alone."""
    declaration = Derived(attribute, read, of_native)

    def resolver(self: Any) -> Any:
        return declaration.of(self.thing)

    del resolver.__annotations__["return"]  # the class says what comes
    return strawberry.field(resolver=declared(resolver, declaration), description=description)
