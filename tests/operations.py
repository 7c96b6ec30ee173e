"""Made-up operations: valid ones over the whole Query type, with what the schema and a world offer to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)
from hypothesis import strategies as st

CHOICES = {"if": "Boolean!", "maybe": "Boolean", "first": "Int", "id": "ID!", "from": "DateTime"}
NOWHERE = "bG9jYWw6RGFzaGJvYXJkOm5vd2hlcmU"  # local:Dashboard:nowhere
OFTEN = ("edges", "node", "totalCount", "pageInfo")


@dataclass(frozen=True)
class Offered:
    """What arguments are made of: ids by the type that has them, and cursors by the type of the connection."""

    ids: Mapping[str, Sequence[str]]
    cursors: Mapping[str, Sequence[str]]
    sources: Sequence[str]
    emails: Sequence[str]
    texts: Sequence[str]
    lists: Sequence[str]  # types of what the root has something of

    @property
    def all_ids(self) -> list[str]:
        return [one for ids in self.ids.values() for one in ids]


@dataclass
class Made:
    """An operation, and the variables that come with it."""

    text: str
    name: str | None
    variables: dict[str, Any]


@dataclass
class Maker:
    """Makes one operation by what `draw` decides."""

    draw: Any
    schema: GraphQLSchema
    offered: Offered
    fragments: list[str] = field(default_factory=list)
    used: dict[str, None] = field(default_factory=dict)
    aliases: int = 0
    left: int = 40  # fields

    def operation(self) -> Made:
        query = self.schema.query_type
        several = self.chance(6)
        body = self.selections(query, depth=0, at_least=1)
        name = "Asked" if several or self.chance(2) else None
        said = "\n".join([body, *self.fragments])
        self.used = {one: None for one in self.used if f"${one}" in said}
        other = "query Other { viewer { __typename } }" if several else ""
        return Made(f"query {name or ''}{self.declared()} {said} {other}", name, self.values())

    def declared(self) -> str:
        said = [f"${one}: {CHOICES[one]}" for one in self.used]
        return f"({', '.join(one + ' = true' if one.startswith('$maybe') else one for one in said)})" if said else ""

    def values(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for one in self.used:
            if one == "if" or (one == "maybe" and self.chance(2)):
                made[one] = self.draw(st.booleans())
            elif one == "first":
                made[one] = self.draw(st.sampled_from([None, 0, 1, 2, 5]))
            elif one == "id":
                made[one] = self.draw(st.sampled_from(self.offered.all_ids))
            elif one == "from":
                made[one] = "2026-01-01T00:00:00Z"
        return made

    def chance(self, of: int) -> bool:
        """One in so many."""
        return self.draw(st.integers(0, of - 1)) == of - 1

    def selections(self, type_: Any, depth: int, at_least: int = 1) -> str:
        fields = self.parts(type_, depth, at_least)
        return "{ " + " ".join(fields) + " }"

    def parts(self, type_: Any, depth: int, at_least: int = 1) -> list[str]:
        if is_abstract_type(type_):
            possible = self.schema.get_possible_types(type_)
            kinds = self.draw(st.lists(st.sampled_from(possible), min_size=1, max_size=2, unique=True))
            found = ["__typename"] if self.chance(2) else []
            found += [self.inline(kind, depth) for kind in kinds]
            shared = getattr(type_, "fields", {})
            found += [name for name in shared if self.chance(3) and is_leaf_type(get_named_type(shared[name].type))]
            return self.draw(st.permutations(found)) if len(found) > 1 else found
        found = []
        for _ in range(self.draw(st.integers(at_least, 4 if depth else 2))):
            names = [name for name, one in type_.fields.items() if self.fits(one, depth)]
            likely = [name for name in OFTEN if name in names and depth and not self.chance(3)]
            if not depth and not self.chance(4):
                likely = [name for name in names if get_named_type(type_.fields[name].type).name in self.offered.lists]
            chosen = self.draw(st.sampled_from(likely or [*names, "__typename"]))
            made = self.field(type_, chosen, depth)
            found.append(self.wrapped(type_, made) if self.chance(6) else made)
        return found

    def fits(self, one: GraphQLField, depth: int) -> bool:
        return is_leaf_type(get_named_type(one.type)) or (depth < 9 and self.left > 0)

    def field(self, type_: GraphQLObjectType, name: str, depth: int) -> str:
        self.left -= 1
        if name == "__typename":
            return name
        definition = type_.fields[name]
        given = self.arguments(definition)
        alias = f"{self.alias()}: " if given or definition.args or self.chance(5) else ""
        named = get_named_type(definition.type)
        below = "" if is_leaf_type(named) else " " + self.selections(named, depth + 1)
        return f"{alias}{name}{given}{self.directive()}{below}"

    def alias(self) -> str:
        self.aliases += 1
        return f"a{self.aliases}"

    def wrapped(self, type_: GraphQLObjectType, made: str) -> str:
        """The same within a fragment, spread once or twice."""
        if self.chance(2):
            on = "" if self.chance(2) else f"on {type_.name} "
            return f"... {on}{self.directive()} {{ {made} }}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {type_.name} {{ {made} __typename }}")
        return f"...{name}{self.directive()}" + (f" ...{name}" if self.chance(2) else "")

    def inline(self, kind: GraphQLObjectType, depth: int) -> str:
        names = [name for name, one in kind.fields.items() if self.fits(one, depth)]
        chosen = self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        fields = [self.field(kind, name, depth) for name in chosen]
        return f"... on {kind.name}{self.directive()} {{ {' '.join(fields)} }}"

    def directive(self) -> str:
        if not self.chance(8):
            return ""
        name = self.draw(st.sampled_from(["skip", "include"]))
        value = self.draw(st.sampled_from(["$if", "$maybe", "true", "false"]))
        return f" @{name}(if: {self.variable(value[1:]) if value[0] == '$' else value})"

    def variable(self, name: str) -> str:
        self.used[name] = None
        return f"${name}"

    def arguments(self, definition: GraphQLField) -> str:
        given = []
        for name, argument in definition.args.items():
            if is_required_argument(argument) or self.wanted(name):
                value = self.argument(name, argument, definition.type)
                if value is not None:
                    given.append(f"{name}: {value}")
        if sum(one.startswith(("first:", "last:")) for one in given) > 1:
            given = [one for one in given if not one.startswith("last:")]
        return f"({', '.join(given)})" if given else ""

    def wanted(self, name: str) -> bool:
        return self.chance({"first": 2, "scope": 7, "sort": 4}.get(name, 9))

    def argument(self, name: str, argument: GraphQLArgument, answers: GraphQLOutputType) -> str | None:
        of = get_named_type(answers).name
        match name:
            case "first" | "last":
                value = self.variable("first") if self.chance(4) else str(self.draw(st.integers(0, 6)))
            case "after" | "before":
                known = self.offered.cursors.get(of, ())
                value = quoted(self.draw(st.sampled_from(known))) if known else None
            case "id" | "shareId":
                known = self.offered.ids.get(of) or self.offered.all_ids
                value = quoted(NOWHERE if self.chance(12) else self.draw(st.sampled_from(known)))
                value = self.variable("id") if self.chance(12) else value
            case "source" | "sources":
                value = quoted("nowhere" if self.chance(12) else self.draw(st.sampled_from(self.offered.sources)))
                value = f"[{value}]" if is_list_type(get_nullable_type(argument.type)) else value
            case "representations":
                kind, ids = self.draw(st.sampled_from(list(self.offered.ids.items())))
                value = f'[{{__typename: "{kind}", id: {quoted(self.draw(st.sampled_from(ids)))}}}]'
            case _:
                value = self.value(argument.type)
        return value

    def value(self, type_: GraphQLInputType) -> str:
        inner = get_nullable_type(type_)
        if is_list_type(inner):
            return f"[{', '.join(self.value(inner.of_type) for _ in range(self.draw(st.integers(1, 2))))}]"
        if isinstance(inner, GraphQLEnumType):
            return self.draw(st.sampled_from(list(inner.values)))
        if isinstance(inner, GraphQLInputObjectType):
            chosen = self.draw(st.sampled_from(list(inner.fields)))
            return f"{{{chosen}: {self.value(inner.fields[chosen].type)}}}"
        if inner.name == "DateTime" and self.chance(2):
            return self.variable("from")
        return self.draw(st.sampled_from(self.scalars(inner.name)))

    def scalars(self, name: str) -> list[str]:
        numbers = [str(number) for number in range(6)]
        known = {
            "Boolean": ["true", "false"],
            "Int": numbers,
            "Float": numbers,
            "ID": [quoted(one) for one in self.offered.all_ids],
            "EmailAddress": [quoted(one) for one in self.offered.emails],
            "DateTime": [quoted("2026-03-01T00:00:00+01:00")],
        }
        return known.get(name) or [quoted(one) for one in (*self.offered.texts, *self.offered.emails)]


def quoted(text: str) -> str:
    return f'"{text}"'
