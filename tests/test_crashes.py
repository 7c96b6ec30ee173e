"""What is left when a process is killed: nothing half done, and the rest can simply be done again."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select, text

from company import Company, global_id
from conftest import Asking, Stores, asking
from dashgraph.domain.ids import Kind
from dashgraph.store.tables import dashboards, editions, folders, operations, shares, widgets
from serving import SECONDS, Client, serving
from test_shares import add, office

MANY, TILES = 200, 8
LOOK = 0.005  # seconds between two looks at what another process does: looking all the time would take its processor


def document(number: int) -> dict[str, object]:
    tiles = [{"oid": f"{number:020x}{tile:04x}", "title": f"tile {tile}", "type": "pivot"} for tile in range(TILES)]
    return {"title": f"Board {number}", "oid": f"{number:024x}", "widgets": tiles}


async def whole(found: Asking) -> int:
    """How many dashboards there are, each with its edition, its widgets and its entry in the trail."""
    counts = [
        select(func.count()).select_from(one).scalar_subquery() for one in (dashboards, editions, widgets, operations)
    ]
    async with found.world.database.reading() as session:
        [(boards, contents, tiles, trail)] = await session.execute(select(*counts))  # at one moment
    assert (contents, tiles) == (boards, boards * TILES)
    assert trail >= boards  # those that were there already are told too
    return int(boards)


async def test_an_import_that_is_killed_leaves_whole_dashboards_and_goes_on_where_it_stood(
    stores: Stores, tmp_path: Path
) -> None:
    address = await stores.fresh("empty")
    file = tmp_path / "many.dash"
    file.write_text(json.dumps([document(number) for number in range(MANY)]))
    command = [sys.executable, "-m", "dashgraph", "import", str(file), "--database", address]
    async with asking(address) as found:
        await Company(found.world.database).user("boss", "admin")
        for _ in range(3):
            before = await whole(found)
            process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
            async with asyncio.timeout(60):
                while await whole(found) < before + 10 and process.returncode is None:  # noqa: ASYNC110 - it happens in another process
                    await asyncio.sleep(LOOK)
            if process.returncode is None:
                process.kill()
            await process.wait()
            await whole(found)

        finished = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        output, _ = await finished.communicate()

        assert finished.returncode == 0
        lines = output.decode().splitlines()
        assert {line.split()[0] for line in lines} == {"SKIPPED", "CREATED"}
        async with found.world.database.reading() as session:
            assert (await session.execute(select(func.count()).select_from(dashboards))).scalar_one() == MANY


async def test_a_change_whose_answer_was_lost_is_told_again_by_another_process(stores: Stores) -> None:
    address = await stores.fresh("empty")
    async with asking(address) as first:
        await office(first)
        done = await add(first, "owner", "friend", idempotencyKey="once")

    async with asking(address) as second:
        again = await add(second, "owner", "friend", idempotencyKey="once")

        assert again == done
        async with second.world.database.reading() as session:
            assert (await session.execute(select(func.count()).select_from(operations))).scalar_one() == 1


SHARES = """mutation($input: AddSharesInput!) { it: addShares(input: $input) {
    succeeded failed results { operation { id item } } } }"""
TRAIL = """query($after: String) { operations(filter: {idempotencyKey: "k"}, first: 100, after: $after) {
    edges { node { id item } } pageInfo { hasNextPage endCursor } } }"""
TRANSFER = """mutation($input: TransferOwnershipInput!) { it: transferOwnership(input: $input) {
    errors { message } operation { id } } }"""


async def firm(found: Asking) -> str:
    """Somebody who owns much, many to share it with, and the token of an administrator."""
    company = Company(found.world.database)
    await company.user("boss", "admin")
    await company.user("giver")
    await company.user("heir")
    for number in range(MANY):
        await company.user(f"u{number}")
        await company.dashboard(f"d{number}", "giver")
        await company.folder(f"f{number}", "giver")
    return (await found.world.identity.create_token("boss@x.example", name="test")).text


def sharing(mode: str) -> dict[str, Any]:
    plan = global_id(Kind.DASHBOARD, "d0")
    subjects = [global_id(Kind.USER, f"u{number}") for number in range(MANY)]
    items = [{"dashboardId": plan, "grant": {"subjectId": subject}} for subject in subjects]
    return {"items": items, "mode": mode, "idempotencyKey": "k"}


class Servers:
    """Servers over one database, one after another, and what is in it meanwhile."""

    def __init__(self, found: Asking, folder: Path, address: str, token: str) -> None:
        self._found, self._folder, self._address, self._token = found, folder, address, token

    async def killed(self, query: str, given: dict[str, Any], when: Callable[[], Awaitable[bool]]) -> None:
        """Send this to a server, and kill it before it answers, as soon as something is so."""
        async with (
            serving(self._folder, "--database", self._address, last="listening") as server,
            aiohttp.ClientSession() as session,
            asyncio.timeout(SECONDS),
        ):
            answer = asyncio.create_task(Client(session, server.address, self._token).ask(query, input=given))
            while not await when():
                assert not answer.done(), "it was over before it could be killed"
                await asyncio.sleep(LOOK)
            server.process.kill()
            await server.process.wait()
            with pytest.raises(aiohttp.ClientError):
                await answer

    async def answers(self, query: str, **variables: Any) -> Any:
        """What a server answers that was started afresh."""
        async with (
            serving(self._folder, "--database", self._address, last="listening") as server,
            aiohttp.ClientSession() as session,
        ):
            answer = (await Client(session, server.address, self._token).ask(query, **variables)).json
            assert "errors" not in answer, answer
            return answer["data"]

    async def count(self, statement: Any) -> int:
        async with self._found.world.database.reading() as session:
            return int((await session.execute(select(func.count()).select_from(statement))).scalar_one())

    async def in_the_middle(self) -> bool:
        """Whether a server is in a transaction that has written."""
        if self._found.world.database.dialect == "postgresql":
            names = "ARRAY['shares', 'dashboards']::regclass[]"
            held = f"SELECT count(*) FROM pg_locks WHERE mode = 'RowExclusiveLock' AND relation = ANY ({names})"
            async with self._found.world.database.reading() as session:
                return bool((await session.execute(text(held))).scalar_one())
        database = sqlite3.connect(self._address, timeout=0, isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        finally:
            database.close()
        return False


async def test_a_bulk_change_that_is_killed_tells_where_it_stood_and_goes_on_from_there(
    stores: Stores, tmp_path: Path
) -> None:
    address = await stores.fresh("empty")
    async with asking(address) as found:
        servers = Servers(found, tmp_path, address, await firm(found))

        async def some() -> bool:
            return await servers.count(operations) >= 10

        await servers.killed(SHARES, sharing("BEST_EFFORT"), some)
        stood = await servers.count(operations)
        assert 10 <= stood < MANY
        assert await servers.count(shares) == stood
        trail: list[dict[str, Any]] = []
        page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
        while page["hasNextPage"]:
            listed = (await servers.answers(TRAIL, after=page["endCursor"]))["operations"]
            trail += [edge["node"] for edge in listed["edges"]]
            page = listed["pageInfo"]
        assert sorted(one["item"] for one in trail) == list(range(stood))

        again = (await servers.answers(SHARES, input=sharing("BEST_EFFORT")))["it"]

        assert (again["succeeded"], again["failed"]) == (MANY, 0)
        assert [one["operation"]["item"] for one in again["results"]] == list(range(MANY))
        assert [one["operation"] for one in again["results"][:stood]] == sorted(trail, key=lambda one: one["item"])
        assert (await servers.count(shares), await servers.count(operations)) == (MANY, MANY)


async def test_a_bulk_change_of_all_or_none_that_is_killed_is_none(stores: Stores, tmp_path: Path) -> None:
    address = await stores.fresh("empty")
    async with asking(address) as found:
        servers = Servers(found, tmp_path, address, await firm(found))

        await servers.killed(SHARES, sharing("ATOMIC"), servers.in_the_middle)

        assert (await servers.count(shares), await servers.count(operations)) == (0, 0)
        again = (await servers.answers(SHARES, input=sharing("ATOMIC")))["it"]
        assert (again["succeeded"], again["failed"]) == (MANY, 0)
        assert (await servers.count(shares), await servers.count(operations)) == (MANY, MANY)


async def test_a_transfer_that_is_killed_has_handed_over_nothing(stores: Stores, tmp_path: Path) -> None:
    address = await stores.fresh("empty")
    given = {"fromUserId": global_id(Kind.USER, "giver"), "toUserId": global_id(Kind.USER, "heir")}
    async with asking(address) as found:
        servers = Servers(found, tmp_path, address, await firm(found))

        await servers.killed(TRANSFER, given | {"idempotencyKey": "k"}, servers.in_the_middle)

        async def handed_over() -> list[int]:
            theirs = [select(one.c.id).where(one.c.owner_id == "heir").subquery() for one in (dashboards, folders)]
            return [await servers.count(one) for one in (*theirs, shares, operations)]

        assert await handed_over() == [0, 0, 0, 0]
        done = (await servers.answers(TRANSFER, input=given | {"idempotencyKey": "k"}))["it"]
        again = (await servers.answers(TRANSFER, input=given | {"idempotencyKey": "k"}))["it"]
        assert (done["errors"], done) == ([], again)
        assert await handed_over() == [MANY, MANY, 0, 1]
