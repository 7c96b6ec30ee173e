"""Shares."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from dashgraph.domain import shares
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.groups import GROUP
from dashgraph.domain.shares import SHARE, ShareRule
from dashgraph.domain.users import USER
from dashgraph.graph.groups import Group
from dashgraph.graph.nodes import Node, fetch, shows
from dashgraph.graph.users import User

if TYPE_CHECKING:
    from dashgraph.graph.dashboards import Dashboard


@shows(shares.Share)
@strawberry.federation.type(
    keys=["id"],
    description="A right on a dashboard, given to a user or to a group. The owner, editors and administrators see "
    "every share of a dashboard; others only those that reach them.",
)
class Share(Node):
    LOOKUP = SHARE

    thing: strawberry.Private[shares.Share]

    @strawberry.field(description="What it allows.")
    def rule(self) -> ShareRule:
        return self.thing.rule

    @strawberry.field(description="Whether deliveries of the dashboard are sent to whom it is shared with.")
    def subscribed(self) -> bool:
        return self.thing.subscribed

    @strawberry.field(description="When it was shared.")
    def created_at(self) -> datetime:
        return self.thing.created_at

    @strawberry.field(description="The user it is for; null when it is for a group.")
    async def user(self) -> User | None:
        found: User | None = await fetch(self.loaders, USER, self.thing.subject)
        return found

    @strawberry.field(description="The group it is for; null when it is for a user.")
    async def group(self) -> Group | None:
        found: Group | None = await fetch(self.loaders, GROUP, self.thing.subject)
        return found

    @strawberry.field(description="The dashboard that it opens.")
    async def dashboard(
        self,
    ) -> Annotated["Dashboard", strawberry.lazy("dashgraph.graph.dashboards")] | None:
        found: Dashboard | None = await fetch(self.loaders, DASHBOARD, self.thing.dashboard)
        return found
