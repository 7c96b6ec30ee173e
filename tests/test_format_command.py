"""`dashgraph import` and `dashgraph export` with the formats of other tools, as files and folders."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from conftest import SHARED
from test_dashfile import dashboard
from test_formats import chart, sales, template, tile, yaml
from test_import_command import SUMMARY, Terminal, terminal  # noqa: F401 - a fixture

BOARD = sales(tile("won"), tile(None))
SISENSE, OWN = "Sisense's .dash format", "export it as DASHGRAPH, which holds everything"


@pytest.fixture
def admin(terminal: Terminal) -> Terminal:  # noqa: F811 - the fixture
    """A store with one administrator, and the files of a project of Lightdash."""
    terminal.run("user", "add", "admin@x.example", "--role", "admin")
    for folder in ("dashboards", "charts"):
        (terminal.folder / "lightdash" / folder).mkdir(parents=True)
    terminal.file("lightdash/.lightdash-metadata.json", {"version": 1})
    terminal.file("lightdash/dashboards/sales.yml", yaml(BOARD))
    terminal.file("lightdash/charts/won.yml", yaml(chart("won")))
    return terminal


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_of_lightdash_is_one_import_and_one_export(admin: Terminal) -> None:
    first, again = (
        admin.run("import", "lightdash"),
        admin.run("import", "lightdash/charts", "lightdash/dashboards/sales.yml"),
    )
    exported = admin.run("export", "--all", "-o", "out/")

    assert first.stdout.splitlines() == ["CREATED     lightdash/dashboards/sales.yml: Sales (2 widgets, id sales)"]
    assert first.stderr.splitlines() == [SUMMARY.format(1, 0)]
    assert again.stdout.splitlines() == [
        "SKIPPED     lightdash/dashboards/sales.yml: Sales (2 widgets, id sales) - already here, and nothing differs"
    ]
    assert exported.stderr.splitlines() == ["Exported 1 dashboards."]
    assert files(admin.folder / "out") == {
        "charts/won.yml": yaml(chart("won")),
        "dashboards/sales.yml": yaml(BOARD),
    }


def test_what_is_missing_and_what_is_left_out_is_told(admin: Terminal) -> None:
    admin.file("lightdash/charts/won.yml", yaml(chart("lost")))

    result = admin.run("import", "lightdash")

    why = "no dashboard of this import shows this chart, and charts are taken with a dashboard only"
    assert result.stdout.splitlines() == [
        f"SKIPPED     lightdash/charts/won.yml: Lost - {why}",
        "CREATED     lightdash/dashboards/sales.yml: Sales (2 widgets, id sales)",
    ]
    assert result.stderr.splitlines() == [
        "note lightdash/dashboards/sales.yml: The chart 'won' is not among the documents; its tile is kept without it.",
        SUMMARY.format(1, 0)[:-1] + ", 1 left out.",
    ]


def test_each_dashboard_is_written_as_it_came_and_all_of_them_in_our_own_format(admin: Terminal) -> None:
    admin.file("plan.dash", dashboard("plan", "a"))
    admin.file("traffic.json", template("a", id="traffic"))
    admin.run("import", "lightdash", "plan.dash", "traffic.json")

    admin.run("export", "--all", "-o", "out/")
    admin.run("export", "--all", "--format", "dashgraph", "-o", "all.json")
    admin.run("export", "sales", "-o", "sales.zip")

    written = files(admin.folder / "out")
    assert sorted(written) == ["charts/won.yml", "dashboards/sales.yml", "plan.dash", "traffic.json"]
    assert json.loads(written["plan.dash"]) == dashboard("plan", "a")
    assert json.loads(written["traffic.json"]) == template("a", id="traffic")
    kept = json.loads((admin.folder / "all.json").read_bytes())
    assert [one["id"] for one in kept["dashboards"]] == ["plan", "sales", "traffic"]
    with ZipFile(admin.folder / "sales.zip") as archive:
        assert archive.namelist() == ["charts/won.yml", "dashboards/sales.yml"]
    again = admin.run("import", "out", "all.json", "sales.zip")
    assert {line.split()[0] for line in again.stdout.splitlines()} == {"SKIPPED"}


def test_what_cannot_be_is_one_line(admin: Terminal) -> None:
    admin.file("plan.dash", dashboard("plan"))
    admin.run("import", "lightdash", "plan.dash")
    admin.file("broken.yml", b"name: x\nslug: *y\n")

    for arguments, message in (
        (
            ["export", "plan", "--format", "posthog"],
            f"error The dashboard 'Plan' came in {SISENSE} and cannot be written in PostHog's format; {OWN}.",
        ),
        (
            ["export", "--all"],
            "error They came in several formats, DASH and LIGHTDASH; say which to write: DASHGRAPH holds everything.",
        ),
        (
            ["export", "sales"],
            "error Lightdash's format is a file for each dashboard and chart; give -o folder/ or -o file.zip.",
        ),
    ):
        assert admin.run(*arguments, code=1).stderr.splitlines() == [message]
    assert admin.run("import", "broken.yml", code=1).stdout.splitlines() == [
        "FAILED      broken.yml: Aliases (*name) are not taken; write the value out (line 2, column 7)"
    ]
    assert admin.run("import", "plan.dash", "--format", "lightdash", code=1).stdout.splitlines() == [
        "FAILED      plan.dash: Expected text, found null (at /name)"
    ]


def test_the_public_demo_of_lightdash_is_written_byte_for_byte(admin: Terminal) -> None:
    folder = SHARED / "data" / "lightdash" / "demo-saas"
    if not folder.exists():
        pytest.skip("Lightdash's public demo is not on this machine")
    link = admin.folder / "demo"
    link.symlink_to(folder)

    admin.run("import", "demo")
    admin.run("export", "sales-overview-wip", "-o", "out/")

    expected = {name: content for name, content in files(folder).items() if not name.startswith(".")}
    assert files(admin.folder / "out") == expected
