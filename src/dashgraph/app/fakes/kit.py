"""What all fakes share: serving on loopback, the record of their calls, and the switchboard of faults."""

import asyncio
import random
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from aiohttp import web

T = TypeVar("T")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PROXY_PAGE = "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class Wrong(StrEnum):
    """What can go wrong on the way to a server, or in it."""

    DELAY = "delay"  # `seconds` before the request is looked at; with `until` as long as that is not set
    CUT = "cut"  # the connection is closed without an answer
    CUT_AFTER = "cut after"  # ... once the request was carried out: whoever asked cannot know
    TOO_MANY = "too many"  # 429, with `headers`
    ERROR = "error"  # `status`, with `body` as JSON
    PROXY_PAGE = "proxy page"  # an HTML page of something in between, with `status`
    WRONG_TYPE = "wrong type"  # the right body, called text/html
    NONSENSE = "nonsense"  # 200, JSON of no known shape
    SLOW_BODY = "slow body"  # the head at once, the body after `seconds`
    HUGE = "huge"  # a body of `size` bytes
    REPLAY = "replay"  # the first page again, whichever was asked for
    SHRINK = "shrink"  # a list loses its last item with each page that is read
    REDIRECT = "redirect"  # 302 to `body`


@dataclass
class Fault:
    """Something that is wrong for requests whose `METHOD /path?query` the pattern is found in, `times` times."""

    wrong: Wrong
    on: str = ""  # a regular expression; the empty one is everywhere
    times: int | None = None
    seconds: float = 0
    until: asyncio.Event | None = None
    status: int = 502
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    size: int = 0
    skip: int = 0  # how many requests that it fits go well first

    def takes(self, line: str) -> bool:
        """Whether it strikes this request. Counts down."""
        if self.times == 0 or not re.search(self.on, line):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass(frozen=True, slots=True)
class Call:
    """A request that came: `line` is its method, path and query, `status` what it was answered (0 for a cut)."""

    line: str
    status: int


class Switchboard:
    """Turns faults on and off. `latency` is what every answer takes in seconds, `jitter` up to how much more."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.latency = 0.0
        self.jitter = 0.0

    def switch_on(self, wrong: Wrong, on: str = "", **how: Any) -> Fault:
        fault = Fault(wrong, on, **how)
        self.faults.append(fault)
        return fault

    def switch_off(self) -> None:
        self.faults.clear()

    def struck(self, line: str, *kinds: Wrong) -> Fault | None:
        """The first fault of these kinds that strikes the request."""
        return next((fault for fault in self.faults if fault.wrong in kinds and fault.takes(line)), None)


class Fake(ABC):
    """Base of the fakes. A subclass gives `routes`; its state is its own."""

    kind = ""
    TOKEN = ""  # of its administrator: made up, and good for nothing else

    def __init__(self) -> None:
        self.board = Switchboard()
        self.calls: list[Call] = []

    @abstractmethod
    def routes(self) -> Sequence[web.RouteDef]:
        """The addresses that it answers."""

    def unknown(self, request: web.Request) -> web.StreamResponse:
        """What the vendor answers on an address that it does not know."""
        return web.Response(status=404, text="Not Found")

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._watch], client_max_size=64 * 1024 * 1024)
        app.add_routes(self.routes())
        return app

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[str]:
        """Serve on 127.0.0.1 for as long as this is open; yields the address without a slash at its end."""
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.1, handle_signals=False)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", port)
            await site.start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    def counted(self) -> Counter[str]:
        """How often each method and path was asked, ids as `*`."""
        return Counter(
            re.sub(r"/[0-9a-f-]{8,}(?=/|$)|/\d+(?=/|$)", "/*", call.line.split("?")[0]) for call in self.calls
        )

    def rows(self, request: web.Request, rows: Sequence[T], start: int, size: int) -> Sequence[T]:
        """A page of a list, as far as the switchboard lets it be the right one."""
        line = line_of(request)
        if start and self.board.struck(line, Wrong.REPLAY):
            start = 0
        if start and self.board.struck(line, Wrong.SHRINK):
            rows = rows[:-1]
            start = max(0, start - 1)
        return rows[start : start + size]

    @web.middleware
    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        line = line_of(request)
        try:
            answer = await self._answer(request, handler, line)
        except _Cut:
            self.calls.append(Call(line, 0))
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        self.calls.append(Call(line, answer.status))
        return answer

    async def _answer(self, request: web.Request, handler: Handler, line: str) -> web.StreamResponse:
        if self.board.latency or self.board.jitter:
            await asyncio.sleep(self.board.latency + self.board.jitter * random.random())  # noqa: S311 - no secret
        fault = self.board.struck(line, *_BEFORE)
        if fault is not None:
            answered = await _wrong_before(fault)
            if answered is not None:
                return answered
        try:
            answer = await handler(request)
        except web.HTTPNotFound as error:
            if error.text == "404: Not Found":
                return self.unknown(request)
            raise
        except web.HTTPMethodNotAllowed:
            return self.unknown(request)
        fault = self.board.struck(line, *_AFTER)
        return answer if fault is None else await _wrong_after(fault, request, answer)


class _Cut(Exception):
    """The connection is to be closed without an answer."""


_BEFORE = (
    Wrong.DELAY, Wrong.CUT, Wrong.TOO_MANY, Wrong.ERROR, Wrong.PROXY_PAGE, Wrong.NONSENSE, Wrong.HUGE, Wrong.REDIRECT,
)  # fmt: skip
_AFTER = (Wrong.CUT_AFTER, Wrong.WRONG_TYPE, Wrong.SLOW_BODY)


async def _wrong_before(fault: Fault) -> web.StreamResponse | None:
    if fault.wrong is Wrong.CUT:
        raise _Cut
    if fault.wrong is Wrong.DELAY:
        if fault.until is not None:
            await fault.until.wait()
        await asyncio.sleep(fault.seconds)
        return None
    return _instead(fault)


def _instead(fault: Fault) -> web.Response:
    """What is answered in place of the server."""
    match fault.wrong:
        case Wrong.TOO_MANY:
            return web.json_response(fault.body or {}, status=429, headers=fault.headers)
        case Wrong.PROXY_PAGE:
            return web.Response(text=PROXY_PAGE, status=fault.status, content_type="text/html")
        case Wrong.NONSENSE:
            return web.json_response([["what"], 7, None])
        case Wrong.HUGE:
            return web.Response(body=b"[" + b" " * (fault.size - 2) + b"]", content_type="application/json")
        case Wrong.REDIRECT:
            return web.Response(status=302, headers={"Location": str(fault.body)})
    return web.json_response(fault.body, status=fault.status, headers=fault.headers)


async def _wrong_after(fault: Fault, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    if fault.wrong is Wrong.CUT_AFTER or not isinstance(answer, web.Response):
        raise _Cut
    if fault.wrong is Wrong.WRONG_TYPE:
        return web.Response(body=answer.body, status=answer.status, content_type="text/html")
    slow = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.content_type})
    await slow.prepare(request)
    await asyncio.sleep(fault.seconds)
    await slow.write(answer.body if isinstance(answer.body, bytes) else b"")
    return slow


def line_of(request: web.Request) -> str:
    """`METHOD /path?query`, as it came."""
    return f"{request.method} {request.raw_path}"
