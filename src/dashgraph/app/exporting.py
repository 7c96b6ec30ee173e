"""The command `export`: dashboards out of the store, in a file, in a folder or on the screen."""

import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dashgraph.app.build import World, opened
from dashgraph.app.commands import As, Database, err, id_of, run, settings
from dashgraph.domain.exports import ExportFormat, exporting
from dashgraph.domain.formats import writing
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.problems import BadInput
from dashgraph.domain.viewers import Viewer
from dashgraph.domain.zones import zone
from dashgraph.services.documents import Exported
from dashgraph.services.files import File, packed

READABLE = [one for one in ExportFormat if not one.is_document]
FileKind = StrEnum("FileKind", {one.name: one.value for one in (*DocumentFormat, *READABLE)})  # type: ignore[misc]
AT_ONCE = 100  # dashboards in memory
ARCHIVE = ".zip"


def export_files(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Global or native ids.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dashboard that you may see.")] = False,
    kind: Annotated[
        FileKind | None,
        typer.Option(
            "--format",
            help="dash, lightdash or posthog, for what came in it; dashgraph for everything; csv, xlsx, pdf or png to "
            "read. Default: what it came in.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="A file for all (.zip for several files in one), or a folder for a file each; with / at its end it is "
            "made. Default: print.",
            show_default=False,
        ),
    ] = None,
    timezone: Annotated[str, typer.Option(help="Of the moments in what is to be read.")] = "UTC",
    acting: As = None,
    database: Database = None,
) -> None:
    if bool(ids) is everything:
        err.print("[red]error[/red] Give the ids of dashboards, or --all.")
        raise typer.Exit(2)
    chosen = settings(database_url=database)
    document = DocumentFormat(kind.value) if kind is not None and kind.value in set(DocumentFormat) else None
    read = None if kind is None or document is not None else ExportFormat(kind.value)

    async def main() -> int:
        async with opened(chosen) as world:
            viewer = exporting(await world.identity.acting_as(acting))
            name = world.database.name
            wanted = [id_of(text, name, Kind.DASHBOARD) for text in ids or []]
            if everything:
                wanted = await world.documents.visible(viewer, name)
            folder = _folder(output)
            if read is not None:
                moment = datetime.now(zone(timezone))
                await _made(world, viewer, wanted, read, moment, folder or output)
            elif folder is not None:
                await _into(folder, world, viewer, wanted, document)
            else:
                _save(await _together(world, viewer, wanted, document), output)
            return len(wanted)

    many = run(main)
    if output is not None:
        err.print(f"Exported {many} dashboards.")


async def _made(
    world: World,
    viewer: Viewer,
    wanted: Sequence[ResourceId],
    form: ExportFormat,
    moment: datetime,
    to: Path | str | None,
) -> None:
    """A file to read for each dashboard, as a job makes it: into a folder one after the other, else in one file."""
    if to is None and len(wanted) == 1 and form is not ExportFormat.CSV and sys.stdout.isatty():
        raise BadInput(f"{form.name} is not for the screen; give -o file{form.extension}")
    if not isinstance(to, Path) and len(wanted) > 1 and not (to or "").endswith(ARCHIVE):
        raise BadInput(f"{form.name} is a file for each dashboard; give -o folder/ or -o file.zip.")
    files = []
    for one in wanted:
        made = await world.file_exports.file(viewer, one, form, moment)
        file = File(f"{one.native}{form.extension}", made.content)
        if isinstance(to, Path):
            _save_each([file], to)
        else:
            files.append(file)
    if not isinstance(to, Path):
        _save(files, to)


async def _into(
    folder: Path, world: World, viewer: Viewer, wanted: Sequence[ResourceId], kind: DocumentFormat | None
) -> None:
    """A file for each dashboard, not all at once in memory; of Lightdash, whose charts are shared, in the end."""
    waiting: list[Exported] = []
    for start in range(0, len(wanted), AT_ONCE):
        for one in await world.documents.give_out(viewer, wanted[start : start + AT_ONCE]):
            form = kind or writing.own_format(one.document)
            if form is DocumentFormat.LIGHTDASH:
                waiting.append(one)
            else:
                _save_each(await world.files.of(viewer, [one], form), folder)
    if waiting:
        _save_each(await world.files.of(viewer, waiting, DocumentFormat.LIGHTDASH), folder)


async def _together(
    world: World, viewer: Viewer, wanted: Sequence[ResourceId], kind: DocumentFormat | None
) -> list[File]:
    exported = await world.documents.give_out(viewer, wanted)
    form = kind or writing.common_format(writing.own_format(one.document) for one in exported)
    return await world.files.of(viewer, exported, form)


def _folder(output: str | None) -> Path | None:
    """The folder that is meant, made when the text says that it is one."""
    if output is None:
        return None
    if output.endswith("/"):
        _make(output)
    return Path(output) if Path(output).is_dir() else None


def _save_each(files: Sequence[File], folder: Path) -> None:
    for file in files:
        target = folder / file.name
        if target.parent != folder:
            _make(str(target.parent))
        _write(target, file.content)


def _save(files: Sequence[File], output: str | None) -> None:
    """Everything in one file, or on the screen. Raises BadInput for several files where only one has room."""
    if output is not None and output.endswith(ARCHIVE):
        _write(Path(output), packed(files).content)
        return
    if len(files) > 1:
        message = "Lightdash's format is a file for each dashboard and chart; give -o folder/ or -o file.zip."
        raise BadInput(message)
    for file in files:
        if output is None:
            typer.echo(file.content, nl=False)
        else:
            _write(Path(output), file.content)


def _make(folder: str) -> None:
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from None


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _unwritable(str(path), error) from None


def _unwritable(path: str, error: OSError) -> BadInput:
    return BadInput(f"Cannot write {path!r}: {error.strerror}")
