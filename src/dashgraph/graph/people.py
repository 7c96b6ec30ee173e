"""One person over all sources: the accounts with one e-mail address, and what they own and see."""

from collections.abc import Callable
from typing import Annotated, Any, Self

import strawberry
from strawberry import UNSET

from dashgraph.domain.access import ACCESSIBLE_TO_USER, ReachableSort
from dashgraph.domain.dashboards import DASHBOARDS_OF_OWNER, DashboardSort
from dashgraph.domain.lists import Listing, Page, Wish
from dashgraph.domain.problems import Problem
from dashgraph.domain.users import ACCOUNT
from dashgraph.graph.access import Access
from dashgraph.graph.context import Info
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.demands import demands
from dashgraph.graph.edges import FILTER, SORT, noting
from dashgraph.graph.filters import AccessFilter, DashboardFilter, read
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.paging import (
    After,
    Asked,
    Before,
    Connection,
    First,
    Last,
    SourceError,
    read_window,
    source_errors,
)
from dashgraph.graph.scalars import EmailAddress
from dashgraph.graph.users import User
from dashgraph.services import people


@strawberry.federation.type(
    keys=["email"],
    directives=demands(ACCOUNT.scope),
    description="Somebody, in all sources. Accounts belong together by their e-mail address, whatever its case, and "
    "nothing follows from it: each source says for itself what its account may.",
)
class Person:
    thing: strawberry.Private[people.Person]
    loaders: strawberry.Private[Loaders]

    @classmethod
    def of(cls, person: people.Person, loaders: Loaders, note: Callable[[Problem], None]) -> Self:
        """`note` is told of each source that could not say whether there is an account."""
        for problem in person.problems:
            note(problem)
        return cls(thing=person, loaders=loaders)

    @strawberry.field(description="The address, as addresses are compared.")
    def email(self) -> EmailAddress:
        return EmailAddress(self.thing.email)

    @strawberry.field(description="The accounts, at most one for each source, in the order of the configuration.")
    def accounts(self) -> list[User]:
        return [User(thing=account, loaders=self.loaders) for account in self.thing.accounts]

    @strawberry.field(description="The sources that could not say whether there is an account, and why.")
    def source_errors(self) -> list[SourceError]:
        return source_errors(Page(problems=self.thing.problems))

    @strawberry.field(
        description="The dashboards that the accounts own and you may see, over all sources.",
        directives=demands(DASHBOARDS_OF_OWNER.scope),
    )
    def dashboards(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[DashboardSort, SORT] = DashboardSort.TITLE_ASC,
        filter: Annotated[DashboardFilter | None, FILTER] = UNSET,
    ) -> Connection[Dashboard] | None:
        return self._over_all(info, DASHBOARDS_OF_OWNER, (first, after, last, before), sort, read(filter))

    @strawberry.field(
        description="Every dashboard that one of the accounts can see, over all sources, each with all paths. As in "
        "`User.accessibleDashboards`, of others you find what you own or edit, and with scope ALL everything.",
        directives=demands(ACCESSIBLE_TO_USER.scope),
    )
    def access(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[ReachableSort, SORT] = ReachableSort.TITLE_ASC,
        filter: Annotated[AccessFilter | None, FILTER] = UNSET,
    ) -> Connection[Access] | None:
        return self._over_all(info, ACCESSIBLE_TO_USER, (first, after, last, before), sort, read(filter))

    def _over_all(
        self, info: Info, listing: Listing[Any], window: tuple[Any, ...], sort: Any, wanted: object
    ) -> Connection[Any]:
        reading, viewer, missing = self.loaders.reading, self.loaders.viewer, self.thing.problems
        accounts = [account.id for account in self.thing.accounts]
        viewer.require(listing.scope)  # whatever of it is selected
        wish = Wish(sort, read_window(listing, sort, *window), wanted)
        return Connection(
            asked=Asked(
                self.loaders,
                listing,
                wish,
                page=lambda: reading.page_of_all(viewer, listing, accounts, wish, missing),
                count=lambda: reading.count_of_all(viewer, listing, accounts, wish, missing),
                missing=noting(info),
            )
        )
