"""The roots of the graph."""

from asyncio import gather
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from dashgraph.domain.dashboards import DASHBOARD, DASHBOARDS, VERSION, DashboardSort
from dashgraph.domain.folders import FOLDER, FOLDERS, FolderSort
from dashgraph.domain.groups import GROUP, GROUPS, GroupSort
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import LARGEST_PAGE, Lookup
from dashgraph.domain.problems import BadInput, NotFound, Problem, TooMuch
from dashgraph.domain.search import SEARCH, SEARCHED, SearchFilter, SearchSort
from dashgraph.domain.shares import SHARE
from dashgraph.domain.users import USER, USERS, UserSort
from dashgraph.domain.viewers import Reach
from dashgraph.domain.widgets import WIDGET, WIDGETS, WidgetSort
from dashgraph.graph.context import Info
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.filters import (
    DashboardFilter,
    FolderFilter,
    GroupFilter,
    UserFilter,
    WidgetFilter,
    clean,
    global_id,
    read,
)
from dashgraph.graph.folders import Folder
from dashgraph.graph.groups import Group
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import Node, fetch, shape
from dashgraph.graph.paging import FILTER, SORT, After, Before, Connection, First, Last, rooted
from dashgraph.graph.search import SearchConnection
from dashgraph.graph.sources import Source
from dashgraph.graph.users import User
from dashgraph.graph.viewer import Viewer
from dashgraph.graph.widgets import Widget

LONGEST_SEARCH = 200

FETCHED_BY: dict[Kind, Lookup[Any]] = {
    lookup.of: lookup
    for lookup in (
        DASHBOARD,
        VERSION,
        WIDGET,
        SHARE,
        USER,
        GROUP,
        FOLDER,
    )
}

Scope = Annotated[
    Reach,
    strawberry.argument(description="VISIBLE for what you may see; ALL, for administrators, for everything."),
]
Sources = Annotated[
    list[str] | None, strawberry.argument(description="Only these sources, by name; all when left out.")
]
Id = Annotated[strawberry.ID, strawberry.argument(description="The global id.")]


async def _one(info: Info, lookup: Lookup[Any], text: str, scope: Reach) -> Any:
    """The node of this kind with this id. Absent and hidden raise the same NotFound."""
    one = global_id(text)
    found = await fetch(info.context.loaders.within(scope), lookup, one)
    if found is None:
        noun = lookup.of.value.lower()
        message = f"There is no {noun} with this id, or it is hidden from you."
        raise NotFound(message)
    return found


@strawberry.type(description="What can be asked.")
class Query:
    @strawberry.field(description="Who is asking.")
    def viewer(self, info: Info) -> Viewer:
        return Viewer(loaders=info.context.loaders)

    @strawberry.field(description="The node with this id; null when there is none that you may see.")
    async def node(self, info: Info, id: Id, scope: Scope = Reach.VISIBLE) -> Node | None:
        found: Node | None = await _node(info.context.loaders.within(scope), global_id(id))
        return found

    @strawberry.field(
        description=f"The nodes with these ids, in this order, at most {LARGEST_PAGE}; null where there is none that "
        "you may see."
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="The global ids.")],
        scope: Scope = Reach.VISIBLE,
    ) -> list[Node | None]:
        if len(ids) > LARGEST_PAGE:
            message = f"`nodes` takes at most {LARGEST_PAGE} ids; ask several times."
            raise TooMuch(message)
        loaders = info.context.loaders.within(scope)
        return list(await gather(*(_node_or_problem(loaders, text) for text in ids)))

    @strawberry.field(description="The configured systems.")
    def sources(self, info: Info) -> list[Source]:
        loaders = info.context.loaders
        return [Source(name=name, loaders=loaders) for name in loaders.reading.sources()]

    @strawberry.field(description="Dashboards that you may see.")
    def dashboards(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[DashboardSort, SORT] = DashboardSort.TITLE_ASC,
        filter: Annotated[DashboardFilter | None, FILTER] = UNSET,
        scope: Scope = Reach.VISIBLE,
        sources: Sources = UNSET,
    ) -> Connection[Dashboard] | None:
        loaders = info.context.loaders.within(scope)
        asked = rooted(
            loaders,
            DASHBOARDS,
            (first, after, last, before),
            sources=sources,
            sort=sort,
            filter=read(filter),
            shape=shape(loaders),
        )
        return Connection(asked=asked)

    @strawberry.field(description="The dashboard with this id.")
    async def dashboard(self, info: Info, id: Id, scope: Scope = Reach.VISIBLE) -> Dashboard | None:
        found: Dashboard | None = await _one(info, DASHBOARD, id, scope)
        return found

    @strawberry.field(description="Widgets on dashboards that you may see.")
    def widgets(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[WidgetSort, SORT] = WidgetSort.TITLE_ASC,
        filter: Annotated[WidgetFilter | None, FILTER] = UNSET,
        scope: Scope = Reach.VISIBLE,
        sources: Sources = UNSET,
    ) -> Connection[Widget] | None:
        loaders = info.context.loaders.within(scope)
        asked = rooted(
            loaders,
            WIDGETS,
            (first, after, last, before),
            sources=sources,
            sort=sort,
            filter=read(filter),
            shape=shape(loaders),
        )
        return Connection(asked=asked)

    @strawberry.field(description="The widget with this id.")
    async def widget(self, info: Info, id: Id, scope: Scope = Reach.VISIBLE) -> Widget | None:
        found: Widget | None = await _one(info, WIDGET, id, scope)
        return found

    @strawberry.field(description="The users of the sources; everybody who signs in may look for people.")
    def users(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[UserSort, SORT] = UserSort.NAME_ASC,
        filter: Annotated[UserFilter | None, FILTER] = UNSET,
        scope: Scope = Reach.VISIBLE,
        sources: Sources = UNSET,
    ) -> Connection[User] | None:
        loaders = info.context.loaders.within(scope)
        asked = rooted(
            loaders,
            USERS,
            (first, after, last, before),
            sources=sources,
            sort=sort,
            filter=read(filter),
            shape=shape(loaders),
        )
        return Connection(asked=asked)

    @strawberry.field(description="The user with this id, also one that was deleted.")
    async def user(self, info: Info, id: Id, scope: Scope = Reach.VISIBLE) -> User | None:
        found: User | None = await _one(info, USER, id, scope)
        return found

    @strawberry.field(description="The groups of the sources.")
    def groups(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[GroupSort, SORT] = GroupSort.NAME_ASC,
        filter: Annotated[GroupFilter | None, FILTER] = UNSET,
        scope: Scope = Reach.VISIBLE,
        sources: Sources = UNSET,
    ) -> Connection[Group] | None:
        loaders = info.context.loaders.within(scope)
        asked = rooted(
            loaders,
            GROUPS,
            (first, after, last, before),
            sources=sources,
            sort=sort,
            filter=read(filter),
            shape=shape(loaders),
        )
        return Connection(asked=asked)

    @strawberry.field(description="The group with this id.")
    async def group(self, info: Info, id: Id, scope: Scope = Reach.VISIBLE) -> Group | None:
        found: Group | None = await _one(info, GROUP, id, scope)
        return found

    @strawberry.field(description="Folders that you may see, at every depth.")
    def folders(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        sort: Annotated[FolderSort, SORT] = FolderSort.NAME_ASC,
        filter: Annotated[FolderFilter | None, FILTER] = UNSET,
        scope: Scope = Reach.VISIBLE,
        sources: Sources = UNSET,
    ) -> Connection[Folder] | None:
        loaders = info.context.loaders.within(scope)
        asked = rooted(
            loaders,
            FOLDERS,
            (first, after, last, before),
            sources=sources,
            sort=sort,
            filter=read(filter),
            shape=shape(loaders),
        )
        return Connection(asked=asked)

    @strawberry.field(description="The folder with this id.")
    async def folder(self, info: Info, id: Id, scope: Scope = Reach.VISIBLE) -> Folder | None:
        found: Folder | None = await _one(info, FOLDER, id, scope)
        return found

    @strawberry.field(
        description="Dashboards, widgets, folders, groups and users by text: in titles and names, descriptions, types "
        "and e-mail addresses, whatever the case and accents."
    )
    def search(
        self,
        info: Info,
        text: Annotated[str, strawberry.argument(description=f"What to look for, 1 to {LONGEST_SEARCH} characters.")],
        kinds: Annotated[
            list[Kind] | None,
            strawberry.argument(description="Only these: DASHBOARD, WIDGET, FOLDER, GROUP, USER. All when left out."),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        scope: Scope = Reach.VISIBLE,
        sources: Sources = UNSET,
    ) -> SearchConnection | None:
        loaders = info.context.loaders.within(scope)
        asked = rooted(
            loaders,
            SEARCH,
            (first, after, last, before),
            sources=sources,
            sort=SearchSort.RELEVANCE,
            filter=_search(text, kinds),
            shape=shape(loaders),
        )
        return SearchConnection(asked=asked, loaders=loaders)


def _search(text: str, kinds: list[Kind] | None) -> SearchFilter:
    text = clean(text.strip())
    if not 1 <= len(text) <= LONGEST_SEARCH:
        message = f"`text` has 1 to {LONGEST_SEARCH} characters."
        raise BadInput(message, argument="text")
    unknown = [kind for kind in kinds or () if kind not in SEARCHED]
    if unknown or kinds == []:
        message = f"`kinds` takes any of {', '.join(kind.name for kind in SEARCHED)}."
        raise BadInput(message, argument="kinds")
    return SearchFilter(text, tuple(dict.fromkeys(kinds)) if kinds else SEARCHED)


async def _node(loaders: Loaders, one: ResourceId) -> Any:
    lookup = FETCHED_BY.get(one.kind)
    return None if lookup is None else await fetch(loaders, lookup, one)


async def _node_or_problem(loaders: Loaders, text: str) -> Any:
    """A bad id costs its own place in the list."""
    try:
        return await _node(loaders, global_id(text))
    except Problem as problem:
        return problem
