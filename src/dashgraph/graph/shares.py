"""Shares."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from dashgraph.domain import shares
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.folders import FOLDER
from dashgraph.domain.groups import GROUP
from dashgraph.domain.shares import SHARE, ShareRule
from dashgraph.domain.users import USER
from dashgraph.graph.edges import fact, to_one
from dashgraph.graph.folders import Folder
from dashgraph.graph.groups import Group
from dashgraph.graph.nodes import Resource, shows
from dashgraph.graph.users import User

if TYPE_CHECKING:
    from dashgraph.graph.dashboards import Dashboard

LazyDashboard = Annotated["Dashboard", strawberry.lazy("dashgraph.graph.dashboards")]


@shows(shares.Share)
@strawberry.federation.type(
    keys=["id"],
    description="A right on a dashboard, or where a source shares them on a folder, given to a user or to a group. The "
    "owner, editors and administrators see every share of a dashboard; others only those that reach them.",
)
class Share(Resource):
    LOOKUP = SHARE

    thing: strawberry.Private[shares.Share]

    rule: ShareRule = fact("rule", description="What it allows.")
    native_role: str | None = fact(
        "native_role", description="The source's own word for the rule, where it knows more than these."
    )
    inherited_from: str | None = fact(
        "inherited_from",
        description="Where it comes from, such as `folder`, `project` or `organization`; null when it was given on the "
        "thing itself.",
    )
    subscribed: bool = fact(
        "subscribed", description="Whether deliveries of the dashboard are sent to whom it is shared with."
    )
    created_at: datetime | None = fact("created_at", description="When it was shared.")
    user: User | None = to_one(USER, "subject", description="The user it is for; null when it is for a group.")

    group: Group | None = to_one(GROUP, "subject", description="The group it is for; null when it is for a user.")

    dashboard: LazyDashboard | None = to_one(
        DASHBOARD, "dashboard", description="The dashboard that it opens; null when it is of a folder."
    )

    folder: Folder | None = to_one(
        FOLDER, "folder", description="The folder whose dashboards it opens; null when it is of a dashboard."
    )
