"""The command line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dashgraph.app import documents
from dashgraph.app.build import World, opened
from dashgraph.app.commands import Database, err, failed, out, run, settings
from dashgraph.app.running import serve as serve_world
from dashgraph.domain.problems import BadInput, Conflict
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.viewers import TokenScope
from dashgraph.graph.schema import sdl
from dashgraph.services.identity import IssuedToken
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
documents.register(app)

DEMO_TOKEN_DAYS = 30


@app.command()
def serve(
    database: Database = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes a free one.", show_default="8000")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty store with a made-up company first.")] = False,
) -> None:
    """Serve the graph and GraphiQL until stopped."""
    chosen = settings(database_url=database, host=host, port=port)

    async def main() -> None:
        async with opened(chosen) as world:
            token = await _demo_token(world) if demo else None
            nobody = await world.identity.nobody_yet()
            await serve_world(world, ready=lambda address: _welcome(address, token, nobody=nobody))

    run(main)


def _welcome(address: str, token: IssuedToken | None, *, nobody: bool) -> None:
    out.print(f"dashgraph is listening on [bold]{address}[/bold] (stop with Ctrl-C)")
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
            out.print(f"Loaded {counts}. The administrator is {found.admin_email}; make a token with:")
            out.print(f"  dashgraph token create {found.admin_email}")

    run(main)


async def _demo_token(world: World) -> IssuedToken:
    """A token for the demo's administrator, after making the company where there is none."""
    if await world.identity.nobody_yet():
        await company.load_demo(world.database, datetime.now(UTC))
    return await world.identity.create_token(company.ADMIN_EMAIL, name="demo", lifetime=timedelta(days=DEMO_TOKEN_DAYS))


@app.command()
def schema(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it here instead of printing it.")] = None,
    check: Annotated[
        Path | None, typer.Option(help="Only compare with this file; exit code 1 when it differs.")
    ] = None,
) -> None:
    """Print the schema of the graph (SDL)."""
    text = sdl()
    if check is not None:
        if not check.is_file() or check.read_text() != text:
            raise failed(Conflict(f"{check} is not the schema; write it with: dashgraph schema -o {check}"))
        out.print(f"{check} is the schema.")
    elif output is not None:
        output.write_text(text)
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


@users.command("add")
def user_add(
    email: Annotated[str, typer.Argument(help="The e-mail address.")],
    role: Annotated[str, typer.Option(help=f"One of: {', '.join(NATIVE_ROLES)}.")] = "viewer",
    first_name: Annotated[str | None, typer.Option(help="The first name.")] = None,
    last_name: Annotated[str | None, typer.Option(help="The last name.")] = None,
    user_name: Annotated[str | None, typer.Option(help="A name to sign in with, besides the address.")] = None,
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
            out.print(f"Added {email} as {role}. Make a token with: dashgraph token create {email}")

    run(main)


@tokens.command("create")
def token_create(
    user: Annotated[str, typer.Argument(help="Whose token: an e-mail address or user name.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    scope: Annotated[
        list[str] | None,
        typer.Option(help=f"What it may be used for, again and again: {', '.join(TokenScope)}. Default: all."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="When it ends. Default: never.")] = None,
    database: Database = None,
) -> None:
    """Make an API token and print it, once."""
    chosen = settings(database_url=database)

    async def main() -> None:
        lifetime = None if days is None else timedelta(days=days)
        async with opened(chosen) as world:
            issued = await world.identity.create_token(user, name=name, scopes=scope or None, lifetime=lifetime)
            err.print("Keep it safe: it is not shown again. Its id, to revoke it by, is", issued.id)
            typer.echo(issued.text)

    run(main)


@tokens.command("list")
def token_list(database: Database = None) -> None:
    """List the API tokens; the tokens themselves are not kept."""
    chosen = settings(database_url=database)

    async def main() -> None:
        table = Table("Id", "User", "Name", "Scopes", "Created", "Expires", "State")
        async with opened(chosen) as world:
            now = datetime.now(UTC)
            for one in await world.identity.tokens():
                expired = one.expires_at is not None and one.expires_at <= now
                state = "revoked" if one.revoked_at else "expired" if expired else "valid"
                ends = f"{one.expires_at:%Y-%m-%d %H:%M}" if one.expires_at else "never"
                scopes = " ".join(one.scopes)
                table.add_row(one.id, one.email, one.name, scopes, f"{one.created_at:%Y-%m-%d %H:%M}", ends, state)
        out.print(table)

    run(main)


@tokens.command("revoke")
def token_revoke(
    token_id: Annotated[str, typer.Argument(help="The id of the token, from `token list`.")],
    database: Database = None,
) -> None:
    """Revoke a token at once."""
    if token_id.startswith("dg_"):
        raise failed(BadInput("Give the id of the token, not the token; see: dashgraph token list"))
    chosen = settings(database_url=database)

    async def main() -> None:
        async with opened(chosen) as world:
            await world.identity.revoke(token_id)
            out.print(f"Revoked {token_id}.")

    run(main)


def main() -> None:
    app()
