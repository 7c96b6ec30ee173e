"""GraphQL over WebSocket as its protocol says, told by a client that can do everything wrong."""

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from sqlalchemy import insert, update
from structlog.testing import capture_logs

from company import START, Company
from conftest import Stores
from dashgraph.graph.operation_events import write_place
from dashgraph.services.identity import REFUSED
from dashgraph.store.tables import operations, users
from serving import INSIDES, served
from sockets import PROTOCOL, SECONDS, connected
from test_server import unreachable
from workshop import Floor, job_id, working

# What is on the wire does not depend on the database.
pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

NAME = "{ viewer { user { displayName } } }"
NORA = {"data": {"viewer": {"user": {"displayName": "Nora Whitfield"}}}}
FOLLOW = "subscription($id: ID!) { jobUpdated(id: $id) { status progress { done } } }"
INIT = {"type": "connection_init", "payload": {}}


@pytest.fixture(scope="module")
async def floor(stores: Stores) -> AsyncIterator[Floor]:
    async with working(stores) as found:
        yield found


def next_of(one: str, **job: Any) -> dict[str, Any]:
    return {"id": one, "type": "next", "payload": {"data": {"jobUpdated": job}}}


async def test_a_subscription_tells_every_change_and_completes(floor: Floor) -> None:
    name = await floor.job()

    async with connected(floor.address) as socket:
        assert socket.ws.protocol == PROTOCOL
        await socket.greet(floor.token)
        await socket.subscribe("1", FOLLOW, id=job_id(name))
        assert await socket.receive() == next_of("1", status="QUEUED", progress={"done": 0})
        await floor.workshop.change(name, status="running", done=1)
        assert await socket.receive() == next_of("1", status="RUNNING", progress={"done": 1})
        await floor.workshop.change(name, status="succeeded")
        assert await socket.receive() == next_of("1", status="SUCCEEDED", progress={"done": 1})
        assert await socket.receive() == {"id": "1", "type": "complete"}
        for _ in range(2):  # under the same id
            assert await socket.ask(NAME) == {"data": {"viewer": {"user": {"displayName": "asker"}}}}


async def test_queries_and_mutations_come_over_it_too(floor: Floor) -> None:
    name = await floor.job()
    cancel = "mutation($input: CancelJobInput!) { cancelJob(input: $input) { job { status } errors { code } } }"

    async with connected(floor.address) as socket:
        await socket.greet(floor.token)
        await socket.subscribe("1", FOLLOW, id=job_id(name))
        await socket.receive()
        assert await socket.ask("query($n: Int) { dashboards(first: $n) { totalCount } }", n=1) == {
            "data": {"dashboards": {"totalCount": 0}}
        }
        await socket.subscribe("2", cancel, input={"jobId": job_id(name)})
        told = [await socket.receive() for _ in range(4)]

    done = {"data": {"cancelJob": {"job": {"status": "CANCELLED"}, "errors": []}}}
    of = {one: [message for message in told if message["id"] == one] for one in ("1", "2")}
    assert of["2"] == [{"id": "2", "type": "next", "payload": done}, {"id": "2", "type": "complete"}]
    assert of["1"] == [next_of("1", status="CANCELLED", progress={"done": 0}), {"id": "1", "type": "complete"}]


async def test_a_client_that_completes_hears_no_more_of_it_and_may_use_the_id_again(floor: Floor) -> None:
    name = await floor.job()

    async with connected(floor.address) as socket:
        await socket.greet(floor.token)
        await socket.subscribe("1", FOLLOW, id=job_id(name))
        await socket.receive()
        await socket.send({"id": "1", "type": "complete"})
        await socket.send({"id": "never begun", "type": "complete"})
        await socket.alive()
        assert floor.nobody_watches()
        await floor.workshop.change(name, done=7)
        await socket.subscribe("1", FOLLOW, id=job_id(name))
        assert await socket.receive() == next_of("1", status="QUEUED", progress={"done": 7})


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { jobUpdated { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription($id: ID!) { jobUpdated(id: $id) { id } }", "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", "BAD_USER_INPUT"),
        ("#" * 200_001, "TOO_MUCH"),
    ],
)
async def test_an_operation_that_cannot_be_is_an_error_and_the_connection_goes_on(
    floor: Floor, query: str, code: str
) -> None:
    async with connected(floor.address) as socket:
        await socket.greet(await floor.service.token())
        await socket.subscribe("1", query)
        refused = await socket.receive()
        assert (refused["id"], refused["type"]) == ("1", "error")
        assert [error["extensions"]["code"] for error in refused["payload"]] == [code]
        assert await socket.ask(NAME) == NORA


LATE = {"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}}
# What is sent after the connection was acknowledged; the code and the beginning of the reason it is closed with.
VIOLATIONS: dict[str, tuple[list[object], int, str]] = {
    "a second init": ([INIT], 4429, "Too many initialisation requests"),
    "no JSON": (["{"], 4400, "Invalid message: it is not JSON"),
    "a number that is none": (['{"type": "ping", "payload": {"a": NaN}}'], 4400, "Invalid message: it is not JSON"),
    "a hundred thousand brackets": (["[" * 100_000], 4400, "Invalid message: it is not JSON"),
    "a list": (["[]"], 4400, "Invalid message: it is not a JSON object"),
    "null": (["null"], 4400, "Invalid message: it is not a JSON object"),
    "a binary frame": ([b'{"type": "ping"}'], 4400, "Invalid message: messages are text"),
    "an unknown type": ([{"type": "start", "id": "1"}], 4400, "Invalid message: no such `type`"),
    "a type that is no text": ([{"type": ["ping"]}], 4400, "Invalid message: no such `type`"),
    "no type": ([{"id": "1"}], 4400, "Invalid message: no such `type`"),
    "a message of the server": ([{"id": "1", "type": "next", "payload": {}}], 4400, "Invalid message: no such `type`"),
    "a ping with a list": ([{"type": "ping", "payload": []}], 4400, "Invalid message: `payload`"),
    "a pong with a text": ([{"type": "pong", "payload": "x"}], 4400, "Invalid message: `payload`"),
    "no id": ([{"type": "subscribe", "payload": {"query": "{ a }"}}], 4400, "Invalid message: `id`"),
    "an empty id": ([{**LATE, "id": ""}], 4400, "Invalid message: `id`"),
    "an id that is a number": ([{**LATE, "id": 1}], 4400, "Invalid message: `id`"),
    "a complete without id": ([{"type": "complete"}], 4400, "Invalid message: `id`"),
    "no payload": ([{"id": "1", "type": "subscribe"}], 4400, "Invalid message: the `payload` of subscribe"),
    "no query": ([{**LATE, "payload": {}}], 4400, "Invalid message: `query` is missing"),
    "variables that are a list": (
        [{**LATE, "payload": {"query": "{ a }", "variables": []}}],
        4400,
        "Invalid message: `variables`",
    ),
    "too big": ([json.dumps({"type": "ping", "payload": {"x": "x" * 1_100_000}})], 1009, ""),
    "an id that is taken": (
        [{**LATE, "payload": {"query": FOLLOW, "variables": {"id": "JOB"}}}] * 2,
        4409,
        "Subscriber for 1 already exists",
    ),
    "a long id that is taken": (
        [{"id": "ö" * 200, "type": "subscribe", "payload": {"query": FOLLOW, "variables": {"id": "JOB"}}}] * 2,
        4409,
        "Subscriber for ööö",
    ),
}


@pytest.mark.parametrize(("messages", "code", "reason"), VIOLATIONS.values(), ids=VIOLATIONS)
async def test_who_breaks_the_protocol_is_shown_out(
    floor: Floor, messages: list[object], code: int, reason: str
) -> None:
    name = await floor.job()

    async with connected(floor.address) as socket:
        await socket.greet(floor.token)
        for message in messages:
            given = message if isinstance(message, str | bytes) else json.dumps(message)
            await socket.send(given.replace("JOB", job_id(name)) if isinstance(given, str) else given)
        found, why = await socket.closed()

    assert found == code
    assert why.startswith(reason)
    assert len(why.encode()) <= 123
    assert not INSIDES.search(why)
    assert floor.nobody_watches()


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (LATE, 4401),
        ({"type": "connection_init", "payload": []}, 4400),
        ({"type": "connection_init", "payload": {"token": "dg_wrong"}}, 4403),
        ({"type": "connection_init", "payload": {"token": 1}}, 4403),
        ({"type": "connection_init", "payload": {"authorization": "Basic bm9yYTp4"}}, 4403),
        (INIT, 4403),
        ({"type": "connection_init"}, 4403),
    ],
)
async def test_before_it_is_known_who_is_there_nothing_is_answered(floor: Floor, message: object, code: int) -> None:
    async with connected(floor.address) as socket:
        await socket.send(message)
        found, why = await socket.closed()

    reasons = {4401: "Unauthorized", 4400: "Invalid message: `payload` is a JSON object"}
    assert (found, why) == (code, reasons.get(code, f"Forbidden: {REFUSED}"))


async def test_a_token_comes_in_the_payload_or_in_the_header(floor: Floor) -> None:
    token = await floor.service.token()
    bearer = f"Bearer {token}"
    payloads: list[dict[str, str]] = [{"token": token}, {"authorization": bearer}, {"Authorization": bearer}]

    for payload in payloads:
        async with connected(floor.address) as socket:
            await socket.greet(**payload)
            assert await socket.ask(NAME) == NORA
    async with connected(floor.address, headers={"Authorization": bearer}) as socket:
        await socket.send({"type": "connection_init", "payload": None})
        assert await socket.receive() == {"type": "connection_ack"}
        assert await socket.ask(NAME) == NORA


async def test_pings_are_answered_with_what_they_carry_also_before_the_init(floor: Floor) -> None:
    async with connected(floor.address) as socket:
        await socket.alive()
        await socket.send({"type": "ping", "payload": {"at": 1}})
        assert await socket.receive() == {"type": "pong", "payload": {"at": 1}}
        await socket.send({"type": "pong"})
        await socket.send({"type": "pong", "payload": {"at": 2}})
        await socket.greet(await floor.service.token())
        await socket.alive()


async def test_a_ping_that_nests_too_deep_to_be_answered_breaks_the_protocol(floor: Floor) -> None:
    """Between what can be answered and what cannot even be read are few depths, and not everywhere the same."""
    async with connected(floor.address) as socket:
        for depth in range(700, 1000):
            await socket.send('{"type": "ping", "payload": ' + '{"a": ' * depth + "1" + "}" * depth + "}")
            if (frame := await socket.ws.receive(SECONDS)).type is not aiohttp.WSMsgType.TEXT:
                break

        assert (socket.ws.close_code, str(frame.extra)[:15]) == (4400, "Invalid message")


async def test_a_handshake_that_is_none_is_refused(floor: Floor) -> None:
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    for key in ("", "x", "\u00e9\u00e9"):
        reply = await floor.service.client.send("GET", "/graphql", headers={**headers, "Sec-WebSocket-Key": key})
        assert (reply.status, reply.codes) == (400, ["BAD_REQUEST"])


async def test_a_bug_ends_the_connection_and_the_log_has_it(stores: Stores) -> None:
    async with served(await stores.fresh("demo")) as service:
        token = await service.token()
        async with service.world.database.writing() as session:
            await session.execute(update(users).values(role="on the moon"))
        with capture_logs() as logged:
            async with connected(service.client.address) as socket:
                await socket.send({"type": "connection_init", "payload": {"token": token}})
                ended = await socket.closed()

    assert ended == (1011, "Something went wrong on our side.")
    assert ["on the moon" in str(line["exc_info"]) for line in logged if line["event"] == "unexpected"] == [True]


async def test_who_says_nothing_is_shown_out(stores: Stores) -> None:
    async with (
        served(await stores.fresh("empty"), live_init_seconds=0.05) as service,
        connected(service.client.address) as socket,
    ):
        assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_another_protocol_is_not_spoken(floor: Floor) -> None:
    for protocols in ((), ("graphql-ws",)):
        async with connected(floor.address, protocols=protocols) as socket:
            found, why = await socket.closed()
        assert (found, why) == (4406, f"Subprotocol not acceptable; there is {PROTOCOL}")
    async with connected(floor.address, protocols=("graphql-ws", PROTOCOL)) as socket:
        await socket.greet(await floor.service.token())


@pytest.mark.parametrize(
    ("origin", "code"),
    [("https://evil.example", 4403), ("null", 4403), ("", 4403), ("http://[", 4403), ("http://HOST", None)],
)
async def test_only_pages_of_this_server_connect(floor: Floor, origin: str, code: int | None) -> None:
    host = floor.address.removeprefix("http://")

    async with connected(floor.address, headers={"Origin": origin.replace("HOST", host)}) as socket:
        if code is None:
            await socket.greet(floor.token)
        else:
            assert await socket.closed() == (code, "Forbidden: pages of this origin may not connect")


@pytest.mark.parametrize("what", ["revoked", "deactivated", "expired"])
async def test_who_may_no_more_loses_the_connection_within_seconds(floor: Floor, what: str) -> None:
    """Also when nothing runs on it, and nothing happens."""
    company, identity = Company(floor.service.world.database), floor.service.world.identity
    email = await company.user(f"{what} one")
    lifetime = timedelta(seconds=2) if what == "expired" else None
    issued = await identity.create_token(email, name="short", lifetime=lifetime)

    async with connected(floor.address) as socket, connected(floor.address) as other:
        await socket.greet(issued.text)
        await other.greet(floor.token)
        if what == "revoked":
            await identity.revoke(issued.id)
        elif what == "deactivated":
            async with floor.service.world.database.writing() as session:
                await session.execute(update(users).where(users.c.email == email).values(status="inactive"))
        assert await socket.closed() == (4403, f"Forbidden: {REFUSED}")
        await other.alive()


async def test_what_is_said_with_a_token_that_was_revoked_is_not_answered(floor: Floor) -> None:
    issued = await floor.service.world.identity.create_token("asker@x.example", name="short")

    async with connected(floor.address) as socket:
        await socket.greet(issued.text)
        await floor.service.world.identity.revoke(issued.id)
        await socket.subscribe("1", "{ __typename }")
        refused = await socket.receive()

    error = {"message": REFUSED, "extensions": {"code": "UNAUTHENTICATED"}}
    assert refused == {"id": "1", "type": "error", "payload": [error]}


async def test_operations_on_one_connection_are_bounded(stores: Stores) -> None:
    async with working(stores, live_operations=2) as floor:
        name = await floor.job()
        async with connected(floor.address) as socket:
            await socket.greet(floor.token)
            for one in ("1", "2"):
                await socket.subscribe(one, FOLLOW, id=job_id(name))
                await socket.receive()
            await socket.subscribe("3", FOLLOW, id=job_id(name))
            refused = await socket.receive()
            await socket.send({"id": "1", "type": "complete"})
            await socket.subscribe("3", FOLLOW, id=job_id(name))
            accepted = await socket.receive()

    message = "2 operations run on this connection; complete one of them first."
    error = {"message": message, "extensions": {"code": "TOO_MUCH"}}
    assert refused == {"id": "3", "type": "error", "payload": [error]}
    assert (accepted["id"], accepted["type"]) == ("3", "next")


async def test_connections_and_operations_of_one_token_are_bounded(stores: Stores) -> None:
    limits = {"live_token_connections": 2, "live_token_operations": 2}
    async with working(stores, **limits) as floor:
        name, another = await floor.job(), await floor.service.token()
        async with connected(floor.address) as one, connected(floor.address) as two:
            for socket in (one, two):
                await socket.greet(floor.token)
                await socket.subscribe("1", FOLLOW, id=job_id(name))
                await socket.receive()
            async with connected(floor.address) as third:
                await third.send({"type": "connection_init", "payload": {"token": floor.token}})
                full = "2 connections of yours stay open, and no more can; end one of them first."
                assert await third.closed() == (4429, full)
            async with connected(floor.address) as third:
                await third.greet(another)
                assert await third.ask(NAME) == NORA
            await one.subscribe("2", NAME)
            refused = await one.receive()
            await two.send({"id": "1", "type": "complete"})
            await two.alive()
            await one.subscribe("2", NAME)
            accepted = await one.receive()

    message = "2 operations run on your connections, and no more can; end one of them first."
    error = {"message": message, "extensions": {"code": "TOO_MUCH"}}
    assert refused == {"id": "2", "type": "error", "payload": [error]}
    assert (accepted["id"], accepted["type"]) == ("2", "next")


async def test_connections_of_nobody_in_particular_are_bounded_and_do_not_stand_in_the_way(stores: Stores) -> None:
    async with working(stores, live_unknown_connections=2) as floor, connected(floor.address) as known:
        await known.greet(floor.token)
        async with connected(floor.address), connected(floor.address):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await connected(floor.address).__aenter__()
            assert refused.value.status == 429
            await known.alive()


async def test_connections_are_bounded(stores: Stores) -> None:
    async with working(stores, live_connections=1) as floor:
        async with connected(floor.address) as socket:
            await socket.greet(floor.token)
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await connected(floor.address).__aenter__()
            assert refused.value.status == 503
            assert refused.value.headers is not None
            assert refused.value.headers["Retry-After"] == "5"
            await socket.alive()
        async with asyncio.timeout(SECONDS):
            while True:
                try:
                    async with connected(floor.address) as socket:
                        await socket.greet(floor.token)
                    break
                except aiohttp.WSServerHandshakeError:
                    continue  # the server has not seen yet that the first has gone


async def gone(floor: Floor, logged: Sequence[Any]) -> dict[str, Any]:
    """The line that is logged when a connection has ended."""
    async with asyncio.timeout(SECONDS):
        while not (lines := [line for line in logged if line.get("path") == "/graphql"]):
            assert (await floor.service.client.send("GET", "/healthz")).status == 200
    [line] = lines
    return dict(line)


async def test_a_client_that_answers_no_pings_is_let_go(stores: Stores) -> None:
    async with working(stores, live_ping_seconds=0.1) as floor:
        with capture_logs() as logged:
            async with connected(floor.address, autoping=False) as socket:
                await socket.greet(floor.token)
                await socket.subscribe("1", FOLLOW, id=job_id(await floor.job()))
                await gone(floor, logged)
        assert floor.nobody_watches()


async def test_a_client_that_answers_pings_stays(stores: Stores) -> None:
    """Also when more time has passed than one has to say who is there."""
    seconds = {"live_init_seconds": 1, "live_ping_seconds": 0.4}
    async with working(stores, **seconds) as floor, connected(floor.address, autoping=False) as socket:
        await socket.greet(floor.token)
        for _ in range(3):
            frame = await socket.ws.receive(SECONDS)
            assert frame.type is aiohttp.WSMsgType.PING
            await socket.ws.pong(frame.data)
        await socket.alive()


EVERYTHING = "subscription($after: String) { operations(after: $after) { operation { changes { after } } } }"


async def large_operations(floor: Floor, number: int) -> None:
    """Operations of 20 kB."""
    changes = json.dumps([{"noun": "x", "id": "x", "before": None, "after": {"text": "x" * 20_000}}])
    row = {"kind": "x", "at": START, "actor_id": "asker", "changes": changes, "source": "other"}
    async with floor.service.world.database.writing() as session:
        await session.execute(insert(operations), [{**row, "id": f"o{one}"} for one in range(number)])


async def test_who_reads_nothing_loses_the_connection_with_a_code_and_costs_no_memory(stores: Stores) -> None:
    """Though it goes on to speak, so that no ping is missed. What waits for it stays in the store."""
    async with working(stores, live_send_seconds=0.3, budget_per_minute=0) as floor:
        await large_operations(floor, 1500)
        async with connected(floor.address) as socket:
            await socket.greet(floor.token)
            transport = socket.ws._conn.transport
            transport.pause_reading()
            tracemalloc.start()
            for one in range(4):
                await socket.subscribe(str(one), EVERYTHING, after=write_place("local", 0))
            async with asyncio.timeout(SECONDS):
                for is_over in (False, True):  # it begins, then it is given up
                    while floor.nobody_watches() is not is_over:
                        await socket.send({"type": "ping"})
                        assert (await floor.service.client.send("GET", "/healthz")).status == 200
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            transport.resume_reading()
            code, why = await socket.closed()

    assert (code, why) == (1013, "Too slow: what was sent is not read; connect again, and go on from there")
    assert peak < 15_000_000, "of 30 MB that four times wait to be read"


async def test_a_client_that_goes_leaves_nothing_behind(floor: Floor) -> None:
    with capture_logs() as logged:
        async with connected(floor.address) as socket:
            await socket.greet(floor.token)
            await socket.subscribe("1", FOLLOW, id=job_id(await floor.job()))
            await socket.receive()
            assert not floor.nobody_watches()
        line = await gone(floor, logged)

    assert (line["status"], line["user"]) == (101, "asker")
    assert floor.nobody_watches()
    assert [line["event"] for line in logged if line["event"] != "request"] == []


async def test_a_server_that_stops_says_so(stores: Stores) -> None:
    async with AsyncExitStack() as client:
        async with working(stores) as floor:
            socket = await client.enter_async_context(connected(floor.address))
            await socket.greet(floor.token)
            await socket.subscribe("1", FOLLOW, id=job_id(await floor.job()))
            await socket.receive()
            closed = asyncio.create_task(socket.closed())

        assert await closed == (1001, "The server stops; connect again.")


async def test_a_store_that_does_not_answer_is_for_later(stores: Stores) -> None:
    address = await stores.fresh("demo")
    async with served(address) as service:
        token = await service.token()
        async with unreachable(stores, service, address), connected(service.client.address) as socket:
            await socket.send({"type": "connection_init", "payload": {"token": token}})
            found, why = await socket.closed()

    assert (found, why) == (1013, "The database of local did not answer; try again, and see /readyz for its state.")
