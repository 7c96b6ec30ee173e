"""Users and their roles."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import UNSET

from dashgraph.domain import users
from dashgraph.domain.access import ACCESSIBLE_TO_USER, SHARED_WITH_USER, ReachableSort
from dashgraph.domain.dashboards import DASHBOARDS_OF_OWNER, DashboardSort
from dashgraph.domain.groups import GROUPS_OF_USER, GroupSort
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.users import USER, Origin, UserStatus
from dashgraph.graph.filters import AccessFilter, DashboardFilter, GroupFilter, read
from dashgraph.graph.nodes import Node, shape, shows
from dashgraph.graph.paging import FILTER, SORT, After, Before, Connection, First, Last, under
from dashgraph.graph.scalars import JSON, EmailAddress

if TYPE_CHECKING:
    from dashgraph.graph.access import Access
    from dashgraph.graph.dashboards import Dashboard
    from dashgraph.graph.groups import Group


@strawberry.type(description="What somebody is in a system.")
class Role:
    name: str = strawberry.field(description="For people.")
    kind: RoleKind = strawberry.field(description="What all systems have in common; lossy.")
    native_name: str = strawberry.field(description="The system's own word for it; exact.")


@shows(users.User)
@strawberry.federation.type(
    keys=["id"],
    description="Somebody with an account in a source. Everybody who signs in sees the name, the e-mail address "
    "and the status; the rest is null for all but the user and administrators.",
)
class User(Node):
    LOOKUP = USER

    thing: strawberry.Private[users.User]

    @strawberry.field(description="The name to show: first and last name, else the user name, else the address.")
    def display_name(self) -> str:
        return self.thing.name

    @strawberry.field(description="The e-mail address.")
    def email(self) -> EmailAddress:
        return EmailAddress(self.thing.email)

    @strawberry.field(description="The first letters of the name.")
    def initials(self) -> str:
        return self.thing.initials

    @strawberry.field(description="Whether the user can sign in.")
    def status(self) -> UserStatus:
        return self.thing.status

    @strawberry.field(description="The name to sign in with, besides the address. The user and administrators.")
    def user_name(self) -> str | None:
        return None if self.thing.account is None else self.thing.account.user_name

    @strawberry.field(description="The first name. The user and administrators.")
    def first_name(self) -> str | None:
        return None if self.thing.account is None else self.thing.account.first_name

    @strawberry.field(description="The last name. The user and administrators.")
    def last_name(self) -> str | None:
        return None if self.thing.account is None else self.thing.account.last_name

    @strawberry.field(description="What the user is in the system. The user and administrators.")
    def role(self) -> Role | None:
        account = self.thing.account
        return None if account is None else role(account.role)

    @strawberry.field(description="Where the account was made. The user and administrators.")
    def origin(self) -> Origin | None:
        return None if self.thing.account is None else self.thing.account.origin

    @strawberry.field(description="Settings that the system keeps for the user. The user and administrators.")
    def preferences(self) -> JSON | None:
        account = self.thing.account
        return None if account is None or account.preferences is None else JSON(json.loads(account.preferences))

    @strawberry.field(description="When the account was made. The user and administrators.")
    def created_at(self) -> datetime | None:
        return None if self.thing.account is None else self.thing.account.created_at

    @strawberry.field(description="When the account was last changed. The user and administrators.")
    def updated_at(self) -> datetime | None:
        return None if self.thing.account is None else self.thing.account.updated_at

    @strawberry.field(description="When the user last signed in with a password. The user and administrators.")
    def last_login_at(self) -> datetime | None:
        return None if self.thing.account is None else self.thing.account.last_login_at

    @strawberry.field(
        description="The groups that the user is in: all for the user and administrators; for others those that "
        "they are in themselves."
    )
    def groups(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[GroupSort, SORT] = GroupSort.NAME_ASC,
        filter: Annotated[GroupFilter | None, FILTER] = UNSET,
    ) -> Connection[Annotated["Group", strawberry.lazy("dashgraph.graph.groups")]] | None:
        return under(
            self.loaders,
            GROUPS_OF_USER,
            self.resource,
            (first, after, last, before),
            sort=sort,
            filter=read(filter),
            shape=shape(self.loaders),
        )

    @strawberry.field(description="The dashboards that the user owns and you may see.")
    def owned_dashboards(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[DashboardSort, SORT] = DashboardSort.TITLE_ASC,
        filter: Annotated[DashboardFilter | None, FILTER] = UNSET,
    ) -> Connection[Annotated["Dashboard", strawberry.lazy("dashgraph.graph.dashboards")]] | None:
        return under(
            self.loaders,
            DASHBOARDS_OF_OWNER,
            self.resource,
            (first, after, last, before),
            sort=sort,
            filter=read(filter),
            shape=shape(self.loaders),
        )

    @strawberry.field(
        description="The dashboards that are shared with the user, directly or by a group, each with the paths "
        "that lead there. Of other users you find what is shared with them of the dashboards you own or edit."
    )
    def shared_dashboards(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[ReachableSort, SORT] = ReachableSort.TITLE_ASC,
        filter: Annotated[AccessFilter | None, FILTER] = UNSET,
    ) -> Connection[Annotated["Access", strawberry.lazy("dashgraph.graph.access")]] | None:
        return self._reachable(SHARED_WITH_USER, (first, after, last, before), sort, filter)

    @strawberry.field(
        description="Every dashboard that the user can see, owned or shared, each with all paths: the inverse of "
        "`Dashboard.access`. Of other users you find what lies among the dashboards you own or edit."
    )
    def accessible_dashboards(
        self,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[ReachableSort, SORT] = ReachableSort.TITLE_ASC,
        filter: Annotated[AccessFilter | None, FILTER] = UNSET,
    ) -> Connection[Annotated["Access", strawberry.lazy("dashgraph.graph.access")]] | None:
        return self._reachable(ACCESSIBLE_TO_USER, (first, after, last, before), sort, filter)

    def _reachable(
        self, listing: Any, window: tuple[Any, ...], sort: ReachableSort, wanted: AccessFilter | None
    ) -> Connection[Any]:
        return under(
            self.loaders,
            listing,
            self.resource,
            window,
            sort=sort,
            filter=read(wanted),
            shape=shape(self.loaders),
        )


def role(thing: Any) -> Role:
    return Role(name=thing.name, kind=thing.kind, native_name=thing.native_name)
