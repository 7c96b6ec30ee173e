"""A client of graphql-transport-ws that says exactly what a test tells it to, and waits for what it expects."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

PROTOCOL = "graphql-transport-ws"
SECONDS = 10  # for what takes milliseconds


@dataclass
class Socket:
    ws: aiohttp.ClientWebSocketResponse

    async def send(self, message: object) -> None:
        """Text and bytes as they are, anything else as JSON."""
        if isinstance(message, bytes):
            await self.ws.send_bytes(message)
        else:
            await self.ws.send_str(message if isinstance(message, str) else json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        frame = await self.ws.receive(SECONDS)
        assert frame.type is aiohttp.WSMsgType.TEXT, (frame, self.ws.close_code)
        message: dict[str, Any] = json.loads(frame.data)
        return message

    async def closed(self) -> tuple[int | None, str]:
        """The code and the reason with which the server closes, whatever it says before."""
        while (frame := await self.ws.receive(SECONDS)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert frame.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}, frame
        return self.ws.close_code, frame.extra or ""

    async def greet(self, token: str | None = None, **payload: Any) -> None:
        given = {"token": token, **payload} if token else payload
        await self.send({"type": "connection_init", "payload": given})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, one: str, query: str, **variables: Any) -> None:
        await self.send({"id": one, "type": "subscribe", "payload": {"query": query, "variables": variables}})

    async def ask(self, query: str, **variables: Any) -> Any:
        """The one answer to an operation."""
        await self.subscribe("ask", query, **variables)
        answer, end = await self.receive(), await self.receive()
        assert (answer["id"], answer["type"], end) == ("ask", "next", {"id": "ask", "type": "complete"})
        return answer["payload"]

    async def alive(self) -> None:
        await self.send({"type": "ping"})
        assert await self.receive() == {"type": "pong"}


@asynccontextmanager
async def connected(address: str, *, protocols: tuple[str, ...] = (PROTOCOL,), **more: Any) -> AsyncIterator[Socket]:
    timeout = aiohttp.ClientWSTimeout(ws_close=SECONDS)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{address}/graphql", protocols=protocols, timeout=timeout, **more) as ws,
    ):
        yield Socket(ws)
