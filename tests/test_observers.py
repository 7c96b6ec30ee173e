"""What is seen of a server from outside: spans, metrics, slow operations and readiness, over real requests."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from conftest import Stores
from dashgraph.app.build import opened
from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.lightdash.fake import LightdashFake
from dashgraph.app.settings import Settings
from dashgraph.app.slowness import SlowOperations
from dashgraph.app.tracing import Tracing
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.store.demo import ADMIN_EMAIL
from serving import Client, Reply, Service, listening, served

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)

CANARY = "canary-4711"
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{CALLER}-01"
SCRAPER = "a token for the scraper"
OWNERS = """query Owners($text: String) {
    dashboards(first: 5, sources: ["local"], filter: {text: $text}) { edges { node { owner { displayName } } } }
}"""
ELSEWHERE = 'query Elsewhere { projects(sources: ["lightdash"]) { edges { node { name } } } }'
TILES = "subscription Tiles($id: ID!) { dashboardTiles(dashboardId: $id) { __typename } }"
NAME = "{ viewer { user { displayName } } }"


class Listening(LightdashFake):
    """The fake, with the headers that came."""

    def __init__(self) -> None:
        super().__init__()
        self.headers: list[Mapping[str, str]] = []

    def application(self) -> web.Application:
        app = super().application()

        @web.middleware
        async def heard(request: web.Request, handler: Any) -> web.StreamResponse:
            self.headers.append(request.headers)
            response: web.StreamResponse = await handler(request)
            return response

        app.middlewares.append(heard)
        return app


@dataclass
class Seen:
    """A server over the store and a live source, and those who look on."""

    service: Service
    upstream: Listening
    exporter: InMemorySpanExporter = field(repr=False)

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None, **headers: str) -> Reply:
        self.exporter.clear()
        self.upstream.headers.clear()
        return await self.service.admin.post({"query": query, "variables": variables}, **headers)

    def spans(self, start: str = "") -> list[ReadableSpan]:
        return [one for one in self.exporter.get_finished_spans() if one.name.startswith(start)]

    async def scraped(self) -> dict[tuple[str, ...], float]:
        """The samples by their names and the values of their labels."""
        reply = await self.service.client.holding(SCRAPER).send("GET", "/metrics")
        families = text_string_to_metric_families(reply.text)
        return {
            (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
            for family in families
            for sample in family.samples
        }


@asynccontextmanager
async def seen(stores: Stores, *, hand_on: bool = False, **settings: Any) -> AsyncIterator[Seen]:
    exporter, provider, upstream = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False), Listening()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    async with upstream.serving() as url:
        live = LiveSettings(
            name="lightdash",
            kind=SourceKind.LIGHTDASH,
            url=url,
            credentials=Credentials(token=Secret(upstream.TOKEN)),
            freshness=0,
        )
        chosen = Settings(database_url=await stores.fresh("demo"), metrics_token=SCRAPER, **settings)
        observers = [Tracing(provider.get_tracer("test"), hand_on=hand_on), SlowOperations(0)]
        async with (
            opened(chosen, [live], observers=observers) as world,
            listening(world) as address,
            aiohttp.ClientSession() as session,
        ):
            issued = await world.identity.create_token(ADMIN_EMAIL, name="test")
            client = Client(session, address)
            yield Seen(Service(world, client, client.holding(issued.text)), upstream, exporter)


@pytest.fixture(scope="module")
async def watched(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Seen]:
    """For tests that only read. One document is trusted."""
    manifest = tmp_path_factory.mktemp("trusted") / "manifest.json"
    one = {"id": "owners", "name": "Owners", "type": "query", "body": OWNERS}
    manifest.write_text(json.dumps({"format": "apollo-persisted-query-manifest", "version": 1, "operations": [one]}))
    async with seen(stores, hand_on=True, trusted_documents=str(manifest)) as found:
        yield found


def hash_of(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()


async def test_an_operation_is_one_span_in_the_trace_of_its_request(watched: Seen) -> None:
    reply = await watched.ask(OWNERS, {"text": CANARY}, traceparent=PARENT)

    assert reply.json == {"data": {"dashboards": {"edges": []}}}
    [operation] = watched.spans("query Owners")
    assert operation.kind.name == "SERVER"
    assert (f"{operation.context.trace_id:032x}", f"{operation.parent.span_id:016x}") == (TRACE, CALLER)
    assert dict(operation.attributes) == {
        "graphql.operation.type": "query",
        "graphql.operation.name": "Owners",
        "graphql.document.hash": f"sha256:{hash_of(OWNERS)}",
        "dashgraph.status": "ok",
    }
    assert CANARY not in str([one.to_json() for one in watched.spans()])
    assert "displayName" not in str([one.to_json() for one in watched.spans()])


async def test_each_batch_is_a_span_within_its_operation(watched: Seen) -> None:
    reply = await watched.ask(OWNERS)

    people = {edge["node"]["owner"]["displayName"] for edge in reply.json["data"]["dashboards"]["edges"]}
    assert len(people) == 4
    [operation], [listed, owners] = watched.spans("query"), watched.spans("batch")
    assert {one.parent.span_id for one in (listed, owners)} == {operation.context.span_id}
    assert dict(owners.attributes) == {
        "dashgraph.batch.name": "user",
        "dashgraph.batch.keys": 4,
        "dashgraph.source": "local",
        "dashgraph.status": "ok",
    }


async def test_each_call_is_a_span_within_its_batch_and_tells_the_system_of_the_trace(watched: Seen) -> None:
    await watched.ask(ELSEWHERE, traceparent=PARENT)

    calls = [one for one in watched.spans() if one.kind.name == "CLIENT"]
    [batch] = watched.spans("batch")
    assert calls
    for call in calls:
        assert call.parent.span_id == batch.context.span_id
        assert call.name == f"GET {call.attributes['url.template']}"
        assert (call.attributes["http.response.status_code"], call.attributes["dashgraph.source"]) == (200, "lightdash")
    told = {one["traceparent"] for one in watched.upstream.headers}
    assert told == {f"00-{TRACE}-{one.context.span_id:016x}-01" for one in calls}


async def test_ids_are_not_in_the_paths_that_are_seen(watched: Seen) -> None:
    await watched.ask('{ dashboards(sources: ["lightdash"]) { edges { node { widgets { totalCount } } } } }')

    templates = {str(one.attributes["url.template"]) for one in watched.spans() if one.kind.name == "CLIENT"}
    assert any("{}" in one for one in templates)
    paths = {call.line.split()[1].partition("?")[0] for call in watched.upstream.calls}
    assert any(part.count("-") == 4 for path in paths for part in path.split("/")), "the ids look like this"
    assert not [part for one in templates for part in one.split("/") if part.count("-") == 4]


async def test_a_system_is_told_of_no_trace_unless_that_is_set(stores: Stores) -> None:
    async with seen(stores) as found:
        await found.ask(ELSEWHERE, traceparent=PARENT)

        assert found.upstream.headers
        assert not [
            one for one in found.upstream.headers if {"traceparent", "tracestate"} & {name.lower() for name in one}
        ]


async def test_a_subscription_is_one_span_and_its_batches_are_within(watched: Seen) -> None:
    listed = await watched.ask('{ dashboards(first: 1, sources: ["local"]) { edges { node { id } } } }')
    [edge] = listed.json["data"]["dashboards"]["edges"]

    reply = await watched.ask(TILES, {"id": edge["node"]["id"]}, accept="text/event-stream")

    assert "event: complete" in reply.text
    [operation] = watched.spans("subscription Tiles")
    assert operation.attributes["dashgraph.status"] == "ok"
    assert {one.parent.span_id for one in watched.spans("batch")} == {operation.context.span_id}


async def test_metrics_are_for_who_has_their_token(watched: Seen) -> None:
    client = watched.service.client

    replies = [await one.send("GET", "/metrics") for one in (client, client.holding("wrong"), watched.service.admin)]

    assert [reply.status for reply in replies] == [401, 401, 401]
    assert [reply.codes for reply in replies] == [["UNAUTHENTICATED"]] * 3
    assert (await client.holding(SCRAPER).send("GET", "/metrics")).status == 200


async def test_there_are_no_metrics_unless_that_is_set(stores: Stores) -> None:
    async with served(await stores.fresh("empty")) as service:
        assert (await service.client.send("GET", "/metrics")).status == 404
        assert service.world.metrics is None


async def test_metrics_count_operations_batches_calls_and_documents(watched: Seen) -> None:
    for query in (OWNERS, ELSEWHERE):
        await watched.ask(query)
    before = await watched.scraped()
    for query in (OWNERS, OWNERS, ELSEWHERE, "{", "{ nope }"):
        await watched.ask(query)

    after = await watched.scraped()
    changed = {name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)}
    assert changed["dashgraph_operation_seconds_count", "query", "Owners", "ok"] == 2
    assert changed["dashgraph_operation_seconds_count", "query", "", "ok"] == 1
    assert changed["dashgraph_operations_refused_total",] == 2
    assert changed["dashgraph_batch_seconds_count", "user", "local"] == 2
    assert changed["dashgraph_batch_keys_total", "user", "local"] == 2 * 4
    assert changed["dashgraph_upstream_seconds_count", "lightdash", "2xx"] >= 1
    assert after["dashgraph_database_connections", "most"] == 10
    assert after["dashgraph_source_spared", "lightdash"] == 0
    assert after["dashgraph_documents_kept_characters",] > len(OWNERS)


async def test_metrics_count_what_a_plan_answered_and_why_else_it_did_not(watched: Seen) -> None:
    before = await watched.scraped()
    made = 'mutation { createFolder(input: {source: "local", name: "counted"}) { errors { code } } }'
    for query in (OWNERS, OWNERS, "{ __schema { description } }", made, "{ nope }"):
        await watched.ask(query)
    await watched.ask("query($id: ID!) { node(id: $id) { id } }", {"id": None})

    after = await watched.scraped()
    counted = {
        name: value - before.get(name, 0) for name, value in after.items() if name[0].startswith("dashgraph_plan")
    }
    assert {name: value for name, value in counted.items() if value and name[0].endswith("_total")} == {
        ("dashgraph_plan_answers_total",): 2,
        ("dashgraph_plan_fallbacks_total", "introspection"): 1,
        ("dashgraph_plan_fallbacks_total", "mutation"): 1,
        ("dashgraph_plan_fallbacks_total", "variables"): 1,
    }
    assert after["dashgraph_plans_kept_fields",] > 0


async def test_without_plans_there_is_nothing_to_count_of_them(stores: Stores) -> None:
    async with seen(stores, plan=False) as found:
        assert [name for name in await found.scraped() if name[0].startswith("dashgraph_plan")] == []


async def test_a_document_is_read_once(watched: Seen) -> None:
    before = await watched.scraped()

    for _ in range(3):
        await watched.ask("query Fresh { __typename }")

    assert (await watched.scraped())["dashgraph_documents_read_total",] == before["dashgraph_documents_read_total",] + 1


async def test_an_invalid_document_is_read_once_for_each_request(watched: Seen) -> None:
    before = await watched.scraped()

    for accepted in ("application/json", "text/event-stream", "application/json, text/event-stream"):
        assert "nope" in (await watched.ask("{ nope }", accept=accepted)).text

    assert (await watched.scraped())["dashgraph_documents_read_total",] == before["dashgraph_documents_read_total",] + 3


async def test_names_that_clients_make_up_do_not_multiply_the_metrics(watched: Seen) -> None:
    await watched.ask("query Warm { __typename }")
    before = await watched.scraped()

    for number in range(20):
        await watched.ask(f"query Made{number} {{ __typename }}")

    assert (await watched.scraped()).keys() == before.keys()


async def test_a_slow_operation_is_logged_with_its_batches_and_nothing_of_what_it_asked(watched: Seen) -> None:
    with capture_logs(processors=[merge_contextvars]) as logged:
        await watched.ask(OWNERS, {"text": ""}, x_request_id="mine-7")

    [line] = [one for one in logged if one["event"] == "slow operation"]
    assert (line["kind"], line["operation"], line["document"]) == ("query", "Owners", hash_of(OWNERS))
    assert [(one["name"], one["source"], one["keys"]) for one in line["batches"]] == [
        ("dashboards", "local", 1),
        ("user", "local", 4),
    ]
    assert all(0 <= one["ms"] <= line["ms"] for one in line["batches"])
    assert {one["request_id"] for one in logged} == {"mine-7"}
    assert "displayName" not in str(logged)


async def test_a_fast_operation_is_not_logged(stores: Stores) -> None:
    async with served(await stores.fresh("demo"), slow_operation_milliseconds=60_000) as service:
        with capture_logs() as logged:
            await service.admin.ask(NAME)

    assert [line["event"] for line in logged] == ["request"]


async def test_a_dead_source_is_degraded_and_not_unready(stores: Stores) -> None:
    async with seen(stores) as found:
        found.upstream.board.switch_on(Wrong.ERROR, status=507)  # which is not worth another try
        before = await found.service.client.send("GET", "/readyz")
        failed = {code for _ in range(5) for code in (await found.ask(ELSEWHERE)).codes}
        dead = await found.service.client.send("GET", "/readyz")
        samples = await found.scraped()

    assert (before.status, before.json) == (200, {"status": "ready", "database": "ok", "loaders": "ok"})
    told = {"status": "degraded", "database": "ok", "loaders": "ok", "silent": ["lightdash"]}
    assert (dead.status, dead.json) == (200, told)
    assert samples["dashgraph_source_spared", "lightdash"] == 1
    assert failed <= {"UPSTREAM_ERROR", "SOURCE_UNAVAILABLE"}  # the second from when it is spared
    assert samples["dashgraph_upstream_seconds_count", "lightdash", "5xx"] >= 5


async def test_loaders_that_do_not_answer_are_unready(stores: Stores) -> None:
    async with served(await stores.fresh("demo")) as service:
        async with service.world.database.writing() as session:
            await session.execute(text("ALTER TABLE users RENAME TO persons"))
        with capture_logs():
            reply = await service.client.send("GET", "/readyz")
            alive = await service.client.send("GET", "/healthz")

    assert (reply.status, alive.status) == (503, 200)
    assert reply.json == {"status": "unready", "database": "ok", "loaders": "do not answer"}
