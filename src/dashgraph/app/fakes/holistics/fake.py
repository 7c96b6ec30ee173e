"""A Holistics that is not one: its addresses, its keys and its quotas, over a tenant in memory."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from enum import IntEnum
from math import ceil
from typing import Any

from aiohttp import web

from dashgraph.app.fakes.holistics import content, deliveries, jobs, people
from dashgraph.app.fakes.holistics.asking import Asking
from dashgraph.app.fakes.holistics.company import ADMIN_KEY, tallgrass
from dashgraph.app.fakes.holistics.refusals import Refused, misspelt, no_key, nowhere
from dashgraph.app.fakes.holistics.tenant import Row, Tenant
from dashgraph.app.fakes.kit import Fake

ROOT = "/api/v2"
WINDOW = 60.0  # seconds in which a quota is used up

Action = Callable[[Asking], Row | web.Response]


class Level(IntEnum):
    """How heavy a request is."""

    ANY = 1
    HEAVY = 2
    SERVER = 3


QUOTAS: Mapping[Level, int] = {Level.ANY: 120, Level.HEAVY: 60, Level.SERVER: 20}

GET, POST, PUT, DELETE = "GET", "POST", "PUT", "DELETE"
ROUTES: Sequence[tuple[str, str, Action, Level]] = (
    (GET, "/jobs", jobs.jobs, Level.ANY),
    (GET, "/jobs/{id}", jobs.job, Level.ANY),
    (GET, "/jobs/{id}/logs", jobs.logs, Level.ANY),
    (GET, "/jobs/{id}/result", jobs.result, Level.ANY),
    (GET, "/dashboards", content.dashboards, Level.ANY),
    (GET, "/dashboards/{id}", content.dashboard, Level.ANY),
    (DELETE, "/dashboards/{id}", content.delete_dashboard, Level.HEAVY),
    (POST, "/dashboards/{id}/submit_preload", content.preload, Level.SERVER),
    (GET, "/dashboard_widgets/{id}", content.widget, Level.ANY),
    (DELETE, "/dashboard_widgets/{id}", content.delete_widget, Level.HEAVY),
    (POST, "/dashboard_widgets/{id}/submit_export", content.export_widget, Level.SERVER),
    (GET, "/exports/download", content.download, Level.ANY),
    (GET, "/data_schedules", deliveries.schedules, Level.ANY),
    (POST, "/data_schedules", deliveries.create_schedule, Level.HEAVY),
    (POST, "/data_schedules/submit_execute", deliveries.try_schedule, Level.SERVER),
    (GET, "/data_schedules/{id}", deliveries.schedule, Level.ANY),
    (PUT, "/data_schedules/{id}", deliveries.update_schedule, Level.HEAVY),
    (DELETE, "/data_schedules/{id}", deliveries.delete_schedule, Level.HEAVY),
    (POST, "/data_schedules/{id}/submit_execute", deliveries.run_schedule, Level.SERVER),
    (GET, "/data_alerts", deliveries.alerts, Level.ANY),
    (POST, "/data_alerts", deliveries.create_alert, Level.HEAVY),
    (POST, "/data_alerts/submit_execute", deliveries.try_alert, Level.SERVER),
    (GET, "/data_alerts/{id}", deliveries.alert, Level.ANY),
    (PUT, "/data_alerts/{id}", deliveries.update_alert, Level.HEAVY),
    (DELETE, "/data_alerts/{id}", deliveries.delete_alert, Level.HEAVY),
    (POST, "/data_alerts/{id}/submit_execute", deliveries.run_alert, Level.SERVER),
    (GET, "/users", people.users, Level.ANY),
    (GET, "/users/me", people.me, Level.ANY),
    (GET, "/users/check_holistics_user", people.check_email, Level.ANY),
    (POST, "/users/invite", people.invite, Level.SERVER),
    (PUT, "/users/{id}", people.update_user, Level.HEAVY),
    (DELETE, "/users/{id}", people.delete_user, Level.HEAVY),
    (POST, "/users/{id}/restore", people.restore_user, Level.HEAVY),
    (POST, "/users/{id}/resend_invite", people.resend_invite, Level.SERVER),
    (POST, "/users/{id}/revoke_authentication_token", people.revoke_key, Level.HEAVY),
    (GET, "/groups", people.groups, Level.ANY),
    (POST, "/groups", people.create_group, Level.HEAVY),
    (GET, "/groups/{id}", people.group, Level.ANY),
    (PUT, "/groups/{id}", people.update_group, Level.HEAVY),
    (DELETE, "/groups/{id}", people.delete_group, Level.HEAVY),
    (POST, "/groups/{id}/add_user/{user_id}", people.add_member, Level.HEAVY),
    (POST, "/groups/{id}/remove_user/{user_id}", people.remove_member, Level.HEAVY),
)
CREATED = frozenset({deliveries.create_schedule, deliveries.create_alert, people.create_group})


class HolisticsFake(Fake):
    """Answers as Holistics does. Jobs move on by one step with each request that comes.

    `quotas` None lifts the limits; `whole_lists` has the list of dashboards hold their widgets and filters;
    `leaked` counts the keys that were sent along to where exported files are.
    """

    kind = "holistics"
    TOKEN = ADMIN_KEY

    def __init__(
        self,
        tenant: Tenant | None = None,
        *,
        quotas: Mapping[Level, int] | None = QUOTAS,
        whole_lists: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self.tenant = tallgrass() if tenant is None else tenant
        self.quotas, self.whole_lists, self.leaked = quotas, whole_lists, 0
        self._clock = clock
        self._used: dict[tuple[int, str], tuple[float, int]] = {}

    def routes(self) -> Sequence[web.RouteDef]:
        return [*(self._route(*route) for route in ROUTES), web.get("/files/{id}", self._file)]

    def unknown(self, request: web.Request) -> web.StreamResponse:
        return nowhere("The address").answer

    def _route(self, method: str, path: str, action: Action, level: Level) -> web.RouteDef:
        async def answered(request: web.Request) -> web.StreamResponse:
            headers: dict[str, str] = {}
            try:
                me = self._whose(request)
                headers = self._quota(me, f"{method} {path}", level)
                self.tenant.work_on()
                body = await _sent(request)
                told = action(Asking(request, self.tenant, me, body, self.rows, self.whole_lists))
                status = 201 if action in CREATED else 200
                answer = told if isinstance(told, web.Response) else web.json_response(told, status=status)
            except Refused as refused:
                answer = refused.answer
                headers |= refused.headers
            answer.headers.update(headers)
            return answer

        return web.route(method, ROOT + path, answered)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Where exported files are: a host of its own, which wants no key of Holistics."""
        self.leaked += "X-Holistics-Key" in request.headers
        try:
            return content.file(Asking(request, self.tenant, {}, None, self.rows, self.whole_lists))
        except Refused:
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>", content_type="text/xml")

    def _whose(self, request: web.Request) -> Row:
        user = self.tenant.users.get(self.tenant.keys.get(request.headers.get("X-Holistics-Key", ""), 0))
        if user is None or user["is_deleted"] or not user["has_authentication_token"]:
            raise no_key()
        if not user["allow_authentication_token"]:
            raise no_key("You are not allowed to use the API")
        return user

    def _quota(self, me: Row, endpoint: str, level: Level) -> dict[str, str]:
        """Count one request of this user to this endpoint. Retry-After is a moment, not a delay."""
        if self.quotas is None:
            return {}
        most, now = self.quotas[level], self._clock()
        started, used = self._used.get((me["id"], endpoint), (now, 0))
        if now >= started + WINDOW:
            started, used = now, 0
        reset = ceil(started + WINDOW)
        self._used[me["id"], endpoint] = started, used + 1
        headers = {
            "RateLimit-Limit": str(most),
            "RateLimit-Remaining": str(max(0, most - used - 1)),
            "RateLimit-Reset": str(reset),
        }
        if used >= most:
            refused = Refused(429, "RateLimitExceedError", "Too many requests")
            refused.headers = {**headers, "Retry-After": formatdate(reset, usegmt=True)}
            raise refused
        return headers


async def _sent(request: web.Request) -> Any:
    text = await request.text()
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        raise misspelt("The body is not JSON") from None
