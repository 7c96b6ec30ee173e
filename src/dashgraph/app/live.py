"""The connections that stay open: how many there are, and that they end before the server does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from aiohttp import hdrs, web

from dashgraph.app.http import Refused
from dashgraph.domain.problems import TooMuch
from dashgraph.graph import errors

Close = Callable[[], Awaitable[None]]

RETRY_AFTER = "5"  # seconds


class Lines:
    """WebSockets and event streams, counted together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[Close] = set()

    @contextmanager
    def held(self, close: Close) -> Iterator[None]:
        """Count a connection while it lasts; `close` ends it when the server stops. Raises Refused at the limit."""
        if len(self._open) >= self._most:
            message = f"{self._most} connections are open, and no more can be; try again later."
            raise Refused(503, errors.plain(message, TooMuch.code), {hdrs.RETRY_AFTER: RETRY_AFTER})
        self._open.add(close)
        try:
            yield
        finally:
            self._open.remove(close)

    async def close(self, _app: web.Application) -> None:
        """End all of them, side by side."""
        await asyncio.gather(*(close() for close in self._open))
