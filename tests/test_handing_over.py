"""Handing over what somebody owns in all systems: one plan, and after a fault at any call the rest of it."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from conftest import Stores
from dashgraph.app.fakes.kit import Wrong
from dashgraph.domain.changes import LONGEST_KEY
from five import Five, five

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

GIVER, HEIR = "claire.dubois@tallgrass.example", "jurgen.attenberger@tallgrass.example"
PERSON = """
query($email: String!) {
  users(first: 100, scope: ALL, filter: { email: { contains: $email } }) {
    edges { node { id source { name } ownedDashboards(first: 100) { edges { node { id title } } } } }
  }
}
"""
TRANSFER = """
mutation($input: TransferOwnershipInput!) {
  transferOwnership(input: $input) {
    plan { id items { source kind nativeId name step reason done } }
    errors { __typename code message }
  }
}
"""


@pytest.fixture
async def world(stores: Stores) -> AsyncIterator[Five]:
    async with five(stores) as found:
        yield found


async def accounts(world: Five, email: str) -> dict[str, Any]:
    """The accounts of a person by source."""
    answer = await world.asking.answer(await world.admin(), PERSON, email=email)
    found = [edge["node"] for edge in answer["data"]["users"]["edges"]]
    return {one["source"]["name"]: one for one in found}


async def owned(world: Five, email: str) -> dict[str, list[str]]:
    """The titles of what a person owns, by source."""
    found = await accounts(world, email)
    return {
        name: [edge["node"]["title"] for edge in account["ownedDashboards"]["edges"]] for name, account in found.items()
    }


async def hand_over(world: Five, **more: Any) -> Any:
    giver, heir = [(await accounts(world, email))["local"]["id"] for email in (GIVER, HEIR)]
    wanted = {"fromUserId": giver, "toUserId": heir, "everywhere": True, "originalOwnerRule": "NONE", **more}
    return (await world.asking.data(await world.admin(), TRANSFER, input=wanted))["transferOwnership"]


async def test_one_plan_tells_what_becomes_of_everything_everywhere(world: Five) -> None:
    before = {email: await owned(world, email) for email in (GIVER, HEIR)}
    world.calls()

    seen = await hand_over(world, dryRun=True)

    assert not seen["errors"]
    items = seen["plan"]["items"]
    boards = Counter((item["source"], item["step"]) for item in items if item["kind"] == "Dashboard")
    assert boards == {
        ("local", "TRANSFER"): len(before[GIVER]["local"]),
        ("sisense", "TRANSFER"): len(before[GIVER]["sisense"]),
        ("holistics", "KEEP"): len(before[GIVER]["holistics"]),
    }
    assert all(item["reason"] for item in items if item["step"] == "KEEP")
    assert not any(item["done"] for item in items)
    assert {email: await owned(world, email) for email in (GIVER, HEIR)} == before


async def test_just_that_plan_is_carried_out(world: Five) -> None:
    before = {email: await owned(world, email) for email in (GIVER, HEIR)}
    plan = (await hand_over(world, dryRun=True))["plan"]

    stale = await hand_over(world, planId="of another day")
    done = await hand_over(world, planId=plan["id"])

    assert [error["code"] for error in stale["errors"]] == ["CONFLICT"]
    assert not done["errors"]
    assert all(item["done"] for item in done["plan"]["items"] if item["step"] == "TRANSFER")
    given, got = await owned(world, GIVER), await owned(world, HEIR)
    assert given["local"] == given["sisense"] == []
    assert given["holistics"] == before[GIVER]["holistics"]
    for name in ("local", "sisense"):
        assert sorted(got[name]) == sorted(before[GIVER][name] + before[HEIR][name])


@pytest.mark.parametrize("wrong", [Wrong.CUT, Wrong.CUT_AFTER])
@pytest.mark.parametrize("skip", range(4))
async def test_after_a_fault_at_any_call_the_rest_is_done(world: Five, wrong: Wrong, skip: int) -> None:
    before = {email: await owned(world, email) for email in (GIVER, HEIR)}
    plan = (await hand_over(world, dryRun=True))["plan"]
    world.fakes["sisense"].board.switch_on(wrong, "^POST .*change_owner", skip=skip, times=3)

    broken = await hand_over(world, planId=plan["id"], idempotencyKey="leaver")
    world.fakes["sisense"].board.switch_off()
    mended = await hand_over(world, planId=plan["id"], idempotencyKey="leaver")

    assert [error["__typename"] for error in broken["errors"]] == ["SourceSilent"]
    boards = [item for item in broken["plan"]["items"] if (item["source"], item["kind"]) == ("sisense", "Dashboard")]
    told = Counter(item["done"] for item in boards)
    assert told[True] == skip + (wrong is Wrong.CUT_AFTER)
    assert not mended["errors"]
    given, got = await owned(world, GIVER), await owned(world, HEIR)
    assert given["local"] == given["sisense"] == []
    for name in ("local", "sisense"):
        assert sorted(got[name]) == sorted(before[GIVER][name] + before[HEIR][name])


async def test_a_silent_source_stops_it_before_anything_is_done(world: Five) -> None:
    before = await owned(world, GIVER)
    people = {email: await accounts(world, email) for email in (GIVER, HEIR)}
    await world.kill("posthog")

    wanted = {"fromUserId": people[GIVER]["local"]["id"], "toUserId": people[HEIR]["local"]["id"], "everywhere": True}
    refused = (await world.asking.data(await world.admin(), TRANSFER, input=wanted))["transferOwnership"]

    assert [error["__typename"] for error in refused["errors"]] == ["SourceSilent"]
    assert "posthog" in refused["errors"][0]["message"]
    assert await owned(world, GIVER) == before


async def test_a_key_that_is_too_long_in_one_source_stops_it_before_anything_is_done(world: Five) -> None:
    before = await owned(world, GIVER)

    refused = await hand_over(world, idempotencyKey="k" * (LONGEST_KEY - len("/local")))

    assert [error["code"] for error in refused["errors"]] == ["BAD_USER_INPUT"]
    assert await owned(world, GIVER) == before
