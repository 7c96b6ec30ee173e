"""The command `translate`: what a REST request is in GraphQL, and what the graph answers to it."""

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from dashgraph.app.build import opened
from dashgraph.app.commands import As, Config, Database, err, failed, live_sources, run, settings
from dashgraph.domain.problems import BadInput, Problem
from dashgraph.domain.sources import SourceKind
from dashgraph.graph.execution import Operation
from dashgraph.graph.translation.matching import Place
from dashgraph.graph.translation.translate import translate
from dashgraph.graph.translation.translations import Translation
from dashgraph.graph.translation.walking import answered, cut


def translate_request(
    request: Annotated[
        list[str],
        typer.Argument(
            metavar="REQUEST",
            help='Such as "GET /api/v1/users?limit=10", a whole address, or a curl command; - reads it from the input.',
            show_default=False,
        ),
    ],
    body: Annotated[
        str | None, typer.Option(metavar="JSON", help="The body of the request; @FILE reads it.", show_default=False)
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Which source is meant. Default: the one at the host of the address, else the only one of its kind, "
            "else dashgraph's own store.",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Ask as an administrator for everything: scope ALL.")
    ] = False,
    execute: Annotated[bool, typer.Option("--run", help="Run it, and print the answer.")] = False,
    variables: Annotated[
        str | None, typer.Option(metavar="JSON", help="With --run: what the request does not say.", show_default=False)
    ] = None,
    acting: As = None,
    database: Database = None,
    config: Config = None,
) -> None:
    chosen = settings(database_url=database, config=config)
    live = live_sources(chosen)
    places = [Place(chosen.source_name, SourceKind.NATIVE), *(Place(one.name, one.kind, one.url) for one in live)]
    try:
        found = translate(_text(request), places, body=_content(body), source=source, everything=everything)
        given = _variables(variables, found) if execute else {}
    except Problem as problem:
        raise failed(problem) from None
    if not execute:
        typer.echo(found.text, nl=False)
        return

    async def main() -> dict[str, Any]:
        async with opened(chosen, live) as world:
            viewer = await world.identity.acting_as(acting)

            async def ask(query: str, values: Mapping[str, Any]) -> dict[str, Any]:
                return (await world.executor.run(Operation(query, values), viewer)).payload

            return await answered(found, ask, given)

    answer = run(main)
    short = cut(answer, found.walk)
    if short:
        err.print(f"{short} lists within have more than is shown; ask for each alone.")
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    if "errors" in answer:
        raise typer.Exit(1)


def _text(words: Sequence[str]) -> str:
    if list(words) == ["-"]:
        return sys.stdin.read()
    return words[0] if len(words) == 1 else shlex.join(words) if words[0] == "curl" else " ".join(words)


def _content(body: str | None) -> str | None:
    if body is None or not body.startswith("@"):
        return body
    try:
        return Path(body[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        message = f"{body[1:]} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}."
        raise BadInput(message) from None


def _variables(text: str | None, found: Translation) -> dict[str, Any]:
    """What is given beside the request. Raises BadInput where something is missing."""
    try:
        given = json.loads(text or "{}")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        message = "--variables takes a JSON object."
        raise BadInput(message)
    missing = [f"{name} ({kind})" for name, kind in found.missing.items() if name not in given]
    if missing:
        message = f"The request does not say everything; give with --variables: {', '.join(missing)}."
        raise BadInput(message)
    return given
