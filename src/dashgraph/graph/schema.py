"""The schema: what people read, and what runs."""

import strawberry

from dashgraph.graph.dashboards import DashboardVersion
from dashgraph.graph.query import Query
from dashgraph.graph.scalars import CONFIG
from dashgraph.graph.shares import Share

schema = strawberry.federation.Schema(
    query=Query,
    types=[Share, DashboardVersion],
    config=CONFIG,
    # Of the versions that composers know, the newest that all three common ones accept.
    federation_version="2.7",
)


def sdl() -> str:
    """The schema as it is published in `schema.graphql`."""
    return schema.as_str() + "\n"
