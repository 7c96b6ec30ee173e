"""GraphQL over server-sent events, as its protocol says."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from company import global_id
from conftest import Stores
from dashgraph.domain.ids import Kind
from dashgraph.services.identity import REFUSED
from serving import PLAIN_JSON, RESPONSE_JSON, Reply
from sockets import SECONDS
from workshop import Floor, job_id, working

# What is on the wire does not depend on the database.
pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

EVENTS = "text/event-stream"
FOLLOW = "subscription($id: ID!) { jobUpdated(id: $id) { status progress { done } } }"
NAME = "{ viewer { user { displayName } } }"
ASKER = {"data": {"viewer": {"user": {"displayName": "asker"}}}}


@pytest.fixture(scope="module")
async def floor(stores: Stores) -> AsyncIterator[Floor]:
    async with working(stores) as found:
        yield found


@dataclass
class Events:
    """An event stream, read block by block."""

    answer: aiohttp.ClientResponse

    async def block(self) -> str:
        """The next event, or a comment, as it is sent; empty at the end."""
        async with asyncio.timeout(SECONDS):
            found = b""
            while not found.endswith(b"\n\n") and (line := await self.answer.content.readline()):
                found += line
        return found.decode().removesuffix("\n\n")

    async def next(self) -> dict[str, Any]:
        name, _, data = (await self.block()).partition("\n")
        assert (name, data[:6]) == ("event: next", "data: ")
        found: dict[str, Any] = json.loads(data[6:])
        return found

    async def job(self) -> tuple[str, int]:
        job = (await self.next())["data"]["jobUpdated"]
        return job["status"], job["progress"]["done"]

    async def completed(self) -> None:
        assert await self.block() == "event: complete\ndata: "
        assert await self.block() == ""


@asynccontextmanager
async def streamed(
    floor: Floor, query: str, *, accept: str = EVENTS, token: str | None = None, **variables: Any
) -> AsyncIterator[Events]:
    headers = {"Authorization": f"Bearer {token or floor.token}", "Accept": accept}
    body = {"query": query, "variables": variables}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{floor.address}/graphql", json=body, headers=headers) as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Content-Type"] == f"{EVENTS}; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        yield Events(answer)


async def posted(floor: Floor, query: str, accept: str, **more: Any) -> Reply:
    return await floor.service.client.holding(floor.token).post({"query": query, **more}, accept=accept)


async def test_a_subscription_comes_as_events_until_it_completes(floor: Floor) -> None:
    name = await floor.job()

    async with streamed(floor, FOLLOW, id=job_id(name)) as events:
        assert await events.job() == ("QUEUED", 0)
        await floor.workshop.change(name, status="running", done=1)
        assert await events.job() == ("RUNNING", 1)
        await floor.workshop.change(name, status="failed")
        assert await events.job() == ("FAILED", 1)
        await events.completed()
    assert floor.nobody_watches()


async def test_a_query_comes_as_one_event(floor: Floor) -> None:
    async with streamed(floor, NAME) as events:
        assert await events.next() == ASKER
        await events.completed()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "BAD_USER_INPUT"),
        ('subscription { jobUpdated(id: "zzz") { id } }', "BAD_ID"),
    ],
)
async def test_what_is_wrong_with_an_operation_is_an_event_too(floor: Floor, query: str, code: str) -> None:
    async with streamed(floor, query) as events:
        refused = await events.next()
        await events.completed()

    assert list(refused) == ["errors"]
    assert [error["extensions"]["code"] for error in refused["errors"]] == [code]


@pytest.mark.parametrize(
    ("accept", "as_events"),
    [
        (EVENTS, {"query", "subscription"}),
        (f"{EVENTS}, */*", {"subscription"}),
        (f"{RESPONSE_JSON}, {PLAIN_JSON}, {EVENTS}", {"subscription"}),
        (f"{PLAIN_JSON}, {EVENTS};q=0.1", {"subscription"}),
        (f"{PLAIN_JSON}, {EVENTS};q=0", set()),
        (PLAIN_JSON, set()),
        (RESPONSE_JSON, set()),
        ("*/*", set()),
        ("text/*", None),
        ("text/html", None),
    ],
)
async def test_a_subscription_comes_as_events_where_they_are_accepted_and_a_query_where_nothing_else_is(
    floor: Floor, accept: str, as_events: set[str] | None
) -> None:
    subscription = f'subscription {{ jobUpdated(id: "{job_id("none")}") {{ id }} }}'
    replies = {
        "query": await posted(floor, NAME, accept),
        "subscription": await posted(floor, subscription, accept),
    }

    for kind, reply in replies.items():
        found = reply.headers["Content-Type"].split(";")[0]
        if as_events is None:
            assert (reply.status, found, reply.codes) == (406, PLAIN_JSON, ["BAD_REQUEST"])
        elif kind in as_events:
            assert (reply.status, found) == (200, EVENTS)
        elif kind == "query":
            assert (reply.status, reply.json) == (200, ASKER)
        else:
            assert reply.status == (400 if accept == RESPONSE_JSON else 200)
            assert reply.json["errors"][0]["message"] == (
                "A subscription is answered over a WebSocket, or as events: send Accept: text/event-stream."
            )


async def test_a_subscription_by_get_is_refused(floor: Floor) -> None:
    client = floor.service.client.holding(floor.token)
    query = "subscription { jobUpdated(id: 1) { id } }"

    reply = await client.send("GET", "/graphql", params={"query": query}, headers={"accept": f"{EVENTS}, */*"})
    only_events = await client.send("GET", "/graphql", params={"query": query}, headers={"accept": EVENTS})

    assert (reply.status, reply.headers["Allow"], reply.codes) == (405, "POST", ["BAD_USER_INPUT"])
    assert (only_events.status, only_events.codes) == (406, ["BAD_REQUEST"])


async def test_who_is_nobody_is_refused_as_elsewhere(floor: Floor) -> None:
    client = floor.service.client
    nobody = await client.post({"query": NAME}, accept=EVENTS)
    wrong = await client.holding("dg_wrong").post({"query": NAME}, accept=EVENTS)
    form = await client.holding(floor.token).post({"query": NAME}, accept=EVENTS, content_type="text/plain")
    empty = await client.holding(floor.token).post({}, accept=EVENTS)

    for reply, status, code in ((nobody, 401, "UNAUTHENTICATED"), (wrong, 401, "UNAUTHENTICATED")):
        assert (reply.status, reply.codes) == (status, [code])
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert (form.status, form.codes) == (415, ["BAD_REQUEST"])
    assert (empty.status, empty.codes) == (400, ["BAD_REQUEST"])


async def test_a_token_that_is_revoked_ends_the_stream_with_an_error(floor: Floor) -> None:
    name = await floor.job()
    issued = await floor.service.world.identity.create_token("asker@x.example", name="short")

    async with streamed(floor, FOLLOW, token=issued.text, id=job_id(name)) as events:
        await events.job()
        await floor.service.world.identity.revoke(issued.id)
        await floor.workshop.change(name, done=1)
        ended = await events.next()
        await events.completed()

    assert [error["extensions"] for error in ended["errors"]] == [{"code": "UNAUTHENTICATED"}]


async def test_a_stream_without_news_shows_that_it_lives(stores: Stores) -> None:
    async with working(stores, live_ping_seconds=0.05) as floor:
        name = await floor.job()
        async with streamed(floor, FOLLOW, id=job_id(name)) as events:
            await events.job()
            assert [await events.block() for _ in range(3)] == [":"] * 3
            await floor.workshop.change(name, status="succeeded")
            while (block := await events.block()) == ":":
                pass
            assert block.startswith("event: next\n")
            await events.completed()


async def gone(floor: Floor, logged: list[Any]) -> None:
    """Wait until a request to the graph has ended."""
    async with asyncio.timeout(SECONDS):
        while not [line for line in logged if line.get("path") == "/graphql"]:
            assert (await floor.service.client.send("GET", "/healthz")).status == 200


async def test_a_client_that_goes_leaves_nothing_behind(stores: Stores) -> None:
    async with working(stores, live_ping_seconds=0.05) as floor:
        with capture_logs() as logged:
            async with streamed(floor, FOLLOW, id=job_id(await floor.job())) as events:
                await events.job()
                assert not floor.nobody_watches()
            await gone(floor, logged)

        assert floor.nobody_watches()
        assert {line["event"] for line in logged} == {"request"}


async def test_a_client_that_reads_nothing_is_let_go(stores: Stores) -> None:
    large = "{" + " ".join(f"a{number}: __schema {{ ...All }}" for number in range(30)) + "}"
    large += " fragment All on __Schema { types { name description fields { name description } } }"
    async with working(stores, live_send_seconds=0.2) as floor:
        with capture_logs() as logged:
            async with streamed(floor, large) as events:
                connection = events.answer.connection
                assert connection is not None
                assert connection.transport is not None
                connection.transport.pause_reading()
                await gone(floor, logged)
                connection.transport.abort()


async def test_a_server_that_stops_cuts_the_stream_short(stores: Stores) -> None:
    async with working(stores, shutdown_seconds=60) as floor:
        stream = streamed(floor, FOLLOW, id=job_id(await floor.job()))
        events = await stream.__aenter__()
        await events.job()
    assert await events.block() == "", "no complete: whoever follows asks again"
    await stream.__aexit__(None, None, None)


async def test_a_stream_ends_within_seconds_when_its_token_is_revoked(floor: Floor) -> None:
    """Also when nothing happens."""
    issued = await floor.service.world.identity.create_token("asker@x.example", name="short")

    async with streamed(floor, FOLLOW, token=issued.text, id=job_id(await floor.job())) as events:
        await events.job()
        await floor.service.world.identity.revoke(issued.id)
        assert await events.next() == {"errors": [{"message": REFUSED, "extensions": {"code": "UNAUTHENTICATED"}}]}
        await events.completed()


async def test_the_feed_of_operations_goes_on_where_a_stream_broke_off(floor: Floor) -> None:
    follow = "subscription($after: String) { operations(after: $after) { cursor operation { kind } } }"
    name = 'mutation { updateUser(input: { userId: "%s", firstName: "%s" }) { errors { code } } }'
    me = global_id(Kind.USER, "asker")

    async with streamed(floor, follow) as events:
        begun = (await events.next())["data"]["operations"]
    for first_name in ("Ada", "Eve"):
        assert (await posted(floor, name % (me, first_name), PLAIN_JSON)).codes == []
    async with streamed(floor, follow, after=begun["cursor"]) as events:
        first, second = [(await events.next())["data"]["operations"] for _ in range(2)]
    async with streamed(floor, follow, after=first["cursor"]) as events:
        again = (await events.next())["data"]["operations"]

    assert begun["operation"] is None
    assert (first["operation"], again) == ({"kind": "updateUser"}, second)


async def test_streams_are_bounded_together_with_websockets(stores: Stores) -> None:
    async with working(stores, live_connections=1) as floor:
        name = await floor.job()
        async with streamed(floor, FOLLOW, id=job_id(name)) as events:
            await events.job()
            refused = await posted(floor, NAME, EVENTS)
            as_json = await posted(floor, NAME, f"{PLAIN_JSON}, {EVENTS}")
            await floor.workshop.change(name, status="succeeded")
            await events.job()
            await events.completed()
        accepted = await posted(floor, NAME, EVENTS)

    assert (refused.status, refused.codes, refused.headers["Retry-After"]) == (503, ["TOO_MUCH"], "5")
    assert (as_json.status, accepted.status) == (200, 200)


async def test_streams_of_one_token_are_bounded(stores: Stores) -> None:
    for limit in ("live_token_connections", "live_token_operations"):
        async with working(stores, **{limit: 1}) as floor:
            other = await floor.service.token()
            async with streamed(floor, FOLLOW, id=job_id(await floor.job())) as events:
                await events.job()
                refused = await posted(floor, NAME, EVENTS)
                accepted = await floor.service.client.holding(other).post({"query": NAME}, accept=EVENTS)
        assert (refused.status, refused.codes, refused.headers["Retry-After"]) == (429, ["TOO_MUCH"], "5")
        assert accepted.status == 200
