"""The command `schema`: the schema of the graph, printed or compared."""

from pathlib import Path
from typing import Annotated

import typer

from dashgraph.app.commands import failed, out, shown
from dashgraph.domain.problems import BadInput, Conflict
from dashgraph.graph.schema import sdl


def schema(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it here instead of printing it."),
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Only compare with this file; exit code 1 when it differs."),
    ] = None,
    access: Annotated[
        bool,
        typer.Option(help="With @authenticated and @requiresScopes, which @apollo/gateway refuses."),
    ] = True,
) -> None:
    text = sdl(access=access)
    if check is not None:
        if not check.is_file() or check.read_bytes() != text.encode():
            raise failed(Conflict(f"{check} is not the schema; write it with: dashgraph schema -o {check}"))
        out.print(f"{shown(check)} is the schema.", soft_wrap=True)
    elif output is not None:
        try:
            output.write_bytes(text.encode())
        except OSError as error:
            raise failed(BadInput(f"{output} cannot be written: {error.strerror}")) from None
    else:
        typer.echo(text, nl=False)
