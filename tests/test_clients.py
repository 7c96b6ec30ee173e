"""Our server in the eyes of the clients whose authors wrote the protocols: graphql-ws and graphql-sse."""

import asyncio
import json
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conftest import Stores
from npm import installed
from workshop import Floor, job_id, working

SECONDS = 60  # for node to start
TRANSPORTS = ("websocket", "events")


@pytest.fixture(scope="module")
def clients(request: pytest.FixtureRequest) -> Path:
    return installed(Path(__file__).parent / "clients", request.config.cache)


@pytest.fixture(scope="module")
async def floor(stores: Stores) -> AsyncIterator[Floor]:
    async with working(stores, live_ping_seconds=0.1) as found:
        yield found


@dataclass
class Lines:
    process: asyncio.subprocess.Process

    async def line(self) -> Any:
        assert self.process.stdout is not None
        async with asyncio.timeout(SECONDS):
            text = await self.process.stdout.readline()
        assert text, "it ended without a word"
        return json.loads(text)

    async def job(self) -> tuple[str, int]:
        found = await self.line()
        job = found["next"]["data"]["jobUpdated"]
        return job["status"], job["progress"]["done"]


@asynccontextmanager
async def following(
    clients: Path, floor: Floor, transport: str, query: str, token: str | None = None
) -> AsyncIterator[Lines]:
    """A client that runs an operation. It must end by itself, and without an error of its own."""
    process = await asyncio.create_subprocess_exec(
        "node",
        "follow.mjs",
        *(transport, floor.address, token or floor.token, query),
        cwd=clients,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield Lines(process)
        async with asyncio.timeout(SECONDS):
            out, err = await process.communicate()
        assert (process.returncode, out, err) == (0, b"", b"")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def follow(name: str) -> str:
    return f'subscription {{ jobUpdated(id: "{job_id(name)}") {{ status progress {{ done }} }} }}'


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_subscription_is_followed_to_its_end(clients: Path, floor: Floor, transport: str) -> None:
    name = await floor.job()

    async with following(clients, floor, transport, follow(name)) as lines:
        assert await lines.job() == ("QUEUED", 0)
        for done in (1, 2):
            await floor.workshop.change(name, status="running", done=done)
            assert await lines.job() == ("RUNNING", done)
        await floor.workshop.change(name, status="succeeded")
        assert await lines.job() == ("SUCCEEDED", 2)
        assert await lines.line() == {"complete": True}
    assert floor.nobody_watches()


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_query_is_answered(clients: Path, floor: Floor, transport: str) -> None:
    async with following(clients, floor, transport, "{ viewer { user { displayName } } }") as lines:
        assert await lines.line() == {"next": {"data": {"viewer": {"user": {"displayName": "asker"}}}}}
        assert await lines.line() == {"complete": True}


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_operation_that_is_wrong_is_told_so(clients: Path, floor: Floor, transport: str) -> None:
    async with following(clients, floor, transport, "{ nope }") as lines:
        found = await lines.line()
        errors = found["error"] if transport == "websocket" else found["next"]["errors"]
        assert [error["extensions"]["code"] for error in errors] == ["GRAPHQL_VALIDATION_FAILED"]
        if transport == "events":
            assert await lines.line() == {"complete": True}


async def test_a_wrong_token_is_told_in_the_words_of_the_close_frame(clients: Path, floor: Floor) -> None:
    async with following(clients, floor, "websocket", follow("none"), "dg_wrong") as lines:
        error = (await lines.line())["error"]
        assert error["code"] == 4403
        assert error["reason"].startswith("Forbidden: The token is missing, wrong, expired or revoked.")
