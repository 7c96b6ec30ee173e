"""What can be changed about alerts, and how they are triggered."""

from dataclasses import dataclass
from typing import Any

from dashgraph.domain import alert_checks, deliverable_changes
from dashgraph.domain.alerts import Condition
from dashgraph.domain.changes import UNCHANGED, Unchanged
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAlert(deliverable_changes.CreateDeliverable):
    """Have a dashboard, or a widget of it, delivered whenever it is triggered."""

    NEEDS = Capability.ALERT_WRITE
    KIND = Kind.ALERT

    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAlert(deliverable_changes.UpdateDeliverable):
    """`conditions` are all that it has from then on."""

    NEEDS = Capability.ALERT_WRITE
    KIND = Kind.ALERT

    conditions: tuple[Condition, ...] | Unchanged | None = UNCHANGED


class DeleteAlert(deliverable_changes.DeleteDeliverable):
    NEEDS = Capability.ALERT_WRITE
    KIND = Kind.ALERT


class SetAlertEnabled(deliverable_changes.SetDeliverableEnabled):
    NEEDS = Capability.ALERT_WRITE
    KIND = Kind.ALERT


class ChangeAlertOwner(deliverable_changes.ChangeDeliverableOwner):
    NEEDS = Capability.ALERT_WRITE
    KIND = Kind.ALERT


@dataclass(frozen=True, slots=True, kw_only=True)
class TestAlert(deliverable_changes.TestDeliverable):
    NEEDS = Capability.ALERT_WRITE
    KIND = Kind.ALERT

    values: Any = None

    def __post_init__(self) -> None:
        alert_checks.seen(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerAlert(deliverable_changes.DeliverableChange):
    """Have an alert delivered, with what was seen. For other systems: their token needs nothing but this scope."""

    SCOPE = TokenScope.ALERTS_TRIGGER
    NEEDS = Capability.ALERT_WRITE
    KIND = Kind.ALERT

    deliverable: ResourceId
    values: Any = None

    def __post_init__(self) -> None:
        """Raises BadInput for values that no message can show."""
        alert_checks.seen(self.values)
