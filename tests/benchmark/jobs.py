"""How long a job waits before it starts, and how many a process carries out, on SQLite and on PostgreSQL.

Run it with: python tests/benchmark/jobs.py
"""

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent.parent))

import asyncpg

import postgres
from dashgraph.domain.jobs import JobKind, Trigger
from dashgraph.services.jobs.attempts import Attempt, Ended
from dashgraph.services.jobs.crew import Crew
from dashgraph.services.jobs.engine import DbosEngine
from dashgraph.store import working
from dashgraph.store.database import beside, open_database
from dashgraph.store.upgrade import upgrade
from dashgraph.store.working import job_row

ALONE, MANY, AT_ONCE = 20, 300, 8
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


async def measured(address: str) -> tuple[list[float], float]:
    """Milliseconds from the commit of a job to its start, one job at a time; and jobs a second, many at once."""
    database = open_database(address)
    await upgrade(database)
    started: dict[str, float] = {}
    all_done = asyncio.Event()
    awaited = 1

    async def worker(attempt: Attempt) -> Ended:
        started[attempt.id] = time.perf_counter()
        if len(started) == awaited:
            all_done.set()
        return Ended()

    crew = Crew(database, DbosEngine(beside(address), "one", at_once=AT_ONCE), {JobKind.EXPORT: worker})
    await crew.open()
    waits = []
    for number in range(ALONE):
        awaited, _ = number + 1, all_done.clear()
        row = job_row(JobKind.EXPORT, Trigger.REQUEST, datetime.now(UTC), given={})
        async with database.writing() as session:
            await working.add(session, row)
        committed = time.perf_counter()
        crew.call()
        await all_done.wait()
        waits.append((started[row["id"]] - committed) * 1000)
    awaited, _ = ALONE + MANY, all_done.clear()
    rows = [job_row(JobKind.EXPORT, Trigger.REQUEST, datetime.now(UTC), given={}) for _ in range(MANY)]
    async with database.writing() as session:
        for row in rows:
            await working.add(session, row)
    committed = time.perf_counter()
    crew.call()
    await all_done.wait()
    seconds = time.perf_counter() - committed
    await crew.close(within=10)
    await database.close()
    return waits, MANY / seconds


async def main() -> None:
    table = Table("database", "wait, median", "wait, longest", f"jobs a second ({AT_ONCE} at once)")
    with tempfile.TemporaryDirectory() as folder, postgres.running() as server:
        connection = await asyncpg.connect(f"{server}/postgres")
        await connection.execute("CREATE DATABASE jobs")
        await connection.close()
        for name, address in (("SQLite", f"{folder}/jobs.sqlite3"), ("PostgreSQL", f"{server}/jobs")):
            waits, rate = await measured(address)
            table.add_row(name, f"{statistics.median(waits):.0f} ms", f"{max(waits):.0f} ms", f"{rate:.0f}")
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(main())
