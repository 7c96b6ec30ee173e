"""The command line, as a person at a terminal and an init system see it."""

import asyncio
import os
import pty
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import aiohttp
import pytest
from click.testing import Result
from typer.testing import CliRunner

from conftest import Stores
from dashgraph.app import commands, logs
from dashgraph.app.build import opened
from dashgraph.app.main import app
from dashgraph.app.settings import Settings
from serving import SECONDS, Client, command, environment, serving

NAME = "{ viewer { user { displayName } } }"
PASSWORD = "hunter2hunter2"
NOBODY_THERE = f"postgresql://ada:{PASSWORD}@127.0.0.1:1/bi"


class Terminal:
    """A folder of its own to run commands in."""

    def __init__(self, database: str) -> None:
        self.database = database

    def run(self, *arguments: str, code: int = 0, **settings: str) -> Result:
        variables = {f"DASHGRAPH_{name.upper()}": value for name, value in settings.items()}
        given = {"DASHGRAPH_DATABASE_URL": self.database, "COLUMNS": "80", **variables}
        result = CliRunner().invoke(app, arguments, env=given)
        assert result.exit_code == code, (result.output, result.exception)
        assert PASSWORD not in result.output
        return result

    def refused(self, *arguments: str, **settings: str) -> str:
        """The one line with which a command fails."""
        result = self.run(*arguments, code=1, **settings)
        [line] = result.stderr.splitlines()
        assert result.stdout == ""
        return line.removeprefix("error ")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    logs.configure("json")  # the streams of the commands that ran here are closed


@pytest.fixture
async def empty(stores: Stores, folder: Path) -> Terminal:
    return Terminal(await stores.fresh("empty"))


@pytest.fixture
def new(folder: Path) -> Terminal:
    """No database yet; it will be the default one in this folder."""
    return Terminal("dashgraph.sqlite3")


def test_migrate_brings_a_new_database_up_to_date_and_then_finds_nothing_to_do(new: Terminal) -> None:
    assert re.fullmatch(r"The database is at revision \d{4}\.\n", new.run("migrate").output)
    assert re.fullmatch(r"The database is at revision \d{4}, as before\.\n", new.run("migrate").output)


def test_demo_fills_an_empty_store_once(empty: Terminal) -> None:
    loaded = empty.run("demo").output

    assert re.search(r"^Loaded 60 users, .*40 dashboards, .*\.$", loaded, re.MULTILINE)
    assert "dashgraph token create nora@tallgrass.example" in loaded
    assert empty.refused("demo") == "The store has users already; load the example company into an empty store."


def test_users_are_added_and_refused_with_the_reason(empty: Terminal) -> None:
    added = empty.run("user", "add", "ada@x.example", "--role", "admin", "--user-name", "ada").output

    assert added == "Added ada@x.example as admin. Make a token with: dashgraph token create ada@x.example\n"
    assert empty.refused("user", "add", "nobody") == "'nobody' is not an e-mail address."
    assert empty.refused("user", "add", "b@x.example", "--role", "boss").startswith(
        "There is no role 'boss'; there are"
    )
    assert "already" in empty.refused("user", "add", "ADA@x.example")
    assert "already" in empty.refused("user", "add", "b@x.example", "--user-name", "ADA")


def test_a_token_is_printed_alone_listed_without_itself_and_revoked(empty: Terminal) -> None:
    empty.run("user", "add", "ada@x.example", "--role", "designer")

    made = empty.run("token", "create", "ada@x.example", "--scope", "users:read", "--days", "7", "--name", "[b]x[/b]")
    token = made.stdout.strip()
    [number] = re.findall(r"Its id, to revoke it by, is ([0-9a-f]{12})\n", made.stderr)
    listed = empty.run("token", "list").output

    assert re.fullmatch(r"dg_[\w-]{43}", token)
    assert token not in made.stderr + listed
    until = datetime.now(UTC) + timedelta(days=7)
    assert listed == f"{number}  ada@x.example  valid until {until:%Y-%m-%d}  ([b]x[/b]; for users:read)\n"
    assert "not the token" in empty.refused("token", "revoke", token)
    assert empty.run("token", "revoke", number).output == f"Revoked {number}.\n"
    assert f"{number}  ada@x.example  revoked 2" in empty.run("token", "list").output
    assert empty.refused("token", "revoke", number).startswith("There is no such token")
    assert empty.refused("token", "create", "nobody").startswith("There is no user 'nobody'")
    refused = empty.refused("token", "create", "ada@x.example", "--scope", "admin:read")
    assert refused == "A designer may not have the scope admin:read."
    assert empty.refused("token", "create", "ada@x.example", "--scope", "root").startswith("There is no scope 'root'")


def test_a_service_has_tokens_of_its_own(empty: Terminal) -> None:
    made = empty.run("token", "create", "--service", "exporter", "--role", "designer", "--scope", "dashboards:read")

    assert re.fullmatch(r"dg_[\w-]{43}\n", made.stdout)
    listed = empty.run("token", "list").output
    assert re.fullmatch(r"[0-9a-f]{12}  service exporter  valid  \(command line; for dashboards:read\)\n", listed)
    assert empty.run("token", "revoke", listed[:12]).output == f"Revoked {listed[:12]}.\n"
    for wrong in ([], ["a@x.example", "--service", "x"], ["a@x.example", "--role", "admin"]):
        assert empty.refused("token", "create", *wrong).startswith("Say whose token: a USER, or with --service")
    assert empty.refused("token", "create", "--service", "x").startswith("Say what the service may be used for")


def test_the_schema_is_printed_written_and_compared(new: Terminal) -> None:
    printed = new.run("schema").output

    assert new.run("schema", "-o", "x.graphql").output == ""
    assert Path("x.graphql").read_text() == printed
    assert new.run("schema", "--check", "x.graphql").output == "x.graphql is the schema.\n"
    Path("x.graphql").write_bytes(b"\xff")
    stale = "x.graphql is not the schema; write it with: dashgraph schema -o x.graphql"
    assert new.refused("schema", "--check", "x.graphql") == stale
    assert new.refused("schema", "--check", "no.graphql").startswith("no.graphql is not the schema")
    assert new.refused("schema", "-o", "no/x.graphql") == "no/x.graphql cannot be written: No such file or directory"
    assert not Path(new.database).exists()


@pytest.mark.parametrize("arguments", [["migrate"], ["serve"], ["user", "add", "a@x.example"], ["token", "list"]])
def test_a_database_that_cannot_be_opened_is_one_clear_line(new: Terminal, arguments: list[str]) -> None:
    Path("text.sqlite3").write_text("not a database, not at all")

    def said(database: str) -> str:
        return new.refused(*arguments, "--database", database)

    assert said("no/x.sqlite3") == "The database 'no/x.sqlite3' cannot be made: no is not a folder."
    assert said("text.sqlite3") == "The database 'text.sqlite3' is not a SQLite file."
    assert said(".") == "The database '.' is not a file."
    assert "a file" in said(":memory:")
    assert said(NOBODY_THERE).startswith("The database did not answer (")
    assert said(NOBODY_THERE.replace(":1/", ":one/")).startswith("The database address cannot be read; it looks like")
    assert said(f"mysql://a:{PASSWORD}@h/x") == "dashgraph keeps its data in SQLite or PostgreSQL, not in mysql."


@pytest.mark.postgres
def test_a_server_or_a_database_that_is_not_there_is_one_clear_line(new: Terminal, server: str) -> None:
    assert new.refused("migrate", "--database", f"{server}/nowhere").startswith("The database did not answer")


def test_every_wrong_setting_is_named_in_one_line(new: Terminal) -> None:
    line = new.refused("migrate", port="x", source_name="A B", log_format=PASSWORD)

    assert line.startswith("Settings that cannot be: ")
    assert not [name for name in ("PORT", "SOURCE_NAME", "LOG_FORMAT") if f"DASHGRAPH_{name}: " not in line]
    assert "DASHGRAPH_PORT" in new.refused("serve", "--port", "65536")


def test_help_and_the_version_need_next_to_nothing() -> None:
    script = """if True:
        import sys
        from dashgraph.app.main import app
        for asked in (["--help"], ["user", "--help"], ["--version"]):
            app(asked, standalone_mode=False)
        heavy = {"aiohttp", "sqlalchemy", "strawberry", "graphql", "alembic", "dbos", "pydantic_settings"}
        assert not heavy & sys.modules.keys()
    """

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == f"dashgraph {version('dashgraph')}"
    assert "Serve the graph and GraphiQL" in done.stdout


HELP = [[], ["serve"], ["demo"], ["schema"], ["migrate"], ["user", "add"], ["token", "create"], ["token", "revoke"]]


@pytest.mark.parametrize("arguments", HELP, ids=" ".join)
def test_help_is_for_people(new: Terminal, arguments: list[str]) -> None:
    text = new.run(*arguments, "--help").output

    assert text.strip().startswith("Usage: ")
    assert not re.search(r"<(path|list|int)\b|\bNone\b|dashgraph\.app|…", text)
    assert max(map(len, text.splitlines())) <= 80


def test_a_password_is_asked_for_twice_and_never_shown(new: Terminal) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dashgraph", "user", "add", "ada@x.example", "--password"],
        env=environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said = ""
    for question in ("Password: ", "Repeat for confirmation: "):
        while question not in said:
            said += os.read(ours, 1000).decode()
        os.write(ours, f"{PASSWORD}\n".encode())
    while "Added" not in said:
        said += os.read(ours, 1000).decode()
    os.close(ours)

    assert process.wait(30) == 0
    assert PASSWORD not in said


@pytest.mark.parametrize("is_installed", [True, False])
def test_commands_run_on_uvloop_where_it_is_installed(is_installed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_installed:
        monkeypatch.setattr(commands, "uvloop", None)

    async def loop() -> str:
        return type(asyncio.get_running_loop()).__module__

    assert (commands.run(loop) == "uvloop") is is_installed


async def test_serve_demo_prints_a_link_whose_token_works_and_another_one_the_next_time(tmp_path: Path) -> None:
    seen = []
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            async with serving(tmp_path, "--demo", last="--json") as server:
                client = Client(session, server.address, server.token)
                assert (await client.ask(NAME)).json["data"]["viewer"]["user"]["displayName"] == "Nora Whitfield"
                assert f'-H "Authorization: Bearer {server.token}"' in server.out
                assert [(await client.holding(old).ask(NAME)).status for old in seen] == [200] * len(seen)
                seen.append(server.token)
            assert server.outcome.code == 0
            assert not [token for token in seen if token in server.err]

    assert len(set(seen)) == 2


async def test_serve_says_how_to_make_the_first_administrator(stores: Stores, tmp_path: Path) -> None:
    database = await stores.fresh("empty")

    async with serving(tmp_path, "--database", database, last="token create") as server:
        pass

    assert "Nobody can sign in yet." in server.out
    assert "dashgraph user add you@example.com --role admin" in server.out
    assert (server.outcome.code, database in server.err) == (0, False)


async def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        outcome = await command(tmp_path, "serve", "--port", str(port))
        elsewhere = await command(tmp_path, "serve", "--host", "no.such.host.invalid")

    assert (outcome.code, outcome.out) == (1, "")
    assert (
        outcome.err
        == f"error Cannot listen on 127.0.0.1:{port}: address already in use; choose another with --host and --port.\n"
    )
    assert (elsewhere.code, len(elsewhere.err.splitlines())) == (1, 1)
    assert elsewhere.err.startswith("error Cannot listen on no.such.host.invalid:8000: ")


@pytest.mark.postgres
def test_a_postgresql_that_is_not_migrated_is_not_served(new: Terminal, server: str) -> None:
    line = new.refused("serve", "--database", f"{server}/postgres")

    assert line.endswith("bring it there with: dashgraph migrate")


async def test_sigterm_lets_what_is_under_way_finish(tmp_path: Path) -> None:
    database = str(tmp_path / "own.sqlite3")
    async with opened(Settings(database_url=database)) as world:
        await world.identity.add_user("ada@x.example", role="viewer", password=PASSWORD)
    async with (
        aiohttp.ClientSession() as session,
        serving(tmp_path, "--database", database, last="listening") as server,
    ):
        client = Client(session, server.address)
        with closing(sqlite3.connect(database, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")  # whoever signs in waits to write that down
            signing_in = asyncio.create_task(client.login("ada@x.example", PASSWORD))
            for _ in range(3):
                assert (await client.send("GET", "/healthz")).status == 200
            server.process.send_signal(signal.SIGTERM)
            while await listens(server.address):
                pass
            assert not signing_in.done()
            writer.execute("ROLLBACK")
            reply = await signing_in
        async with asyncio.timeout(SECONDS):
            await server.process.wait()  # by itself: a second signal would end it at once

    assert (reply.status, list(reply.json)) == (200, ["token", "expiresAt"])
    assert [line.get("path", line["event"]) for line in server.lines][-2:] == ["stopping", "/login"]
    assert (server.outcome.code, server.outcome.out) == (0, "")


async def listens(address: str) -> bool:
    host, port = address.removeprefix("http://").split(":")
    try:
        _, writer = await asyncio.open_connection(host, port)
    except (ConnectionRefusedError, ConnectionResetError):  # reset: it stopped while the two shook hands
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def test_the_log_is_a_json_line_a_request_and_holds_no_secret(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session, serving(tmp_path, "--demo", last="--json") as server:
        client = Client(session, server.address, server.token)
        await client.post({"query": NAME}, x_request_id="mine-1")
        await client.post(b"{", x_request_id="mine-2")
        await client.login("nora", PASSWORD)
        await client.post({"username": "nora", "password": PASSWORD, "query": PASSWORD}, "/graphql")
        await client.holding(server.token + "x").ask(NAME)
        await client.send("GET", f"/{server.token}", params={"token": server.token})
        await rubbish(server.address, f"POST /login HTTP/1.1\r\nBearer {server.token}\r\n\r\n{PASSWORD}")
        chunked = "POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        await rubbish(server.address, f"{chunked}{PASSWORD}\r\n\r\n")
        await rubbish(server.address, f"GET / HTTP/1.1\r\nHost: x\r\nX: {server.token * 300}\r\n\r\n")

    requests = [line for line in server.lines if line["event"] == "request"]
    assert [(line["method"], line["path"], line["status"]) for line in requests] == [
        ("POST", "/graphql", 200),
        ("POST", "/graphql", 400),
        ("POST", "/login", 401),
        ("POST", "/graphql", 200),
        ("POST", "/graphql", 401),
        ("GET", "/[redacted]", 404),
    ]
    assert [line["request_id"] for line in requests[:2]] == ["mine-1", "mine-2"]
    assert all(re.fullmatch(r"[0-9a-f]{16}", line["request_id"]) for line in requests[2:])
    assert requests[0]["user"]
    assert requests[0]["level"] == "info"
    assert not [secret for secret in (server.token[:12], PASSWORD, "viewer") if secret in server.err]


async def rubbish(address: str, text: str) -> None:
    """Send what is not HTTP and read until the server has had enough."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(text.encode())
    assert b" 400 " in (await reader.read()).splitlines()[0]
    writer.close()
    await writer.wait_closed()
