"""What the schema says of scopes is what is demanded: every field and every mutation, with and without each of them."""

import json
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from graphql import (
    DirectiveNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
    parse,
)

from company import global_id
from conftest import Asking, Stores, asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.viewers import Reach, TokenScope, Viewer
from dashgraph.graph.schema import schema, sdl

once = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

NORA = "nora@tallgrass.example"
EVERYTHING = frozenset(TokenScope)
GRAPH = schema._schema
GIVEN = {"Query.search": '(text: "a", first: 3)', "Query.person": f'(email: "{NORA}")', "Query.me": '(source: "local")'}
SAID = {"AddShareInput": ["dashboardId"], "ReplaceDatasourceInput": ["source"]}  # one of two
# What undoing demands besides depends on what is undone; see `undoOperation` in test_undoing.
Ways = list[frozenset[str]]


def ways(directives: tuple[DirectiveNode, ...] | None) -> Ways:
    """The sets of scopes of which one is demanded; one empty set where none is."""
    for directive in directives or ():
        if directive.name.value == "requiresScopes":
            [argument] = directive.arguments
            return [frozenset(scope.value for scope in way.values) for way in argument.value.values]
    return [frozenset()]


TYPES: dict[str, Ways] = {}
FIELDS: dict[str, Ways] = {}
ROOTS: dict[str, list[str]] = {"Query": [], "Mutation": [], "Subscription": []}
for node in parse(sdl()).definitions:
    if hasattr(node, "fields") and hasattr(node, "directives"):
        TYPES[node.name.value] = ways(node.directives)
        for field in node.fields:
            FIELDS[f"{node.name.value}.{field.name.value}"] = ways(field.directives)
            if node.name.value in ROOTS:
                ROOTS[node.name.value] += [directive.name.value for directive in field.directives or ()]


@dataclass(frozen=True)
class Way:
    """How a query comes to a type: the fields, each with the type that it stands on and is looked at as."""

    names: tuple[str, ...]
    before: str
    after: str
    demands: frozenset[str]


def demanded(owner: str, name: str, kind: str) -> frozenset[str]:
    """What a field that answers with this type demands."""
    [of_field], [of_type] = FIELDS[f"{owner}.{name}"], TYPES.get(kind, [frozenset()])
    return of_field | of_type


def reached() -> dict[str, Way]:
    """A way to each type that a query comes to without knowing an id."""
    found = {"Query": Way((), "{", "}", frozenset())}
    queue = deque(["Query"])
    while queue:
        owner = queue.popleft()
        way = found[owner]
        for name, field in askable(owner):
            kind = get_named_type(field.type)
            several = GRAPH.get_possible_types(kind) if is_abstract_type(kind) else [kind]
            for one in several:
                if isinstance(one, GraphQLObjectType) and one.name not in found and not one.name.startswith("_"):
                    arguments = GIVEN.get(f"{owner}.{name}", "(first: 3)" if "first" in field.args else "")
                    found[one.name] = Way(
                        (*way.names, name),
                        f"{way.before} {name}{arguments} {{ ... on {one.name} {{",
                        "} }" + way.after,
                        way.demands | demanded(owner, name, one.name),
                    )
                    queue.append(one.name)
    return found


def askable(owner: str) -> Iterator[tuple[str, GraphQLField]]:
    kind = GRAPH.type_map[owner]
    assert isinstance(kind, GraphQLObjectType)
    for name, field in kind.fields.items():
        needed = any(is_required_argument(argument) for argument in field.args.values())
        if not name.startswith("_") and (not needed or f"{owner}.{name}" in GIVEN):
            yield name, field


def selection(owner: str) -> str:
    return " ".join(
        name + GIVEN.get(f"{owner}.{name}", "") + " { __typename }" * is_composite_type(get_named_type(field.type))
        for name, field in askable(owner)
    )


@pytest.fixture(scope="module")
async def graph(stores: Stores) -> AsyncIterator[Asking]:
    async with asking(await stores.fresh("demo")) as found:
        nora = await everything(found)
        [edge] = (await found.data(nora, "{ dashboards(first: 1) { edges { node { id } } } }"))["dashboards"]["edges"]
        delete = "mutation($id: ID!) { deleteDashboard(input: {dashboardId: $id}) { errors { message } } }"
        await found.data(nora, delete, id=edge["node"]["id"])  # for the trash and the trail
        yield found


async def everything(graph: Asking) -> Viewer:
    return (await graph.viewer(NORA)).within(Reach.ALL)


def lacking(viewer: Viewer, scope: str) -> Viewer:
    return replace(viewer, scopes=EVERYTHING - {TokenScope(scope)})


@once
async def test_every_field_demands_what_is_printed_and_nothing_more(graph: Asking) -> None:
    nora = await everything(graph)
    wrong, empty = [], []
    for owner, way in reached().items():
        query = f"{way.before} {selection(owner)} {way.after}"
        of_fields = {
            name: demanded(owner, name, get_named_type(field.type).name) - way.demands for name, field in askable(owner)
        }
        printed = way.demands.union(*of_fields.values())
        answer = await graph.answer(replace(nora, scopes=frozenset(map(TokenScope, printed))), query)
        if any(error["extensions"]["code"] == "FORBIDDEN" for error in answer.get("errors", ())):
            wrong.append(f"{owner}: more than {sorted(printed)}: {answer['errors'][0]}")
        if not held(answer["data"], way.names):
            empty.append(owner)
            continue
        for scope in printed:
            refused = {
                tuple(part for part in error["path"] if isinstance(part, str))
                for error in (await graph.answer(lacking(nora, scope), query)).get("errors", ())
                if error["extensions"].get("scope") == scope
            }
            if scope in way.demands:
                if not refused or any(path[: len(way.names)] != path for path in refused):
                    wrong.append(f"{owner}: refused at {refused} without {scope}")
            elif (names := {path[len(way.names)] for path in refused}) != {
                name for name, scopes in of_fields.items() if scope in scopes
            }:
                wrong.append(f"{owner}: refused {names} without {scope}")

    assert wrong == []
    looked_at = {"Dashboard", "Widget", "User", "Group", "Folder", "Access", "AccessPath", "Person", "Operation"}
    assert sorted(looked_at & set(empty)) == []


def held(data: Any, names: tuple[str, ...]) -> bool:
    """Whether anything stands at the end of this way."""
    for place, name in enumerate(names):
        if isinstance(data, list):
            return any(held(one, names[place:]) for one in data)
        data = data.get(name) if isinstance(data, dict) else None
    return any(data) if isinstance(data, list) else bool(data)


def made_up(name: str, kind: Any) -> Any:
    """A value of an input that says nothing."""
    if isinstance(kind, GraphQLNonNull):
        return made_up(name, kind.of_type)
    if isinstance(kind, GraphQLList):
        return [made_up(name, kind.of_type)]
    if isinstance(kind, GraphQLInputObjectType):
        names = [key for key, field in kind.fields.items() if is_required_input_field(field)]
        names += list(kind.fields)[:1] if kind.is_one_of else SAID.get(kind.name, [])
        found = {key: made_up(key, kind.fields[key].type) for key in names}
        return {**found, "dryRun": True} if "dryRun" in kind.fields else found
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    by_name = {"ID": global_id(Kind.DASHBOARD, "none"), "Boolean": True, "Int": 1, "Float": 1.0, "JSON": {}}
    return "local" if name in {"source", "toSource", "into"} else by_name.get(kind.name, "x@x.example")


MUTATIONS = list(GRAPH.type_map["Mutation"].fields)


@once
@pytest.mark.parametrize("name", MUTATIONS)
async def test_every_mutation_demands_what_is_printed(graph: Asking, name: str) -> None:
    field = GRAPH.type_map["Mutation"].fields[name]
    payload = get_named_type(field.type)
    selected = "errors { message }" if "errors" in payload.fields else "results { errors { message } }"
    query = f"mutation($input: {field.args['input'].type}) {{ {name}(input: $input) {{ {selected} }} }}"
    given = made_up("input", field.args["input"].type)
    nora = await everything(graph)

    if name == "updateUser":
        given["userId"] = nora.user.encode()

    async def refused(scopes: Any) -> list[str]:
        answer = json.dumps(
            await graph.answer(replace(nora, scopes=frozenset(map(TokenScope, scopes))), query, input=given)
        )
        return [str(scope) for scope in TokenScope if f"lacks the scope {scope};" in answer]

    printed = FIELDS[f"Mutation.{name}"]
    assert all(printed), "each mutation demands something"
    for scope in frozenset.intersection(*printed):
        assert await refused(EVERYTHING - {TokenScope(scope)}) == [scope]
    for way in printed:
        assert await refused(way) == []


@once
async def test_what_was_changed_is_shown_to_tokens_that_may_read_it(graph: Asking) -> None:
    nora = await everything(graph)
    [edge] = (await graph.data(nora, "{ dashboards(first: 1) { edges { node { id } } } }"))["dashboards"]["edges"]
    change = """mutation($id: ID!) { updateDashboard(input: {dashboardId: $id, dryRun: true}) {
        dashboard { title } errors { message } } }"""
    blind = replace(nora, scopes=frozenset({TokenScope.DASHBOARDS_WRITE, TokenScope.ADMIN_WRITE}))

    told, shown = [await graph.answer(one, change, id=edge["node"]["id"]) for one in (blind, nora)]

    assert told["data"]["updateDashboard"] == {"dashboard": None, "errors": []}
    assert [error["extensions"]["scope"] for error in told["errors"]] == ["dashboards:read"]
    assert shown["data"]["updateDashboard"]["dashboard"]["title"]


def test_whoever_is_not_signed_in_is_shown_nothing() -> None:
    """Each root field says so: by its scopes, or where it demands none by `@authenticated`."""
    for root, directives in ROOTS.items():
        kind = GRAPH.type_map[root]
        said = [name for name in directives if name in {"authenticated", "requiresScopes"}]
        assert len(said) == len([name for name in kind.fields if not name.startswith("_")]) + (
            root == "Query"
        )  # and `_service`


def test_what_is_for_administrators_and_what_changes_things_is_tagged() -> None:
    text = sdl()
    assert text.count('@tag(name: "write")') == len(MUTATIONS)
    assert text.count('@tag(name: "admin")') == len(
        [
            way
            for name, way in FIELDS.items()
            if name.startswith("Mutation.") and "users:admin" in frozenset.intersection(*way)
        ]
    )


def test_no_interface_demands_anything() -> None:
    """Composers refuse it there and derive it from the types."""
    assert not [
        name
        for name, kind in GRAPH.type_map.items()
        if is_abstract_type(kind) and not isinstance(kind, GraphQLUnionType) and TYPES[name] != [frozenset()]
    ]
