"""What OpenTelemetry is told: spans of operations, batches and calls, and nothing of what was asked for."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from importlib import import_module
from typing import Any

from opentelemetry import context, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from dashgraph.domain.observing import OK, Batch, Call, Event, Operation, SourceTurned, Work
from dashgraph.domain.problems import BadInput

NAME = "dashgraph"
PROPAGATOR = TraceContextTextMapPropagator()
PARENT = ("traceparent", "tracestate")
BAD = 400  # and above: an answer that says that something is wrong
STANDARD = ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class Tracing:
    """An observer that makes a span of each piece of work. `hand_on` tells it to the systems behind sources too."""

    def __init__(self, tracer: Tracer, *, hand_on: bool) -> None:
        self._tracer = tracer
        self._hand_on = hand_on
        self._spans: dict[Work, Span] = {}

    def begun(self, work: Work) -> None:
        kind = SpanKind.INTERNAL
        match work:
            case Operation():
                name, kind = f"{work.kind} {work.name}" if work.name else work.kind, SpanKind.SERVER
                told: dict[str, str | int] = {
                    "graphql.operation.type": work.kind,
                    "graphql.document.hash": f"sha256:{work.document}",
                }
                if work.name:
                    told["graphql.operation.name"] = work.name
            case Batch():
                name = f"batch {work.name}"
                told = {
                    "dashgraph.batch.name": work.name,
                    "dashgraph.batch.keys": work.keys,
                    "dashgraph.source": work.source,
                }
            case Call():
                name, kind = f"{work.method} {work.template}", SpanKind.CLIENT
                told = {
                    "dashgraph.source": work.source,
                    "http.request.method": work.method,
                    "url.template": work.template,
                }
        span = self._spans[work] = self._tracer.start_span(name, kind=kind, attributes=told)
        if isinstance(work, Call) and self._hand_on:
            PROPAGATOR.inject(work.headers, trace.set_span_in_context(span))

    def within(self, work: Work) -> AbstractContextManager[None]:
        return _current(self._spans[work])

    def ended(self, work: Work) -> None:
        span = self._spans.pop(work)
        if isinstance(work, Call):
            if work.status is not None:
                span.set_attribute("http.response.status_code", work.status)
            is_well = work.status is not None and work.status < BAD
        else:
            span.set_attribute("dashgraph.status", work.status)
            is_well = work.status == OK
        if not is_well:
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def noted(self, event: Event) -> None:
        if isinstance(event, SourceTurned):
            told = {"dashgraph.source": event.source}
            trace.get_current_span().add_event("source silent" if event.is_silent else "source back", told)


@contextmanager
def _current(span: Span) -> Iterator[None]:
    with trace.use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False):
        yield


@contextmanager
def continued(headers: Mapping[str, str]) -> Iterator[None]:
    """What is done in here belongs to the trace that a request names, if it names one."""
    given = {name: headers[name] for name in PARENT if name in headers}
    if not given:
        yield
        return
    token = context.attach(PROPAGATOR.extract(given, context.get_current()))
    try:
        yield
    finally:
        context.detach(token)


@asynccontextmanager
async def tracer(endpoint: str) -> AsyncIterator[Tracer | None]:
    """The tracer that the environment asks for, or the setting; None where neither does. Raises BadInput.

    Sampling, headers and what else there is are the standard variables of OpenTelemetry (OTEL_*).
    """
    if not _wanted(endpoint):
        yield None
        return
    try:
        exporting = import_module("dashgraph.app.trace_exporting")
    except ModuleNotFoundError as error:
        message = "Traces need OpenTelemetry's SDK and exporter: pip install 'dashgraph[otel]'"
        raise BadInput(message) from error
    provider: Any = exporting.provider(NAME, endpoint)
    try:
        yield provider.get_tracer(NAME)
    finally:
        await exporting.close(provider)


def _wanted(endpoint: str) -> bool:
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return bool(endpoint) or any(os.environ.get(name) for name in STANDARD)
