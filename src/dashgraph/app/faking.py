"""The command `fake`, and all fakes behind a server: vendors' servers for people without an account."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

import typer

from dashgraph.app.commands import out, run, settings
from dashgraph.app.fakes.kit import Fake
from dashgraph.app.fakes.registry import FAKES
from dashgraph.app.running import asked_to_stop, why_not
from dashgraph.domain.problems import BadInput, Conflict
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.sources.live.settings import Credentials, LiveSettings


def serve_fake(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of: {', '.join(FAKES)}.")],
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="The port; 0 takes a free one.")] = 0,
) -> None:
    settings()

    async def main() -> None:
        async with _serving(_fake(kind), port) as address:
            stop = asked_to_stop()
            _welcome(SourceKind(kind), address)
            await stop.wait()

    run(main)


@asynccontextmanager
async def served_fakes(names: Iterable[str]) -> AsyncIterator[Sequence[LiveSettings]]:
    """All fakes on free ports of this machine, each a source that is called as its kind. `names` are of the others."""
    taken = set(FAKES).intersection(names)
    if taken:
        message = f"A source named {str(min(taken))!r} is there, and a fake is called so too; leave --fakes out."
        raise Conflict(message)
    async with AsyncExitStack() as open_ones:
        yield [
            LiveSettings(
                name=str(kind),
                kind=kind,
                url=await open_ones.enter_async_context(fake().serving()),
                credentials=Credentials(token=Secret(fake.TOKEN)),
            )
            for kind, fake in FAKES.items()
        ]


def _fake(kind: str) -> Fake:
    if kind not in FAKES:
        message = f"There is no fake {kind!r}; there are: {', '.join(FAKES)}."
        raise BadInput(message)
    return FAKES[SourceKind(kind)]()


@asynccontextmanager
async def _serving(fake: Fake, port: int) -> AsyncIterator[str]:
    async with AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(fake.serving(port))
        except OSError as error:
            message = f"Cannot listen on port {port}: {why_not(error)}; choose another with --port."
            raise Conflict(message) from error
        yield address


def _welcome(kind: SourceKind, address: str) -> None:
    variable = f"{kind.upper()}_TOKEN"
    out.print(f"A made-up {kind} is listening on [bold]{address}[/bold] (stop with Ctrl-C)")
    out.print("To have it in the graph, put this into dashgraph.toml:")
    for line in ("[[sources]]", f'name = "{kind}"', f'kind = "{kind}"', f'url = "{address}"'):
        out.print(f"  {line}", markup=False, soft_wrap=True)
    out.print(f'  token = {{ env = "{variable}" }}', markup=False)
    out.print("and look at it:")
    out.print(f"  export {variable}={FAKES[kind].TOKEN}", markup=False, soft_wrap=True)
    out.print("  dashgraph sources check")
