"""Carrying out the jobs of the store: beside the server, or in a process of its own."""

import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from dashgraph.app.build import World
from dashgraph.app.settings import Settings
from dashgraph.domain.jobs import JobKind
from dashgraph.services.bulk_jobs import BulkJobs
from dashgraph.services.deliveries import Deliveries
from dashgraph.services.jobs.attempts import Worker
from dashgraph.services.jobs.crew import Crew
from dashgraph.services.jobs.engine import DbosEngine
from dashgraph.services.sheets import Sheets
from dashgraph.store.database import address, beside

MOST_PROCESSES = 64  # that share one SQLite


@asynccontextmanager
async def working(world: World) -> AsyncIterator[Crew]:
    """A crew at work until the end of the block; what runs then gets time to end."""
    url = world.settings.database_url.get_secret_value()
    with executor(world.settings) as name:
        at_once, look = world.settings.jobs_at_once, world.settings.job_look_seconds
        engine = DbosEngine(beside(url), name, at_once=at_once, look_seconds=look)
        silence = timedelta(seconds=world.settings.takeover_seconds)
        crew = Crew(world.database, engine, workers(world), silence=silence, observers=world.observers)
        await crew.open()
        try:
            yield crew
        finally:
            await crew.close(within=world.settings.shutdown_seconds)


def workers(world: World) -> Mapping[JobKind, Worker]:
    """Who carries out which kind of job."""
    sheets = Sheets(world.reading, world.documents)
    deliveries = Deliveries(world.database, sheets, world.rendering, world.sinks, world.sealer, world.identity)
    bulk = BulkJobs(world.database, world.changing, world.identity)
    return {
        JobKind.DELIVERY: deliveries,
        JobKind.EXPORT: world.file_exports,
        JobKind.IMPORT: bulk,
        JobKind.BULK: bulk,
    }


@contextmanager
def executor(settings: Settings) -> Iterator[str]:
    """What this process is called among those that work for the store, and is called again after a restart.

    On SQLite it is the first name that no living process has, told by a lock that ends with its process. On PostgreSQL
    it is the setting; without one it is new each time, and what a killed process left is taken up by another.
    """
    url = settings.database_url.get_secret_value()
    if settings.executor is not None or not address(url).drivername.startswith("sqlite"):
        yield settings.executor or secrets.token_hex(6)
        return
    folder = Path(address(url).database or "").absolute()
    for number in range(1, MOST_PROCESSES):
        lock = FileLock(folder.with_name(f"{folder.stem}.jobs-{number}.lock"), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            continue
        with lock:
            yield f"process-{number}"
        return
    yield secrets.token_hex(6)
