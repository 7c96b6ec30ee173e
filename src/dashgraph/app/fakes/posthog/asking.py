"""A request as the routes see it: who asks, about which project, with what body."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from dashgraph.app.fakes.posthog import rights
from dashgraph.app.fakes.posthog.answers import forbidden, invalid, missing, page, required, window
from dashgraph.app.fakes.posthog.instance import Instance, Row


@dataclass(frozen=True, slots=True)
class Ask:
    """`user` is the uuid of the owner of the key, `window` cuts a page out of a list."""

    instance: Instance
    request: web.Request
    user: str
    body: Row
    window: Callable[[web.Request, Sequence[Row], int, int], Sequence[Row]]

    def page(self, rows: Sequence[Row], shape: Callable[[Row], Row]) -> web.Response:
        """The page of a list that the query asks for; the switchboard may hand out a wrong one."""
        start, limit = window(self.request)
        return page(self.request, [shape(one) for one in self.window(self.request, rows, start, limit)], len(rows))

    @property
    def project(self) -> int:
        """The project of the path. Absent ones and those that the user does not see are the same."""
        project = self.number("project")
        if project not in self.instance.projects or not rights.sees_project(self.instance, self.user, project):
            raise missing()
        return project

    def number(self, name: str) -> int:
        text = self.request.match_info[name]
        if not text.isdecimal():
            raise missing()
        return int(text)

    def dashboard(self, *, deleted: bool = False) -> Row:
        """The dashboard of the path; one that was deleted only when asked for."""
        return self.dashboard_numbered(self.number("dashboard"), deleted=deleted)

    def dashboard_numbered(self, number: object, *, deleted: bool = False) -> Row:
        found = self.instance.dashboards.get(number) if isinstance(number, int) else None
        if found is None or found["project"] != self.project or (found["deleted"] and not deleted):
            raise missing()
        if not rights.sees(self.instance, self.user, found):
            raise forbidden("You don't have access to this dashboard.")
        return found

    def editable(self) -> Row:
        found = self.dashboard()
        rights.check_edit(self.instance, self.user, found)
        return found

    def needed(self, name: str) -> Any:
        """A field of the body that must be there."""
        if self.body.get(name) is None:
            raise required(name)
        return self.body[name]

    def text(self, name: str, longest: int) -> str | None:
        """A field of the body that is a text, or null."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid("Not a valid string.", name, "invalid")
        if value is not None and len(value) > longest:
            raise invalid(f"Ensure this field has no more than {longest} characters.", name, "max_length")
        return value

    def check_admin(self) -> None:
        if not rights.is_admin(self.instance, self.user):
            raise forbidden("Your organization access level is insufficient.")


Route = Callable[[Ask], Awaitable[web.StreamResponse]]
