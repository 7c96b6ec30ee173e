"""What is selected of a type, laid out: which questions its values ask, and how they are written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import FieldNode, GraphQLObjectType

from dashgraph.domain.lists import Listing, Lookup
from dashgraph.domain.viewers import TokenScope
from dashgraph.graph.plan.arguments import Arguments

Shape: TypeAlias = Callable[[Sequence[Any], Sequence[Sequence[Any]]], list[Any]]
"""Writes values. For each field that is asked for there is a column, with what came of it for each value."""

ShapePage: TypeAlias = Callable[[Any, int | None, Callable[[Any], str], Sequence[Any], Sequence[Any]], Any]
"""Writes a page, with its count, its cursors, and what was written of its nodes and of its problems."""


class Deopt(Exception):
    """Something that only the reference path answers exactly. Its text is why, in a word."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar or an enum: `complete` makes of a value what is answered, and raises Deopt where it cannot."""

    complete: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Objects:
    """Something with fields of its own, of one of these classes."""

    nullable: bool
    selections: Mapping[type, "Selection | ConnectionSelection"]


@dataclass(frozen=True, slots=True)
class ListOf:
    nullable: bool
    item: "Result"


Result: TypeAlias = Leaf | Objects | ListOf


@dataclass(eq=False, slots=True)
class One:
    """A field that leads to the thing whose id is in an attribute."""

    lookup: Lookup[Any]
    attribute: str
    selection: "Selection"


@dataclass(eq=False, slots=True)
class Many:
    """A field that leads to a page of what hangs off each value."""

    listing: Listing[Any]
    arguments: Arguments
    selection: "ConnectionSelection"


@dataclass(eq=False, slots=True)
class Custom:
    """A field whose resolver is called for each value."""

    key: str
    arguments: Arguments
    result: Result
    nodes: Sequence[FieldNode]
    parent: GraphQLObjectType
    tells_paths: bool  # something below wants to know where it stands
    resolver: Callable[..., Any] | None  # None for an attribute
    takes_self: bool
    info_parameter: str | None
    is_async: bool


Asking: TypeAlias = One | Many | Custom


@dataclass(eq=False)
class Selection:
    """Of one object type."""

    cls: type
    holds_thing: bool  # a value holds a domain value, and nothing besides but the loaders
    scope: TokenScope | None  # that a token needs for it
    is_node: bool  # that has an id, so equal ones are written once
    asking: list[Asking] = field(default_factory=list)
    shape: Shape = field(init=False)
    tells_paths: bool = False  # something below wants to know where it stands


@dataclass(eq=False)
class ConnectionSelection:
    """Of a connection. The nodes of each of its `edges` have a column; so has each of its `sourceErrors`."""

    wants_page: bool = False
    wants_count: bool = False
    nodes: list[Selection] = field(default_factory=list)
    errors: list[Result] = field(default_factory=list)
    shape: ShapePage = field(init=False)
    tells_paths: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    root: Selection
    fields: int
