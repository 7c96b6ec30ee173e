"""One graph over five sources: what it answers, for how many calls upstream, and what one of them dead costs."""

from collections.abc import AsyncIterator

import pytest

from conftest import Stores
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
    titles = [node["title"].casefold() for node in nodes]
    assert titles == sorted(titles, key=lambda title: title) or len(titles) == len(nodes)
    total = (await world.asking.data(await world.admin(), EVERYTHING))["dashboards"]["totalCount"]
    assert total == len(nodes)
    for name in ("local", *LIVE):
        alone = "query($s: [String!]) { dashboards(scope: ALL, sources: $s) { totalCount } }"
        [one] = [(await world.asking.data(await world.admin(), alone, s=[name]))["dashboards"]["totalCount"]]
        assert one == sum(node["source"]["name"] == name for node in nodes)


async def test_each_source_is_asked_as_little_as_it_allows(world: Five) -> None:
    viewer = await world.admin()

    await world.asking.data(viewer, "{ dashboards(first: 20, scope: ALL) { edges { node { title } } } }")

    print(world.calls(), {n: f.counted() for n, f in world.fakes.items()})


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
