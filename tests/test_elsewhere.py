"""Changes in systems elsewhere: written down before and after, done once, gone on with after a crash, undone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conftest import Stores
from dashgraph.app.fakes.kit import Wrong
from five import Five, five

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

LATER = timedelta(minutes=5)
FIRST = """
{
  dashboards(first: 1, scope: ALL, sources: ["sisense"]) {
    edges { node { id nativeId owner { id } shares(first: 100) { edges { node { id user { id } } } } } }
  }
  users(first: 100, sources: ["sisense"], filter: { active: true }) { edges { node { id email } } }
}
"""
SHARE = """
mutation($input: AddShareInput!) {
  addShare(input: $input) {
    share { id rule }
    errors { __typename code message }
    operation { id kind state error canBeUndone reasonAgainstUndoing madeIn { name } by { email } changes { noun } }
  }
}
"""
UNDO = """
mutation($id: ID!) {
  undoOperation(input: { operationId: $id }) {
    undone { id undoneBy { id } }
    errors { code message }
    operation { id kind state undoes { id } }
  }
}
"""
OPERATIONS = """
query($state: [OperationState!]) {
  operations(scope: ALL, filter: { source: ["sisense"], state: $state }) {
    edges { node { id kind state error idempotencyKey about { id } } }
  }
}
"""


@pytest.fixture
async def world(stores: Stores) -> AsyncIterator[Five]:
    async with five(stores) as found:
        yield found


class Sharing:
    """The first dashboard of the Sisense fake, and somebody whom it is not shared with."""

    def __init__(self, world: Five, found: Any) -> None:
        [edge] = found["dashboards"]["edges"]
        self.world = world
        self.node = edge["node"]
        taken = {self.node["owner"]["id"]} | {
            one["node"]["user"]["id"] for one in self.node["shares"]["edges"] if one["node"]["user"]
        }
        self.free = [edge["node"]["id"] for edge in found["users"]["edges"] if edge["node"]["id"] not in taken]

    async def add(self, user: str | None = None, **more: Any) -> Any:
        wanted = {"dashboardId": self.node["id"], "grant": {"subjectId": user or self.free[0]}, **more}
        return (await self.world.asking.data(await self.world.admin(), SHARE, input=wanted))["addShare"]

    async def shared(self) -> set[str]:
        """The ids of the shares that the dashboard has now."""
        found = (await self.world.asking.data(await self.world.admin(), FIRST))["dashboards"]["edges"][0]["node"]
        return {edge["node"]["id"] for edge in found["shares"]["edges"]}

    def writes(self) -> list[str]:
        """What was written to Sisense so far."""
        return [call.line for call in self.world.fakes["sisense"].calls if not call.line.startswith("GET")]


@pytest.fixture
async def sharing(world: Five) -> Sharing:
    return Sharing(world, await world.asking.data(await world.admin(), FIRST))


async def operations(world: Five, *state: str) -> list[Any]:
    found = await world.asking.data(await world.admin(), OPERATIONS, state=list(state) or None)
    return [edge["node"] for edge in found["operations"]["edges"]]


async def test_a_change_elsewhere_leaves_an_operation_and_is_undone(world: Five, sharing: Sharing) -> None:
    before = await sharing.shared()

    done = await sharing.add()

    assert not done["errors"]
    assert await sharing.shared() == before | {done["share"]["id"]}
    operation = done["operation"]
    assert (operation["kind"], operation["state"], operation["madeIn"]) == ("addShare", "DONE", {"name": "sisense"})
    assert operation["canBeUndone"], operation

    undone = (await world.asking.data(await world.admin(), UNDO, id=operation["id"]))["undoOperation"]

    assert not undone["errors"]
    assert await sharing.shared() == before
    assert undone["operation"]["undoes"] == {"id": operation["id"]}
    assert undone["undone"]["undoneBy"] == {"id": undone["operation"]["id"]}

    again = (await world.asking.data(await world.admin(), UNDO, id=undone["operation"]["id"]))["undoOperation"]

    assert not again["errors"]
    assert await sharing.shared() == before | {done["share"]["id"]}


async def test_the_same_key_is_done_once(sharing: Sharing) -> None:
    first = await sharing.add(idempotencyKey="monday")
    written = sharing.writes()

    second = await sharing.add(idempotencyKey="monday")
    other = await sharing.add(sharing.free[1], idempotencyKey="monday")

    assert (second["share"], second["operation"]) == (first["share"], first["operation"])
    assert [error["code"] for error in other["errors"]] == ["BAD_USER_INPUT"]
    assert sharing.writes() == written


async def test_a_dry_run_writes_nothing_anywhere(world: Five, sharing: Sharing) -> None:
    before = await sharing.shared()

    seen = await sharing.add(dryRun=True)

    assert not seen["errors"]
    assert seen["share"]["rule"] == "VIEW"
    assert seen["operation"] is None
    assert not sharing.writes()
    assert not await operations(world)
    assert await sharing.shared() == before


async def test_what_a_silent_system_did_is_not_known_and_not_done_twice(world: Five, sharing: Sharing) -> None:
    before = await sharing.shared()
    fake = world.fakes["sisense"]
    fake.board.switch_on(Wrong.CUT_AFTER, "^POST .*shares", times=3)  # the kit asks three times

    lost = await sharing.add(idempotencyKey="k")

    assert [error["__typename"] for error in lost["errors"]] == ["SourceSilent"]
    [operation] = await operations(world, "UNKNOWN")
    assert operation["error"]

    done = await sharing.add(idempotencyKey="k")

    assert not done["errors"]
    assert await sharing.shared() == before | {done["share"]["id"]}
    assert [one["state"] for one in await operations(world)] == ["DONE"]


async def test_how_far_a_system_came_that_failed_itself_is_not_known(world: Five, sharing: Sharing) -> None:
    world.fakes["sisense"].board.switch_on(Wrong.ERROR, "^POST .*shares", times=3, status=500, body={})

    lost = await sharing.add(idempotencyKey="k")
    [operation] = await operations(world)
    done = await sharing.add(idempotencyKey="k")

    assert [error["code"] for error in lost["errors"]] == ["UPSTREAM_ERROR"]
    assert operation["state"] == "UNKNOWN"
    assert not done["errors"]


async def test_what_failed_is_told_and_can_be_sent_again(world: Five, sharing: Sharing) -> None:
    world.fakes["sisense"].board.switch_on(
        Wrong.ERROR, "^POST .*shares", times=1, status=403, body={"error": {"code": 23001, "message": "no"}}
    )

    refused = await sharing.add(idempotencyKey="k")
    [operation] = await operations(world)
    done = await sharing.add(idempotencyKey="k")

    assert refused["errors"]
    assert operation["state"] == "FAILED"
    assert not done["errors"]
    assert [one["state"] for one in await operations(world)] == ["DONE"]


async def test_what_a_dead_process_left_is_gone_on_with(world: Five, sharing: Sharing) -> None:
    before = await sharing.shared()
    fake, elsewhere = world.fakes["sisense"], world.asking.world.changing.elsewhere
    arrived = asyncio.Event()
    fake.board.switch_on(Wrong.DELAY, "^POST .*shares", until=arrived, times=1)
    dying = asyncio.create_task(sharing.add())
    async with asyncio.timeout(10):
        while not await operations(world, "BEGUN"):
            pass
    dying.cancel()
    await asyncio.wait([dying])
    arrived.set()

    identity = world.asking.world.identity
    assert await elsewhere.resume(identity, datetime.now(UTC)) == 0
    assert [one["state"] for one in await operations(world)] == ["BEGUN"]
    assert await elsewhere.resume(identity, datetime.now(UTC) + LATER) == 1
    assert await elsewhere.resume(identity, datetime.now(UTC) + LATER) == 0

    [operation] = await operations(world)
    assert operation["state"] == "DONE"
    assert len(await sharing.shared()) == len(before) + 1


async def test_what_somebody_else_changed_since_is_not_undone(world: Five, sharing: Sharing) -> None:
    done = await sharing.add()
    update = "mutation($id: ID!) { updateShare(input: { shareId: $id, rule: EDIT }) { errors { code } } }"
    await world.asking.data(await world.admin(), update, id=done["share"]["id"])

    undone = (await world.asking.data(await world.admin(), UNDO, id=done["operation"]["id"]))["undoOperation"]

    assert [error["code"] for error in undone["errors"]] == ["CONFLICT"]
    assert done["share"]["id"] in await sharing.shared()


async def test_all_or_none_is_not_promised_elsewhere(world: Five, sharing: Sharing) -> None:
    many = "mutation($input: AddSharesInput!) { addShares(input: $input) { results { errors { code message } } } }"
    items = [{"dashboardId": sharing.node["id"], "grant": {"subjectId": user}} for user in sharing.free[:2]]

    refused = await world.asking.data(await world.admin(), many, input={"items": items})
    written = sharing.writes()
    done = await world.asking.data(await world.admin(), many, input={"items": items, "mode": "BEST_EFFORT"})

    assert all("BEST_EFFORT" in result["errors"][0]["message"] for result in refused["addShares"]["results"])
    assert not written
    assert done["addShares"]["results"] == [{"errors": []}, {"errors": []}]


async def test_nobody_undoes_what_others_did(world: Five, sharing: Sharing) -> None:
    done = await sharing.add()
    other = await world.asking.viewer("claire.dubois@tallgrass.example")

    undone = (await world.asking.answer(other, UNDO, id=done["operation"]["id"]))["data"]["undoOperation"]

    assert [error["code"] for error in undone["errors"]] == ["NOT_FOUND"]
    assert done["share"]["id"] in await sharing.shared()
