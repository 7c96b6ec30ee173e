"""What changes in Holistics are made with, and how they wait for its jobs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from dashgraph.connectors.holistics import translate
from dashgraph.connectors.holistics.api import Holistics
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import Job
from dashgraph.sources.live.changing import Desk
from dashgraph.sources.rest.answers import Raw

PAUSES = (0.25, 0.5, 1.0, 1.0, 1.0)  # seconds between looks at a job that is soon over
NOT_UNDONE = "what is delivered cannot be taken back"


@dataclass(frozen=True)
class Means:
    """`alert_check` is when new alerts are checked; `nap` is how to wait for a job, `now` tells the time."""

    api: Holistics
    alert_check: str
    nap: Callable[[float], Awaitable[object]]
    now: Callable[[], datetime]

    async def ended(self, job: str) -> Job | None:
        """A job once it is over; None when that takes too long to wait for."""
        for pause in (0.0, *PAUSES):
            await self.nap(pause)
            found = await self.job(job)
            if found is not None and found.status.is_over:
                return found
        return None

    async def job(self, job: str) -> Job | None:
        return next((translate.job(row) for row in await self.api.jobs([job])), None)


def means(desk: Desk) -> Means:
    """What this change is made with."""
    found: Means = desk.api
    return found


def submitted(raw: Raw) -> tuple[ResourceId, bool]:
    """The job that was started, and whether it is one that was on its way already."""
    twin = raw.optional_id("existing_job_id") if raw.text("status") == "already_existed" else None
    return ResourceId(raw.source, Kind.JOB, twin or raw.id("id")), twin is not None
