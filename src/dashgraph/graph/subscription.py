"""What can be followed as it happens."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import strawberry

from dashgraph.domain.jobs import JOB
from dashgraph.graph.context import LiveInfo
from dashgraph.graph.edges import Id, absent
from dashgraph.graph.filters import global_id
from dashgraph.graph.jobs import Job
from dashgraph.graph.nodes import shape


@strawberry.type(
    description="What can be followed as it happens, over a WebSocket (graphql-transport-ws) or as server-sent events. "
    "Your rights are looked at again for each event."
)
class Subscription:
    @strawberry.subscription(
        description="The job as it is, then whenever anything of it changes, until it is over. Changes that follow "
        "closely come as one."
    )
    async def job_updated(self, info: LiveInfo, id: Id) -> AsyncGenerator[Job | None, None]:
        one, context = global_id(id), info.context
        async with aclosing(context.watching.job(one, lambda: context.thing_now(JOB, one))) as jobs:
            async for job in jobs:
                shown: Any = absent(JOB) if job is None else shape(context.loaders)(job)
                yield shown
