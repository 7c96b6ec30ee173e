"""GraphQL over server-sent events, a connection for each operation (the protocol of graphql-sse, distinct mode)."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import ExitStack, aclosing
from typing import Any

from aiohttp import hdrs, web

from dashgraph.app import callers, http
from dashgraph.app.live import Lines, full
from dashgraph.domain.problems import Problem, TooMuch
from dashgraph.graph import errors
from dashgraph.graph.execution import Answer, Executor, Meant, Operation, Stage
from dashgraph.services.attendance import Attendance
from dashgraph.services.identity import Identity

SIGN_OF_LIFE = b":\n\n"
COMPLETE = b"event: complete\ndata: \n\n"
HEADERS = {
    hdrs.CONTENT_TYPE: f"{http.EVENTS}; charset=utf-8",
    "X-Accel-Buffering": "no",  # a proxy must not wait until there is more
}


class EventStreams:
    def __init__(self, executor: Executor, identity: Identity, attendance: Attendance, lines: Lines) -> None:
        self._executor = executor
        self._identity = identity
        self._attendance = attendance
        self._lines = lines

    async def answer(self, request: web.Request, operation: Operation | Meant) -> web.StreamResponse:
        """Answer with events, one for each result, until there are no more. Without `complete` it was cut short."""
        stopping = asyncio.Event()

        async def stop() -> None:
            stopping.set()

        response = web.StreamResponse(headers=HEADERS)
        who, viewer = callers.who_of(request, self._identity, http.bearer(request)), request[http.VIEWER]
        with ExitStack() as places:
            try:
                for place in (self._lines.held(stop), self._lines.of(viewer), self._lines.running(viewer)):
                    places.enter_context(place)
            except TooMuch as problem:
                raise full(problem) from None
            try:
                await response.prepare(request)
                ended = self._attendance.ended(viewer, who)
                async with aclosing(self._executor.answers(operation, who)) as answers:
                    await _send(request, response, answers, stopping.wait(), ended)
            except TimeoutError:  # it takes nothing any more
                if request.transport is not None:
                    request.transport.abort()
            except ConnectionError:  # it has hung up
                pass
        return response


async def _send(
    request: web.Request,
    response: web.StreamResponse,
    answers: AsyncGenerator[Answer, None],
    stopping: Coroutine[Any, Any, object],
    ended: Coroutine[Any, Any, Problem],
) -> None:
    """Send events as answers come, and signs of life while none do. Raises TimeoutError for who does not read."""
    limits = request.app[http.LIMITS]

    async def write(data: bytes) -> None:
        async with asyncio.timeout(limits.live_send_seconds):
            await response.write(data)

    stop, end = asyncio.ensure_future(stopping), asyncio.ensure_future(ended)
    coming = asyncio.ensure_future(anext(answers, None))
    try:
        while True:
            seconds = limits.live_ping_seconds
            await asyncio.wait([coming, stop, end], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if stop.done():
                return
            if end.done():
                await write(_next({"errors": [errors.problem(end.result())]}) + COMPLETE)
                return
            if not coming.done():
                await write(SIGN_OF_LIFE)
                continue
            answer = coming.result()
            if answer is None:
                await write(COMPLETE)
                return
            if answer.stage is Stage.ENDED:  # nothing follows, and the end of the token says the same
                await write(_next(answer.payload) + COMPLETE)
                return
            await write(_next(answer.payload))
            coming = asyncio.ensure_future(anext(answers, None))
    finally:
        for task in (stop, end, coming):
            task.cancel()
        await asyncio.wait([stop, end, coming])


def _next(payload: object) -> bytes:
    return b"event: next\ndata: " + http.encoded(payload) + b"\n\n"
