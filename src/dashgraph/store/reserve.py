"""Connections that short questions pass from hand to hand.

The pool takes longer to give one out and take it back than the database to answer.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.pool import PoolProxiedConnection, QueuePool
from sqlalchemy.util import greenlet_spawn


class Reserve:
    """Up to half of the pool's connections. Who waits for the pool itself gets those that nobody uses."""

    def __init__(self, pool: Callable[[], QueuePool], is_open: Callable[[PoolProxiedConnection], bool]) -> None:
        self._pool = pool
        self._is_open = is_open
        self._most = pool().size() // 2
        self._taken = 0  # from the pool
        self._idle: list[PoolProxiedConnection] = []
        self._line: deque[asyncio.Future[PoolProxiedConnection | None]] = deque()
        self._waiting_for_pool = 0

    @property
    def idle(self) -> int:
        """How many nobody uses."""
        return len(self._idle)

    async def take(self) -> PoolProxiedConnection:
        """A connection without SQLAlchemy around it, to be given back. Raises what the pool and the driver raise."""
        while True:
            if self._idle:
                connection = self._idle.pop()
                if self._is_open(connection):
                    return connection
                self._lose(connection)
            if self._taken < max(self._most, 1):
                return await self._from_pool()
            found = await self._in_line()
            if found is not None:
                return found

    async def _from_pool(self) -> PoolProxiedConnection:
        self._taken += 1
        starting = asyncio.ensure_future(greenlet_spawn(self._pool().connect))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:  # given up midway, the connection would be lost to the pool
            await asyncio.wait([starting])
            if starting.exception() is None:
                self.give_back(starting.result())
            else:
                self._lose()
            raise
        except BaseException:
            self._lose()
            raise

    async def _in_line(self) -> PoolProxiedConnection | None:
        """The next that is given back; None when it is worth another look."""
        waiting: asyncio.Future[PoolProxiedConnection | None] = asyncio.get_running_loop().create_future()
        self._line.append(waiting)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():  # it has come in the same moment
                found = waiting.result()
                if found is None:
                    self._next(None)
                else:
                    self.give_back(found)
            raise

    def give_back(self, connection: PoolProxiedConnection) -> None:
        """Nothing is begun on it, so there is nothing to wait for."""
        if not self._most or not self._is_open(connection):
            self._lose(connection)
        elif self._next(connection):
            return
        elif self._waiting_for_pool:
            self._lose(connection)
        else:
            self._idle.append(connection)

    def _lose(self, connection: PoolProxiedConnection | None = None) -> None:
        """Leave it to the pool, which opens another for one that is closed."""
        if connection is not None:
            connection.close()
        self._taken -= 1
        self._next(None)

    def _next(self, connection: PoolProxiedConnection | None) -> bool:
        """Hand on to who has waited longest."""
        while self._line:
            waiting = self._line.popleft()
            if not waiting.done():
                waiting.set_result(connection)
                return True
        return False

    @contextmanager
    def waiting_for_pool(self) -> Iterator[None]:
        """While somebody waits for the pool, which gets what is idle as far as it is short of connections."""
        if self._idle and self._pool().checkedout() + self._waiting_for_pool >= self._pool().size():
            self._lose(self._idle.pop())
        self._waiting_for_pool += 1
        try:
            yield
        finally:
            self._waiting_for_pool -= 1

    def close(self) -> None:
        """Give all that are idle back to the pool."""
        while self._idle:
            self._lose(self._idle.pop())
