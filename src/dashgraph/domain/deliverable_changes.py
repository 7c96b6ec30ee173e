"""What can be changed about schedules and alerts alike. `KIND` says which of them a change is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dashgraph.domain.changes import UNCHANGED, Change, Unchanged
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput
from dashgraph.domain.sources import Capability
from dashgraph.domain.targets import Target
from dashgraph.domain.viewers import TokenScope


class DeliverableChange(Change):
    """Base of every change of a schedule or an alert."""

    NEEDS = Capability.SCHEDULE_WRITE
    SCOPE = TokenScope.SCHEDULES_WRITE
    ABOUT = "deliverable"
    KIND: ClassVar[Kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDeliverable(DeliverableChange):
    """It runs as who makes it."""

    ABOUT = "dashboard"

    dashboard: ResourceId
    called: str  # `name` is the mutation's
    format: DeliveryFormat
    targets: tuple[Target, ...]
    zone: str = "UTC"
    widget: ResourceId | None = None
    subject: str | None = None
    body: str | None = None
    filters: Mapping[str, Any] | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDeliverable(DeliverableChange):
    """`targets` are all that it has from then on."""

    deliverable: ResourceId
    called: str | Unchanged | None = UNCHANGED
    zone: str | Unchanged | None = UNCHANGED
    format: DeliveryFormat | Unchanged | None = UNCHANGED
    targets: tuple[Target, ...] | Unchanged | None = UNCHANGED
    widget: ResourceId | Unchanged | None = UNCHANGED
    subject: str | Unchanged | None = UNCHANGED
    body: str | Unchanged | None = UNCHANGED
    filters: Mapping[str, Any] | Unchanged | None = UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteDeliverable(DeliverableChange):
    deliverable: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDeliverableEnabled(DeliverableChange):
    """Have it fire, or not for now. What disabled it must be mended before it is enabled again."""

    deliverable: ResourceId
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDeliverableOwner(DeliverableChange):
    """Have it run as somebody else, whose it is from then on."""

    deliverable: ResourceId
    owner: ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class TestDeliverable(DeliverableChange):
    """Deliver what it would, to the viewer alone unless `to_targets`. Nothing of it is kept.

    Of a stored one, with what is given in place of what it has; or without one, of a dashboard.
    """

    ABOUT = "subject_of_test"

    deliverable: ResourceId | None = None
    dashboard: ResourceId | None = None
    called: str | Unchanged | None = UNCHANGED
    zone: str | Unchanged | None = UNCHANGED
    format: DeliveryFormat | Unchanged | None = UNCHANGED
    targets: tuple[Target, ...] | Unchanged | None = UNCHANGED
    widget: ResourceId | Unchanged | None = UNCHANGED
    subject: str | Unchanged | None = UNCHANGED
    body: str | Unchanged | None = UNCHANGED
    filters: Mapping[str, Any] | Unchanged | None = UNCHANGED
    to_targets: bool = False

    @property
    def subject_of_test(self) -> ResourceId:
        """Raises BadInput unless there is just one."""
        given = [one for one in (self.deliverable, self.dashboard) if one is not None]
        if len(given) != 1:
            argument, noun = f"{self.KIND.value.lower()}Id", self.KIND.value.lower()
            message = f"Give {argument} for the {noun} that there is, or dashboardId where there is none yet."
            raise BadInput(message, argument=argument)
        return given[0]
