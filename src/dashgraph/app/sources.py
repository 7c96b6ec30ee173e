"""The commands `sources list` and `sources check`: what is configured, and whether it works."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from dashgraph.app.build import opened
from dashgraph.app.checking import Answer, Checkup, checkups
from dashgraph.app.commands import As, Config, Database, live_sources, on_one_line, out, run, settings
from dashgraph.domain.sources import Health, SourceKind
from dashgraph.sources.live.settings import Mode

STYLES = {
    Answer.YES: "green",
    Answer.NOT_UPSTREAM: "dim",
    Answer.NOT_PERMITTED: "yellow",
    Answer.FAILED: "red",
    Health.UP: "green",
    Health.DEGRADED: "yellow",
    Health.DOWN: "red",
}


def list_sources(config: Config = None) -> None:
    chosen = settings(config=config)
    table = Table("Name", "Kind", Column("Address", overflow="fold"), "Mode", "Visibility")
    table.add_row(chosen.source_name, SourceKind.NATIVE, "", "", "")
    for one in live_sources(chosen):
        visibility = "" if one.mode is Mode.DELEGATED else one.visibility
        table.add_row(one.name, one.kind, escape(on_one_line(one.url)), one.mode, visibility)
    out.print(table)


def check_sources(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Only these.", show_default=False)] = None,
    config: Config = None,
    acting: As = None,
    database: Database = None,
) -> None:
    chosen = settings(database_url=database, config=config)
    live = live_sources(chosen)

    async def main() -> Sequence[Checkup]:
        async with opened(chosen, live) as world:
            viewer = await world.identity.acting_as(acting)
            return await checkups(world.fleet.named(names or None), viewer)

    found = run(main)
    for checkup in found:
        _show(checkup)
    if not all(checkup.is_well for checkup in found):
        raise typer.Exit(1)


def _show(checkup: Checkup) -> None:
    status = checkup.status
    where = f" at {escape(on_one_line(checkup.card.url))}" if checkup.card.url else ""
    version = f", version {escape(on_one_line(status.version))}" if status.version else ""
    health = f"[{STYLES[status.health]}]{status.health}[/]"
    took = f"{checkup.milliseconds:.0f} ms"
    out.print(f"[bold]{checkup.name}[/bold] ({checkup.card.kind}){where}: {health}{version}, {took}", soft_wrap=True)
    if status.message:
        out.print(f"  {escape(on_one_line(status.message))}", soft_wrap=True)
    if checkup.findings:
        out.print(_table(checkup))


def _table(checkup: Checkup) -> Table:
    table = Table()
    table.add_column("Capability", no_wrap=True)
    table.add_column("Answer", no_wrap=True)
    table.add_column("ms", justify="right", no_wrap=True)
    table.add_column("What came, or why not", overflow="fold")
    for capability, finding in checkup.findings.items():
        words = "[dim]not tried[/dim]" if finding.words is None else escape(on_one_line(finding.words))
        took = "" if finding.milliseconds is None else f"{finding.milliseconds:.0f}"
        table.add_row(capability, f"[{STYLES[finding.answer]}]{finding.answer}[/]", took, words)
    return table
