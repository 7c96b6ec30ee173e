"""Every place of the schema that takes a text, and an operation that puts a given one there."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

TEXTS = {"String", "ID", "JSON", "URL", "EmailAddress", "DateTime"}
PLACEHOLDERS: Mapping[str, Any] = {
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "DateTime": "2026-01-31T09:00:00Z",
    "URL": "https://x.example",
    "EmailAddress": "ada@x.example",
    "_Any": {"__typename": "User", "id": "x"},
}
HERE, JSON_HERE = object(), object()  # where the text goes


@dataclass(frozen=True)
class Place:
    """An argument, or a part of one, that takes a text."""

    name: str
    query: str
    _variables: Mapping[str, Any]

    @property
    def takes_json(self) -> bool:
        return JSON_HERE in _leaves(self._variables)

    def variables(self, given: object) -> dict[str, Any]:
        return {key: _filled(value, given) for key, value in self._variables.items()}


def places(schema: GraphQLSchema, ids: Mapping[str, str]) -> Iterator[Place]:
    """Of the root fields, and of the fields of each node of which there is an id."""
    assert schema.query_type
    assert schema.mutation_type
    for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        for name, field in root.fields.items():
            for path, arguments in _arguments(field, ids):
                yield _place(f"{root.name}.{name}.{path}", kind, name, field, arguments)
    for type_name, one in ids.items():
        node = schema.type_map[type_name]
        assert isinstance(node, GraphQLObjectType)
        for name, field in node.fields.items():
            for path, arguments in _arguments(field, ids):
                around = (f'node(id: "{one}") {{ ... on {type_name} {{', "}}")
                yield _place(f"{type_name}.{name}.{path}", "query", name, field, arguments, around)


def _place(
    path: str, kind: str, name: str, field: GraphQLField, arguments: dict[str, Any], around: tuple[str, str] = ("", "")
) -> Place:
    declared = ", ".join(f"${key}: {field.args[key].type}" for key in arguments)
    given = ", ".join(f"{key}: ${key}" for key in arguments)
    found = get_named_type(field.type)
    inner = next(
        (part for part in ("edges { __typename }", "errors { code }") if part.split()[0] in _fields(found)), ""
    )
    below = "" if is_leaf_type(found) else f"{{ {inner or '__typename'} }}"
    return Place(path, f"{kind}({declared}) {{ {around[0]} {name}({given}) {below} {around[1]} }}", arguments)


def _fields(kind: GraphQLNamedType) -> Collection[str]:
    return kind.fields if isinstance(kind, GraphQLObjectType) else ()


def _arguments(field: GraphQLField, ids: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each place among the arguments of a field, with the arguments that lead there."""
    needed = {key: _any(one.type, ids, key) for key, one in field.args.items() if is_required_argument(one)}
    for key, one in field.args.items():
        for path, value in _values(one.type, ids, ()):
            yield f"{key}{path}", needed | {key: value}


def _values(kind: GraphQLInputType, ids: Mapping[str, str], above: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    kind = get_nullable_type(kind)
    if isinstance(kind, GraphQLList):
        yield from ((path, [value]) for path, value in _values(kind.of_type, ids, above))
    elif isinstance(kind, GraphQLInputObjectType) and kind.name not in above:
        for key, field in kind.fields.items():
            needed = {} if kind.is_one_of else _needed(kind, ids)
            for path, value in _values(field.type, ids, (*above, kind.name)):
                yield f".{key}{path}", needed | {key: value}
    elif isinstance(kind, GraphQLScalarType) and kind.name in TEXTS:
        yield "", JSON_HERE if kind.name == "JSON" else HERE


def _needed(kind: GraphQLInputObjectType, ids: Mapping[str, str]) -> dict[str, Any]:
    needed = {key: _any(one.type, ids, key) for key, one in kind.fields.items() if is_required_input_field(one)}
    return needed | ({"dryRun": True} if "dryRun" in kind.fields else {})


def _any(kind: GraphQLInputType, ids: Mapping[str, str], name: str) -> Any:
    """Some value that fits; an id of what the name says, where there is one."""
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(kind, GraphQLList):
        return [_any(kind.of_type, ids, name)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        if kind.is_one_of:
            key, field = next(iter(kind.fields.items()))
            return {key: _any(field.type, ids, key)}
        return _needed(kind, ids)
    if kind.name == "ID":
        return next((one for of, one in ids.items() if of.lower() in name.lower()), ids["User"])
    return PLACEHOLDERS.get(kind.name, "local" if name == "source" else "x")


def _filled(value: Any, given: object) -> Any:
    if isinstance(value, Mapping):
        return {key: _filled(inner, given) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, given) for inner in value]
    return given if value in (HERE, JSON_HERE) else value


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _leaves(inner)
    else:
        yield value
