"""The plan: what it answers by itself, in how many questions, and what it leaves to the reference path."""

import asyncio
import gc
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from conftest import Asking
from dashgraph.app.http import encoded
from dashgraph.app.settings import Settings
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboards import DASHBOARD_DOCUMENT
from dashgraph.domain.ids import Kind
from dashgraph.domain.viewers import TokenScope
from dashgraph.graph.execution import Executor, Operation
from dashgraph.graph.limits import Limits
from dashgraph.graph.plan import compile as compiling
from dashgraph.graph.plan import plans as planning
from live_small import SALES, Small, as_, beside, i, small_south, small_store

SHARED = """query($with: Boolean = true) {
    dashboards(first: 50) { edges { node { ...Some title owner { ...Who } } } }
    dashboards(first: 50) { totalCount edges { cursor node { type widgets @include(if: $with) { edges { node {
        dashboard { title owner { ...Who } } } } } } } }
  }
  fragment Some on Dashboard { id ... on Resource { nativeId } owner { id } }
  fragment Who on User { displayName groups { edges { node { name } } } }"""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Asking]:
    async with small_store(tmp_path) as found:
        yield found


@pytest.fixture
def south() -> Small:
    return small_south()


@pytest.fixture
def graph(store: Asking, south: Small) -> Asking:
    return beside(store, south.source())


def reference(graph: Asking) -> Asking:
    """The same world without plans."""
    world = graph.world
    parts = (world.reading, world.changing, world.passwords, world.watching, world.bulk)
    return Asking(replace(world, executor=Executor(*parts, plan=False)), graph.statements)


def counted(graph: Asking) -> tuple[int, dict[str, int]]:
    """How many operations had a plan to their end, and why the others had not."""
    plans = graph.world.executor.plans
    assert plans is not None
    return plans.answered, dict(plans.fallbacks)


async def test_fields_merge_in_the_order_of_their_keys(graph: Asking) -> None:
    ann = await as_(graph, "ann")
    for given in ({}, {"with": False}, {"with": True}):
        planned = await graph.answer(ann, SHARED, **given)
        assert orjson.dumps(planned) == orjson.dumps(await reference(graph).answer(ann, SHARED, **given))
    assert list(planned["data"]["dashboards"]) == ["edges", "totalCount"]
    assert list(planned["data"]["dashboards"]["edges"][0]["node"]) == [
        "id", "nativeId", "owner", "title", "type", "widgets",
    ]  # fmt: skip
    assert counted(graph) == (3, {})


async def test_a_stage_asks_once_for_all_that_is_wanted_there(graph: Asking, south: Small) -> None:
    query = """{ dashboards { edges { node { owner { id } updatedBy { displayName }
        again: owner { displayName } widgets { edges { node { owner { email } } } } } } } }"""
    boss = await as_(graph, "boss")
    await graph.data(boss, query)
    planned = list(graph.statements)
    await reference(graph).data(boss, query)
    assert len(planned) <= len(graph.statements)
    assert counted(graph) == (1, {})


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("{ __schema { queryType { name } } viewer { scopes } }", "introspection"),
        ("mutation { __typename }", "mutation"),
        ('{ dashboard(id: "bG9jYWw6RGFzaGJvYXJkOm5vd2hlcmU") { title } }', "problem"),
        ('{ dashboards(after: "x") { totalCount } }', "problem"),
        ("query($first: Int = 101) { dashboards(first: $first) { totalCount } }", "problem"),
        ("query($on: Boolean = true) { viewer @include(if: $on) { scopes } }", "fields"),
        ("query($first: Int!) { dashboards(first: $first) { totalCount } }", "variables"),
    ],
)  # fmt: skip
async def test_what_a_plan_leaves_is_answered_all_the_same_and_counted(graph: Asking, query: str, why: str) -> None:
    ann, given = await as_(graph, "ann"), {"on": None} if "$on" in query else {}
    planned = await graph.answer(ann, query, **given)
    assert planned == await reference(graph).answer(ann, query, **given)
    assert counted(graph) == (0, {why: 1})


async def test_what_leads_nowhere_for_all_of_a_page_is_null(demo: Asking) -> None:
    nora = await demo.viewer("nora@tallgrass.example")
    query = "{ folders(filter: {parent: {isNull: true}}) { edges { node { name parent { name owner { id } } } } } }"
    planned = await demo.answer(nora, query)
    assert planned == await reference(demo).answer(nora, query)
    assert {edge["node"]["parent"] for edge in planned["data"]["folders"]["edges"]} == {None}
    assert counted(demo) == (1, {})


async def test_a_plan_has_a_largest_size(graph: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "MOST_FIELDS", 6)
    ann = await as_(graph, "ann")
    await graph.data(ann, "{ dashboards { edges { node { id title type slug } } } }")
    await graph.data(ann, "{ dashboards { edges { node { id title type } } } }")
    assert counted(graph) == (1, {"size": 1})


async def test_what_is_kept_of_plans_has_a_bound(graph: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "KEPT", 300)
    ann, plans = await as_(graph, "ann"), graph.world.executor.plans
    for number in range(50):
        await graph.data(ann, f"{{ a{number}: viewer {{ scopes }} }}")
    assert plans is not None
    assert plans.fields <= 300
    assert counted(graph) == (50, {})


async def test_a_source_that_is_silent_is_missing_and_told_with_the_path_to_its_list(
    graph: Asking, south: Small
) -> None:
    south.silent = True
    query = """{ boards: dashboards { sourceErrors { source code } pageInfo { hasNextPage startCursor }
        edges { node { title } } }
        person(email: "boss@x.example") { email dashboards { edges { node { title } } } } }"""
    boss = await as_(graph, "boss")
    planned = await graph.answer(boss, query)
    expected = await reference(graph).answer(boss, query)
    assert planned["data"] == expected["data"]
    assert planned["data"]["boards"]["sourceErrors"] == [{"source": "south", "code": "SOURCE_UNAVAILABLE"}]
    paths = [error["path"] for error in planned["errors"]]
    assert sorted(paths) == sorted(error["path"] for error in expected["errors"])
    assert sorted(paths) == [["boards"], ["person"], ["person", "dashboards"]]
    assert counted(graph) == (1, {})


async def test_a_token_without_the_scope_is_refused_where_it_is_asked(graph: Asking) -> None:
    ann = replace(await as_(graph, "ann"), scopes=frozenset({TokenScope.DASHBOARDS_READ}))
    query = "query($id: ID!) { dashboard(id: $id) { title shares { edges { node { rule user { id } } } } } }"
    planned = await graph.answer(ann, query, **SALES)
    assert planned == await reference(graph).answer(ann, query, **SALES)
    assert {error["extensions"]["code"] for error in planned["errors"]} == {"FORBIDDEN"}
    assert counted(graph) == (0, {"problem": 1})


async def test_a_list_is_refused_whatever_of_it_is_selected(graph: Asking) -> None:
    ann = replace(await as_(graph, "ann"), scopes=frozenset({TokenScope.USERS_READ}))
    query = "query($id: ID!) { user(id: $id) { displayName ownedDashboards { __typename } } }"
    planned = await graph.answer(ann, query, id=i(Kind.USER, "ann"))
    assert planned == await reference(graph).answer(ann, query, id=i(Kind.USER, "ann"))
    assert [error["extensions"]["code"] for error in planned["errors"]] == ["FORBIDDEN"]


async def test_a_null_where_none_may_be_takes_the_reference_path(graph: Asking, south: Small) -> None:
    south.held[Kind.DASHBOARD][0] = replace(south.held[Kind.DASHBOARD][0], title=None)
    query = "query($id: ID!) { viewer { scopes } dashboard(id: $id) { id title } }"
    ann = await as_(graph, "ann")
    planned = await graph.answer(ann, query, **SALES)
    assert planned["data"]["dashboard"] is None
    assert planned["data"]["viewer"]["scopes"]
    assert [error["path"] for error in planned["errors"]] == [["dashboard", "title"]]
    assert counted(graph) == (0, {"null": 1})


@pytest.mark.parametrize("odd", [2**70, "\ud800"])
async def test_what_the_fast_writer_refuses_is_written_by_the_other(graph: Asking, south: Small, odd: Any) -> None:
    south.things[DASHBOARD_DOCUMENT.name]["sales"] = Document.of({"title": "sales", "odd": [odd]})
    ann, asked = await as_(graph, "ann"), Operation("query($id: ID!) { dashboard(id: $id) { raw } }", SALES)
    planned = await graph.world.executor.run(asked, ann, written=True)
    assert planned.payload["data"]["dashboard"]["raw"]["odd"] == [odd]
    assert counted(graph) == (0, {"json": 1})


async def test_who_writes_json_gets_json(graph: Asking) -> None:
    ann, query = await as_(graph, "ann"), "{ dashboards { edges { node { title } } } }"
    written = (await graph.world.executor.run(Operation(query), ann, written=True)).payload
    assert isinstance(written["data"], orjson.Fragment)
    assert orjson.loads(encoded(written)) == await graph.answer(ann, query)
    odd = encoded({**written, "errors": [{"message": "\ud800"}]})
    assert orjson.loads(odd.replace(b"\\ud800", b"?"))["data"] == (await graph.answer(ann, query))["data"]


async def test_an_operation_that_takes_too_long_leaves_nothing_running(store: Asking, south: Small) -> None:
    never, begun, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    class Slow(Small):
        async def _ask(self, question: str) -> None:
            begun.set()
            try:
                await never.wait()
            finally:
                ended.set()

    graph = beside(store, Slow(**vars(south)).source())
    world = graph.world
    parts = (world.reading, world.changing, world.passwords, world.watching, world.bulk)
    before = asyncio.all_tasks()
    query = "query($id: ID!) { dashboard(id: $id) { tabs { name } folder { name } } dashboards { totalCount } }"
    asked = Operation(query, SALES)
    answer = await Executor(*parts, limits=Limits(seconds=0.2)).run(asked, await as_(graph, "ann"))
    assert answer.payload["data"] is None
    assert answer.payload["errors"][0]["extensions"]["code"] == "TIMEOUT"
    assert begun.is_set()
    await asyncio.wait_for(ended.wait(), 5)
    left = asyncio.all_tasks() - before
    assert not left or not (await asyncio.wait(left, timeout=5))[1]


def test_a_setting_turns_it_off() -> None:
    assert Settings().plan
    assert not Settings(plan=False).plan


async def test_a_value_at_many_places_is_the_same_at_each(graph: Asking) -> None:
    query = """query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on User { displayName } ... on Dashboard {
        owner { displayName } shares { edges { node { user { displayName sameAs { id } } } } } } } }"""
    ids = [i(Kind.USER, "ann"), i(Kind.DASHBOARD, "sales"), i(Kind.USER, "ann"), i(Kind.FOLDER, "nowhere")]
    ann = await as_(graph, "ann")
    planned = await graph.answer(ann, query, ids=ids)
    assert orjson.dumps(planned) == orjson.dumps(await reference(graph).answer(ann, query, ids=ids))
    assert planned["data"]["nodes"][0] == planned["data"]["nodes"][2] != planned["data"]["nodes"][3] is None
    assert counted(graph) == (1, {})


async def test_what_is_of_the_store_is_answered_by_rows_also_beside_other_sources(graph: Asking) -> None:
    ann = await as_(graph, "ann")
    query = """{ dashboards(first: 50, scope: VISIBLE) { edges { node { source { name }
        owner { displayName email } widgets { edges { cursor node { title type } } } } } } }"""
    planned = await graph.answer(ann, query)
    of_rows = [one for one in graph.statements if " AS a1" in one]

    assert planned == await reference(graph).answer(ann, query)
    assert len({one["node"]["source"]["name"] for one in planned["data"]["dashboards"]["edges"]}) > 1
    assert len(of_rows) == 2
    assert counted(graph) == (1, {})


@pytest.mark.parametrize("edges", ["edges { cursor }", "edges { __typename }", "totalCount", "pageInfo { endCursor }"])
async def test_a_page_is_answered_whatever_of_it_is_selected(graph: Asking, store: Asking, edges: str) -> None:
    query = f"{{ dashboards(first: 50) {{ {edges} edges {{ node {{ widgets {{ {edges} }} }} }} }} }}"
    for world in (graph, store):
        ann = await as_(world, "ann")
        assert await world.answer(ann, query) == await reference(world).answer(ann, query)
        assert counted(world) == (1, {})


@pytest.mark.parametrize("query", [SHARED, "{ dashboards(first: 5) { edges { node { access { totalCount } raw } } } }"])
async def test_an_answer_leaves_nothing_to_the_collector_of_garbage(graph: Asking, store: Asking, query: str) -> None:
    for world in (graph, store):
        ann = await as_(world, "ann")
        await world.data(ann, query)
        gc.collect()
        gc.disable()
        try:
            await world.data(ann, query)
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            left = {type(one) for one in gc.garbage}
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
        ours = ("dashgraph.graph.", "dashgraph.domain.")  # SQLAlchemy's statements are round
        assert not [one for one in left if one.__module__.startswith(ours)]
