"""Many changes sent together: one result for each in order, all or none or each alone, and a preview that holds."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from company import Company, global_id
from conftest import Asking
from dashgraph.domain.changes import Terms
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.shares import AddShare, CopyShares, Grant
from dashgraph.store.tables import dashboards, operations, shares, users
from test_shares import snapshot

BULK = """mutation($input: %s!) { it: %s(input: $input) { succeeded failed results { %s
    errors { __typename code message path ... on StaleRevision { current } } operation { item idempotencyKey } } } }"""
SHARED = BULK % ("AddSharesInput", "addShares", "share { id rule }")
MOVED = BULK % ("MoveDashboardsInput", "moveDashboards", "dashboard { nativeId revision }")
MODES = ["ATOMIC", "BEST_EFFORT"]


def d(name: str) -> str:
    return global_id(Kind.DASHBOARD, name)


def to(name: str, subject: str, **more: Any) -> dict[str, Any]:
    return {"dashboardId": d(name), "grant": {"subjectId": global_id(Kind.USER, subject)}, **more}


def into(name: str, **more: Any) -> dict[str, Any]:
    return {"dashboardId": d(name), "folderId": global_id(Kind.FOLDER, "shelf"), **more}


async def office(asking: Asking) -> Company:
    company = Company(asking.world.database)
    for name in ("owner", "friend", "stranger"):
        await company.user(name)
    await company.folder("shelf", "owner")
    for name in ("plan", "other", "third"):
        await company.dashboard(name, "owner")
    return company


async def send(asking: Asking, query: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    viewer = await asking.viewer("owner@x.example")
    found: dict[str, Any] = (await asking.data(viewer, query, input={"items": items, **more}))["it"]
    return found


def codes(done: dict[str, Any]) -> list[list[str]]:
    return [[error["code"] for error in one["errors"]] for one in done["results"]]


def told(done: dict[str, Any]) -> list[Any]:
    """What a preview tells too: everything but the entries in the audit trail."""
    return [{key: value for key, value in one.items() if key != "operation"} for one in done["results"]]


@pytest.mark.parametrize("mode", MODES)
async def test_a_preview_is_what_will_be_also_where_one_depends_on_another(empty: Asking, mode: str) -> None:
    await office(empty)
    items = [to("plan", "friend"), to("plan", "friend"), to("none", "friend"), to("plan", "stranger")]
    before = await snapshot(empty, without=frozenset())

    tried = await send(empty, SHARED, *items, mode=mode, dryRun=True)

    assert await snapshot(empty, without=frozenset()) == before
    done = await send(empty, SHARED, *items, mode=mode)
    assert told(tried) == told(done)
    assert (tried["succeeded"], tried["failed"]) == (done["succeeded"], done["failed"])
    if mode == "BEST_EFFORT":
        assert codes(done) == [[], ["CONFLICT"], ["NOT_FOUND"], []]
    else:
        assert codes(done) == [["CONFLICT"]] * 4


async def test_in_a_preview_what_cannot_be_leaves_nothing_of_itself_behind(empty: Asking) -> None:
    company = await office(empty)
    await company.user("leaver")
    await company.share("plan", user="friend")
    await company.share("plan", user="leaver")
    async with empty.world.database.writing() as session:
        await session.execute(update(users).values(status="deleted").where(users.c.id == "leaver"))
    viewer = await empty.viewer("owner@x.example")
    plan, other = (ResourceId("local", Kind.DASHBOARD, name) for name in ("plan", "other"))
    copy = CopyShares(origin=plan, dashboard=other)  # shares with friend, and then cannot with leaver
    add = AddShare(dashboard=other, grant=Grant(ResourceId("local", Kind.USER, "friend")))
    before = await snapshot(empty, without=frozenset())

    tried = await empty.world.changing.each(viewer, [add, copy, add], Terms(dry_run=True))
    alone = await empty.world.changing.each(viewer, [copy, add], Terms(dry_run=True))

    assert [one.problem and one.problem.code for one in tried] == [None, "NOT_FOUND", "CONFLICT"]
    assert [one.problem and one.problem.code for one in alone] == ["NOT_FOUND", None]
    assert await snapshot(empty, without=frozenset()) == before


@pytest.mark.parametrize("dry", [True, False])
async def test_an_item_that_is_stale_keeps_all_others_from_being_made(empty: Asking, dry: bool) -> None:
    await office(empty)
    async with empty.world.database.writing() as session:
        await session.execute(update(dashboards).where(dashboards.c.id == "other").values(revision=7))
    items = [into("plan", expectedRevision=1), into("other", expectedRevision=6), into("third")]
    before = await snapshot(empty, without=frozenset())

    none = await send(empty, MOVED, *items, dryRun=dry)

    stale = none["results"][1]["errors"][0]
    assert codes(none) == [["CONFLICT"], ["STALE_REVISION"], ["CONFLICT"]]
    assert (stale["__typename"], stale["current"]) == ("StaleRevision", 7)
    assert none["results"][0]["errors"][0]["message"] == f"Not made, because item 1 cannot be: {stale['message']}"
    assert await snapshot(empty, without=frozenset()) == before
    items[1]["expectedRevision"] = 7
    assert codes(await send(empty, MOVED, *items, dryRun=dry)) == [[], [], []]


@pytest.mark.parametrize("dry", [True, False])
async def test_each_item_on_its_own_is_held_to_the_revision_that_it_expects(empty: Asking, dry: bool) -> None:
    await office(empty)
    top = {"dashboardId": d("plan"), "folderId": None}
    items = [into("plan", expectedRevision=1), top | {"expectedRevision": 1}, top | {"expectedRevision": 2}]

    some = await send(empty, MOVED, *items, mode="BEST_EFFORT", dryRun=dry)

    assert codes(some) == [[], ["STALE_REVISION"], []]
    assert [one["dashboard"] and one["dashboard"]["revision"] for one in some["results"]] == [2, None, 3]


@pytest.mark.parametrize("mode", MODES)
async def test_sent_again_under_the_same_key_it_is_told_again_and_done_once(empty: Asking, mode: str) -> None:
    await office(empty)
    items = [to("plan", "friend"), to("other", "friend"), to("plan", "stranger")]
    done = await send(empty, SHARED, *items, mode=mode, idempotencyKey="k")
    before = await snapshot(empty, without=frozenset())

    again = [await send(empty, SHARED, *items, mode=each, idempotencyKey="k") for each in MODES]

    assert again == [done, done]
    assert [one["operation"] for one in done["results"]] == [{"item": n, "idempotencyKey": "k"} for n in range(3)]
    assert await snapshot(empty, without=frozenset()) == before


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dry", [True, False])
async def test_the_same_key_for_another_input_is_refused_whole(empty: Asking, mode: str, dry: bool) -> None:
    await office(empty)
    first = to("plan", "friend")
    await send(empty, SHARED, first, mode=mode, idempotencyKey="k")
    before = await snapshot(empty, without=frozenset())

    longer = await send(empty, SHARED, first, to("other", "friend"), mode=mode, idempotencyKey="k", dryRun=dry)
    turned = await send(empty, SHARED, to("other", "friend"), first, mode=mode, idempotencyKey="k", dryRun=dry)

    for done in (longer, turned):
        assert {error["code"] for one in done["results"] for error in one["errors"]} <= {"BAD_USER_INPUT", "CONFLICT"}
        assert done["succeeded"] == 0
        assert ["idempotencyKey"] in [error["path"] for one in done["results"] for error in one["errors"]]
    assert await snapshot(empty, without=frozenset()) == before
    assert codes(await send(empty, SHARED, to("other", "friend"), mode=mode, idempotencyKey="k/0")) == [[]]


async def test_what_was_not_finished_is_done_when_it_is_sent_again_and_the_trail_tells_what_was(empty: Asking) -> None:
    await office(empty)
    items = [to("plan", "friend"), to("other", "nobody"), to("other", "friend"), to("third", "friend")]
    first = await send(empty, SHARED, *items, mode="BEST_EFFORT", idempotencyKey="k")
    async with empty.world.database.writing() as session:  # as if killed before the last one
        await session.execute(delete(operations).where(operations.c.item == 3))
        await session.execute(delete(shares).where(shares.c.dashboard_id == "third"))
    viewer = await empty.viewer("owner@x.example")
    query = '{ operations(filter: {idempotencyKey: "k"}, sort: AT_ASC) { edges { node { item about { id } } } } }'
    await send(empty, SHARED, to("plan", "stranger"), idempotencyKey="else")

    trail = (await empty.data(viewer, query))["operations"]["edges"]
    again = await send(empty, SHARED, *items, mode="BEST_EFFORT", idempotencyKey="k")

    share = global_id(Kind.SHARE, "other/user/friend")
    assert [edge["node"]["item"] for edge in trail] == [0, 2]
    assert trail[1]["node"]["about"] == {"id": share}
    assert codes(again) == [[], ["NOT_FOUND"], [], []]
    assert told(again) == told(first)
    assert [one["operation"] and one["operation"]["item"] for one in again["results"]] == [0, None, 2, 3]


async def test_the_key_of_somebody_else_finds_nothing(empty: Asking) -> None:
    company = await office(empty)
    await company.user("boss", "admin")
    await send(empty, SHARED, to("plan", "friend"), idempotencyKey="k")
    query = '{ operations(filter: {idempotencyKey: "k"}) { totalCount } }'

    assert (await empty.data(await empty.viewer("stranger@x.example"), query))["operations"] == {"totalCount": 0}
    assert (await empty.data(await empty.viewer("owner@x.example"), query))["operations"] == {"totalCount": 1}


@pytest.mark.parametrize("mode", MODES)
async def test_sent_ten_times_at_once_under_one_key_it_is_done_once(empty: Asking, mode: str) -> None:
    await office(empty)
    items = [to("plan", "friend"), to("other", "friend"), to("plan", "stranger")]

    done = await asyncio.gather(
        *(send(empty, SHARED, *items, mode=mode, idempotencyKey="k") for _ in range(10)),
    )

    assert codes(done[0]) == [[], [], []]
    assert [[one["operation"]["item"] for one in each["results"]] for each in done] == [[0, 1, 2]] * 10
    async with empty.world.database.reading() as session:
        assert (await session.execute(select(func.count()).select_from(operations))).scalar_one() == 3


@pytest.mark.parametrize("key", ["k" * 201, "a\0b", "a\ud800b"])
async def test_a_key_that_cannot_be_kept_is_refused(empty: Asking, key: str) -> None:
    await office(empty)
    viewer = await empty.viewer("owner@x.example")
    one = "mutation($input: AddShareInput!) { addShare(input: $input) { errors { code path } } }"

    [error] = (await empty.data(viewer, one, input=to("plan", "friend", idempotencyKey=key)))["addShare"]["errors"]
    [fault] = await empty.errors(viewer, SHARED, input={"items": [to("plan", "friend")], "idempotencyKey": key})

    assert error == {"code": "BAD_USER_INPUT", "path": ["idempotencyKey"]}
    assert fault["extensions"]["code"] == "BAD_USER_INPUT"
    longest = await send(empty, SHARED, to("plan", "friend"), idempotencyKey="k" * 200)
    assert codes(longest) == [[]]
