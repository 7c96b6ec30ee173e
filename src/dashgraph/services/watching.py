"""Who waits for news of jobs, and how they are told."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from dataclasses import dataclass

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.jobs import Job
from dashgraph.services.feed import Feed
from dashgraph.services.polling import Polling, Time, Watch
from dashgraph.store import jobs
from dashgraph.store.database import Database

ELSEWHERE_SECONDS = 5  # after which a job of another system is looked at again: nothing here tells that it has changed

Read = Callable[[], Awaitable[Job | None]]


@dataclass(eq=False, kw_only=True)
class _JobWatch(Watch):
    """One watcher of one job."""

    job: ResourceId
    seen: Job | None = None

    @property
    def revision(self) -> int | None:
        return self.seen.revision if self.seen else None


class Watching:
    """What can be followed of one store: jobs, and its `feed` of operations."""

    def __init__(self, database: Database, time: Time | None = None) -> None:
        self._database = database
        self._time = time or Time()
        self._polling: Polling[_JobWatch] = Polling("jobs", self._changed, self._time)
        self.feed = Feed(database, self._time)

    @property
    def is_idle(self) -> bool:
        """Whether nobody watches anything, and nothing is asked."""
        return self._polling.is_idle and self.feed.is_idle

    async def job(self, one: ResourceId, read: Read) -> AsyncGenerator[Job | None, None]:
        """The job as it is, then whenever it has changed, until it is over. None, as the last, when there is none.

        `read` is asked for it each time, as the watcher and with the rights of that moment; what it raises ends this.
        """
        watch = _JobWatch(job=one)
        async with self._polling.watched(watch):
            while True:
                self._polling.looks(watch)
                found = await read()
                known, watch.seen = watch.seen, found
                if found is None or found != known:
                    yield found
                if found is None or found.status.is_over:
                    return
                await watch.woken.wait()

    async def _changed(self, watches: Collection[_JobWatch]) -> Collection[_JobWatch]:
        here = {watch for watch in watches if watch.job.source == self._database.name}
        late = self._time.clock() - ELSEWHERE_SECONDS
        elsewhere = {watch for watch in watches if watch not in here and watch.looked_at <= late}
        found = await jobs.revisions(self._database, sorted({watch.job.native for watch in here})) if here else {}
        return elsewhere | {watch for watch in here if found.get(watch.job.native) != watch.revision}
