"""What goes wrong on the way to a system is one clear line that says what to look at."""

import asyncio
import socket
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from dashgraph.domain.problems import BadInput, Problem
from dashgraph.sources.rest.auth import Bearer
from dashgraph.sources.rest.client import Rest
from dashgraph.sources.rest.limits import Limits
from dashgraph.sources.rest.session import open_session
from delivering import Certificate
from upstream import TOKEN, Upstream, said, told


class Nowhere(AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise OSError(-2, "Name or service not known")

    async def close(self) -> None:
        """It holds nothing open."""


def rest(session: aiohttp.ClientSession, base: str) -> Rest:
    limits = Limits(attempts=1)
    return Rest(session, source="finance", base=base, auth=Bearer(TOKEN), told=told, limits=limits)


async def problem_at(base: str, connector: aiohttp.BaseConnector | None = None) -> Problem:
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(Problem) as raised:
            await rest(session, base).get("/x")
    assert TOKEN.text not in raised.value.message
    assert "\n" not in raised.value.message
    return raised.value


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


async def test_nothing_listens() -> None:
    port = free_port()
    problem = await problem_at(f"http://127.0.0.1:{port}")

    assert problem.code == "SOURCE_UNAVAILABLE"
    assert problem.message == (
        f"finance cannot be reached: nothing listens at 127.0.0.1:{port}; look at its url and whether it runs."
    )


async def test_no_host_has_the_name() -> None:
    problem = await problem_at("https://bi.exmaple:8443/x", aiohttp.TCPConnector(resolver=Nowhere()))

    assert problem.code == "SOURCE_UNAVAILABLE"
    assert problem.message == "finance cannot be found: no host is named bi.exmaple; look at its url."


async def served(context: object = None) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(Upstream(lambda: said({})).application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()  # type: ignore[arg-type]
    return runner, int(runner.addresses[0][1])


async def test_a_certificate_that_is_not_trusted_and_one_that_is(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path)
    runner, port = await served(certificate.shown)
    try:
        problem = await problem_at(f"https://localhost:{port}")
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=certificate.trusted)) as session:
            assert (await rest(session, f"https://localhost:{port}").get("/x")).json() == {}
    finally:
        await runner.cleanup()

    assert problem.code == "UPSTREAM_ERROR"
    assert problem.message.startswith(
        f"finance shows a certificate for localhost:{port} that is not accepted (self-sig"
    )
    assert problem.message.endswith("look at its url, and whether this machine trusts its issuer.")


async def test_https_where_only_http_is_spoken() -> None:
    runner, port = await served()
    try:
        problem = await problem_at(f"https://localhost:{port}")
    finally:
        await runner.cleanup()

    assert (problem.code, "no TLS" in problem.message) == ("UPSTREAM_ERROR", True)


@pytest.mark.parametrize("said_back", [b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00\x01\x02\r\n\r\n"])
async def test_something_that_does_not_speak_http(said_back: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said_back)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        problem = await problem_at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    assert problem.message.split(" at ")[0] == "finance does not speak HTTP"


async def test_an_answer_that_is_shorter_than_it_said_or_cannot_be_unpacked() -> None:
    heads = (b"Content-Length: 100\r\n\r\n[]", b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n[]")
    for head in heads:

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes = head) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + head)
            writer.close()
            await writer.wait_closed()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            problem = await problem_at(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")

        assert problem.message == "finance broke the connection off; try again."


@pytest.mark.parametrize(
    "base", ["bi.example", "ftp://bi.example", "https://", "https://nora:canary@bi.example", "https://bi.example/?a=canary",
             "https://bi.example/#x", "https://[::1", "https://bi.example:99999"],
)  # fmt: skip
async def test_an_address_that_is_none_is_refused_before_it_is_asked(base: str) -> None:
    async with open_session() as session:
        with pytest.raises(BadInput) as raised:
            rest(session, base)

    assert raised.value.message.startswith("The url of finance is not the address of a system")
    assert "canary" not in raised.value.message


async def test_the_session_keeps_no_cookies_of_one_system_for_another() -> None:
    upstream = Upstream(lambda: web.Response(text="{}", headers={"Set-Cookie": "who=nora; Path=/"}))

    async with upstream.serving() as address, open_session() as session:
        for _ in range(2):
            await rest(session, address).get("/x")

    assert [one.headers.get("Cookie") for one in upstream.seen] == [None, None]
    assert upstream.seen[0].headers["User-Agent"] == "dashgraph"
