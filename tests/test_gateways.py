"""dashgraph as a subgraph beside another one: composed, and asked through the gateways of Apollo and of The Guild."""

import asyncio
import json
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from company import Company, global_id
from conftest import Stores
from dashgraph.domain.ids import Kind
from dashgraph.graph.schema import sdl
from npm import installed
from serving import Client, Service, served

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

SECONDS = 60  # for node to start and to compose
QUIET = {"METADATA_SERVER_DETECTION": "none", "OTEL_SDK_DISABLED": "true"}  # neither looks for a cloud around it
GATEWAYS = ("apollo", "hive")


@asynccontextmanager
async def node(folder: Path, *arguments: str, given: str = "") -> AsyncIterator[str]:
    """A program of this folder until the end of the block; what it said in its first line."""
    process = await asyncio.create_subprocess_exec(
        "node", *arguments, cwd=folder, env={**os.environ, **QUIET}, stdin=PIPE, stdout=PIPE, limit=2**24
    )
    try:
        yield await _first_line(process, given)
    finally:
        if process.returncode is None:
            process.kill()  # Hive Gateway takes its time over SIGTERM
        await process.wait()


async def _first_line(process: Process, given: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(SECONDS):
        process.stdin.write(given.encode())
        await process.stdin.drain()
        process.stdin.close()
        line = await process.stdout.readline()
    assert line, "it ended without a word"
    return line.decode().strip()


@dataclass(frozen=True)
class Composed:
    errors: list[str]
    hints: list[str]
    supergraph: str


@dataclass(frozen=True)
class Place:
    """Both subgraphs, what became of composing them, and the gateways over them by their names."""

    service: Service
    composed: dict[str, Composed]
    gateways: dict[str, Client]


@pytest.fixture(scope="module")
async def place(stores: Stores, request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    folder = installed(Path(__file__).parent / "gateways", request.config.cache)
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(served(await stores.fresh("empty")))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        company = Company(service.world.database)
        for name in ("ann", "ben"):
            await company.user(name)
        await company.dashboard("plan", "ann")
        await company.dashboard("secret", "ben")
        service = Service(service.world, service.client, service.client.holding(await service.token("ann@x.example")))
        written = [
            {"id": f"r{name}", "body": f"on {name}", "dashboard": board, "author": f"{author}@x.example"}
            for name, author in (("plan", "ben"), ("secret", "ann"))
            for board in [global_id(Kind.DASHBOARD, name)]
        ]
        reviews = await stack.enter_async_context(node(folder, "reviews.mjs", json.dumps(written)))
        addresses = (f"{service.client.address}/graphql", reviews)
        told = (await service.admin.ask("{ _service { sdl } }")).json["data"]["_service"]["sdl"]

        async def composed(composer: str, text: str) -> Composed:
            async with node(folder, "compose.mjs", composer, *addresses, given=text) as line:
                return Composed(**json.loads(line))

        found = await asyncio.gather(
            composed("apollo", told), composed("guild", told), composed("apollo", sdl(access=False))
        )
        full, guild, plain = found
        started = await asyncio.gather(
            stack.enter_async_context(node(folder, "apollo.mjs", given=plain.supergraph)),
            stack.enter_async_context(node(folder, "hive.mjs", given=guild.supergraph)),
        )
        gateways = {
            name: Client(session, address.removesuffix("/graphql").rstrip("/"))
            for name, address in zip(GATEWAYS, started, strict=True)
        }
        yield Place(service, {"apollo": full, "guild": guild, "plain": plain}, gateways)


def test_both_composers_take_the_schema_as_it_is(place: Place) -> None:
    for composed in place.composed.values():
        assert composed.errors == []
    assert place.composed["guild"].hints == place.composed["plain"].hints == []
    # Of interfaces whose types demand different scopes: who asks by the interface needs them all at such a gateway.
    assert [hint.split(":")[0] for hint in place.composed["apollo"].hints] == [
        "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
    ] * 2
    supergraph = place.composed["apollo"].supergraph
    for stays in ('@requiresScopes(scopes: [["users:read"]])', '@tag(name: "write")', "@authenticated"):
        assert stays in supergraph


ACROSS = """{ reviews { edges { node { body dashboard { title owner { displayName karma reviews { body } } }
    author { displayName karma } } } pageInfo { hasNextPage } } }"""
SECRET = ["reviews", "edges", 1, "node", "dashboard", "title"]
BACK = "{ dashboards { edges { node { title reviews { body author { displayName } } } } } }"


@pytest.mark.parametrize("gateway", GATEWAYS)
async def test_a_query_goes_across_both_subgraphs_and_back(place: Place, gateway: str) -> None:
    ann = place.gateways[gateway].holding(await place.service.token("ann@x.example"))

    across, back = (await ann.ask(ACROSS)).json, (await ann.ask(BACK)).json

    owner = {"displayName": "ann", "karma": 1, "reviews": [{"body": "on secret"}]}
    plan = {"title": "plan", "owner": owner}
    bodies = [edge["node"] for edge in across["data"]["reviews"]["edges"]]
    assert bodies == [
        {"body": "on plan", "dashboard": plan, "author": {"displayName": "ben", "karma": 1}},
        {"body": "on secret", "dashboard": None, "author": {"displayName": "ann", "karma": 1}},
    ]
    # Hive Gateway says of what is hidden that it has no title; Apollo's gateway says nothing.
    assert [error["path"] for error in across.get("errors", ())] == [SECRET] * (gateway == "hive"), across
    review = {"body": "on plan", "author": {"displayName": "ben"}}
    assert back == {"data": {"dashboards": {"edges": [{"node": {"title": "plan", "reviews": [review]}}]}}}


@pytest.mark.parametrize("gateway", GATEWAYS)
async def test_a_gateway_gives_nobody_more_than_their_own_token_does(place: Place, gateway: str) -> None:
    nobody = place.gateways[gateway]
    narrow = nobody.holding(await place.service.token("ann@x.example", scopes=["users:read"]))
    query = "{ reviews { edges { node { body dashboard { title } author { displayName } } } } }"

    unknown, refused = (await nobody.ask(query)).json, (await narrow.ask(query)).json

    assert [edge["node"]["body"] for edge in unknown["data"]["reviews"]["edges"]] == ["on plan", "on secret"]
    assert [edge["node"]["author"] for edge in unknown["data"]["reviews"]["edges"]] != [{"displayName": "ben"}] * 2
    assert {error["extensions"]["code"] for error in unknown["errors"]} == {"UNAUTHENTICATED"}
    authors = [edge["node"]["author"] for edge in refused["data"]["reviews"]["edges"]]
    assert authors == [{"displayName": "ben"}, {"displayName": "ann"}]
    assert {error["extensions"]["code"] for error in refused["errors"]} == {"FORBIDDEN"}
