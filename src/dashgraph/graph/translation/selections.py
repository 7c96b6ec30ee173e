"""How fields are written in GraphQL: a tree of what is wanted, its lists wrapped in pages, and values as literals."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    parse,
    print_ast,
)

from dashgraph.domain.lists import LARGEST_PAGE
from dashgraph.domain.problems import BadInput, TooMuch
from dashgraph.graph.cost import Costs
from dashgraph.graph.limits import Limits, check_document
from dashgraph.graph.schema import schema

SCHEMA: GraphQLSchema = schema._schema
PAGE = "(first: PAGE)"  # of a list within: how long is decided when the whole is known
LIMITS, COSTS = Limits(), Costs(SCHEMA)
LENGTHS = (LARGEST_PAGE, 50, 20, 10, 5, 2, 1)  # the first that is not too much

Tree = dict[str, Any]
"""What is wanted below: names of fields to trees, empty for what has nothing below."""


def grow(tree: Tree, places: str) -> Tree:
    """The tree with these places in it too: dotted, several apart by a space."""
    for place in places.split():
        here = tree
        for name in place.split("."):
            here = here.setdefault(name, {})
    return tree


def typed(name: str) -> GraphQLObjectType | GraphQLInterfaceType:
    return cast("GraphQLObjectType | GraphQLInterfaceType", SCHEMA.type_map[name])


def root(operation: str) -> GraphQLObjectType:
    return cast("GraphQLObjectType", SCHEMA.query_type if operation == "query" else SCHEMA.mutation_type)


def selected(tree: Tree, name: str) -> str:
    """The selection of a tree on the type of this name. Lists are pages, which say whether there is more."""
    parts = []
    for key, below in tree.items():
        if not below:
            parts.append(key)
            continue
        field = key.partition("(")[0]
        kind = get_named_type(typed(name).fields[field].type).name
        if is_page(kind):
            arguments = "" if field != key else PAGE
            parts.append(f"{key}{arguments} {paged(selected(below, node_of(kind)), more=False)}")
        else:
            parts.append(f"{key} {{ {selected(below, kind)} }}")
    return " ".join(parts)


def paged(selection: str, *, more: bool) -> str:
    """A page of nodes; with `more`, the cursor to go on from too."""
    edges = f"edges {{ node {{ {selection} }} }} " if selection else ""
    return f"{{ {edges}pageInfo {{ hasNextPage{' endCursor' if more else ''} }} }}"


def is_page(kind: str) -> bool:
    return kind.endswith("Connection")


def node_of(kind: str) -> str:
    return kind.removesuffix("Connection")


def written(head: str, body: str) -> str:
    """The operation, prettily. Lists within are as long as the whole may be. Raises TooMuch when it nests too deep."""
    for length in LENGTHS:
        document = parse(f"{head} {{ {body.replace(PAGE, f'(first: {length})')} }}")
        check_document(document, LIMITS)
        try:
            COSTS.each(document, LIMITS)
        except TooMuch:
            if length == LENGTHS[-1]:
                raise
        else:
            break
    return print_ast(document) + "\n"


Aside = Callable[[object, GraphQLInputType], str]
"""Takes a value out of the document, and says by which variable it is named there."""


def literal(value: object, kind: GraphQLInputType, aside: Aside | None = None) -> str:
    """A value as it stands in a document; JSON and what is missing stand `aside`.

    Raises BadInput where it does not fit.
    """
    if aside is not None and (isinstance(value, Missing) or get_nullable_type(kind) is SCHEMA.type_map["JSON"]):
        return aside(value, kind)
    if value is None and not isinstance(kind, GraphQLNonNull):
        return "null"
    bare = get_nullable_type(kind)
    if isinstance(bare, GraphQLList):
        members = value if isinstance(value, list) else [value]
        return f"[{', '.join(literal(one, bare.of_type, aside) for one in members)}]"
    if isinstance(bare, GraphQLInputObjectType) and isinstance(value, Mapping):
        inner = (f"{name}: {literal(one, bare.fields[name].type, aside)}" for name, one in value.items())
        return f"{{ {', '.join(inner)} }}"
    if isinstance(bare, GraphQLEnumType) and isinstance(value, str) and value in bare.values:
        return value
    if isinstance(bare, GraphQLScalarType) and isinstance(value, str | int | float):
        return _scalar(value, bare.name)
    message = f"{_shown(value)} does not fit where {bare} is wanted."
    raise BadInput(message)


def _scalar(value: str | float, kind: str) -> str:
    if kind == "Boolean":
        return json.dumps(value if isinstance(value, bool) else str(value).lower() in {"true", "1"})
    if kind in {"Int", "Float"}:
        return str(value)
    return json.dumps(str(value), ensure_ascii=False)


def _shown(value: object) -> str:
    """What kind of value it is: what it holds may be secret."""
    return {dict: "An object", list: "A list", type(None): "null"}.get(type(value), "This value")


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that the request does not say and that the graph has to know."""

    name: str


def input_at(kind: GraphQLInputType, place: str) -> GraphQLInputType:
    """The type of what stands at a dotted place of an input."""
    for name in place.split("."):
        kind = cast("GraphQLInputObjectType", get_named_type(kind)).fields[name].type
    return kind


def put(tree: dict[str, Any], place: str, value: object) -> None:
    """Write a value at a dotted place of a tree."""
    *way, last = place.split(".")
    for name in way:
        tree = tree.setdefault(name, {})
    tree[last] = value
