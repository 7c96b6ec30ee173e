"""What can be followed as it happens."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

import strawberry

from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.jobs import JOB
from dashgraph.domain.operations import OPERATION, OPERATIONS
from dashgraph.domain.operations import OperationFilter as Wanted
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.graph.context import LiveInfo
from dashgraph.graph.demands import demands
from dashgraph.graph.edges import FILTER, Id, Scope, absent
from dashgraph.graph.filters import OperationFilter, global_id, read
from dashgraph.graph.jobs import Job
from dashgraph.graph.nodes import shape
from dashgraph.graph.operation_events import OperationEvent, read_place, write_place
from dashgraph.graph.tiles import TileEvent, shown
from dashgraph.services.tiling import tiles


@strawberry.type(
    description="What can be followed as it happens, over a WebSocket (graphql-transport-ws) or as server-sent events. "
    "Your rights are looked at again for each event."
)
class Subscription:
    @strawberry.subscription(
        description="The job as it is, then whenever anything of it changes, until it is over. Changes that follow "
        "closely come as one.",
        directives=demands(JOB.scope),
    )
    async def job_updated(self, info: LiveInfo, id: Id) -> AsyncGenerator[Job | None, None]:
        one, context = global_id(id), info.context
        async with aclosing(context.watching.job(one, lambda: context.thing_now(JOB, one))) as jobs:
            async for job in jobs:
                found: Any = absent(JOB) if job is None else shape(context.loaders)(job)
                yield found

    @strawberry.subscription(
        description="The widgets of a dashboard as its system makes them ready: the dashboard first, then each widget, "
        "and when all have come that they have. In sources without such a stream they come in one go. When the stream "
        "breaks off, that is told and nothing more comes; follow it again for another try. Whether you see the "
        "dashboard is looked at when it begins, who you are for each event.",
        directives=demands(DASHBOARD.scope),
    )
    async def dashboard_tiles(
        self,
        info: LiveInfo,
        dashboard_id: Annotated[strawberry.ID, strawberry.argument(description="The dashboard.")],
        scope: Scope = Reach.VISIBLE,
    ) -> AsyncGenerator[TileEvent | None, None]:
        one, context = global_id(dashboard_id), info.context
        loaders = await context.loaders_now(scope)
        async with aclosing(tiles(context.reading, loaders.viewer, one)) as events:
            async for event in events:
                yield shown(event, await context.loaders_now(scope), one.source)

    @strawberry.subscription(
        description="The audit trail as it grows: each operation that you may see, when it is settled. In other "
        "systems that is when it is done, has failed or is unknown; one that is tried again comes again. The order is "
        "the same for everybody, and nothing is lost or comes twice when you go on after the last cursor you have.",
        directives=demands(OPERATIONS.scope),
    )
    async def operations(
        self,
        info: LiveInfo,
        after: Annotated[
            str | None,
            strawberry.argument(description="Go on after this cursor of an event; from now on when left out."),
        ] = strawberry.UNSET,
        filter: Annotated[OperationFilter | None, FILTER] = strawberry.UNSET,
        scope: Scope = Reach.VISIBLE,
    ) -> AsyncGenerator[OperationEvent, None]:
        context, feed = info.context, info.context.watching.feed
        place = read_place(feed.source, after) if after else None

        async def who() -> Viewer:
            return (await context.loaders_now(scope)).viewer

        entries = feed.entries(place, read(filter) or Wanted(), who, lambda ids: context.things(OPERATION, ids, scope))
        async with aclosing(entries) as found:
            async for entry in found:
                operation: Any = None
                if entry.operation is not None:
                    operation = shape(context.loaders.within(scope))(entry.operation)
                yield OperationEvent(cursor=write_place(feed.source, entry.number), operation=operation)
