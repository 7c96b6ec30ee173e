"""A worker is killed in the middle of a background import, again and again: all comes in, and nothing twice."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from datetime import UTC, datetime

from sqlalchemy import func, select

from company import Company
from conftest import Asking, Stores, asking
from dashgraph.domain.bulk import ItemStatus
from dashgraph.domain.changes import Terms
from dashgraph.services.imports import Sent, read_in
from dashgraph.store import bulk
from dashgraph.store.tables import operations
from dashgraph.store.work_tables import job_items, job_log, jobs
from test_crashes import document, whole

MANY = 300
DEADLINE = 120


async def start(address: str) -> Process:
    environment = os.environ | {"DASHGRAPH_DATABASE_URL": address, "DASHGRAPH_EXECUTOR": "one"}
    command = [sys.executable, "-m", "dashgraph", "worker"]
    return await asyncio.create_subprocess_exec(*command, env=environment, stdout=DEVNULL, stderr=DEVNULL)


async def at(found: Asking, done: int, status: str = "running") -> int:
    """How much is done, once it is so much or more and the job stands so."""
    while True:
        async with found.world.database.reading() as session:
            row = (await session.execute(select(jobs.c.done, jobs.c.status))).one()
        if row.done >= done and row.status == status:
            return int(row.done)
        await asyncio.sleep(0.005)


async def test_a_killed_import_goes_on_where_it_stood_and_does_nothing_twice(stores: Stores) -> None:
    address = await stores.fresh("empty")
    async with asking(address) as found:
        world = found.world
        me = await found.viewer(await Company(world.database).user("boss", "admin"))
        sent = [Sent(value=[document(number) for number in range(MANY)])]
        wanted = await read_in(world.reading, me, "local", sent, now=datetime.now(UTC))
        job = await world.bulk.start_import(me, wanted, Terms(), atomic=False)
        process, seen = await start(address), []
        try:
            async with asyncio.timeout(DEADLINE):
                for goal in (40, 150):
                    seen.append(await at(found, goal))
                    process.kill()
                    await process.wait()
                    assert await whole(found) >= seen[-1]
                    process = await start(address)
                assert await at(found, MANY, "succeeded") == MANY
        finally:
            process.kill()
            await process.wait()

        assert 40 <= seen[0] < seen[1] < MANY
        assert await whole(found) == MANY
        async with world.database.reading() as session:
            made = select(func.count()).where(operations.c.kind == "importDashboard")
            assert (await session.execute(made)).scalar_one() == MANY
            assert (await bulk.counted(session, job.id.native))[ItemStatus.SUCCEEDED] == MANY
            assert (await session.execute(select(jobs.c.attempts))).scalar_one() == 3
            assert {one[:25] for one in (await session.execute(select(job_items.c.facts))).scalars()} == {
                '{"outcome": "created", "n'
            }
            lines = (await session.execute(select(job_log.c.message).order_by(job_log.c.number))).scalars().all()
        assert [line.split(" after ")[0] for line in lines[:2]] == ["Goes on", "Goes on"]
        assert lines[2:] == [f"{MANY} were made, 0 could not.", "Succeeded."]
