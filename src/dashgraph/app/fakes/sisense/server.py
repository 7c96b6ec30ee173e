"""A Sisense server that is not one: its addresses, its tokens, and what it says to strangers.

Shapes and quirks as in the vendor's reference of the REST API v1.0, and as clients of real servers tell of them.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from aiohttp import web

from dashgraph.app.fakes.kit import Fake, Handler
from dashgraph.app.fakes.sisense import content
from dashgraph.app.fakes.sisense.asking import Asking, Refused, body_of
from dashgraph.app.fakes.sisense.dashboards import Dashboards
from dashgraph.app.fakes.sisense.folders import Alerts, Folders
from dashgraph.app.fakes.sisense.keeping import Keeping
from dashgraph.app.fakes.sisense.making import Making
from dashgraph.app.fakes.sisense.parts import Shares, Widgets
from dashgraph.app.fakes.sisense.people import People

Answer = Callable[[Asking], Awaitable[web.Response]]


def _now() -> datetime:
    return datetime.now(UTC)


class SisenseFake(Fake):
    """Comes filled with a company's content; `empty` is with its people alone. Everything of it stands in `keeping`."""

    kind = "sisense"
    TOKEN = content.TOKEN  # the administrator's
    PASSWORD = content.PASSWORD  # everybody's
    VERSION = "L2025.4"

    def __init__(self, *, empty: bool = False, clock: Callable[[], datetime] = _now) -> None:
        super().__init__()
        self.keeping = Keeping(clock)
        if empty:
            content.people(self.keeping)
        else:
            content.fill(self.keeping)

    def pile(self, number: int, *, widgets: int = 4, shares: int = 3) -> None:
        """So many dashboards more."""
        content.pile(self.keeping, number, widgets=widgets, shares=shares)

    def token_of(self, email: str) -> str:
        """A token of this user's own."""
        [user] = [one["_id"] for one in self.keeping.users.values() if one["email"] == email]
        token = f"sisense-token-of-{user}"
        self.keeping.tokens[token] = user
        return token

    def unknown(self, request: web.Request) -> web.StreamResponse:
        return Refused(404, 0, f"API not found: {request.method} {request.path}").answer()

    def routes(self) -> Sequence[web.RouteDef]:
        people, dashboards = People(self.keeping, self.rows), Dashboards(self.keeping, self.rows)
        making, widgets, shares = Making(self.keeping), Widgets(self.keeping, self.rows), Shares(self.keeping)
        folders, alerts = Folders(self.keeping), Alerts(self.keeping, self.rows)
        known: list[tuple[str, str, Answer]] = [
            ("GET", "/api/v1/authentication/logout", people.log_out),
            ("GET", "/api/users/loggedin", people.me),
            ("GET", "/api/roles", people.roles),
            ("GET", "/api/v1/users", people.users),
            ("POST", "/api/v1/users", people.add_user),
            ("POST", "/api/v1/users/bulk", people.add_users),
            ("DELETE", "/api/v1/users/bulk", people.delete_users),
            ("GET", "/api/v1/users/{id}", people.user),
            ("PATCH", "/api/v1/users/{id}", people.update_user),
            ("DELETE", "/api/v1/users/{id}", people.delete_user),
            ("GET", "/api/v1/groups", people.groups),
            ("POST", "/api/v1/groups", people.add_group),
            ("POST", "/api/v1/groups/bulk", people.add_groups),
            ("GET", "/api/v1/groups/{id}", people.group),
            ("DELETE", "/api/v1/groups/{id}", people.delete_group),
            ("GET", "/api/v1/dashboards", dashboards.mine),
            ("POST", "/api/v1/dashboards", dashboards.add),
            ("GET", "/api/v1/dashboards/admin", dashboards.all),
            ("POST", "/api/v1/dashboards/searches", dashboards.searched),
            ("GET", "/api/v1/dashboards/export", dashboards.export),
            ("POST", "/api/v1/dashboards/import", making.take),
            ("POST", "/api/v1/dashboards/import/bulk", making.take_all),
            ("DELETE", "/api/v1/dashboards/bulk", dashboards.delete_all),
            ("GET", "/api/v1/dashboards/{id}", dashboards.one),
            ("PATCH", "/api/v1/dashboards/{id}", dashboards.update),
            ("PATCH", "/api/dashboards/{id}", dashboards.update_as_before),
            ("DELETE", "/api/v1/dashboards/{id}", dashboards.delete),
            ("POST", "/api/v1/dashboards/{id}/publish", dashboards.publish),
            ("POST", "/api/v1/dashboards/{id}/restore", dashboards.restore),
            ("POST", "/api/v1/dashboards/{id}/undo_import", making.undo),
            ("POST", "/api/v1/dashboards/{id}/duplicate", dashboards.duplicate),
            ("POST", "/api/v1/dashboards/{id}/change_owner", dashboards.change_owner),
            ("POST", "/api/v1/dashboards/{id}/admin/change_owner", dashboards.change_owner_as_administrator),
            ("POST", "/api/v1/dashboards/{server}/{title}/replace_datasource", dashboards.replace_datasource),
            ("GET", "/api/v1/dashboards/{id}/export/dash", dashboards.export_document),
            ("GET", "/api/v1/dashboards/{id}/export/png", dashboards.export_picture),
            ("GET", "/api/v1/dashboards/{id}/export/pdf", dashboards.export_pages),
            ("GET", "/api/v1/dashboards/{board}/widgets/{id}/export/png", dashboards.export_widget),
            ("GET", "/api/v1/dashboards/{board}/widgets", widgets.all),
            ("POST", "/api/v1/dashboards/{board}/widgets", widgets.add),
            ("GET", "/api/v1/dashboards/{board}/widgets/{id}", widgets.one),
            ("PATCH", "/api/v1/dashboards/{board}/widgets/{id}", widgets.update),
            ("DELETE", "/api/v1/dashboards/{board}/widgets/{id}", widgets.delete),
            ("GET", "/api/v1/dashboards/{board}/shares", shares.all),
            ("GET", "/api/v1/dashboards/{board}/shares/{id}", shares.one),
            ("GET", "/api/shares/dashboard/{board}", shares.read),
            ("POST", "/api/shares/dashboard/{board}", shares.replace),
            ("POST", "/api/v1/reporting", shares.report),
            ("GET", "/api/v1/folders", folders.all),
            ("POST", "/api/v1/folders", folders.add),
            ("GET", "/api/v1/folders/{id}", folders.one),
            ("PATCH", "/api/v1/folders/{id}", folders.update),
            ("DELETE", "/api/v1/folders/{id}", folders.delete),
            ("GET", "/api/v1/folders/{id}/subtree", folders.subtree),
            ("GET", "/api/v1/folders/{id}/ancestors", folders.ancestors),
            ("GET", "/api/v1/alerts", alerts.all),
            ("POST", "/api/v1/alerts", alerts.add),
            ("GET", "/api/v1/alerts/count", alerts.count),
            ("GET", "/api/v1/alerts/{id}", alerts.one),
            ("PATCH", "/api/v1/alerts/{id}", alerts.update),
            ("DELETE", "/api/v1/alerts/{id}", alerts.delete),
        ]
        return [
            web.get("/api/v1/application/status", self._status),
            web.post("/api/v1/authentication/login", people.log_in),
            *(web.route(method, path, self._asked(answer)) for method, path, answer in known),
        ]

    async def _status(self, _request: web.Request) -> web.Response:
        licence = {"isMobileEnabled": True, "isExpired": False}
        return web.json_response({"version": self.VERSION, "license": licence})

    def _asked(self, answer: Answer) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                said = request.headers.get("Authorization", "")
                token = said.removeprefix("Bearer ")
                user = self.keeping.tokens.get(token)
                caller = None if token == said or user is None else self.keeping.users[user]
                if caller is None or not caller["active"]:
                    raise Refused(401, 101, "Invalid API token")
                return await answer(Asking(request, caller, await body_of(request)))
            except Refused as refused:
                return refused.answer()

        return handle
