"""How spans leave the process: OpenTelemetry's SDK and its exporter by OTLP over HTTP, which are an extra."""

import asyncio
from importlib.metadata import version
from threading import Thread

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

PATIENCE = 5  # seconds for a collector to take the last spans


def provider(name: str, endpoint: str) -> TracerProvider:
    """Sends to this endpoint; to the one of the environment where it is empty."""
    ours = Resource({"service.name": name, "service.version": version("dashgraph")})
    made = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint or None)))
    return made


async def close(made: TracerProvider) -> None:
    """Send what is left, and stop. A collector that is gone does not keep the process from ending."""
    closing = Thread(target=made.shutdown, name="traces-close", daemon=True)
    closing.start()
    await asyncio.to_thread(closing.join, PATIENCE)
