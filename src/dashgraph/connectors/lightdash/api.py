"""The addresses of Lightdash: one function for each, and a word where the vendor documents it nowhere."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from dashgraph.domain.problems import UnsupportedBySource
from dashgraph.sources.rest.addresses import Params, given, path
from dashgraph.sources.rest.answers import Answer, Raw
from dashgraph.sources.rest.client import Rest
from dashgraph.sources.rest.paging import PageNumber
from dashgraph.sources.rest.told import Told

Json: TypeAlias = Mapping[str, Any]

PER_PAGE = 5000  # things; so many were given of content when asked for
MOST_MEMBERS = 10_000  # of a group; the server wants a number, and cuts at it
INVITATION = timedelta(days=3)  # how long one may be taken up
PAGES = PageNumber(per_page=PER_PAGE, items="results.data", total="results.pagination.totalResults")


def told(answer: Answer) -> Told | None:
    """What an error says. A 500 is what the server answers to whatever it did not expect: the same comes again."""
    error = answer.raw().optional_object("error")
    if error is None:
        return None
    name = error.optional_text("name")
    again = False if answer.status == 500 else None  # noqa: PLR2004 - of 502 to 504 it may be well again
    return Told(code=name, message=error.optional_text("message"), retryable=again)


class Api:
    """Everything that is asked of one Lightdash. `home` is the project that new folders at the top are made in."""

    def __init__(self, rest: Rest, *, url: str, home: str | None = None) -> None:
        self._rest = rest
        self.source = rest.source
        self.home = home
        self._host = urlsplit(url).hostname

    async def health(self) -> Raw:
        return await self._results("/api/v1/health")

    async def me(self) -> Raw:
        return await self._results("/api/v1/user")

    async def users(self) -> list[Raw]:
        return await self._pages("/api/v1/org/users", "userUuid")

    async def set_role(self, user: str, role: str) -> Raw:
        return await self._send("PATCH", path("/api/v1/org/users/{}", user), {"role": role}, repeatable=True)

    async def delete_user(self, user: str) -> None:
        await self._send("DELETE", path("/api/v1/org/user/{}", user))

    async def invite(self, email: str, role: str) -> Raw:
        """Undocumented. Makes a pending account; Lightdash mails the address, where it can."""
        until = (datetime.now(UTC) + INVITATION).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return await self._send("POST", "/api/v1/invite-links", {"email": email, "role": role, "expiresAt": until})

    async def groups(self) -> list[Raw]:
        """With their members."""
        return await self._pages("/api/v1/org/groups", "uuid", [("includeMembers", MOST_MEMBERS)])

    async def create_group(self, name: str) -> Raw:
        return await self._send("POST", "/api/v1/org/groups", {"name": name})

    async def rename_group(self, group: str, name: str) -> Raw:
        return await self._send("PATCH", path("/api/v1/groups/{}", group), {"name": name}, repeatable=True)

    async def delete_group(self, group: str) -> None:
        await self._send("DELETE", path("/api/v1/groups/{}", group))

    async def add_member(self, group: str, user: str) -> None:
        await self._send("PUT", path("/api/v1/groups/{}/members/{}", group, user), repeatable=True)

    async def remove_member(self, group: str, user: str) -> None:
        await self._send("DELETE", path("/api/v1/groups/{}/members/{}", group, user), repeatable=True)

    async def projects(self) -> list[Raw]:
        return (await self._results("/api/v1/org/projects")).each()

    async def project(self, project: str) -> Raw:
        return await self._results(path("/api/v1/projects/{}", project))

    async def set_zone(self, project: str, zone: str) -> None:
        where = path("/api/v1/projects/{}/schedulerSettings", project)
        await self._send("PATCH", where, {"schedulerTimezone": zone}, repeatable=True)

    async def project_access(self, project: str) -> list[Raw]:
        return (await self._results(path("/api/v1/projects/{}/access", project))).each()

    async def group_access(self, project: str) -> list[Raw]:
        return (await self._results(path("/api/v1/projects/{}/groupAccesses", project))).each()

    async def grant(self, project: str, email: str, role: str) -> None:
        body = {"email": email, "role": role, "sendEmail": False}
        await self._send("POST", path("/api/v1/projects/{}/access", project), body)

    async def change_grant(self, project: str, user: str, role: str) -> None:
        await self._send("PATCH", path("/api/v1/projects/{}/access/{}", project, user), {"role": role}, repeatable=True)

    async def revoke(self, project: str, user: str) -> None:
        await self._send("DELETE", path("/api/v1/projects/{}/access/{}", project, user))

    async def grant_group(self, project: str, group: str, role: str) -> None:
        await self._send("POST", path("/api/v1/groups/{}/projects/{}", group, project), {"role": role})

    async def change_group_grant(self, project: str, group: str, role: str) -> None:
        where = path("/api/v1/groups/{}/projects/{}", group, project)
        await self._send("PATCH", where, {"role": role}, repeatable=True)

    async def revoke_group(self, project: str, group: str) -> None:
        await self._send("DELETE", path("/api/v1/groups/{}/projects/{}", group, project))

    async def spaces(self, project: str) -> list[Raw]:
        return (await self._results(path("/api/v1/projects/{}/spaces", project))).each()

    async def space(self, project: str, space: str) -> Raw:
        return await self._results(path("/api/v1/projects/{}/spaces/{}", project, space))

    async def create_space(self, project: str, name: str, *, parent: str | None) -> Raw:
        body = {"name": name, "isPrivate": False, **({} if parent is None else {"parentSpaceUuid": parent})}
        return await self._send("POST", path("/api/v1/projects/{}/spaces", project), body)

    async def change_space(self, project: str, space: str, name: str, *, is_private: bool) -> Raw:
        body = {"name": name, "isPrivate": is_private}
        return await self._send("PATCH", path("/api/v1/projects/{}/spaces/{}", project, space), body, repeatable=True)

    async def delete_space(self, project: str, space: str) -> None:
        """With all that is in it."""
        await self._send("DELETE", path("/api/v1/projects/{}/spaces/{}", project, space))

    async def share(self, project: str, space: str, user: str, role: str) -> None:
        where = path("/api/v1/projects/{}/spaces/{}/share", project, space)
        await self._send("POST", where, {"userUuid": user, "spaceRole": role}, repeatable=True)

    async def unshare(self, project: str, space: str, user: str) -> None:
        where = path("/api/v1/projects/{}/spaces/{}/share/{}", project, space, user)
        await self._send("DELETE", where, repeatable=True)

    async def share_with_group(self, project: str, space: str, group: str, role: str) -> None:
        where = path("/api/v1/projects/{}/spaces/{}/group/share", project, space)
        await self._send("POST", where, {"groupUuid": group, "spaceRole": role}, repeatable=True)

    async def unshare_with_group(self, project: str, space: str, group: str) -> None:
        where = path("/api/v1/projects/{}/spaces/{}/group/share/{}", project, space, group)
        await self._send("DELETE", where, repeatable=True)

    async def move(self, project: str, kind: str, uuid: str, space: str | None) -> None:
        """Put content (a dashboard, a space) into a space, or a space with None at the top."""
        body = {
            "item": {"uuid": uuid, "contentType": kind},
            "action": {"type": "move", "targetSpaceUuid": space},
        }
        await self._send("POST", path("/api/v2/content/{}/move", project), body, repeatable=True)

    async def contents(self, projects: Sequence[str]) -> list[Raw]:
        """The dashboards of these projects, with when they were made."""
        params = [("contentTypes", "dashboard"), *(("projectUuids", one) for one in projects)]
        return await self._pages("/api/v2/content", "uuid", params) if projects else []

    async def dashboard(self, project: str, dashboard: str) -> Raw:
        """With its tiles. Counts as a look at it."""
        return await self._results(path("/api/v2/projects/{}/dashboards/{}", project, dashboard))

    async def create_dashboard(self, project: str, body: Json) -> Raw:
        return await self._send("POST", path("/api/v1/projects/{}/dashboards", project), body)

    async def duplicate_dashboard(self, project: str, dashboard: str, name: str, description: str) -> Raw:
        body = {"dashboardName": name, "dashboardDesc": description}
        where = path("/api/v1/projects/{}/dashboards", project)
        return await self._send("POST", where, body, params=[("duplicateFrom", dashboard)])

    async def change_dashboard(self, dashboard: str, body: Json) -> Raw:
        """Undocumented. Of tiles, tabs and filters what is sent replaces what is there."""
        return await self._send("PATCH", path("/api/v1/dashboards/{}", dashboard), body)

    async def change_dashboards(self, project: str, rows: Sequence[Json]) -> list[Raw]:
        """Names, descriptions and spaces."""
        where = path("/api/v1/projects/{}/dashboards", project)
        return (await self._send("PATCH", where, list(rows), repeatable=True)).each()

    async def delete_dashboard(self, dashboard: str) -> None:
        """Undocumented."""
        await self._send("DELETE", path("/api/v1/dashboards/{}", dashboard))

    async def promotion_diff(self, dashboard: str) -> Raw:
        return await self._results(path("/api/v1/dashboards/{}/promoteDiff", dashboard))

    async def promote(self, dashboard: str) -> Raw:
        return await self._send("POST", path("/api/v1/dashboards/{}/promote", dashboard))

    async def comments(self, dashboard: str) -> Raw:
        return await self._results(path("/api/v1/comments/dashboards/{}", dashboard))

    async def chart_summaries(self, project: str) -> list[Raw]:
        return (await self._results(path("/api/v1/projects/{}/chart-summaries", project))).each()

    async def chart(self, chart: str) -> Raw:
        """Undocumented. Counts as a look at it."""
        return await self._results(path("/api/v1/saved/{}", chart))

    async def create_chart(self, project: str, body: Json) -> Raw:
        """Undocumented."""
        return await self._send("POST", path("/api/v1/projects/{}/saved", project), body)

    async def download_csv(self, chart: str) -> str:
        """The id of a job that makes the file."""
        body = {"onlyRaw": False, "csvLimit": None, "dashboardFilters": None}
        return (await self._send("POST", path("/api/v1/saved/{}/downloadCsv", chart), body)).text("jobId")

    async def csv(self, job: str) -> Raw:
        return await self._results(path("/api/v1/csv/{}", job))

    async def file(self, url: str) -> bytes:
        """What is at an address that a job told, where it is of this server; what lies elsewhere is not fetched."""
        address = urlsplit(url)
        if not url.startswith(("http://", "https://")) or address.hostname != self._host:
            message = f"{self.source} keeps its files at another place ({address.hostname}); fetch them there."
            raise UnsupportedBySource(message, source=self.source)
        return await self._rest.file(given(address.path), parse_qsl(address.query))

    async def schedulers(self, project: str) -> list[Raw]:
        """Undocumented."""
        return await self._pages(path("/api/v1/schedulers/{}/list", project), "schedulerUuid")

    async def runs(self, project: str) -> Raw:
        return await self._results(path("/api/v1/schedulers/{}/logs", project))

    async def scheduler(self, scheduler: str) -> Raw:
        return await self._results(path("/api/v1/schedulers/{}", scheduler))

    async def create_scheduler(self, kind: str, content: str, body: Json) -> Raw:
        """Undocumented. Of a dashboard (`dashboards`) or a chart (`saved`)."""
        return await self._send("POST", path("/api/v1/{}/{}/schedulers", kind, content), body)

    async def change_scheduler(self, scheduler: str, body: Json) -> Raw:
        """All of it, but for whether it is enabled."""
        return await self._send("PATCH", path("/api/v1/schedulers/{}", scheduler), body, repeatable=True)

    async def enable_scheduler(self, scheduler: str, *, enabled: bool) -> Raw:
        where = path("/api/v1/schedulers/{}/enabled", scheduler)
        return await self._send("PATCH", where, {"enabled": enabled}, repeatable=True)

    async def delete_scheduler(self, scheduler: str) -> None:
        await self._send("DELETE", path("/api/v1/schedulers/{}", scheduler))

    async def send_now(self, body: Json) -> str:
        """The id of the job."""
        return (await self._send("POST", "/api/v1/schedulers/send", body)).text("jobId")

    async def job(self, job: str) -> Raw:
        return await self._results(path("/api/v1/schedulers/job/{}/status", job))

    async def _results(self, where: str, params: Params = ()) -> Raw:
        return (await self._rest.get(where, params)).raw().at("results")

    async def _pages(self, where: str, key: str, params: Params = ()) -> list[Raw]:
        found = await self._rest.each_page(PAGES, where, params, key=lambda item: item.get(key))
        return [Raw(item, self._rest.source, f"{where}[{place}]") for place, item in enumerate(found)]

    async def _send(
        self, method: str, where: str, body: Any = None, *, params: Params = (), repeatable: bool = False
    ) -> Raw:
        """The results; null where the answer has none or no body at all."""
        answer = await self._rest.send(method, where, json=body, params=params, repeatable=repeatable)
        return Raw(None, self._rest.source) if not answer.body else answer.raw().at("results")
