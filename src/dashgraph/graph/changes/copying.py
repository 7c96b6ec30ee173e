"""Copying dashboards between servers, as a mutation."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from dashgraph.domain.changes import Terms
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import ImportAction, ImportDashboard
from dashgraph.domain.problems import TooMuch
from dashgraph.graph.changes.declare import of_kind, thing
from dashgraph.graph.changes.imports import ImportedPayload, happened, why
from dashgraph.graph.context import Info
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.demands import demands_of
from dashgraph.graph.imported import DocumentWarning, warnings_of
from dashgraph.graph.nodes import fetch, shape
from dashgraph.services.copying import Copied, Copying, CopyWish

MOST_AT_ONCE = 100


@strawberry.input(description="Copy dashboards to another server of the same kind, or to dashgraph's own store.")
class CopyDashboardsInput:
    dashboards: list[strawberry.ID] = strawberry.field(
        name="dashboardIds", description=f"The dashboards, in order; at most {MOST_AT_ONCE}."
    )
    to: str = strawberry.field(name="toSource", description="The name of the source that gets them.")
    action: ImportAction = strawberry.field(
        default=ImportAction.AUTO, description="What to do with a dashboard whose id is taken there."
    )
    folder: strawberry.ID | None = strawberry.field(
        name="folderId", default=UNSET, description="The folder there that they go into; the top when left out."
    )
    project: strawberry.ID | None = strawberry.field(
        name="projectId",
        default=UNSET,
        description="The project there that they go into, in PostHog; needed where there are several.",
    )
    republish: bool = strawberry.field(
        default=False, description="Publish what is overwritten, if it was published before."
    )
    keep: bool = strawberry.field(
        name="keepVersion",
        default=True,
        description="Before another server's dashboard is overwritten, keep what was there as a version of a dashboard "
        "in dashgraph's own store.",
    )
    dry_run: bool = strawberry.field(
        default=False, description="Find out what would happen: the same payload, and nothing is changed."
    )
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="A text of your own for this: sent again with the same input, it is not done twice.",
    )

    def wish(self) -> CopyWish:
        return CopyWish(
            dashboards=tuple(of_kind(one, (Kind.DASHBOARD,)) for one in self.dashboards),
            to=self.to,
            action=self.action,
            folder=of_kind(self.folder, (Kind.FOLDER,)) if self.folder else None,
            project=of_kind(self.project, (Kind.PROJECT,)) if self.project else None,
            republish=self.republish,
            keep=self.keep,
        )


@strawberry.type(description="What came of copying one dashboard.")
class CopyResult(ImportedPayload):
    origin_id: strawberry.Private[ResourceId]
    copied: strawberry.Private[Copied]

    dashboard: Dashboard | None = thing(description="The dashboard over there; null when it was not copied.")

    @strawberry.field(description="The dashboard that was copied.")
    async def origin(self) -> Dashboard | None:
        found: Dashboard | None = await fetch(self.loaders, DASHBOARD, self.origin_id)
        return found

    @strawberry.field(
        description="The dashboard of dashgraph's own store whose newest version is what was overwritten; null when "
        "nothing was."
    )
    def kept(self) -> Dashboard | None:
        return None if self.copied.kept is None else shape(self.loaders)(self.copied.kept)

    what_happened = happened()
    reason = why()

    @strawberry.field(description="What to know of it; at most one for each data source, and a few more.")
    def warnings(self) -> list[DocumentWarning]:
        return warnings_of(self.imported)


@strawberry.type(description="What came of `copyDashboards`.")
class CopyDashboardsPayload:
    results: list[CopyResult] = strawberry.field(description="One for each dashboard, in their order.")

    @strawberry.field(description="How many were copied, were there already, or were left out for a reason.")
    def succeeded(self) -> int:
        return sum(one.outcome.problem is None for one in self.results)

    @strawberry.field(description="How many failed.")
    def failed(self) -> int:
        return sum(one.outcome.problem is not None for one in self.results)


async def copy_dashboards(
    info: Info,
    input: Annotated[CopyDashboardsInput, strawberry.argument(description="What is wanted.")],
) -> CopyDashboardsPayload:
    if not 1 <= len(input.dashboards) <= MOST_AT_ONCE:
        message = f"`dashboardIds` holds 1 to {MOST_AT_ONCE}; copy more in several requests."
        raise TooMuch(message, argument="dashboardIds")
    viewer = info.context.loaders.viewer
    copying = Copying(viewer.user.source, info.context.loaders.reading, info.context.changing)
    terms = Terms(input.dry_run, idempotency_key=input.idempotency_key or None)
    found = await copying.copied(viewer, input.wish(), terms)
    loaders = info.context.renewed()
    return CopyDashboardsPayload(
        results=[CopyResult(outcome=one.outcome, loaders=loaders, origin_id=one.origin, copied=one) for one in found]
    )


@strawberry.type
class CopyMutations:
    copy_dashboards: CopyDashboardsPayload = strawberry.mutation(
        resolver=copy_dashboards,
        description="Copy dashboards to another server of the same kind, or to dashgraph's own store. Shares, owner "
        "and versions are not copied: who copies it owns the copy. Designers and administrators.",
        directives=demands_of(ImportDashboard, DASHBOARD.scope),
    )
