"""Schedules: what is delivered when, where to, and as whom; and what stands in the way of it."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import strawberry

from dashgraph.domain import schedules
from dashgraph.domain.cron import Timetable
from dashgraph.domain.jobs import JOBS_OF_SCHEDULE
from dashgraph.domain.lists import LARGEST_PAGE
from dashgraph.domain.problems import BadInput
from dashgraph.domain.schedules import (
    LAST_RUN_OF_SCHEDULE,
    OBSTACLES_OF_SCHEDULE,
    SCHEDULE,
    TARGETS_OF_SCHEDULE,
)
from dashgraph.graph.deliverables import RUNS, Deliverable
from dashgraph.graph.edges import fact, to_many
from dashgraph.graph.jobs import Job, JobFilter
from dashgraph.graph.nodes import shows
from dashgraph.graph.paging import Connection


@strawberry.type(description="A time at which a schedule runs.")
class ScheduledRun:
    at: datetime = strawberry.field(description="The moment, in UTC.")
    local: str = strawberry.field(
        description="The same as the clocks of the schedule's time zone show it: `2026-10-25T09:00:00+01:00`."
    )
    offset: str = strawberry.field(description="How far these clocks are ahead of UTC then: `+01:00`.")


@shows(schedules.Schedule)
@strawberry.federation.type(
    keys=["id"],
    description="Has a dashboard, or a widget of it, delivered at certain times. Seen by its owner, by the owner of "
    "the dashboard, and by administrators with scope ALL; changed by its owner and administrators.",
)
class Schedule(Deliverable):
    LOOKUP = SCHEDULE
    TARGETS = TARGETS_OF_SCHEDULE
    OBSTACLES = OBSTACLES_OF_SCHEDULE
    LAST_RUN = LAST_RUN_OF_SCHEDULE

    thing: strawberry.Private[schedules.Schedule]

    cron: str = fact("cron", description="When it runs: minute, hour, day of the month, month, day of the week.")
    next_run_at: datetime | None = fact("next_run_at", description="When it fires next; null while it does not.")

    @strawberry.field(description="When it runs, in words: `Every Monday at 09:00, Europe/Berlin`.")
    def described(self) -> str:
        return self._timetable().described()

    @strawberry.field(
        description="The next times of its timetable, also while it is disabled. Times that the clocks skip or repeat "
        "are accounted for."
    )
    async def next_runs(
        self,
        first: Annotated[int, strawberry.argument(description=f"How many, at most {LARGEST_PAGE}.")] = 5,
        after: Annotated[
            datetime | None, strawberry.argument(description="From when on; from now when left out.")
        ] = None,
    ) -> list[ScheduledRun]:
        if not 0 <= first <= LARGEST_PAGE:
            message = f"`first` is at least 0 and at most {LARGEST_PAGE}; go on with `after` for more."
            raise BadInput(message, argument="first")
        # in a thread: a page of schedules with many runs each would hold up everybody else
        runs = await asyncio.to_thread(self._timetable().next_runs, after or datetime.now(UTC), first)
        return [ScheduledRun(at=at, local=at.isoformat(), offset=at.isoformat()[-len("+00:00") :]) for at in runs]

    runs: Connection[Job] | None = to_many(JOBS_OF_SCHEDULE, filter=JobFilter, description=RUNS)

    def _timetable(self) -> Timetable:
        return Timetable(self.thing.cron, self.thing.zone or "UTC")
