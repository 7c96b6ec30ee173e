"""The commands that move documents: import and export."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dashgraph.app.build import World, opened
from dashgraph.app.commands import As, Database, err, out, run, settings
from dashgraph.domain import dashfile
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import ImportAction, Imported, ImportWish
from dashgraph.domain.problems import BadDocument, BadInput, Problem
from dashgraph.domain.viewers import Reach, TokenScope, Viewer
from dashgraph.services.documents import Exported, dash_file

NATIVE_ID = re.compile(r"[A-Za-z0-9_.~-]{1,64}")


def register(app: typer.Typer) -> None:
    app.command("import")(import_files)
    app.command("export")(export_files)


@dataclass(frozen=True)
class Line:
    """One line of the report: a dashboard, or a file that held none."""

    place: str
    outcome: str
    text: str
    failed: bool = False


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sisense .dash files.", show_default=False)],
    action: Annotated[
        ImportAction,
        typer.Option(
            help="When a dashboard with the same id is there: skip, overwrite, duplicate or fail. "
            "auto skips it when nothing differs, else duplicates it."
        ),
    ] = ImportAction.AUTO,
    folder: Annotated[
        str | None, typer.Option(help="Native id of a folder of yours to import into.", show_default=False)
    ] = None,
    max_megabytes: Annotated[int, typer.Option(min=1, max=1024, help="The largest file that is taken.")] = 64,
    acting: As = None,
    database: Database = None,
) -> None:
    """Import dashboards from .dash files. Each comes in whole or not at all; you become the owner."""
    chosen = settings(database_url=database)
    limits = dashfile.Limits(megabytes=max_megabytes)

    async def main() -> int:
        async with opened(chosen) as world:
            viewer = await world.identity.acting_as(acting)
            target = None if folder is None else ResourceId(world.database.name, Kind.FOLDER, folder)
            return await _import(world, viewer, files, limits, action, target)

    if run(main):
        raise typer.Exit(1)


async def _import(
    world: World,
    viewer: Viewer,
    files: Sequence[Path],
    limits: dashfile.Limits,
    action: ImportAction,
    folder: ResourceId | None,
) -> int:
    """Import every file; the number of what failed."""
    columns = (TextColumn("Importing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    failures = done = 0
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("files", total=len(files))
        for path in files:
            for candidate in _candidates(path, limits):
                line = await _take_in(world, viewer, path, candidate, action, folder)
                failures += line.failed
                done += not line.failed
                style = "red" if line.failed else "green"
                out.print(
                    f"[{style}]{line.outcome:<11}[/{style}] {escape(line.place)}: {escape(line.text)}", soft_wrap=True
                )
            progress.advance(task)
    out.print(f"{done} imported or already here, {failures} failed.")
    return failures


def _candidates(path: Path, limits: dashfile.Limits) -> Iterator[dashfile.Candidate]:
    """The dashboards in a file; a file that cannot be read is one candidate with its problem."""
    try:
        size = path.stat().st_size
        if size > limits.megabytes * dashfile.MEGABYTE:
            raise dashfile.too_large(size, limits)  # before reading it
        yield from dashfile.read(path.read_bytes(), limits)
    except OSError as error:
        yield dashfile.Candidate("", None, None, BadDocument(f"Cannot be read: {error.strerror}"))
    except BadDocument as problem:
        yield dashfile.Candidate("", None, None, problem)


async def _take_in(
    world: World,
    viewer: Viewer,
    path: Path,
    candidate: dashfile.Candidate,
    action: ImportAction,
    folder: ResourceId | None,
) -> Line:
    place = path.name + candidate.pointer
    if candidate.document is None:
        reason = candidate.problem.message if candidate.problem else ""
        return Line(place, "FAILED", reason, failed=True)
    try:
        wish = ImportWish(candidate.document, action, folder)
        imported = await world.documents.take_in(viewer, world.database.name, wish)
    except Problem as problem:
        return Line(place, "FAILED", problem.message, failed=True)
    return Line(place, imported.outcome.name, _told(imported))


def _told(imported: Imported) -> str:
    reason = f" - {imported.reason}" if imported.reason else ""
    return f"{imported.title} ({imported.widgets} widgets, id {imported.dashboard.native}){reason}"


def export_files(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Global or native ids.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dashboard that you may see.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A file for all, or a folder for a file each. Default: print."),
    ] = None,
    acting: As = None,
    database: Database = None,
) -> None:
    """Export dashboards as .dash, with every key that was imported."""
    chosen = settings(database_url=database)

    async def main() -> list[Exported]:
        async with opened(chosen) as world:
            viewer = await world.identity.acting_as(acting)
            if viewer.is_admin and TokenScope.ADMIN_READ in viewer.scopes:
                viewer = viewer.within(Reach.ALL)
            name = world.database.name
            wanted = await world.documents.visible(viewer, name) if everything else _named(ids or [], name)
            return await world.documents.give_out(viewer, wanted)

    if bool(ids) is everything:
        err.print("[red]error[/red] Give the ids of dashboards, or --all.")
        raise typer.Exit(2)
    _write(run(main), output)


def _named(texts: Sequence[str], source: str) -> list[ResourceId]:
    """Dashboards by global id or by the native id that `import` printed."""
    found = []
    for text in texts:
        one = ResourceId.decode(text)
        if one is None and NATIVE_ID.fullmatch(text):
            one = ResourceId(source, Kind.DASHBOARD, text)
        if one is None or one.kind is not Kind.DASHBOARD:
            message = f"{text!r} is not the id of a dashboard."
            raise BadInput(message)
        found.append(one)
    return found


def _write(exported: Sequence[Exported], output: Path | None) -> None:
    if output is None:
        typer.echo(dash_file([one.document for one in exported]), nl=False)
    elif output.is_dir():
        for one in exported:
            (output / f"{one.dashboard.native}.dash").write_bytes(dash_file([one.document]))
        err.print(f"Wrote {len(exported)} files.")
    else:
        output.write_bytes(dash_file([one.document for one in exported]))
        err.print(f"Wrote {len(exported)} dashboards.")
