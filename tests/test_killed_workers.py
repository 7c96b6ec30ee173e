"""Three processes share the firings of one PostgreSQL, and one after another is killed in the middle of deliveries."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from company import Company
from conftest import Stores, asking
from dashgraph.store.database import Database
from dashgraph.store.work_tables import deliveries, jobs, recipients, schedules, targets
from postbox import Postbox, running

FIRINGS, PROCESSES, KILLS = 300, 3, 6
DEADLINE = 240  # seconds
LOOK = 0.01  # seconds between two looks


async def start(address: str, port: int) -> Process:
    settings = {
        "DATABASE_URL": address, "JOBS_AT_ONCE": "8", "TAKEOVER_SECONDS": "5", "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port), "SMTP_SECURITY": "none", "SMTP_FROM": "reports@x.example",
    }  # fmt: skip
    environment = os.environ | {f"DASHGRAPH_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "dashgraph", "worker"]
    return await asyncio.create_subprocess_exec(*command, env=environment, stdout=DEVNULL, stderr=DEVNULL)


async def plan(database: Database) -> None:
    """As many schedules, each with one firing that was due a minute ago and the next in a day, for two recipients."""
    company = Company(database)
    for name in ("owner", "ann"):
        await company.user(name)
    await company.dashboard("sales", "owner", tiles=("Revenue",))
    await company.share("sales", user="ann")
    now = datetime.now(UTC)
    due = now - timedelta(minutes=1)
    made = {"created_at": now - timedelta(hours=1), "updated_at": now - timedelta(hours=1)}
    what = {"owner_id": "owner", "dashboard_id": "sales", "format": "csv", "enabled": 1, **made}
    when = {"cron": f"{due.minute} {due.hour} * * *", "zone": "UTC"}
    names = [f"schedule-{number}" for number in range(FIRINGS)]
    mail = {"position": 0, "kind": "email", "settings": json.dumps({"held": []})}
    async with database.writing() as session:
        await session.execute(
            insert(schedules), [{"id": one, "name": one, "name_key": one, **what, **when} for one in names]
        )
        await session.execute(insert(targets), [{"id": one, "schedule_id": one, **mail} for one in names])
        for position, user in enumerate(("owner", "ann")):
            whom = {"position": position, "user_id": user}
            await session.execute(insert(recipients), [{"target_id": one, **whom} for one in names])


async def until(reached: Callable[[], bool]) -> None:
    while not reached():  # noqa: ASYNC110 - what is awaited happens in other processes
        await asyncio.sleep(LOOK)


async def counted(database: Database) -> Counter[str]:
    async with database.reading() as session:
        found = await session.execute(select(jobs.c.status, func.count()).group_by(jobs.c.status))
        return Counter(dict(found.all()))


@pytest.mark.parametrize("stores", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_no_firing_is_lost_or_doubled_while_processes_are_killed(stores: Stores) -> None:
    address, postbox = await stores.fresh("empty"), Postbox()
    async with running(postbox) as port, asking(address) as found:
        database = found.world.database
        await plan(database)
        processes = [await start(address, port) for _ in range(PROCESSES)]
        try:
            async with asyncio.timeout(DEADLINE):
                for kill in range(KILLS):
                    goal = (kill + 1) * 2 * FIRINGS // (KILLS + 2)
                    await until(lambda goal=goal: len(postbox.taken) >= goal)
                    processes[0].kill()
                    await processes.pop(0).wait()
                    processes.append(await start(address, port))
                await until(lambda: len(postbox.taken) >= 2 * FIRINGS)
                while (await counted(database))["succeeded"] < FIRINGS:  # noqa: ASYNC110 - it happens in another process
                    await asyncio.sleep(LOOK)
        finally:
            for process in processes:
                process.kill()
                await process.wait()

        assert await counted(database) == {"succeeded": FIRINGS}
        async with database.reading() as session:
            fired = (await session.execute(select(func.count(jobs.c.schedule_id.distinct())))).scalar_one()
            settled = await session.execute(select(deliveries.c.status, func.count()).group_by(deliveries.c.status))
            assert fired == FIRINGS
            assert dict(settled.all()) == {"delivered": 2 * FIRINGS}
    received = Counter(str(mail["Message-ID"]) for mail in postbox.messages)
    repeated = sum(received.values()) - len(received)
    print(f"{FIRINGS} firings, {KILLS} processes killed: {len(received)} mails, {repeated} of them sent again")
    assert len(received) == 2 * FIRINGS
    assert repeated <= KILLS * 8 * 2  # what a process had on its way when it was killed
