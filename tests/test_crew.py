"""Jobs are carried out once each, tried again when that helps, and told as they are."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from conftest import Stores
from dashgraph.domain.jobs import JobKind, JobStatus, Trigger
from dashgraph.domain.problems import Conflict
from dashgraph.services.jobs.attempts import Attempt, Ended, TryAgain, Worker
from dashgraph.services.jobs.crew import Crew
from dashgraph.services.jobs.engine import DbosEngine
from dashgraph.store import working
from dashgraph.store.database import Database, beside, open_database
from dashgraph.store.work_tables import job_log, jobs
from dashgraph.store.working import job_row

DEADLINE = 30


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@asynccontextmanager
async def working_on(
    stores: Stores, worker: Worker, clock: Callable[[], datetime]
) -> AsyncIterator[tuple[Database, Crew]]:
    address = await stores.fresh("empty")
    database = open_database(address)
    crew = Crew(database, DbosEngine(beside(address), "one", at_once=4), {JobKind.EXPORT: worker}, clock=clock)
    await crew.open()
    try:
        yield database, crew
    finally:
        await crew.close(within=5)
        await database.close()


async def submit(database: Database, **given: Any) -> str:
    row = job_row(JobKind.EXPORT, Trigger.REQUEST, datetime.now(UTC), given=given)
    async with database.writing() as session:
        assert await working.add(session, row)
    return str(row["id"])


async def job(database: Database, native: str) -> Any:
    async with database.reading() as session:
        return (await session.execute(select(jobs).where(jobs.c.id == native))).one()


async def over(database: Database, native: str, clock: Clock | None = None) -> Any:
    """The job once it is over; a clock given goes faster meanwhile."""
    async with asyncio.timeout(DEADLINE):
        while not JobStatus((found := await job(database, native)).status).is_over:
            await asyncio.sleep(0.02)
            if clock is not None:
                clock.ahead += timedelta(seconds=5)
    return found


async def log_of(database: Database, native: str) -> list[str]:
    async with database.reading() as session:
        lines = select(job_log.c.message).where(job_log.c.job_id == native).order_by(job_log.c.number)
        return list((await session.execute(lines)).scalars())


async def test_each_job_is_carried_out_once(stores: Stores) -> None:
    seen: list[str] = []

    async def worker(attempt: Attempt) -> Ended:
        seen.append(attempt.input["name"])
        await attempt.progress(1, 1)
        return Ended({"hello": attempt.input["name"]})

    async with working_on(stores, worker, Clock()) as (database, crew):
        ids = [await submit(database, name=f"job {number}") for number in range(20)]
        crew.call()
        found = [await over(database, one) for one in ids]

        assert sorted(seen) == sorted(f"job {number}" for number in range(20))
        assert {row.status for row in found} == {"succeeded"}
        assert found[3].result == '{"hello": "job 3"}'
        assert (found[3].done, found[3].total, found[3].attempts) == (1, 1, 1)
        assert found[3].created_at <= found[3].started_at <= found[3].finished_at
        assert await log_of(database, ids[3]) == ["Succeeded."]


async def test_what_failed_for_now_is_tried_again_later_and_longer_each_time(stores: Stores) -> None:
    clock, numbers = Clock(), []

    async def worker(attempt: Attempt) -> Ended:
        numbers.append(attempt.number)
        raise TryAgain("The server is busy.", final="The server was busy to the last.")

    async with working_on(stores, worker, clock) as (database, _):
        native = await submit(database)
        found = await over(database, native, clock)

        assert numbers == [1, 2, 3, 4, 5]
        assert (found.status, found.error) == ("failed", "The server was busy to the last.")
        assert await log_of(database, native) == [
            "The server is busy. Trying again in 5 s.",
            "The server is busy. Trying again in 30 s.",
            "The server is busy. Trying again in 120 s.",
            "The server is busy. Trying again in 600 s.",
            "The server was busy to the last.",
        ]


async def test_a_problem_ends_a_job_and_is_told(stores: Stores) -> None:
    async def worker(_attempt: Attempt) -> Ended:
        raise Conflict("It is gone.")

    async with working_on(stores, worker, Clock()) as (database, _):
        found = await over(database, await submit(database))

        assert (found.status, found.error, found.attempts) == ("failed", "It is gone.", 1)


async def test_a_running_job_stops_when_it_is_asked_to(stores: Stores) -> None:
    started, asked = asyncio.Event(), asyncio.Event()

    async def worker(attempt: Attempt) -> Ended:
        started.set()
        await asked.wait()
        await attempt.look_up()
        raise AssertionError("went on")

    async with working_on(stores, worker, Clock()) as (database, _):
        native = await submit(database)
        async with asyncio.timeout(DEADLINE):
            await started.wait()
        async with database.writing() as session:
            now = datetime.now(UTC)
            await session.execute(update(jobs).where(jobs.c.id == native).values(cancel_requested_at=now))
        asked.set()

        assert (await over(database, native)).status == "cancelled"


async def test_what_a_stopped_process_left_is_taken_up_after_its_restart(stores: Stores) -> None:
    address = await stores.fresh("empty")
    database = open_database(address)
    started = asyncio.Event()

    async def stuck(_attempt: Attempt) -> Ended:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def quick(attempt: Attempt) -> Ended:
        return Ended({"attempt": attempt.number})

    first = Crew(database, DbosEngine(beside(address), "one", at_once=4), {JobKind.EXPORT: stuck})
    await first.open()
    native = await submit(database)
    async with asyncio.timeout(DEADLINE):
        await started.wait()
    await first.close(within=0)
    second = Crew(database, DbosEngine(beside(address), "one", at_once=4), {JobKind.EXPORT: quick})
    await second.open()
    try:
        found = await over(database, native)
    finally:
        await second.close(within=5)
        await database.close()

    assert (found.status, found.result) == ("succeeded", '{"attempt": 2}')


async def test_another_process_takes_over_from_one_that_fell_silent(stores: Stores) -> None:
    address = await stores.fresh("empty")
    database = open_database(address)
    clock, started = Clock(), asyncio.Event()

    async def stuck(_attempt: Attempt) -> Ended:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def quick(attempt: Attempt) -> Ended:
        return Ended({"attempt": attempt.number})

    first = Crew(database, DbosEngine(beside(address), "one", at_once=4), {JobKind.EXPORT: stuck})
    await first.open()
    native = await submit(database)
    async with asyncio.timeout(DEADLINE):
        await started.wait()
    await first.close(within=0)
    await working.beat(database, "one", datetime.now(UTC))  # as one that was killed leaves it
    second = Crew(
        database,
        DbosEngine(beside(address), "two", at_once=4),
        {JobKind.EXPORT: quick},
        clock=clock,
        silence=timedelta(0),
    )
    await second.open()
    try:
        found = await over(database, native)
    finally:
        await second.close(within=5)
        await database.close()

    assert (found.status, found.result) == ("succeeded", '{"attempt": 2}')
