"""What PostHog's answers are wrapped in: pages with absolute links, and errors of which only the first is told."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

PAGE = 100  # rows, when nobody says how many
ELSEWHERE = "http://web.internal.example"  # behind a proxy the links name a host that nobody outside can reach


class Refused(Exception):
    """A request is answered with an error."""

    def __init__(self, status: int, kind: str, code: str, detail: str, attr: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.body: dict[str, Any] = {"type": kind, "code": code, "detail": detail, "attr": attr}


class Objected(Refused):
    """A few routes answer with an envelope of their own, which holds a sentence and nothing else."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(status, "", "", sentence)
        self.body = {"error": sentence}


def invalid(detail: str, attr: str | None = None, code: str = "invalid_input") -> Refused:
    return Refused(400, "validation_error", code, detail, attr)


def required(attr: str) -> Refused:
    return invalid("This field is required.", attr, "required")


def missing() -> Refused:
    return Refused(404, "invalid_request", "not_found", "Not found.")


def forbidden(detail: str) -> Refused:
    """A right is missing. The type speaks of authentication all the same."""
    return Refused(403, "authentication_error", "permission_denied", detail)


def not_allowed(method: str) -> Refused:
    return Refused(405, "invalid_request", "method_not_allowed", f'Method "{method}" not allowed.')


def answered(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


def nothing() -> web.Response:
    return web.Response(status=204)


def whole_number(text: str | None, otherwise: int) -> int:
    """What a query says, or the default for what is no number: a wrong limit is not an error."""
    return int(text) if text is not None and text.isdecimal() else otherwise


def window(request: web.Request) -> tuple[int, int]:
    """Where the page starts and how many rows it may have."""
    limit = whole_number(request.query.get("limit"), PAGE) or PAGE
    return whole_number(request.query.get("offset"), 0), limit


def page(request: web.Request, rows: Sequence[Any], count: int) -> web.Response:
    start, limit = window(request)

    def link(offset: int) -> str:
        query = {**request.query, "limit": str(limit), "offset": str(offset)}
        if offset == 0:
            del query["offset"]
        return f"{ELSEWHERE}{request.rel_url.with_query(query)}"

    return answered(
        {
            "count": count,
            "next": link(start + limit) if start + limit < count else None,
            "previous": link(max(0, start - limit)) if start > 0 else None,
            "results": list(rows),
        }
    )
