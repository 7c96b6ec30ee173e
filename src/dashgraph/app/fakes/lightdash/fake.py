"""A made-up Lightdash on loopback: routes, credentials, and what becomes of a request that nobody understands."""

import json
from collections.abc import Sequence

from aiohttp import web

from dashgraph.app.fakes.kit import Fake, Handler
from dashgraph.app.fakes.lightdash import charts, company, dashboards, people, promotion, schedulers, spaces
from dashgraph.app.fakes.lightdash.state import Organization
from dashgraph.app.fakes.lightdash.wire import (
    VERSION,
    Ask,
    Handle,
    Refusal,
    broken,
    envelope,
    not_found,
    refused,
    strip_type,
    unauthorized,
)

_NOUNS = (people, spaces, dashboards, charts, schedulers, promotion)
_SCHEME = "ApiKey "


class LightdashFake(Fake):
    """Lightdash as of 0.2904.5. `TOKEN` is its administrator's, `VIEWER_TOKEN` that of somebody who only looks."""

    kind = "lightdash"
    TOKEN = company.ADMIN_TOKEN
    VIEWER_TOKEN = company.VIEWER_TOKEN

    def __init__(self, organization: Organization | None = None) -> None:
        super().__init__()
        self.held = company.tallgrass() if organization is None else organization

    @classmethod
    def crowded(cls, dashboards: int) -> "LightdashFake":
        """One that holds so many dashboards, and little else."""
        return cls(company.crowd(dashboards))

    def routes(self) -> Sequence[web.RouteDef]:
        known = [
            web.route(method, path, self._answering(handle)) for noun in _NOUNS for method, path, handle in noun.ROUTES
        ]
        return [web.get("/api/v1/livez", _alive), web.get("/api/v1/health", self._health), *known]

    def application(self) -> web.Application:
        app = super().application()
        app.on_response_prepare.append(strip_type)
        return app

    def unknown(self, request: web.Request) -> web.StreamResponse:
        return refused(not_found("address"))

    def _answering(self, handle: Handle) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            caller = self._caller(request)
            if isinstance(caller, web.Response):
                return caller
            try:
                body = json.loads(await request.text() or "null")
                return envelope(handle(Ask(request, self.held, caller, body, self.rows)))
            except Refusal as refusal:
                return refused(refusal)
            except (ValueError, KeyError, TypeError, AttributeError):
                return refused(broken())  # as the server does with whatever does not fit

        return answer

    def _caller(self, request: web.Request) -> str | web.Response:
        """Whose token it is. Only the exact scheme is looked at; without it there is but one bare word."""
        header = request.headers.get("Authorization", "")
        if not header.startswith(_SCHEME):
            return unauthorized()
        user = self.held.tokens.get(header.removeprefix(_SCHEME))
        if user is None:
            return refused(Refusal(401, "AuthorizationError", "This token is not known"))
        return user

    async def _health(self, request: web.Request) -> web.StreamResponse:
        results = {
            "healthy": True,
            "mode": "default",
            "version": VERSION,
            "isAuthenticated": not isinstance(self._caller(request), web.Response),
            "requiresOrgRegistration": False,
            "siteUrl": str(request.url.origin()),
            "query": {"maxLimit": 5000, "maxPageSize": 2500},
            "dashboard": {"maxTilesPerTab": 50, "maxTabsPerDashboard": 20},
        }
        return envelope(results)


async def _alive(request: web.Request) -> web.StreamResponse:
    return web.json_response({"status": "ok"})
