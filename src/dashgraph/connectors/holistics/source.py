"""Finds the facts of Holistics out, in as few calls as its API allows."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from dashgraph.connectors.holistics import deliverables, translate
from dashgraph.connectors.holistics.api import AT_ONCE, Holistics
from dashgraph.connectors.holistics.files import Files
from dashgraph.domain.alerts import TARGETS_OF_ALERT, Alert
from dashgraph.domain.dash import Document
from dashgraph.domain.dashboards import DASHBOARD_DOCUMENT, Dashboard
from dashgraph.domain.groups import Group
from dashgraph.domain.ids import Kind
from dashgraph.domain.jobs import LOG_OF_JOB, LOG_SHOWN, Job, LogLine
from dashgraph.domain.problems import NotFound, SourceRefused
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.schedules import TARGETS_OF_SCHEDULE, Schedule
from dashgraph.domain.sources import Health, Status
from dashgraph.domain.targets import Target
from dashgraph.domain.users import User
from dashgraph.domain.widgets import WIDGET_DOCUMENT, WIDGETS_OF_DASHBOARD, Widget
from dashgraph.sources.live.facts import Facts, Membership
from dashgraph.sources.live.walks import Walks
from dashgraph.sources.rest.answers import Raw, Raws
from dashgraph.sources.rest.walking import side_by_side

T = TypeVar("T")


class Rows:
    """The rows of one noun: all of them, listed once, or some, asked for one by one where the list is not known."""

    def __init__(
        self, walks: Walks, noun: str, every: Callable[[], Awaitable[Raws]], one: Callable[[str], Awaitable[Raw]]
    ) -> None:
        self._walks = walks
        self._noun = noun
        self._every = every
        self._one = one

    async def all(self) -> Raws:
        return await self._walks.once(self._noun, self._every)

    async def some(self, ids: Sequence[str], *, whole: str | None = None) -> dict[str, Raw]:
        """Those that are there. Rows of a list that lack `whole` are asked for."""
        if not self._walks.known(self._noun):
            return await self._walks.each(f"one of {self._noun}", ids, self._asked)
        known = {row.id("id"): row for row in await self.all()}
        found = {one: known[one] for one in ids if one in known}
        lacking = [one for one, row in found.items() if whole is not None and row.get(whole) is None]
        enough = {one: row for one, row in found.items() if one not in set(lacking)}
        return enough | await self._walks.each(f"one of {self._noun}", lacking, self._asked)

    async def _asked(self, ids: Sequence[str]) -> dict[str, Raw]:
        return await present([one for one in ids if one.isdecimal()], self._one)


class HolisticsFacts:
    """What one account finds out; nobody's where it `is_known` not. `now` tells when schedules run next.

    `nap` is how to wait for a job there.
    """

    def __init__(
        self,
        api: Holistics,
        walks: Walks,
        *,
        is_known: bool,
        now: Callable[[], datetime],
        nap: Callable[[float], Awaitable[object]],
    ) -> None:
        self._api = api
        self._files = Files(api, nap)
        self._walks = walks
        self._is_known = is_known
        self._now = now
        self._groups = Rows(walks, "rows of groups", api.groups, api.group)
        self._dashboards = Rows(walks, "rows of dashboards", api.dashboards, api.dashboard)
        self._schedules = Rows(walks, "rows of schedules", api.schedules, api.schedule)
        self._alerts = Rows(walks, "rows of alerts", api.alerts, api.alert)

    @property
    def facts(self) -> Facts:
        return Facts(
            status=self.status,
            walks={
                Kind.USER: self.users,
                Kind.GROUP: self.groups,
                Kind.DASHBOARD: self.dashboards,
                Kind.SCHEDULE: self.schedules,
                Kind.ALERT: self.alerts,
            },
            memberships=self.memberships,
            gets={
                Kind.USER: self.users_by_ids,
                Kind.GROUP: self.groups_by_ids,
                Kind.DASHBOARD: self.dashboards_by_ids,
                Kind.WIDGET: self.widgets_by_ids,
                Kind.SCHEDULE: self.schedules_by_ids,
                Kind.ALERT: self.alerts_by_ids,
                Kind.JOB: self.jobs_by_ids,
            },
            under={WIDGETS_OF_DASHBOARD.name: self.widgets_of},
            things={
                DASHBOARD_DOCUMENT.name: self.dashboard_documents,
                WIDGET_DOCUMENT.name: self.widget_documents,
                TARGETS_OF_SCHEDULE.name: self.targets_of_schedules,
                TARGETS_OF_ALERT.name: self.targets_of_alerts,
                LOG_OF_JOB.name: self.job_logs,
            },
            draws=self._files.draws(),
        )

    async def status(self) -> Status:
        """Without a key all there is to find out is that it asks for one."""
        try:
            role = translate.role((await self._api.me()).text("role"))
        except SourceRefused:
            if self._is_known:
                raise
            return Status(Health.UP, version="API 2.0")
        if role.kind is RoleKind.ADMIN:
            return Status(Health.UP, version="API 2.0")
        message = (
            f"The key is {role.name.lower()}'s: it cannot change users and groups, and may not see all dashboards."
        )
        return Status(Health.UP, message, version="API 2.0")

    async def users(self) -> Sequence[User]:
        return [translate.user(row) for row in await self._api.users()]

    async def users_by_ids(self, ids: Sequence[str]) -> Sequence[User]:
        rows = await in_pages([one for one in ids if one.isdecimal()], self._api.users_by_ids)
        return [translate.user(row) for row in rows]

    async def groups(self) -> Sequence[Group]:
        return [translate.group(row) for row in await self._groups.all()]

    async def groups_by_ids(self, ids: Sequence[str]) -> Sequence[Group]:
        return [translate.group(row) for row in (await self._groups.some(ids)).values()]

    async def memberships(self) -> Sequence[Membership]:
        """From the groups: the list of users leaves the groups of some out."""
        return [one for row in await self._groups.all() for one in translate.members(row)]

    async def dashboards(self) -> Sequence[Dashboard]:
        return [translate.dashboard(row) for row in await self._dashboards.all()]

    async def dashboards_by_ids(self, ids: Sequence[str]) -> Sequence[Dashboard]:
        return [translate.dashboard(row) for row in (await self._dashboards.some(ids)).values()]

    async def widgets_of(self, dashboards: Sequence[str]) -> Mapping[str, Sequence[Widget]]:
        """One call for each dashboard, unless the list of dashboards holds them."""
        rows = await self._dashboards.some(dashboards, whole="widgets")
        return {one: [translate.widget(widget, row) for widget in row.list("widgets")] for one, row in rows.items()}

    async def widgets_by_ids(self, ids: Sequence[str]) -> Sequence[Widget]:
        rows = await self._walks.each("rows of widgets", ids, self._widget_rows)
        return [translate.widget(row, row.object("dashboard")) for row in rows.values()]

    async def _widget_rows(self, ids: Sequence[str]) -> dict[str, Raw]:
        return await present(ids, self._api.widget)

    async def schedules(self) -> Sequence[Schedule]:
        return [deliverables.schedule(row, self._now()) for row in await self._schedules.all()]

    async def schedules_by_ids(self, ids: Sequence[str]) -> Sequence[Schedule]:
        return [deliverables.schedule(row, self._now()) for row in (await self._schedules.some(ids)).values()]

    async def alerts(self) -> Sequence[Alert]:
        return await self._placed(await self._alerts.all())

    async def alerts_by_ids(self, ids: Sequence[str]) -> Sequence[Alert]:
        return await self._placed(list((await self._alerts.some(ids)).values()))

    async def _placed(self, rows: Sequence[Raw]) -> Sequence[Alert]:
        """Alerts with their dashboards, for which each of their widgets is asked once: an alert names only that."""
        watched = list(dict.fromkeys(row.id("source_id") for row in rows))
        widgets = {one.id.native: one for one in await self.widgets_by_ids(watched)}
        return [deliverables.alert(row, widgets.get(row.id("source_id"))) for row in rows]

    async def jobs_by_ids(self, ids: Sequence[str]) -> Sequence[Job]:
        """With what came of those that are over; of an export that is a file."""
        rows = await in_pages([one for one in ids if one.isdecimal()], self._api.jobs)
        found = {row.id("id"): translate.job(row) for row in rows}
        over = [one for one, job in found.items() if translate.has_result(job)]
        results = await present(over, self._api.job_result)
        return [translate.job(row, results.get(row.id("id"))) for row in rows]

    async def dashboard_documents(self, ids: Sequence[str]) -> Mapping[str, Document]:
        rows = await self._dashboards.some(ids, whole="widgets")
        return {one: translate.document(row) for one, row in rows.items()}

    async def widget_documents(self, ids: Sequence[str]) -> Mapping[str, Document]:
        """With the report that each shows."""
        rows = await present(ids, lambda one: self._api.widget(one, report=True))
        return {one: translate.document(row) for one, row in rows.items()}

    async def targets_of_schedules(self, ids: Sequence[str]) -> Mapping[str, tuple[Target, ...]]:
        return {one: deliverables.targets(row) for one, row in (await self._schedules.some(ids)).items()}

    async def targets_of_alerts(self, ids: Sequence[str]) -> Mapping[str, tuple[Target, ...]]:
        return {one: deliverables.targets(row) for one, row in (await self._alerts.some(ids)).items()}

    async def job_logs(self, ids: Sequence[str]) -> Mapping[str, tuple[LogLine, ...]]:
        rows = await present(ids, self._api.job_log)
        return {one: tuple(translate.log_line(line) for line in lines[-LOG_SHOWN:]) for one, lines in rows.items()}


async def present(ids: Sequence[str], ask: Callable[[str], Awaitable[T]]) -> dict[str, T]:
    """What there is for each id, asked for side by side."""

    async def of(one: str) -> tuple[str, T] | None:
        try:
            return one, await ask(one)
        except NotFound:
            return None

    return dict(found for found in await side_by_side([of(one) for one in ids]) if found is not None)


async def in_pages(ids: Sequence[str], ask: Callable[[Sequence[str]], Coroutine[Any, Any, Raws]]) -> Raws:
    """The rows of all these ids, of as many at once as one question may name."""
    pages = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
    return [row for rows in await side_by_side([ask(page) for page in pages]) for row in rows]
