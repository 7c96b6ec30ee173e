"""The command `jobs`: what goes on, what came of it, and a look at it until it is over."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from dashgraph.app.build import World, opened
from dashgraph.app.commands import As, Database, id_of, on_one_line, out, run, settings
from dashgraph.domain.exports import exporting
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.jobs import JOB, JOBS, Job, JobSort, JobStatus
from dashgraph.domain.lists import LARGEST_PAGE, Window, Wish
from dashgraph.domain.problems import NotFound, Problem
from dashgraph.domain.viewers import Viewer

LOOK_SECONDS = 1.0
STYLES = {
    JobStatus.SUCCEEDED: "green",
    JobStatus.FAILED: "red",
    JobStatus.MISSED: "red",
    JobStatus.CANCELLED: "yellow",
    JobStatus.SKIPPED: "yellow",
}


def list_jobs(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="JOB...", help="Only these: global or native ids.", show_default=False),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Look until those that are named, or else those that go on, are over; 1 if one failed."
        ),
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST_PAGE, help="How many, the newest first.")] = 20,
    acting: As = None,
    database: Database = None,
) -> None:
    chosen = settings(database_url=database)

    async def main() -> bool:
        async with opened(chosen) as world:
            viewer = exporting(await world.identity.acting_as(acting))
            named = [id_of(text, world.database.name, Kind.JOB) for text in ids or ()]
            found = await _named(world, viewer, named) if named else await _newest(world, viewer, limit)
            awaited = {job.id for job in found if named or not job.status.is_over} if watch else set()
            if not found:
                out.print("There are no jobs.")
                return True
            with Live(_table(found), console=out, auto_refresh=False, transient=True) as screen:
                while any(not job.status.is_over for job in found if job.id in awaited):
                    await asyncio.sleep(LOOK_SECONDS)
                    found = await _named(world, viewer, [job.id for job in found])
                    screen.update(_table(found), refresh=True)
        out.print(_table(found))
        return all(job.status is JobStatus.SUCCEEDED for job in found if job.id in awaited)

    if not run(main):
        raise typer.Exit(1)


async def _newest(world: World, viewer: Viewer, limit: int) -> list[Job]:
    wish = Wish(JobSort.CREATED_AT_DESC, Window(limit))
    page = await world.reading.page(viewer, JOBS, wish, [world.database.name])
    return [entry.item for entry in page.entries]


async def _named(world: World, viewer: Viewer, ids: Sequence[ResourceId]) -> list[Job]:
    """These jobs, in this order. Raises NotFound for one that is absent or hidden."""
    found = await world.reading.things(viewer, JOB, ids)
    jobs = []
    for one in dict.fromkeys(ids):
        job = found.get(one)
        if isinstance(job, Problem):
            raise job
        if job is None:
            message = f"There is no job {one.native}, or it is hidden from you."
            raise NotFound(message)
        jobs.append(job)
    return jobs


def _table(jobs: Sequence[Job]) -> Table:
    table = Table()
    table.add_column("Job", no_wrap=True)
    table.add_column("Kind")
    table.add_column("Status")
    table.add_column("Done", justify="right")
    table.add_column("Asked for", no_wrap=True)
    table.add_column("What came of it", overflow="fold")
    for job in jobs:
        style = STYLES.get(job.status, "cyan")
        done = "" if job.total is None else f"{job.done}/{job.total}"
        asked = f"{job.created_at:%Y-%m-%d %H:%M}"
        table.add_row(
            job.id.native, job.kind, f"[{style}]{job.status}[/{style}]", done, asked, escape(on_one_line(_told(job)))
        )
    return table


def _told(job: Job) -> str:
    """What went wrong, or how much came of it."""
    result = job.result or {}
    counts = ", ".join(f"{result[name]} {name}" for name in ("succeeded", "delivered", "failed") if result.get(name))
    return job.error or job.reason or counts
