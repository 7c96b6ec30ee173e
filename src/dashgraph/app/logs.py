"""Structured logs: lines for people on a terminal, JSON for machines. Tokens and passwords never come here."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from aiohttp.http_exceptions import HttpProcessingError

from dashgraph.app.redaction import redacted


class Stderr:
    """What sys.stderr is when a line is written, not what it was when logging was set up."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class Lines(logging.StreamHandler[Any]):
    """Where the lines of libraries go that log in Python's own way."""


def configure(style: str) -> None:
    """`json`, `console`, or `auto`: console when a person looks on."""
    console = style == "console" or (style == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.processors.JSONRenderer(serializer=_json)
    if console:
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        redacted,
        structlog.processors.TimeStamper(fmt="iso", utc=True),  # last: it holds no secret, and looking would take long
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(Stderr()),  # type: ignore[arg-type]  # a line in one piece
        cache_logger_on_first_use=False,
    )
    lines = Lines(Stderr())
    lines.addFilter(_ours_to_mend)
    without_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[without_meta, renderer])
    )
    root = logging.getLogger()
    root.handlers = [*(one for one in root.handlers if not isinstance(one, Lines)), lines]


def _json(event: object, default: Callable[[Any], Any]) -> str:
    """A line. What the fast writer refuses (half characters, numbers of many digits) goes to the one that does not."""
    try:
        return orjson.dumps(event, default=default).decode()
    except TypeError:
        return json.dumps(event, default=default)


def _ours_to_mend(record: logging.LogRecord) -> bool:
    """Not what a client sent that is no HTTP: the server quotes the bytes, and they may hold a secret."""
    return record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError)
