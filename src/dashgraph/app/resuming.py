"""Going on with changes in other systems that a process left when it died."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog

from dashgraph.services.elsewhere import Elsewhere
from dashgraph.services.identity import Identity

EVERY = 60.0  # seconds

log = structlog.get_logger("dashgraph.resuming")


async def keep_resuming(
    elsewhere: Elsewhere,
    identity: Identity,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    chance: Callable[[], float] = random.random,
) -> None:
    """Look for such changes at once and then about every minute, until cancelled."""
    while True:
        try:
            await elsewhere.resume(identity, now())
        except Exception:
            log.exception("not resumed")
        await wait(EVERY * (0.9 + 0.2 * chance()))  # several servers do not look at once
