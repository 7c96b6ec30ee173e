"""Users and their roles."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from dashgraph.domain import users
from dashgraph.domain.access import ACCESSIBLE_TO_USER, SHARED_WITH_USER
from dashgraph.domain.alerts import ALERTS_OF_OWNER
from dashgraph.domain.dashboards import DASHBOARDS_OF_OWNER
from dashgraph.domain.groups import GROUPS_OF_USER
from dashgraph.domain.problems import Problem
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.schedules import SCHEDULES_OF_OWNER
from dashgraph.domain.users import USER, Origin, UserStatus
from dashgraph.graph.deliverable_filters import AlertFilter, ScheduleFilter
from dashgraph.graph.edges import fact, to_many
from dashgraph.graph.filters import AccessFilter, DashboardFilter, GroupFilter
from dashgraph.graph.nodes import Resource, fetch, shape, shows
from dashgraph.graph.paging import Connection
from dashgraph.graph.scalars import JSON, EmailAddress

if TYPE_CHECKING:
    from dashgraph.graph.access import Access
    from dashgraph.graph.alerts import Alert
    from dashgraph.graph.dashboards import Dashboard
    from dashgraph.graph.groups import Group
    from dashgraph.graph.schedules import Schedule

LazyAccess = Annotated["Access", strawberry.lazy("dashgraph.graph.access")]
LazyDashboard = Annotated["Dashboard", strawberry.lazy("dashgraph.graph.dashboards")]
LazyGroup = Annotated["Group", strawberry.lazy("dashgraph.graph.groups")]
LazyAlert = Annotated["Alert", strawberry.lazy("dashgraph.graph.alerts")]
LazySchedule = Annotated["Schedule", strawberry.lazy("dashgraph.graph.schedules")]


@strawberry.type(description="What somebody is in a system.")
class Role:
    name: str = strawberry.field(description="For people.")
    kind: RoleKind = strawberry.field(description="What all systems have in common; lossy.")
    native_name: str = strawberry.field(description="The system's own word for it; exact.")


@shows(users.User)
@strawberry.federation.type(
    keys=["id", "email"],
    description="Somebody with an account in a source. Everybody who signs in sees the name, the e-mail address "
    "and the status; the rest is null for all but the user and administrators.",
)
class User(Resource):
    LOOKUP = USER

    thing: strawberry.Private[users.User]

    display_name: str = fact(
        "name", description="The name to show: first and last name, else the user name, else the address."
    )
    email: EmailAddress = fact(
        "email",
        description="The e-mail address. As a federation key it means the account in the first source that has one, in "
        "the order of the configuration.",
    )
    initials: str = fact("initials", description="The first letters of the name.")
    status: UserStatus = fact("status", description="Whether the user can sign in.")
    revision: int | None = fact(
        "revision",
        description="Counts up with every change of the account and of the groups the user is put into or taken out "
        "of; give it back to change only what you have seen.",
    )
    user_name: str | None = fact(
        "account.user_name", description="The name to sign in with, besides the address. The user and administrators."
    )
    first_name: str | None = fact("account.first_name", description="The first name. The user and administrators.")
    last_name: str | None = fact("account.last_name", description="The last name. The user and administrators.")

    @strawberry.field(description="What the user is in the system. The user and administrators.")
    def role(self) -> Role | None:
        account = self.thing.account
        return None if account is None else role(account.role)

    origin: Origin | None = fact(
        "account.origin", description="Where the account was made. The user and administrators."
    )

    @strawberry.field(description="Settings that the system keeps for the user. The user and administrators.")
    def preferences(self) -> JSON | None:
        account = self.thing.account
        return None if account is None or account.preferences is None else JSON(json.loads(account.preferences))

    created_at: datetime | None = fact(
        "account.created_at", description="When the account was made. The user and administrators."
    )
    updated_at: datetime | None = fact(
        "account.updated_at", description="When the account was last changed. The user and administrators."
    )
    last_login_at: datetime | None = fact(
        "account.last_login_at",
        description="When the user last signed in with a password. The user and administrators.",
    )
    deleted_at: datetime | None = fact(
        "account.deleted_at", description="When the account was deleted; null when it is there. Administrators."
    )

    @strawberry.field(description="Who deleted the account. Administrators.")
    async def deleted_by(self) -> "User | None":
        account = self.thing.account
        found: User | None = None if account is None else await fetch(self.loaders, USER, account.deleted_by)
        return found

    @strawberry.field(
        description="Who the user is in the other sources: the accounts with the same e-mail address, whatever its "
        "case, at most one in each. They stay separate, and no right follows from it. Null in place of an account for "
        "a source that does not answer, and an error that names it."
    )
    async def same_as(self) -> list["User | None"]:
        shown = shape(self.loaders)
        found = await self.loaders.same_as(self.thing)
        accounts: list[Any] = [one if isinstance(one, Problem) else shown(one) for one in found]
        return accounts

    groups: Connection[LazyGroup] | None = to_many(
        GROUPS_OF_USER,
        filter=GroupFilter,
        description="The groups that the user is in: all for the user and administrators; for others those that "
        "they are in themselves.",
    )

    owned_dashboards: Connection[LazyDashboard] | None = to_many(
        DASHBOARDS_OF_OWNER,
        filter=DashboardFilter,
        description="The dashboards that the user owns and you may see.",
    )

    schedules: Connection[LazySchedule] | None = to_many(
        SCHEDULES_OF_OWNER,
        filter=ScheduleFilter,
        description="The schedules that run as the user: all for the user and, with scope ALL, administrators; for "
        "others those of dashboards that they own.",
    )

    alerts: Connection[LazyAlert] | None = to_many(
        ALERTS_OF_OWNER,
        filter=AlertFilter,
        description="The alerts that run as the user: all for the user and, with scope ALL, administrators; for "
        "others those of dashboards that they own.",
    )

    shared_dashboards: Connection[LazyAccess] | None = to_many(
        SHARED_WITH_USER,
        filter=AccessFilter,
        description="The dashboards that are shared with the user, directly or by a group, each with the paths "
        "that lead there. Of other users you find what is shared with them of the dashboards you own or edit.",
    )

    accessible_dashboards: Connection[LazyAccess] | None = to_many(
        ACCESSIBLE_TO_USER,
        filter=AccessFilter,
        description="Every dashboard that the user can see, owned or shared, each with all paths: the inverse of "
        "`Dashboard.access`. Of other users you find what lies among the dashboards you own or edit.",
    )


def role(thing: Any) -> Role:
    return Role(name=thing.name, kind=thing.kind, native_name=thing.native_name)
