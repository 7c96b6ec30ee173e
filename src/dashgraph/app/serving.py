"""The commands that serve the graph and carry out its jobs: `serve` and `worker`; and `demo`, for something to see."""

import socket
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

import typer

from dashgraph.app import processes
from dashgraph.app.build import World, opened
from dashgraph.app.commands import Config, Database, failed, live_sources, out, run, settings
from dashgraph.app.faking import served_fakes
from dashgraph.app.running import serve as serve_world
from dashgraph.app.running import serve_many
from dashgraph.app.running import work as work_for
from dashgraph.app.settings import environment
from dashgraph.domain.problems import BadInput
from dashgraph.services.identity import IssuedToken
from dashgraph.sources.live.settings import LiveSettings
from dashgraph.store import demo as company

DEMO_TOKEN_DAYS = 30


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


def serve_one(number: int, descriptors: list[int]) -> None:
    chosen = processes.of_one(settings(), number)
    live = live_sources(chosen)

    async def main() -> None:
        async with opened(chosen, live) as world:
            sockets = [socket.socket(fileno=one) for one in descriptors]
            await serve_world(world, ready=lambda _: typer.echo(processes.READY, nl=False), sockets=sockets)

    run(main)


def worker(database: Database = None, config: Config = None) -> None:
    chosen = settings(database_url=database, config=config)
    live = live_sources(chosen)

    async def main() -> None:
        async with opened(chosen, live) as world:
            await work_for(world, ready=lambda name: out.print(f"Working as {name} (stop with Ctrl-C)"))

    run(main)


def demo(database: Database = None) -> None:
    chosen = settings(database_url=database)

    async def main() -> None:
        async with opened(chosen) as world:
            found = await company.load_demo(world.database, datetime.now(UTC))
            counts = ", ".join(f"{number} {noun}" for noun, number in found.counts.items())
            out.print(f"Loaded {counts}.", soft_wrap=True)
            out.print(f"The administrator is {found.admin_email}; make a token with:")
            out.print(f"  dashgraph token create {found.admin_email}")

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


async def _demo_token(world: World) -> IssuedToken:
    """A token for the demo's administrator, after making the company where there is none."""
    if await world.identity.nobody_yet():
        await company.load_demo(world.database, datetime.now(UTC))
    return await world.identity.create_token(company.ADMIN_EMAIL, name="demo", lifetime=timedelta(days=DEMO_TOKEN_DAYS))
