"""Asks one system over HTTP, and is careful with it: credentials, limits, deadlines, repetitions, silence."""

import asyncio
import copy
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp
import structlog

from dashgraph.domain.budget import counted
from dashgraph.domain.exports import DRAWING
from dashgraph.domain.observing import Call, following
from dashgraph.domain.problems import (
    NotFound,
    RateLimited,
    SourceFailed,
    SourceRefused,
    SourceUnavailable,
    UnsupportedBySource,
)
from dashgraph.sources.rest.addresses import Params, template_of
from dashgraph.sources.rest.answers import Answer
from dashgraph.sources.rest.auth import Auth
from dashgraph.sources.rest.breaker import Breaker
from dashgraph.sources.rest.events import Event, events
from dashgraph.sources.rest.limits import PATIENCE, Flight, Gate, Limits
from dashgraph.sources.rest.paging import Paging
from dashgraph.sources.rest.told import Tells, Verdict, refused, verdict
from dashgraph.sources.rest.walking import Ask, Key, Walk
from dashgraph.sources.rest.wire import MEGABYTE, Form, Request, Wire

T = TypeVar("T")
Shown = TypeVar("Shown", Answer, aiohttp.ClientResponse)

log = structlog.get_logger("dashgraph.sources")

SAFE = frozenset({"GET", "HEAD"})
SHORTEST_BACKOFF = 0.25  # seconds, doubled with each repetition
LONGEST_BACKOFF = 5.0
LARGEST_EVENT = 1024 * 1024

_UNTIL: ContextVar[Mapping[str, float]] = ContextVar("until")  # by source: when the question must be answered


class Rest:
    """One system. Paths begin with a slash and stand under its address; make them with `addresses.path`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        source: str,
        base: str,
        auth: Auth,
        told: Tells,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        nap: Callable[[float], Awaitable[object]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.source = source
        self.limits = limits
        self._wire = Wire(session, source, base)
        self._auth = auth
        self._told = told
        self._gate = Gate(source, limits, clock=clock, nap=nap, now=now)
        self._breaker = Breaker(source, clock=clock, chance=chance)
        self._clock = clock
        self._chance = chance
        self._nap = nap

    def acting_as(self, auth: Auth) -> "Rest":
        """The same system with other credentials: the same limits and one breaker."""
        other = copy.copy(self)
        other._auth = auth
        return other

    @contextmanager
    def question(self) -> Iterator[float]:
        """All that is asked in here has one deadline together. One inside another is part of it."""
        open_ones = _UNTIL.get({})
        if self.source in open_ones:
            yield open_ones[self.source]
            return
        until = self._clock() + self.limits.deadline
        before = _UNTIL.set({**open_ones, self.source: until})
        try:
            yield until
        finally:
            _UNTIL.reset(before)

    async def get(self, path: str, params: Params = (), *, accept: Collection[int] = ()) -> Answer:
        return await self.send("GET", path, params=params, accept=accept)

    async def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Form | None = None,
        params: Params = (),
        repeatable: bool = False,
        accept: Collection[int] = (),
    ) -> Answer:
        """The good answer of a request, asked again where that may help and is safe.

        `repeatable` says that it is safe though it is no GET; `accept` are statuses that are good beside 2xx.
        """
        request = self._wire.request(method, path, params, json=json, form=form)

        async def ask() -> Answer | Verdict:
            answer = await self._signed(lambda headers: self._exchanged(request, headers))
            if not answer.is_fine and answer.status not in accept:
                return self._verdict(answer)
            if answer.is_fine and any(kind in answer.content_type for kind in ("json", "html")):
                answer.json()  # nonsense is noticed here, where it counts against the system
            return answer

        return await self._asked(ask, is_safe=repeatable or method in SAFE)

    async def each_page(
        self, paging: Paging, path: str, params: Params = (), *, key: Key | None = None, ask: Ask | None = None
    ) -> list[Any]:
        """All things of a list, as they came.

        With a `key` (an id) each comes once, and pages that come again are noticed. `ask` fetches the page of some
        parameters where a GET with them does not.
        """
        with self.question():
            return await self._walk(paging, path, params, key, ask).items()

    @asynccontextmanager
    async def stream(
        self, path: str, params: Params = (), *, silence: float = PATIENCE, largest: int = LARGEST_EVENT
    ) -> AsyncIterator[AsyncIterator[Event]]:
        """The server-sent events of an address. Ends in a problem after so many seconds without a word."""
        request = self._wire.request("GET", path, params, headers={"Accept": "text/event-stream"})
        async with self._opened(request) as response:
            if response.content_type != "text/event-stream":
                message = f"{self.source} answered {path} with {response.content_type[:100]}, which is no stream."
                raise SourceFailed(message, source=self.source)
            chunks = self._wire.chunks(response, largest=None, silence=silence)
            yield events(chunks, source=self.source, largest=largest)

    async def download(
        self, path: str, params: Params = (), *, largest: int | None = None, elsewhere: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """The pieces of a file. `elsewhere` follows one redirect to another host, without credentials.

        Close it (`contextlib.aclosing`) when not all of it may be read.
        """
        request = self._wire.request("GET", path, params, headers={"Accept": "*/*"})
        async with self._opened(request, elsewhere=elsewhere) as response:
            bound, silence = largest or self.limits.largest, self.limits.deadline
            async for chunk in self._wire.chunks(response, largest=bound, silence=silence):
                yield chunk

    async def file(self, path: str, params: Params = (), *, elsewhere: bool = False) -> bytes:
        """The same file whole. It may take longer than other answers: the system has to draw it first."""
        patient = copy.copy(self)
        patient.limits = replace(self.limits, deadline=DRAWING.total_seconds(), request=None)
        async with aclosing(patient.download(path, params, elsewhere=elsewhere)) as pieces:
            return b"".join([piece async for piece in pieces])

    def _walk(self, paging: Paging, path: str, params: Params, key: Key | None, ask: Ask | None) -> Walk:
        async def get(of_page: Params) -> Answer:
            named = {name for name, _ in of_page}
            return await self.get(path, [*(pair for pair in params if pair[0] not in named), *of_page])

        return Walk(paging, ask or get, source=self.source, most=self.limits.scan_limit, key=key)

    async def _asked(self, ask: Callable[[], Awaitable[T | Verdict]], *, is_safe: bool) -> T:
        """What `ask` gets, asked again where that may help."""
        with self.question() as until, self._breaker.trial() as trial:
            attempt = 1
            while isinstance(found := await self._tried(ask), Verdict):
                pause = self._pause(found, attempt, until) if is_safe else None
                if pause is None:
                    if found.is_failure:
                        trial.failed(found.problem.message)
                    else:
                        trial.answered()
                    raise found.problem
                await self._nap(pause)
                counted(self.source, retried=1)
                attempt += 1
            trial.answered()
            return found

    async def _tried(self, ask: Callable[[], Awaitable[T | Verdict]]) -> T | Verdict:
        try:
            return await ask()
        except RateLimited:
            raise  # it has not left at all
        except SourceRefused as refusal:
            return Verdict(refusal, is_passing=False, is_failure=False)
        except SourceUnavailable as silence:
            return Verdict(silence, is_passing=silence.retryable, is_failure=True)
        except TimeoutError:
            waited = self.limits.request or self.limits.deadline
            message = f"{self.source} did not answer in {waited:g} s; try again."
            return Verdict(SourceUnavailable(message, source=self.source), is_passing=True, is_failure=True)

    def _pause(self, found: Verdict, attempt: int, until: float) -> float | None:
        """The seconds before the next try, None when there is none."""
        if not found.is_passing or attempt >= self.limits.attempts or self._breaker.is_open:
            return None
        backoff = min(LONGEST_BACKOFF, SHORTEST_BACKOFF * 2 ** (attempt - 1))
        pause = found.pause if found.pause is not None else backoff * self._chance()
        return pause if pause <= PATIENCE and self._clock() + pause < until else None

    async def _signed(self, ask: Callable[[Mapping[str, str]], Awaitable[Shown]]) -> Shown:
        """What is answered to these credentials, or to new ones where those have expired."""
        used = await self._auth.headers(self._post)
        answer = await ask(used)
        if answer.status == HTTPStatus.UNAUTHORIZED and await self._auth.renewed(used, self._post):
            return await ask(await self._auth.headers(self._post))
        return answer

    async def _exchanged(self, request: Request, headers: Mapping[str, str]) -> Answer:
        async with self._departed(request) as (flight, seconds, also):
            signed = {**also, **headers}
            answer = await self._wire.whole(request, signed, largest=self.limits.largest, seconds=seconds)
            flight.answered(answer)
            return answer

    @asynccontextmanager
    async def _opened(self, request: Request, *, elsewhere: bool = False) -> AsyncIterator[aiohttp.ClientResponse]:
        """A good answer whose body is still to come. It holds no place among those side by side."""
        async with AsyncExitStack() as stack:

            async def begun(headers: Mapping[str, str]) -> aiohttp.ClientResponse:
                async with self._departed(request) as (flight, seconds, also):
                    opening = self._wire.opened(request, {**also, **headers}, seconds=seconds, elsewhere=elsewhere)
                    response = await stack.enter_async_context(opening)
                    flight.answered(self._wire.answer(request, response, b""))
                    return response

            async def ask() -> aiohttp.ClientResponse | Verdict:
                response = await self._signed(begun)
                if response.ok:
                    return response
                body = b"".join(
                    [chunk async for chunk in self._wire.chunks(response, largest=MEGABYTE, silence=PATIENCE)]
                )
                return self._verdict(self._wire.answer(request, response, body))

            yield await self._asked(ask, is_safe=True)

    @asynccontextmanager
    async def _departed(self, request: Request) -> AsyncIterator[tuple[Flight, float, Mapping[str, str]]]:
        """A request that may leave, the seconds that it has, and headers of those who look on.

        It is counted, logged and followed, without what it asks for.
        """
        asker = frozenset(self._auth.secrets())
        with self.question() as until:
            async with self._gate.through(request.method, request.path, asker=asker, until=until) as flight:
                begun = self._clock()
                counted(self.source, calls=1)
                left = min(self.limits.request or self.limits.deadline, max(0.0, until - begun))
                with following(Call(self.source, request.method, template_of(request.path))) as call:
                    try:
                        yield flight, left, call.headers
                    finally:
                        call.status = flight.status
                        seconds = self._clock() - begun
                        counted(self.source, seconds=seconds)
                        log.debug(
                            "upstream",
                            source=self.source,
                            method=request.method,
                            path=request.path,
                            status=flight.status,
                            ms=round(seconds * 1000),
                        )

    async def _post(self, path: str, *, json: Any = None, form: Form | None = None) -> Answer:
        """Posts what a login needs."""
        answer = await self._exchanged(self._wire.request("POST", path, json=json, form=form), {})
        if answer.is_fine:
            return answer
        problem = self._verdict(answer).problem
        if isinstance(problem, SourceUnavailable):
            raise problem
        if isinstance(problem, NotFound | UnsupportedBySource):
            message = f"{self.source} has no login at {path} (HTTP {answer.status}); look at its url."
            raise SourceFailed(message, source=self.source)
        raise refused(self.source, problem)

    def _verdict(self, answer: Answer) -> Verdict:
        return verdict(answer, self._told, secrets=self._auth.secrets(), pause=self._gate.pause(answer))
