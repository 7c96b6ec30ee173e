"""Files sent ahead by PUT: only what was announced, only for who announced it, and only for a while."""

import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update
from structlog.testing import capture_logs

from conftest import Asking
from dashgraph.app.server import application
from dashgraph.domain.formats.values import Limits
from dashgraph.domain.problems import BadInput, NotFound
from dashgraph.domain.uploads import KEPT, MOST_KEPT
from dashgraph.store.tables import uploads, users
from test_dashfile import dashboard, file_of
from test_import_changes import send
from test_import_export import Json, Person, person, same
from test_shares import snapshot

CREATE = """mutation($input: CreateUploadInput!) { createUpload(input: $input) {
    uploadId address expiresAt errors { __typename code path } operation { kind canBeUndone changes { noun } } } }"""
PLAN = dashboard("plan", "a", title="Plan", padding="x" * 2_000_000)  # more than a request may be
FILE = file_of([PLAN, dashboard("two")])


async def announce(me: Person, content: bytes = FILE, **more: Any) -> Json:
    given = {"source": "local", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()} | more
    found: Json = (await me.asking.data(me.viewer, CREATE, input=given))["createUpload"]
    return found


def secret_of(announced: Json) -> str:
    return str(announced["address"].removeprefix("/uploads/"))


async def test_a_file_comes_by_put_and_is_imported_by_its_id(empty: Asking, capfd: pytest.CaptureFixture[str]) -> None:
    me = await person(empty, "me")
    announced = await announce(me)
    address = announced["address"]
    early = await send(me, {"uploadId": announced["uploadId"]})

    with capture_logs() as logged:
        async with TestClient(TestServer(application(empty.world))) as client:
            statuses = [
                (await client.put(address, data=io.BytesIO(data))).status
                for data in (FILE[:-1], FILE + b" ", b"", FILE, FILE)
            ]
            absent = await client.put("/uploads/absent", data=b"x")

    assert (statuses, absent.status) == ([400, 400, 400, 204, 204], 404)
    assert [one["errors"][0]["code"] for one in early] == ["NOT_FOUND"]
    tried = await send(me, {"uploadId": announced["uploadId"]}, dryRun=True)
    done = await send(me, {"uploadId": announced["uploadId"]})
    assert [one["outcome"] for one in tried] == [one["outcome"] for one in done] == ["CREATED", "CREATED"]
    assert same(await me.exports("plan"), PLAN)
    assert [line["path"] for line in logged] == ["/uploads/***"] * 6


async def test_an_announcement_stands_in_the_trail_and_a_dry_run_does_not(empty: Asking) -> None:
    me = await person(empty, "me")
    before = await snapshot(empty, without=frozenset())

    tried = await announce(me, dryRun=True)

    assert (tried["uploadId"], tried["address"], tried["errors"]) == (None, None, [])
    assert await snapshot(empty, without=frozenset()) == before
    announced = await announce(me, idempotencyKey="k")
    assert announced["operation"] == {"kind": "createUpload", "canBeUndone": False, "changes": []}
    again = await announce(me, idempotencyKey="k")
    assert again == announced | {"address": None}  # told once: nothing keeps it
    stored = await snapshot(empty, without=frozenset())
    assert secret_of(announced) not in str(stored)
    async with empty.world.database.reading() as session:
        assert len((await session.execute(select(uploads))).all()) == 1


async def test_what_no_file_is_cannot_be_announced(empty: Asking) -> None:
    me, reader = await person(empty, "me"), await person(empty, "reader", "viewer")
    before = await snapshot(empty, without=frozenset())

    for wrong, code in (
        ({"size": 0}, ("TOO_MUCH", ["size"])),
        ({"size": Limits().bytes + 1}, ("TOO_MUCH", ["size"])),
        ({"sha256": "x" * 64}, ("BAD_USER_INPUT", ["sha256"])),
        ({"source": "elsewhere"}, ("BAD_USER_INPUT", [])),
    ):
        [error] = (await announce(me, **wrong))["errors"]
        assert (error["code"], error["path"]) == code
    given = {"source": "local", "size": 1, "sha256": "0" * 64}
    [refused] = await empty.errors(reader.viewer, CREATE, input=given)
    assert refused["extensions"]["code"] == "FORBIDDEN"
    assert await snapshot(empty, without=frozenset()) == before
    assert (await announce(me, size=Limits().bytes))["errors"] == []


async def test_only_so_many_are_kept_and_old_ones_make_room(empty: Asking) -> None:
    me, other = await person(empty, "me"), await person(empty, "other")
    for _ in range(MOST_KEPT):
        assert (await announce(me))["errors"] == []

    [error] = (await announce(me))["errors"]

    assert error["code"] == "TOO_MUCH"
    assert (await announce(other))["errors"] == []
    async with empty.world.database.writing() as session:
        await session.execute(update(uploads).where(uploads.c.user_id == "me").values(expires_at=uploads.c.created_at))
    assert (await announce(me))["errors"] == []
    async with empty.world.database.reading() as session:
        assert len((await session.execute(select(uploads))).all()) == 2


async def test_an_upload_is_for_who_announced_it_and_for_an_hour(empty: Asking) -> None:
    me, other = await person(empty, "me"), await person(empty, "other")
    admin = await person(empty, "admin", "admin")
    content = file_of(dashboard("plan"))
    announced = await announce(me, content)
    received, secret = empty.world.uploads, secret_of(announced)
    late = datetime.now(UTC) + KEPT + timedelta(seconds=1)

    with pytest.raises(BadInput, match="not the file that was announced"):
        await received.receive(secret, content[::-1])
    with pytest.raises(NotFound, match="nothing to upload here, or no longer"):
        await received.receive(secret, content, now=late)
    await received.receive(secret, content)

    item = {"uploadId": announced["uploadId"]}
    for somebody in (other, admin):
        [hidden] = await send(somebody, item)
        assert [error["code"] for error in hidden["errors"]] == ["NOT_FOUND"]
    [mine] = await send(me, item)
    assert mine["outcome"] == "CREATED"
    async with empty.world.database.writing() as session:
        await session.execute(update(uploads).values(expires_at=uploads.c.created_at))
    [gone] = await send(me, item)
    assert [error["code"] for error in gone["errors"]] == ["NOT_FOUND"]


async def test_who_was_shut_out_sends_nothing_any_more(empty: Asking) -> None:
    me = await person(empty, "me")
    announced = await announce(me)
    async with empty.world.database.writing() as session:
        await session.execute(update(users).where(users.c.id == "me").values(status="inactive"))

    with pytest.raises(NotFound, match="nothing to upload here, or no longer"):
        await empty.world.uploads.size(secret_of(announced))


async def test_a_broken_file_fails_at_its_place(empty: Asking) -> None:
    me = await person(empty, "me")
    content = json.dumps([{"title": "Plan"}, {"title": 7}]).encode()
    announced = await announce(me, content)
    await empty.world.uploads.receive(secret_of(announced), content)

    results = await send(me, dashboard("first"), {"uploadId": announced["uploadId"]})

    assert [(one["document"], one["pointer"], one["outcome"]) for one in results] == [
        (0, "", "CREATED"),
        (1, "/0", "CREATED"),
        (1, "/1/title", "FAILED"),
    ]
