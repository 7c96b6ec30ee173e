"""Attacks on a server in production, and what each of them gets for an answer."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import hdrs

from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.services.identity import REFUSED as NOBODY
from dashgraph.store.demo import ADMIN_EMAIL
from serving import INSIDES, PLAIN_JSON, RESPONSE_JSON, Client, Reply, Serving
from sockets import Socket, connected
from test_issuer import FakeIssuer

LIVE = 40  # WebSockets and event streams at a time
SETTINGS = {
    "DASHGRAPH_PRODUCTION": "true",
    "DASHGRAPH_BODY_SECONDS": "0.5",
    "DASHGRAPH_LIVE_CONNECTIONS": str(LIVE),
    "DASHGRAPH_LIVE_INIT_SECONDS": "3",
    "DASHGRAPH_OIDC_AUDIENCE": "dashgraph",
    "DASHGRAPH_OIDC_SKEW_SECONDS": "0",
    "DASHGRAPH_LOG_FORMAT": "json",
}
NAME = "{ viewer { user { displayName } } }"
ALL = "query($scope: Scope!) { dashboards(scope: $scope, first: 100) { edges { node { id } } } }"
PAGE = "{ dashboards(first: 5) { edges { node { title owner { displayName } } } } }"
RENAME = 'mutation { updateDashboard(input: {dashboardId: "x", title: "x"}) { errors { code } } }'


@dataclass(frozen=True)
class Target:
    """A server in production, and who attacks it: nobody, or somebody with a token."""

    server: Serving
    issuer: FakeIssuer
    nobody: Client
    somebody: Client

    async def post(self, query: str, **variables: Any) -> Reply:
        return await self.somebody.post({"query": query, "variables": variables}, accept=RESPONSE_JSON)


@dataclass(frozen=True)
class Told:
    """What an attacker is told: a status or a close code, the code of the error, and a part of its sentence."""

    status: int
    code: str
    sentence: str


def told(reply: Reply) -> Told:
    assert not INSIDES.search(reply.text)
    error = reply.json["errors"][0]
    return Told(reply.status, error["extensions"]["code"], error["message"])


Attack = Callable[[Target], Awaitable[Told]]


def asking(query: str) -> Attack:
    async def attack(target: Target) -> Told:
        return told(await target.post(query))

    return attack


async def large_variables(target: Target) -> Told:
    return told(await target.somebody.post(b'{"query": "{ a }", "variables": {"v": "' + b"x" * 20_000_000 + b'"}}'))


async def batch(target: Target) -> Told:
    return told(await target.somebody.post([{"query": NAME}] * 1000))


async def batched_logins(target: Target) -> Told:
    return told(await target.nobody.post([{"username": "nora", "password": str(n)} for n in range(1000)], "/login"))


async def many_logins(target: Target) -> Told:
    replies = await asyncio.gather(*(target.nobody.login("nora", f"guess {number}") for number in range(30)))
    assert {reply.status for reply in replies} <= {401, 429}
    assert len({reply.text for reply in replies if reply.status == 401}) <= 1, "always the same words"
    return told(replies[-1])


async def mutation_by_get(target: Target) -> Told:
    return told(await target.somebody.send("GET", "/graphql", params={"query": RENAME}))


async def simple_mutation(target: Target) -> Told:
    """What the form of another site's page can send without asking."""
    return told(await target.somebody.post({"query": RENAME}, content_type="text/plain"))


async def token_in_url(target: Target) -> Told:
    token = target.server.token
    names = ("token", "access_token", "authorization")
    return told(await target.nobody.send("GET", "/graphql", params={"query": NAME, **dict.fromkeys(names, token)}))


async def slow_bodies(target: Target) -> Told:
    async def trickle() -> AsyncIterator[bytes]:
        yield b'{"query": "'
        await asyncio.Event().wait()

    headers = {hdrs.CONTENT_TYPE: PLAIN_JSON}
    posts = (target.somebody.send("POST", "/graphql", data=trickle(), headers=headers) for _ in range(50))
    answers = [told(reply) for reply in await asyncio.gather(*posts)]
    assert set(answers) == {answers[0]}
    return answers[0]


async def foreign_page(target: Target) -> Told:
    async with connected(target.server.address, headers={hdrs.ORIGIN: "https://evil.example"}) as socket:
        return await closing(socket)


async def silent_socket(target: Target) -> Told:
    async with connected(target.server.address) as socket:
        return await closing(socket)


async def large_message(target: Target) -> Told:
    async with connected(target.server.address) as socket:
        await socket.send("x" * 2_000_000)
        return await closing(socket)


async def many_operations(target: Target) -> Told:
    async with connected(target.server.address) as socket:
        await socket.greet(target.server.token)
        waiting = "subscription($id: ID!) { dashboardTiles(dashboardId: $id) { __typename } }"
        for number in range(1000):
            await socket.subscribe(str(number), PAGE if number % 2 else waiting, id="x")
        while (message := await socket.receive())["type"] != "error" or "TOO_MUCH" not in json.dumps(message):
            pass
        error = message["payload"][0]
        return Told(0, error["extensions"]["code"], error["message"])


async def many_sockets(target: Target) -> Told:
    async with AsyncExitStack() as stack:
        try:
            for _ in range(LIVE + 1):
                socket = await stack.enter_async_context(connected(target.server.address))
                await socket.greet(target.server.token)
        except aiohttp.WSServerHandshakeError as refused:
            return Told(refused.status, "", "")
    return Told(101, "", "")


async def closing(socket: Socket) -> Told:
    code, reason = await socket.closed()
    return Told(code or 0, "", reason)


def encoded(text: str) -> str:
    return ResourceId("local", Kind.DASHBOARD, text).encode()


async def forged_ids(target: Target) -> Told:
    """What is hidden, what is absent and what is made up look the same."""
    everything, mine = [
        {edge["node"]["id"] for edge in (await target.post(ALL, scope=scope)).json["data"]["dashboards"]["edges"]}
        for scope in ("ALL", "VISIBLE")
    ]
    ids = [*sorted(everything - mine)[:1], *map(encoded, ("1", "' OR '1'='1", "../x", "%"))]
    answers = [await target.post("query($id: ID!) { dashboard(id: $id) { title } }", id=one) for one in ids]
    assert len({answer.text for answer in answers}) == 1
    assert len(ids) == 5
    return told(answers[0])


async def replayed_jwt(target: Target) -> Told:
    """A good token, sent again and again: nothing but its end stops that."""
    token = target.issuer.token(email=ADMIN_EMAIL, exp=int(time.time()) + 2)
    reply = await target.nobody.holding(token).ask(NAME)
    assert reply.status == 200
    while reply.status == 200:
        reply = await target.nobody.holding(token).ask(NAME)
    return told(reply)


async def foreign_jwt(target: Target) -> Told:
    """A good token of the same issuer that was given to another service."""
    return told(await target.nobody.holding(target.issuer.token(email=ADMIN_EMAIL, aud="elsewhere")).ask(NAME))


DEEP = (
    "{ viewer { user {" + " groups { edges { node { users { edges { node {" * 5 + " id " + "} } } } } }" * 5 + "} } }"
)
BOMB = (
    "{ folders { edges { node { ...A0 } } } }"
    + "".join(
        f"fragment A{n} on Folder {{ a: parent {{ ...A{n + 1} }} b: parent {{ ...A{n + 1} }} }}" for n in range(30)
    )
    + "fragment A30 on Folder { id }"
)
CIRCLE = "{ viewer { user { ...A } } } fragment A on User { ...B } fragment B on User { ...A }"
ALIASES = "{" + " ".join(f"a{number}: __typename" for number in range(10_000)) + "}"

PARSE, INVALID, INPUT, MUCH, BAD = (
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "BAD_USER_INPUT",
    "TOO_MUCH",
    "BAD_REQUEST",
)
REFUSED = Told(401, "UNAUTHENTICATED", NOBODY)
ATTACKS: dict[str, tuple[Attack, Told]] = {
    "deep nesting": (asking(DEEP), Told(400, MUCH, "The operation nests 33 fields deep; at most 25 are answered.")),
    "brackets without end": (
        asking("{a" * 3000 + "}" * 3000),
        Told(400, MUCH, "The query nests too deep to be read."),
    ),
    "10,000 aliases": (
        asking(ALIASES),
        Told(400, PARSE, "Syntax Error: Document contains more than 10000 tokens. Parsing aborted."),
    ),
    "3,000 aliases": (
        asking(ALIASES.partition(" a3000:")[0] + "}"),
        Told(400, MUCH, "The operation has 3000 aliases; at most 200 are answered."),
    ),
    "directive bomb": (
        asking("{ __typename" + " @skip(if: false)" * 1000 + "}"),
        Told(400, MUCH, "The operation has 1000 directives; at most 100 are answered."),
    ),
    "fragment bomb": (asking(BOMB), Told(400, MUCH, "The operation nests 34 fields deep; at most 25 are answered.")),
    "1,400 equal fields": (
        asking("{" + " viewer { user { id } }" * 1400 + "}"),
        Told(400, MUCH, "Too many fields are asked for under the same name to find out whether they fit together."),
    ),
    "100 errors after 9,000 lines": (
        asking("\n" * 9000 + "{ viewer {" + " ".join(f"x{number}" for number in range(100)) + "} }"),
        Told(400, INVALID, "Cannot query field 'x0' on type 'Viewer'."),
    ),
    "circular fragments": (asking(CIRCLE), Told(400, INVALID, "Cannot spread fragment 'A' within itself via 'B'.")),
    "20 MB of variables": (large_variables, Told(413, MUCH, "The request is larger than 1024 kilobytes.")),
    "1,000 operations in one request": (
        batch,
        Told(400, BAD, "The body is not a JSON object: send each operation by itself."),
    ),
    "1,000 logins in one request": (batched_logins, Told(400, BAD, "The body is not a JSON object.")),
    "30 logins at once": (many_logins, Told(429, "RATE_LIMITED", "Too many failed tries; wait 30 s before the next.")),
    "a mutation by GET": (mutation_by_get, Told(405, INPUT, "Only queries may come by GET; send this by POST.")),
    "a mutation as text/plain": (
        simple_mutation,
        Told(415, BAD, "Send JSON in UTF-8, with Content-Type: application/json."),
    ),
    "a token in the URL": (token_in_url, REFUSED),
    "a WebSocket of another site's page": (
        foreign_page,
        Told(4403, "", "Forbidden: pages of this origin may not connect"),
    ),
    "forged global ids": (
        forged_ids,
        Told(200, "NOT_FOUND", "There is no dashboard with this id, or it is hidden from you."),
    ),
    "a JWT after its end": (replayed_jwt, REFUSED),
    "a JWT of another service": (foreign_jwt, REFUSED),
    "introspection in production": (
        asking("{ __schema { types { name } } }"),
        Told(
            400,
            INVALID,
            "GraphQL introspection has been disabled, but the requested query contained the field '__schema'.",
        ),
    ),
    "suggestions in production": (
        asking("{ dashbords { totalCount } }"),
        Told(400, INVALID, "Cannot query field 'dashbords' on type 'Query'."),
    ),
    "slow bodies": (slow_bodies, Told(408, BAD, "The body did not arrive within 0.5 seconds.")),
    "a WebSocket that says nothing": (silent_socket, Told(4408, "", "Connection initialisation timeout")),
    "a message of 2 MB": (large_message, Told(1009, "", "")),
    "1,000 operations on a WebSocket": (
        many_operations,
        Told(0, MUCH, "50 operations run on this connection; complete one of them first."),
    ),
    "more WebSockets than there may be": (many_sockets, Told(503, "", "")),
}
