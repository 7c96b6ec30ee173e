"""Promoting dashboards, as a mutation."""

import strawberry

from dashgraph.domain.ids import Kind
from dashgraph.domain.promotion import PromoteDashboard, PromotionStep
from dashgraph.graph.changes.declare import ChangeInput, Payload, mutation, thing
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.promotion import PromotionItem


@strawberry.input(description="Take a dashboard to the project above.")
class PromoteDashboardInput(ChangeInput):
    CHANGE = PromoteDashboard
    KINDS = {"dashboard": (Kind.DASHBOARD,)}

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description="The dashboard.")


@strawberry.type(description="What came of `promoteDashboard`.")
class PromoteDashboardPayload(Payload):
    dashboard: Dashboard | None = thing(description="The dashboard here, as it was.")

    @strawberry.field(description="What became of each thing in the project above, or in a dry run would.")
    def items(self) -> list[PromotionItem]:
        told = self.outcome.facts.get("items", ())
        return [PromotionItem(kind=one["kind"], name=one["name"], step=PromotionStep(one["step"])) for one in told]


@strawberry.type
class PromotionMutations:
    promote_dashboard: PromoteDashboardPayload = mutation(
        PromoteDashboardInput,
        PromoteDashboardPayload,
        description="Make a dashboard, and what it needs, in the project above what they are here. With `dryRun` it "
        "only tells what that would change, as `Dashboard.promotionDiff` does. Who may edit it in both projects.",
    )
