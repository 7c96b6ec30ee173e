"""Whether who asked is still there: what nobody waits for is given up."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from aiohttp import web

T = TypeVar("T")

LOOK_SECONDS = 0.25  # between two looks


class Gone(Exception):
    """Who asked has hung up."""


async def while_there(request: web.Request, work: Awaitable[T]) -> T:
    """What the work gives. Raises Gone, after the work has ended, when its asker hangs up before.

    aiohttp could cancel handlers itself, but all of them or none; mutations and logins go on to their end.
    """
    watch = _Watch(request)
    try:
        async with asyncio.timeout(None) as there:
            watch.begin(there)
            return await work
    except Exception:
        if there.expired():
            raise Gone from None
        raise
    finally:
        watch.end()


class _Watch:
    """Looks now and then whether who asked is there; when not, a timeout expires."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._next: asyncio.TimerHandle | None = None

    def begin(self, there: asyncio.Timeout) -> None:
        self._next = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look, there)

    def _look(self, there: asyncio.Timeout) -> None:
        if self._request.transport is None or self._request.transport.is_closing():
            there.reschedule(asyncio.get_running_loop().time())
        else:
            self.begin(there)

    def end(self) -> None:
        """Look no more. Nothing is left in circles: request and answer would wait in them for the garbage collector."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
