"""Who goes first: how many operations of one connection are at work side by side, so that others are served between."""

import asyncio
from contextlib import ExitStack

SIDE_BY_SIDE = 10
LONGEST = 0.05  # seconds; what takes longer mostly waits: for a source, or for something to happen


class Turns:
    """Operations take turns. One ends with its block, or when it is closed, or after a while."""

    def __init__(self, most: int = SIDE_BY_SIDE, seconds: float = LONGEST) -> None:
        self._free = asyncio.Semaphore(most)
        self._seconds = seconds

    async def turn(self) -> ExitStack:
        await self._free.acquire()
        turn = ExitStack()
        turn.callback(self._free.release)
        turn.callback(asyncio.get_running_loop().call_later(self._seconds, turn.close).cancel)
        return turn
