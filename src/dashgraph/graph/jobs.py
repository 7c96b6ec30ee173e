"""Jobs: work that goes on after the request is answered, and what came of it for each recipient."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, ClassVar

import strawberry

from dashgraph.domain import jobs
from dashgraph.domain.alerts import ALERT
from dashgraph.domain.bulk import RESULTS_OF_JOB
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import (
    DELIVERIES_OF_JOB,
    DELIVERY,
    FILE_OF_JOB,
    JOB,
    LOG_OF_JOB,
    LOG_SHOWN,
    DeliveryStatus,
    JobKind,
    JobStatus,
    Trigger,
)
from dashgraph.domain.schedules import SCHEDULE
from dashgraph.domain.targets import TargetKind
from dashgraph.domain.users import USER
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.edges import fact, to_many, to_one
from dashgraph.graph.filters import DateTimeFilter, IDFilter
from dashgraph.graph.job_files import JobFile
from dashgraph.graph.job_results import JobResult, JobResultFilter
from dashgraph.graph.nodes import Resource, fetch, shows
from dashgraph.graph.paging import Connection
from dashgraph.graph.scalars import JSON
from dashgraph.graph.users import User

if TYPE_CHECKING:
    from dashgraph.graph.alerts import Alert
    from dashgraph.graph.schedules import Schedule

LazyAlert = Annotated["Alert", strawberry.lazy("dashgraph.graph.alerts")]
LazySchedule = Annotated["Schedule", strawberry.lazy("dashgraph.graph.schedules")]


@strawberry.input(description="Which jobs.")
class JobFilter:
    INTO: ClassVar[type] = jobs.JobFilter
    KINDS: ClassVar[Mapping[str, Kind]] = {
        "requested_by": Kind.USER,
        "schedule": Kind.SCHEDULE,
        "alert": Kind.ALERT,
        "dashboard": Kind.DASHBOARD,
    }

    kind: list[JobKind] | None = strawberry.field(default=strawberry.UNSET, description="By what they do.")
    status: list[JobStatus] | None = strawberry.field(default=strawberry.UNSET, description="By how they are doing.")
    trigger: list[Trigger] | None = strawberry.field(default=strawberry.UNSET, description="By what made them start.")
    requested_by: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By who asked for them: ids of users."
    )
    schedule: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By schedule; `isNull: true` for those without one."
    )
    alert: IDFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By alert; `isNull: true` for those without one."
    )
    dashboard: IDFilter | None = strawberry.field(default=strawberry.UNSET, description="By the dashboard they are of.")
    created_at: DateTimeFilter | None = strawberry.field(
        default=strawberry.UNSET, description="By when they were asked for."
    )


@strawberry.input(description="Which deliveries.")
class DeliveryFilter:
    INTO: ClassVar[type] = jobs.DeliveryFilter

    status: list[DeliveryStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="By what came of them."
    )


@strawberry.type(description="How far a job is.")
class JobProgress:
    done: int = strawberry.field(description="How many steps are done.")
    total: int | None = strawberry.field(description="How many there are; null while that is not known.")


@strawberry.type(description="A line in the log of a job.")
class JobLogLine:
    at: datetime = strawberry.field(description="When it was written.")
    level: str = strawberry.field(description="How much it matters: `info`, `warning` or `error`.")
    message: str = strawberry.field(description="What happened.")


@shows(jobs.Delivery)
@strawberry.federation.type(
    keys=["id"],
    description="What came of a job for one recipient of one target. Seen by whoever sees the job.",
)
class Delivery(Resource):
    LOOKUP = DELIVERY

    thing: strawberry.Private[jobs.Delivery]

    target: TargetKind = fact("target", description="Where it goes.")
    recipient: str = fact("recipient", description="The address, the channel, or the place that it goes to.")
    user: User | None = to_one(USER, "user", description="The user that it is for; null for anything else.")
    status: DeliveryStatus = fact("status", description="What came of it.")
    attempts: int = fact("attempts", description="How often it was tried.")
    answer: str | None = fact("answer", description="What the other end said, or why it was skipped.")
    at: datetime | None = fact("at", description="When it was tried last; null before that.")

    @strawberry.field(description="The job that it belongs to.")
    async def job(self) -> "Job | None":
        found: Job | None = await fetch(self.loaders, JOB, self.thing.job)
        return found


@shows(jobs.Job)
@strawberry.federation.type(
    keys=["id"],
    description="Work that goes on after the request is answered: a delivery, an export, a large import. Seen by who "
    f"asked for it, by the owner of its schedule or alert, and by administrators with scope ALL. Kept {jobs.KEPT.days} "
    f"days from its end, what a schedule did {jobs.RUNS_KEPT.days}.",
)
class Job(Resource):
    LOOKUP = JOB

    thing: strawberry.Private[jobs.Job]

    kind: JobKind = fact("kind", description="What it does.")
    status: JobStatus = fact("status", description="How it is doing.")
    native_status: str | None = fact(
        "native_status", description="The source's own word for the status; null for dashgraph's own jobs."
    )
    trigger: Trigger = fact("trigger", description="What made it start.")
    requested_by: User | None = to_one(
        USER, "requested_by", description="Who asked for it; null when it started by itself."
    )
    schedule: LazySchedule | None = to_one(
        SCHEDULE, "schedule", description="The schedule it is a run of; null when it is none, or that is gone."
    )
    alert: LazyAlert | None = to_one(
        ALERT, "alert", description="The alert that was triggered; null when there was none, or that is gone."
    )
    dashboard: Dashboard | None = to_one(
        DASHBOARD, "dashboard", description="The dashboard it is of; null when there is none that you may see."
    )
    fire_at: datetime | None = fact(
        "fire_at", description="The moment that its schedule meant; null when no schedule fired."
    )
    created_at: datetime | None = fact("created_at", description="When it was asked for.")
    started_at: datetime | None = fact("started_at", description="When it was first begun; null while it waits.")
    finished_at: datetime | None = fact("finished_at", description="When it ended; null until then.")
    cancel_requested_at: datetime | None = fact(
        "cancel_requested_at", description="When somebody asked to cancel it; it stops before its next step."
    )
    attempts: int = fact("attempts", description="How often it was begun.")
    reason: str | None = fact("reason", description="Why it was missed, skipped or interrupted.")
    error: str | None = fact("error", description="What went wrong, and what can be done.")
    revision: int = fact("revision", description="Counts up whenever anything of it changes.")

    @strawberry.field(description="How long it took from its beginning to its end, in milliseconds; null until then.")
    def duration_ms(self) -> float | None:
        started, finished = self.thing.started_at, self.thing.finished_at
        return None if started is None or finished is None else round((finished - started).total_seconds() * 1000, 1)

    @strawberry.field(description="How far it is.")
    def progress(self) -> JobProgress:
        return JobProgress(done=self.thing.done, total=self.thing.total)

    @strawberry.field(description=f"What it noted on its way; the last {LOG_SHOWN} lines, the oldest first.")
    async def log(self) -> list[JobLogLine]:
        lines = await self.loaders.thing(LOG_OF_JOB, self.resource)
        return [JobLogLine(at=line.at, level=line.level, message=line.message) for line in lines or ()]

    @strawberry.field(description="The file that it made; null when there is none, or none any more.")
    async def file(self) -> JobFile | None:
        found = await self.loaders.thing(FILE_OF_JOB, self.resource)
        now = datetime.now(UTC)
        return None if found is None else JobFile(job=self.thing, thing=found, loaders=self.loaders, now=now)

    @strawberry.field(description="What else came of it, according to its kind; null until it has ended.")
    def result(self) -> JSON | None:
        return None if self.thing.result is None else JSON(self.thing.result)

    results: Connection[JobResult] | None = to_many(
        RESULTS_OF_JOB,
        filter=JobResultFilter,
        description="What came of each change that a bulk job makes, or of each dashboard of an import.",
    )

    deliveries: Connection[Delivery] | None = to_many(
        DELIVERIES_OF_JOB, filter=DeliveryFilter, description="What came of it for each recipient."
    )
