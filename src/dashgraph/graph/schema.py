"""The schema: what people read, and what runs."""

import strawberry

from dashgraph.graph import delivery_targets, problems
from dashgraph.graph.dashboards import DashboardVersion
from dashgraph.graph.mutation import Mutation
from dashgraph.graph.query import Query
from dashgraph.graph.scalars import CONFIG
from dashgraph.graph.shares import Share
from dashgraph.graph.subscription import Subscription

schema = strawberry.federation.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Share, DashboardVersion, *delivery_targets.TYPES, *problems.ERRORS.values()],
    config=CONFIG,
    # Of the versions that composers know, the newest that all three common ones accept.
    federation_version="2.7",
)


def sdl() -> str:
    """The schema as it is published in `schema.graphql`."""
    return schema.as_str() + "\n"
