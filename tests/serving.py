"""Real servers for the tests: the application on a loopback port, and `dashgraph` as a process of its own."""

import asyncio
import io
import json
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import hdrs, web
from multidict import CIMultiDictProxy

from dashgraph.app.build import World, opened
from dashgraph.app.running import runner_of
from dashgraph.app.settings import Settings
from dashgraph.store.demo import ADMIN_EMAIL

PLAIN_JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"
INSIDES = re.compile(r"Traceback|File \"|\.py\b|/site-packages|sqlite3|asyncpg|sqlalchemy|SELECT |\bFROM ")
SECONDS = 30  # for a process to start or to end


@dataclass(frozen=True)
class Reply:
    """One answer, read whole."""

    status: int
    headers: CIMultiDictProxy[str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def codes(self) -> list[str]:
        """The code of every error."""
        return [error["extensions"]["code"] for error in self.json.get("errors", [])]


class Client:
    """Speaks HTTP to one server, as whoever has the token."""

    def __init__(self, session: aiohttp.ClientSession, address: str, token: str | None = None) -> None:
        self._session = session
        self.address = address
        self._token = token

    def holding(self, token: str | None) -> "Client":
        return Client(self._session, self.address, token)

    async def send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Reply:
        sent = {hdrs.AUTHORIZATION: f"Bearer {self._token}"} if self._token else {}
        async with self._session.request(
            method, self.address + path, headers={**sent, **(headers or {})}, allow_redirects=False, **more
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.text())

    async def post(self, body: object, path: str = "/graphql", **headers: str) -> Reply:
        """POST bytes as they are and anything else as JSON. `content_type="x"` sets a header."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.send("POST", path, data=io.BytesIO(data), headers={hdrs.CONTENT_TYPE: PLAIN_JSON, **given})

    async def ask(self, query: str, **variables: Any) -> Reply:
        return await self.post({"query": query, "variables": variables})

    async def login(self, username: object, password: object) -> Reply:
        return await self.post({"username": username, "password": password}, "/login")


@dataclass(frozen=True)
class Service:
    world: World
    client: Client
    admin: Client

    async def token(self, login: str = ADMIN_EMAIL, **more: Any) -> str:
        return (await self.world.identity.create_token(login, name="test", **more)).text


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[str]:
    """The address of a server over this world, in this process."""
    runner = runner_of(world)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def served(database: str, **settings: Any) -> AsyncIterator[Service]:
    """A server over this database, and clients: of nobody, and of the demo's administrator if there is one."""
    async with (
        opened(Settings(database_url=database, **settings)) as world,
        listening(world) as address,
        aiohttp.ClientSession() as session,
    ):
        client = Client(session, address)
        service = Service(world, client, client)
        if not await world.identity.nobody_yet():
            service = Service(world, client, client.holding(await service.token()))
        yield service


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """The environment without the settings of whoever runs the tests."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DASHGRAPH_")}
    return {**inherited, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1", **more}


async def started(folder: Path, *arguments: str, **more: str) -> Process:
    """`dashgraph` with these arguments, in this folder. What it says to stderr goes to the file `err` there."""
    with (folder / "err").open("wb") as err:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-m", "dashgraph", *arguments),
            cwd=folder,
            env=environment(**more),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=err,
        )


async def ended(process: Process, folder: Path) -> Outcome:
    try:
        out, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Outcome(process.returncode, out.decode(), (folder / "err").read_text())


async def command(folder: Path, *arguments: str, **more: str) -> Outcome:
    """Run `dashgraph` to its end."""
    return await ended(await started(folder, *arguments, **more), folder)


@dataclass
class Serving:
    """A running `dashgraph serve` and what it said when it listened; after the block also how it ended."""

    process: Process
    folder: Path
    out: str
    outcome: Outcome | None = None

    @property
    def address(self) -> str:
        return re.search(r"listening on (http://\S+)", self.out)[1]

    @property
    def link(self) -> str:
        return re.search(r"http://\S+/graphiql#token=\S+", self.out)[0]

    @property
    def token(self) -> str:
        return self.link.partition("#token=")[2]

    @property
    def err(self) -> str:
        return (self.folder / "err").read_text()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log so far."""
        return [json.loads(line) for line in self.err.splitlines()]


@asynccontextmanager
async def serving(folder: Path, *arguments: str, last: str, **more: str) -> AsyncIterator[Serving]:
    """`dashgraph serve` on a free port until the end of the block, from when it has printed the line with `last`."""
    process = await started(folder, "serve", "--port", "0", *arguments, **more)
    try:
        found = Serving(process, folder, await _said(process, last, folder))
        yield found
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        outcome = await ended(process, folder)
    found.outcome = outcome


async def _said(process: Process, last: str, folder: Path) -> str:
    assert process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(SECONDS):
        while not lines or last not in lines[-1]:
            lines.append((await process.stdout.readline()).decode())
            assert lines[-1], (folder / "err").read_text()
    return "".join(lines)
