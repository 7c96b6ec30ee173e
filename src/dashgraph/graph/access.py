"""Access: who sees a dashboard, and by which paths."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from dashgraph.domain import access
from dashgraph.domain.access import AccessRole, PathKind
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.groups import GROUP
from dashgraph.domain.shares import SHARE, ShareRule
from dashgraph.domain.users import USER
from dashgraph.graph.edges import fact, held, to_one
from dashgraph.graph.groups import Group
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import shows
from dashgraph.graph.shares import Share
from dashgraph.graph.users import User

if TYPE_CHECKING:
    from dashgraph.graph.dashboards import Dashboard

LazyDashboard = Annotated["Dashboard", strawberry.lazy("dashgraph.graph.dashboards")]


@strawberry.type(description="One way by which a user comes to see a dashboard.")
class AccessPath:
    thing: strawberry.Private[access.AccessPath]
    loaders: strawberry.Private[Loaders]

    kind: PathKind = fact(
        "kind", description="By owning it, by a share to the user or to a group, or by a role in what it is in."
    )
    role: AccessRole = fact("role", description="What this way alone makes the user.")
    rule: ShareRule | None = fact(
        "rule", description="The rule of the share; null for ways without one, such as owning it."
    )
    share: Share | None = to_one(
        SHARE, "share", description="The share that opens it; null for ways without one, such as owning it."
    )
    group: Group | None = to_one(GROUP, "group", description="The group that the share names; null for other ways.")


@shows(access.Access)
@strawberry.type(description="One user's access to one dashboard. Take one path away and the others stay.")
class Access:
    thing: strawberry.Private[access.Access]
    loaders: strawberry.Private[Loaders]

    user: User | None = to_one(USER, "user", description="Who has access.")

    dashboard: LazyDashboard | None = to_one(DASHBOARD, "dashboard", description="To what.")

    role: AccessRole = fact("role", description="What the user is to the dashboard: the strongest of the paths.")

    paths: list[AccessPath] = held(
        "paths", AccessPath, description="Every way that leads there: the owner, each share, each group."
    )


@strawberry.type(description="What you may do with a dashboard, and why.")
class Permission:
    thing: strawberry.Private[access.Access]
    loaders: strawberry.Private[Loaders]

    role: AccessRole = fact("role", description="What you are to it: the strongest of the ways below.")

    via: list[AccessPath] = held("paths", AccessPath, description="The reasons: every way by which you come to see it.")
