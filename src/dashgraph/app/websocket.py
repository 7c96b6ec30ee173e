"""GraphQL over WebSocket: the protocol graphql-transport-ws, for operations of every kind."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSMsgType, hdrs, web

from dashgraph.app import http
from dashgraph.app.live import Lines
from dashgraph.domain.problems import Problem, TooMuch, Unauthenticated
from dashgraph.graph import errors
from dashgraph.graph.context import Who
from dashgraph.graph.execution import Executor, Operation, Stage
from dashgraph.services.identity import REFUSED, Identity

PROTOCOL = "graphql-transport-ws"
LONGEST_REASON = 123  # bytes, for a close frame holds no more
CLOSE_SECONDS = 5  # for the other end to answer that it closes too

Message = dict[str, Any]


class Closing(Exception):
    """The connection ends here, with this code and for this reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason.encode(errors="replace")[:LONGEST_REASON].decode(errors="ignore").encode()


class WebSockets:
    def __init__(self, executor: Executor, identity: Identity, lines: Lines) -> None:
        self._executor = executor
        self._identity = identity
        self._lines = lines

    async def answer(self, request: web.Request) -> web.StreamResponse:
        limits = request.app[http.LIMITS]
        offered = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "")
        spoken = PROTOCOL in {name.strip() for name in offered.split(",")}
        socket = web.WebSocketResponse(
            protocols=[PROTOCOL] if spoken else [],
            heartbeat=limits.live_ping_seconds,
            timeout=CLOSE_SECONDS,
            max_msg_size=limits.max_body_kilobytes * 1024,
            compress=False,
        )

        async def stop() -> None:
            await socket.close(code=1001, message=b"The server stops; connect again.")

        try:
            with self._lines.held(stop):
                await socket.prepare(request)
                await _Connection(request, socket, self._executor, self._identity).talk()
        except http.Refused as refused:
            return http.refusal(refused)
        return socket


def wanted(request: web.Request) -> bool:
    """Whether a request asks for a WebSocket."""
    return request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"


class _Connection:
    """One client. Each of its operations runs in a task of its own and holds no more than the answer it sends."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, executor: Executor, identity: Identity
    ) -> None:
        self._request = request
        self._socket = socket
        self._executor = executor
        self._identity = identity
        self._limits = request.app[http.LIMITS]
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._greeted = False
        self._who: Who | None = None  # known from when the connection is acknowledged

    async def talk(self) -> None:
        """Take messages until either end closes."""
        try:
            try:
                self._admit()
                await self._listen()
            finally:
                await self._drop(*self._operations)
        except Closing as closing:
            await self._socket.close(code=closing.code, message=closing.reason)
        except ConnectionError:  # it has hung up
            pass

    def _admit(self) -> None:
        """Refuse who speaks another protocol, and pages of other places: they are kept from POST by the browser."""
        if self._socket.ws_protocol != PROTOCOL:
            raise Closing(4406, f"Subprotocol not acceptable; there is {PROTOCOL}")
        origin = self._request.headers.get(hdrs.ORIGIN)
        if origin is not None and urlsplit(origin).netloc.lower() != self._request.host.lower():
            raise Closing(4403, "Forbidden: only pages of this server may connect")

    async def _listen(self) -> None:
        try:
            async with asyncio.timeout(self._limits.live_init_seconds) as deadline:
                async for frame in self._socket:
                    if frame.type is WSMsgType.ERROR:  # closed already, for what the frame says
                        return
                    if frame.type is not WSMsgType.TEXT:
                        raise Closing(4400, "Invalid message: messages are text")
                    await self._take(_read(frame.data))
                    if self._who is not None:
                        deadline.reschedule(None)
        except TimeoutError:
            raise Closing(4408, "Connection initialisation timeout") from None

    async def _take(self, message: Message) -> None:
        match message.get("type"):
            case "connection_init":
                await self._greet(_payload(message))
            case "ping":
                payload = _payload(message)
                await self._say({"type": "pong", **({"payload": payload} if payload else {})})
            case "pong":
                _payload(message)
            case "subscribe":
                await self._begin(_id(message), message.get("payload"))
            case "complete":
                await self._drop(_id(message))
            case _:
                raise Closing(4400, "Invalid message: no such `type`")

    async def _greet(self, payload: Mapping[str, Any]) -> None:
        """Find out who is there: by the payload, else by the header that a page cannot send."""
        if self._greeted:
            raise Closing(4429, "Too many initialisation requests")
        self._greeted = True
        token = _token(payload) or http.bearer(self._request)
        try:
            if token is None:
                raise Unauthenticated(REFUSED)
            self._request[http.VIEWER] = await self._identity.viewer(token)
        except Unauthenticated as problem:
            raise Closing(4403, f"Forbidden: {problem.message}") from None
        except Problem as problem:  # the store did not answer
            raise Closing(1013, problem.message) from None
        self._who = partial(self._identity.viewer, token)
        await self._say({"type": "connection_ack"})

    async def _begin(self, one: str, payload: object) -> None:
        if self._who is None:
            raise Closing(4401, "Unauthorized")
        if not isinstance(payload, dict):
            raise Closing(4400, "Invalid message: the `payload` of subscribe is a JSON object")
        try:
            operation = http.operation_of(payload)
        except http.Refused as refused:
            raise Closing(4400, f"Invalid message: {refused.error['message']}") from None
        if one in self._operations:
            raise Closing(4409, f"Subscriber for {one} already exists")
        if len(self._operations) >= self._limits.live_operations:
            message = f"{self._limits.live_operations} operations run on this connection; complete one of them first."
            await self._say({"id": one, "type": "error", "payload": [errors.plain(message, TooMuch.code)]})
            return
        self._operations[one] = asyncio.create_task(self._answer(one, operation, self._who), name=f"operation {one}")

    async def _answer(self, one: str, operation: Operation, who: Who) -> None:
        last: Message = {"id": one, "type": "complete"}
        try:
            async with aclosing(self._executor.answers(operation, who)) as answers:
                async for answer in answers:
                    if answer.stage is not Stage.RUN:
                        last = {"id": one, "type": "error", "payload": answer.payload["errors"]}
                        break
                    await self._say({"id": one, "type": "next", "payload": answer.payload})
            del self._operations[one]  # before it is told, so that the id can be taken again at once
            await self._say(last)
        except ConnectionError:  # it has hung up; who listens finds out too
            return

    async def _drop(self, *ones: str) -> None:
        """Stop these operations, as far as they run."""
        tasks = [self._operations.pop(one) for one in ones if one in self._operations]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _say(self, message: Message) -> None:
        await self._socket.send_frame(http.encoded(message), WSMsgType.TEXT)


def _read(text: str) -> Message:
    try:
        found = http.json_value(text)
    except (ValueError, RecursionError):
        raise Closing(4400, "Invalid message: it is not JSON") from None
    if not isinstance(found, dict):
        raise Closing(4400, "Invalid message: it is not a JSON object")
    return found


def _id(message: Message) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not found:
        raise Closing(4400, "Invalid message: `id` is a text that is not empty")
    return found


def _payload(message: Message) -> Message:
    found = message.get("payload")
    if not isinstance(found, dict | None):
        raise Closing(4400, "Invalid message: `payload` is a JSON object")
    return found or {}


def _token(payload: Mapping[str, Any]) -> str | None:
    """The token in `{"token": "…"}` or `{"authorization": "Bearer …"}`."""
    named = {name.lower(): value for name, value in payload.items() if isinstance(value, str)}
    return named.get("token") or http.bearer_in(named.get("authorization", ""))
