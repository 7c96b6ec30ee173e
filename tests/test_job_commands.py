"""`dashgraph jobs`, `export` to be read and `import --background`, as scripts use them."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from company import Company
from conftest import Stores, asking
from dashgraph.app.main import app
from dashgraph.store.database import open_database
from serving import command, started
from test_crashes import document
from workshop import Workshop


def run(database: str, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "--database", database], env={"COLUMNS": "200"})
    return done.exit_code, done.output


@pytest.fixture
async def store(stores: Stores) -> str:
    """With somebody who administers it, and two dashboards."""
    address = await stores.fresh("empty")
    database = open_database(address)
    company = Company(database)
    await company.user("boss", "admin")
    await company.user("ann")
    await company.user("vic", "viewer")
    await company.dashboard("one", "ann", title="Plan", tiles=("Revenue",))
    await company.dashboard("two", "ann", title="Plan")
    await database.close()
    return address


@pytest.mark.parametrize(
    ("form", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF"), ("png", b"\x89PNG")]
)
async def test_a_dashboard_is_exported_to_be_read(store: str, tmp_path: Path, form: str, start: bytes) -> None:
    file = tmp_path / f"plan.{form}"

    code, said = await asyncio.to_thread(run, store, "export", "one", "--format", form, "-o", str(file))

    assert (code, said) == (0, "Exported 1 dashboards.\n")
    assert file.read_bytes().startswith(start)


async def test_several_dashboards_are_a_file_each(store: str, tmp_path: Path) -> None:
    folder = f"{tmp_path}/out/"

    code, _ = await asyncio.to_thread(run, store, "export", "--all", "--format", "csv", "-o", folder)
    refused = await asyncio.to_thread(run, store, "export", "--all", "--format", "csv", "-o", f"{folder}all.csv")
    packed, _ = await asyncio.to_thread(run, store, "export", "--all", "--format", "csv", "-o", f"{folder}all.zip")
    hidden = await asyncio.to_thread(run, store, "export", "one", "three", "--format", "csv", "-o", folder)
    zone = await asyncio.to_thread(run, store, "export", "one", "--format", "csv", "--timezone", "Mars")

    assert (code, packed) == (0, 0)
    assert sorted(os.listdir(folder)) == ["all.zip", "one.csv", "two.csv"]  # noqa: PTH208 - after all
    assert refused == (1, "error CSV is a file for each dashboard; give -o folder/ or -o file.zip.\n")
    assert hidden == (1, "error There is no dashboard with this id, or it is hidden from you.\n")
    assert (zone[0], zone[1].split(";")[0]) == (1, "error There is no time zone `Mars`")


async def test_jobs_are_listed_and_looked_at_until_they_are_over(store: str) -> None:
    none = await asyncio.to_thread(run, store, "jobs")
    async with asking(store) as found:
        workshop = Workshop(found.world.database)
        await workshop.job("done", asked_by="ann", kind="export", status="succeeded", done=1, total=1)
        await workshop.job("lost", asked_by="ann", kind="bulk", status="failed", error="[bold]No\x1b[31m")

    code, listed = await asyncio.to_thread(run, store, "jobs")
    watched, _ = await asyncio.to_thread(run, store, "jobs", "--watch")
    one, only = await asyncio.to_thread(run, store, "jobs", "done", "--watch")
    failed, _ = await asyncio.to_thread(run, store, "jobs", "done", "lost", "--watch")
    hidden = await asyncio.to_thread(run, store, "jobs", "done", "--as", "boss@x.example")
    theirs = await asyncio.to_thread(run, store, "jobs", "absent", "--as", "ann@x.example")

    assert none == (0, "There are no jobs.\n")
    assert (code, watched, one, failed, hidden[0]) == (0, 0, 0, 1, 0)
    assert all(word in listed for word in ("done", "succeeded", "1/1", "lost", "failed", "[bold]No\\x1b[31m"))
    assert "lost" not in only
    assert theirs == (1, "error There is no job absent, or it is hidden from you.\n")


async def test_an_import_in_the_background_is_done_by_a_worker_and_watched(store: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first.dash", tmp_path / "second.dash"
    first.write_text(json.dumps([document(number) for number in range(3)]))
    second.write_text("[")

    code, said = await asyncio.to_thread(run, store, "import", str(first), str(second), "--background")
    job = said.splitlines()[0]
    (tmp_path / "worker").mkdir()
    worker = await started(tmp_path / "worker", "worker", DASHGRAPH_DATABASE_URL=store)
    try:
        watched = await command(tmp_path, "jobs", job, "--watch", "--database", store)
    finally:
        worker.terminate()
        await worker.communicate()

    refused = await asyncio.to_thread(run, store, "import", str(first), "--background", "--as", "vic@x.example")
    assert refused == (1, "error Viewers own no dashboards; import as a designer or an administrator.\n")
    assert (code, said.splitlines()[1]) == (
        0, f"A job takes in 4 dashboards; watch it with: dashgraph jobs {job} --watch",
    )  # fmt: skip
    assert watched.code == 0
    assert all(word in watched.out for word in (job, "import", "succeeded", "4/4", "3 succeeded, 1 failed"))
