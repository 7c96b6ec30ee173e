"""The command `secret-key`: a key that seals the passwords and tokens of targets."""

import typer

from dashgraph.app.commands import err
from dashgraph.services.delivering.sealing import new_key


def secret_key() -> None:
    err.print("Set DASHGRAPH_SECRET_KEYS to it, the same for every process, and keep a copy apart from the database.")
    typer.echo(new_key())
