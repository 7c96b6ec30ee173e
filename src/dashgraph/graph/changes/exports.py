"""Exports, as a mutation: giving documents out stands in the audit trail."""

from datetime import datetime

import strawberry

from dashgraph.domain.changes import Change
from dashgraph.domain.exports import (
    MOST_BY_ADDRESS,
    MOST_INLINE,
    ExportDashboard,
    ExportDashboards,
    ExportDelivery,
    ExportFormat,
    ExportWidget,
    exporting,
)
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind
from dashgraph.domain.problems import TooMuch
from dashgraph.graph.changes.declare import ChangeInput, Payload, mutation, thing
from dashgraph.graph.filters import global_id
from dashgraph.graph.jobs import Job
from dashgraph.services.files import File, Files

ZONE = "The zone of the moments in it, such as `Europe/Berlin`."
EXPORT_JOB = (
    "The job that makes it, as you and with the rights that you have by then. When its status is SUCCEEDED, its `file` "
    "says where to download it."
)


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
    format: DocumentFormat | None = strawberry.field(
        default=strawberry.UNSET,
        description="How they are written; as they came in when left out. The formats of Sisense, Lightdash and "
        "PostHog are for dashboards that came in them: queries are not translated. What was changed here since is "
        "written, but for the layout, which stays as it came.",
    )

    def change(self) -> Change:
        most = MOST_INLINE if self.delivery is ExportDelivery.TEXT else MOST_BY_ADDRESS
        if not 1 <= len(self.dashboards) <= most:
            message = f"`dashboardIds` holds 1 to {most} ids; export more in several requests."
            raise TooMuch(message, argument="dashboardIds")
        return super().change()


@strawberry.type(description="A file of an export.")
class ExportedFile:
    name: str = strawberry.field(description="Its name, with folders where the format has them: `charts/won.yml`.")
    text: str = strawberry.field(description="What is in it.")


@strawberry.type(description="What came of `exportDashboards`.")
class ExportDashboardsPayload(Payload):
    @strawberry.field(
        description="The file, with every key that was imported. The same dashboards give the same text. Null by "
        "address, and when they are several files."
    )
    async def text(self) -> str | None:
        found = await self._files()
        return found[0].content.decode() if len(found) == 1 else None

    @strawberry.field(
        description="The files: one, or in Lightdash's format one for each dashboard and for each chart, so without "
        "pages. None by address."
    )
    async def files(self) -> list[ExportedFile]:
        return [ExportedFile(name=one.name, text=one.content.decode()) for one in await self._files()]

    @strawberry.field(description="The format that they are written in; null when nothing was exported.")
    def format(self) -> DocumentFormat | None:
        return None if self.outcome.problem is not None else self._kind

    @strawberry.field(
        description="Where to download the file, on the server that answered this: `/exports/...`. Lightdash's files "
        "come as a `.zip`. Whoever has the address may, while you may. Told once: null as text, in a dry run and when "
        "the same key is sent again."
    )
    def address(self) -> str | None:
        secret = self.outcome.facts.get("secret")
        return None if secret is None else f"/exports/{secret}"

    @strawberry.field(description="Until when the address works.")
    def expires_at(self) -> datetime | None:
        moment = self.outcome.facts.get("expires_at")
        return None if moment is None else datetime.fromisoformat(moment)

    async def _files(self) -> list[File]:
        facts = self.outcome.facts
        if self.outcome.problem is not None or facts.get("delivery") != ExportDelivery.TEXT.value:
            return []
        dashboards = [global_id(one) for one in facts.get("dashboards", ())]
        return await Files(self.loaders.reading).written(exporting(self.loaders.viewer), dashboards, self._kind)

    @property
    def _kind(self) -> DocumentFormat:
        return DocumentFormat(self.outcome.facts["format"])


@strawberry.input(description="Have a file made of a dashboard.")
class ExportDashboardInput(ChangeInput):
    CHANGE = ExportDashboard
    KINDS = {"dashboard": (Kind.DASHBOARD,)}

    dashboard: strawberry.ID = strawberry.field(name="dashboardId", description="The dashboard.")
    format: ExportFormat = strawberry.field(description="What kind of file.")
    zone: str = strawberry.field(name="timezone", default="UTC", description=ZONE)


@strawberry.input(description="Have a file made of a widget.")
class ExportWidgetInput(ChangeInput):
    CHANGE = ExportWidget
    KINDS = {"widget": (Kind.WIDGET,)}

    widget: strawberry.ID = strawberry.field(name="widgetId", description="The widget.")
    format: ExportFormat = strawberry.field(description="What kind of file.")
    zone: str = strawberry.field(name="timezone", default="UTC", description=ZONE)


@strawberry.type(description="What came of `exportDashboard`.")
class ExportDashboardPayload(Payload):
    job: Job | None = thing(description=EXPORT_JOB)


@strawberry.type(description="What came of `exportWidget`.")
class ExportWidgetPayload(Payload):
    job: Job | None = thing(description=EXPORT_JOB)


@strawberry.type
class ExportMutations:
    export_dashboard: ExportDashboardPayload = mutation(
        ExportDashboardInput,
        ExportDashboardPayload,
        description="Have a job make a file of a dashboard as you see it: its document, tables of what is in it, or a "
        "printed sheet. A live source makes it itself where it can, with the data as its account sees it; otherwise "
        "charts are named and described, not drawn: their data is not here. Everybody who sees it.",
    )
    export_widget: ExportWidgetPayload = mutation(
        ExportWidgetInput,
        ExportWidgetPayload,
        description="The same of one widget. Everybody who sees it.",
    )
    export_dashboards: ExportDashboardsPayload = mutation(
        ExportDashboardsInput,
        ExportDashboardsPayload,
        description="Get dashboards as documents: the version that you see of each. Importing them again gives the "
        "same dashboards. Everybody who sees them.",
    )
