"""What the mutations of schedules and of alerts have in common: parts of inputs and of payloads."""

import strawberry
from strawberry import UNSET

from dashgraph.domain.deliverables import DeliveryFormat, WarningKind
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import JOB
from dashgraph.domain.targets import MOST_TARGETS
from dashgraph.domain.templates import VARIABLES
from dashgraph.graph.changes.declare import ChangeInput, Payload
from dashgraph.graph.changes.target_inputs import DeliveryTargetInput
from dashgraph.graph.filters import global_id
from dashgraph.graph.jobs import Job
from dashgraph.graph.nodes import fetch
from dashgraph.graph.scalars import JSON

WHO = "Its owner and administrators."
VARIABLE = ", ".join(f"`{{{{{name}}}}}`" for name in VARIABLES)
NAME = "Its name; at most 200 characters."
ZONE = "In whose time: the IANA name of a time zone, like Europe/Berlin."
TARGETS = f"Where it delivers to, 1 to {MOST_TARGETS}."
WIDGET = "A widget of the dashboard, to deliver that alone."
SUBJECT = f"A template of the subject, in which {VARIABLE} can stand; null for the usual one."
BODY = "A template of the text, with the same variables; null for the usual one."
FILTERS = "Presets of filters for what is drawn: an object, kept as it is."
HEIR = "The heir: an active user who sees the dashboard, and may deliver to its targets."


def kinds(of: Kind) -> dict[str, tuple[Kind, ...]]:
    """What the ids in an input about these must name."""
    return {"deliverable": (of,), "dashboard": (Kind.DASHBOARD,), "widget": (Kind.WIDGET,), "owner": (Kind.USER,)}


@strawberry.input
class CreateDeliverableInput(ChangeInput):
    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description="The dashboard.")
    widget: strawberry.ID | None = strawberry.field(name="widgetId", default=UNSET, description=WIDGET)
    called: str = strawberry.field(name="name", description=NAME)
    zone: str = strawberry.field(name="timezone", default="UTC", description=ZONE)
    format: DeliveryFormat = strawberry.field(description="What is delivered.")
    targets: list[DeliveryTargetInput] = strawberry.field(description=TARGETS)
    subject: str | None = strawberry.field(default=UNSET, description=SUBJECT)
    body: str | None = strawberry.field(default=UNSET, description=BODY)
    filters: JSON | None = strawberry.field(default=UNSET, description=FILTERS)
    enabled: bool = strawberry.field(default=True, description="Whether it fires from now on.")


@strawberry.input
class UpdateDeliverableInput(ChangeInput):
    widget: strawberry.ID | None = strawberry.field(
        name="widgetId", default=UNSET, description=f"{WIDGET} Null for the whole dashboard."
    )
    called: str | None = strawberry.field(name="name", default=UNSET, description=f"{NAME} Cannot be cleared.")
    zone: str | None = strawberry.field(name="timezone", default=UNSET, description=f"{ZONE} Cannot be cleared.")
    format: DeliveryFormat | None = strawberry.field(default=UNSET, description="What is delivered. Cannot be cleared.")
    targets: list[DeliveryTargetInput] | None = strawberry.field(
        default=UNSET, description=f"{TARGETS} All that it has from now on. Cannot be cleared."
    )
    subject: str | None = strawberry.field(default=UNSET, description=SUBJECT)
    body: str | None = strawberry.field(default=UNSET, description=BODY)
    filters: JSON | None = strawberry.field(default=UNSET, description=FILTERS)


@strawberry.input
class TestDeliverableInput(ChangeInput):
    dashboard: strawberry.ID | None = strawberry.field(
        name="dashboardId", default=UNSET, description="The dashboard, where there is none yet."
    )
    widget: strawberry.ID | None = strawberry.field(name="widgetId", default=UNSET, description=WIDGET)
    called: str | None = strawberry.field(name="name", default=UNSET, description=NAME)
    zone: str | None = strawberry.field(name="timezone", default=UNSET, description=ZONE)
    format: DeliveryFormat | None = strawberry.field(
        default=UNSET, description="What is delivered; PDF where nothing says otherwise."
    )
    targets: list[DeliveryTargetInput] | None = strawberry.field(
        default=UNSET, description=f"{TARGETS} They count with `toTargets` alone."
    )
    subject: str | None = strawberry.field(default=UNSET, description=SUBJECT)
    body: str | None = strawberry.field(default=UNSET, description=BODY)
    filters: JSON | None = strawberry.field(default=UNSET, description=FILTERS)
    to_targets: bool = strawberry.field(
        default=False, description="Deliver to the targets, as a run would. Else to your own address and nowhere else."
    )


@strawberry.type(description="Something to know of a schedule or an alert that was saved all the same.")
class DeliveryWarning:
    code: WarningKind = strawberry.field(description="What it is.")
    message: str = strawberry.field(description="In words.")


@strawberry.type
class Warned(Payload):
    @strawberry.field(description="What there is to know of it all the same; a few at the most, so without pages.")
    def warnings(self) -> list[DeliveryWarning]:
        told = self.outcome.facts.get("warnings", ())
        return [DeliveryWarning(code=WarningKind(code), message=message) for code, message in told]


@strawberry.type
class Deleted(Payload):
    @strawberry.field(description="The id of what is gone.")
    def deleted_id(self) -> strawberry.ID | None:
        gone = self.outcome.facts.get("deleted")
        return None if gone is None else strawberry.ID(gone)


@strawberry.type
class Started(Payload):
    @strawberry.field(description="The job that delivers; null in a dry run.")
    async def job(self) -> Job | None:
        job = self.outcome.facts.get("job")
        found: Job | None = None if job is None else await fetch(self.loaders, JOB, global_id(job))
        return found
