"""PostHog's endpoints, one function each: where they are and what is sent, nothing of what it means to us.

Those marked stand in the vendor's own client or server, and not in its pages.
"""

from collections.abc import AsyncGenerator, Mapping
from http import HTTPStatus
from typing import Any

from dashgraph.domain.problems import SourceRefused
from dashgraph.sources.rest.addresses import Params, path
from dashgraph.sources.rest.answers import Answer, Raw, Raws
from dashgraph.sources.rest.client import Rest
from dashgraph.sources.rest.paging import Offset
from dashgraph.sources.rest.told import Told

PAGE = 500  # rows of a list; the server names no ceiling, and fewer may come
PAGES = Offset(per_page=PAGE, items="results", total="count")
LARGEST_EVENT = 8 * 1024 * 1024  # bytes: the result of a chart travels with its tile
GONE = (404,)  # what is to be removed and is not there any more
CACHED = [("refresh", "force_cache")]  # else reading a dashboard makes the server work its charts out
PROJECTS = "/api/projects/"
DASHBOARDS = "/api/projects/{}/dashboards/"
DASHBOARD = "/api/projects/{}/dashboards/{}/"
ORGANIZATION = "/api/organizations/{}/"

Body = Mapping[str, Any]


def told(answer: Answer) -> Told | None:
    """What an error says: the first thing that is wrong, with the field that it is about; or a sentence alone."""
    body = answer.raw()
    if not isinstance(body.value, dict):
        return None
    code, field = body.get("code"), body.get("attr")
    said = body.get("detail") or body.get("error")
    if not isinstance(said, str):
        return None
    message = f"{field}: {said}" if isinstance(field, str) else said
    unscoped = answer.status == HTTPStatus.FORBIDDEN and "scope" in said  # the key is not for this, whoever asks
    return Told(code if isinstance(code, str) else None, message, SourceRefused if unscoped else None)


class Api:
    """PostHog as one account reaches it."""

    def __init__(self, rest: Rest) -> None:
        self.rest = rest

    async def projects(self) -> Raws:
        return await self._listed(PROJECTS, "projects")

    async def there(self, *, anonymous: bool) -> None:
        """Ask for as little as can be asked for. Without a key, to be asked for one is the answer of a PostHog."""
        asked_for_key = (HTTPStatus.UNAUTHORIZED,) if anonymous else ()
        answer = (await self.rest.get(PROJECTS, [("limit", 1)], accept=asked_for_key)).raw()
        if anonymous:
            answer.text("code")
        else:
            answer.list("results")

    async def dashboards(self, project: str) -> Raws:
        """All but deleted and unlisted ones, without tiles, filters and variables."""
        return await self._listed(path(DASHBOARDS, project), "dashboards")

    async def dashboard(self, project: str, dashboard: str) -> Raw:
        """One with its tiles, as they were worked out last. Its last access becomes now."""
        return (await self.rest.get(path(DASHBOARD, project, dashboard), CACHED)).raw()

    async def create_dashboard(self, project: str, body: Body) -> Raw:
        return await self._sent("POST", path(DASHBOARDS, project), body)

    async def create_from_template(self, project: str, template: Body) -> Raw:
        where = path(DASHBOARDS + "create_from_template_json/", project)
        return await self._sent("POST", where, {"template": template})

    async def update_dashboard(self, project: str, dashboard: str, body: Body, *, repeatable: bool = True) -> Raw:
        where = path(DASHBOARD, project, dashboard)
        return await self._sent("PATCH", where, body, CACHED, repeatable=repeatable)

    async def move_tile(self, project: str, dashboard: str, tile: int, to: int) -> None:
        """The name of the goal has changed between versions; each takes no notice of the other's."""
        body = {"tile": {"id": tile}, "to_dashboard": to, "toDashboard": to}
        await self.rest.send("PATCH", path(DASHBOARD + "move_tile/", project, dashboard), json=body, params=CACHED)

    async def stream_tiles(self, project: str, dashboard: str) -> AsyncGenerator[Raw, None]:
        """What is sent of a dashboard: its head, then its tiles, each as soon as it is worked out."""
        where = path(DASHBOARD + "stream_tiles/", project, dashboard)
        async with self.rest.stream(where, CACHED, largest=LARGEST_EVENT) as events:
            async for event in events:
                yield Answer(self.rest.source, where, HTTPStatus.OK, {}, event.text.encode()).raw()

    async def collaborators(self, project: str, dashboard: str) -> Raws:
        where = path(DASHBOARD + "collaborators/", project, dashboard)
        return Raw((await self.rest.get(where)).json(), self.rest.source, "collaborators").each()

    async def add_collaborator(self, project: str, dashboard: str, body: Body) -> Raw:
        return await self._sent("POST", path(DASHBOARD + "collaborators/", project, dashboard), body)

    async def remove_collaborator(self, project: str, dashboard: str, user: str) -> None:
        where = path(DASHBOARD + "collaborators/{}/", project, dashboard, user)
        await self.rest.send("DELETE", where, repeatable=True, accept=GONE)

    async def sharing(self, project: str, dashboard: str) -> Raw:
        return (await self.rest.get(path(DASHBOARD + "sharing/", project, dashboard))).raw()

    async def rotate_sharing(self, project: str, dashboard: str) -> Raw:
        return await self._sent("POST", path(DASHBOARD + "sharing/refresh/", project, dashboard), {})

    async def add_password(self, project: str, dashboard: str, body: Body) -> Raw:
        return await self._sent("POST", path(DASHBOARD + "sharing/passwords/", project, dashboard), body)

    async def remove_password(self, project: str, dashboard: str, password: str) -> None:
        where = path(DASHBOARD + "sharing/passwords/{}/", project, dashboard, password)
        await self.rest.send("DELETE", where, repeatable=True, accept=GONE)

    # Undocumented from here on.

    async def update_sharing(self, project: str, dashboard: str, body: Body) -> Raw:
        """Turned on again, a link gets another token."""
        return await self._sent("PATCH", path(DASHBOARD + "sharing/", project, dashboard), body)

    async def controls(self, project: str, dashboard: str) -> Raws:
        """The access controls on one dashboard."""
        return await self._controls(path(DASHBOARD + "access_controls/", project, dashboard))

    async def set_control(self, project: str, dashboard: str, body: Body) -> None:
        """No level removes the row."""
        where = path(DASHBOARD + "access_controls/", project, dashboard)
        await self.rest.send("PUT", where, json=body, repeatable=True)

    async def project_controls(self, project: str) -> Raws:
        """Who may enter a project."""
        return await self._controls(path("/api/projects/{}/access_controls/", project))

    async def set_project_control(self, project: str, body: Body) -> None:
        where = path("/api/projects/{}/access_controls/", project)
        await self.rest.send("PUT", where, json=body, repeatable=True)

    async def resource_controls(self, project: str) -> Raws:
        """The access controls on all things of a kind in a project at once."""
        return await self._controls(path("/api/projects/{}/resource_access_controls/", project))

    async def insight(self, project: str, insight: str) -> Raw:
        """A chart, with the dashboards that it is on."""
        where = path("/api/projects/{}/insights/{}/", project, insight)
        return (await self.rest.get(where, CACHED)).raw()

    async def create_insight(self, project: str, body: Body) -> Raw:
        return await self._sent("POST", path("/api/projects/{}/insights/", project), body)

    async def update_insight(self, project: str, insight: str, body: Body) -> Raw:
        """`dashboards` is the whole truth: the chart is taken off all others."""
        return await self._sent("PATCH", path("/api/projects/{}/insights/{}/", project, insight), body, repeatable=True)

    async def organization(self, organization: str) -> Raw:
        return (await self.rest.get(path(ORGANIZATION, organization))).raw()

    async def members(self, organization: str) -> Raws:
        return await self._listed(path(ORGANIZATION + "members/", organization), "members")

    async def update_member(self, organization: str, user: str, body: Body) -> Raw:
        return await self._sent("PATCH", path(ORGANIZATION + "members/{}/", organization, user), body, repeatable=True)

    async def remove_member(self, organization: str, user: str) -> None:
        await self.rest.send(
            "DELETE", path(ORGANIZATION + "members/{}/", organization, user), repeatable=True, accept=GONE
        )

    async def roles(self, organization: str) -> Raws:
        """Each with its members."""
        return await self._listed(path(ORGANIZATION + "roles/", organization), "roles")

    async def create_role(self, organization: str, body: Body) -> Raw:
        return await self._sent("POST", path(ORGANIZATION + "roles/", organization), body)

    async def update_role(self, organization: str, role: str, body: Body) -> Raw:
        return await self._sent("PATCH", path(ORGANIZATION + "roles/{}/", organization, role), body, repeatable=True)

    async def remove_role(self, organization: str, role: str) -> None:
        await self.rest.send(
            "DELETE", path(ORGANIZATION + "roles/{}/", organization, role), repeatable=True, accept=GONE
        )

    async def add_role_member(self, organization: str, role: str, user: str) -> None:
        where = path(ORGANIZATION + "roles/{}/role_memberships/", organization, role)
        await self.rest.send("POST", where, json={"user_uuid": user})

    async def remove_role_member(self, organization: str, role: str, membership: str) -> None:
        where = path(ORGANIZATION + "roles/{}/role_memberships/{}/", organization, role, membership)
        await self.rest.send("DELETE", where, repeatable=True, accept=GONE)

    async def _listed(self, where: str, name: str) -> Raws:
        """All rows of a list. They are told apart by id: the order of some is not total, and pages may overlap."""
        rows = await self.rest.each_page(PAGES, where, key=_id)
        return Raw(rows, self.rest.source, name).each()

    async def _controls(self, where: str) -> Raws:
        return (await self.rest.get(where)).raw().list("access_controls")

    async def _sent(self, method: str, where: str, body: Body, params: Params = (), *, repeatable: bool = False) -> Raw:
        return (await self.rest.send(method, where, json=body, params=params, repeatable=repeatable)).raw()


def _id(row: Any) -> object:
    return row.get("id") if isinstance(row, dict) else None
