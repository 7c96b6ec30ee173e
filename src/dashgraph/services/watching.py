"""Who waits for news of jobs, and how they are told."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from dataclasses import dataclass

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.jobs import Job
from dashgraph.services.feed import Feed
from dashgraph.services.polling import Polling, Time, Watch
from dashgraph.store import jobs
from dashgraph.store.database import Database

Read = Callable[[], Awaitable[Job | None]]


@dataclass(eq=False, kw_only=True)
class _JobWatch(Watch):
    """One watcher of one job."""

    job: str
    seen: int | None = None


class Watching:
    """What can be followed of one store: jobs, and its `feed` of operations."""

    def __init__(self, database: Database, time: Time | None = None) -> None:
        self._database = database
        self._polling: Polling[_JobWatch] = Polling("jobs", self._changed, time or Time())
        self.feed = Feed(database, time or Time())

    @property
    def is_idle(self) -> bool:
        """Whether nobody watches anything, and nothing is asked."""
        return self._polling.is_idle and self.feed.is_idle

    async def job(self, one: ResourceId, read: Read) -> AsyncGenerator[Job | None, None]:
        """The job as it is, then whenever it has changed, until it is over. None, as the last, when there is none.

        `read` is asked for it each time, as the watcher and with the rights of that moment; what it raises ends this.
        """
        watch = _JobWatch(job=one.native)
        async with self._polling.watched(watch):
            while True:
                self._polling.looks(watch)
                found = await read()
                known, watch.seen = watch.seen, found.revision if found else None
                if found is None or found.revision != known:
                    yield found
                if found is None or found.status.is_over:
                    return
                await watch.woken.wait()

    async def _changed(self, watches: Collection[_JobWatch]) -> Collection[_JobWatch]:
        found = await jobs.revisions(self._database, sorted({watch.job for watch in watches}))
        return {watch for watch in watches if found.get(watch.job) != watch.seen}
