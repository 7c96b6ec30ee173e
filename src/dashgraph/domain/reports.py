"""Reports: sending a dashboard once, now, by the system that holds it."""

from dataclasses import dataclass

from dashgraph.domain.changes import Change
from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.ids import ResourceId
from dashgraph.domain.problems import BadInput
from dashgraph.domain.sources import Capability
from dashgraph.domain.viewers import TokenScope

MOST_RECIPIENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport(Change):
    """Have a dashboard sent to users and groups of its source who may see it. `recipients` are their ids.

    The outcome tells the native id of the job that sends it, where there is one: the fact `job`.
    """

    NEEDS = Capability.REPORT_SEND
    SCOPE = TokenScope.SCHEDULES_WRITE
    ABOUT = "dashboard"

    dashboard: ResourceId
    recipients: tuple[ResourceId, ...]
    format: DeliveryFormat = DeliveryFormat.PDF

    def __post_init__(self) -> None:
        """Raises BadInput for nobody and for too many."""
        if not 1 <= len(self.recipients) <= MOST_RECIPIENTS:
            message = f"A report goes to 1 to {MOST_RECIPIENTS} users and groups."
            raise BadInput(message, argument="recipientIds")
