"""GraphQL over server-sent events, a connection for each operation (the protocol of graphql-sse, distinct mode)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from aiohttp import hdrs, web

from dashgraph.app import http
from dashgraph.app.live import Lines
from dashgraph.graph.execution import Answer, Executor, Operation
from dashgraph.services.identity import Identity

SIGN_OF_LIFE = b":\n\n"
COMPLETE = b"event: complete\ndata: \n\n"
HEADERS = {
    hdrs.CONTENT_TYPE: f"{http.EVENTS}; charset=utf-8",
    "X-Accel-Buffering": "no",  # a proxy must not wait until there is more
}


class EventStreams:
    def __init__(self, executor: Executor, identity: Identity, lines: Lines) -> None:
        self._executor = executor
        self._identity = identity
        self._lines = lines

    async def answer(self, request: web.Request, operation: Operation) -> web.StreamResponse:
        """Answer with events, one for each result, until there are no more. Without `complete` it was cut short."""
        stopping = asyncio.Event()

        async def stop() -> None:
            stopping.set()

        response = web.StreamResponse(headers=HEADERS)
        who = partial(self._identity.viewer, http.bearer(request) or "")
        with self._lines.held(stop):
            try:
                await response.prepare(request)
                async with aclosing(self._executor.answers(operation, who)) as answers:
                    await _send(request, response, answers, stopping)
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
    stopping: asyncio.Event,
) -> None:
    """Send events as answers come, and signs of life while none do. Raises TimeoutError for who does not read."""
    seconds = request.app[http.LIMITS].live_ping_seconds

    async def write(data: bytes) -> None:
        async with asyncio.timeout(seconds):
            await response.write(data)

    stop = asyncio.ensure_future(stopping.wait())
    coming = asyncio.ensure_future(anext(answers, None))
    try:
        while True:
            await asyncio.wait([coming, stop], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if stop.done():
                return
            if not coming.done():
                await write(SIGN_OF_LIFE)
                continue
            answer = coming.result()
            if answer is None:
                await write(COMPLETE)
                return
            await write(b"event: next\ndata: " + http.encoded(answer.payload) + b"\n\n")
            coming = asyncio.ensure_future(anext(answers, None))
    finally:
        stop.cancel()
        coming.cancel()
        await asyncio.wait([stop, coming])
