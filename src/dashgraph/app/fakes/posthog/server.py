"""A PostHog that does not exist, on loopback: its routes and whom it lets in."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from aiohttp import web

from dashgraph.app.fakes.kit import Fake, Handler
from dashgraph.app.fakes.posthog import content, dashboards, people, sharing, tiles
from dashgraph.app.fakes.posthog.answers import Refused, forbidden, missing
from dashgraph.app.fakes.posthog.asking import Ask, Route
from dashgraph.app.fakes.posthog.instance import Instance, Row

PAGE = "<!doctype html><html><head><title>PostHog</title></head><body><div id='root'></div></body></html>"

DASHBOARD = "/dashboards/{dashboard}"
ROLE = "/roles/{role}"

Line = tuple[str, str, str, Route]  # method, path, scope of the key, route

ALONE: tuple[Line, ...] = (
    ("GET", "/projects", "project:read", people.projects),
    ("GET", "/projects/{project}", "project:read", people.project),
    ("GET", "/users/@me", "user:read", people.me),
)

IN_PROJECT: tuple[Line, ...] = (
    ("GET", "/dashboards", "dashboard:read", dashboards.listed),
    ("POST", "/dashboards", "dashboard:write", dashboards.create),
    ("POST", "/dashboards/create_from_template_json", "dashboard:write", dashboards.from_template),
    ("GET", DASHBOARD, "dashboard:read", dashboards.get),
    ("PATCH", DASHBOARD, "dashboard:write", dashboards.update),
    ("DELETE", DASHBOARD, "dashboard:write", dashboards.delete),
    ("PATCH", DASHBOARD + "/move_tile", "dashboard:write", tiles.move),
    ("POST", DASHBOARD + "/move_tile", "dashboard:write", tiles.move),
    ("POST", DASHBOARD + "/update_tile", "dashboard:write", tiles.update),
    ("POST", DASHBOARD + "/delete_tile", "dashboard:write", tiles.remove),
    ("GET", DASHBOARD + "/stream_tiles", "dashboard:read", tiles.stream),
    ("GET", DASHBOARD + "/collaborators", "dashboard:read", sharing.collaborators),
    ("POST", DASHBOARD + "/collaborators", "dashboard:write", sharing.add_collaborator),
    ("DELETE", DASHBOARD + "/collaborators/{user}", "dashboard:write", sharing.remove_collaborator),
    ("PATCH", DASHBOARD + "/collaborators/{user}", "dashboard:write", sharing.change_collaborator),
    ("GET", DASHBOARD + "/access_controls", "access_control:read", sharing.controls),
    ("PUT", DASHBOARD + "/access_controls", "access_control:write", sharing.set_control),
    ("GET", DASHBOARD + "/sharing", "sharing_configuration:read", sharing.link),
    ("PATCH", DASHBOARD + "/sharing", "sharing_configuration:write", sharing.set_link),
    ("POST", DASHBOARD + "/sharing/refresh", "sharing_configuration:write", sharing.rotate_link),
    ("POST", DASHBOARD + "/sharing/passwords", "sharing_configuration:write", sharing.add_password),
    ("DELETE", DASHBOARD + "/sharing/passwords/{password}", "sharing_configuration:write", sharing.remove_password),
    ("GET", "/insights", "insight:read", tiles.insights),
    ("POST", "/insights", "insight:write", tiles.create_insight),
    ("GET", "/insights/{insight}", "insight:read", tiles.insight),
    ("PATCH", "/insights/{insight}", "insight:write", tiles.update_insight),
    ("GET", "/access_controls", "access_control:read", sharing.project_controls),
    ("PUT", "/access_controls", "access_control:write", sharing.set_project_control),
    ("GET", "/resource_access_controls", "access_control:read", sharing.resource_controls),
)

IN_ORGANIZATION: tuple[Line, ...] = (
    ("GET", "", "organization:read", people.organization),
    ("GET", "/members", "organization_member:read", people.members),
    ("PATCH", "/members/{user}", "organization_member:write", people.update_member),
    ("DELETE", "/members/{user}", "organization_member:write", people.remove_member),
    ("GET", "/roles", "organization:read", people.roles),
    ("POST", "/roles", "organization:write", people.create_role),
    ("GET", ROLE, "organization:read", people.role),
    ("PATCH", ROLE, "organization:write", people.update_role),
    ("DELETE", ROLE, "organization:write", people.remove_role),
    ("GET", ROLE + "/role_memberships", "organization:read", people.role_members),
    ("POST", ROLE + "/role_memberships", "organization:write", people.add_role_member),
    ("DELETE", ROLE + "/role_memberships/{membership}", "organization:write", people.remove_role_member),
)

# A project may be called an environment as well.
PLACES = {
    "/projects/{project}": IN_PROJECT,
    "/environments/{project}": IN_PROJECT,
    "/organizations/{organization}": IN_ORGANIZATION,
}


class PostHogFake(Fake):
    """Stateful, filled with the example company's product analytics unless `filled` is false.

    `keys` says whose each key is. `scopes`, when it is not None, is all that the keys are for.
    """

    kind = "posthog"
    TOKEN = "phx_madeUpForTheFakeAndForNothingElse"  # noqa: S105 - opens nothing but this fake

    def __init__(self, *, filled: bool = True, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__()
        self.instance = Instance(now)
        self.admin = content.found(self.instance)
        if filled:
            content.fill(self.instance)
        self.keys = {self.TOKEN: self.admin}
        self.scopes: frozenset[str] | None = None

    def fill(self, count: int, *, tiles: int = 3, shares: int = 0) -> None:
        """As many dashboards more, each with so many tiles and shares with single members."""
        content.fill_many(self.instance, count, tiles=tiles, shares=shares)

    def routes(self) -> Sequence[web.RouteDef]:
        table: list[Line] = [*ALONE]
        for place, lines in PLACES.items():
            table += [(method, place + path, scope, route) for method, path, scope, route in lines]
        return [
            web.route(method, f"/api{path}{{slash:/?}}", self._handler(scope, route))
            for method, path, scope, route in table
        ]

    def unknown(self, request: web.Request) -> web.StreamResponse:
        """Outside of the API every address answers with the page of the application."""
        if request.path.startswith("/api/"):
            return web.json_response(missing().body, status=404)
        return web.Response(text=PAGE, content_type="text/html")

    def _handler(self, scope: str, route: Route) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                user = self._user(request, scope)
                ask = Ask(self.instance, request, user, await _body(request), self.rows)
                return await route(ask)
            except Refused as refused:
                return web.json_response(refused.body, status=refused.status)

        return handle

    def _user(self, request: web.Request, scope: str) -> str:
        said = request.headers.get("Authorization")
        if said is None:
            detail = "Authentication credentials were not provided."
            raise Refused(401, "authentication_error", "not_authenticated", detail)
        user = self.keys.get(said.removeprefix("Bearer "))
        if user is None:
            raise Refused(401, "authentication_error", "authentication_failed", "The personal API key is invalid.")
        if self.scopes is not None and scope not in self.scopes:
            raise forbidden(f"API key missing required scope '{scope}'")
        return user


async def _body(request: web.Request) -> Row:
    text = await request.text()
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Refused(400, "invalid_request", "parse_error", f"JSON parse error - {error}") from error
    if not isinstance(found, dict):
        raise Refused(400, "validation_error", "invalid_input", "Invalid data. Expected a dictionary.")
    return found
