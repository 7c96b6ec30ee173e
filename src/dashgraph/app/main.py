"""The command line: what can be said, and which function of which module does it."""

import gc
from collections.abc import Iterable
from importlib.metadata import version
from pkgutil import resolve_name
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


class Later(TyperCommand):
    """A command whose module is loaded when it is called: there is much to load, and help needs none of it.

    `place` is `module:function`, the module one of the app; what the function does is said here alone, as `help`.
    """

    def __init__(self, name: str, place: str, help: str, **more: Any) -> None:  # noqa: A002
        super().__init__(name, help=help, **more)
        self._place = place

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        does = resolve_name(f"dashgraph.app.{self._place}")
        if not gc.isenabled():  # see main
            gc.freeze()
            gc.enable()
        one = typer.Typer(add_completion=False)
        one.command(self.name, help=self.help, context_settings=dict(self.context_settings))(does)
        return get_command(one).make_context(info_name, args, parent, **extra)


def _group(name: str, help: str, commands: Iterable[Later]) -> TyperGroup:  # noqa: A002
    return TyperGroup(name=name, help=help, commands=list(commands), no_args_is_help=True)


USERS = [
    Later("add", "accounts:add_user", "Add a user."),
    Later("password", "accounts:give_password", "Give a user a new password; every session of theirs ends."),
]
TOKENS = [
    Later("create", "accounts:create_token", "Make an API token and print it, once."),
    Later(
        "list",
        "accounts:list_tokens",
        "List the API tokens, the newest first, one a line; the tokens themselves are not kept.",
    ),
    Later("revoke", "accounts:revoke_token", "Revoke a token at once."),
]
SOURCES = [
    Later(
        "list",
        "sources:list_sources",
        "List the native store and the live sources of the configuration. Asks none of them.",
    ),
    Later(
        "check",
        "sources:check_sources",
        "Sign in to each source and read a little of everything; 1 if one is down, or fails. Changes nothing.",
    ),
]
COMMANDS = [
    Later("serve", "serving:serve", "Serve the graph and GraphiQL until stopped."),
    Later(
        "serve-one",
        "serving:serve_one",
        "Serve as one of the processes of `serve --workers`, on sockets that are open already.",
        hidden=True,
    ),
    Later(
        "worker",
        "serving:worker",
        "Carry out jobs - deliveries, exports, large imports - apart from the server, until stopped.",
    ),
    Later(
        "demo",
        "serving:demo",
        "Fill an empty store with a made-up company: users, groups, folders, dashboards and shares.",
    ),
    Later("schema", "schemas:schema", "Print the schema of the graph (SDL)."),
    Later("migrate", "migrating:migrate", "Bring the database to the schema of this version."),
    Later(
        "secret-key",
        "keys:secret_key",
        "Print a new key for DASHGRAPH_SECRET_KEYS, which seals the passwords and tokens of targets.",
    ),
    Later(
        "import",
        "importing:import_files",
        "Import dashboards of Sisense, Lightdash, PostHog and dashgraph itself. You become the owner.\n\n"
        "Each dashboard comes in whole or not at all.",
    ),
    Later("export", "exporting:export_files", "Export dashboards, with every key that was imported, or to be read."),
    Later(
        "transfer-ownership",
        "handing:transfer_ownership",
        "Hand over everything that somebody owns: dashboards, folders; their tokens are revoked.",
    ),
    Later(
        "share",
        "handing:share",
        "Share a dashboard with users and groups: with all of them, or with none when one cannot be.",
    ),
    Later(
        "sweep",
        "sweeping:sweep",
        "Remove what is kept no longer: the trash after its days, and what has expired. A server does this by itself.",
    ),
    Later(
        "jobs",
        "jobs:list_jobs",
        "List jobs: yours, and as an administrator everybody's. `dashgraph serve` and `worker` carry them out.",
    ),
    Later(
        "translate",
        "translating:translate_request",
        "Print the GraphQL operation that answers a REST request of Sisense, Lightdash, Holistics or PostHog.",
        context_settings={"ignore_unknown_options": True},  # curl's own options are part of the request
    ),
    Later(
        "manifest",
        "manifests:make",
        "Make a manifest of trusted documents from .graphql files; each operation in them needs a name of its own.",
    ),
    Later(
        "fake",
        "faking:serve_fake",
        "Serve a made-up Sisense, Lightdash, Holistics or PostHog on this machine until stopped.",
    ),
    _group("user", "Users of the native store.", USERS),
    _group("token", "API tokens.", TOKENS),
    _group("sources", "The systems that the graph is over.", SOURCES),
]


class Commands(TyperGroup):
    """The group of all of them."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "commands": COMMANDS})


app = typer.Typer(name="dashgraph", add_completion=False, pretty_exceptions_enable=False)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dashgraph {version('dashgraph')}")
        raise typer.Exit


@app.callback(cls=Commands, no_args_is_help=True)
def dashgraph(
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version.")
    ] = False,
) -> None:
    """One GraphQL graph over the BI tools a company runs."""


def main() -> None:
    """The program. What a command loads is there until it ends, so the garbage collector is not to look at it."""
    gc.disable()
    app()
