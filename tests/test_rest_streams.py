"""Events and files come piece by piece, bounded in size and in silence."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from dashgraph.domain.problems import NotFound, SourceFailed, SourceUnavailable
from dashgraph.sources.rest.events import Event, events
from upstream import Upstream, asking, said

STREAM = (
    b"\xef\xbb\xbf: hello\n\nevent: metadata\ndata: {\"name\": \"Sales\"}\n\n"
    b"id: 7\r\nretry: 10\r\ndata: one\r\ndata:two\r\n\r\nevent: empty\n\nevent: complete\rdata\r\r"
    b"event: never\ndata: ended too early\n"
)  # fmt: skip
EVENTS = [Event("metadata", '{"name": "Sales"}'), Event("message", "one\ntwo"), Event("complete", "")]


async def pieces(text: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    edges = [0, *sorted(cuts), len(text)]
    for start, end in itertools.pairwise(edges):
        yield text[start:end]


@settings(max_examples=100)
@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
async def test_events_are_the_same_however_the_bytes_are_cut(cuts: list[int]) -> None:
    assert [event async for event in events(pieces(STREAM, cuts), source="finance", largest=1000)] == EVENTS


@pytest.mark.parametrize("text", [b"data: " + b"x" * 2000, b"data: x\n" * 600 + b"\n", b"event: " + b"x" * 2000])
async def test_an_event_that_is_too_large_ends_the_stream(text: bytes) -> None:
    with pytest.raises(SourceFailed, match="an event of more than 1 kB"):
        [_ async for _ in events(pieces(text, [50]), source="finance", largest=1024)]


class Streamer(Upstream):
    """Sends these pieces, and then waits until it may end."""

    def __init__(self, *sent: bytes, is_kept_open: bool = False) -> None:
        super().__init__(answering=self.stream)
        self.sent = sent
        self.end = asyncio.Event()
        if not is_kept_open:
            self.end.set()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for one in self.sent:
            await response.write(one)
        await self.end.wait()
        return response


async def test_events_arrive_while_the_stream_is_open_and_hold_no_place() -> None:
    streamer = Streamer(STREAM, is_kept_open=True)

    async with asking(streamer, concurrency=1) as rest, rest.stream("/tiles", [("layout", "sm")]) as found:
        first = await anext(found)
        streamer.answering = lambda _request: asyncio.sleep(0, said({"is": "free"}))
        assert (await rest.get("/x")).json() == {"is": "free"}
        streamer.end.set()
        others = [event async for event in found]

    assert [first, *others] == EVENTS
    assert streamer.seen[0].headers["Accept"] == "text/event-stream"


async def test_a_stream_that_falls_silent_ends_in_a_problem() -> None:
    streamer = Streamer(b"data: 1\n\n", is_kept_open=True)

    async with asking(streamer) as rest, rest.stream("/tiles", silence=0.05) as found:
        assert (await anext(found)).text == "1"
        with pytest.raises(SourceUnavailable, match=r"fell silent for 0\.05 s"):
            await anext(found)
        streamer.end.set()


async def test_what_is_no_stream_is_told_before_the_first_event() -> None:
    async with asking(Upstream(lambda: said({}, 404))) as rest:
        with pytest.raises(NotFound):
            async with rest.stream("/tiles"):
                pass
    async with asking(Upstream(lambda: said({}))) as rest:
        with pytest.raises(SourceFailed, match="which is no stream"):
            async with rest.stream("/tiles"):
                pass


async def test_a_file_comes_in_pieces_up_to_its_bound() -> None:
    file = bytes(range(256)) * 4000
    upstream = Upstream(lambda: web.Response(body=file, content_type="application/zip"))

    async with asking(upstream) as rest:
        assert b"".join([piece async for piece in rest.download("/export")]) == file
        with pytest.raises(SourceFailed, match=r"more than 0\.5 MB"):
            [_ async for _ in rest.download("/export", largest=512 * 1024)]
        async with aclosing(rest.download("/export")) as some:
            await anext(some)
        assert b"".join([piece async for piece in rest.download("/export")]) == file

    assert len(upstream.calls) <= 4


async def test_a_file_that_lies_elsewhere_is_fetched_without_credentials_and_only_when_asked() -> None:
    storage = Upstream(lambda: web.Response(body=b"file"))
    async with storage.serving() as place:
        location = {"Location": f"{place}/file?signature=canary%2F1%2B"}
        upstream = Upstream(lambda: web.Response(status=302, headers=location))
        async with asking(upstream) as rest:
            pieces = [piece async for piece in rest.download("/export", elsewhere=True)]
            with pytest.raises(SourceFailed, match="leads away") as raised:
                [_ async for _ in rest.download("/export")]

    assert pieces == [b"file"]
    assert "canary" not in raised.value.message
    assert storage.lines == ["GET /file?signature=canary%2F1%2B"]
    assert "Authorization" not in storage.seen[0].headers


@pytest.mark.parametrize("to", ["/relative", "ftp://x.example/", "file:///etc/passwd", "http://[", ""])
async def test_only_an_address_elsewhere_is_followed(to: str) -> None:
    upstream = Upstream(lambda: web.Response(status=302, headers={"Location": to}))

    async with asking(upstream) as rest:
        with pytest.raises(SourceFailed, match="leads away"):
            [_ async for _ in rest.download("/export", elsewhere=True)]


async def test_no_second_redirect_is_followed() -> None:
    storage = Upstream(lambda: web.Response(status=302, headers={"Location": "https://third.example/"}))
    async with storage.serving() as place:
        upstream = Upstream(lambda: web.Response(status=302, headers={"Location": f"{place}/file"}))
        async with asking(upstream) as rest:
            with pytest.raises(SourceFailed, match=r"third\.example"):
                [_ async for _ in rest.download("/export", elsewhere=True)]
