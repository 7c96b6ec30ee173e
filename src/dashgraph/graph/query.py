"""The roots of the graph."""

from asyncio import gather
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from dashgraph.domain.alerts import ALERT, ALERTS
from dashgraph.domain.changes import Terms
from dashgraph.domain.dashboards import DASHBOARD, DASHBOARDS
from dashgraph.domain.folders import FOLDER, FOLDERS
from dashgraph.domain.groups import GROUP, GROUPS
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JOB, JOBS
from dashgraph.domain.lists import LARGEST_PAGE
from dashgraph.domain.nodes import FETCHED_BY
from dashgraph.domain.operations import OPERATION, OPERATIONS
from dashgraph.domain.problems import BadInput, Problem, TooMuch
from dashgraph.domain.projects import PROJECT, PROJECTS
from dashgraph.domain.schedules import SCHEDULE, SCHEDULES
from dashgraph.domain.search import SEARCH, SEARCHED, SearchFilter, SearchSort
from dashgraph.domain.shares import RemoveShare
from dashgraph.domain.trash import DELETED_DASHBOARDS
from dashgraph.domain.users import ACCOUNT, USER, USERS
from dashgraph.domain.viewers import Reach
from dashgraph.domain.widgets import WIDGET, WIDGETS
from dashgraph.graph.alerts import Alert
from dashgraph.graph.changes.declare import of_kind
from dashgraph.graph.changes.shares import RemoveSharePayload
from dashgraph.graph.context import Info
from dashgraph.graph.dashboards import Dashboard
from dashgraph.graph.deliverable_filters import AlertFilter, ScheduleFilter
from dashgraph.graph.demands import demands
from dashgraph.graph.edges import Id, RequireAll, Scope, Sources, noting, root_list, root_one
from dashgraph.graph.federation import Subgraph
from dashgraph.graph.filters import (
    DashboardFilter,
    DeletedDashboardFilter,
    FolderFilter,
    GroupFilter,
    OperationFilter,
    UserFilter,
    WidgetFilter,
    clean,
    global_id,
)
from dashgraph.graph.folders import Folder
from dashgraph.graph.groups import Group
from dashgraph.graph.jobs import Job, JobFilter
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import Node, fetch
from dashgraph.graph.operations import Operation
from dashgraph.graph.paging import After, Before, Connection, First, Last, rooted
from dashgraph.graph.people import Person
from dashgraph.graph.projects import Project, ProjectFilter
from dashgraph.graph.scalars import EmailAddress
from dashgraph.graph.schedules import Schedule
from dashgraph.graph.search import SearchConnection
from dashgraph.graph.sources import Source
from dashgraph.graph.trash import DeletedDashboard
from dashgraph.graph.users import User
from dashgraph.graph.viewer import Viewer
from dashgraph.graph.widgets import Widget

LONGEST_SEARCH = 200


@strawberry.type(description="What can be asked.")
class Query(Subgraph):
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

    dashboards: Connection[Dashboard] | None = root_list(
        DASHBOARDS,
        filter=DashboardFilter,
        description="Dashboards that you may see.",
    )

    dashboard: Dashboard | None = root_one(DASHBOARD, description="The dashboard with this id.")

    deleted_dashboards: Connection[DeletedDashboard] | None = root_list(
        DELETED_DASHBOARDS,
        filter=DeletedDashboardFilter,
        description="The trash: the dashboards of yours that were deleted; with scope ALL, everybody's. No other way "
        "leads to them until `restoreDeletedDashboard`.",
    )

    widgets: Connection[Widget] | None = root_list(
        WIDGETS,
        filter=WidgetFilter,
        description="Widgets on dashboards that you may see.",
    )

    widget: Widget | None = root_one(WIDGET, description="The widget with this id.")

    users: Connection[User] | None = root_list(
        USERS,
        filter=UserFilter,
        description="The users of the sources; everybody who signs in may look for people.",
    )

    user: User | None = root_one(USER, description="The user with this id, also one that was deleted.")

    @strawberry.field(
        description="Your own account in a source: the one with your e-mail address. Null when there is none, or when "
        "several have it.",
        directives=demands(ACCOUNT.scope),
    )
    async def me(
        self, info: Info, source: Annotated[str, strawberry.argument(description="The name of the source.")]
    ) -> User | None:
        loaders = info.context.loaders
        found = await loaders.reading.people.me(loaders.viewer, source)
        return None if found is None else User(thing=found, loaders=loaders)

    @strawberry.field(
        description="Somebody over all sources, by e-mail address; null when nobody has it. Administrators ask about "
        "anybody, others about themselves.",
        directives=demands(ACCOUNT.scope),
    )
    async def person(
        self,
        info: Info,
        email: Annotated[EmailAddress, strawberry.argument(description="The e-mail address, whatever its case.")],
        scope: Scope = Reach.VISIBLE,
    ) -> Person | None:
        loaders = info.context.loaders.within(scope)
        found = await loaders.reading.people.person(loaders.viewer, clean(email))
        return None if found is None else Person.of(found, loaders, noting(info))

    groups: Connection[Group] | None = root_list(
        GROUPS,
        filter=GroupFilter,
        description="The groups of the sources.",
    )

    group: Group | None = root_one(GROUP, description="The group with this id.")

    folders: Connection[Folder] | None = root_list(
        FOLDERS,
        filter=FolderFilter,
        description="Folders that you may see, at every depth.",
    )

    folder: Folder | None = root_one(FOLDER, description="The folder with this id.")

    projects: Connection[Project] | None = root_list(
        PROJECTS,
        filter=ProjectFilter,
        description="The projects of the sources that have some.",
    )

    project: Project | None = root_one(PROJECT, description="The project with this id.")

    schedules: Connection[Schedule] | None = root_list(
        SCHEDULES,
        filter=ScheduleFilter,
        description="The schedules that you own, and those of dashboards that you own; with scope ALL, everybody's.",
    )

    schedule: Schedule | None = root_one(SCHEDULE, description="The schedule with this id.")

    alerts: Connection[Alert] | None = root_list(
        ALERTS,
        filter=AlertFilter,
        description="The alerts that you own, and those of dashboards that you own; with scope ALL, everybody's.",
    )

    alert: Alert | None = root_one(ALERT, description="The alert with this id.")

    operations: Connection[Operation] | None = root_list(
        OPERATIONS,
        filter=OperationFilter,
        description="The audit trail: what you changed; with scope ALL, what anybody changed.",
    )
    operation: Operation | None = root_one(OPERATION, description="The operation with this id.")

    jobs: Connection[Job] | None = root_list(
        JOBS,
        filter=JobFilter,
        description="Jobs that you asked for, or that your schedules and alerts started; with scope ALL, everybody's.",
    )

    job: Job | None = root_one(JOB, description="The job with this id.")

    @strawberry.field(
        description="What taking a share away would do, and by which other ways its subject would still see the "
        "dashboard. Changes nothing: the same as `removeShare` with `dryRun`.",
        directives=demands(RemoveShare.SCOPE),
    )
    async def simulate_revoke(
        self,
        info: Info,
        share_id: Annotated[strawberry.ID, strawberry.argument(description="The share.")],
    ) -> RemoveSharePayload:
        context = info.context
        wanted = RemoveShare(share=of_kind(share_id, (Kind.SHARE,)))
        outcome = await context.changing.one(context.loaders.viewer, wanted, Terms(dry_run=True))
        return RemoveSharePayload.of(outcome, context.loaders)

    @strawberry.field(
        description="Dashboards, widgets, folders, groups and users by text: in titles and names, descriptions, types "
        "and e-mail addresses, whatever the case and accents.",
        directives=demands(SEARCH.scope),
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
        require_all_sources: RequireAll = False,
    ) -> SearchConnection | None:
        loaders = info.context.loaders.within(scope)
        asked = rooted(
            loaders,
            SEARCH,
            (first, after, last, before),
            sources=sources,
            sort=SearchSort.RELEVANCE,
            filter=_search(text, kinds),
            missing=noting(info),
            all_of_them=require_all_sources,
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
