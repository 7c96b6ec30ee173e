"""The commands `user` and `token`: who may sign in, and with what."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from dashgraph.app.build import opened
from dashgraph.app.commands import As, Database, err, failed, run, settings
from dashgraph.domain.problems import BadInput
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.viewers import TokenScope
from dashgraph.services.identity import PREFIXES, TokenFacts


def add_user(
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


def give_password(
    user: Annotated[str, typer.Argument(metavar="USER", help="Whose password: an e-mail address or user name.")],
    acting: As = None,
    database: Database = None,
) -> None:
    chosen = settings(database_url=database)
    secret = typer.prompt("New password", hide_input=True, confirmation_prompt=True)

    async def main() -> None:
        async with opened(chosen) as world:
            viewer = await world.identity.acting_as(acting)
            await world.passwords.give(viewer, await world.identity.known(user), secret)
            typer.echo(f"{user} has a new password.")

    run(main)


def create_token(
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


def list_tokens(database: Database = None) -> None:
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


def revoke_token(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The id of the token, from: dashgraph token list")],
    database: Database = None,
) -> None:
    if token_id.startswith(tuple(PREFIXES.values())):
        raise failed(BadInput("Give the id of the token, not the token; see: dashgraph token list"))
    chosen = settings(database_url=database)

    async def main() -> None:
        async with opened(chosen) as world:
            await world.identity.revoke(token_id)
            typer.echo(f"Revoked {token_id}.")

    run(main)
