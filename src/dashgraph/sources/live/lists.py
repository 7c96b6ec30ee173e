"""Which items each list of a live source has for one viewer, before they are filtered, sorted and cut."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashgraph.domain.alerts import ALERTS, ALERTS_OF_DASHBOARD, ALERTS_OF_OWNER
from dashgraph.domain.comments import COMMENTS_OF_DASHBOARD
from dashgraph.domain.dashboards import (
    DASHBOARDS,
    DASHBOARDS_OF_FOLDER,
    DASHBOARDS_OF_OWNER,
    DASHBOARDS_OF_PROJECT,
    Dashboard,
)
from dashgraph.domain.deliverables import Deliverable
from dashgraph.domain.folders import CHILDREN_OF_FOLDER, FOLDERS, FOLDERS_OF_PROJECT, Folder
from dashgraph.domain.groups import GROUPS, GROUPS_OF_USER
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JOBS, JOBS_OF_ALERT, JOBS_OF_SCHEDULE, Job
from dashgraph.domain.lists import Listing, Lookup
from dashgraph.domain.projects import MEMBERS_OF_PROJECT, PROJECTS
from dashgraph.domain.schedules import SCHEDULES, SCHEDULES_OF_DASHBOARD, SCHEDULES_OF_OWNER
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, SHARES_OF_FOLDER, SHARES_OF_GROUP, Share
from dashgraph.domain.trash import DELETED_DASHBOARDS
from dashgraph.domain.users import USERS, USERS_OF_GROUP, User, account_of, same_address
from dashgraph.domain.widgets import WIDGETS, WIDGETS_OF_DASHBOARD, Widget
from dashgraph.sources.live.facts import Known
from dashgraph.sources.live.standing import EDIT, Standing, decided, may, seen, shown_user, strongest

Items = Mapping[str, Sequence[Any]]
FOLDER_SHARE = "folder:"  # how the ids of shares begin that are of folders


class Lists:
    """The lists of one source, for one viewer."""

    def __init__(self, known: Known, who: Standing) -> None:
        self.known = known
        self.who = who

    async def root(self, listing: Listing[Any]) -> Sequence[Any]:
        """Everything of a root list; nothing where the source has no such thing."""
        ask = _ROOTS.get(listing.name)
        return () if ask is None else await ask(self)

    async def under(self, listing: Listing[Any], parents: Sequence[str]) -> Items:
        """What hangs off each parent that the viewer sees."""
        ask = _EDGES.get(listing.name)
        return {} if ask is None else await ask(self, parents)

    async def dashboards(self) -> Sequence[Dashboard]:
        return await self.visible(await self.known.all(Kind.DASHBOARD))

    async def dashboards_by_ids(self, ids: Sequence[str]) -> dict[str, Dashboard]:
        """Those that the viewer sees, each with just what the viewer is to it."""
        found = await self.known.by_ids(Kind.DASHBOARD, ids)
        return {one.id.native: one for one in await self.visible(list(found.values()), exactly=True)}

    async def visible(self, dashboards: Sequence[Dashboard], *, exactly: bool = False) -> list[Dashboard]:
        """Those of these that the viewer sees. `exactly` finds out what shares add where they could not hide it."""
        who = self.who
        known = strongest if exactly else decided
        open_ones = [one.id.native for one in dashboards if not known(one, who)]
        shares = await self.shares(open_ones, many=not exactly)
        found = (seen(one, shares.get(one.id.native, ()), who) for one in dashboards)
        return [one for one in found if one is not None]

    async def shares(self, dashboards: Sequence[str], *, many: bool = False) -> Mapping[str, Sequence[Share]]:
        """All shares of these dashboards, whoever asks."""
        return await self.known.picked(SHARES_OF_DASHBOARD, dashboards, _dashboard, many=many)

    async def shares_seen(self, shown: Mapping[str, Dashboard]) -> Items:
        """Of these dashboards, which the viewer sees, the shares that the viewer may know of."""
        found = await self.shares(list(shown))
        return {one: [share for share in its if self.sees_share(shown[one], share)] for one, its in found.items()}

    async def shares_by_ids(self, ids: Sequence[str]) -> dict[str, Share]:
        """Of dashboards: `dashboard/user/id`, `dashboard/group/id`; of folders with `folder:` in front."""
        parents = {one: one.rsplit("/", 2)[0] for one in ids if one.count("/") > 1}
        boards = list({parent for parent in parents.values() if not parent.startswith(FOLDER_SHARE)})
        folders = [parent.removeprefix(FOLDER_SHARE) for parent in set(parents.values()) - set(boards)]
        found = [*(await self._shares_of(boards)).values(), *(await self._shares_of_folders(folders)).values()]
        wanted = set(ids)
        return {share.id.native: share for its in found for share in its if share.id.native in wanted}

    async def last_runs(self, lookup: Lookup[Job], ids: Sequence[str]) -> dict[str, Job]:
        """The latest job of each schedule or alert."""
        listing = JOBS_OF_SCHEDULE if lookup.of is Kind.SCHEDULE else JOBS_OF_ALERT
        found = await self._runs(listing, lookup.of, ids)
        return {one: max(jobs, key=_moment) for one, jobs in found.items() if jobs}

    async def users_by_ids(self, ids: Sequence[str]) -> dict[str, User]:
        if not self.who.belongs:
            return {}
        found = await self.known.by_ids(Kind.USER, ids)
        return {one: shown_user(user, self.who) for one, user in found.items()}

    async def accounts(self, addresses: Sequence[str]) -> dict[str, User]:
        """The users with these e-mail addresses, where it is clear who that is."""
        having: dict[str, list[User]] = {one: [] for one in addresses}
        for user in await self.users():
            having.get(same_address(user.email), []).append(user)
        return {one: found for one, users in having.items() if (found := account_of(users)) is not None}

    async def groups_by_ids(self, ids: Sequence[str]) -> dict[str, Any]:
        return await self.known.by_ids(Kind.GROUP, ids) if self.who.belongs else {}

    async def folders(self) -> Sequence[Folder]:
        every: Sequence[Folder] = await self.known.all(Kind.FOLDER)
        if self.who.sees_all:
            return every
        by_id = {folder.id: folder for folder in every}
        shown = {folder.id for folder in every if self.who.is_me(folder.owner)}
        for dashboard in await self.dashboards():
            above = dashboard.folder
            while above in by_id and above not in shown:
                shown.add(above)
                above = by_id[above].parent
        return [folder for folder in every if folder.id in shown]

    async def folders_by_ids(self, ids: Sequence[str]) -> dict[str, Folder]:
        if self.who.sees_all:
            return await self.known.by_ids(Kind.FOLDER, ids)
        wanted = set(ids)
        return {one.id.native: one for one in await self.folders() if one.id.native in wanted}

    async def ancestors(self, ids: Sequence[str]) -> dict[str, tuple[Folder, ...]]:
        shown = await self.folders_by_ids(ids)
        return {one: await self.known.ancestors(folder) for one, folder in shown.items()}

    async def projects_by_ids(self, ids: Sequence[str]) -> dict[str, Any]:
        wanted = set(ids)
        return {one.id.native: one for one in await self.projects() if one.id.native in wanted}

    async def widgets_by_ids(self, ids: Sequence[str]) -> dict[str, Widget]:
        found: dict[str, Widget] = await self.known.by_ids(Kind.WIDGET, ids)
        shown = await self.dashboards_by_ids(list({one.dashboard.native for one in found.values()}))
        return {one: widget for one, widget in found.items() if widget.dashboard.native in shown}

    async def deliverables(self, kind: Kind) -> list[Any]:
        return await self._delivered(await self.known.all(kind))

    async def deliverables_by_ids(self, kind: Kind, ids: Sequence[str]) -> dict[str, Any]:
        found = await self.known.by_ids(kind, ids)
        return {one.id.native: one for one in await self._delivered(list(found.values()))}

    async def jobs_by_ids(self, ids: Sequence[str]) -> dict[str, Job]:
        found: dict[str, Job] = await self.known.by_ids(Kind.JOB, ids)
        return {one: job for one, job in found.items() if self._sees_job(job)}

    async def projects(self) -> Sequence[Any]:
        """All projects for whoever belongs to the source: what is in them is for who sees it."""
        return await self.known.all(Kind.PROJECT) if self.who.belongs else ()

    def _sees_job(self, job: Job) -> bool:
        return self.who.sees_all or self.who.is_me(job.requested_by)

    async def users(self) -> Sequence[User]:
        if not self.who.belongs:
            return ()
        return [shown_user(user, self.who) for user in await self.known.all(Kind.USER)]

    async def groups(self) -> Sequence[Any]:
        return await self.known.all(Kind.GROUP) if self.who.belongs else ()

    async def widgets(self) -> Sequence[Widget]:
        dashboards = [one.id.native for one in await self.dashboards()]
        found = await self._widgets_of(dashboards)
        return [widget for one in dashboards for widget in found.get(one, ())]

    async def jobs(self) -> Sequence[Job]:
        return [job for job in await self.known.all(Kind.JOB) if self._sees_job(job)]

    async def _trash(self) -> Sequence[Any]:
        return [one for one in await self.known.trash() if self.who.sees_all or self.who.is_me(one.owner)]

    async def _delivered(self, found: Sequence[Deliverable]) -> list[Any]:
        """Schedules or alerts that the viewer owns, or of dashboards that the viewer owns; all for who sees all."""
        boards = {one.dashboard.native for one in found if one.dashboard is not None}
        mine: set[str] = set()
        if self.who.me is not None and not self.who.sees_all:
            every = await self.known.by_ids(Kind.DASHBOARD, list(boards))
            mine = {one for one, board in every.items() if self.who.is_me(board.owner)}
        shown = []
        for one in found:
            may = self.who.is_me(one.owner) or (one.dashboard is not None and one.dashboard.native in mine)
            if may or self.who.sees_all:
                shown.append(replace(one, can_change=may or self.who.floor > EDIT))
        return shown

    async def _members(self, groups: Sequence[str]) -> Items:
        if not self.who.belongs:
            return {}
        found = await self.known.memberships(groups=groups)
        shown = [one for one in found if self.sees_member(one.group, one.user)]
        users = await self.users_by_ids(list({one.user for one in shown}))
        return _under(groups, ((one.group, users[one.user]) for one in shown if one.user in users))

    async def _groups_of(self, users: Sequence[str]) -> Items:
        if not self.who.belongs:
            return {}
        found = await self.known.memberships(users=users)
        shown = [one for one in found if self.sees_member(one.group, one.user)]
        groups = await self.groups_by_ids(list({one.group for one in shown}))
        return _under(users, ((one.user, groups[one.group]) for one in shown if one.group in groups))

    def sees_member(self, group: str, user: str) -> bool:
        who = self.who
        return who.admin or group in who.groups or (who.me is not None and user == who.me.native)

    async def _dashboards_of(self, parents: Sequence[str], parent: Callable[[Dashboard], ResourceId | None]) -> Items:
        wanted = set(parents)
        found = ((parent(one), one) for one in await self.dashboards())
        return _under(parents, ((of.native, one) for of, one in found if of is not None and of.native in wanted))

    async def _widgets_of(self, dashboards: Sequence[str]) -> Items:
        shown = list(await self.dashboards_by_ids(dashboards))
        return await self.known.picked(WIDGETS_OF_DASHBOARD, shown, _dashboard)

    async def _shares_of(self, dashboards: Sequence[str]) -> Items:
        shown = await self.dashboards_by_ids(dashboards)
        return await self.shares_seen(shown)

    def sees_share(self, dashboard: Dashboard, share: Share) -> bool:
        return may(dashboard, EDIT) or self.who.reached_by(share)

    async def _shares_of_folders(self, folders: Sequence[str]) -> Items:
        shown = list(await self.folders_by_ids(folders))
        found = await self.known.under(SHARES_OF_FOLDER, shown)
        if self.who.floor > EDIT:
            return found
        return {one: [share for share in shares if self.who.reached_by(share)] for one, shares in found.items()}

    async def _shares_of_groups(self, groups: Sequence[str]) -> Items:
        shown = {one.id.native: one for one in await self.dashboards()}
        shares = await self.shares(list(shown), many=True)
        wanted = set(groups)
        found = (
            (share.subject.native, share)
            for board, its in shares.items()
            for share in its
            if share.subject.kind is Kind.GROUP
            and share.subject.native in wanted
            and self.sees_share(shown[board], share)
        )
        return _under(groups, found)

    async def _folders_of(self, parents: Sequence[str], parent: Callable[[Folder], ResourceId | None]) -> Items:
        wanted = set(parents)
        found = ((parent(one), one) for one in await self.folders())
        return _under(parents, ((of.native, one) for of, one in found if of is not None and of.native in wanted))

    async def _deliverables_of(self, listing: Listing[Any], dashboards: Sequence[str]) -> Items:
        found = await self.known.picked(listing, dashboards, _dashboard)
        shown = {one.id for one in await self._delivered([one for its in found.values() for one in its])}
        return {board: [one for one in its if one.id in shown] for board, its in found.items()}

    async def _deliverables_by(self, kind: Kind, owners: Sequence[str]) -> Items:
        found = ((one.owner, one) for one in await self.deliverables(kind))
        return _under(owners, ((of.native, one) for of, one in found if of is not None and of.native in set(owners)))

    async def _runs(self, listing: Listing[Any], kind: Kind, parents: Sequence[str]) -> Items:
        shown = list(await self.deliverables_by_ids(kind, parents))

        def parent(job: Job) -> ResourceId | None:
            return job.schedule if kind is Kind.SCHEDULE else job.alert

        return await self.known.picked(listing, shown, parent)

    async def _project_members(self, projects: Sequence[str]) -> Items:
        if not self.who.admin:
            return {}
        return await self.known.under(MEMBERS_OF_PROJECT, projects)

    async def _comments(self, dashboards: Sequence[str]) -> Items:
        return await self.known.under(COMMENTS_OF_DASHBOARD, list(await self.dashboards_by_ids(dashboards)))


def _dashboard(one: Any) -> ResourceId | None:
    found: ResourceId | None = one.dashboard
    return found


def _moment(job: Job) -> str:
    return "" if job.created_at is None else job.created_at.isoformat()


def _under(parents: Iterable[str], pairs: Iterable[tuple[str, Any]]) -> Items:
    found: dict[str, list[Any]] = {one: [] for one in parents}
    for parent, item in pairs:
        found[parent].append(item)
    return found


_ROOTS: Mapping[str, Callable[[Lists], Awaitable[Sequence[Any]]]] = {
    DASHBOARDS.name: Lists.dashboards,
    WIDGETS.name: Lists.widgets,
    USERS.name: Lists.users,
    GROUPS.name: Lists.groups,
    FOLDERS.name: Lists.folders,
    PROJECTS.name: Lists.projects,
    SCHEDULES.name: lambda lists: lists.deliverables(Kind.SCHEDULE),
    ALERTS.name: lambda lists: lists.deliverables(Kind.ALERT),
    JOBS.name: Lists.jobs,
    DELETED_DASHBOARDS.name: Lists._trash,
}
_EDGES: Mapping[str, Callable[[Lists, Sequence[str]], Awaitable[Items]]] = {
    USERS_OF_GROUP.name: Lists._members,
    GROUPS_OF_USER.name: Lists._groups_of,
    DASHBOARDS_OF_OWNER.name: lambda lists, ids: lists._dashboards_of(ids, lambda one: one.owner),
    DASHBOARDS_OF_FOLDER.name: lambda lists, ids: lists._dashboards_of(ids, lambda one: one.folder),
    WIDGETS_OF_DASHBOARD.name: Lists._widgets_of,
    SHARES_OF_DASHBOARD.name: Lists._shares_of,
    SHARES_OF_FOLDER.name: Lists._shares_of_folders,
    SHARES_OF_GROUP.name: Lists._shares_of_groups,
    CHILDREN_OF_FOLDER.name: lambda lists, ids: lists._folders_of(ids, lambda one: one.parent),
    FOLDERS_OF_PROJECT.name: lambda lists, ids: lists._folders_of(ids, lambda one: one.project),
    DASHBOARDS_OF_PROJECT.name: lambda lists, ids: lists._dashboards_of(ids, lambda one: one.project),
    SCHEDULES_OF_DASHBOARD.name: lambda lists, ids: lists._deliverables_of(SCHEDULES_OF_DASHBOARD, ids),
    ALERTS_OF_DASHBOARD.name: lambda lists, ids: lists._deliverables_of(ALERTS_OF_DASHBOARD, ids),
    SCHEDULES_OF_OWNER.name: lambda lists, ids: lists._deliverables_by(Kind.SCHEDULE, ids),
    ALERTS_OF_OWNER.name: lambda lists, ids: lists._deliverables_by(Kind.ALERT, ids),
    JOBS_OF_SCHEDULE.name: lambda lists, ids: lists._runs(JOBS_OF_SCHEDULE, Kind.SCHEDULE, ids),
    JOBS_OF_ALERT.name: lambda lists, ids: lists._runs(JOBS_OF_ALERT, Kind.ALERT, ids),
    MEMBERS_OF_PROJECT.name: Lists._project_members,
    COMMENTS_OF_DASHBOARD.name: Lists._comments,
}
