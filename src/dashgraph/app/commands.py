"""What the commands share: settings, a running loop, and errors as one line."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import uvloop
from rich.console import Console

from dashgraph.app import logs
from dashgraph.app.settings import Settings, load
from dashgraph.domain.problems import Problem

T = TypeVar("T")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="PATH|URL",
        help="SQLite path or PostgreSQL address. Default: DASHGRAPH_DATABASE_URL, else dashgraph.sqlite3 here.",
        show_default=False,
    ),
]
As = Annotated[
    str | None,
    typer.Option("--as", metavar="USER", help="Act as this user. Default: the only administrator.", show_default=False),
]


def settings(**given: object) -> Settings:
    """The settings for a command; what is wrong with them ends it with one line."""
    try:
        found = load(**given)
    except Problem as problem:
        raise failed(problem) from None
    logs.configure(found.log_format)
    return found


def run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a command's work. A problem becomes one line on stderr and exit code 1."""
    factory = uvloop.new_event_loop if sys.platform != "win32" else None
    try:
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(main())
    except Problem as problem:
        raise failed(problem) from None


def failed(problem: Problem) -> typer.Exit:
    err.print(f"[red]error[/red] {_escaped(problem.message)}", soft_wrap=True)
    return typer.Exit(1)


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")


def shown(path: Path) -> str:
    return _escaped(str(path))
