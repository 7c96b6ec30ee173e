"""The rules of Relay - ids, nodes, connections, page info - over the whole schema."""

import re
from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_introspection_type,
)

from conftest import Asking
from dashgraph.domain.nodes import FETCHED_BY
from test_schema import ROOT

GRAPH = build_schema((ROOT / "schema.graphql").read_text(), assume_valid_sdl=True)
# What names a part of something: it leads nowhere by itself, and says so. Targets have such ids too.
OTHER_IDS = {"PublicLinkPassword", "RecordChange", "Tab", "TransferPlan"}
PAGING = {"first": "Int", "after": "String", "last": "Int", "before": "String"}


def composed() -> Iterator[GraphQLObjectType | GraphQLInterfaceType]:
    for found in GRAPH.type_map.values():
        if isinstance(found, GraphQLObjectType | GraphQLInterfaceType) and not is_introspection_type(found):
            yield found


def fields() -> Iterator[tuple[str, GraphQLField]]:
    for owner in composed():
        yield from ((f"{owner.name}.{name}", field) for name, field in owner.fields.items())


def named(suffix: str) -> list[GraphQLObjectType]:
    """The types with this ending, all of which are objects."""
    found: list[GraphQLNamedType] = [one for name, one in GRAPH.type_map.items() if name.endswith(suffix)]
    assert all(isinstance(one, GraphQLObjectType) for one in found)
    return [one for one in found if isinstance(one, GraphQLObjectType)]


def test_a_node_has_an_id_and_whatever_has_a_global_id_is_a_node() -> None:
    node = GRAPH.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert {name: str(field.type) for name, field in node.fields.items()} == {"id": "ID!"}
    nodes = {found.name for found in composed() if node in (found, *found.interfaces)}
    ids = {found.name: found.fields["id"].description or "" for found in composed() if "id" in found.fields}
    assert {name for name, text in ids.items() if text.startswith("The global id")} == nodes
    assert {name for name in ids if not name.endswith("Target")} - nodes == OTHER_IDS
    assert {kind.value for kind in FETCHED_BY} == {found.name for found in GRAPH.get_possible_types(node)}


def test_nodes_are_fetched_by_their_ids_and_may_be_gone() -> None:
    query = GRAPH.query_type
    assert query
    assert str(query.fields["node"].type) == "Node"
    assert str(query.fields["node"].args["id"].type) == "ID!"
    assert str(query.fields["nodes"].type) == "[Node]!"
    assert str(query.fields["nodes"].args["ids"].type) == "[ID!]!"


def test_a_page_says_where_it_stands() -> None:
    [info] = named("PageInfo")
    assert {name: str(field.type) for name, field in info.fields.items()} == {
        "hasNextPage": "Boolean!",
        "hasPreviousPage": "Boolean!",
        "startCursor": "String",
        "endCursor": "String",
    }


@pytest.mark.parametrize("connection", named("Connection"), ids=str)
def test_a_connection_has_edges_with_cursors(connection: GraphQLObjectType) -> None:
    assert str(connection.fields["pageInfo"].type) == "PageInfo!"
    edges = get_nullable_type(connection.fields["edges"].type)
    assert isinstance(edges, GraphQLList)
    edge = get_named_type(edges)
    assert isinstance(edge, GraphQLObjectType)
    assert edge.name == connection.name.removesuffix("Connection") + "Edge"
    assert str(edge.fields["cursor"].type) == "String!"
    assert not isinstance(get_nullable_type(edge.fields["node"].type), GraphQLList)


def test_whatever_leads_to_a_connection_can_be_paged_from_both_ends() -> None:
    """Its arguments may all be left out; and it is null when the system that it crosses into is silent."""
    leading = {name: field for name, field in fields() if get_named_type(field.type).name.endswith("Connection")}
    assert len(leading) > 20
    for name, field in leading.items():
        paging = {key: str(argument.type) for key, argument in field.args.items() if key in PAGING}
        assert paging == PAGING, name
        assert not isinstance(field.type, GraphQLNonNull | GraphQLList), name


def test_connections_edges_and_page_info_are_nothing_else() -> None:
    edges = {get_named_type(found.fields["edges"].type).name for found in named("Connection")}
    assert edges == {found.name for found in named("Edge")}
    for name, field in fields():
        kind = get_named_type(field.type).name
        if kind.endswith("Edge"):
            assert re.search(r"Connection\.edges$", name), name
        if kind == "PageInfo":
            assert re.search(r"Connection\.pageInfo$", name), name


async def test_an_id_leads_back_to_what_had_it(demo: Asking) -> None:
    admin = await demo.viewer("nora@tallgrass.example")
    found = await demo.data(
        admin,
        """{
          dashboards(first: 2) { edges { node { __typename id
            owner { __typename id } widgets(first: 1) { edges { node { __typename id } } }
            shares(first: 1) { edges { node { __typename id } } }
            versions(first: 1) { edges { node { __typename id } } } } } }
          groups(first: 1) { edges { node { __typename id } } }
          folders(first: 1, scope: ALL) { edges { node { __typename id } } }
        }""",
    )
    seen: dict[str, str] = {}
    waiting = [found]
    while waiting:
        value = waiting.pop()
        waiting += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        if isinstance(value, dict) and "id" in value:
            seen[value["id"]] = value["__typename"]

    again = "query($ids: [ID!]!) { nodes(ids: $ids, scope: ALL) { __typename id } }"
    nodes = (await demo.data(admin, again, ids=list(seen)))["nodes"]

    assert {node["id"]: node["__typename"] for node in nodes} == seen
    assert set(seen.values()) >= {"Dashboard", "User", "Widget", "Share", "DashboardVersion", "Group", "Folder"}
