"""How each fact of a Lightdash is found out: which lists are walked, which things are asked for one by one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from dashgraph.connectors.lightdash import code, deliveries, translate
from dashgraph.connectors.lightdash.api import Api
from dashgraph.domain.alerts import TARGETS_OF_ALERT, Alert
from dashgraph.domain.comments import COMMENTS_OF_DASHBOARD, Comment
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboards import DASHBOARD_DOCUMENT, Dashboard
from dashgraph.domain.exports import EXPORT_OF_DASHBOARD, ExportFormat
from dashgraph.domain.folders import Folder
from dashgraph.domain.groups import Group
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import LOG_OF_JOB, Job, JobStatus, LogLine
from dashgraph.domain.problems import Forbidden, NotFound, SourceFailed, SourceUnavailable, UnsupportedBySource
from dashgraph.domain.projects import MEMBERS_OF_PROJECT, Project, ProjectMember
from dashgraph.domain.promotion import PROMOTION_DIFF, PromotionItem
from dashgraph.domain.schedules import TARGETS_OF_SCHEDULE, Schedule
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, SHARES_OF_FOLDER, Share
from dashgraph.domain.sources import Health, Status
from dashgraph.domain.targets import Target
from dashgraph.domain.users import User
from dashgraph.domain.widgets import WIDGET_DOCUMENT, WIDGETS_OF_DASHBOARD, Widget
from dashgraph.sources.live.facts import Facts, Membership
from dashgraph.sources.live.walks import Walks
from dashgraph.sources.rest.answers import Raw
from dashgraph.sources.rest.walking import side_by_side

T = TypeVar("T")

ADMIN = "admin"
CHART = "saved_chart"
PAUSES = (0.25, 0.5, *[1.0] * 60, *[2.0] * 30)  # seconds between looks at a job; more than an export may take


@dataclass(frozen=True, slots=True)
class Home:
    """Where a dashboard is: its project, and the space that decides who may see it."""

    project: str
    space: str


class Lightdash:
    """One Lightdash as one account sees it. `url` is where people open it, `is_known` whether there is an account."""

    def __init__(
        self,
        api: Api,
        walks: Walks,
        url: str,
        *,
        is_known: bool,
        documented_only: bool,
        nap: Callable[[float], Awaitable[object]],
    ) -> None:
        self._api = api
        self._walks = walks
        self._url = url.rstrip("/")
        self._is_known = is_known
        self._documented_only = documented_only
        self._nap = nap

    def facts(self) -> Facts:
        return Facts(
            status=self.status,
            walks={
                Kind.USER: self.users,
                Kind.GROUP: self.groups,
                Kind.PROJECT: self.projects,
                Kind.FOLDER: self.folders,
                Kind.DASHBOARD: self.dashboards,
                Kind.SCHEDULE: self.schedules,
                Kind.ALERT: self.alerts,
                Kind.JOB: self.jobs,
            },
            memberships=self.memberships,
            gets={Kind.WIDGET: self.widgets_by_ids, Kind.JOB: self.jobs_by_ids},
            under={
                MEMBERS_OF_PROJECT.name: self.members_of_projects,
                SHARES_OF_DASHBOARD.name: self.shares_of_dashboards,
                SHARES_OF_FOLDER.name: self.shares_of_folders,
                WIDGETS_OF_DASHBOARD.name: self.widgets_of_dashboards,
                COMMENTS_OF_DASHBOARD.name: self.comments_of_dashboards,
            },
            things={
                DASHBOARD_DOCUMENT.name: self.documents,
                WIDGET_DOCUMENT.name: self.widget_documents,
                TARGETS_OF_SCHEDULE.name: self.targets,
                TARGETS_OF_ALERT.name: self.targets,
                LOG_OF_JOB.name: self.logs,
                PROMOTION_DIFF.name: self.promotions,
                EXPORT_OF_DASHBOARD.name: self.exports,
            },
            draws={Kind.WIDGET: {ExportFormat.CSV: self.csv_of_widget}},
        )

    async def status(self) -> Status:
        """Whether it answers, and whether our token is taken and sees everything."""
        version = (await self._api.health()).optional_text("version")
        if not self._is_known or (await self._api.me()).text("role") == ADMIN:
            return Status(Health.UP, None, version)
        message = "The token is not an administrator's: what its account does not see is missing here."
        return Status(Health.DEGRADED, message, version)

    async def users(self) -> list[User]:
        return [translate.user(raw) for raw in await self._users()]

    async def groups(self) -> list[Group]:
        return [translate.group(raw) for raw in await self._groups()]

    async def memberships(self) -> list[Membership]:
        return [one for raw in await self._groups() for one in translate.memberships(raw)]

    async def projects(self) -> list[Project]:
        listed = await self._projects()
        found = await side_by_side([self._api.project(raw.id("projectUuid")) for raw in listed])
        return [translate.project(raw, one) for raw, one in zip(listed, found, strict=True)]

    async def members_of_projects(self, projects: Sequence[str]) -> Mapping[str, list[ProjectMember]]:
        users = await self._users()

        async def of(project: str) -> list[ProjectMember]:
            people, groups = await side_by_side([self._api.project_access(project), self._api.group_access(project)])
            return translate.project_members(project, people, groups, users)

        return await _each(projects, of)

    async def folders(self) -> list[Folder]:
        return [translate.folder(raw) for raw in await self._spaces()]

    async def dashboards(self) -> list[Dashboard]:
        return [translate.dashboard(raw, self._url) for raw in await self._contents()]

    async def shares_of_dashboards(self, dashboards: Sequence[str]) -> Mapping[str, list[Share]]:
        """Those of the spaces that they are in: one question for each space."""
        homes = await self._homes(dashboards)
        spaces = await self._grants({home.space: home.project for home in homes.values()})
        return {
            one: [translate.dashboard_share(one, grant) for grant in spaces.get(home.space, ())]
            for one, home in homes.items()
        }

    async def shares_of_folders(self, folders: Sequence[str]) -> Mapping[str, list[Share]]:
        projects = {raw.id("uuid"): raw.id("projectUuid") for raw in await self._spaces()}
        spaces = await self._grants({one: projects[one] for one in folders if one in projects})
        return {one: [translate.folder_share(one, grant) for grant in its] for one, its in spaces.items()}

    async def widgets_of_dashboards(self, dashboards: Sequence[str]) -> Mapping[str, list[Widget]]:
        found = await self._dashboards(dashboards)
        charts = await self._charts(list(found.values()))
        return {one: translate.widgets(raw, charts) for one, raw in found.items()}

    async def widgets_by_ids(self, ids: Sequence[str]) -> list[Widget]:
        wanted = set(ids)
        found = await self.widgets_of_dashboards(list({one.partition("/")[0] for one in ids}))
        return [widget for its in found.values() for widget in its if widget.id.native in wanted]

    async def comments_of_dashboards(self, dashboards: Sequence[str]) -> Mapping[str, list[Comment]]:
        async def of(dashboard: str) -> list[Comment]:
            return translate.comments(dashboard, await self._api.comments(dashboard))

        return await _each(dashboards, of)

    async def documents(self, dashboards: Sequence[str]) -> Mapping[str, Document]:
        return {one: translate.document(raw) for one, raw in (await self._dashboards(dashboards)).items()}

    async def widget_documents(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """With the chart that each shows, one question for each chart; what SQL shows is no such chart."""
        found = await self._dashboards(list({one.partition("/")[0] for one in ids}))
        tiles = {
            one: tile for one in ids for raw in [found.get(one.partition("/")[0])] if raw for tile in _tile(raw, one)
        }
        shown = {one: tile.object("properties").optional_id("savedChartUuid") for one, tile in tiles.items()}
        charts = await _each([one for one in set(shown.values()) if one is not None], self._api.chart)
        return {one: translate.widget_document(tile, charts.get(shown[one] or "")) for one, tile in tiles.items()}

    async def exports(self, dashboards: Sequence[str]) -> Mapping[str, Document]:
        """With all charts that they show, one question for each."""
        found = await self._dashboards(dashboards)
        shown = {one: [chart for tile in raw.list("tiles") for chart in _saved(tile)] for one, raw in found.items()}
        charts = await _each(sorted({chart for its in shown.values() for chart in its}), self._api.chart)
        spaces = {raw.id("uuid"): raw.text("slug") for raw in await self._spaces()}
        return {
            one: code.document(raw, {chart: charts[chart] for chart in shown[one] if chart in charts}, spaces)
            for one, raw in found.items()
        }

    async def promotions(self, dashboards: Sequence[str]) -> Mapping[str, tuple[PromotionItem, ...]]:
        """None for dashboards of projects with nothing upstream."""

        async def of(dashboard: str) -> tuple[PromotionItem, ...]:
            return translate.promotion(await self._api.promotion_diff(dashboard))

        upstream = {raw.id("projectUuid") for raw in await self._projects() if raw.get("upstreamProjectUuid")}
        homes = await self._homes(dashboards)
        return await _each([one for one, home in homes.items() if home.project in upstream], of)

    async def csv_of_widget(self, widget: str) -> bytes:
        """The results of the chart that a widget shows: a job there makes them, and is looked at until it has ended."""
        shown = next(iter(await self.widgets_by_ids([widget])), None)
        if shown is None or shown.type != CHART or shown.chart is None:
            message = "Only charts have numbers to export."
            raise UnsupportedBySource(message, source=self._api.source)
        job = await self._api.download_csv(shown.chart)
        for pause in PAUSES:
            state = deliveries.job(job, await self._api.job(job))
            if state.status is JobStatus.SUCCEEDED:
                return await self._api.file((await self._api.csv(job)).text("url"))
            if state.status is JobStatus.FAILED:
                message = f"{self._api.source} could not make the file: {state.error or 'it does not say why'}."
                raise SourceFailed(message, source=self._api.source)
            await self._nap(pause)
        message = f"{self._api.source} is still making the file; try again later."
        raise SourceUnavailable(message, source=self._api.source)

    async def schedules(self) -> list[Schedule]:
        return [one for one in await self._deliverables() if isinstance(one, Schedule)]

    async def alerts(self) -> list[Alert]:
        return [one for one in await self._deliverables() if isinstance(one, Alert)]

    async def targets(self, ids: Sequence[str]) -> Mapping[str, tuple[Target, ...]]:
        wanted = set(ids)
        named = {raw.id("schedulerUuid"): raw for raw in await self._schedulers()}
        return {one: deliveries.targets(raw) for one, raw in named.items() if one in wanted}

    async def jobs(self) -> list[Job]:
        return [job for raw in await self._runs() for job in deliveries.jobs(raw)]

    async def jobs_by_ids(self, ids: Sequence[str]) -> list[Job]:
        """Runs of schedules from the log; what else there is tells its state alone."""
        runs = {job.id.native: job for job in await self.jobs()}

        async def of(one: str) -> Job:
            return deliveries.job(one, await self._api.job(one))

        asked = await _each([one for one in ids if one not in runs], of)
        return [runs.get(one) or asked[one] for one in ids if one in runs or one in asked]

    async def logs(self, jobs: Sequence[str]) -> Mapping[str, tuple[LogLine, ...]]:
        return {one: its for raw in await self._runs() for one, its in deliveries.log(raw, jobs).items()}

    async def _users(self) -> list[Raw]:
        return await self._walks.once("raw users", self._api.users)

    async def _groups(self) -> list[Raw]:
        return await self._walks.once("raw groups", self._api.groups)

    async def _projects(self) -> list[Raw]:
        return await self._walks.once("raw projects", self._api.projects)

    async def _of_projects(self, key: str, ask: Callable[[str], Awaitable[Sequence[Raw]]]) -> list[Raw]:
        """What each project has, all in one list."""

        async def walk() -> list[Raw]:
            projects = [raw.id("projectUuid") for raw in await self._projects()]
            found = await _each(projects, ask)
            return [one for project in projects for one in found.get(project, ())]

        return await self._walks.once(key, walk)

    async def _spaces(self) -> list[Raw]:
        return await self._of_projects("raw spaces", self._api.spaces)

    async def _schedulers(self) -> list[Raw]:
        if self._documented_only:
            return [one for raw in await self._runs() for one in raw.list("schedulers")]
        return await self._of_projects("raw schedulers", self._api.schedulers)

    async def _runs(self) -> list[Raw]:
        async def of(project: str) -> Sequence[Raw]:
            return [await self._api.runs(project)]

        return await self._of_projects("raw runs", of)

    async def _contents(self) -> list[Raw]:
        """A line for each dashboard, of all projects at once."""

        async def walk() -> list[Raw]:
            return await self._api.contents([raw.id("projectUuid") for raw in await self._projects()])

        return await self._walks.once("raw contents", walk)

    async def _homes(self, dashboards: Sequence[str]) -> Mapping[str, Home]:
        """Where each of these dashboards is; those that are not there are absent."""
        every = {raw.id("uuid"): raw for raw in await self._contents()} if dashboards else {}
        return {
            one: Home(every[one].object("project").id("uuid"), every[one].object("space").id("uuid"))
            for one in dashboards
            if one in every
        }

    async def _grants(self, spaces: Mapping[str, str]) -> Mapping[str, list[translate.SpaceGrant]]:
        """Who may do what in these spaces, which are given with their projects."""

        async def ask(missing: Sequence[str]) -> Mapping[str, Raw]:
            return await _each(missing, lambda space: self._api.space(spaces[space], space))

        found = await self._walks.each("raw space", list(spaces), ask)
        members: dict[str, list[str]] = {}
        if any(raw.list("groupsAccess") for raw in found.values()):
            for one in await self.memberships():
                members.setdefault(one.group, []).append(one.user)
        return {space: translate.grants(raw, members) for space, raw in found.items()}

    async def _dashboards(self, ids: Sequence[str]) -> Mapping[str, Raw]:
        """Dashboards with their tiles: one question for each."""
        homes = await self._homes(ids)

        async def ask(missing: Sequence[str]) -> Mapping[str, Raw]:
            return await _each(missing, lambda one: self._api.dashboard(homes[one].project, one))

        return await self._walks.each("raw dashboard", list(homes), ask)

    async def _charts(self, dashboards: Sequence[Raw]) -> dict[str, Raw]:
        """The lines of the charts that these dashboards show: one question for each project."""
        projects = {
            raw.id("projectUuid") for raw in dashboards if any(translate.chart_of(tile) for tile in raw.list("tiles"))
        }
        return {raw.id("uuid"): raw for project in sorted(projects) for raw in await self._summaries(project)}

    async def _summaries(self, project: str) -> list[Raw]:
        return await self._walks.once(f"raw charts of {project}", lambda: self._api.chart_summaries(project))

    async def _deliverables(self) -> list[Schedule | Alert]:
        """All schedulers. Where one sends a chart it takes the list of charts to know whether that lives somewhere."""
        found = await self._schedulers()
        homes: dict[str, str] = {}
        if any(raw.optional_id("savedChartUuid") for raw in found):
            for raw in await self._of_projects("raw charts", self._summaries):
                if raw.optional_id("dashboardUuid") is not None:
                    homes[raw.id("uuid")] = raw.id("dashboardUuid")
        return [deliveries.deliverable(raw, homes) for raw in found]


def _saved(tile: Raw) -> list[str]:
    """The uuid of the chart that a tile shows; what SQL shows is no such chart."""
    shown = tile.object("properties").optional_id("savedChartUuid")
    return [] if shown is None else [shown]


def _tile(dashboard: Raw, widget: str) -> list[Raw]:
    return [tile for tile in dashboard.list("tiles") if tile.id("uuid") == widget.partition("/")[2]]


async def _each(ids: Sequence[str], ask: Callable[[str], Awaitable[T]]) -> dict[str, T]:
    """The answer for each id, asked side by side. What is not there, or closed to our account, is absent."""

    async def of(one: str) -> tuple[str, T] | None:
        try:
            return one, await ask(one)
        except (NotFound, Forbidden):
            return None

    found: list[Any] = await side_by_side([of(one) for one in ids])
    return dict(one for one in found if one is not None)
