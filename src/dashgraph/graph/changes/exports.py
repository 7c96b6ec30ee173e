"""Exports, as a mutation: giving documents out stands in the audit trail."""

from datetime import datetime

import strawberry

from dashgraph.domain.changes import Change
from dashgraph.domain.exports import MOST_BY_ADDRESS, MOST_INLINE, ExportDashboards, ExportDelivery, exporting
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import TooMuch
from dashgraph.graph.changes.declare import ChangeInput, Payload, mutation
from dashgraph.graph.filters import global_id
from dashgraph.services.documents import Documents, dash_file


@strawberry.input(description="Export dashboards of one source as documents.")
class ExportDashboardsInput(ChangeInput):
    CHANGE = ExportDashboards
    KINDS = {"dashboards": (Kind.DASHBOARD,)}

    dashboards: list[strawberry.ID] = strawberry.field(
        name="dashboardIds",
        description=f"The dashboards, in order; at most {MOST_INLINE} as text, {MOST_BY_ADDRESS} by address.",
    )
    delivery: ExportDelivery = strawberry.field(
        default=ExportDelivery.TEXT, description="In the answer, or by an address to download from."
    )

    def change(self) -> Change:
        most = MOST_INLINE if self.delivery is ExportDelivery.TEXT else MOST_BY_ADDRESS
        if not 1 <= len(self.dashboards) <= most:
            message = f"`dashboardIds` holds 1 to {most} ids; export more in several requests."
            raise TooMuch(message, argument="dashboardIds")
        return super().change()


@strawberry.type(description="What came of `exportDashboards`.")
class ExportDashboardsPayload(Payload):
    @strawberry.field(
        description="A `.dash` file: one document, or an array of several, with every key that was imported. The same "
        "dashboards give the same text. Null by address."
    )
    async def text(self) -> str | None:
        if self.outcome.problem is not None or not self._by_text:
            return None
        viewer = exporting(self.loaders.viewer)
        exported = await Documents(self.loaders.reading).give_out(viewer, self._dashboards)
        return dash_file([one.document for one in exported]).decode()

    @strawberry.field(
        description="Where to download the file, on the server that answered this: `/exports/...`. Whoever has the "
        "address may, while you may. Told once: null as text, in a dry run and when the same key is sent again."
    )
    def address(self) -> str | None:
        secret = self.outcome.facts.get("secret")
        return None if secret is None else f"/exports/{secret}"

    @strawberry.field(description="Until when the address works.")
    def expires_at(self) -> datetime | None:
        moment = self.outcome.facts.get("expires_at")
        return None if moment is None else datetime.fromisoformat(moment)

    @property
    def _by_text(self) -> bool:
        return self.outcome.facts.get("delivery") == ExportDelivery.TEXT.value

    @property
    def _dashboards(self) -> list[ResourceId]:
        return [global_id(one) for one in self.outcome.facts.get("dashboards", ())]


@strawberry.type
class ExportMutations:
    export_dashboards: ExportDashboardsPayload = mutation(
        ExportDashboardsInput,
        ExportDashboardsPayload,
        description="Get dashboards as `.dash` documents: the version that you see of each. Importing the file again "
        "gives the same dashboards. Everybody who sees them.",
    )
