"""One question for all who wait for news of a kind: a poller in each process while somebody waits, else none."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger("dashgraph.watching")

POLL_SECONDS = 0.5
RECHECK_SECONDS = 30  # after which who waits looks without news: what they may see may have changed


@dataclass(eq=False, kw_only=True)
class Watch:
    """One who waits. Woken twice before it looks, it looks once: it never lags behind by more than one."""

    looked_at: float = 0
    woken: asyncio.Event = field(default_factory=asyncio.Event)


W = TypeVar("W", bound=Watch)

Look = Callable[[Collection[W]], Awaitable[Collection[W]]]
"""Which of those who wait there is news for, found by one question for all of them."""


@dataclass(frozen=True, slots=True)
class Time:
    """`clock` tells seconds, `pause` waits for some."""

    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


class Polling(Generic[W]):
    def __init__(self, of: str, look: Look[W], time: Time) -> None:
        """`of` is what there is news of, for the log."""
        self._of = of
        self._look = look
        self._time = time
        self._watches: set[W] = set()
        self._poller: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits, and nothing is asked."""
        return not self._watches and self._poller is None

    @asynccontextmanager
    async def watched(self, watch: W) -> AsyncIterator[None]:
        """While this is open the watch is woken when there is news for it."""
        self._watches.add(watch)
        if self._poller is None:
            self._poller = asyncio.create_task(self._poll(), name=f"news of {self._of}")
        try:
            yield
        finally:
            self._watches.discard(watch)
            if not self._watches and self._poller is not None:
                poller, self._poller = self._poller, None
                poller.cancel()
                await asyncio.wait([poller])

    def looks(self, watch: W) -> None:
        """To be called before a watch looks: what comes after that wakes it again."""
        watch.woken.clear()
        watch.looked_at = self._time.clock()

    async def _poll(self) -> None:
        silent = False
        while asyncio.current_task() is self._poller:  # a question may end in a failure of its own when it is given up
            await self._time.pause(POLL_SECONDS)
            concerned: Collection[W] = ()
            try:
                concerned = await self._look(list(self._watches))
                silent = False
            except Exception:
                if not silent:  # told once; the watchers go on waiting
                    log.warning("no news", of=self._of, exc_info=True)
                silent = True
            late = self._time.clock() - RECHECK_SECONDS
            for watch in self._watches:
                if watch in concerned or watch.looked_at <= late:
                    watch.woken.set()
