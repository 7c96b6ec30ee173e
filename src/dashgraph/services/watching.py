"""Who waits for news of jobs, and the one question for all of them: one poller a process, none while nobody waits."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.jobs import Job
from dashgraph.store import jobs
from dashgraph.store.database import Database

log = structlog.get_logger("dashgraph.watching")

POLL_SECONDS = 0.5
RECHECK_SECONDS = 30  # after which a job is read again though it has not changed: the watcher's rights may have

Read = Callable[[], Awaitable[Job | None]]


@dataclass(eq=False)
class _Watch:
    """One watcher of one job. Woken twice before it looks, it looks once: it never lags behind by more than one."""

    job: str
    seen: int | None = None
    looked_at: float = 0
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Watching:
    """`clock` tells seconds, `pause` waits for some."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._pause = pause
        self._watches: set[_Watch] = set()
        self._poller: asyncio.Task[None] | None = None

    async def job(self, one: ResourceId, read: Read) -> AsyncGenerator[Job | None, None]:
        """The job as it is, then whenever it has changed, until it is over. None, as the last, when there is none.

        `read` is asked for it each time, as the watcher and with the rights of that moment; what it raises ends this.
        """
        watch = _Watch(one.native)
        self._begin(watch)
        try:
            while True:
                watch.woken.clear()
                watch.looked_at = self._clock()
                found = await read()
                known, watch.seen = watch.seen, found.revision if found else None
                if found is None or found.revision != known:
                    yield found
                if found is None or found.status.is_over:
                    return
                await watch.woken.wait()
        finally:
            await self._end(watch)

    def _begin(self, watch: _Watch) -> None:
        self._watches.add(watch)
        if self._poller is None:
            self._poller = asyncio.create_task(self._poll(), name="watching")

    async def _end(self, watch: _Watch) -> None:
        self._watches.discard(watch)
        if not self._watches and self._poller is not None:
            poller, self._poller = self._poller, None
            poller.cancel()
            await asyncio.wait([poller])

    async def _poll(self) -> None:
        silent = False
        while True:
            await self._pause(POLL_SECONDS)
            changed: set[_Watch] = set()
            try:
                found = await jobs.revisions(self._database, sorted({watch.job for watch in self._watches}))
                changed = {watch for watch in self._watches if found.get(watch.job) != watch.seen}
                silent = False
            except Exception:
                if not silent:  # told once; the watchers go on waiting
                    log.warning("no news of jobs", exc_info=True)
                silent = True
            late = self._clock() - RECHECK_SECONDS
            for watch in self._watches:
                if watch in changed or watch.looked_at <= late:
                    watch.woken.set()
