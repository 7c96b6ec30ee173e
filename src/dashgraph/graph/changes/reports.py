"""Sending a dashboard once, as a mutation."""

import strawberry

from dashgraph.domain.deliverables import DeliveryFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JOB
from dashgraph.domain.reports import MOST_RECIPIENTS, SendReport
from dashgraph.graph.changes.declare import ChangeInput, Payload, mutation, thing
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.jobs import Job
from dashgraph.graph.nodes import fetch


@strawberry.input(description="Send a dashboard once, now.")
class SendReportInput(ChangeInput):
    CHANGE = SendReport
    KINDS = {"dashboard": (Kind.DASHBOARD,), "recipients": (Kind.USER, Kind.GROUP)}

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description="The dashboard.")
    recipients: list[strawberry.ID] = strawberry.field(
        name="recipientIds",
        description=f"Users and groups of the same source who may see it, 1 to {MOST_RECIPIENTS}.",
    )
    format: DeliveryFormat = strawberry.field(default=DeliveryFormat.PDF, description="What is sent.")


@strawberry.type(description="What came of `sendReport`.")
class SendReportPayload(Payload):
    dashboard: Dashboard | None = thing(description="The dashboard.")

    @strawberry.field(description="The job that sends it; null where the system tells of none.")
    async def job(self) -> Job | None:
        native, about = self.outcome.facts.get("job"), self.outcome.thing
        one = None if native is None or about is None else ResourceId(about.id.source, Kind.JOB, native)
        found: Job | None = await fetch(self.loaders, JOB, one)
        return found


@strawberry.type
class ReportMutations:
    send_report: SendReportPayload = mutation(
        SendReportInput,
        SendReportPayload,
        description="Have a dashboard sent once, now, by the system that holds it. Cannot be taken back. Of "
        "dashgraph's own dashboards use `createSchedule` and `runSchedule`.",
    )
