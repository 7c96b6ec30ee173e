"""What the commands share: settings, a running loop, and errors as one line."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from dashgraph.app import logs
from dashgraph.app.configuration import configured
from dashgraph.app.settings import Settings, load
from dashgraph.domain.formats.values import ID
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput, Problem, SourceUnavailable
from dashgraph.sources.live.settings import LiveSettings
from dashgraph.store.database import SQLITE, address

try:
    import uvloop
except ImportError:  # a system that it is not made for
    uvloop = None  # type: ignore[assignment]

T = TypeVar("T")

SQLITE_FILE = b"SQLite format 3\0"  # how each begins

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
Config = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="What names the live sources. Default: DASHGRAPH_CONFIG, else dashgraph.toml here, if any.",
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
        check_address(found.database_url.get_secret_value())
    except Problem as problem:
        raise failed(problem) from None
    logs.configure(found.log_format)
    return found


def live_sources(chosen: Settings) -> Sequence[LiveSettings]:
    """The live sources that are configured; what is wrong with them ends the command."""
    try:
        return configured(chosen)
    except Problem as problem:
        raise failed(problem) from None


def check_address(url: str) -> None:
    """Find out what cannot be opened before anything is. Raises BadInput, without the address of a server."""
    try:
        parsed = address(url)
    except ValueError as error:
        message = "The database address cannot be read; it looks like postgresql://user:password@host:5432/name"
        raise BadInput(message) from error
    if parsed.drivername == SQLITE:
        try:
            wrong = _wrong_with(parsed.database or "")
        except OSError as error:
            wrong = f"cannot be opened: {error.strerror}"
        if wrong:
            message = f"The database {parsed.database!r} {wrong}."
            raise BadInput(message)


def _wrong_with(name: str) -> str | None:
    path = Path(name)
    if name in {"", ":memory:"} or path.is_dir():
        return "is not a file"
    if not path.exists():
        if not path.parent.is_dir():
            return f"cannot be made: {path.parent} is not a folder"
        writable = os.access(path.parent, os.W_OK | os.X_OK)
        return None if writable else f"cannot be made: {path.parent} cannot be written to"
    with path.open("rb") as file:
        return None if file.read(len(SQLITE_FILE)) in {b"", SQLITE_FILE} else "is not a SQLite file"


def run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a command's work. A problem becomes one line on stderr and exit code 1."""
    try:
        with asyncio.Runner(loop_factory=(uvloop or asyncio).new_event_loop) as runner:
            return runner.run(main())
    except SourceUnavailable as problem:
        if problem.source != load().source_name:
            raise failed(problem) from None
        why = f" ({problem.__cause__})" if isinstance(problem.__cause__, OSError) else ""
        message = f"The database did not answer{why}; see that it runs, and that its address is right."
        raise failed(SourceUnavailable(message, source=problem.source)) from None
    except Problem as problem:
        raise failed(problem) from None


def failed(problem: Problem) -> typer.Exit:
    err.print(f"[red]error[/red] {_escaped(problem.message)}", soft_wrap=True)
    return typer.Exit(1)


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")


def shown(path: Path) -> str:
    return _escaped(str(path))


def id_of(text: str, source: str, kind: Kind) -> ResourceId:
    """A thing by its global id, or by the native id that `import` printed."""
    one = ResourceId.decode(text)
    if one is None and ID.fullmatch(text):
        one = ResourceId(source, kind, text)
    if one is None or one.kind is not kind:
        message = f"{text!r} is not the id of a {str(kind).lower()}."
        raise BadInput(message)
    return one


def on_one_line(text: str) -> str:
    """Text of others as a terminal may have it: what does not print is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
