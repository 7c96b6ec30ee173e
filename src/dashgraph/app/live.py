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
        self._connections = Room(limits.live_token_connections, "connections with this token stay open")
        self._operations = Room(limits.live_token_operations, "operations run on the connections of this token")

    @contextmanager
    def held(self, close: Close) -> Iterator[None]:
        """Count a connection while it lasts; `close` ends it when the server stops. Raises TooMuch at the limit."""
        if len(self._open) >= self._most:
            message = f"{self._most} connections are open, and no more can be; try again later."
            raise TooMuch(message)
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
        return self._connections.place(_holder(viewer))

    def running(self, viewer: Viewer) -> AbstractContextManager[None]:
        """Count an operation of somebody's. Raises TooMuch at the limit."""
        return self._operations.place(_holder(viewer))

    async def close(self, _app: web.Application) -> None:
        """End all of them, side by side."""
        await asyncio.gather(*(close() for close in self._open))


def _holder(viewer: Viewer) -> str:
    return viewer.token or viewer.user.encode()


def full(problem: TooMuch) -> Refused:
    """The answer to a connection that cannot be."""
    return Refused(503, errors.problem(problem), {hdrs.RETRY_AFTER: RETRY_AFTER})
