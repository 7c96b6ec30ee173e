"""The plan answers as the reference path does, whatever is asked: data in the same order of keys, the same errors.

DASHGRAPH_DIFFERENTIAL_MINUTES=60 has it try for an hour.
"""

import asyncio
import itertools
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from conftest import Asking, Stores, asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import SourceUnavailable
from dashgraph.domain.promotion import PROMOTION_DIFF
from dashgraph.domain.public_links import PUBLIC_LINK
from dashgraph.domain.viewers import TokenScope, Viewer
from dashgraph.graph.execution import Executor, Operation
from dashgraph.graph.schema import schema
from live_small import DIFF, LINK, Small, beside, small_south
from operations import Maker, Offered

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

MINUTES = float(os.environ.get("DASHGRAPH_DIFFERENTIAL_MINUTES", "0"))
EXAMPLES = 300  # of a round
POOL = """{
  dashboards(first: 8, scope: ALL) { edges { cursor node { __typename id
    widgets(first: 2) { edges { cursor node { __typename id } } }
    shares(first: 2) { edges { cursor node { __typename id } } }
    versions(first: 2) { edges { cursor node { __typename id } } } } } }
  users(first: 8) { edges { cursor node { __typename id email } } }
  groups(first: 4) { edges { cursor node { __typename id } } }
  folders(first: 4, scope: ALL) { edges { cursor node { __typename id } } }
  projects(first: 2) { edges { cursor node { __typename id } } }
  sources { name }
}"""
QUESTIONS = ["status", "memberships", PUBLIC_LINK.name, PROMOTION_DIFF.name, *(str(kind.value) for kind in Kind)]
SCHEMA = schema._schema
ROWS = " AS a1"  # in statements that are answered by rows


@dataclass
class Failing(Small):
    """Does not answer these questions."""

    failing: frozenset[str] = frozenset()

    async def _ask(self, question: str) -> None:
        await super()._ask(question)
        if question in self.failing:
            message = f"{self.name} does not answer this."
            raise SourceUnavailable(message, source=self.name)


@dataclass
class Both:
    """One world asked by both paths."""

    runner: asyncio.Runner
    planned: Executor
    reference: Executor
    south: Failing
    viewers: Sequence[Viewer]
    offered: Offered
    statements: Sequence[str]

    def answers(self, operation: Operation, viewer: Viewer) -> tuple[dict[str, Any], dict[str, Any]]:
        async def ask() -> tuple[dict[str, Any], dict[str, Any]]:
            return (await self.planned.run(operation, viewer)).payload, (
                await self.reference.run(operation, viewer)
            ).payload

        return self.runner.run(ask())


@contextmanager
def worlds(stores: Stores) -> Iterator[tuple[Both, Both]]:
    """The store beside another source, so that its answers are merged, and alone, so that it answers by rows."""
    with asyncio.Runner() as runner:
        opening = asking(runner.run(stores.fresh("demo")))
        store = runner.run(opening.__aenter__())
        try:
            yield runner.run(_both(runner, store, alone=False)), runner.run(_both(runner, store, alone=True))
        finally:
            runner.run(opening.__aexit__(None, None, None))


async def _both(runner: asyncio.Runner, store: Asking, *, alone: bool) -> Both:
    small = small_south()
    south = Failing(**{name: getattr(small, name) for name in small.__dataclass_fields__})
    south.unable = {"removeShare": "nothing is changed here"}
    admin = await store.viewer("nora@tallgrass.example")
    south.user("nora", "NORA@tallgrass.example")
    south.things[PUBLIC_LINK.name]["sales"] = LINK
    south.things[PROMOTION_DIFF.name]["sales"] = DIFF
    south.comment("sales", "c1", "Why?")
    graph = store if alone else beside(store, south.source())
    world = graph.world
    parts = (world.reading, world.changing, world.passwords, world.watching, world.bulk)
    pool = await graph.data(admin, POOL)
    users = [edge["node"]["email"] for edge in pool["users"]["edges"]]
    others = [await store.viewer(email) for email in users[1:4] if email.endswith("tallgrass.example")]
    narrow = replace(others[0], scopes=frozenset({TokenScope.DASHBOARDS_READ}))
    offered = Offered(
        ids=_ids(pool),
        cursors=_cursors(pool),
        sources=[one["name"] for one in pool["sources"]],
        lists=["SearchConnection", "Node", "Person", "_Entity", "Viewer", *_ids(pool), *_cursors(pool)],
        emails=[admin.email or "", *users],
        texts=["sales", "a", "", "Nordic", "ü"],
    )
    viewers = [admin, admin, *others, narrow]
    return Both(runner, Executor(*parts), Executor(*parts, plan=False), south, viewers, offered, store.statements)


def _ids(pool: Any) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in _nodes(pool):
        found.setdefault(node["__typename"], []).append(node["id"])
    return found


def _cursors(pool: Any) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for value in _objects(pool):
        if "cursor" in value:
            found.setdefault(f"{value['node']['__typename']}Connection", []).append(value["cursor"])
    return found


def _nodes(value: Any) -> Iterator[Any]:
    return (one for one in _objects(value) if "id" in one)


def _objects(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(part)


def _told(answer: Mapping[str, Any]) -> list[bytes]:
    """The errors, in an order that does not depend on who was first."""
    return sorted(orjson.dumps(error, option=orjson.OPT_SORT_KEYS) for error in answer.get("errors", ()))


def test_both_paths_answer_the_same(stores: Stores) -> None:
    until = time.monotonic() + MINUTES * 60
    seen: Counter[str] = Counter()
    with worlds(stores) as pairs:
        pair = pairs[0]

        @settings(
            max_examples=EXAMPLES,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.data())
        def each(data: st.DataObject) -> None:
            made = Maker(data.draw, SCHEMA, pair.offered).operation()
            viewer = data.draw(st.sampled_from(pair.viewers))
            pair.south.silent = data.draw(st.integers(0, 9)) == 0
            failing = data.draw(st.booleans()) and data.draw(st.lists(st.sampled_from(QUESTIONS), max_size=2))
            pair.south.failing = frozenset(failing or ())
            assume(not validate(SCHEMA, parse(made.text)))

            planned, reference = pair.answers(Operation(made.text, made.variables, made.name), viewer)

            assert orjson.dumps(planned.get("data")) == orjson.dumps(reference.get("data"))
            assert _told(planned) == _told(reference)
            seen["errors" if "errors" in reference else "ok"] += 1

        for number in itertools.count():
            pair = pairs[number % len(pairs)]
            seed(number)(each)()
            if number + 1 >= len(pairs) and time.monotonic() >= until:
                break
        plans = [one.planned.plans for one in pairs if one.planned.plans is not None]
        assert [one.fallbacks["raised"] for one in plans] == [0, 0]
        assert sum(one.answered for one in plans) > seen["ok"] * 0.95
        assert any(ROWS in statement for statement in pair.statements)
