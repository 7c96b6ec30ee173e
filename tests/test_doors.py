"""Who is let in besides those with a token, which pages may ask, and what strangers are shown."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from conftest import Stores
from dashgraph.app.build import opened
from dashgraph.app.settings import Settings
from dashgraph.domain.problems import BadInput
from serving import Reply, Service, served
from sockets import connected

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

NORA, HEADER, PREFLIGHT = "nora.whitfield@", "X-Forwarded-Email", {"Apollo-Require-Preflight": "1"}
NAME = "{ viewer { user { email } } }"
PAGE, STRANGER = "https://bi.example.com", "https://evil.example"
LOOPBACK = {"trusted_networks": "127.0.0.0/8, ::1", "gateway_header": HEADER}


@pytest.fixture(scope="module")
async def behind(stores: Stores) -> AsyncIterator[Service]:
    """The made-up company behind a gateway on this machine, for the pages of one origin."""
    async with served(await stores.fresh("demo"), **LOOPBACK, allowed_origins=PAGE, hsts_seconds=300) as found:
        yield found


@pytest.fixture(scope="module")
async def closed(stores: Stores) -> AsyncIterator[Service]:
    """The made-up company in production, with a gateway somewhere else."""
    given = {"trusted_networks": "10.0.0.0/8", "gateway_header": HEADER, "production": True}
    async with served(await stores.fresh("demo"), **given) as found:
        yield found


async def email_of_nora(service: Service) -> str:
    return str((await service.admin.ask(NAME)).json["data"]["viewer"]["user"]["email"])


async def by_get(service: Service, **headers: str) -> Reply:
    return await service.client.send("GET", "/graphql", params={"query": NAME}, headers=headers)


async def test_a_trusted_gateway_says_who_asks(behind: Service) -> None:
    email = await email_of_nora(behind)
    nora = {"data": {"viewer": {"user": {"email": email}}}}

    by_post = await behind.client.post({"query": NAME}, x_forwarded_email=email.upper())
    by_get_too = await by_get(behind, **{HEADER: email}, **PREFLIGHT)
    async with connected(behind.client.address, headers={HEADER: email}) as socket:
        await socket.greet()
        assert await socket.ask(NAME) == nora

    assert (by_post.json, by_get_too.json) == (nora, nora)
    for wrong in ("nobody@x.example", "", " ", "a\u00e9@x.example", email.replace("e", "\u00e9")):
        assert (await behind.client.post({"query": NAME}, x_forwarded_email=wrong)).status == 401
    assert (await behind.client.post({"query": NAME})).status == 401
    token = await behind.token()  # who brings a token is whose it is
    reply = await behind.client.holding(token).post({"query": NAME}, x_forwarded_email="nobody@x.example")
    assert reply.json == nora


async def test_two_names_are_no_name(behind: Service) -> None:
    email = await email_of_nora(behind)
    async with aiohttp.ClientSession() as session:
        headers = [(HEADER, email), (HEADER, email)]
        async with session.post(behind.client.address + "/graphql", json={"query": NAME}, headers=headers) as answer:
            assert answer.status == 401


async def test_nobody_else_is_believed(closed: Service) -> None:
    email = await email_of_nora(closed)

    for more in ({}, {"X-Forwarded-For": "10.0.0.1"}, {"Forwarded": "for=10.0.0.1"}):
        reply = await closed.client.post({"query": NAME}, **{HEADER: email}, **more)
        assert (reply.status, reply.codes) == (401, ["UNAUTHENTICATED"])
    with_token = closed.client.holding(await closed.token())
    assert (await with_token.post({"query": NAME}, **{HEADER: email})).status == 401  # a gateway that leaks, or worse
    assert (await with_token.post({"query": NAME})).status == 200


async def test_what_any_page_could_send_is_not_answered_on_a_gateways_word(behind: Service) -> None:
    """Browsers send their cookies to the gateway with it; a header of one's own they ask about first."""
    email = await email_of_nora(behind)

    simple = [await by_get(behind, **{HEADER: email, "Accept": accepted}) for accepted in ("*/*", "text/html, */*")]
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
    simple += [await behind.client.post({"query": NAME}, content_type=kind, **{HEADER: email}) for kind in kinds]

    simple.append(await by_get(behind, **{HEADER: email, "Upgrade": "h2c"}))  # as some gateways add to everything

    assert [(reply.status, reply.codes) for reply in simple] == [(403, ["FORBIDDEN"])] * 6
    assert (await by_get(behind, **{HEADER: email, "X-Requested-With": "fetch"})).status == 200
    bearer = behind.client.holding(await behind.token())
    assert (await bearer.send("GET", "/graphql", params={"query": NAME})).status == 200  # no page has it by accident
    typed = await bearer.post({"query": NAME}, content_type="text/plain", **PREFLIGHT)
    assert (typed.status, typed.codes) == (415, ["BAD_REQUEST"])


async def preflight(service: Service, origin: str, **headers: str) -> Reply:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", **headers}
    return await service.client.send("OPTIONS", "/graphql", headers=asked)


async def test_pages_of_allowed_origins_may_ask(behind: Service) -> None:
    asked = await preflight(behind, PAGE, **{"Access-Control-Request-Headers": "authorization,content-type"})
    answer = await behind.admin.post({"query": NAME}, origin=PAGE)
    refused = await behind.client.post({"query": NAME}, origin=PAGE)

    assert asked.status == 204
    assert asked.headers["Access-Control-Allow-Headers"] == "authorization,content-type"
    assert asked.headers["Access-Control-Allow-Methods"] == "GET, POST, PUT"
    for reply in (asked, answer, refused):
        assert reply.headers["Access-Control-Allow-Origin"] == PAGE
        assert "Access-Control-Allow-Credentials" not in reply.headers
        assert reply.headers["Vary"] == "Origin"
    assert refused.status == 401
    async with connected(behind.client.address, headers={"Origin": PAGE}) as socket:
        await socket.greet(await behind.token())


@pytest.mark.parametrize(
    "origin", [STRANGER, "null", "https://bi.example.com.evil.example", "http://bi.example.com", ""]
)
async def test_pages_of_other_origins_may_not(behind: Service, origin: str) -> None:
    asked = await preflight(behind, origin)
    answer = await behind.admin.post({"query": NAME}, origin=origin)

    assert asked.status == 403
    for reply in (asked, answer):
        assert not [name for name in reply.headers if name.startswith("Access-Control-")]
        assert reply.headers["Vary"] == "Origin"
    async with connected(behind.client.address, headers={"Origin": origin}) as socket:
        assert await socket.closed() == (4403, "Forbidden: pages of this origin may not connect")


async def test_without_the_setting_no_page_of_elsewhere_may_ask(closed: Service) -> None:
    assert (await preflight(closed, PAGE)).status == 403
    reply = await closed.admin.post({"query": NAME}, origin=PAGE)
    assert not [name for name in reply.headers if name.startswith("Access-Control-") or name == "Vary"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({**LOOPBACK, "allowed_origins": "*"}, "ALLOWED_ORIGINS"),
        ({"gateway_header": HEADER}, "GATEWAY_HEADER"),
        ({"trusted_networks": "gateway.example"}, "TRUSTED_NETWORKS"),
        ({"trusted_networks": "10.0.0.1/8"}, "TRUSTED_NETWORKS"),
    ],
)
async def test_doors_that_would_stand_open_are_refused(stores: Stores, given: dict[str, str], named: str) -> None:
    with pytest.raises(BadInput, match=f"DASHGRAPH_{named}"):
        async with opened(Settings(database_url=await stores.fresh("empty"), **given)):
            pass


async def test_every_answer_tells_browsers_to_be_careful(behind: Service, closed: Service) -> None:
    for reply in (
        await behind.admin.ask(NAME),
        await behind.client.send("GET", "/nothing"),
        await behind.client.send("GET", "/healthz"),
        await behind.client.send("GET", "/graphiql"),
    ):
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert reply.headers["Strict-Transport-Security"] == "max-age=300"
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in (await closed.admin.ask(NAME)).headers


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01 no HTTP\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"]
)
async def test_not_even_bytes_that_are_no_http_learn_what_answers(closed: Service, sent: bytes) -> None:
    host, port = closed.client.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(sent)

    answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert re.match(rb"HTTP/1.[01] 400 ", answer)
    assert re.findall(rb"(?im)^Server: (.*)\r$", answer) == [b"dashgraph"]
    assert b"ython" not in answer


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "field": ("{ dashboard { x } dashbord(id: 1) { id } }", {}),
    "argument": ('{ dashboard(ide: "x") { id } }', {}),
    "type": ("query($a: Strin) { __typename }", {}),
    "fragment's type": ("{ ...on Dashbord { id } }", {}),
    "enum": ("{ dashboards(scope: AL) { totalCount } }", {}),
    "input field": ('{ dashboards(filter: {titl: {eq: "x"}}) { totalCount } }', {}),
    "variable's enum": ("query($s: Scope!) { dashboards(scope: $s) { totalCount } }", {"s": "AL"}),
    "variable's input field": (
        "query($f: DashboardFilter) { dashboards(filter: $f) { totalCount } }",
        {"f": {"titl": {"eq": "x"}}},
    ),
    "directive": ("{ dashboards @skp(if: true) { totalCount } }", {}),
}


@pytest.mark.parametrize("name", WRONG)
async def test_in_production_errors_suggest_nothing(closed: Service, behind: Service, name: str) -> None:
    query, variables = WRONG[name]

    reply = await closed.admin.ask(query, **variables)
    helpful = await behind.admin.ask(query, **variables)

    assert reply.json["errors"]
    assert "did you mean" not in reply.text.lower()
    assert "dashboards" not in json.dumps([error["message"] for error in reply.json["errors"]]) or name == "directive"
    if name not in {"directive", "type", "fragment's type"}:
        assert "Did you mean" in helpful.text


async def test_in_production_the_schema_is_not_shown(closed: Service, behind: Service) -> None:
    questions = ("{ __schema { types { name } } }", '{ __type(name: "User") { name } }', "{ _service { sdl } }")

    for query in questions:
        reply = await closed.admin.ask(query)
        assert set(reply.codes) == {"GRAPHQL_VALIDATION_FAILED"}
        assert "data" not in reply.json
        assert list((await behind.admin.ask(query)).json) == ["data"]
    assert (await closed.admin.ask("{ __typename viewer { __typename } }")).status == 200
    for path in ("/", "/graphiql", "/graphiql/assets/"):
        assert (await closed.client.send("GET", path)).status == 404
