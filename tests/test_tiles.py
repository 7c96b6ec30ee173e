"""The widgets of a dashboard as they come, over the subscription `dashboardTiles`."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import SourceUnavailable, Unauthenticated
from dashgraph.domain.tiles import TileFailed, TileReady, TilesBegun, TilesDone
from dashgraph.domain.viewers import Viewer
from dashgraph.graph.execution import Operation
from live_small import SALES, Small, as_, beside, i, small_south, small_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Asking]:
    async with small_store(tmp_path) as found:
        yield found


@pytest.fixture
def south() -> Small:
    return small_south()


TILES = """subscription($id: ID!, $scope: Scope! = VISIBLE) { dashboardTiles(dashboardId: $id, scope: $scope) {
    __typename ... on TilesBegun { total dashboard { title myPermission { role } } }
    ... on TileReady { order widget { title dashboard { title } } }
    ... on TileFailed { widgetId message } ... on TilesDone { count } } }"""


async def followed(graph: Asking, who: Sequence[Viewer | None], **variables: Any) -> list[dict[str, Any]]:
    """The answers. `who` is the viewer at each look at the token; the last for ever, None for nobody any more."""
    turns = list(who)

    async def asked() -> Viewer:
        viewer = turns.pop(0) if len(turns) > 1 else turns[0]
        if viewer is None:
            message = "Sign in."
            raise Unauthenticated(message)
        return viewer

    answers = graph.world.executor.answers(Operation(TILES, variables), asked)
    return [answer.payload async for answer in answers]


def events(answers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [answer["data"]["dashboardTiles"] for answer in answers]


async def test_tiles_come_as_the_source_makes_them_ready(store: Asking, south: Small) -> None:
    board, [first, second] = south.held[Kind.DASHBOARD][0], south.held[Kind.WIDGET]
    south.stream = [
        TilesBegun(board, 2), TileReady(second, 0), TileFailed("sales-a", "It took too long."), TilesDone(1),
    ]  # fmt: skip
    graph = beside(store, south.source())

    found = events(await followed(graph, [await as_(graph, "ann")], **SALES))

    assert found == [
        {"__typename": "TilesBegun", "total": 2,
         "dashboard": {"title": "a: sales", "myPermission": {"role": "OWNER"}}},
        {"__typename": "TileReady", "order": 0, "widget": {"title": "b", "dashboard": {"title": "a: sales"}}},
        {"__typename": "TileFailed", "widgetId": first.id.encode(), "message": "It took too long."},
        {"__typename": "TilesDone", "count": 1},
    ]  # fmt: skip


async def test_a_stream_that_breaks_off_says_so_and_ends(store: Asking, south: Small) -> None:
    board = south.held[Kind.DASHBOARD][0]
    south.stream = [TilesBegun(board, None), SourceUnavailable("south fell silent.", source="south"), TilesDone(0)]
    graph = beside(store, south.source())

    begun, failed = events(await followed(graph, [await as_(graph, "ann")], **SALES))

    assert begun["total"] is None
    assert failed == {"__typename": "TileFailed", "widgetId": None, "message": "south fell silent."}
    assert south.asked.count("tiles of sales") == 1


async def test_a_stream_that_never_began_is_an_error(store: Asking, south: Small) -> None:
    south.stream, south.silent = [], True
    graph = beside(store, south.source())

    [answer] = await followed(graph, [await as_(graph, "ann")], **SALES)

    assert answer["errors"][0]["extensions"]["code"] == "SOURCE_UNAVAILABLE"


async def test_without_a_stream_the_widgets_come_in_one_go(store: Asking, south: Small) -> None:
    company = Company(store.world.database)
    await company.dashboard("big", "ann", tiles=tuple(f"w{number:03}" for number in range(120)))
    graph = beside(store, south.source())
    ann = await as_(graph, "ann")

    elsewhere = events(await followed(graph, [ann], **SALES))
    [begun, *ready, done] = events(await followed(graph, [ann], id=global_id(Kind.DASHBOARD, "big")))

    assert [event["__typename"] for event in elsewhere] == ["TilesBegun", "TileReady", "TileReady", "TilesDone"]
    assert (begun["total"], done["count"]) == (120, 120)
    assert [event["order"] for event in ready] == list(range(120))
    assert [event["widget"]["title"] for event in ready] == [f"w{number:03}" for number in range(120)]


@pytest.mark.parametrize("streaming", [True, False])
async def test_tiles_of_what_is_hidden_or_absent_look_the_same(store: Asking, south: Small, streaming: bool) -> None:
    south.stream = [TilesBegun(south.held[Kind.DASHBOARD][0], 0)] if streaming else None
    graph = beside(store, south.source())
    ben, boss = await as_(graph, "ben"), await as_(graph, "boss")
    absent = [i(Kind.DASHBOARD, "none"), i(Kind.USER, "ann"), global_id(Kind.DASHBOARD, "x", "west")]

    hidden = await followed(graph, [ben], **SALES)
    others = [await followed(graph, [ben], id=one) for one in absent]

    assert others == [hidden] * 3
    assert [error["extensions"]["code"] for answer in hidden for error in answer["errors"]] == ["NOT_FOUND"]
    assert "tiles of sales" not in south.asked
    assert events(await followed(graph, [boss], **SALES, scope="ALL"))[0]["__typename"] == "TilesBegun"


async def test_a_token_that_ends_ends_the_stream(store: Asking, south: Small) -> None:
    graph = beside(store, south.source())
    ann = await as_(graph, "ann")

    *before, last = await followed(graph, [ann, ann, ann, ann, None], **SALES)  # asked twice before it begins

    assert [event["__typename"] for event in events(before)] == ["TilesBegun", "TileReady"]
    assert last["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
