"""Whoever stops asking, at whatever moment, leaves nothing behind in the store."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from conftest import Asking
from dashgraph.store.database import Database

MOMENTS = 60  # turns of the loop, more than a question takes


async def read(database: Database) -> None:
    async with database.reading() as session:
        await session.execute(text("SELECT 1"))


async def write(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(text("UPDATE users SET name = 'nobody' WHERE id = 'nobody'"))


@pytest.mark.parametrize("ask", [read, write])
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

    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
