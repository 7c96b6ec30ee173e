"""Many new accounts at once in systems elsewhere: who was made is shown, also when the same is sent again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from conftest import Stores
from five import Five, five

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

INVITE = """mutation($input: InviteUsersInput!) { inviteUsers(input: $input) {
    results { outcome user { email status source { name } } errors { message } } errors { message } } }"""
CREATE = """mutation($input: CreateUsersInput!) { createUsers(input: $input) {
    results { user { email source { name } } errors { message } } } }"""


@pytest.fixture
async def world(stores: Stores) -> AsyncIterator[Five]:
    async with five(stores) as found:
        yield found


async def twice(world: Five, operation: str, **wish: Any) -> list[Any]:
    """The results, which are the same when the wish is sent again."""
    viewer = await world.admin()
    first, again = [
        (await world.asking.data(viewer, operation, input={**wish, "idempotencyKey": "k"})).popitem()[1]["results"]
        for _ in range(2)
    ]
    assert again == first
    return list(first)


async def test_accounts_that_were_made_are_shown(world: Five) -> None:
    who = {"source": "sisense", "role": "consumer"}
    items = [{**who, "email": f"{name}@tallgrass.example"} for name in ("one", "two")]

    seen = await twice(world, CREATE, items=items, mode="BEST_EFFORT", dryRun=True)
    made = await twice(world, CREATE, items=items, mode="BEST_EFFORT")

    assert seen == made
    assert [one["user"] for one in made] == [{"email": item["email"], "source": {"name": "sisense"}} for item in items]


@pytest.mark.parametrize(("source", "role"), [("lightdash", "viewer"), ("holistics", "user")])
async def test_who_was_invited_is_shown(world: Five, source: str, role: str) -> None:
    emails = ["new@tallgrass.example", "nora@tallgrass.example", "x"]

    seen = await twice(world, INVITE, source=source, emails=emails, role=role, dryRun=True)
    told = await twice(world, INVITE, source=source, emails=emails, role=role)

    there = {"email": emails[1], "status": "ACTIVE", "source": {"name": source}}
    made = {"email": emails[0], "status": "PENDING", "source": {"name": source}}
    for results, newcomer in ((seen, None), (told, made)):
        assert [(one["outcome"], one["user"]) for one in results] == [
            ("INVITED", newcomer),
            ("EXISTING", there),
            ("REFUSED", None),
        ]
