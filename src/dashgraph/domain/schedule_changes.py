"""What can be changed about schedules, and how they are run besides their time."""

from dataclasses import dataclass

from dashgraph.domain import deliverable_changes
from dashgraph.domain.changes import UNCHANGED, Unchanged
from dashgraph.domain.ids import Kind, ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSchedule(deliverable_changes.CreateDeliverable):
    """Have a dashboard, or a widget of it, delivered at certain times."""

    KIND = Kind.SCHEDULE

    cron: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSchedule(deliverable_changes.UpdateDeliverable):
    KIND = Kind.SCHEDULE

    cron: str | Unchanged | None = UNCHANGED


class DeleteSchedule(deliverable_changes.DeleteDeliverable):
    KIND = Kind.SCHEDULE


class SetScheduleEnabled(deliverable_changes.SetDeliverableEnabled):
    KIND = Kind.SCHEDULE


class ChangeScheduleOwner(deliverable_changes.ChangeDeliverableOwner):
    KIND = Kind.SCHEDULE


class TestSchedule(deliverable_changes.TestDeliverable):
    KIND = Kind.SCHEDULE


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSchedule(deliverable_changes.DeliverableChange):
    """Run a schedule now. It counts as one of its runs."""

    KIND = Kind.SCHEDULE

    deliverable: ResourceId
