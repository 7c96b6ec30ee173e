"""Deliveries reach the public internet, and nothing else unless it is allowed."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import closing
from ipaddress import ip_address
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from dashgraph.domain.problems import BadInput
from dashgraph.services.delivering.addresses import Guard, guarded_session
from dashgraph.services.delivering.answers import Undelivered
from delivering import listening

PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808", "2002:808:808::1", "[2001:4860:4860::8888]"]
PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # metadata of most clouds
    "168.63.129.16",  # of Azure
    "100.64.0.1",
    "100.100.100.200",  # metadata of Alibaba
    "192.0.0.192",  # of Oracle
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "[::1]",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:a01:203",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001::1",  # Teredo
    "2001:db8::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",  # metadata of AWS
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
    "localhost",
    "LOCALHOST.",
]
ODD = [
    "2130706433",
    "127.1",
    "127.0.1",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "0X7F000001",
    "127.0.0.0x1",
    "127.0.0.01",
    "127.0.0.1.1",
    "1",
    "0",
    "",
    ".",
    "a:b",
    "::1::",
]


@pytest.mark.parametrize("host", PUBLIC)
async def test_the_public_internet_is_reached(host: str) -> None:
    assert [address for _, address in await Guard().resolve(host, 443)] == [host.strip("[]")]


@pytest.mark.parametrize("host", PRIVATE)
async def test_what_is_not_public_is_refused_and_the_sentence_says_who_can_allow_it(host: str) -> None:
    with pytest.raises(BadInput, match="DASHGRAPH_ALLOWED_PRIVATE_HOSTS"):
        await Guard().resolve(host, 443)


@pytest.mark.parametrize("host", ODD)
async def test_other_spellings_of_addresses_are_refused_even_where_they_would_be_allowed(host: str) -> None:
    with pytest.raises(BadInput, match="neither the name of a host nor an address"):
        await Guard("0.0.0.0/0 ::/0").resolve(host, 443)


@pytest.mark.parametrize("host", ["\uff11\uff12\uff17.0.0.1", "①②⑦.0.0.1", "127。0。0。1", "ⓛocalhost"])
async def test_letters_that_only_look_different_lead_nowhere_else(host: str) -> None:
    with pytest.raises((BadInput, OSError)):
        await Guard().resolve(host, 443)


@given(packed=st.binary(min_size=4, max_size=4) | st.binary(min_size=16, max_size=16))
def test_an_address_that_is_reached_is_global_and_for_one_receiver(packed: bytes) -> None:
    address = ip_address(packed)
    try:
        [(_, reached)] = asyncio.run(Guard().resolve(str(address), 443))
    except BadInput:
        return
    assert ip_address(reached) == address
    assert address.is_global
    assert not address.is_private
    assert not address.is_multicast


@pytest.mark.parametrize(
    ("allowed", "host", "reached"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("10.0.0.0/8, 192.168.7.0/24", "192.168.7.9", True),
        ("10.0.0.0/8", "::ffff:10.0.0.9", True),
        ("10.0.0.0/8", "192.168.7.9", False),
        ("localhost", "localhost", True),
        ("LocalHost", "LOCALHOST.", True),
        ("localhost", "127.0.0.1", False),
        ("127.0.0.0/8 ::1", "localhost", True),
        ("fd00::/8", "fd12::1", True),
    ],
)
async def test_what_is_allowed_is_reached_and_nothing_beside_it(allowed: str, host: str, *, reached: bool) -> None:
    if reached:
        assert await Guard(allowed).resolve(host, 443)
    else:
        with pytest.raises(BadInput):
            await Guard(allowed).resolve(host, 443)


@pytest.mark.parametrize(
    "allowed", ["10.0.0.0/33", "http://bi.example", "bi.example:8080", "2130706433", "-a", "a b/c"]
)
def test_what_cannot_be_allowed_is_named(allowed: str) -> None:
    with pytest.raises(BadInput, match="DASHGRAPH_ALLOWED_PRIVATE_HOSTS"):
        Guard(allowed)


@pytest.mark.parametrize(
    ("allowed", "url", "taken"),
    [
        ("", "https://hooks.example/x", True),
        ("", "http://hooks.example/x", False),
        ("hooks.example", "http://hooks.example/x", True),
        ("10.0.0.0/8", "http://10.1.1.1:8080/x", True),
        ("10.0.0.0/8", "http://11.1.1.1:8080/x", False),
        ("", "https://10.1.1.1/x", False),
        ("", "https://2130706433/x", False),
        ("", "https://[::ffff:127.0.0.1]/x", False),
        ("hooks.example", "ftp://hooks.example/x", False),
    ],
)
def test_plain_http_reaches_only_what_is_allowed_by_name(allowed: str, url: str, *, taken: bool) -> None:
    if taken:
        Guard(allowed).check(URL(url))
    else:
        with pytest.raises(BadInput):
            Guard(allowed).check(URL(url))


class Names:
    """Answers of a name server that is another's: each time the next ones, the last ones for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def getaddrinfo(self, _host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        self.asked += 1
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Names]:
    def answering(*answers: list[str]) -> Names:
        found = Names(*answers)
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found.getaddrinfo)
        return found

    return answering


async def test_of_several_addresses_only_those_are_used_that_may_be_reached(names: Callable[..., Names]) -> None:
    names(["127.0.0.1", "8.8.8.8", "10.0.0.1"])
    assert [address for _, address in await Guard().resolve("mixed.example", 443)] == ["8.8.8.8"]
    names(["127.0.0.1", "10.0.0.1"])
    with pytest.raises(BadInput):
        await Guard().resolve("inside.example", 443)


async def test_a_connection_goes_to_the_very_address_that_was_checked(names: Callable[..., Names]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        asked = names(["127.0.0.1"], ["169.254.169.254"])
        with await Guard("127.0.0.0/8").connect("changing.example", server.getsockname()[1]) as connected:
            assert connected.getpeername() == server.getsockname()
    assert asked.asked == 1


async def test_a_session_looks_a_name_up_once_and_connects_to_that(names: Callable[..., Names]) -> None:
    async def fine(_request: web.Request) -> web.Response:
        return web.Response(text="fine")

    async with listening([web.get("/", fine)]) as address, guarded_session(Guard("changing.example")) as session:
        asked = names(["127.0.0.1"], ["169.254.169.254"])
        async with session.get(address.replace("127.0.0.1", "changing.example")) as answer:
            assert await answer.text() == "fine"
    assert asked.asked == 1


async def test_a_session_goes_to_no_name_of_this_machine(names: Callable[..., Names]) -> None:
    names(["127.0.0.1"])
    async with guarded_session(Guard()) as session:
        with pytest.raises(BadInput, match="not on the public internet"):
            await session.get("https://inside.example")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "127.1"])
async def test_a_session_does_not_reach_this_machine(host: str) -> None:
    asked: list[str] = []

    async def note(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    async with listening([web.get("/", note)]) as address, guarded_session(Guard()) as session:
        with pytest.raises(BadInput):
            await session.get(address.replace("http://127.0.0.1", f"https://{host}"))
    assert asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    asked: list[str] = []

    async def away(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "/inside"})

    routes = [web.route("*", "/{any:.*}", away)]
    async with listening(routes) as address, guarded_session(Guard("127.0.0.0/8")) as session:
        with pytest.raises(Undelivered, match=f"HTTP {status}: it leads elsewhere") as refused:
            await session.post(address + "/first")
    assert asked == ["/first"]
    assert not refused.value.retry


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fine(_request: web.Request) -> web.Response:
        return web.Response(text="fine")

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with (
        listening([web.get("/", fine)]) as address,
        guarded_session(Guard("127.0.0.0/8")) as session,
        session.get(address) as answer,
    ):
        assert answer.status == 200


async def test_a_session_keeps_no_cookies() -> None:
    sent: list[Any] = []

    async def baking(request: web.Request) -> web.Response:
        sent.append(dict(request.cookies))
        return web.Response(headers={"Set-Cookie": "who=you"})

    async with listening([web.get("/", baking)]) as address, guarded_session(Guard("127.0.0.0/8")) as session:
        for _ in range(2):
            async with session.get(address):
                pass
    assert sent == [{}, {}]
