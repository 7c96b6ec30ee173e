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
    loop = asyncio.get_running_loop()
    next_look: asyncio.TimerHandle

    def look() -> None:
        nonlocal next_look
        if request.transport is None or request.transport.is_closing():
            there.reschedule(loop.time())
        else:
            next_look = loop.call_later(LOOK_SECONDS, look)

    next_look = loop.call_later(LOOK_SECONDS, look)
    try:
        async with asyncio.timeout(None) as there:
            return await work
    except Exception:
        if there.expired():
            raise Gone from None
        raise
    finally:
        next_look.cancel()
