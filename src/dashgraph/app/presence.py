"""Whether who asked is still there: what nobody waits for is given up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from aiohttp import web

T = TypeVar("T")

LOOK_SECONDS = 0.25  # between two looks


class Gone(Exception):
    """Who asked has hung up."""


async def while_there(request: web.Request, work: Coroutine[Any, Any, T]) -> T:
    """What the work gives. Raises Gone, after the work has ended, when its asker hangs up before.

    aiohttp could cancel handlers itself, but all of them or none; mutations and logins go on to their end.
    """
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait([task], timeout=LOOK_SECONDS))[0]:
            if request.transport is None or request.transport.is_closing():
                raise Gone
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
