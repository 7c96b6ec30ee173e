"""How a server is put under load, the same way for all: so many connections that stay open, each asking in turns."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

HEAD_END, CHUNKS_END = b"\r\n\r\n", b"\r\n0\r\n\r\n"
LENGTH = b"content-length:"


class Unanswered(Exception):
    """A contestant does not answer, or answers something else than it should."""


@dataclass
class Load:
    """What came of a load."""

    latencies: list[float] = field(default_factory=list)  # seconds
    seconds: float = 0

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


class Connection(asyncio.Protocol):
    """One connection: writes a request and reads the answer whole. No more of HTTP than the contestants speak."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._read = bytearray()
        self._head = 0  # bytes; 0 while it is not there
        self._whole: int | None = None  # bytes of head and body; None when the body comes in chunks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Unanswered("the connection was closed"))

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer. Raises Unanswered for a status other than 200."""
        assert self._transport is not None
        self._read, self._head = bytearray(), 0
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._read += data
        if not self._head:
            self._read_head()
        if not self._head:
            return
        if self._whole is None and self._read.endswith(CHUNKS_END):
            self._done(_unchunked(bytes(self._read[self._head :])))
        elif self._whole is not None and len(self._read) >= self._whole:
            self._done(bytes(self._read[self._head :]))

    def _read_head(self) -> None:
        head, found, _ = bytes(self._read).partition(HEAD_END)
        if not found:
            return
        self._head = len(head) + len(HEAD_END)
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(LENGTH)]
        self._whole = self._head + int(lengths[0].removeprefix(LENGTH)) if lengths else None

    def _done(self, body: bytes) -> None:
        assert self._answer is not None
        status = self._read[9:12].decode()
        if status == "200":
            self._answer.set_result(body)
        else:
            self._answer.set_exception(Unanswered(f"status {status}: {body[:500].decode(errors='replace')}"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _unchunked(body: bytes) -> bytes:
    parts: list[bytes] = []
    rest = body
    while True:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if length == 0:
            return b"".join(parts)
        parts.append(rest[:length])
        rest = rest[length + 2 :]


@asynccontextmanager
async def connected(address: tuple[str, int]) -> AsyncIterator[Connection]:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, *address)
    try:
        yield connection
    finally:
        connection.close()


async def load(
    address: tuple[str, int], requests: Sequence[bytes], sizes: Sequence[int], *, concurrency: int, seconds: float
) -> Load:
    """Ask for so long. What is under way at the end is waited for, and counts. `sizes` are those of right answers.

    Raises Unanswered for an answer of another size, which is how one with errors is told.
    """
    found = Load()
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(connected(address)) for _ in range(concurrency)]
        began = time.perf_counter()
        end = began + seconds

        async def keep_asking(connection: Connection, turn: int) -> None:
            while True:
                at = turn % len(requests)
                asked = time.perf_counter()
                body = await connection.ask(requests[at])
                answered = time.perf_counter()
                if len(body) != sizes[at]:
                    raise Unanswered(f"{len(body)} bytes instead of {sizes[at]}: {body[:500].decode(errors='replace')}")
                found.latencies.append(answered - asked)
                if answered >= end:
                    return
                turn += concurrency

        await asyncio.gather(*(keep_asking(one, turn) for turn, one in enumerate(connections)))
        found.seconds = time.perf_counter() - began
    return found
