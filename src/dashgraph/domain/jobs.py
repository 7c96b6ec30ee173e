"""Work that goes on after the request is answered: deliveries, exports, large imports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from dashgraph.domain.changes import Change
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import IdFilter, Listing, Lookup, Sort, TimeFilter
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import Capability
from dashgraph.domain.targets import TargetKind
from dashgraph.domain.viewers import TokenScope

KEPT = timedelta(days=7)  # a job, its log and its files, from when it ended
RUNS_KEPT = timedelta(days=90)  # what came of the firings of a schedule, without the files
LOG_SHOWN = 200  # lines of a log: the latest


class JobKind(StrEnum):
    DELIVERY = "delivery"
    EXPORT = "export"
    IMPORT = "import"
    BULK = "bulk"


class JobStatus(StrEnum):
    """`MISSED` and `SKIPPED` are firings of a schedule that were never carried out; `reason` says why."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    MISSED = "missed"
    SKIPPED = "skipped"

    @property
    def is_over(self) -> bool:
        return self not in {JobStatus.QUEUED, JobStatus.RUNNING}


OPEN = frozenset({JobStatus.QUEUED, JobStatus.RUNNING})


class Trigger(StrEnum):
    """What made a job start."""

    REQUEST = "request"
    TIME = "time"
    CATCH_UP = "catch_up"
    MANUAL = "manual"
    TEST = "test"
    ALERT = "alert"


class DeliveryStatus(StrEnum):
    """`PENDING` is still to be tried, or to be tried again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """`fire_at` is the moment a schedule meant; `done` of `total` is how far it is. `error` is for people."""

    id: ResourceId
    kind: JobKind
    status: JobStatus
    trigger: Trigger
    requested_by: ResourceId | None
    schedule: ResourceId | None
    alert: ResourceId | None
    dashboard: ResourceId | None
    fire_at: datetime | None
    done: int
    total: int | None
    attempts: int
    result: Mapping[str, Any] | None
    reason: str | None
    error: str | None
    created_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None
    revision: int
    native_status: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of a job for one recipient of one target. `answer` is what the server said, or why it was skipped."""

    id: ResourceId
    job: ResourceId
    target: TargetKind
    recipient: str
    user: ResourceId | None
    status: DeliveryStatus
    attempts: int
    answer: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class LogLine:
    at: datetime
    level: str  # info, warning, error
    message: str


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file that a job made; its content is fetched by an address of its own, which `key` signs."""

    name: str
    content_type: str
    size: int
    key: Secret


class JobSort(Sort):
    CREATED_AT_ASC = "created_at"
    CREATED_AT_DESC = "-created_at"


class DeliverySort(Sort):
    RECIPIENT_ASC = "recipient"
    RECIPIENT_DESC = "-recipient"


@dataclass(frozen=True, slots=True)
class JobFilter:
    kind: tuple[JobKind, ...] | None = None
    status: tuple[JobStatus, ...] | None = None
    trigger: tuple[Trigger, ...] | None = None
    requested_by: IdFilter | None = None
    schedule: IdFilter | None = None
    alert: IdFilter | None = None
    dashboard: IdFilter | None = None
    created_at: TimeFilter | None = None


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    status: tuple[DeliveryStatus, ...] | None = None


JOB = Lookup[Job]("job", Kind.JOB, TokenScope.DASHBOARDS_READ)
JOBS = Listing[Job]("jobs", Kind.JOB, TokenScope.DASHBOARDS_READ, JobSort, JobSort.CREATED_AT_DESC)
JOBS_OF_SCHEDULE = Listing[Job](
    "schedule.runs", Kind.JOB, TokenScope.DASHBOARDS_READ, JobSort, JobSort.CREATED_AT_DESC, under=Kind.SCHEDULE
)
JOBS_OF_ALERT = Listing[Job](
    "alert.runs", Kind.JOB, TokenScope.DASHBOARDS_READ, JobSort, JobSort.CREATED_AT_DESC, under=Kind.ALERT
)
LOG_OF_JOB = Lookup[tuple[LogLine, ...]]("job.log", Kind.JOB, TokenScope.DASHBOARDS_READ)
FILE_OF_JOB = Lookup[JobFile]("job.file", Kind.JOB, TokenScope.DASHBOARDS_READ)
DELIVERY = Lookup[Delivery]("delivery", Kind.DELIVERY, TokenScope.DASHBOARDS_READ)
DELIVERIES_OF_JOB = Listing[Delivery](
    "job.deliveries",
    Kind.DELIVERY,
    TokenScope.DASHBOARDS_READ,
    DeliverySort,
    DeliverySort.RECIPIENT_ASC,
    under=Kind.JOB,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelJob(Change):
    """Stop a job that is not over. What it has done already stays done."""

    NEEDS = Capability.JOB_WRITE
    SCOPE = TokenScope.DASHBOARDS_READ
    ABOUT = "job"

    job: ResourceId
