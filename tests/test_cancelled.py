"""Whoever stops asking, at whatever moment, leaves nothing behind in the store."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

from conftest import Asking, Stores
from dashgraph.store.database import Database, open_database
from test_giving_up import ENDLESS, SECONDS

MOMENTS = 60  # turns of the loop, more than a question takes


async def read(database: Database) -> None:
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))


async def write(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(text("UPDATE users SET name = 'nobody' WHERE id = 'nobody'"))


async def read_rows(database: Database) -> None:
    await database.rows("SELECT 1", [])


@pytest.mark.parametrize("ask", [read, write, read_rows])
async def test_a_question_that_is_cancelled_gives_its_connection_back(
    empty: Asking, ask: Callable[[Database], Awaitable[None]]
) -> None:
    database = empty.world.database
    for moment in range(MOMENTS):
        task = asyncio.ensure_future(ask(database))
        for _ in range(moment):
            await asyncio.sleep(0)  # one turn of the loop
        task.cancel()
        await asyncio.wait([task])
    for _ in range(20):  # more than the pool holds
        await ask(database)

    assert database.pool().busy == 0


async def test_connections_at_hand_are_there_for_whoever_needs_them(empty: Asking) -> None:
    database, most = empty.world.database, empty.world.database.pool().most
    await asyncio.gather(*(read_rows(database) for _ in range(most)))
    assert (database.pool().busy, database.pool().idle) == (0, most // 2)  # opened; the rest was not needed

    async with AsyncExitStack() as stack:
        sessions = [stack.enter_async_context(database.reading()) for _ in range(most)]
        await asyncio.gather(*sessions)
        assert (database.pool().busy, database.pool().idle) == (most, 0)
        late = [asyncio.ensure_future(read_rows(database)) for _ in range(most)]
        await asyncio.sleep(0)  # one turn of the loop
        assert not any(one.done() for one in late)

    await asyncio.gather(*late)
    assert database.pool().busy == 0


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_the_smallest_pools_serve_everybody(stores: Stores, size: int) -> None:
    database = open_database(await stores.fresh("empty"), pool_size=size)
    for _ in range(3):
        await asyncio.gather(*(ask(database) for ask in (read, write, read_rows) for _ in range(10)))
    assert (database.pool().busy, database.pool().most) == (0, size)
    await database.close()


async def read_for_ever(database: Database) -> None:
    async with database.reading() as session:
        await session.execute(text(ENDLESS[database.dialect]))


async def read_rows_for_ever(database: Database) -> None:
    await database.rows(ENDLESS[database.dialect], [])


@pytest.mark.parametrize("ask", [read_for_ever, read_rows_for_ever])
async def test_a_question_without_end_stops_at_whatever_moment_it_is_cancelled(
    empty: Asking, ask: Callable[[Database], Awaitable[None]]
) -> None:
    database = empty.world.database
    async with asyncio.timeout(SECONDS):
        for moment in range(MOMENTS // 2):
            task = asyncio.ensure_future(ask(database))
            for _ in range(moment):
                await asyncio.sleep(0)  # one turn of the loop
            task.cancel()
            await asyncio.wait([task])
            await ask_all(database)


async def ask_all(database: Database) -> None:
    """On every connection that there is."""
    most = database.pool().most
    await asyncio.gather(*(read(database) for _ in range(most)), *(read_rows(database) for _ in range(most)))


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
async def test_a_server_that_did_not_hear_is_told_again(empty: Asking) -> None:
    deaf = """DO $$ BEGIN PERFORM pg_sleep(3600);
        EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(3600); END $$"""
    database = empty.world.database
    async with asyncio.timeout(SECONDS):
        task = asyncio.ensure_future(database.rows(deaf, []))
        async with database.reading() as session:
            asleep = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE 'DO %'")
            while not (await session.execute(asleep)).scalar():
                pass
            task.cancel()
            await asyncio.wait([task])
            assert (await session.execute(asleep)).scalar() == 0
        await ask_all(database)
