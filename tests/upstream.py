"""A system on loopback that answers what a test says, and the REST kit that asks it on a clock moved by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

from dashgraph.app.fakes.kit import Fake
from dashgraph.domain.secrets import Secret
from dashgraph.sources.rest.answers import Answer
from dashgraph.sources.rest.auth import Auth, Bearer
from dashgraph.sources.rest.client import Rest
from dashgraph.sources.rest.limits import Limits
from dashgraph.sources.rest.told import Tells, Told

NAME = "finance"
TOKEN = Secret("tallgrass-4711-token")
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


def said(value: Any, status: int = 200, **headers: str) -> web.Response:
    """JSON, with headers named as `Retry_After`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return web.Response(body=json.dumps(value), status=status, content_type="application/json", headers=named)


class Upstream(Fake):
    """Answers every address by `answering`, or by the `script`: one answer after the other, the last for ever."""

    kind = "upstream"

    def __init__(self, *script: Callable[[], web.StreamResponse], answering: Answering | None = None) -> None:
        super().__init__()
        self.answering = answering
        self.script = list(script)
        self.seen: list[web.Request] = []
        self.bodies: list[bytes] = []

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.route("*", "/{anything:.*}", self.answer)]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        self.bodies.append(await request.read())
        if self.answering is not None:
            return await self.answering(request)
        return (self.script.pop(0) if len(self.script) > 1 else self.script[0])()

    @property
    def lines(self) -> list[str]:
        return [call.line for call in self.calls]


@dataclass
class Hand:
    """The hand on the clock: a nap moves it at once."""

    at: float = 1000.0
    naps: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.at

    async def nap(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)


def told(answer: Answer) -> Told | None:
    """An envelope: {error: {code, message}}, and 500 of the code `yours` for questions that are wrong."""
    value = answer.json()
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        return None
    code = error.get("code")
    return Told(code=code, message=error.get("message"), retryable=False if code == "yours" else None)


@asynccontextmanager
async def asking(
    upstream: Upstream,
    *,
    hand: Hand | None = None,
    auth: Auth | None = None,
    tells: Tells = told,
    chance: float = 0.5,
    below: str = "",
    **limits: Any,
) -> AsyncIterator[Rest]:
    """The kit on a running system, whose addresses begin with `below`."""
    hand = hand or Hand()
    async with upstream.serving() as address, aiohttp.ClientSession() as session:
        yield Rest(
            session,
            source=NAME,
            base=address + below,
            auth=auth or Bearer(TOKEN),
            told=tells,
            limits=Limits(**limits),
            clock=hand.clock,
            chance=lambda: chance,
            nap=hand.nap,
            now=lambda: NOON,
        )
