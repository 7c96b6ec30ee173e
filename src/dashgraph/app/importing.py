"""The command `import`: files and folders into the store."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from dashgraph.app.build import World, opened
from dashgraph.app.commands import As, Database, err, id_of, on_one_line, out, run, settings
from dashgraph.domain.changes import Terms
from dashgraph.domain.formats import archives, reading
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.formats.reading import Candidate, Part
from dashgraph.domain.formats.values import Limits
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.imports import ImportAction, Imported, check_may_import
from dashgraph.domain.problems import BadDocument, Problem
from dashgraph.domain.viewers import Viewer
from dashgraph.services import imports as documents
from dashgraph.services.imports import wish

LONGEST_TITLE = 200  # characters on a line


@dataclass(frozen=True)
class Line:
    """One line of the report: a dashboard, or a file that held none."""

    place: str
    outcome: str
    text: str
    failed: bool = False

    def shown(self) -> Text:
        style = "red" if self.failed else "green"
        return Text.assemble((f"{self.outcome:<11}", style), " ", on_one_line(f"{self.place}: {self.text}"))


@dataclass(frozen=True)
class Sent:
    """A file of the command line, and what is in it."""

    path: Path
    parts: list[Part]

    @property
    def waits(self) -> bool:
        """Whether it is of Lightdash: its charts and dashboards find each other when all files are read."""
        return any(part.format is DocumentFormat.LIGHTDASH for part in self.parts)


def import_files(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help="Files, or folders of them: .dash, .json, .yml, .yaml, .zip. What stands together is one import.",
            show_default=False,
        ),
    ],
    action: Annotated[
        ImportAction,
        typer.Option(
            help="When a dashboard with the same id is there: skip, overwrite, duplicate or fail. "
            "auto skips it when nothing differs, else duplicates it."
        ),
    ] = ImportAction.AUTO,
    kind: Annotated[
        DocumentFormat | None,
        typer.Option("--format", help="What the files are written in. Default: seen in them.", show_default=False),
    ] = None,
    folder: Annotated[
        str | None, typer.Option(help="Id of a folder of yours to import into.", show_default=False)
    ] = None,
    background: Annotated[
        bool, typer.Option("--background", help="Only read the files; a job takes them in. See: dashgraph jobs")
    ] = False,
    max_megabytes: Annotated[int, typer.Option(min=1, max=1024, help="The largest file that is taken.")] = 64,
    acting: As = None,
    database: Database = None,
) -> None:
    chosen = settings(database_url=database)
    limits = Limits(megabytes=max_megabytes)

    async def main() -> int:
        files = list(_files(paths))
        async with opened(chosen) as world:
            viewer = await world.identity.acting_as(acting)
            target = None if folder is None else id_of(folder, world.database.name, Kind.FOLDER)
            if background:
                sent = [Sent(path, _parts(path, kind, limits)) for path in files]
                await _start(world, viewer, sent, limits, documents.Sent(action=action, folder=target))
                return 0
            columns = (TextColumn("Importing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            console = out if out.is_terminal else err  # on one terminal the lines must know of the bar
            with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
                taking = _Taking(world, viewer, limits, action, target, progress)
                await taking.all([(path, kind) for path in files])
        err.print(taking.summary())
        return taking.failed

    if run(main):
        raise typer.Exit(1)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files that are named, and those in the folders that are; a folder without any is one that fails."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        names = sorted(one.relative_to(path).as_posix() for one in path.rglob("*"))
        found = [path / name for name in names if archives.is_document(name) and (path / name).is_file()]
        yield from found or [path]


def _parts(path: Path, kind: DocumentFormat | None, limits: Limits) -> list[Part]:
    """What is in a file; one that cannot be read is one part that fails."""
    try:
        with path.open("rb") as file:
            return reading.parts(file.read(limits.bytes + 1), limits, kind)
    except IsADirectoryError:
        problem = BadDocument(f"There is nothing to import in it: no {', '.join(archives.ENDINGS)} file")
    except OSError as error:
        problem = BadDocument(f"Cannot be read: {error.strerror}")
    except BadDocument as found:
        problem = found
    return [Part((), DocumentFormat.DASH, problem)]


async def _start(world: World, viewer: Viewer, files: Sequence[Sent], limits: Limits, how: documents.Sent) -> None:
    """Have a job take them all in, and tell its id."""
    found = reading.candidates([sent.parts for sent in files], limits)
    wanted = [
        documents.wanted_of(world.database.name, number, how, candidate)
        for number, candidates in enumerate(found)
        for candidate in candidates
    ]
    job = await world.bulk.start_import(viewer, list(documents.each_once(wanted)), Terms(), atomic=False)
    out.print(job.id.native)
    told = f"A job takes in {len(wanted)} dashboards; watch it with: dashgraph jobs {job.id.native} --watch"
    err.print(told, soft_wrap=True)


class _Taking:
    """Imports file after file, and counts."""

    def __init__(
        self,
        world: World,
        viewer: Viewer,
        limits: Limits,
        action: ImportAction,
        folder: ResourceId | None,
        progress: Progress,
    ) -> None:
        self._world, self._viewer, self._limits = world, viewer, limits
        self._action, self._folder, self._progress = action, folder, progress
        self._task = progress.add_task("dashboards", total=0)
        self.done = self.failed = self.left = 0

    def summary(self) -> str:
        left = f", {self.left} left out" if self.left else ""
        return f"{self.done} imported or already here, {self.failed} failed{left}."

    async def all(self, files: Sequence[tuple[Path, DocumentFormat | None]]) -> None:
        """Each file by itself, so that not all are in memory; those of Lightdash together, in the end."""
        waiting = []
        for path, kind in files:
            sent = Sent(path, _parts(path, kind, self._limits))
            if sent.waits:
                waiting.append(sent)
            else:
                await self._take([sent])
        await self._take(waiting)

    async def _take(self, files: Sequence[Sent]) -> None:
        found = reading.candidates([sent.parts for sent in files], self._limits)
        self._progress.update(
            self._task, total=self.done + self.failed + self.left + sum(len(candidates) for candidates in found)
        )
        for sent, candidates in zip(files, found, strict=True):
            for candidate in candidates:
                place = f"{sent.path}#{candidate.pointer}" if candidate.pointer else str(sent.path)
                line = await self._line(place, candidate)
                out.print(line.shown(), soft_wrap=True)
                for warning in candidate.warnings:
                    note = Text.assemble(("note", "yellow"), " ", on_one_line(f"{place}: {warning.message}"))
                    err.print(note, soft_wrap=True)
                self._progress.advance(self._task)

    async def _line(self, place: str, candidate: Candidate) -> Line:
        try:
            change = wish(self._world.database.name, candidate)
            if isinstance(change, Imported):
                self.left += 1
                return Line(place, change.outcome.name, f"{_cut(change.title)} - {change.reason}")
            check_may_import(self._viewer)
            change = replace(change, action=self._action, folder=self._folder)
            outcome = await self._world.changing.one(self._viewer, change, Terms())
            if outcome.problem is not None:
                raise outcome.problem
        except Problem as problem:
            self.failed += 1
            return Line(place, "FAILED", problem.message, failed=True)
        self.done += 1
        imported = Imported.of(outcome.facts)
        reason = f" - {imported.reason}" if imported.reason else ""
        told = f"{_cut(imported.title)} ({imported.widgets} widgets, id {imported.native}){reason}"
        return Line(place, imported.outcome.name, told)


def _cut(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE]}…"
