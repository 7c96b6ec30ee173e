"""What was read from a system: shared by those who ask at the same time, kept for a while, forgotten after a change.

A list that was walked is kept for `freshness` seconds for everybody. Everything is remembered for as long as one
operation runs, so that no question is asked twice for one answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from dashgraph.domain import budget
from dashgraph.domain.holding import Holding

T = TypeVar("T")

_REMEMBERED: ContextVar[dict[Hashable, Any] | None] = ContextVar("remembered", default=None)
ABSENT = object()


def remembering() -> Holding[dict[Hashable, Any]]:
    """Remember what is read until this is closed: one operation."""
    return Holding(_REMEMBERED, {})


@dataclass
class _Running:
    task: asyncio.Task[Any]
    waiting: int = 0


class Walks:
    """The lists of one source, as one account sees it. `clock` tells seconds that only go forward."""

    def __init__(self, source: str, *, freshness: float, clock: Callable[[], float]) -> None:
        self._source = source
        self._freshness = freshness
        self._clock = clock
        self._kept: dict[Hashable, tuple[float, Any]] = {}
        self._running: dict[Hashable, _Running] = {}
        self._changes = 0  # what was read before a change is never joined after it

    def drop(self) -> None:
        """Forget everything: something has changed. Walks that are on their way answer those who wait, nobody else."""
        self._changes += 1
        self._kept.clear()
        self._running.clear()

    def known(self, key: Hashable) -> bool:
        """Whether this list would be told without a question that is not on its way already."""
        return self._mine(key) in (_REMEMBERED.get() or {}) or self._fresh(key) is not None or key in self._running

    async def once(self, key: Hashable, walk: Callable[[], Awaitable[T]]) -> T:
        """The list, walked now unless it is known. A failure is told to all who wait for it, and not kept."""
        remembered = _REMEMBERED.get()
        mine = self._mine(key)
        if remembered is not None and mine in remembered:
            return cast("T", remembered[mine])
        fresh = self._fresh(key)
        if fresh is not None:
            budget.counted(self._source, cached=1)
            found = fresh[1]
        else:

            async def walked() -> T:
                """Remembered before who waits for it goes on: others may ask in between."""
                told = await walk()
                if remembered is not None:
                    remembered[mine] = told
                return told

            found = await self._walked(key, walked)
        if remembered is not None:
            remembered[mine] = found
        return cast("T", found)

    async def each(
        self, key: Hashable, ids: Sequence[str], ask: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]]
    ) -> dict[str, T]:
        """What there is for each id. Those that this operation has asked for before are not asked again.

        Who asks for the same while that is on its way, as a page and its count do, waits for the same answer.
        """
        remembered = _REMEMBERED.get()
        if remembered is None:
            return dict(await ask(list(dict.fromkeys(ids)))) if ids else {}
        names = {one: (*self._mine(key), one) for one in ids}
        missing = [one for one, name in names.items() if name not in remembered]
        if missing:

            async def asked() -> None:
                found = await ask(missing)
                remembered.update({names[one]: found.get(one, ABSENT) for one in missing})

            await self._walked((*self._mine(key), id(remembered), *missing), asked, kept=False)
        told = {one: remembered.get(name, ABSENT) for one, name in names.items()}
        return {one: cast("T", value) for one, value in told.items() if value is not ABSENT}

    def _mine(self, key: Hashable) -> tuple[Hashable, ...]:
        return (id(self), self._changes, key)

    def _fresh(self, key: Hashable) -> tuple[float, Any] | None:
        kept = self._kept.get(key)
        return kept if kept is not None and self._clock() - kept[0] < self._freshness else None

    async def _walked(self, key: Hashable, walk: Callable[[], Awaitable[T]], *, kept: bool = True) -> T:
        """Join the walk that is on its way, or begin one. It is given up when nobody waits for it any more."""
        running = self._running.get(key)
        if running is None:
            running = self._running[key] = _Running(asyncio.create_task(self._walk(key, walk, kept=kept)))
        else:
            budget.counted(self._source, cached=1)
        running.waiting += 1
        try:
            return cast("T", await asyncio.shield(running.task))
        finally:
            running.waiting -= 1
            if not running.waiting and not running.task.done():
                running.task.cancel()
                if self._running.get(key) is running:
                    del self._running[key]

    async def _walk(self, key: Hashable, walk: Callable[[], Awaitable[T]], *, kept: bool) -> T:
        changes = self._changes
        try:
            found = await walk()
        finally:
            if changes == self._changes:
                self._running.pop(key, None)
        if kept and changes == self._changes and self._freshness > 0:
            self._kept[key] = (self._clock(), found)
        return found
