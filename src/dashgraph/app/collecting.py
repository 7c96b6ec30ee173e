"""When garbage is looked for: between answers, not in the middle of one.

A large answer is tens of thousands of objects, and each 700th had the interpreter look through the youngest of them
for circles, again and again: three quarters of the time that a large answer took. They all go with the answer. What
stays in circles (tracebacks, tasks) is little, and waits for a quiet moment. And a full look went through the schema
and the modules too, hundreds of thousands of objects: it held up everybody for a quarter of a second.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable

SECONDS = 0.1  # between two looks
YOUNG = 10_000  # objects that came since and stayed: then it is worth a look
OLDER = 10  # looks; every so often those that outlived one are looked through again
FULL = 600  # looks; every so often all that came since the start is looked through, if it has become much more
MUCH_MORE = 1.25  # times as much as after the last such look
AT_ONCE = 1_000_000  # objects that come between two looks are looked through all the same


def settle() -> None:
    """After the start: what is there now stays, the schema and the modules, and is not looked through any more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(AT_ONCE, 10, 10)


async def keep_collecting(*, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Look now and then, until cancelled: often, so that there is never much to look through."""
    looks, known = 0, 0
    while True:
        await wait(SECONDS)
        looks += 1
        if looks % FULL == 0:
            known = _full(known)
        elif looks % OLDER == 0 and gc.get_count()[1]:
            gc.collect(1)
        elif gc.get_count()[0] > YOUNG:
            gc.collect(0)


def _full(known: int) -> int:
    """Look through everything, unless there is about as much as is known to stay. How much stays, then."""
    if len(gc.get_objects()) > known * MUCH_MORE:
        gc.collect()
        known = len(gc.get_objects())
    return known
