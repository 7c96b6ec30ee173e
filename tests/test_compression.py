"""Answers are compressed for who takes that, with what they like best; what should not be compressed never is."""

import gzip
import json
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import brotli
import pytest
from aiohttp import hdrs
from multidict import CIMultiDictProxy

from conftest import Stores
from dashgraph.app import compression
from dashgraph.app.server import GRAPHIQL
from dashgraph.app.settings import load
from dashgraph.domain.problems import BadInput
from serving import PLAIN_JSON, Service, served

ON_SQLITE = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
PAGE = "https://bi.example.com"
ALL = "gzip, deflate, br, zstd"  # as browsers and aiohttp say it
SHORT = "{ viewer { user { displayName } } }"
LONG = "{ dashboards(first: 20) { edges { node { id title owner { displayName } } } } }"
CHANGE = """mutation { createFolder(input: {source: "local", name: "%s"}) { folder { name
    parent { id } owner { id displayName groups { edges { node { id name users(first: 50) {
    edges { node { id displayName email } } } } } } } } } }"""
EXPORT = """mutation($input: ExportDashboardsInput!) { exportDashboards(input: $input) { address errors { code } } }"""
UNPACKED: Mapping[str | None, Callable[[bytes], bytes]] = {
    "zstd": compression.zstd.decompress,
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    None: bytes,
}


@dataclass(frozen=True)
class Raw:
    """An answer as it came over the wire."""

    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def coding(self) -> str | None:
        return self.headers.get(hdrs.CONTENT_ENCODING)

    @property
    def json(self) -> Any:
        return json.loads(UNPACKED[self.coding](self.body))


class Wire:
    def __init__(self, service: Service, session: aiohttp.ClientSession, token: str) -> None:
        self._address = service.client.address
        self._session = session
        self._token = token

    async def send(self, method: str, path: str, accepted: str | None, body: object = None, **headers: str) -> Raw:
        """Who accepts None says nothing about it."""
        sent = {hdrs.AUTHORIZATION: f"Bearer {self._token}", **headers}
        if accepted is not None:
            sent[hdrs.ACCEPT_ENCODING] = accepted
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            sent[hdrs.CONTENT_TYPE] = PLAIN_JSON
        async with self._session.request(
            method, self._address + path, data=data, headers=sent, skip_auto_headers=[hdrs.ACCEPT_ENCODING]
        ) as answer:
            assert answer.status == 200
            raw = Raw(answer.headers, await answer.read())
        if hdrs.CONTENT_LENGTH in raw.headers:
            assert int(raw.headers[hdrs.CONTENT_LENGTH]) == len(raw.body)
        return raw

    async def ask(self, query: str, accepted: str | None = ALL, **headers: str) -> Raw:
        return await self.send("POST", "/graphql", accepted, {"query": query}, **headers)


@asynccontextmanager
async def wired(stores: Stores, **settings: Any) -> AsyncIterator[Wire]:
    async with (
        served(await stores.fresh("demo"), **settings) as service,
        aiohttp.ClientSession(auto_decompress=False) as session,
    ):
        yield Wire(service, session, await service.token())


@pytest.fixture(scope="module")
async def wire(stores: Stores) -> AsyncIterator[Wire]:
    async with wired(stores, batch_operations=3) as found:
        yield found


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("zstd", "zstd"),
        ("br", "br"),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        (ALL, "zstd"),
        ("gzip, deflate", "gzip"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("br;q=0.001,zstd;q=0", "br"),
        ("*", "zstd"),
        ("zstd;q=0, *;q=0.3", "br"),
        ("gzip, *;q=0", "gzip"),
        ("gzip, identity", "gzip"),
        ("gzip;q=0.1, identity;q=0", "gzip"),
        ("gzip;q=much;;,,=, \t", "gzip"),
        ("gzip;q=0.5, identity", None),
        ("gzip;q=0.5, identity;q=0.6, *;q=0", None),
        ("gzip;q=0, br;q=0.000", None),
        ("deflate, compress, snappy", None),
        ("identity;q=0", None),  # as it is, rather than not at all
        ("*;q=0", None),
        ("", None),
        (None, None),
    ],
)
@ON_SQLITE
async def test_the_client_says_with_what(wire: Wire, accepted: str | None, coding: str | None) -> None:
    found, plain = await wire.ask(LONG, accepted), await wire.ask(LONG, None)

    assert found.coding == coding
    assert found.json == plain.json
    assert found.headers[hdrs.VARY] == "Accept-Encoding"
    assert found.headers[hdrs.CONTENT_TYPE] == plain.headers[hdrs.CONTENT_TYPE]
    assert len(found.body) < len(plain.body) / 2 if coding else found.body == plain.body


@ON_SQLITE
async def test_what_is_small_is_left_as_it_is(wire: Wire) -> None:
    found = await wire.ask(SHORT)

    assert (found.coding, found.headers.get(hdrs.VARY)) == (None, None)
    assert found.json == {"data": {"viewer": {"user": {"displayName": "Nora Whitfield"}}}}


@ON_SQLITE
async def test_an_answer_by_get_and_a_list_of_answers_are_compressed(wire: Wire) -> None:
    by_get = await wire.send("GET", f"/graphql?query={LONG}", "br")
    listed = await wire.send("POST", "/graphql", "br", [{"query": LONG}] * 2)

    assert (by_get.coding, listed.coding) == ("br", "br")
    assert listed.json == [by_get.json] * 2


@ON_SQLITE
async def test_an_answer_to_a_mutation_is_not_compressed(wire: Wire) -> None:
    alone = await wire.ask(CHANGE % "alone")
    listed = await wire.send("POST", "/graphql", ALL, [{"query": LONG}, {"query": CHANGE % "one of several"}])

    for one in (alone, listed):
        assert (one.coding, one.headers.get(hdrs.VARY)) == (None, None)
        assert len(one.body) > 1024
    assert alone.json["data"]["createFolder"]["folder"]["name"] == "alone"


@ON_SQLITE
async def test_events_are_not_compressed(wire: Wire) -> None:
    found = await wire.ask(LONG, accept="text/event-stream")

    assert found.coding is None
    assert found.body.startswith(b"event: next\ndata: {")


@ON_SQLITE
async def test_what_is_large_is_compressed_beside_the_loop(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def noting(body: bytes) -> bytes:
        threads.append(threading.current_thread())
        return gzip.compress(body)

    monkeypatch.setitem(compression.CODINGS, "gzip", noting)
    small = await wire.ask(LONG, "gzip")
    monkeypatch.setattr(compression, "LARGE", len(gzip.decompress(small.body)))
    large = await wire.ask(LONG, "gzip")

    assert large.json == small.json
    assert [one is threading.main_thread() for one in threads] == [True, False]


@ON_SQLITE
async def test_an_exported_document_is_compressed(wire: Wire) -> None:
    listed = await wire.ask("{ dashboards(first: 1) { edges { node { id title } } } }")
    [edge] = listed.json["data"]["dashboards"]["edges"]
    variables = {"input": {"dashboardIds": [edge["node"]["id"]], "delivery": "ADDRESS"}}
    made = await wire.send("POST", "/graphql", ALL, {"query": EXPORT, "variables": variables})
    found = await wire.send("GET", made.json["data"]["exportDashboards"]["address"], ALL)

    assert (found.coding, found.headers[hdrs.VARY]) == ("zstd", "Accept-Encoding")
    assert found.headers[hdrs.CONTENT_DISPOSITION].endswith('.dash"')
    assert found.json["title"] == edge["node"]["title"]


@ON_SQLITE
async def test_pages_of_other_origins_are_told_of_with_it(stores: Stores) -> None:
    async with wired(stores, allowed_origins=PAGE, compression="gzip,br", compression_bytes=10) as wire:
        found = await wire.ask(SHORT, origin=PAGE)

    assert (found.coding, found.headers.getall(hdrs.VARY)) == ("gzip", ["Accept-Encoding, Origin"])


@ON_SQLITE
async def test_it_can_be_turned_off(stores: Stores) -> None:
    async with wired(stores, compression="") as wire:
        found = await wire.ask(LONG)

    assert (found.coding, found.headers.get(hdrs.VARY)) == (None, None)


@pytest.mark.parametrize("given", [{"compression": "deflate"}, {"compression": "zstd;br"}, {"compression_bytes": -1}])
def test_what_cannot_be_set_is_named(given: dict[str, Any]) -> None:
    [name] = given
    with pytest.raises(BadInput, match=f"DASHGRAPH_{name.upper()}"):
        load(**given)


@ON_SQLITE
async def test_the_files_of_graphiql_come_compressed(wire: Wire) -> None:
    files = {path.name: path.read_bytes() for path in (GRAPHIQL / "assets").iterdir()}
    large = {name: content for name, content in files.items() if not name.endswith(".gz") and len(content) >= 1024}
    name = next(name for name in large if name.endswith(".css"))
    packed, plain = [await wire.send("GET", f"/graphiql/assets/{name}", one) for one in (ALL, None)]

    assert {f"{name}.gz" for name in large} == {name for name in files if name.endswith(".gz")}
    assert [name for name, content in large.items() if gzip.decompress(files[f"{name}.gz"]) != content] == []
    assert (packed.coding, packed.body, plain.coding, plain.body) == ("gzip", files[f"{name}.gz"], None, files[name])
    for one in (packed, plain):
        assert one.headers[hdrs.VARY] == "Accept-Encoding"
        assert one.headers[hdrs.CONTENT_TYPE] == "text/css"
        assert one.headers[hdrs.CACHE_CONTROL].endswith("immutable")
