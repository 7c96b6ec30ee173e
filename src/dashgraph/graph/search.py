"""Search over everything that has a name."""

from typing import Annotated, Any

import strawberry

from dashgraph.domain import search
from dashgraph.domain.dashboards import DASHBOARD
from dashgraph.domain.folders import FOLDER
from dashgraph.domain.groups import GROUP
from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import Lookup
from dashgraph.domain.users import USER
from dashgraph.domain.widgets import WIDGET
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.folders import Folder
from dashgraph.graph.groups import Group
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import fetch
from dashgraph.graph.paging import Asked, PageInfo, SourceError, page_info, source_errors
from dashgraph.graph.users import User
from dashgraph.graph.widgets import Widget

SearchResult = Annotated[
    Dashboard | Widget | Folder | Group | User,
    strawberry.union("SearchResult", description="What a search can find."),
]

FOUND_BY: dict[Kind, Lookup[Any]] = {
    Kind.DASHBOARD: DASHBOARD,
    Kind.WIDGET: WIDGET,
    Kind.FOLDER: FOLDER,
    Kind.GROUP: GROUP,
    Kind.USER: USER,
}


@strawberry.type(description="What matched. Three pieces of plain text: mark the middle one.")
class Snippet:
    field: str = strawberry.field(description="The field that matched, such as `title`.")
    before: str = strawberry.field(description="What stands before the match, cut to a few words.")
    match: str = strawberry.field(description="The text that matched, as it is written.")
    after: str = strawberry.field(description="What stands after the match, cut to a few words.")


@strawberry.type(description="One hit, and its place among the others.")
class SearchEdge:
    hit: strawberry.Private[search.Hit]
    loaders: strawberry.Private[Loaders]
    cursor: str = strawberry.field(description="Its place: give it as `after` or `before`.")

    @strawberry.field(description="What was found; null when it is gone by now.")
    async def node(self) -> SearchResult | None:
        found: Dashboard | Widget | Folder | Group | User | None = await fetch(
            self.loaders, FOUND_BY[self.hit.id.kind], self.hit.id
        )
        return found

    @strawberry.field(description="What matched.")
    def snippet(self) -> Snippet:
        found = self.hit.snippet
        return Snippet(field=found.field, before=found.before, match=found.match, after=found.after)


@strawberry.type(
    description="What a search found: names that begin with the text first, then those that hold it, then matches "
    "in other fields."
)
class SearchConnection:
    asked: strawberry.Private[Asked]
    loaders: strawberry.Private[Loaders]

    @strawberry.field(description="The hits of the page, in order.")
    async def edges(self) -> list[SearchEdge]:
        page = await self.asked.page()
        return [
            SearchEdge(hit=entry.item, loaders=self.loaders, cursor=self.asked.cursor_of(entry))
            for entry in page.entries
        ]

    @strawberry.field(description="Where the page stands among all hits.")
    async def page_info(self) -> PageInfo:
        return page_info(self.asked, await self.asked.page())

    @strawberry.field(description="How many hits there are. Counted only when selected.")
    async def total_count(self) -> int | None:
        return await self.asked.count()

    @strawberry.field(description="The sources that are missing, and why.")
    async def source_errors(self) -> list[SourceError]:
        return source_errors(await self.asked.page())
