"""The commands that move documents: import and export."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from dashgraph.app.build import World, opened
from dashgraph.app.commands import As, Database, err, out, run, settings
from dashgraph.domain import dashfile
from dashgraph.domain.changes import Terms
from dashgraph.domain.dash import Document
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import ImportAction, ImportDashboard, Imported, check_may_import
from dashgraph.domain.problems import BadDocument, BadInput, Problem
from dashgraph.domain.viewers import Reach, TokenScope, Viewer
from dashgraph.services.documents import Exported, dash_file

NATIVE_ID = re.compile(r"[A-Za-z0-9_.~-]{1,64}")
LONGEST_TITLE = 200  # characters on a line
AT_ONCE = 100  # dashboards in memory


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

    def shown(self) -> Text:
        style = "red" if self.failed else "green"
        return Text.assemble((f"{self.outcome:<11}", style), " ", _on_one_line(f"{self.place}: {self.text}"))


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
        str | None, typer.Option(help="Id of a folder of yours to import into.", show_default=False)
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
            target = None if folder is None else _id(folder, world.database.name, Kind.FOLDER)
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
    console = out if out.is_terminal else err  # on one terminal the lines must know of the bar
    failures = done = 0
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("dashboards", total=0)
        for path in files:
            candidates = _candidates(path, limits)
            progress.update(task, total=failures + done + len(candidates))
            for candidate in candidates:
                line = await _take_in(world, viewer, path, candidate, action, folder)
                failures += line.failed
                done += not line.failed
                out.print(line.shown(), soft_wrap=True)
                progress.advance(task)
    err.print(f"{done} imported or already here, {failures} failed.")
    return failures


def _candidates(path: Path, limits: dashfile.Limits) -> list[dashfile.Candidate]:
    """The dashboards in a file; a file that cannot be read is one candidate with its problem."""
    try:
        with path.open("rb") as file:
            return dashfile.read(file.read(limits.bytes + 1), limits)
    except OSError as error:
        return [dashfile.Candidate("", BadDocument(f"Cannot be read: {error.strerror}"))]
    except BadDocument as problem:
        return [dashfile.Candidate("", problem)]


async def _take_in(
    world: World,
    viewer: Viewer,
    path: Path,
    candidate: dashfile.Candidate,
    action: ImportAction,
    folder: ResourceId | None,
) -> Line:
    place = f"{path}#{candidate.pointer}" if candidate.pointer else str(path)
    try:
        if isinstance(candidate.document, BadDocument):
            raise candidate.document
        check_may_import(viewer)
        document = Document.of(candidate.document)
        wish = ImportDashboard(place=world.database.name, document=document, action=action, folder=folder)
        outcome = await world.changing.one(viewer, wish, Terms())
        if outcome.problem is not None:
            raise outcome.problem
    except Problem as problem:
        return Line(place, "FAILED", problem.message, failed=True)
    imported = Imported.of(outcome.facts)
    return Line(place, imported.outcome.name, _told(imported))


def _told(imported: Imported) -> str:
    title = imported.title if len(imported.title) <= LONGEST_TITLE else f"{imported.title[:LONGEST_TITLE]}…"
    reason = f" - {imported.reason}" if imported.reason else ""
    return f"{title} ({imported.widgets} widgets, id {imported.native}){reason}"


def _on_one_line(text: str) -> str:
    """Text of others as a terminal may have it: what does not print is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def export_files(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Global or native ids.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dashboard that you may see.")] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="A file for all, or a folder for a file each; with / at its end it is made. Default: print.",
            show_default=False,
        ),
    ] = None,
    acting: As = None,
    database: Database = None,
) -> None:
    """Export dashboards as .dash, with every key that was imported."""
    if bool(ids) is everything:
        err.print("[red]error[/red] Give the ids of dashboards, or --all.")
        raise typer.Exit(2)
    chosen = settings(database_url=database)

    async def main() -> int:
        async with opened(chosen) as world:
            viewer = await world.identity.acting_as(acting)
            if viewer.is_admin and TokenScope.ADMIN_READ in viewer.scopes:
                viewer = viewer.within(Reach.ALL)
            name = world.database.name
            wanted = [_id(text, name, Kind.DASHBOARD) for text in ids or []]
            if everything:
                wanted = await world.documents.visible(viewer, name)
            folder = _folder(output)
            if folder is not None:  # a file each: not all at once in memory
                for start in range(0, len(wanted), AT_ONCE):
                    _save_each(await world.documents.give_out(viewer, wanted[start : start + AT_ONCE]), folder)
            else:
                exported = await world.documents.give_out(viewer, wanted)
                _save(dash_file([one.document for one in exported]), output)
            return len(wanted)

    many = run(main)
    if output is not None:
        err.print(f"Exported {many} dashboards.")


def _id(text: str, source: str, kind: Kind) -> ResourceId:
    """A thing by its global id, or by the native id that `import` printed."""
    one = ResourceId.decode(text)
    if one is None and NATIVE_ID.fullmatch(text):
        one = ResourceId(source, kind, text)
    if one is None or one.kind is not kind:
        message = f"{text!r} is not the id of a {str(kind).lower()}."
        raise BadInput(message)
    return one


def _folder(output: str | None) -> Path | None:
    """The folder that is meant, made when the text says that it is one."""
    if output is None:
        return None
    if output.endswith("/"):
        try:
            Path(output).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(output, error) from None
    return Path(output) if Path(output).is_dir() else None


def _save_each(exported: Sequence[Exported], folder: Path) -> None:
    for one in exported:
        _save(dash_file([one.document]), str(folder / f"{one.dashboard.native}.dash"))


def _save(content: bytes, output: str | None) -> None:
    if output is None:
        typer.echo(content, nl=False)
        return
    try:
        Path(output).write_bytes(content)
    except OSError as error:
        raise _unwritable(output, error) from None


def _unwritable(output: str, error: OSError) -> BadInput:
    return BadInput(f"Cannot write {output!r}: {error.strerror}")
