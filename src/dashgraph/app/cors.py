"""Which pages of other origins may ask (CORS). They bring a token; a browser's cookies never go along."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from dashgraph.app.negotiation import vary
from dashgraph.domain.problems import BadInput

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:.]+\](:\d{1,5})?")
HEADER_NAMES = re.compile(r"[A-Za-z0-9-]{1,64}(\s*,\s*[A-Za-z0-9-]{1,64}){0,31}")
ANY = "*"
METHODS = "GET, POST, PUT"
REMEMBERED = "600"  # seconds
SHOWN = "Retry-After, X-Request-Id, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy"
NO_CONTENT, FORBIDDEN = 204, 403

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Origins:
    def __init__(self, allowed: str = "") -> None:
        """`allowed` are origins, separated by commas or spaces, or `*`. Raises BadInput."""
        entries = allowed.lower().replace(",", " ").split()
        for entry in entries:
            if entry != ANY and not ORIGIN.fullmatch(entry):
                message = f"DASHGRAPH_ALLOWED_ORIGINS: {entry!r} is no origin; they look like https://bi.example.com"
                raise BadInput(message)
        self._allowed = frozenset(entries)

    @property
    def are_all(self) -> bool:
        return ANY in self._allowed

    def allow(self, origin: str) -> bool:
        return origin.lower() in self._allowed or (self.are_all and ORIGIN.fullmatch(origin.lower()) is not None)

    def admit(self, request: web.Request) -> bool:
        """Whether a WebSocket may be opened: by no page at all, by one of this server, or by one that is allowed."""
        origin = request.headers.get(hdrs.ORIGIN)
        return origin is None or _host(origin) == request.host.lower() or self.allow(origin)

    def sign(self, request: web.Request, response: web.StreamResponse) -> None:
        """Tell the browser whether the page may read the answer."""
        if not self._allowed:
            return
        vary(response, hdrs.ORIGIN)
        origin = request.headers.get(hdrs.ORIGIN, "")
        if self.allow(origin):
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = ANY if self.are_all else origin
            response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = SHOWN


def _host(origin: str) -> str | None:
    """The host of an origin, with its port; None for what is no origin."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


ORIGINS = web.AppKey("origins", Origins)


@web.middleware
async def preflights(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a browser that asks beforehand whether a page may ask."""
    wanted = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_METHOD)
    if request.method != hdrs.METH_OPTIONS or wanted is None:
        return await handler(request)
    if not request.app[ORIGINS].allow(request.headers.get(hdrs.ORIGIN, "")):
        return web.Response(status=FORBIDDEN)
    headers = {hdrs.ACCESS_CONTROL_ALLOW_METHODS: METHODS, hdrs.ACCESS_CONTROL_MAX_AGE: REMEMBERED}
    names = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_HEADERS, "")
    if HEADER_NAMES.fullmatch(names):  # all of them: what counts for something is a token, and that is the page's own
        headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = names
    return web.Response(status=NO_CONTENT, headers=headers)
