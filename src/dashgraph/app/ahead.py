"""Work that does not wait for who asks: it begins on a guess, and what it gives is used only if the guess was right.

A token is looked up in the database for every request, so that one that was revoked ends at once. A query can be under
way meanwhile, for whom the token spoke for a moment ago: one round trip less before the answer. Nothing is told to
anybody, and nothing changed, before the token is looked up.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

from dashgraph.domain.viewers import Viewer

T = TypeVar("T")


class Caller:
    """Who asks: a guess, and who it is. A guess is looked into at once, by a task of its own, until the block ends.

    A block that raises without knowing who asks raises what is wrong with them instead, if something is.
    """

    def __init__(self, find: Callable[[], Awaitable[Viewer]], guess: Viewer | None) -> None:
        """`find` finds out who asks, or raises what is wrong with them."""
        self._guess = guess
        self._find = find
        self._finding = None if guess is None else asyncio.ensure_future(find())
        self._found: Viewer | None = None

    async def viewer(self) -> Viewer:
        """Who asks. Raises what is wrong with them."""
        if self._found is None:
            self._found = await (self._find() if self._finding is None else self._finding)
        return self._found

    async def answered(self, work: Callable[[Viewer], Awaitable[T]]) -> T:
        """What the work gives for who asks. It may have been begun for somebody else, and is then forgotten."""
        if self._guess is None:
            return await work(await self.viewer())
        begun = asyncio.ensure_future(work(self._guess))
        try:
            viewer = await self.viewer()
            if viewer == self._guess:
                return await begun
        finally:
            await _ended(begun)
        return await work(viewer)

    async def __aenter__(self) -> Self:
        if self._guess is None:
            await self.viewer()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if isinstance(error, Exception):
                await self.viewer()
        finally:
            if self._finding is not None:
                await _ended(self._finding)


async def _ended(task: "asyncio.Future[T]") -> None:
    """Stop it, if it is not over, and leave what comes of it alone."""
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.exception()
