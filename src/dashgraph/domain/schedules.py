"""Schedules: which dashboard goes where, when, and as whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashgraph.domain.deliverables import Deliverable, DeliverableFilter, Obstacle
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import Job
from dashgraph.domain.lists import Listing, Lookup, Sort, TimeFilter
from dashgraph.domain.secrets import Seal, keyless
from dashgraph.domain.targets import Target
from dashgraph.domain.viewers import TokenScope

GRACE = timedelta(minutes=15)  # how late a firing may be caught up with
LEAST_INTERVAL = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Scheduling:
    """On which terms schedules are kept: how close two runs may be, and what seals the secrets of targets."""

    least_interval: timedelta = LEAST_INTERVAL
    seal: Seal = keyless


USUAL_SCHEDULING = Scheduling()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Deliverable):
    """`zone` says by whose clocks it runs too."""

    cron: str
    next_run_at: datetime | None


class ScheduleSort(Sort):
    NAME_ASC = "name"
    NAME_DESC = "-name"
    NEXT_RUN_AT_ASC = "next_run_at"
    NEXT_RUN_AT_DESC = "-next_run_at"
    CREATED_AT_ASC = "created_at"
    CREATED_AT_DESC = "-created_at"


@dataclass(frozen=True, slots=True)
class ScheduleFilter(DeliverableFilter):
    next_run_at: TimeFilter | None = None


SCHEDULE = Lookup[Schedule]("schedule", Kind.SCHEDULE, TokenScope.DASHBOARDS_READ)
TARGETS_OF_SCHEDULE = Lookup[tuple[Target, ...]]("schedule.targets", Kind.SCHEDULE, TokenScope.DASHBOARDS_READ)
OBSTACLES_OF_SCHEDULE = Lookup[tuple[Obstacle, ...]]("schedule.problems", Kind.SCHEDULE, TokenScope.DASHBOARDS_READ)
LAST_RUN_OF_SCHEDULE = Lookup[Job]("schedule.lastRun", Kind.SCHEDULE, TokenScope.DASHBOARDS_READ)
SCHEDULES = Listing[Schedule](
    "schedules", Kind.SCHEDULE, TokenScope.DASHBOARDS_READ, ScheduleSort, ScheduleSort.NAME_ASC
)
SCHEDULES_OF_DASHBOARD = Listing[Schedule](
    "dashboard.schedules",
    Kind.SCHEDULE,
    TokenScope.DASHBOARDS_READ,
    ScheduleSort,
    ScheduleSort.NAME_ASC,
    under=Kind.DASHBOARD,
)
SCHEDULES_OF_OWNER = Listing[Schedule](
    "user.schedules",
    Kind.SCHEDULE,
    TokenScope.DASHBOARDS_READ,
    ScheduleSort,
    ScheduleSort.NAME_ASC,
    under=Kind.USER,
)
