"""What a process does for the jobs of the store: fire what is due, hand over, stay alive, and mend what was lost."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from dashgraph.domain.jobs import KEPT, RUNS_KEPT, JobKind
from dashgraph.domain.observing import FAILED, OK, JobAttempted, Observer, looked_on, note
from dashgraph.domain.problems import Problem, SourceUnavailable
from dashgraph.services.jobs.attempts import Attempt, Ended, JobSignal, TryAgain, Worker, carry_out, utc_now
from dashgraph.services.jobs.engine import JobEngine
from dashgraph.services.jobs.ticking import tick
from dashgraph.store import working
from dashgraph.store.database import Database

log = structlog.get_logger("dashgraph.jobs")

MOST = 100  # rows that one round takes
TICK_SECONDS, RELAY_SECONDS, BEAT_SECONDS, MEND_SECONDS, SWEEP_SECONDS = 1.0, 0.25, 1.5, 2.0, 600.0
SILENCE = timedelta(seconds=30)  # after which a process counts as dead
LOST = timedelta(seconds=10)  # after which the engine is asked whether it still has a job


class Crew:
    """Works until it is closed. Any number of processes may, over one PostgreSQL; each has its own crew."""

    def __init__(
        self,
        database: Database,
        engine: JobEngine,
        workers: Mapping[JobKind, Worker],
        *,
        clock: Callable[[], datetime] = utc_now,
        silence: timedelta = SILENCE,
        observers: Sequence[Observer] = (),
    ) -> None:
        self._database = database
        self._engine = engine
        self._workers = workers
        self._clock = clock
        self._silence = silence
        self._observers = observers
        self._rounds: list[asyncio.Task[None]] = []
        self._called = asyncio.Event()
        self._at_work: set[asyncio.Future[None]] = set()
        self._closing = False

    @property
    def executor(self) -> str:
        """What this process is called among those that work for the store."""
        return self._engine.executor

    async def open(self) -> None:
        """Take up work. Raises what the engine raises when its tables cannot be reached."""
        await working.beat(self._database, self._engine.executor, self._clock())
        await self._engine.open(self._work)
        for seconds, round_ in (
            (TICK_SECONDS, self.tick),
            (RELAY_SECONDS, self.relay),
            (BEAT_SECONDS, self._beat),
            (MEND_SECONDS, self.mend),
            (SWEEP_SECONDS, self._sweep),
        ):
            self._rounds.append(asyncio.create_task(self._every(seconds, round_), name=round_.__name__))

    async def close(self, *, within: float) -> None:
        """Start nothing more, give what runs this many seconds to end, and stop. The rest is taken up elsewhere."""
        self._closing = True
        for one in self._rounds:
            one.cancel()
        await asyncio.gather(*self._rounds, return_exceptions=True)
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=within)
        await self._engine.close()
        with suppress(SourceUnavailable):
            await working.forget(self._database, self._engine.executor)

    def call(self) -> None:
        """Say that there is a new job: it is handed over at once instead of at the next look."""
        self._called.set()

    async def tick(self) -> None:
        """Make jobs of the firings that are due."""
        if await tick(self._database, self._clock()):
            self.call()

    async def relay(self) -> None:
        """Hand over what waits in the outbox. Who else does so at the same time does no harm: the keys are the same."""
        now = self._clock()
        given = await working.waiting(self._database, now, MOST)
        for row in given:
            await self._engine.submit(_key(row.id, row.handovers), row.id)
        if given:
            await working.handed_over(self._database, given, now)

    async def mend(self) -> None:
        """Give the work of dead processes to the living, and take back what the engine has lost."""
        now = self._clock()
        for executor in await working.silent(self._database, self._silence, now):
            if executor != self._engine.executor:
                adopted = await self._engine.adopt(executor)
                await working.forget(self._database, executor)
                log.warning("a process fell silent", executor=executor, jobs=adopted)
        held = await working.with_engine(self._database, now - LOST, MOST)
        keys = {_key(row.id, row.handovers): row for row in held}
        for key in await self._engine.over(list(keys)) if keys else ():
            await working.take_back(self._database, keys[key], now)
            log.warning("a job was lost and is handed over again", job=keys[key].id)

    async def _beat(self) -> None:
        await working.beat(self._database, self._engine.executor, self._clock())

    async def _sweep(self) -> None:
        now = self._clock()
        await working.sweep(self._database, now - KEPT, now - RUNS_KEPT, MOST)
        await self._engine.sweep(MOST)

    async def _every(self, seconds: float, round_: Callable[[], Awaitable[None]]) -> None:
        silent = False
        while True:
            try:
                await round_()
                if silent:
                    log.info("the database answers again", round=round_.__name__)
                silent = False
            except SourceUnavailable:
                if not silent:
                    log.warning("the database does not answer; trying again", round=round_.__name__)
                silent = True
            except Exception:
                log.exception("a round failed", round=round_.__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await (self._called.wait() if round_ == self.relay else asyncio.Event().wait())
            if round_ == self.relay:
                self._called.clear()

    async def _work(self, job: str) -> None:
        """Carry out one job as far as it goes. Nothing escapes: what is unexpected is logged, and tried again."""
        if self._closing:
            await asyncio.Event().wait()  # until the engine stops: it is taken up again elsewhere
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._at_work.add(done)
        try:
            with looked_on(self._observers):
                await self._attempt(job)
        except SourceUnavailable:
            log.warning("the database does not answer; the job is taken up again", job=job)
        finally:
            self._at_work.discard(done)
            done.set_result(None)

    async def _attempt(self, job: str) -> None:
        claim = secrets.token_hex(8)
        row = await working.begin(self._database, job, claim, self._clock())
        if row is None:
            return
        attempt = Attempt(self._database, row, claim, clock=self._clock)
        with structlog.contextvars.bound_contextvars(job=job, kind=attempt.kind.value):
            ended = await carry_out(attempt, self._guarded)
            status = "again" if ended is None else FAILED if ended.failed else OK
            note(JobAttempted(attempt.kind.value, status))
            log.info("job", attempt=attempt.number, over=ended is not None, failed=ended.failed if ended else None)

    async def _guarded(self, attempt: Attempt) -> Ended:
        """The worker, with what is unexpected logged whole and told in one dull sentence."""
        try:
            return await self._workers[attempt.kind](attempt)
        except (Problem, JobSignal):
            raise
        except Exception as error:
            log.exception("unexpected")
            message = f"Something went wrong on our side; the log has it as job {attempt.id}."
            raise TryAgain(message) from error


def _key(job: str, handovers: int) -> str:
    return f"{job}/{handovers}"
