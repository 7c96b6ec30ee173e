"""The command line."""

import socket
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from dashgraph.app import (
    exporting,
    faking,
    handing,
    importing,
    jobs,
    manifests,
    processes,
    sources,
    sweeping,
    translating,
)
from dashgraph.app.build import World, opened
from dashgraph.app.commands import As, Config, Database, err, failed, live_sources, out, run, settings, shown
from dashgraph.app.faking import served_fakes
from dashgraph.app.running import serve as serve_world
from dashgraph.app.running import serve_many
from dashgraph.app.running import work as work_for
from dashgraph.app.settings import environment
from dashgraph.domain.problems import BadInput, Conflict
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.viewers import TokenScope
from dashgraph.graph.schema import sdl
from dashgraph.services.delivering.sealing import new_key
from dashgraph.services.identity import PREFIXES, IssuedToken, TokenFacts
from dashgraph.sources.live.settings import LiveSettings
from dashgraph.store import demo as company
from dashgraph.store import upgrade

app = typer.Typer(
    name="dashgraph",
    help="One GraphQL graph over the BI tools a company runs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
users = typer.Typer(help="Users of the native store.", no_args_is_help=True)
tokens = typer.Typer(help="API tokens.", no_args_is_help=True)
app.add_typer(users, name="user")
app.add_typer(tokens, name="token")
DEMO_TOKEN_DAYS = 30


@app.command()
def serve(
    database: Database = None,
    host: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Where to listen. Default: DASHGRAPH_HOST, else 127.0.0.1."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(metavar="PORT", help="The port; 0 takes a free one. Default: DASHGRAPH_PORT, else 8000."),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty store with a made-up company first.")] = False,
    fakes: Annotated[
        bool, typer.Option("--fakes", help="Serve made-up Sisense, Lightdash, Holistics and PostHog servers behind it.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=64, help="How many processes answer. Default: DASHGRAPH_WORKERS, else 1."),
    ] = None,
    config: Config = None,
) -> None:
    """Serve the graph and GraphiQL until stopped."""
    given = {"database_url": database, "host": host, "port": port, "workers": workers, "config": config}
    chosen = settings(**given)
    live = live_sources(chosen)
    try:
        processes.check(chosen, fakes=fakes)
    except BadInput as problem:
        raise failed(problem) from None

    async def main() -> None:
        names = [chosen.source_name, *(one.name for one in live)]
        async with served_fakes(names) if fakes else nullcontext(()) as faked, opened(chosen, [*live, *faked]) as world:
            token = await _demo_token(world) if demo else None
            nobody = await world.identity.nobody_yet()
            welcome = partial(_welcome, token=token, faked=faked, nobody=nobody)
            if chosen.workers == 1:
                await serve_world(world, ready=welcome)
                return
        await serve_many(chosen, environment(**given), ready=welcome)

    run(main)


@app.command(processes.COMMAND, hidden=True)
def serve_one(number: int, descriptors: list[int]) -> None:
    """Serve as one of the processes of `serve --workers`, on sockets that are open already."""
    chosen = processes.of_one(settings(), number)
    live = live_sources(chosen)

    async def main() -> None:
        async with opened(chosen, live) as world:
            sockets = [socket.socket(fileno=one) for one in descriptors]
            await serve_world(world, ready=lambda _: typer.echo(processes.READY, nl=False), sockets=sockets)

    run(main)


@app.command()
def worker(database: Database = None, config: Config = None) -> None:
    """Carry out jobs - deliveries, exports, large imports - apart from the server, until stopped."""
    chosen = settings(database_url=database, config=config)
    live = live_sources(chosen)

    async def main() -> None:
        async with opened(chosen, live) as world:
            await work_for(world, ready=lambda name: out.print(f"Working as {name} (stop with Ctrl-C)"))

    run(main)


def _welcome(address: str, *, token: IssuedToken | None, faked: Sequence[LiveSettings], nobody: bool) -> None:
    out.print(f"dashgraph is listening on [bold]{address}[/bold] (stop with Ctrl-C)")
    for one in faked:
        out.print(f"  and behind it a made-up {one.kind} on {one.url}", soft_wrap=True)
    if token is not None:
        out.print("Open this link: it signs you in as the demo's administrator.")
        out.print(f"  {address}/graphiql#token={token.text}", soft_wrap=True)
        out.print("The token in it works as a bearer token too:")
        out.print(f'  curl {address}/graphql -H "Authorization: Bearer {token.text}" \\', soft_wrap=True)
        out.print("""    --json '{"query": "{ viewer { user { displayName } } }"}'""", soft_wrap=True)
    elif nobody:
        out.print("Nobody can sign in yet. Make the first administrator, and a token:")
        out.print("  dashgraph user add you@example.com --role admin")
        out.print("  dashgraph token create you@example.com")


@app.command()
def demo(database: Database = None) -> None:
    """Fill an empty store with a made-up company: users, groups, folders, dashboards and shares."""
    chosen = settings(database_url=database)

    async def main() -> None:
        async with opened(chosen) as world:
            found = await company.load_demo(world.database, datetime.now(UTC))
            counts = ", ".join(f"{number} {noun}" for noun, number in found.counts.items())
            out.print(f"Loaded {counts}.", soft_wrap=True)
            out.print(f"The administrator is {found.admin_email}; make a token with:")
            out.print(f"  dashgraph token create {found.admin_email}")

    run(main)


async def _demo_token(world: World) -> IssuedToken:
    """A token for the demo's administrator, after making the company where there is none."""
    if await world.identity.nobody_yet():
        await company.load_demo(world.database, datetime.now(UTC))
    return await world.identity.create_token(company.ADMIN_EMAIL, name="demo", lifetime=timedelta(days=DEMO_TOKEN_DAYS))


@app.command()
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
    """Print the schema of the graph (SDL)."""
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


@app.command()
def migrate(database: Database = None) -> None:
    """Bring the database to the schema of this version."""
    chosen = settings(database_url=database)

    async def main() -> None:
        async with opened(chosen, check=False) as world:
            before = await upgrade.current(world.database)
            await upgrade.upgrade(world.database)
            after = await upgrade.current(world.database)
            out.print(f"The database is at revision {after}" + (", as before." if before == after else "."))

    run(main)


@app.command("secret-key")
def secret_key() -> None:
    """Print a new key for DASHGRAPH_SECRET_KEYS, which seals the passwords and tokens of targets."""
    err.print("Set DASHGRAPH_SECRET_KEYS to it, the same for every process, and keep a copy apart from the database.")
    typer.echo(new_key())


@users.command("add")
def user_add(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The e-mail address.")],
    role: Annotated[str, typer.Option(metavar="ROLE", help=f"One of: {', '.join(NATIVE_ROLES)}.")] = "viewer",
    first_name: Annotated[str | None, typer.Option(metavar="NAME", help="The first name.")] = None,
    last_name: Annotated[str | None, typer.Option(metavar="NAME", help="The last name.")] = None,
    user_name: Annotated[
        str | None, typer.Option(metavar="NAME", help="A name to sign in with, besides the address; without @.")
    ] = None,
    password: Annotated[bool, typer.Option("--password", help="Ask for a password to sign in with.")] = False,
    database: Database = None,
) -> None:
    """Add a user."""
    chosen = settings(database_url=database)
    secret = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if password else None

    async def main() -> None:
        async with opened(chosen) as world:
            await world.identity.add_user(
                email,
                role=role,
                password=secret,
                first_name=first_name,
                last_name=last_name,
                user_name=user_name,
            )
            typer.echo(f"Added {email} as {role}. Make a token with: dashgraph token create {email}")

    run(main)


@users.command("password")
def user_password(
    user: Annotated[str, typer.Argument(metavar="USER", help="Whose password: an e-mail address or user name.")],
    acting: As = None,
    database: Database = None,
) -> None:
    """Give a user a new password; every session of theirs ends."""
    chosen = settings(database_url=database)
    secret = typer.prompt("New password", hide_input=True, confirmation_prompt=True)

    async def main() -> None:
        async with opened(chosen) as world:
            viewer = await world.identity.acting_as(acting)
            await world.passwords.give(viewer, await world.identity.known(user), secret)
            typer.echo(f"{user} has a new password.")

    run(main)


@tokens.command("create")
def token_create(
    user: Annotated[
        str | None, typer.Argument(metavar="USER", help="Whose token: an e-mail address or user name.")
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="In place of USER: a program's own account, which belongs to no person and owns nothing.",
        ),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option(metavar="ROLE", help=f"Of a new service account: {', '.join(NATIVE_ROLES)}. Default: viewer."),
    ] = None,
    name: Annotated[str, typer.Option(metavar="TEXT", help="What it is for.")] = "command line",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SCOPE",
            help=f"What it may be used for: {', '.join(TokenScope)}; may be given several times. "
            "Default: everything that the user's role may; a service needs at least one.",
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option(metavar="DAYS", min=1, max=3650, help="How long it is valid. Default: for ever.")
    ] = None,
    database: Database = None,
) -> None:
    """Make an API token and print it, once."""
    if (user is None) is (service is None) or (role is not None and service is None):
        raise failed(BadInput("Say whose token: a USER, or with --service (and --role) a service account."))
    chosen = settings(database_url=database)

    async def main() -> None:
        lifetime = None if days is None else timedelta(days=days)
        async with opened(chosen) as world:
            identity = world.identity
            if user is not None:
                issued = await identity.create_token(user, name=name, scopes=scope or None, lifetime=lifetime)
            else:
                issued = await identity.create_service_token(
                    str(service), role=role, name=name, scopes=scope or [], lifetime=lifetime
                )
            err.print(f"Keep it safe: it is not shown again. Its id, to revoke it by, is {issued.id}", soft_wrap=True)
            typer.echo(issued.text)

    run(main)


@tokens.command("list")
def token_list(database: Database = None) -> None:
    """List the API tokens, the newest first, one a line; the tokens themselves are not kept."""
    chosen = settings(database_url=database)

    async def main() -> None:
        async with opened(chosen) as world:
            now = datetime.now(UTC)
            for one in await world.identity.tokens():
                typer.echo(f"{one.id}  {one.holder}  {_state(one, now)}  ({one.name}; for {', '.join(one.scopes)})")

    run(main)


def _state(token: TokenFacts, now: datetime) -> str:
    if token.revoked_at is not None:
        return f"revoked {token.revoked_at:%Y-%m-%d}"
    if token.expires_at is None:
        return "valid"
    return f"{'expired' if token.expires_at <= now else 'valid until'} {token.expires_at:%Y-%m-%d}"


@tokens.command("revoke")
def token_revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The id of the token, from: dashgraph token list")],
    database: Database = None,
) -> None:
    """Revoke a token at once."""
    if token_id.startswith(tuple(PREFIXES.values())):
        raise failed(BadInput("Give the id of the token, not the token; see: dashgraph token list"))
    chosen = settings(database_url=database)

    async def main() -> None:
        async with opened(chosen) as world:
            await world.identity.revoke(token_id)
            typer.echo(f"Revoked {token_id}.")

    run(main)


importing.register(app)
exporting.register(app)
handing.register(app)
sweeping.register(app)
jobs.register(app)
translating.register(app)
manifests.register(app)
sources.register(app)
faking.register(app)


def main() -> None:
    app()
