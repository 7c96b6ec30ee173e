"""Answers the reading questions of the port for one viewer of a live source."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from dashgraph.domain.access import (
    ACCESS_OF_DASHBOARD,
    ACCESSIBLE_TO_USER,
    PERMISSION,
    SHARED_WITH_USER,
    AccessFilter,
)
from dashgraph.domain.alerts import ALERT, LAST_RUN_OF_ALERT, OBSTACLES_OF_ALERT, TARGETS_OF_ALERT
from dashgraph.domain.dashboards import DASHBOARD, DASHBOARD_DOCUMENT
from dashgraph.domain.datasources import DATASOURCE
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD
from dashgraph.domain.folders import ANCESTORS, FOLDER
from dashgraph.domain.groups import GROUP
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import FILE_OF_JOB, JOB, LOG_OF_JOB
from dashgraph.domain.lists import Listing, Lookup, Page, Wish
from dashgraph.domain.projects import PROJECT
from dashgraph.domain.promotion import PROMOTION_DIFF
from dashgraph.domain.public_links import PUBLIC_LINK
from dashgraph.domain.schedules import LAST_RUN_OF_SCHEDULE, OBSTACLES_OF_SCHEDULE, SCHEDULE, TARGETS_OF_SCHEDULE
from dashgraph.domain.search import SEARCH, SearchFilter
from dashgraph.domain.shares import SHARE
from dashgraph.domain.users import ACCOUNT, USER, USERS, UserFilter
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.widgets import WIDGET, WIDGET_DOCUMENT
from dashgraph.sources.live import access
from dashgraph.sources.live.finding import hits
from dashgraph.sources.live.lists import Lists
from dashgraph.sources.live.narrowing import keeps
from dashgraph.sources.live.ordering import Placed, page, placed
from dashgraph.sources.live.relations import names, related
from dashgraph.sources.live.standing import EDIT, may

BY_IDS: Mapping[str, Callable[[Lists, Sequence[str]], Awaitable[Mapping[str, Any]]]] = {
    USER.name: Lists.users_by_ids,
    ACCOUNT.name: Lists.accounts,
    GROUP.name: Lists.groups_by_ids,
    FOLDER.name: Lists.folders_by_ids,
    ANCESTORS.name: Lists.ancestors,
    DASHBOARD.name: Lists.dashboards_by_ids,
    WIDGET.name: Lists.widgets_by_ids,
    SHARE.name: Lists.shares_by_ids,
    SCHEDULE.name: lambda lists, ids: lists.deliverables_by_ids(Kind.SCHEDULE, ids),
    ALERT.name: lambda lists, ids: lists.deliverables_by_ids(Kind.ALERT, ids),
    JOB.name: Lists.jobs_by_ids,
    PROJECT.name: Lists.projects_by_ids,
    DATASOURCE.name: lambda lists, ids: lists.known.things(DATASOURCE.name, ids),
}

# Facts that are told to whoever sees the thing, and by which other lookup that is found out.
ABOUT: Mapping[str, Lookup[Any]] = {
    DASHBOARD_DOCUMENT.name: DASHBOARD,
    EXPORT_OF_DASHBOARD.name: DASHBOARD,
    WIDGET_DOCUMENT.name: WIDGET,
    TARGETS_OF_SCHEDULE.name: SCHEDULE,
    TARGETS_OF_ALERT.name: ALERT,
    OBSTACLES_OF_SCHEDULE.name: SCHEDULE,
    OBSTACLES_OF_ALERT.name: ALERT,
    LOG_OF_JOB.name: JOB,
    FILE_OF_JOB.name: JOB,
}
FOR_EDITORS = frozenset({PUBLIC_LINK.name, PROMOTION_DIFF.name})
LAST_RUNS: Mapping[str, Lookup[Any]] = {
    LAST_RUN_OF_SCHEDULE.name: LAST_RUN_OF_SCHEDULE,
    LAST_RUN_OF_ALERT.name: LAST_RUN_OF_ALERT,
}
ACCESS = frozenset({ACCESS_OF_DASHBOARD.name, ACCESSIBLE_TO_USER.name, SHARED_WITH_USER.name})


class Reading:
    """One viewer's questions to one source."""

    def __init__(self, source: str, viewer: Viewer, lists: Lists) -> None:
        self._source = source
        self._viewer = viewer
        self._lists = lists

    async def things(self, lookup: Lookup[Any], ids: Sequence[str]) -> Mapping[str, Any]:
        if lookup.name == PERMISSION.name:
            return await access.permissions(self._lists, self._viewer, ids)
        ask = BY_IDS.get(lookup.name)
        return await self._facts(lookup, ids) if ask is None else await ask(self._lists, ids)

    async def _facts(self, lookup: Lookup[Any], ids: Sequence[str]) -> Mapping[str, Any]:
        """What is told about things that the viewer sees."""
        lists = self._lists
        if lookup.name in LAST_RUNS:
            return await lists.last_runs(lookup, list(await lists.deliverables_by_ids(lookup.of, ids)))
        if lookup.name in FOR_EDITORS:
            shown = [one for one, board in (await lists.dashboards_by_ids(ids)).items() if may(board, EDIT)]
        elif lookup.name in ABOUT:
            shown = list(await self.things(ABOUT[lookup.name], ids))
        else:
            return {}
        return await lists.known.things(lookup.name, shown)

    async def page(self, listing: Listing[Any], wish: Wish) -> Page[Any]:
        if listing.name == SEARCH.name:
            return page(await hits(self._lists, cast("SearchFilter", wish.filter)), wish, source=self._source)
        items = await self._kept(listing, await self._lists.root(listing), wish)
        return page(placed(items, wish.sort, await names(self._lists, items, wish.sort)), wish, source=self._source)

    async def count(self, listing: Listing[Any], wish: Wish) -> int:
        if listing.name == SEARCH.name:
            return len(await hits(self._lists, cast("SearchFilter", wish.filter)))
        return len(await self._kept(listing, await self._lists.root(listing), wish))

    async def pages(self, listing: Listing[Any], parents: Sequence[str], wish: Wish) -> Mapping[str, Page[Any]]:
        found = await self._under(listing, parents, wish)
        return {parent: page(rows, wish, source=self._source) for parent, rows in found.items()}

    async def counts(self, listing: Listing[Any], parents: Sequence[str], wish: Wish) -> Mapping[str, int]:
        return {parent: len(rows) for parent, rows in (await self._under(listing, parents, wish)).items() if rows}

    async def _under(self, listing: Listing[Any], parents: Sequence[str], wish: Wish) -> Mapping[str, list[Placed]]:
        if listing.name in ACCESS:
            return await access.rows(self._lists, listing, parents, cast("AccessFilter | None", wish.filter), wish.sort)
        under = await self._lists.under(listing, parents)
        every = await self._kept(listing, [item for items in under.values() for item in items], wish)
        kept = {id(item) for item in every}
        known = await names(self._lists, every, wish.sort)
        return {
            parent: placed([item for item in items if id(item) in kept], wish.sort, known)
            for parent, items in under.items()
        }

    async def _kept(self, listing: Listing[Any], items: Sequence[Any], wish: Wish) -> Sequence[Any]:
        """The items that meet the filter. Deleted users meet only one that names their status."""
        wanted = wish.filter
        if wanted is None and listing.of is USERS.of and listing.sorts is USERS.sorts:
            wanted = UserFilter()
        if wanted is None or not items:
            return items
        fits = keeps(wanted, await related(self._lists, self._source, items, wanted))
        return [item for item in items if fits(item)]
