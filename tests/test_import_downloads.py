"""Exports as a mutation: text in the answer, or an address to download from for a while."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update
from structlog.testing import capture_logs

from company import Company, global_id
from conftest import Asking
from dashgraph.app.server import application
from dashgraph.domain.exports import LIFETIME
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import NotFound
from dashgraph.store.tables import transfers, users
from test_dashfile import dashboard
from test_import_changes import change, publish, send
from test_import_export import Json, Person, person
from test_shares import snapshot

EXPORT = """mutation($input: ExportDashboardsInput!) { exportDashboards(input: $input) {
    text address expiresAt errors { code message path } operation { kind canBeUndone changes { noun } } } }"""
UPDATE = "mutation($input: UpdateDashboardInput!) { updateDashboard(input: $input) { errors { message } } }"
ONE, TWO = dashboard("plan", "a", "b", title="One", odd="\ud800"), dashboard("two", "c", title="Two")


async def export(me: Person, *names: str, **more: Any) -> Json:
    given = {"dashboardIds": [global_id(Kind.DASHBOARD, name) for name in names]} | more
    found: Json = (await me.asking.data(me.viewer, EXPORT, input=given))["exportDashboards"]
    return found


async def office(empty: Asking) -> tuple[Person, Person, Person]:
    me, friend, stranger = [await person(empty, name) for name in ("me", "friend", "stranger")]
    await send(me, {"text": json.dumps([ONE, TWO])})
    await Company(empty.world.database).share("plan", user="friend")
    await publish(me)
    await change(me, UPDATE, title="Edited")
    return me, friend, stranger


async def test_a_text_is_what_was_imported_and_comes_in_again_as_it_is(empty: Asking) -> None:
    me, friend, _ = await office(empty)

    both, shown = await export(me, "two", "plan"), await export(friend, "plan")

    assert json.loads(both["text"]) == [TWO, ONE | {"title": "Edited"}]
    assert json.loads(shown["text"]) == ONE  # viewers are given what is published
    assert (both["address"], both["expiresAt"], both["errors"]) == (None, None, [])
    assert both["operation"] == {"kind": "exportDashboards", "canBeUndone": False, "changes": []}
    again = await send(me, {"text": both["text"]}, action="OVERWRITE")
    assert [one["differenceCount"] for one in again] == [0, 0]
    assert (await export(me, "two", "plan"))["text"] == both["text"]


async def test_what_is_hidden_is_not_exported(empty: Asking) -> None:
    me, friend, stranger = await office(empty)
    admin = await person(empty, "admin", "admin")
    before = await snapshot(empty, without=frozenset())

    for who, names in ((stranger, ["plan"]), (friend, ["plan", "two"]), (me, ["plan", "absent"])):
        refused = await export(who, *names, delivery="ADDRESS")
        assert ([error["code"] for error in refused["errors"]], refused["text"], refused["address"]) == (
            ["NOT_FOUND"],
            None,
            None,
        )
    tried = await export(me, "plan", delivery="ADDRESS", dryRun=True)
    assert (tried["errors"], tried["address"], tried["operation"]) == ([], None, None)
    for names in ([], ["plan"] * 101):
        [error] = (await export(me, *names))["errors"]
        assert (error["code"], error["path"]) == ("TOO_MUCH", ["dashboardIds"])
    assert await snapshot(empty, without=frozenset()) == before
    assert json.loads((await export(admin, "two"))["text"]) == TWO


async def test_an_address_is_good_for_a_while_and_for_todays_rights(empty: Asking) -> None:
    me, friend, _ = await office(empty)
    both = await export(me, "plan", "two", delivery="ADDRESS", idempotencyKey="k")
    shown = await export(friend, "plan", delivery="ADDRESS")
    exports, secret, theirs = empty.world.exports, *(one["address"].split("/")[-1] for one in (both, shown))

    file = await exports.file(secret)
    assert (file.name, json.loads(file.content)) == ("dashboards.dash", [ONE | {"title": "Edited"}, TWO])
    assert (await exports.file(theirs)).name == "plan.dash"
    assert both["text"] is None
    again = await export(me, "plan", "two", delivery="ADDRESS", idempotencyKey="k")
    assert again == both | {"address": None}  # told once: nothing keeps it

    late = datetime.now(UTC) + LIFETIME + timedelta(seconds=1)
    async with empty.world.database.writing() as session:
        await session.execute(update(users).where(users.c.id == "me").values(status="inactive"))
    unshare = "mutation($input: RemoveShareInput!) { removeShare(input: $input) { errors { code } } }"
    admin = await person(empty, "admin", "admin")
    await empty.data(admin.viewer, unshare, input={"shareId": global_id(Kind.SHARE, "plan/user/friend")})
    for one, now in ((secret, None), (theirs, None), (theirs, late), ("unknown", None), ("\ud800", None)):
        with pytest.raises(NotFound, match="nothing to download here, or no longer"):
            await exports.file(one, now=now)


async def test_addresses_that_work_no_more_are_forgotten(empty: Asking) -> None:
    me, _, _ = await office(empty)
    secret = (await export(me, "plan", delivery="ADDRESS"))["address"].split("/")[-1]
    async with empty.world.database.writing() as session:
        [row] = await session.execute(select(transfers))
        assert secret not in str(row)
        await session.execute(update(transfers).values(expires_at=row.created_at))

    await export(me, "two", delivery="ADDRESS")

    async with empty.world.database.reading() as session:
        [kept] = await session.execute(select(transfers))
        assert json.loads(kept.wanted) == [global_id(Kind.DASHBOARD, "two")]


async def test_downloading_over_http(empty: Asking) -> None:
    me, _, _ = await office(empty)
    address = (await export(me, "two", delivery="ADDRESS"))["address"]

    with capture_logs() as logged:
        async with TestClient(TestServer(application(empty.world))) as client:
            found, absent = await client.get(address), await client.get("/exports/absent")
            content = await found.json()
            message = (await absent.json())["errors"][0]["message"]

    assert (found.status, content) == (200, TWO)
    assert found.headers["Content-Disposition"] == 'attachment; filename="two.dash"'
    assert found.headers["Cache-Control"] == "no-store"
    assert (absent.status, message.split(";")[0]) == (404, "There is nothing to download here, or no longer")
    assert [line["path"] for line in logged] == ["/exports/***"] * 2
