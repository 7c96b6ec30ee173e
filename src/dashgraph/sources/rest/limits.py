"""How much a system is asked at most, and when: what the configuration allows and what the system says it bears."""

import asyncio
import math
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from dashgraph.domain.problems import RateLimited
from dashgraph.sources.rest.answers import Answer

PATIENCE = 30.0  # seconds; who would have to wait longer is told so instead
EPOCH = 1_000_000_000  # a larger number is a moment, not a wait
MILLISECONDS = 1_000_000_000_000
ENDPOINT = re.compile(r"/[^/]*\d[^/]*")
LEADING = re.compile(r"\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one source may be asked, and how long that may take. Times are in seconds."""

    deadline: float = 10.0  # for the whole of a question: its pages, pauses and repetitions
    request: float | None = None  # for one request; None is as long as the question has
    concurrency: int = 8
    rate: float | None = None  # requests in a second
    largest: int = 32 * 1024 * 1024  # bytes of one answer
    scan_limit: int = 10_000  # things of one list
    attempts: int = 3  # of what is safe to repeat


@dataclass(slots=True)
class Flight:
    """One request on its way. `answered` tells what its answer says about those to come."""

    gate: "Gate"
    endpoint: Hashable
    number: int
    status: int | None = None

    def answered(self, answer: Answer) -> None:
        self.status = answer.status
        self.gate.answered(self, answer)


@dataclass(slots=True)
class _Quota:
    """What is left of one quota until `reset`. None is not known."""

    left: int | None = None
    reset: float = -math.inf
    flying: int = 0
    newest: int = 0  # the number of the request whose answer is believed
    landed: asyncio.Event = field(default_factory=asyncio.Event)


class Gate:
    """Lets requests go: so many side by side, so many in a second, and none that a system has said it will refuse."""

    def __init__(
        self,
        source: str,
        limits: Limits,
        *,
        clock: Callable[[], float],
        nap: Callable[[float], Awaitable[object]],
        now: Callable[[], datetime],
    ) -> None:
        self._source = source
        self._limits = limits
        self._clock = clock
        self._nap = nap
        self._now = now
        self._free = asyncio.Semaphore(limits.concurrency)
        self._quotas: dict[Hashable, _Quota] = {}  # by who asks and what: systems count both apart
        self._next_slot = -math.inf
        self._numbers = 0

    @asynccontextmanager
    async def through(self, method: str, path: str, *, asker: Hashable, until: float) -> AsyncIterator[Flight]:
        """Wait for a place, until then at most. Raises RateLimited rather than waiting in vain."""
        endpoint = (asker, method, ENDPOINT.sub("/*", path))
        await self._slot(until)
        quota = await self._place(endpoint, until)
        quota.flying += 1
        self._numbers += 1
        try:
            yield Flight(self, endpoint, self._numbers)
        finally:
            self._free.release()
            quota.flying -= 1
            quota.landed.set()
            quota.landed = asyncio.Event()
            if not quota.flying and self._clock() >= quota.reset and self._quotas.get(endpoint) is quota:
                del self._quotas[endpoint]

    def answered(self, flight: Flight, answer: Answer) -> None:
        quota = self._quotas.setdefault(flight.endpoint, _Quota())
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            pause = self.pause(answer)
            if pause is not None:
                quota.left, quota.reset = 0, max(quota.reset, self._clock() + pause)
            return
        left, reset = self._said(answer, "remaining"), self._said(answer, "reset")
        if left is None or reset is None or flight.number < quota.newest:
            return
        wait = seconds_until(reset, answer.headers, self._now)
        count = LEADING.match(left)
        if wait is not None and count is not None:
            quota.left, quota.reset, quota.newest = int(count[1]), self._clock() + wait, flight.number

    def pause(self, answer: Answer) -> float | None:
        """The seconds that an answer asks to wait, if it does."""
        after = answer.headers.get("Retry-After")
        return None if after is None else seconds_until(after, answer.headers, self._now)

    async def wait(self, seconds: float, until: float) -> None:
        """Wait for a quota. Raises RateLimited when that is too long."""
        if seconds > PATIENCE or self._clock() + seconds >= until:
            message = f"{self._source} may be asked again in {math.ceil(seconds)} s; its limit is used up until then."
            raise RateLimited(message, source=self._source, retryAfter=math.ceil(seconds))
        await self._nap(seconds)

    async def _slot(self, until: float) -> None:
        """Our own rate: each request takes the next moment that is free."""
        if self._limits.rate is None:
            return
        now = self._clock()
        slot = max(now, self._next_slot)
        if slot > now:
            await self._reserved(slot, until)
        else:
            self._next_slot = now + 1 / self._limits.rate

    async def _reserved(self, slot: float, until: float) -> None:
        before, self._next_slot = self._next_slot, slot + 1 / (self._limits.rate or math.inf)
        try:
            await self.wait(slot - self._clock(), until)
        except RateLimited:
            self._next_slot = before  # nobody has come in between: it is refused without waiting
            raise

    async def _place(self, endpoint: Hashable, until: float) -> _Quota:
        """A free place at an endpoint that is not used up. The place is given back while it waits."""
        while True:
            await self._turn(self._free.acquire(), until)
            quota = self._quotas.setdefault(endpoint, _Quota())
            wait = quota.reset - self._clock()
            if wait <= 0 or quota.left is None or quota.left > quota.flying:
                return quota
            self._free.release()
            if quota.flying:  # it is not known whether those are counted already; they will tell
                await self._turn(quota.landed.wait(), until)
            else:
                await self.wait(wait, until)

    async def _turn(self, coming: Awaitable[object], until: float) -> None:
        try:
            async with asyncio.timeout(max(0, until - self._clock())):
                await coming
        except TimeoutError:
            message = f"{self._source} has too much to answer; this question waited in vain. Try again."
            raise RateLimited(message, source=self._source) from None

    @staticmethod
    def _said(answer: Answer, what: str) -> str | None:
        headers: Mapping[str, str] = answer.headers
        return headers.get(f"RateLimit-{what}") or headers.get(f"X-RateLimit-{what}")


def seconds_until(text: str, headers: Mapping[str, str], now: Callable[[], datetime]) -> float | None:
    """The wait that is meant by seconds, by a moment in seconds or milliseconds since 1970, or by a date.

    Moments are compared with the clock of the system itself, which its answer shows.
    """
    here = _date(headers.get("Date", "")) or now()
    try:
        number = float(text)
    except ValueError:
        at = _date(text)
    else:
        if not math.isfinite(number):
            return None
        if number < EPOCH:
            return max(0.0, number)
        at = datetime.fromtimestamp(number / 1000 if number >= MILLISECONDS else number, UTC)
    return None if at is None else max(0.0, (at - here).total_seconds())


def _date(text: str) -> datetime | None:
    """A date as HTTP or ISO 8601 write it."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            at = read(text)
        except (ValueError, TypeError):
            continue
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return None
