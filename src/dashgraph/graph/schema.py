"""The schema: what people read, and what runs."""

from dashgraph.graph import delivery_targets, one_of, prices, problems
from dashgraph.graph.dashboards import DashboardVersion
from dashgraph.graph.demands import signed_in, without_access
from dashgraph.graph.federation import FederatedSchema, sdl_of
from dashgraph.graph.mutation import Mutation
from dashgraph.graph.query import Query
from dashgraph.graph.scalars import CONFIG
from dashgraph.graph.scopes import tell_scopes
from dashgraph.graph.shares import Share
from dashgraph.graph.subscription import Subscription

schema = FederatedSchema(
    query=signed_in(Query),
    mutation=signed_in(Mutation),
    subscription=signed_in(Subscription),
    types=[Share, DashboardVersion, *delivery_targets.TYPES, *problems.ERRORS.values()],
    config=CONFIG,
    # Of the versions that composers know, the newest that all three common ones accept.
    federation_version="2.7",
)
prices.declare(schema._schema)
one_of.declare(schema._schema)
tell_scopes(schema._schema)


def sdl(*, access: bool = True) -> str:
    """The schema as it is published in `schema.graphql`; without `access` for gateways that refuse such directives."""
    text = sdl_of(schema) + "\n"
    return text if access else without_access(text)
