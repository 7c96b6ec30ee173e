"""GraphQL over WebSocket: the protocol graphql-transport-ws, for operations of every kind."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import WSMsgType, hdrs, web

from dashgraph.app import callers, cors, http
from dashgraph.app.live import Lines, full
from dashgraph.app.turns import Turns
from dashgraph.domain.problems import Problem, TooMuch, TooOften, Unauthenticated
from dashgraph.domain.viewers import Viewer
from dashgraph.graph import errors
from dashgraph.graph.context import Who
from dashgraph.graph.execution import Answer, Executor, Stage
from dashgraph.graph.persisted import Asked, Persisted
from dashgraph.services.attendance import Attendance
from dashgraph.services.identity import Identity

log = structlog.get_logger("dashgraph.server")

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


@dataclass(frozen=True, slots=True)
class Party:
    """The other end, as it was greeted, and how to find out who it is by now."""

    viewer: Viewer
    who: Who


class WebSockets:
    def __init__(
        self, executor: Executor, identity: Identity, persisted: Persisted, attendance: Attendance, lines: Lines
    ) -> None:
        self.executor = executor
        self.identity = identity
        self.persisted = persisted
        self.attendance = attendance
        self.lines = lines

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

        address = request.app[callers.GATEWAYS].address(request)
        with ExitStack() as places, ExitStack() as unknown:
            connection = _Connection(request, socket, self, places, unknown)
            try:
                places.enter_context(self.lines.held(connection.stop))
                unknown.enter_context(self.lines.unknown(address))
            except TooMuch as problem:
                return http.refusal(full(problem))
            try:
                await socket.prepare(request)
            except ValueError:  # aiohttp (3.14) expects ASCII in the key of the handshake
                raise web.HTTPBadRequest from None
            await connection.talk()
        return socket


class _Connection:
    """One client. Each of its operations runs in a task of its own and holds no more than the answer it sends."""

    def __init__(
        self,
        request: web.Request,
        socket: web.WebSocketResponse,
        sockets: WebSockets,
        places: ExitStack,
        unknown: ExitStack,
    ) -> None:
        """It gives up the place among the `unknown` when it is known who is there, and takes others."""
        self._request = request
        self._socket = socket
        self._sockets = sockets
        self._places = places
        self._unknown = unknown
        self._limits = request.app[http.LIMITS]
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._greeted = False
        self._party: Party | None = None  # known from when the connection is acknowledged
        self._attending: asyncio.Task[None] | None = None
        self._ending: asyncio.Future[Closing] = asyncio.get_running_loop().create_future()
        self._turns = Turns()
        self._line = asyncio.Lock()  # one message at a time: what waits for room is never more than that

    async def talk(self) -> None:
        """Take messages until either end closes, or something else ends it."""
        try:
            self._admit()
            listening = self._started(self._listen(), "listening")
            try:
                either: list[asyncio.Future[Any]] = [listening, self._ending]
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if self._ending.done():
                    raise self._ending.result()
                await listening
            finally:
                others = [task for task in (listening, self._attending) if task is not None]
                for task in others:
                    task.cancel()
                await asyncio.gather(*others, return_exceptions=True)
                await self._drop(*self._operations)
        except Closing as closing:
            await self._close(closing)
        except ConnectionError:  # it has hung up
            pass

    async def stop(self) -> None:
        self._end(Closing(1001, "The server stops; connect again."))

    async def _close(self, closing: Closing) -> None:
        """Say why, and hang up on who does not take it."""
        saying = asyncio.ensure_future(self._socket.close(code=closing.code, message=closing.reason))
        await asyncio.wait([saying], timeout=CLOSE_SECONDS)
        transport = self._request.transport
        if transport is not None and transport.get_write_buffer_size():
            transport.abort()
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)

    def _end(self, closing: Closing) -> None:
        """End the connection from wherever this is found out."""
        if not self._ending.done():
            self._ending.set_result(closing)

    def _started(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """The work in a task. What nobody expected of it is logged and ends the connection: nobody waits for that."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._look_at)
        return task

    def _look_at(self, done: asyncio.Task[None]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None and not isinstance(error, Closing | ConnectionError):
            log.error("unexpected", exc_info=error)
            self._end(Closing(1011, "Something went wrong on our side."))

    def _admit(self) -> None:
        """Refuse who speaks another protocol, and pages of other places: they are kept from POST by the browser."""
        if self._socket.ws_protocol != PROTOCOL:
            raise Closing(4406, f"Subprotocol not acceptable; there is {PROTOCOL}")
        if not self._request.app[cors.ORIGINS].admit(self._request):
            raise Closing(4403, "Forbidden: pages of this origin may not connect")

    async def _listen(self) -> None:
        try:
            async with asyncio.timeout(self._limits.live_init_seconds) as deadline:
                async for frame in self._socket:
                    if frame.type is WSMsgType.ERROR:  # closed already, for what the frame says
                        return
                    if frame.type is not WSMsgType.TEXT:
                        raise Closing(4400, "Invalid message: messages are text")
                    await self._take(_read(frame.data))
                    if self._party is not None:
                        deadline.reschedule(None)
        except TimeoutError:
            raise Closing(4408, "Connection initialisation timeout") from None

    async def _take(self, message: Message) -> None:
        match message.get("type"):
            case "connection_init":
                await self._greet(_payload(message))
            case "ping":
                payload = _payload(message)
                try:
                    await self._say({"type": "pong", **({"payload": payload} if payload else {})})
                except RecursionError:  # it could just be read
                    raise Closing(4400, "Invalid message: its `payload` nests too deep") from None
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
            who = callers.who_of(self._request, self._sockets.identity, token)
            address = self._request.app[callers.GATEWAYS].address(self._request)
            viewer = await (self._sockets.identity.greeted(token, address) if token else who())
            self._places.enter_context(self._sockets.lines.of(viewer))
        except Unauthenticated as problem:
            raise Closing(4403, f"Forbidden: {problem.message}") from None
        except (TooOften, TooMuch) as problem:
            raise Closing(4429, problem.message) from None
        except Problem as problem:  # the store did not answer
            raise Closing(1013, problem.message) from None
        self._unknown.close()
        self._request[http.VIEWER] = viewer
        self._party = Party(viewer, who)
        self._attending = self._started(self._attend(self._party), "attendance")
        await self._say({"type": "connection_ack"})

    async def _attend(self, party: Party) -> None:
        problem = await self._sockets.attendance.ended(party.viewer, party.who)
        self._end(Closing(4403, f"Forbidden: {problem.message}"))

    async def _begin(self, one: str, payload: object) -> None:
        if self._party is None:
            raise Closing(4401, "Unauthorized")
        if not isinstance(payload, dict):
            raise Closing(4400, "Invalid message: the `payload` of subscribe is a JSON object")
        try:
            asked = http.asked_by(payload)
        except http.Refused as refused:
            raise Closing(4400, f"Invalid message: {refused.error['message']}") from None
        if one in self._operations:
            raise Closing(4409, f"Subscriber for {one} already exists")
        if len(self._operations) >= self._limits.live_operations:
            message = f"{self._limits.live_operations} operations run on this connection; complete one of them first."
            await self._say({"id": one, "type": "error", "payload": [errors.plain(message, TooMuch.code)]})
            return
        self._operations[one] = self._started(self._answer(one, asked, self._party), f"operation {one}")

    async def _answer(self, one: str, asked: Asked, party: Party) -> None:
        last: Message = {"id": one, "type": "complete"}
        try:
            async with aclosing(self._answers(asked, party)) as answers:
                async for answer in answers:
                    if answer.stage is not Stage.RUN:
                        last = {"id": one, "type": "error", "payload": answer.payload["errors"]}
                        break
                    await self._say({"id": one, "type": "next", "payload": answer.payload})
            del self._operations[one]  # before it is told, so that the id can be taken again at once
            await self._say(last)
        except ConnectionError:  # it has hung up; who listens finds out too
            return

    async def _answers(self, asked: Asked, party: Party) -> AsyncGenerator[Answer, None]:
        try:
            with self._sockets.lines.running(party.viewer), await self._turns.turn() as turn:
                operation = await self._sockets.persisted.operation(asked, party.who)
                if isinstance(operation, Answer):
                    yield operation
                    return
                async with aclosing(self._sockets.executor.answers(operation, party.who)) as answers:
                    async for answer in answers:
                        turn.close()
                        yield answer
        except TooMuch as problem:
            yield Answer(Stage.REFUSED, {"errors": [errors.problem(problem)]})

    async def _drop(self, *ones: str) -> None:
        """Stop these operations, as far as they run."""
        tasks = [self._operations.pop(one) for one in ones if one in self._operations]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _say(self, message: Message) -> None:
        """Send this. Who does not take it in time loses the connection."""
        async with self._line:
            # In a task of its own, which is not cancelled with this one: in aiohttp (3.14) all who wait for room wait
            # for one future, and who is cancelled cancels it for all.
            sending = asyncio.ensure_future(self._socket.send_frame(http.encoded(message), WSMsgType.TEXT))
            try:
                await asyncio.wait([sending], timeout=self._limits.live_send_seconds)
            except asyncio.CancelledError:
                if not self._ending.done():
                    await asyncio.wait([sending], timeout=self._limits.live_send_seconds)
                raise
            finally:
                if not sending.done():
                    sending.add_done_callback(_forget)
                    self._end(Closing(1013, "Too slow: what was sent is not read; connect again, and go on from there"))
            if not sending.done():
                raise ConnectionResetError
            sending.result()


def _forget(sending: asyncio.Task[None]) -> None:
    """What was still on its way when the connection ended has nobody to fail."""
    if not sending.cancelled():
        sending.exception()


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
