"""How a made-up Lightdash is spoken to: envelopes, refusals, pages, and who is calling."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from dashgraph.app.fakes.lightdash import access
from dashgraph.app.fakes.lightdash.state import Json, Organization

VERSION = "0.2904.5"
DEFAULT_PAGE = 10
_BARE = web.ResponseKey("bare", bool)

Rows = Callable[[web.Request, Sequence[Json], int, int], Sequence[Json]]


class Refusal(Exception):
    """The server says no, or breaks."""

    def __init__(self, status: int, name: str, message: str, extra: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error: Json = {"statusCode": status, "name": name, "message": message, "data": {}, **(extra or {})}


def not_found(what: str) -> Refusal:
    return Refusal(404, "NotFoundError", f"There is no such {what}")


def forbidden(why: str = "Your role does not allow this") -> Refusal:
    return Refusal(403, "ForbiddenError", why)


def wrong(why: str) -> Refusal:
    return Refusal(400, "ParameterError", why)


def taken(why: str) -> Refusal:
    return Refusal(409, "AlreadyExistsError", why)


def broken() -> Refusal:
    """What becomes of whatever nobody thought of."""
    return Refusal(500, "UnexpectedServerError", "This went wrong inside", {"sentryEventId": "0" * 32})


def invalid(where: str, why: str, value: Any) -> Refusal:
    return Refusal(422, "ValidateError", f"{where}: {why}", {"data": {where: {"message": why, "value": value}}})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of another status than 200. Without `results` the envelope has none; 204 has no body."""

    results: Any = None
    status: int = 200
    bare: bool = False


DONE = Reply(bare=True)  # {"status": "ok"} and nothing more
EMPTY = Reply(status=204)


@dataclass(frozen=True, slots=True)
class Ask:
    """A request whose caller is known."""

    request: web.Request
    held: Organization
    caller: str
    body: Any
    rows: Rows

    def part(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name]

    def uuid(self, name: str) -> str:
        """A part of the path that the database takes for a uuid: another text breaks the server."""
        value = self.part(name)
        try:
            return str(UUID(value))
        except ValueError:
            raise broken() from None

    def word(self, name: str) -> str | None:
        return self.request.query.get(name)

    def words(self, name: str) -> list[str]:
        return self.request.query.getall(name, [])

    def number(self, name: str) -> int | None:
        value = self.word(name)
        if value is None:
            return None
        try:
            return int(float(value))
        except ValueError:
            raise invalid(name, "not a number", value) from None

    @property
    def fields(self) -> Json:
        """The body, an object; whatever else it is breaks the server."""
        if not isinstance(self.body, dict):
            raise broken()
        return self.body

    def said(self, key: str) -> Any:
        """A field without which the body does not validate."""
        if not isinstance(self.body, dict) or self.body.get(key) is None:
            raise invalid(f"body.{key}", "is required", None)
        return self.body[key]

    def one_of(self, key: str, allowed: Sequence[str]) -> str:
        value = self.said(key)
        if value not in allowed:
            raise invalid(f"body.{key}", f"should be one of {', '.join(allowed)}", value)
        return str(value)

    def check_admin(self) -> None:
        if self.held.users[self.caller]["role"] != "admin":
            raise forbidden()

    def project(self, name: str = "project") -> Json:
        found = self.held.projects.get(self.uuid(name))
        if found is None:
            raise not_found("project")
        if access.project_role(self.held, found["projectUuid"], self.caller) is None:
            raise forbidden()
        return found

    def check_in_project(self, project: str, *roles: str) -> None:
        found = access.project_role(self.held, project, self.caller)
        if found is None or found[0] not in roles:
            raise forbidden()

    def check_space(self, space: str, *, writing: bool) -> None:
        found = access.of_space(self.held, self.held.spaces[space], self.caller)
        if found is None or (writing and found["role"] == "viewer"):
            raise forbidden("The space that this is in is closed to you")

    def page(self, rows: Sequence[Json], shape: Callable[[Json], Json]) -> Json:
        """A page where a size is asked for, else all, and then nothing is said of pages."""
        if self.number("pageSize") is None:
            return {"data": [shape(row) for row in rows]}
        return self.always_page(rows, shape)

    def always_page(self, rows: Sequence[Json], shape: Callable[[Json], Json]) -> Json:
        size, page = self.number("pageSize") or DEFAULT_PAGE, self.number("page") or 1
        found = self.rows(self.request, rows, (page - 1) * size, size)
        pages = math.ceil(len(rows) / size)
        pagination = {"page": page, "pageSize": size, "totalPageCount": pages, "totalResults": len(rows)}
        return {"pagination": pagination, "data": [shape(row) for row in found]}


Handle = Callable[[Ask], Any]
Route = tuple[str, str, Handle]


def envelope(results: Any) -> web.Response:
    """What is sent for what a handler answered."""
    if isinstance(results, web.Response):
        return _versioned(results)
    reply = results if isinstance(results, Reply) else Reply(results)
    if reply.status == EMPTY.status:
        return _versioned(web.Response(status=reply.status))
    body = {"status": "ok"} if reply.bare else {"status": "ok", "results": reply.results}
    return _versioned(web.json_response(body, status=reply.status))


def refused(refusal: Refusal) -> web.Response:
    return _versioned(web.json_response({"status": "error", "error": refusal.error}, status=refusal.status))


def unauthorized() -> web.Response:
    """One bare word, of no content type."""
    answer = _versioned(web.Response(status=401, text="Unauthorized"))
    answer[_BARE] = True
    return answer


async def strip_type(_: web.Request, answer: web.StreamResponse) -> None:
    """Takes the content type off what has none: the server of aiohttp would give it one."""
    if _BARE in answer:
        del answer.headers["Content-Type"]


def _versioned(answer: web.Response) -> web.Response:
    answer.headers["Lightdash-Version"] = VERSION
    return answer


def without(row: Mapping[str, Any], *keys: str) -> Json:
    return {key: value for key, value in row.items() if key not in keys}
