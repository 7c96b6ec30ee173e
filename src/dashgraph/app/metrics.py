"""What Prometheus is told: counts and durations of this process, with labels that nobody outside can multiply."""

import hmac
from collections.abc import Awaitable, Callable, Iterable, Iterator

from aiohttp import hdrs, web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from pydantic import SecretStr

from dashgraph.app import http
from dashgraph.domain.observing import (
    Batch,
    Call,
    DocumentRead,
    Event,
    JobAttempted,
    Operation,
    Refused,
    SourceTurned,
    Work,
)
from dashgraph.domain.problems import Unauthenticated
from dashgraph.graph import errors
from dashgraph.graph.execution import Executor
from dashgraph.store.database import Database

PATH = "/metrics"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
NO_ANSWER = "none"


class Metrics:
    """An observer with a registry of its own, so that several applications fit into one process."""

    def __init__(self, sources: Iterable[str]) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._operations = Histogram(
            "dashgraph_operation_seconds",
            "Time that operations took. Only those of trusted documents have a name here.",
            ("kind", "status", "operation"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._running = self._gauge("dashgraph_operations_running", "Operations that run now.", "kind")
        self._refused = self._counter("dashgraph_operations_refused", "Operations that were not run.")
        self._batches = Histogram(
            "dashgraph_batch_seconds",
            "Time that questions to one source took, each for many things at once.",
            ("name", "source"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._keys = self._counter("dashgraph_batch_keys", "Things asked for in batches.", "name", "source")
        self._calls = Histogram(
            "dashgraph_upstream_seconds",
            "Time that requests to the systems behind sources took; `none` had no answer.",
            ("source", "status"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._silent = self._gauge("dashgraph_source_spared", "1 while the breaker of a source is open.", "source")
        self._jobs = self._counter("dashgraph_job_attempts", "Attempts at jobs in this process.", "kind", "status")
        self._documents = self._counter("dashgraph_documents_read", "Documents that were not remembered.")
        for source in sources:
            self._silent.labels(source).set(0)

    def watch(self, database: Database, executor: Executor) -> None:
        """Tell at each look also what these have at that moment."""
        self.registry.register(_Now(lambda: _now(database, executor)))

    def begun(self, work: Work) -> None:
        if isinstance(work, Operation):
            self._running.labels(work.kind).inc()

    def within(self, _work: Work) -> None:
        return None

    def ended(self, work: Work) -> None:
        match work:
            case Operation():
                self._running.labels(work.kind).dec()
                name = work.name if work.is_trusted and work.name else ""
                self._operations.labels(work.kind, work.status, name).observe(work.seconds)
            case Batch():
                self._batches.labels(work.name, work.source).observe(work.seconds)
                self._keys.labels(work.name, work.source).inc(work.keys)
            case Call():
                status = NO_ANSWER if work.status is None else f"{work.status // 100}xx"
                self._calls.labels(work.source, status).observe(work.seconds)

    def noted(self, event: Event) -> None:
        match event:
            case Refused():
                self._refused.inc()
            case DocumentRead():
                self._documents.inc()
            case SourceTurned():
                self._silent.labels(event.source).set(event.is_silent)
            case JobAttempted():
                self._jobs.labels(event.kind, event.status).inc()

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def _counter(self, name: str, description: str, *labels: str) -> Counter:
        return Counter(name, description, labels, registry=self.registry)

    def _gauge(self, name: str, description: str, *labels: str) -> Gauge:
        return Gauge(name, description, labels, registry=self.registry)


class _Now(Collector):
    """What is looked up when somebody scrapes."""

    def __init__(self, families: Callable[[], Iterable[Metric]]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families()


def _now(database: Database, executor: Executor) -> Iterator[Metric]:
    pool = database.pool()
    connections = GaugeMetricFamily(
        "dashgraph_database_connections", "Connections to the database, by what they do.", labels=["state"]
    )
    connections.add_metric(["busy"], pool.busy)
    connections.add_metric(["idle"], pool.idle)
    connections.add_metric(["most"], pool.most)
    yield connections
    yield GaugeMetricFamily(
        "dashgraph_documents_kept_characters", "Characters of documents that are remembered.", executor.remembered
    )
    plans = executor.plans
    if plans is None:
        return
    yield CounterMetricFamily("dashgraph_plan_answers", "Operations that a plan answered.", plans.answered)
    fallbacks = CounterMetricFamily(
        "dashgraph_plan_fallbacks", "Operations that were answered field by field, and why.", labels=["reason"]
    )
    for reason, count in plans.fallbacks.items():
        fallbacks.add_metric([reason], count)
    yield fallbacks
    yield GaugeMetricFamily("dashgraph_plans_kept_fields", "Fields of the plans that are remembered.", plans.fields)


def scraped(metrics: Metrics, secret: SecretStr) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answers a scrape; where there is a token, only to who sends it."""
    token = secret.get_secret_value()

    async def answer(request: web.Request) -> web.Response:
        given = http.bearer(request) or ""
        if token and not hmac.compare_digest(given.encode(errors="surrogateescape"), token.encode()):
            problem = errors.plain("The token for metrics is missing or wrong.", Unauthenticated.code)
            return web.json_response({"errors": [problem]}, status=401, headers=http.CHALLENGE)
        return web.Response(body=metrics.text(), headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_PLAIN_0_0_4})

    return answer
