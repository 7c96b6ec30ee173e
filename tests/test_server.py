"""GraphQL over HTTP, as a client on the other end of a socket sees it."""

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from conftest import Stores
from dashgraph.store.database import Database
from serving import INSIDES, PLAIN_JSON, RESPONSE_JSON, Service, served

EXAMPLES = sorted((Path(__file__).parent.parent / "src/graphiql/src/examples").glob("*.graphql"))
NAME = "{ viewer { user { displayName } } }"
NORA = {"data": {"viewer": {"user": {"displayName": "Nora Whitfield"}}}}
WRONG = "{ viewer { nope } }"


@pytest.fixture(scope="module")
async def service(stores: Stores) -> AsyncIterator[Service]:
    """The made-up company over HTTP, for tests that only read."""
    async with served(await stores.fresh("demo")) as found:
        yield found


@pytest.fixture
async def own(stores: Stores) -> AsyncIterator[Service]:
    """The made-up company over HTTP, fresh for a test that breaks it."""
    async with served(await stores.fresh("demo")) as found:
        yield found


async def test_a_query_comes_by_post_or_by_get(service: Service) -> None:
    named = {"query": f"query A {NAME} query B {{ __typename }}", "operationName": "A"}
    variables = {"query": "query($n: Int) { dashboards(first: $n) { edges { node { title } } } }"}

    assert (await service.admin.post({"query": NAME})).json == NORA
    assert (await service.admin.post({**named, "variables": None, "extensions": {}})).json == NORA
    assert (await service.admin.send("GET", "/graphql", params={"query": NAME})).json == NORA
    assert (await service.admin.send("GET", "/graphql", params=named)).json == NORA
    by_post = await service.admin.post({**variables, "variables": {"n": 2}})
    by_get = await service.admin.send("GET", "/graphql", params={**variables, "variables": '{"n": 2}'})
    assert by_post.json == by_get.json
    assert len(by_post.json["data"]["dashboards"]["edges"]) == 2


async def test_every_answer_carries_what_it_should(service: Service) -> None:
    for reply in (await service.admin.ask(NAME), await service.client.ask(NAME), await service.admin.post(b"{")):
        assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert reply.headers["Server"] == "dashgraph"
        assert re.fullmatch(r"[0-9a-f]{16}", reply.headers["X-Request-Id"])


async def test_a_well_formed_request_id_is_kept_and_any_other_replaced(service: Service) -> None:
    kept = await service.admin.post({"query": NAME}, x_request_id="front-7.a_B")
    replaced = await service.admin.post({"query": NAME}, x_request_id="a b<script>")

    assert kept.headers["X-Request-Id"] == "front-7.a_B"
    assert re.fullmatch(r"[0-9a-f]{16}", replaced.headers["X-Request-Id"])


async def test_a_mutation_is_never_run_by_get(service: Service) -> None:
    both = {"query": "query A { __typename } mutation B { __typename }"}

    for accept in (PLAIN_JSON, RESPONSE_JSON):
        reply = await service.admin.send(
            "GET", "/graphql", params={**both, "operationName": "B"}, headers={"accept": accept}
        )
        assert (reply.status, reply.headers["Allow"], reply.codes) == (405, "POST", ["BAD_USER_INPUT"])
        assert reply.headers["Content-Type"] == f"{accept}; charset=utf-8"
        assert "data" not in reply.json
    by_post = await service.admin.post({**both, "operationName": "B"})
    query = await service.admin.send("GET", "/graphql", params={**both, "operationName": "A"})
    assert (by_post.json, query.json) == ({"data": {"__typename": "Mutation"}}, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize(
    ("accept", "status", "kind"),
    [
        (None, 200, PLAIN_JSON),
        ("", 200, PLAIN_JSON),
        ("*/*", 200, PLAIN_JSON),
        ("application/*", 200, PLAIN_JSON),
        ("text/html, */*;q=0.1", 200, PLAIN_JSON),
        (PLAIN_JSON, 200, PLAIN_JSON),
        ("Application/JSON; charset=utf-8", 200, PLAIN_JSON),
        (RESPONSE_JSON, 400, RESPONSE_JSON),
        (f"{RESPONSE_JSON}; charset=utf-8, {PLAIN_JSON}; charset=utf-8", 400, RESPONSE_JSON),
        (f"{RESPONSE_JSON}, {PLAIN_JSON};q=0.9", 400, RESPONSE_JSON),
        (f"{PLAIN_JSON}, {RESPONSE_JSON}", 400, RESPONSE_JSON),
        (f"{RESPONSE_JSON};q=0.5, {PLAIN_JSON};q=0.9", 200, PLAIN_JSON),
        (f"{RESPONSE_JSON};q=0, {PLAIN_JSON}", 200, PLAIN_JSON),
        (f"{RESPONSE_JSON};q=0, */*", 200, PLAIN_JSON),
        (f"{PLAIN_JSON};q=0, */*", 400, RESPONSE_JSON),
        (f"{PLAIN_JSON};q=0", 406, PLAIN_JSON),
        ("*/*;q=0", 406, PLAIN_JSON),
        ("text/html", 406, PLAIN_JSON),
        ("nonsense", 406, PLAIN_JSON),
    ],
)
async def test_the_answer_is_of_the_type_that_is_accepted(
    service: Service, accept: str | None, status: int, kind: str
) -> None:
    headers = {} if accept is None else {"accept": accept}
    client = service.admin

    right = await client.send("POST", "/graphql", json={"query": NAME}, headers=headers, skip_auto_headers=["accept"])
    wrong = await client.send("POST", "/graphql", json={"query": WRONG}, headers=headers, skip_auto_headers=["accept"])

    assert (right.status, wrong.status) == ((406, 406) if status == 406 else (200, status))
    assert right.headers["Content-Type"] == wrong.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert wrong.codes == (["BAD_REQUEST"] if status == 406 else ["GRAPHQL_VALIDATION_FAILED"])


@pytest.mark.parametrize("accept", [PLAIN_JSON, RESPONSE_JSON])
async def test_a_problem_of_one_field_is_part_of_an_answer_with_200(service: Service, accept: str) -> None:
    reply = await service.admin.post({"query": '{ node(id: "zzz") { id } }'}, accept=accept)

    assert (reply.status, reply.codes, reply.json["data"]) == (200, ["BAD_ID"], {"node": None})


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
    ],
)
async def test_only_json_in_utf_8_is_read(service: Service, content_type: str) -> None:
    body = {"query": NAME}

    reply = await service.admin.post(body, content_type=content_type)

    assert (reply.status, reply.codes) == (415, ["BAD_REQUEST"])
    assert (await service.admin.post(body, content_type="application/json; charset=UTF-8")).json == NORA


async def test_a_body_without_a_type_or_packed_is_not_read(service: Service) -> None:
    body = json.dumps({"query": NAME}).encode()

    silent = await service.admin.send("POST", "/graphql", data=body, skip_auto_headers=["content-type"])
    packed = await service.admin.post(gzip.compress(body), content_encoding="gzip")

    assert (silent.status, silent.codes) == (415, ["BAD_REQUEST"])
    assert (packed.status, packed.codes) == (415, ["BAD_REQUEST"])


BODIES = {
    "nothing": b"",
    "null": b"null",
    "a text": b'"x"',
    "a number": b"1",
    "a list": b"[]",
    "bytes that are no text": b'{"query": "\xff"}',
    "half of JSON": b'{"query": ',
    "a hundred thousand brackets": b"[" * 100_000,
    "nested objects": b'{"a":' * 100_000,
    "a number of 5,000 digits": b'{"query": ' + b"9" * 5000 + b"}",
    "a number that is none": b'{"query": "{ __typename }", "variables": {"a": NaN}}',
    "no query": b"{}",
    "a query that is no text": b'{"query": 1}',
    "variables that are a list": b'{"query": "{ __typename }", "variables": []}',
    "an operation name that is no text": b'{"query": "{ __typename }", "operationName": 1}',
    "extensions that are a text": b'{"query": "{ __typename }", "extensions": "x"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_body_that_is_no_request_is_refused_with_a_sentence(service: Service, body: bytes) -> None:
    reply = await service.admin.post(body)

    assert (reply.status, reply.codes) == (400, ["BAD_REQUEST"])
    assert not INSIDES.search(reply.text)


@pytest.mark.parametrize("variables", ["[1", "[1]", "NaN", "1"])
async def test_variables_by_get_are_a_json_object(service: Service, variables: str) -> None:
    reply = await service.admin.send("GET", "/graphql", params={"query": NAME, "variables": variables})

    assert (reply.status, reply.codes) == (400, ["BAD_REQUEST"])


async def test_a_large_body_is_refused_with_the_limit_in_the_answer(service: Service) -> None:
    reply = await service.admin.ask("#" * 2_000_000)

    assert (reply.status, reply.codes) == (413, ["TOO_MUCH"])
    assert reply.json["errors"][0]["message"] == "The request is larger than 1024 kilobytes."


async def test_a_body_that_never_ends_is_given_up(stores: Stores) -> None:
    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with served(await stores.fresh("demo"), body_seconds=0.05) as service:
        reply = await service.admin.send("POST", "/graphql", data=trickle(), headers={"content-type": PLAIN_JSON})

    assert (reply.status, reply.codes) == (408, ["BAD_REQUEST"])


async def test_a_client_that_hangs_up_midway_is_not_our_mistake(own: Service) -> None:
    token = await own.token()
    host, port = own.client.address.removeprefix("http://").split(":")
    head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    with capture_logs() as logged:
        _, writer = await asyncio.open_connection(host, port)
        writer.write(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(10):
            while not [line for line in logged if line.get("path") == "/graphql"]:
                assert (await own.client.send("GET", "/healthz")).status == 200

    assert [(line["event"], line["status"]) for line in logged if line.get("path") != "/healthz"] == [("request", 400)]


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_told_which_there_are(service: Service, method: str) -> None:
    reply = await service.admin.send(method, "/graphql")

    assert (reply.status, reply.headers["Allow"]) == (405, "GET,POST")
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert method == "HEAD" or reply.codes == ["BAD_REQUEST"]


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/graphql/",
        "/graphiql/assets/",
        "/graphiql/assets/../../settings.py",
        "/graphiql/assets/..%2f..%2fsettings.py",
        "/graphiql/assets/" + "a" * 5000,
        "/.env",
    ],
)
async def test_an_unknown_path_is_not_found_in_json(service: Service, path: str) -> None:
    reply = await service.client.send("GET", path)

    assert (reply.status, reply.codes) == (404, ["NOT_FOUND"])


async def test_graphiql_comes_with_a_policy_that_lets_nothing_else_in(service: Service) -> None:
    page = await service.client.send("GET", "/graphiql")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))

    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    host = service.client.address.removeprefix("http://")
    assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
    assert policy["connect-src"] == f"'self' ws://{host} wss://{host}"
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'self'")
    for asset in re.findall(r'(?:src|href)="(/graphiql/assets/[^"]+)"', page.text):
        found = await service.client.send("HEAD", asset)
        assert (found.status, found.headers["X-Content-Type-Options"]) == (200, "nosniff")
        assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (await service.client.send("GET", "/")).headers["Location"] == "/graphiql"


async def test_graphiql_can_be_left_out(stores: Stores) -> None:
    async with served(await stores.fresh("empty"), graphiql=False) as service:
        assert (await service.client.send("GET", "/graphiql")).status == 404
        assert (await service.client.send("GET", "/")).status == 404


@pytest.mark.parametrize("query", [path.read_text() for path in EXAMPLES], ids=[path.stem for path in EXAMPLES])
async def test_the_examples_of_graphiql_are_answered(service: Service, query: str) -> None:
    reply = await service.admin.post({"query": query}, accept=RESPONSE_JSON)

    assert reply.status == 200
    assert "errors" not in reply.json
    [*first] = reply.json["data"].values()
    assert first[0].get("edges", True), "an example that finds nothing shows nothing"


async def test_the_server_says_how_it_is(service: Service) -> None:
    alive, ready = await service.client.send("GET", "/healthz"), await service.client.send("GET", "/readyz")

    assert (alive.status, alive.json) == (200, {"status": "ok"})
    assert (ready.status, ready.json) == (200, {"status": "ready", "database": "ok", "loaders": "ok"})


async def test_a_bug_is_told_by_a_reference_that_the_log_has(own: Service) -> None:
    async with own.world.database.writing() as session:
        await session.execute(text("UPDATE users SET status = 'on the moon' WHERE email NOT LIKE 'nora@%'"))
    query = "{ viewer { user { displayName } } users(first: 100) { edges { node { status } } } }"

    with capture_logs() as logged:
        reply = await own.admin.ask(query)

    assert (reply.status, reply.codes) == (200, ["INTERNAL"])
    reference = re.search(r"the log has it as ([0-9a-f]{8})\.", reply.json["errors"][0]["message"])[1]
    [line] = [line for line in logged if line["event"] == "unexpected"]
    assert line["reference"] == reference
    assert "on the moon" in str(line["exc_info"])
    assert "on the moon" not in reply.text
    assert not INSIDES.search(reply.text)


async def test_a_table_that_is_gone_tells_no_sql(own: Service) -> None:
    async with own.world.database.writing() as session:
        await session.execute(text("DROP TABLE shares"))

    with capture_logs():
        reply = await own.admin.ask("{ dashboards { edges { node { title } } } viewer { user { displayName } } }")

    assert reply.codes[0] in {"INTERNAL", "SOURCE_UNAVAILABLE"}
    assert reply.json["data"]["viewer"] == NORA["data"]["viewer"]
    assert "shares" not in reply.text
    assert not INSIDES.search(reply.text)


async def test_a_database_that_is_gone_is_said_to_be_and_comes_back(stores: Stores) -> None:
    address = await stores.fresh("demo")
    gone = {"code": "SOURCE_UNAVAILABLE", "source": "local", "retryable": True}
    async with served(address) as service:
        async with unreachable(stores, service, address):
            with capture_logs():
                asked = await service.admin.post({"query": NAME}, accept=RESPONSE_JSON)
                login = await service.client.login("nora", "a long password")
                logout = await service.admin.holding("dgs_somebody").post({}, "/logout")
                alive = await service.client.send("GET", "/healthz")
                ready = await service.client.send("GET", "/readyz")

        for reply in (asked, login, logout):
            assert (reply.status, reply.json["errors"][0]["extensions"]) == (503, gone)
            assert "The database of local did not answer" in reply.text
            assert not INSIDES.search(reply.text)
        assert (alive.status, ready.status) == (200, 503)
        assert ready.json == {"status": "unready", "database": "does not answer"}
        assert (await service.admin.ask(NAME)).json == NORA
        assert (await service.client.send("GET", "/readyz")).status == 200


@asynccontextmanager
async def unreachable(stores: Stores, service: Service, address: str) -> AsyncIterator[None]:
    """Take the database away for a while: the file by moving its folder, the server by letting nobody in."""
    database = service.world.database
    if stores.dialect == "sqlite":
        folder = Path(address).parent
        async with no_connections(database):
            aside = folder.rename(folder.with_suffix(".aside"))
        yield
        aside.rename(folder)
    else:
        server, _, name = address.rpartition("/")
        connection = await asyncpg.connect(f"{server}/postgres")
        async with no_connections(database):
            await connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        yield
        await connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await connection.close()


@asynccontextmanager
async def no_connections(database: Database) -> AsyncIterator[None]:
    """Hold every connection of the pool, so that nobody else has one, and have none of them left behind."""
    async with AsyncExitStack() as stack:
        held = [await stack.enter_async_context(database.reading()) for _ in range(database.pool().most)]
        yield
        for connection in held:
            await connection.invalidate()
