"""Documents that are named instead of sent: by their hash, and as trusted ones of a manifest, at every door."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from conftest import Stores
from dashgraph.domain.viewers import Viewer
from dashgraph.graph.execution import Answer
from dashgraph.graph.manifest import written
from dashgraph.graph.persisted import Asked, Persisted
from npm import installed, told
from serving import PLAIN_JSON, RESPONSE_JSON, Client, Reply
from sockets import connected
from workshop import Floor, job_id, working

# What is on the wire does not depend on the database.
pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

EVENTS = "text/event-stream"
NAME = "{ viewer { user { displayName } } }"
ASKER = {"data": {"viewer": {"user": {"displayName": "asker"}}}}
FOLLOW = "subscription Follow($id: ID!) { jobUpdated(id: $id) { status } }"
NEVER = "0" * 64
FILES = {
    "who.graphql": "query Who { viewer { user { displayName } } }",
    "follow.graphql": FOLLOW,
    "change.graphql": "mutation Cancel($id: ID!) { cancelJob(input: {jobId: $id}) { job { status } } }",
}
MANIFEST = written(FILES)[0]
TRUSTED = {one["name"]: one for one in json.loads(MANIFEST)["operations"]}
WHO = TRUSTED["Who"]
NOT_IN_LIST = "PERSISTED_QUERY_NOT_IN_LIST"


def by_hash(text: str) -> dict[str, Any]:
    return named(sha256(text.encode()).hexdigest())


def named(name: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": name}}}


@asynccontextmanager
async def trusting(stores: Stores, folder: Path, mode: str, **settings: Any) -> AsyncIterator[Floor]:
    path = folder / "manifest.json"
    path.write_text(MANIFEST)
    async with working(stores, trusted_documents=str(path), trusted_documents_mode=mode, **settings) as floor:
        yield floor


@pytest.fixture(scope="module")
async def floor(stores: Stores) -> AsyncIterator[Floor]:
    """A server without a manifest."""
    async with working(stores) as found:
        yield found


@pytest.fixture(scope="module")
async def strict(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Floor]:
    """A server that answers what is in its manifest."""
    async with trusting(stores, tmp_path_factory.mktemp("strict"), "enforce") as found:
        yield found


def asker(floor: Floor) -> Client:
    return floor.service.client.holding(floor.token)


async def get(client: Client, **parameters: Any) -> Reply:
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in parameters.items()}
    return await client.send("GET", "/graphql", params=texts)


@pytest.mark.parametrize("accept", [PLAIN_JSON, RESPONSE_JSON])
async def test_a_document_that_was_sent_once_is_known_by_its_hash(floor: Floor, accept: str) -> None:
    text = f"query {accept.replace('/', '_').translate({ord(c): '_' for c in '-+'})} {NAME}"
    client = asker(floor)

    unknown = await client.post(by_hash(text), accept=accept)
    sent = await client.post({"query": text, **by_hash(text)}, accept=accept)
    known = await client.post(by_hash(text), accept=accept)
    by_get = await get(client, **by_hash(text))
    elsewhere = await client.post({"documentId": f"sha256:{sha256(text.encode()).hexdigest()}"}, accept=accept)

    error = {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}
    assert (unknown.status, unknown.json) == (400 if accept == RESPONSE_JSON else 200, {"errors": [error]})
    assert [reply.json for reply in (sent, known, by_get, elsewhere)] == [ASKER] * 4


async def test_a_mutation_that_is_known_by_its_hash_does_not_run_by_get(floor: Floor) -> None:
    text = "mutation { __typename }"

    sent = await asker(floor).post({"query": text, **by_hash(text)})
    refused = await get(asker(floor), **by_hash(text))

    assert sent.json == {"data": {"__typename": "Mutation"}}
    assert (refused.status, refused.headers["Allow"]) == (405, "POST")


WRONG: dict[str, dict[str, Any]] = {
    "another hash": {"query": NAME, **named(NEVER)},
    "half a character": {"query": '{ node(id: "\ud800") { id } }', **by_hash('{ node(id: "?") { id } }')},
    "another version": {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": NEVER}}},
    "no version": {"extensions": {"persistedQuery": {"sha256Hash": NEVER}}},
    "no hash": {"extensions": {"persistedQuery": {"version": 1}}},
    "a hash that is no text": {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 1}}},
    "a list": {"extensions": {"persistedQuery": []}},
    "an id that is no text": {"documentId": 1},
    "an empty id": {"documentId": ""},
    "an id and a text": {"documentId": "x", "query": NAME},
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
async def test_what_does_not_name_a_document_is_refused(floor: Floor, body: dict[str, Any]) -> None:
    reply = await asker(floor).post(body)

    assert (reply.status, reply.codes) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize("extensions", ["{", "[]", "1", '{"persistedQuery": 1}'])
async def test_extensions_by_get_are_a_json_object(floor: Floor, extensions: str) -> None:
    reply = await get(asker(floor), query=NAME, extensions=extensions)

    assert (reply.status, reply.codes) == (400, ["BAD_REQUEST"])
    assert (await get(asker(floor), query=NAME, extensions={})).json == ASKER


async def test_an_id_that_nobody_knows_is_said_to_be_so(floor: Floor) -> None:
    for name in ("x", "sha256:x", f"sha256:{NEVER}", "x-y:z", "\ud800", "x" * 100_000):
        reply = await asker(floor).post({"documentId": name}, accept=RESPONSE_JSON)
        assert (reply.status, reply.codes) == (400, ["PERSISTED_QUERY_NOT_FOUND"])
        assert len(reply.text) < 200


async def test_hashes_can_be_turned_off(stores: Stores) -> None:
    async with working(stores, persisted_queries_kilobytes=0) as floor:
        sent = await asker(floor).post({"query": NAME, **by_hash(NAME)})
        named = await asker(floor).post(by_hash(NAME))

    error = {"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}
    assert (sent.json, named.json) == (ASKER, {"errors": [error]})


async def test_what_is_remembered_has_a_bound_and_keeps_what_is_used(stores: Stores) -> None:
    persisted = Persisted(kilobytes=64)
    texts = [f"query Q{number} {{ __typename }} #{'x' * 10_000}" for number in range(20)]

    for text in texts:
        await kept(persisted, text, send=True)
        assert await kept(persisted, texts[0])
    assert [number for number, text in enumerate(texts) if await kept(persisted, text)] == [0, 15, 16, 17, 18, 19]
    assert 50_000 < persisted._held <= 64 * 1024

    await kept(persisted, "#" * 100_000, send=True)  # larger than all the room
    assert [text for text in texts if await kept(persisted, text)] == []
    assert persisted._held == 0


async def kept(persisted: Persisted, text: str, *, send: bool = False) -> bool:
    """Whether a document is known by its hash, when it is sent too or not."""

    async def nobody() -> Viewer:
        raise AssertionError("it does not matter who asks")

    asked = Asked(text if send else None, sha256=sha256(text.encode()).hexdigest())
    return not isinstance(await persisted.operation(asked, nobody), Answer)


@pytest.mark.parametrize("mode", ["off", "log", "enforce"])
async def test_a_document_of_the_manifest_is_answered_by_its_id(stores: Stores, tmp_path: Path, mode: str) -> None:
    async with trusting(stores, tmp_path, mode) as floor:
        client = asker(floor)
        with capture_logs() as logged:
            replies = [
                await client.post({"documentId": WHO["id"]}),
                await client.post({"documentId": f"sha256:{WHO['id']}"}),
                await client.post({"documentId": WHO["id"], "operationName": "Who", "variables": {}}),
                await client.post(named(WHO["id"])),
                await client.post({"query": WHO["body"]}),
                await client.post({"query": WHO["body"], **named(WHO["id"])}),
                await get(client, documentId=WHO["id"]),
                await get(client, **named(WHO["id"])),
            ]
            by_get = await get(client, documentId=TRUSTED["Cancel"]["id"], variables={"id": "x"})

    assert [reply.json for reply in replies] == [ASKER] * len(replies)
    assert (by_get.status, by_get.codes) == (405, ["BAD_USER_INPUT"])
    assert [line for line in logged if line["event"] == "untrusted document"] == []


async def test_other_documents_are_answered_and_logged_without_their_text(stores: Stores, tmp_path: Path) -> None:
    text = 'query Mine { viewer { user { displayName } } node(id: "canary") { id } }'
    async with trusting(stores, tmp_path, "log") as floor:
        with capture_logs() as logged:
            answered = await asker(floor).post({"query": text, "operationName": "Mine"})
            unknown = await asker(floor).post(by_hash(text))

    assert answered.json["data"]["viewer"] == ASKER["data"]["viewer"]
    assert unknown.codes == ["PERSISTED_QUERY_NOT_FOUND"]
    [line] = [line for line in logged if line["event"] == "untrusted document"]
    assert (line["document"], line["operation"]) == (sha256(text.encode()).hexdigest(), "Mine")
    assert line["refused"] is False
    assert "canary" not in str(logged)


async def test_other_documents_are_refused_where_the_manifest_is_enforced(strict: Floor) -> None:
    client = asker(strict)
    with capture_logs() as logged:
        replies = [
            await client.post({"query": NAME}),
            await client.post({"query": NAME, **by_hash(NAME)}),
            await client.post(by_hash(NAME)),
            await client.post({"query": WHO["body"] + "\n"}),
            await client.post({"query": "{ __schema { queryType { name } } }"}),
            await client.post({"query": "{"}),
            await client.post({"documentId": NEVER}),
            await get(client, query=NAME),
            await client.post({"query": NAME}, accept=RESPONSE_JSON),
            await client.post({"query": NAME}, accept=EVENTS),
            await client.post({"query": FOLLOW, "variables": {"id": "x"}}, accept=f"{EVENTS}, {RESPONSE_JSON}"),
        ]

    assert [reply.codes for reply in replies] == [[NOT_IN_LIST]] * len(replies)
    assert [reply.status for reply in replies] == [200] * 8 + [400] * 3
    lines = [line for line in logged if line["event"] == "untrusted document"]
    assert [line["refused"] for line in lines] == [True] * len(replies)


async def test_administrators_may_send_any_document_and_nobody_else_profits(strict: Floor) -> None:
    text = "{ __schema { queryType { name } } viewer { user { displayName } } }"
    narrow = strict.service.client.holding(await strict.service.token(scopes=["dashboards:read"]))

    sent = await strict.service.admin.post({"query": text, **by_hash(text)})
    named = await strict.service.admin.post(by_hash(text))
    new = await strict.service.admin.post(by_hash(NAME))

    assert sent.json == named.json
    assert sent.json["data"]["__schema"] == {"queryType": {"name": "Query"}}
    assert new.codes == ["PERSISTED_QUERY_NOT_FOUND"]
    for client in (asker(strict), narrow):
        assert (await client.post(by_hash(text))).codes == [NOT_IN_LIST]
        assert (await client.post({"query": text})).codes == [NOT_IN_LIST]
        assert (await client.post({"documentId": WHO["id"]})).status == 200


async def test_websockets_take_documents_by_name_and_refuse_others(strict: Floor) -> None:
    name = await strict.job()
    variables = {"id": job_id(name)}

    async with connected(strict.address) as socket:
        await socket.greet(strict.token)
        for number, payload in enumerate([{"documentId": TRUSTED["Follow"]["id"]}, named(TRUSTED["Follow"]["id"])]):
            await socket.send({"id": str(number), "type": "subscribe", "payload": {**payload, "variables": variables}})
            answer = await socket.receive()
            assert (answer["type"], answer["payload"]) == ("next", {"data": {"jobUpdated": {"status": "QUEUED"}}})
            await socket.send({"id": str(number), "type": "complete"})
        for payload in ({"query": NAME}, {"documentId": "x"}, by_hash(NAME), {"query": FOLLOW, "variables": variables}):
            await socket.send({"id": "other", "type": "subscribe", "payload": payload})
            refused = await socket.receive()
            assert (refused["id"], refused["type"]) == ("other", "error")
            assert [error["extensions"]["code"] for error in refused["payload"]] == [NOT_IN_LIST]
        await socket.alive()
        await socket.send({"id": "1", "type": "subscribe", "payload": {"query": NAME, **named(NEVER)}})
        assert (await socket.closed())[0] == 4400


async def test_a_token_that_is_revoked_is_told_so_at_the_next_operation_of_a_websocket(strict: Floor) -> None:
    issued = await strict.service.world.identity.create_token("asker@x.example", name="short")

    async with connected(strict.address) as socket:
        await socket.greet(issued.text)
        await strict.service.world.identity.revoke(issued.id)
        await socket.send({"id": "1", "type": "subscribe", "payload": {"query": NAME}})
        refused = await socket.receive()

    assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "UNAUTHENTICATED")


async def test_events_take_documents_by_name(strict: Floor) -> None:
    reply = await asker(strict).post({"documentId": WHO["id"]}, accept=EVENTS)

    assert (reply.status, reply.headers["Content-Type"]) == (200, f"{EVENTS}; charset=utf-8")
    assert reply.text == f"event: next\ndata: {json.dumps(ASKER, separators=(',', ':'))}\n\nevent: complete\ndata: \n\n"


@pytest.fixture(scope="module")
def clients(request: pytest.FixtureRequest) -> Path:
    return installed(Path(__file__).parent / "clients", request.config.cache)


async def apollo(clients: Path, floor: Floor, query: str, *manifest: Path) -> list[dict[str, Any]]:
    """What Apollo Client does and gets when it asks this twice."""
    return await told(clients, "apollo.mjs", floor.address, floor.token, query, *map(str, manifest))


def request(*codes: str, text: bool = False, status: int = 200) -> dict[str, Any]:
    return {"request": {"text": text, "hash": True, "status": status, "codes": list(codes)}}


async def test_apollo_client_sends_a_document_once_and_then_its_hash(clients: Path, floor: Floor) -> None:
    found = await apollo(clients, floor, "query Apollo { viewer { user { displayName } } }")

    user = {"__typename": "User", "displayName": "asker"}
    data = {"data": {"viewer": {"__typename": "Viewer", "user": user}}}
    unknown = request("PERSISTED_QUERY_NOT_FOUND", status=400)
    assert found == [unknown, request(text=True), data, request(), data]


async def test_apollo_client_asks_by_the_ids_of_our_manifest(stores: Stores, tmp_path: Path, clients: Path) -> None:
    shown = "fragment Shown on User { displayName ...Mail }"
    used = f"query Apollo {{ viewer {{ user {{ ...Shown }} }} }} {shown} fragment Mail on User {{ email }}"
    path = tmp_path / "manifest.json"
    path.write_text(written({"a.graphql": used}, typenames=True)[0])
    async with working(stores, trusted_documents=str(path), trusted_documents_mode="enforce") as floor:
        found = await apollo(clients, floor, used, path)

    user = {"__typename": "User", "displayName": "asker", "email": "asker@x.example"}
    data = {"data": {"viewer": {"__typename": "Viewer", "user": user}}}
    assert found == [request(), data, request(), data]
