"""The connections that stay open: how many there are, whose they are, and that they end before the server does."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from aiohttp import hdrs, web

from dashgraph.app.http import Refused
from dashgraph.app.settings import Settings
from dashgraph.domain.problems import TooMuch
from dashgraph.domain.viewers import Viewer
from dashgraph.graph import errors

Close = Callable[[], Awaitable[None]]

RETRY_AFTER = "5"  # seconds


class Full(TooMuch):
    """The server has no place left for anybody."""


class Room:
    """So many places for each holder."""

    def __init__(self, most: int, of: str) -> None:
        self._most = most
        self._of = of
        self._taken: Counter[str] = Counter()

    @contextmanager
    def place(self, holder: str) -> Iterator[None]:
        """Raises TooMuch when the holder has no place left."""
        if self._taken[holder] >= self._most:
            message = f"{self._most} {self._of}, and no more can; end one of them first."
            raise TooMuch(message)
        self._taken[holder] += 1
        try:
            yield
        finally:
            self._taken[holder] -= 1
            if not self._taken[holder]:
                del self._taken[holder]


class Lines:
    """WebSockets and event streams, counted together."""

    def __init__(self, limits: Settings) -> None:
        self._most = limits.live_connections
        self._open: set[Close] = set()
        self._unknown = Room(limits.live_unknown_connections, "WebSockets of your address wait to be told who is there")
        self._connections = Room(limits.live_token_connections, "connections of yours stay open")
        self._operations = Room(limits.live_token_operations, "operations run on your connections")

    @contextmanager
    def held(self, close: Close) -> Iterator[None]:
        """Count a connection while it lasts; `close` ends it when the server stops. Raises Full at the limit."""
        if len(self._open) >= self._most:
            message = f"{self._most} connections are open, and no more can be; try again later."
            raise Full(message)
        self._open.add(close)
        try:
            yield
        finally:
            self._open.remove(close)

    def unknown(self, address: str) -> AbstractContextManager[None]:
        """Count a connection of which nobody knows yet whose it is. Raises TooMuch at the limit."""
        return self._unknown.place(address)

    def of(self, viewer: Viewer) -> AbstractContextManager[None]:
        """Count a connection of somebody's. Raises TooMuch at the limit."""
        return self._connections.place(viewer.account)

    def running(self, viewer: Viewer) -> AbstractContextManager[None]:
        """Count an operation of somebody's. Raises TooMuch at the limit."""
        return self._operations.place(viewer.account)

    async def close(self, _app: web.Application) -> None:
        """End all of them, side by side."""
        await asyncio.gather(*(close() for close in self._open))


def full(problem: TooMuch) -> Refused:
    """The answer to a connection that cannot be."""
    status = 503 if isinstance(problem, Full) else 429
    return Refused(status, errors.problem(problem), {hdrs.RETRY_AFTER: RETRY_AFTER})
