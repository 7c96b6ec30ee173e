"""One attempt at a job: what it may write, and how it ends."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JobKind, JobStatus, Trigger
from dashgraph.domain.problems import Problem
from dashgraph.store import working
from dashgraph.store.database import AnyRow, Database

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600))  # before each further attempt


class JobSignal(Exception):
    """How an attempt stops before its worker is done."""


class Superseded(JobSignal):
    """Another attempt has taken over; this one writes nothing more."""


class Cancelled(JobSignal):
    """Somebody asked for the job to stop."""


class TryAgain(JobSignal):
    """The attempt got no further for now. The message is for the log; `final` for when there is no other attempt."""

    def __init__(self, message: str, *, final: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.final = final or message


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended: as a whole, with what it has to show for it."""

    result: Mapping[str, Any] = field(default_factory=dict)
    failed: str | None = None  # why, when it ended without success


class Attempt:
    """What the worker of a job works with. Every write raises Superseded once another attempt has taken over."""

    def __init__(self, database: Database, row: AnyRow, claim: str, *, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.claim = claim
        self.clock = clock
        self.id: str = row.id
        self.kind = JobKind(row.kind)
        self.trigger = Trigger(row.trigger)
        self.number: int = row.attempts
        self.requested_by: str | None = row.requested_by
        self.scopes: str = row.scopes
        self.schedule: str | None = row.schedule_id
        self.alert: str | None = row.alert_id
        self.dashboard: str | None = row.dashboard_id
        self.fire_at: datetime | None = row.fire_at
        self.created_at: datetime = row.created_at
        self.input: Any = json.loads(row.input)

    @property
    def resource(self) -> ResourceId:
        return ResourceId(self.database.name, Kind.JOB, self.id)

    @property
    def is_last(self) -> bool:
        """Whether nothing is tried again after this attempt."""
        return self.number > len(PAUSES)

    async def look_up(self) -> None:
        """Raises Cancelled when the job is to stop. To be asked before each thing that cannot be taken back."""
        row = await working.state(self.database, self.id, self.claim)
        if row is None:
            raise Superseded
        if row.cancel_requested_at is not None:
            raise Cancelled

    async def progress(self, done: int, total: int) -> None:
        async with self.database.writing() as session:
            if not await working.change(session, self.id, self.claim, {"done": done, "total": total}):
                raise Superseded

    async def log(self, message: str, *, level: str = "info") -> None:
        async with self.database.writing() as session:
            await working.log(session, self.id, self.clock(), level, message)

    async def keep_file(self, name: str, content_type: str, content: bytes, *, position: int = 0) -> None:
        """Keep a file that the job made, in the place of what an attempt before left there."""
        async with self.database.writing() as session:
            if not await working.change(session, self.id, self.claim, {}):
                raise Superseded
            await working.keep_file(session, self.id, position, name, content_type, content)

    async def end(
        self, status: JobStatus, *, error: str | None = None, result: Mapping[str, Any] | None = None
    ) -> bool:
        """Write down how the job ended, and say so in its log."""
        now = self.clock()
        async with self.database.writing() as session:
            if not await working.end(session, self.id, self.claim, status, now, error=error, result=result):
                return False
            level = "error" if status is JobStatus.FAILED else "info"
            await working.log(session, self.id, now, level, error or f"{status.value.capitalize()}.")
        return True

    async def again(self, message: str) -> None:
        """Have it tried again after a while, longer each time."""
        now = self.clock()
        pause = PAUSES[min(self.number, len(PAUSES)) - 1]
        async with self.database.writing() as session:
            if await working.again(session, self.id, self.claim, now + pause):
                seconds = round(pause.total_seconds())
                await working.log(session, self.id, now, "warning", f"{message} Trying again in {seconds} s.")


Worker = Callable[[Attempt], Awaitable[Ended]]
"""Carries out jobs of one kind. It picks up where an attempt before it stopped, and raises TryAgain or a Problem."""


async def carry_out(attempt: Attempt, worker: Worker) -> Ended | None:
    """Run a worker and write down what came of it. How it ended, or None when it is not over, or not ours."""
    try:
        await attempt.look_up()
        ended = await worker(attempt)
    except Superseded:
        return None
    except Cancelled:
        await attempt.end(JobStatus.CANCELLED)
        return Ended()
    except TryAgain as later:
        if not attempt.is_last:
            await attempt.again(later.message)
            return None
        ended = Ended(failed=later.final)
    except Problem as problem:
        ended = Ended(failed=problem.message)
    status = JobStatus.SUCCEEDED if ended.failed is None else JobStatus.FAILED
    return ended if await attempt.end(status, error=ended.failed, result=ended.result) else None


def utc_now() -> datetime:
    return datetime.now(UTC)
