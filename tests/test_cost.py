"""What an operation costs before it is run: never less than it answers, said in the schema, asked for and refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse,
    validate,
)
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conftest import Asking, Stores, asking
from dashgraph.domain.problems import TooMuch
from dashgraph.domain.viewers import Viewer
from dashgraph.graph import prices
from dashgraph.graph.cost import Costs
from dashgraph.graph.limits import Limits
from dashgraph.graph.schema import schema
from dashgraph.store.demo import ADMIN_EMAIL

SCHEMA = schema._schema
COSTS = Costs(SCHEMA)
MOST = 30_000  # of an operation that is run here, so that the tests are quick


@pytest.fixture(scope="module")
async def company(stores: Stores) -> AsyncIterator[tuple[Asking, Viewer, dict[str, list[str]]]]:
    """The demo company, its administrator, and ids of things of every type."""
    async with asking(await stores.fresh("demo")) as found:
        admin = await found.viewer(ADMIN_EMAIL)
        ids = {}
        for name in (
            "dashboards",
            "widgets",
            "users",
            "groups",
            "folders",
            "schedules",
            "alerts",
            "jobs",
            "operations",
        ):
            page = (await found.data(admin, f"{{ {name}(first: 5, scope: ALL) {{ edges {{ node {{ id }} }} }} }}"))[
                name
            ]
            ids[name.removesuffix("s")] = [edge["node"]["id"] for edge in page["edges"]]
        yield found, admin, ids


def cost(query: str, **variables: Any) -> int:
    document = parse(query)
    assert validate(SCHEMA, document) == []
    return COSTS.of(document, operation_of(document), variables)


def operation_of(document: DocumentNode) -> OperationDefinitionNode:
    return next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))


PAGE = "edges { node { id } }"
CHARGED = {
    "one object": ("{ viewer { user { id displayName } } }", {}, 2),
    "a page that is not said": (f"{{ users {{ {PAGE} }} }}", {}, 1 + 20 * 2),
    "a page that is said": (f"{{ users(first: 3) {{ {PAGE} }} }}", {}, 1 + 3 * 2),
    "a page from the end": (f"{{ users(last: 4) {{ {PAGE} }} }}", {}, 1 + 4 * 2),
    "a page of a variable": (f"query($n: Int) {{ users(first: $n) {{ {PAGE} }} }}", {"n": 7}, 1 + 7 * 2),
    "a page of a variable's default": (f"query($n: Int = 6) {{ users(first: $n) {{ {PAGE} }} }}", {}, 1 + 6 * 2),
    "a page of no variable": (f"query($n: Int) {{ users(first: $n) {{ {PAGE} }} }}", {}, 1 + 20 * 2),
    "a page of null": (f"query($n: Int) {{ users(first: $n) {{ {PAGE} }} }}", {"n": None}, 1 + 20 * 2),
    "a page that will be refused": (f"query($n: Int) {{ users(first: $n) {{ {PAGE} }} }}", {"n": 10**9}, 1 + 100 * 2),
    "pages in pages": (f"{{ users(first: 3) {{ edges {{ node {{ groups {{ {PAGE} }} }} }} }} }}", {}, 1 + 3 * (2 + 41)),
    "a count alone": ("{ users(first: 100) { totalCount } }", {}, 1),
    "what asks a system": ("{ sources { status { health } } }", {}, 10 * (1 + 10 + 1)),
    "a mutation": ('mutation { cancelJob(input: {jobId: "x"}) { job { id } } }', {}, 10 + 1 + 1),
    "values by alias": ("{ viewer { user { a: id b: id id } } }", {}, 2 + 2),
    "what is left out": (f"{{ users @skip(if: true) {{ {PAGE} }} viewer @include(if: false) {{ scopes }} }}", {}, 0),
    "what a variable leaves out": (
        f"query($no: Boolean!) {{ users @include(if: $no) {{ {PAGE} }} viewer {{ scopes }} }}",
        {"no": False},
        1,
    ),
    "as many as are named": ('{ nodes(ids: ["a", "b"]) { id } }', {}, 2),
    "as many as a variable names": ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a"] * 5}, 5),
    "the dearest of several types": (
        f"""{{ node(id: "x") {{
            ... on User {{ groups(first: 5) {{ {PAGE} }} }} ... on Group {{ id }}
            ... on Dashboard {{ widgets(first: 2) {{ {PAGE} }} }} ... on Resource {{ source {{ name }} }}
        }} }}""",
        {},
        1 + 1 + 1 + 5 * 2,
    ),
    "fragments": (
        "{ viewer { user { ...A ...A } } } fragment A on User { ...B } fragment B on Resource { source { name } }",
        {},
        2 + 2,
    ),
    "introspection": ("{ __schema { types { name } } }", {}, 5000),
}


@pytest.mark.parametrize(("query", "variables", "expected"), CHARGED.values(), ids=CHARGED)
def test_it_costs_one_for_each_object_and_what_its_fields_are_weighed_with(
    query: str, variables: dict[str, Any], expected: int
) -> None:
    assert cost(query, **variables) == expected


def test_spreads_that_only_look_exponential_are_added_up_at_once() -> None:
    links = "".join(f"fragment A{n} on Folder {{ a: parent {{ ...A{n + 1} ...A{n + 1} }} }}" for n in range(20))
    query = f'{{ folder(id: "x") {{ ...A0 }} }} {links} fragment A20 on Folder {{ id }}'

    assert cost(query) == 2**20  # of 21 folders: what is selected twice is counted twice


def test_a_page_may_be_bounded_below_what_the_graph_can() -> None:
    document = parse("query($n: Int) { users(first: $n) { totalCount } }")
    narrow = Limits(page=30)

    assert COSTS.of(document, operation_of(document), {"n": 30}, narrow) == 1
    with pytest.raises(TooMuch, match="A page of 31 is asked for; at most 30 "):
        COSTS.of(document, operation_of(document), {"n": 31}, narrow)


def test_every_list_of_objects_has_a_size_and_every_price_a_field() -> None:
    fields = {
        f"{owner.name}.{name}": field
        for owner in SCHEMA.type_map.values()
        if isinstance(owner, GraphQLObjectType | GraphQLInterfaceType) and not owner.name.startswith("_")
        for name, field in owner.fields.items()
    }
    sized = {".".join(key) for key, price in prices.declared(SCHEMA).items() if price.size is not None}
    lists = {
        name
        for name, field in fields.items()
        if prices.is_list(field.type) and not is_leaf_type(get_named_type(field.type))
    }
    by_parent = {name for name in lists if name.endswith(("Connection.edges", "Payload.results"))}

    assert lists - by_parent - sized == set()
    assert {*prices.WEIGHTS, *prices.SIZES, *prices.SLICED} <= set(fields)
    for name, field in fields.items():
        if get_named_type(field.type).name.endswith("Connection"):
            assert {"first", "last"} <= set(field.args), name
            assert name in sized


def test_what_is_charged_is_printed() -> None:
    text = schema.as_str()

    assert '@listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["edges"], ' in text
    assert 'status: SourceStatus! @cost(weight: "10")' in text
    for (owner, name), price in prices.declared(SCHEMA).items():
        if price.weight:
            body = text.partition(f"\ntype {owner} ")[2] or text.partition(f"\ninterface {owner} ")[2]
            assert f'@cost(weight: "{price.weight}")' in body.partition("\n}\n")[0], f"{owner}.{name}"


ARGUMENTS = {"text": '"a"', "email": f'"{ADMIN_EMAIL}"', "source": '"local"'}
SKIPPED = {"Query.simulateRevoke"}  # needs a share of its own


@st.composite
def selections(draw: st.DrawFn, kind: GraphQLNamedType, ids: dict[str, list[str]], depth: int) -> str:
    """A selection on a type, of fields that come to an end."""
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        types = SCHEMA.get_possible_types(kind)
        chosen = draw(st.lists(st.sampled_from(types), min_size=1, max_size=3, unique_by=lambda one: one.name))
        parts = [f"... on {one.name} {{ {draw(selections(one, ids, depth))} }}" for one in chosen]
        return f"__typename {' '.join(parts)}"
    assert isinstance(kind, GraphQLObjectType)
    fields = {
        name: field
        for name, field in kind.fields.items()
        if not name.startswith("_")
        and f"{kind.name}.{name}" not in SKIPPED
        and (depth > 0 or is_leaf_type(get_named_type(field.type)))
        and str(get_named_type(field.type)) != "JSON"
    }
    parts = ["__typename"]
    for number, name in enumerate(
        draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=3)) if fields else ()
    ):
        below: Any = get_named_type(fields[name].type)
        asked = f"{name}{draw(arguments(name, fields[name].args, ids))}"
        if is_leaf_type(below):
            parts.append(asked)  # an alias would be charged for
        else:
            parts.append(f"a{depth}x{number}: {asked} {{ {draw(selections(below, ids, depth - 1))} }}")
    return " ".join(parts)


@st.composite
def arguments(draw: st.DrawFn, field: str, there: dict[str, Any], ids: dict[str, list[str]]) -> str:
    given = {}
    if "first" in there and draw(st.booleans()):
        given["first"] = str(draw(st.sampled_from([0, 1, 2, 5, 50, 100])))
    elif "last" in there and draw(st.booleans()):
        given["last"] = str(draw(st.sampled_from([0, 1, 3, 100])))
    if "scope" in there:
        given["scope"] = "ALL"
    everything = [one for some in ids.values() for one in some]
    for name, argument in there.items():
        if is_required_argument(argument):
            if name == "id":
                given[name] = f'"{draw(st.sampled_from(ids.get(field) or everything))}"'
            elif name == "ids":
                chosen = draw(st.lists(st.sampled_from(everything), max_size=5))
                given[name] = "[" + ", ".join(f'"{one}"' for one in chosen) + "]"
            else:
                given[name] = ARGUMENTS[name]
    return f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""


# What an operation costs does not depend on the database.
@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
@settings(max_examples=120, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
async def test_no_operation_answers_more_objects_than_it_costs(
    company: tuple[Asking, Viewer, dict[str, list[str]]], data: st.DataObject
) -> None:
    asking, admin, ids = company
    root = SCHEMA.query_type
    assert root is not None
    query = "{ " + data.draw(selections(root, ids, data.draw(st.integers(3, 8)))) + " }"
    document = parse(query)
    assume(not validate(SCHEMA, document))
    reckoned = COSTS.of(document, operation_of(document), {})
    assume(reckoned <= MOST)

    answer = await asking.answer(admin, query)

    assert objects(answer.get("data")) <= reckoned, query


def objects(value: object) -> int:
    """How many objects there are below the root of an answer."""
    return max(_objects(value) - 1, 0)


def _objects(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(_objects(part) for part in value.values())
    return sum(_objects(part) for part in value) if isinstance(value, list) else 0
