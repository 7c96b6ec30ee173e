"""One graph over five sources: what it answers, for how many calls upstream, and what one of them dead costs."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from conftest import Stores
from dashgraph.app.fakes.kit import Wrong
from dashgraph.domain.text import fold
from five import Five, five

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

LIVE = ("sisense", "lightdash", "holistics", "posthog")

EVERYTHING = """
query($after: String) {
  dashboards(first: 100, after: $after, scope: ALL) {
    totalCount
    edges { node { id title source { name } owner { email } } }
    pageInfo { hasNextPage endCursor }
    sourceErrors { source code message }
  }
}
"""


@pytest.fixture
async def world(stores: Stores) -> AsyncIterator[Five]:
    async with five(stores) as found:
        yield found


async def everything(world: Five) -> tuple[list[dict], list[dict]]:
    """All dashboards of all sources, in pages, and the errors that came with them."""
    viewer = await world.admin()
    edges, errors, after = [], [], None
    while True:
        answer = await world.asking.answer(viewer, EVERYTHING, after=after)
        found = answer["data"]["dashboards"]
        edges += [edge["node"] for edge in found["edges"]]
        errors += answer.get("errors", [])
        after = found["pageInfo"]["endCursor"]
        if not found["edges"] or not found["pageInfo"]["hasNextPage"] or len(edges) >= 1000:
            return edges, errors


async def test_five_sources_are_one_list(world: Five) -> None:
    nodes, errors = await everything(world)

    assert not errors
    assert {node["source"]["name"] for node in nodes} == {"local", *LIVE}
    assert len({node["id"] for node in nodes}) == len(nodes)
    titles = [fold(node["title"]) for node in nodes]
    assert titles == sorted(titles)
    total = (await world.asking.data(await world.admin(), EVERYTHING))["dashboards"]["totalCount"]
    assert total == len(nodes)
    for name in ("local", *LIVE):
        alone = "query($s: [String!]) { dashboards(scope: ALL, sources: $s) { totalCount } }"
        [one] = [(await world.asking.data(await world.admin(), alone, s=[name]))["dashboards"]["totalCount"]]
        assert one == sum(node["source"]["name"] == name for node in nodes)


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        # the whole of each list, which no system sorts as all do together
        (
            "{ dashboards(first: 20, scope: ALL) { edges { node { title } } } }",
            {"sisense": 1, "lightdash": 2, "holistics": 1, "posthog": 4},
        ),
        # PostHog and Sisense tell the owner with the list, and users by one question
        (
            "{ dashboards(first: 20, scope: ALL) { totalCount edges { node { title owner { email } } } } }",
            {"sisense": 2, "lightdash": 2, "holistics": 2, "posthog": 5},
        ),
        # in PostHog who may enter each of its two projects is a group too
        (
            "{ users(first: 100, scope: ALL) { edges { node { groups(first: 5) { edges { node { name } } } } } } }",
            {"sisense": 2, "lightdash": 2, "holistics": 2, "posthog": 8},
        ),
        # by their ids: nobody else is asked
        ('{ node(id: "bG9jYWw6VXNlcjoxMjM") { id } }', dict.fromkeys(LIVE, 0)),
    ],
)
async def test_each_source_is_asked_as_little_as_it_allows(world: Five, query: str, calls: dict[str, int]) -> None:
    viewer = await world.admin()

    answer = await world.asking.answer(viewer, query)

    assert "errors" not in answer, answer["errors"]
    assert world.calls() == calls
    told = {one["source"]: one["calls"] for one in answer.get("extensions", {}).get("upstream", [])}
    assert told == {name: number for name, number in calls.items() if number}


async def test_what_an_answer_cost_is_told_to_administrators_alone(world: Five) -> None:
    viewer = await world.asking.viewer("zoe.vanderlinden@tallgrass.example")

    answer = await world.asking.answer(viewer, "{ dashboards { edges { node { source { name } } } } }")

    assert {edge["node"]["source"]["name"] for edge in answer["data"]["dashboards"]["edges"]} > {"local"}
    assert "extensions" not in answer


@pytest.mark.parametrize("slow", LIVE)
async def test_a_silent_source_costs_its_deadline_and_the_others_answer(stores: Stores, slow: str) -> None:
    async with five(stores, own={slow: {"deadline": 0.3}}) as world:
        never = asyncio.Event()
        world.fakes[slow].board.switch_on(Wrong.DELAY, until=never)

        async with asyncio.timeout(10):
            answer = await world.asking.answer(await world.admin(), EVERYTHING, after=None)

        never.set()
        found = answer["data"]["dashboards"]
        assert [one["source"] for one in found["sourceErrors"]] == [slow]
        assert {edge["node"]["source"]["name"] for edge in found["edges"]} == {"local", *LIVE} - {slow}
        assert "did not answer" in found["sourceErrors"][0]["message"]


async def test_whoever_needs_all_sources_can_say_so(world: Five) -> None:
    await world.kill("posthog")
    query = "{ dashboards(requireAllSources: true, scope: ALL) { edges { node { id } } } }"

    answer = await world.asking.answer(await world.admin(), query)

    assert answer["data"] == {"dashboards": None}
    assert [error["extensions"]["source"] for error in answer["errors"]] == ["posthog"]


@pytest.mark.parametrize("dead", LIVE)
async def test_a_dead_source_costs_its_own_nodes_and_is_named(world: Five, dead: str) -> None:
    whole, _ = await everything(world)
    await world.kill(dead)

    answer = await world.asking.answer(await world.admin(), EVERYTHING, after=None)
    found = answer["data"]["dashboards"]

    left = [node for node in whole if node["source"]["name"] != dead]
    got = [edge["node"] for edge in found["edges"]]
    assert got == left[: len(got)]
    assert len(got) == min(100, len(left))
    assert [one["source"] for one in found["sourceErrors"]] == [dead]
    assert found["totalCount"] is None
    assert found["pageInfo"]["hasNextPage"]
    assert {(error["path"][0], error["extensions"]["source"]) for error in answer["errors"]} == {("dashboards", dead)}
