"""`dashgraph import` and `dashgraph export`, as a person at a terminal or a script runs them."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import Result
from sqlalchemy import select
from typer.testing import CliRunner

from company import Company
from conftest import Stores
from dashgraph.app import logs
from dashgraph.app.main import app
from dashgraph.domain.formats.values import MEGABYTE
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.store.database import Database, open_database
from dashgraph.store.tables import dashboards, users
from test_dashfile import REFUSED, dashboard, file_of
from test_import_export import contents

T = TypeVar("T")
SUMMARY = "{} imported or already here, {} failed."
MANY = [dashboard(f"d{number}", title="Plan") for number in range(5)]
MANY_LINES = [f"CREATED     many.dash#/{number}: Plan (0 widgets, id d{number})" for number in range(5)]


@dataclass
class Terminal:
    """A folder to work in, a store, and the command line over both."""

    folder: Path
    address: str

    def run(self, *arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, arguments, env={"DASHGRAPH_DATABASE_URL": self.address, "COLUMNS": "80"})
        logs.configure("json")  # the streams of the command are closed
        assert result.exit_code == code, (result.output, result.exception)
        assert "Traceback" not in result.output
        assert str(self.folder) not in result.output
        return result

    def file(self, name: str, content: Any) -> str:
        """A file of this name, as it is named on the command line."""
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else file_of(content))
        return name

    def ask(self, question: Callable[[Database], Awaitable[T]]) -> T:
        async def main() -> T:
            database = open_database(self.address)
            try:
                return await question(database)
            finally:
                await database.close()

        with asyncio.Runner() as runner:
            return runner.run(main())

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        return self.ask(contents)

    def owners(self) -> dict[str, str]:
        """The address of the owner of each dashboard."""

        async def question(database: Database) -> dict[str, str]:
            async with database.reading() as session:
                joined = dashboards.join(users, users.c.id == dashboards.c.owner_id)
                found = await session.execute(select(dashboards.c.id, users.c.email).select_from(joined))
                return {row.id: row.email for row in found}

        return self.ask(question)


@pytest.fixture
async def terminal(stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A store without anybody in it."""
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, await stores.fresh("empty"))


@pytest.fixture
def admin(terminal: Terminal) -> Terminal:
    """A store with one administrator."""
    terminal.run("user", "add", "admin@x.example", "--role", "admin")
    return terminal


def test_each_dashboard_has_one_line_with_its_outcome(admin: Terminal) -> None:
    one = admin.file("one.dash", dashboard("one", "a", title="One"))
    more = admin.file("more.dash", [dashboard("two", "b", "c", title="Two"), dashboard("three", title="Three")])

    first = admin.run("import", one, more)
    again = admin.run("import", one)

    assert first.stdout.splitlines() == [
        "CREATED     one.dash: One (1 widgets, id one)",
        "CREATED     more.dash#/0: Two (2 widgets, id two)",
        "CREATED     more.dash#/1: Three (0 widgets, id three)",
    ]
    assert first.stderr.splitlines() == [SUMMARY.format(3, 0)]
    assert again.stdout.splitlines() == [
        "SKIPPED     one.dash: One (1 widgets, id one) - already here, and nothing differs"
    ]
    assert set(admin.owners().values()) == {"admin@x.example"}


def test_what_fails_fails_alone_and_shows_in_the_exit_code(admin: Terminal) -> None:
    good = admin.file("good.dash", dashboard("good", title="Good"))
    mixed = admin.file("mixed.dash", [dashboard("mixed", title="Mixed"), {"oid": "x"}])
    (admin.folder / "folder").mkdir()

    result = admin.run("import", mixed, "absent.dash", "folder", good, code=1)

    assert result.stdout.splitlines() == [
        "CREATED     mixed.dash#/0: Mixed (0 widgets, id mixed)",
        "FAILED      mixed.dash#/1: A dashboard needs a title (at /1/title)",
        "FAILED      absent.dash: Cannot be read: No such file or directory",
        "FAILED      folder: There is nothing to import in it: no .dash, .json, .yml, .yaml file",
        "CREATED     good.dash: Good (0 widgets, id good)",
    ]
    assert result.stderr.splitlines() == [SUMMARY.format(2, 3)]


def test_whatever_is_refused_leaves_nothing_behind(admin: Terminal) -> None:
    before = admin.contents()
    files = {admin.file(f"{number}.dash", data): message for number, (data, message) in enumerate(REFUSED.values())}

    result = admin.run("import", *files, code=1)

    lines = result.stdout.splitlines()
    assert len(lines) == len(files)
    for line, (name, message) in zip(lines, files.items(), strict=True):
        assert line.startswith((f"FAILED      {name}: ", f"FAILED      {name}#/0: "))
        assert line.endswith(f": {message}")
    assert admin.contents() == before


@pytest.mark.parametrize(
    ("action", "line"),
    [
        ("auto", "DUPLICATED  plan.dash: Second (0 widgets, id "),
        ("skip", "SKIPPED     plan.dash: Second (0 widgets, id plan) - there is a dashboard with this id already"),
        ("overwrite", "OVERWRITTEN plan.dash: Second (0 widgets, id plan)"),
        ("duplicate", "DUPLICATED  plan.dash: Second (0 widgets, id "),
    ],
)
def test_the_action_decides_when_the_id_is_taken(admin: Terminal, action: str, line: str) -> None:
    admin.run("import", admin.file("plan.dash", dashboard("plan", title="First")))
    plan = admin.file("plan.dash", dashboard("plan", title="Second"))

    [told] = admin.run("import", plan, "--action", action).stdout.splitlines()

    assert told.startswith(line)


def test_the_action_fail_fails(admin: Terminal) -> None:
    plan = admin.file("plan.dash", dashboard("plan"))
    admin.run("import", plan, "--action", "fail")

    result = admin.run("import", plan, "--action", "fail", code=1)

    message = "There is a dashboard with the id plan already; choose to skip, overwrite or duplicate."
    assert result.stdout == f"FAILED      plan.dash: {message}\n"


def test_the_largest_file_can_be_set(admin: Terminal) -> None:
    large = admin.file("large.dash", file_of(dashboard("large", title="Large")) + b" " * MEGABYTE)
    with (admin.folder / "huge.dash").open("wb") as huge:
        huge.truncate(2**40)  # nothing is written: a file of one hole

    refused = admin.run("import", large, "huge.dash", "--max-megabytes", "1", code=1)
    taken = admin.run("import", large, "--max-megabytes", "2")

    assert refused.stdout.splitlines() == [
        f"FAILED      {name}.dash: The file is larger than 1 MB, the most that is taken (--max-megabytes)"
        for name in ("large", "huge")
    ]
    assert taken.stdout == "CREATED     large.dash: Large (0 widgets, id large)\n"


def test_somebody_else_may_be_named(admin: Terminal) -> None:
    admin.run("user", "add", "ada@x.example", "--role", "designer", "--user-name", "ada")
    files = [admin.file(f"{name}.dash", dashboard(name)) for name in ("one", "two", "three")]

    for name, file in zip(("ada", "ADA@x.example", None), files, strict=True):
        admin.run("import", file, *([] if name is None else ["--as", name]))

    assert admin.owners() == {"one": "ada@x.example", "two": "ada@x.example", "three": "admin@x.example"}


@pytest.mark.parametrize(
    ("roles", "arguments", "message"),
    [
        ([], [], "There is no administrator yet; make one with: dashgraph user add EMAIL --role admin"),
        (["designer"], [], "There is no administrator yet; make one with: dashgraph user add EMAIL --role admin"),
        (["admin"], ["--as", "ghost"], "There is no user 'ghost'; add one with: dashgraph user add"),
        (["admin", "admin"], [], "Say as whom with --as; the administrators are: 0@x.example, 1@x.example."),
        (["admin"], ["--folder", "a/b"], "'a/b' is not the id of a folder."),
        (
            ["admin"],
            ["--folder", ResourceId("local", Kind.DASHBOARD, "a").encode()],
            f"'{ResourceId('local', Kind.DASHBOARD, 'a').encode()}' is not the id of a folder.",
        ),
    ],
)
def test_without_somebody_or_somewhere_nothing_starts(
    terminal: Terminal, roles: list[str], arguments: list[str], message: str
) -> None:
    for number, role in enumerate(roles):
        terminal.run("user", "add", f"{number}@x.example", "--role", role)

    result = terminal.run("import", terminal.file("plan.dash", dashboard()), *arguments, code=1)

    assert (result.stdout, result.stderr) == ("", f"error {message}\n")
    assert terminal.owners() == {}


def test_a_viewer_imports_nothing(admin: Terminal) -> None:
    admin.run("user", "add", "viewer@x.example")
    plan = admin.file("plan.dash", dashboard())

    result = admin.run("import", plan, "--as", "viewer@x.example", code=1)

    message = "Viewers own no dashboards; import as a designer or an administrator."
    assert result.stdout == f"FAILED      plan.dash: {message}\n"
    assert admin.owners() == {}
    admin.run("import", plan)


def test_a_folder_is_named_by_either_id(terminal: Terminal) -> None:
    async def furnish(database: Database) -> None:
        company = Company(database)
        await company.user("owner", "admin")
        await company.folder("mine", "owner")

    terminal.ask(furnish)
    one, two = (terminal.file(f"{name}.dash", dashboard(name)) for name in ("one", "two"))

    terminal.run("import", one, "--folder", "mine")
    terminal.run("import", two, "--folder", ResourceId("local", Kind.FOLDER, "mine").encode())
    refused = terminal.run("import", two, "--folder", "absent", code=1)

    assert refused.stdout == "FAILED      two.dash: There is no such folder of yours to import into.\n"
    stored = terminal.contents()["dashboards"]
    assert [row[2] for row in stored] == ["mine", "mine"]


def test_a_title_cannot_write_on_the_terminal(admin: Terminal) -> None:
    odd = "[red]x[/red] [/] \\[ :smile:\n\r\x1b]0;x\x07 \ud800 \u202e"
    plan = admin.file("plan [b].dash", dashboard("plan", title=odd + "y" * 1000))

    result = admin.run("import", plan)

    shown = r"[red]x[/red] [/] \[ :smile:\n\r\x1b]0;x\x07 \ud800 \u202e"
    assert result.stdout.startswith(f"CREATED     plan [b].dash: {shown}yyy")
    assert result.stdout.endswith("y… (0 widgets, id plan)\n")
    assert result.stdout.count("\n") == 1


def dashgraph(terminal: Terminal, *arguments: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    """The real program."""
    program = Path(sys.executable).parent / "dashgraph"
    environment = {**os.environ, "DASHGRAPH_DATABASE_URL": terminal.address, "TERM": "xterm-256color"}
    return subprocess.Popen(
        [program, *arguments], stdout=subprocess.PIPE, stderr=stderr, env=environment, cwd=terminal.folder
    )


def shown_on(screen: int) -> str:
    """Everything that programs write on a terminal, until the last of them ends."""
    shown = b""
    while True:
        try:
            part = os.read(screen, 4096)
        except OSError:  # Linux says so when nobody has the terminal open any more
            part = b""
        if not part:
            return shown.decode()
        shown += part


def test_scripts_read_lines_and_nothing_else(admin: Terminal) -> None:
    many = admin.file("many.dash", MANY)

    with dashgraph(admin, "import", many) as running:
        stdout, stderr = running.communicate()

    assert running.returncode == 0
    assert stdout.decode().splitlines() == MANY_LINES
    assert stderr.decode().splitlines() == [SUMMARY.format(5, 0)]


def test_the_progress_bar_of_a_terminal_stays_out_of_a_pipe(admin: Terminal) -> None:
    many = admin.file("many.dash", MANY)
    watching, screen = pty.openpty()

    with dashgraph(admin, "import", many, stderr=screen) as running:
        os.close(screen)
        shown = shown_on(watching)
        stdout, _ = running.communicate()
    os.close(watching)

    assert "Importing" in shown
    assert SUMMARY.format(5, 0) in shown
    assert stdout.decode().splitlines() == MANY_LINES


def test_errors_of_the_real_program_are_lines_too(terminal: Terminal) -> None:
    with dashgraph(terminal, "import", terminal.file("plan.dash", dashboard())) as running:
        stdout, stderr = running.communicate()

    assert (running.returncode, stdout) == (1, b"")
    assert stderr.decode().count("\n") == 1
    assert stderr.decode().startswith("error There is no administrator yet")


def test_an_export_is_what_was_imported(admin: Terminal) -> None:
    document = dashboard("plan", "a", "b", title="Ä \U0001f600", numbers=[1.5, 10**30], nothing=None)
    admin.run("import", admin.file("plan.dash", document))

    for one in ("plan", ResourceId("local", Kind.DASHBOARD, "plan").encode()):
        printed = admin.run("export", one)
        assert json.dumps(json.loads(printed.stdout)) == json.dumps(document)
        assert printed.stderr == ""

    saved = admin.run("export", "plan", "-o", "out.dash")
    assert (saved.stdout, saved.stderr) == ("", "Exported 1 dashboards.\n")
    assert (admin.folder / "out.dash").read_bytes() == admin.run("export", "plan").stdout_bytes
    assert admin.run("import", "out.dash").stdout.startswith("SKIPPED")


def test_several_dashboards_are_exported_as_an_array_or_a_file_each(admin: Terminal) -> None:
    documents = [dashboard(name, f"{name}-w", title=name) for name in ("one", "three", "two")]
    admin.run("import", admin.file("all.dash", documents))

    everything, two = admin.run("export", "--all"), admin.run("export", "two", "one")
    admin.run("export", "two", "-o", "new/out/")
    admin.run("export", "--all", "-o", "new/out")

    assert json.loads(everything.stdout) == documents
    assert [one["oid"] for one in json.loads(two.stdout)] == ["two", "one"]
    files = sorted((admin.folder / "new" / "out").iterdir())
    assert [file.name for file in files] == ["one.dash", "three.dash", "two.dash"]
    assert [json.loads(file.read_bytes()) for file in files] == documents


def test_an_administrator_exports_everything_and_others_what_they_see(admin: Terminal) -> None:
    for name in ("ada", "bob"):
        admin.run("user", "add", f"{name}@x.example", "--role", "designer")
        admin.run("import", admin.file(f"{name}.dash", dashboard(name)), "--as", f"{name}@x.example")

    assert [one["oid"] for one in json.loads(admin.run("export", "--all").stdout)] == ["ada", "bob"]
    assert json.loads(admin.run("export", "--all", "--as", "ada@x.example").stdout)["oid"] == "ada"
    hidden = admin.run("export", "bob", "--as", "ada@x.example", code=1)
    assert hidden.stderr == "error There is no dashboard bob, or it is hidden from you.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["absent"], 1, "There is no dashboard absent, or it is hidden from you."),
        (["plan", "absent", "-o", "out.dash"], 1, "There is no dashboard absent, or it is hidden from you."),
        (["a b"], 1, "'a b' is not the id of a dashboard."),
        ([ResourceId("elsewhere", Kind.DASHBOARD, "a").encode()], 1,
            "There is no source named 'elsewhere'; the configured ones are: local."),
        (["plan", "-o", "plan.dash/"], 1, "Cannot write 'plan.dash/': File exists"),
        (["plan", "-o", "absent/out.dash"], 1, "Cannot write 'absent/out.dash': No such file or directory"),
        ([], 2, "Give the ids of dashboards, or --all."),
        (["plan", "--all"], 2, "Give the ids of dashboards, or --all."),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_one_line(admin: Terminal, arguments: list[str], code: int, message: str) -> None:
    admin.run("import", admin.file("plan.dash", dashboard()))

    result = admin.run("export", *arguments, code=code)

    assert (result.stdout, result.stderr) == ("", f"error {message}\n")
    assert [file.name for file in admin.folder.iterdir() if file.suffix == ".dash"] == ["plan.dash"]


def test_exporting_all_of_nothing_is_an_empty_array(admin: Terminal) -> None:
    assert admin.run("export", "--all").stdout == "[]\n"
