"""`dashgraph sources` and `dashgraph fake`, and how the world holds live sources."""

import re
import signal
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from dashgraph.app.build import opened
from dashgraph.app.checking import READS, Answer, Checkup, checkups
from dashgraph.app.fakes.kit import Wrong
from dashgraph.app.fakes.registry import FAKES
from dashgraph.app.settings import Settings
from dashgraph.connectors import KINDS
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Entry, Listing, Page, Position, Wish
from dashgraph.domain.problems import Forbidden, Problem, SourceRefused, SourceUnavailable, UnsupportedBySource
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import Capability, Card, Health, SourceKind, Status
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.sources.live.settings import Credentials, LiveSettings
from dashgraph.store.demo import ADMIN_EMAIL
from serving import Client, ended, serving, started
from test_import_command import Terminal

KIOSK = SourceKind.POSTHOG
TOKEN = "hunter2hunter2"
NAMED = '[[sources]]\nname = "kiosk"\nkind = "posthog"\nurl = "https://bi.example.com"\ntoken = { env = "BI_TOKEN" }\n'


class Kiosk:
    """A source of five dashboards. `refuses` are problems by the name of a list; `asked` is what it was asked for."""

    def __init__(self) -> None:
        self.name = "kiosk"
        self.health = Status(Health.UP, version="1.2.3")
        self.reasons: dict[Capability, str | None] = dict.fromkeys(Capability)
        self.refuses: dict[str, Problem] = {}
        self.asked: list[str] = []
        self.viewers: set[Viewer] = set()
        self.http: aiohttp.ClientSession | None = None
        self.settings = SimpleNamespace()

    def open_source(self, settings: LiveSettings, http: aiohttp.ClientSession) -> "Kiosk":
        self.name, self.http, self.url = settings.name, http, settings.url
        return self

    @property
    def card(self) -> Card:
        return Card(KIOSK, self.reasons, self.url)

    async def status(self) -> Status:
        self.asked.append("status")
        return self.health

    async def page(self, viewer: Viewer, listing: Listing[Any], wish: Wish) -> Page[Any]:
        self.asked.append(listing.name)
        self.viewers.add(viewer)
        if listing.name in self.refuses:
            raise self.refuses[listing.name]
        items = [SimpleNamespace(id=ResourceId(self.name, Kind.DASHBOARD, str(number))) for number in range(5)]
        entries = [Entry(item, Position(item.id.native, self.name, item.id.native)) for item in items]
        return Page(entries[: wish.window.size], has_next=listing.name == "dashboards")

    async def pages(
        self, viewer: Viewer, listing: Listing[Any], parents: Sequence[str], wish: Wish
    ) -> Mapping[str, Page[Any]]:
        return {parent: await self.page(viewer, listing, wish) for parent in parents}


@pytest.fixture
def kiosk(monkeypatch: pytest.MonkeyPatch) -> Kiosk:
    source = Kiosk()
    monkeypatch.setitem(KINDS, KIOSK, source)
    return source


@pytest.fixture
def office(tmp_path: Path, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A store with one administrator, and the kiosk configured beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BI_TOKEN", TOKEN)
    terminal = Terminal(tmp_path, "own.sqlite3")
    terminal.run("user", "add", "admin@x.example", "--role", "admin")
    terminal.file("dashgraph.toml", NAMED.encode())
    return terminal


def rows(text: str) -> dict[str, tuple[str, ...]]:
    """The rows of a table by their first cell, folded cells put together."""
    found: dict[str, list[str]] = {}
    last = ""
    for line in text.splitlines():
        if "│" in line:
            first, *rest = (cell.strip() for cell in line.strip("│").split("│"))
            last = first or last
            found[last] = [f"{a} {b}".strip() for a, b in zip(found.get(last, [""] * len(rest)), rest, strict=True)]
    return {first: tuple(rest) for first, rest in found.items()}


def untimed(text: str) -> dict[str, tuple[str, str]]:
    """The answer and the words for each capability."""
    return {first: (rest[0], rest[2]) for first, rest in rows(text).items()}


def test_sources_are_listed_in_the_order_of_the_configuration(office: Terminal, kiosk: Kiosk) -> None:
    people = '[[sources]]\nname = "a"\nkind = "posthog"\nurl = "http://a.example"\nmode = "delegated"\n'
    office.file("people.toml", f'"ada@x.example" = "{TOKEN}"'.encode())
    office.file("dashgraph.toml", (NAMED + people + 'tokens = { file = "people.toml" }\n').encode())

    listed = office.run("sources", "list").stdout

    assert list(rows(listed).items()) == [
        ("local", ("native", "", "", "")),
        ("kiosk", ("posthog", "https://bi.example.com", "service", "shares")),
        ("a", ("posthog", "http://a.example", "delegated", "")),
    ]
    assert TOKEN not in listed
    assert kiosk.asked == []


def test_a_check_reads_a_page_of_everything_and_tells_what_came(office: Terminal, kiosk: Kiosk) -> None:
    kiosk.reasons[Capability.ALERT_READ] = "it has no alerts"
    kiosk.reasons[Capability.PROMOTE] = "it has nothing above"
    kiosk.refuses["users"] = Forbidden(
        "kiosk lets administrators alone list users.", upstream={"status": 403, "code": "E7", "message": "No [entry]"}
    )
    kiosk.refuses["groups"] = SourceRefused("kiosk does not accept the token for [groups].", source="kiosk")
    kiosk.refuses["folders"] = UnsupportedBySource("kiosk has no folders.", source="kiosk")

    checked = office.run("sources", "check").stdout

    own, its = re.split(r"(?m)^kiosk ", checked)
    assert re.search(r"(?m)^local \(native\): up, version sqlite, \d+ ms$", checked)
    assert re.search(r"(?m)^kiosk \(posthog\) at https://bi.example.com: up, version 1.2.3, \d+ ms$", checked)
    assert untimed(own)["user_read"] == ("yes", "1 read")
    assert set(untimed(its)) == set(Capability)
    assert {name: found for name, found in untimed(its).items() if found != ("yes", "not tried")} == {
        "dashboard_read": ("yes", "5 read, and there are more"),
        "widget_read": ("yes", "25 read"),
        "share_read": ("yes", "25 read"),
        "comment_read": ("yes", "25 read"),
        "user_read": ("not permitted", "kiosk lets administrators alone list users. (HTTP 403: E7, No [entry])"),
        "group_read": ("not permitted", "kiosk does not accept the token for [groups]."),
        "folder_read": ("not upstream", "kiosk has no folders."),
        "project_read": ("yes", "5 read"),
        "schedule_read": ("yes", "5 read"),
        "alert_read": ("not upstream", "it has no alerts"),
        "job_read": ("yes", "5 read"),
        "promote": ("not upstream", "it has nothing above"),
    }
    timed = {name for name, found in rows(its).items() if found[1].isdigit()}
    assert timed == set(READS) - {"alert_read", "folder_read"}
    assert set(kiosk.asked) == {"status", *(one.name for one in READS.values())} - {"alerts"}
    assert {viewer.reach for viewer in kiosk.viewers} == {Reach.ALL}


def test_one_that_is_down_is_a_line_and_exit_code_1_and_the_others_are_checked(office: Terminal, kiosk: Kiosk) -> None:
    kiosk.health = Status(Health.DOWN, "kiosk does not accept the token of the configuration.")

    checked = office.run("sources", "check", code=1).stdout

    assert re.search(
        r"(?m)^kiosk \(posthog\) at https://bi.example.com: down, \d+ ms\n"
        r"  kiosk does not accept the token of the configuration\.\n\Z",
        checked,
    )
    assert untimed(checked)["user_read"] == ("yes", "1 read")  # of the native store
    assert kiosk.asked == ["status"]


def test_one_that_fails_at_something_is_exit_code_1_too(office: Terminal, kiosk: Kiosk) -> None:
    kiosk.refuses["dashboards"] = SourceUnavailable("kiosk did not answer.", source="kiosk")

    checked = untimed(office.run("sources", "check", "kiosk", code=1).stdout)

    assert checked["dashboard_read"] == ("failed", "kiosk did not answer.")
    assert checked["widget_read"] == ("yes", "not tried")
    assert checked["user_read"] == ("yes", "5 read")


def test_only_those_named_are_checked_as_whoever_is_named(office: Terminal, kiosk: Kiosk) -> None:
    office.run("user", "add", "bo@x.example", "--role", "viewer")

    checked = office.run("sources", "check", "kiosk", "--as", "bo@x.example").stdout
    [line] = office.run("sources", "check", "kisok", code=1).stderr.splitlines()

    assert "local" not in checked
    assert {viewer.reach for viewer in kiosk.viewers} == {Reach.VISIBLE}
    assert {viewer.email for viewer in kiosk.viewers} == {"bo@x.example"}
    assert line == "error There is no source named 'kisok'; the configured ones are: local, kiosk."


def test_what_cannot_be_configured_ends_every_command_that_needs_it(office: Terminal) -> None:
    office.file("dashgraph.toml", NAMED.replace("posthog", "xyzzy").encode())

    for arguments in (["sources", "list"], ["sources", "check"], ["serve"], ["worker"]):
        first, second = office.run(*arguments, code=1).stderr.splitlines()
        assert first == "error dashgraph.toml cannot be used:"
        assert second.startswith("  sources[0].kind: must be one of: ")
    assert office.run("token", "list").stdout == ""  # which asks no source


async def test_the_world_opens_without_asking_its_live_sources_and_closes_their_session(
    tmp_path: Path, kiosk: Kiosk
) -> None:
    live = LiveSettings(name="dead", kind=KIOSK, url="http://127.0.0.1:1", credentials=Credentials())

    async with opened(Settings(database_url=str(tmp_path / "a.sqlite3")), [live]) as world:
        assert world.reading.sources() == ["local", "dead"]
        assert kiosk.http is not None
        assert not kiosk.http.closed
        assert isinstance(kiosk.http.cookie_jar, aiohttp.DummyCookieJar)
        assert not kiosk.http.trust_env

    assert kiosk.http.closed
    assert kiosk.asked == []


async def checked(folder: Path, *live: LiveSettings) -> Sequence[Checkup]:
    """What is found out about these sources, as the demo's administrator."""
    async with opened(Settings(database_url=str(folder / "own.sqlite3")), live) as world:
        await world.identity.add_user(ADMIN_EMAIL, role="admin")
        return await checkups(world.fleet.named([one.name for one in live]), await world.identity.acting_as(None))


@pytest.mark.parametrize("kind", FAKES)
async def test_everything_of_every_fake_is_read_or_not_upstream(tmp_path: Path, kind: SourceKind) -> None:
    fake = FAKES[kind]()

    async with fake.serving() as address:
        live = LiveSettings(name="tried", kind=kind, url=address, credentials=Credentials(Secret(fake.TOKEN)))
        [found] = await checked(tmp_path, live)

    answers = {capability: found.findings[capability].answer for capability in READS}
    assert found.status.health is Health.UP
    assert found.is_well, found
    assert set(answers.values()) <= {Answer.YES, Answer.NOT_UPSTREAM}
    assert answers[Capability.DASHBOARD_READ] is Answer.YES


@pytest.mark.parametrize("kind", FAKES)
async def test_what_keeps_a_source_down_is_one_clear_line(tmp_path: Path, kind: SourceKind) -> None:
    fake, proxied = FAKES[kind](), FAKES[kind]()
    proxied.board.switch_on(Wrong.PROXY_PAGE, status=200)
    right = Credentials(Secret(fake.TOKEN))

    async with fake.serving() as address, proxied.serving() as proxy:
        found = await checked(
            tmp_path,
            LiveSettings(name="token", kind=kind, url=address, credentials=Credentials(Secret("hunter2"))),
            LiveSettings(name="port", kind=kind, url="http://127.0.0.1:1", credentials=right),
            LiveSettings(name="host", kind=kind, url="http://no.such.host.invalid", credentials=right),
            LiveSettings(name="tls", kind=kind, url=address.replace("http:", "https:"), credentials=right),
            LiveSettings(name="proxy", kind=kind, url=proxy, credentials=right),
        )

    told = {one.name: one.status.message or "" for one in found}
    assert {one.status.health for one in found} == {Health.DOWN}
    assert re.match(r"token does not accept the credentials|token .*credentials", told["token"])
    assert told["port"].startswith("port cannot be reached: nothing listens at 127.0.0.1:1;")
    assert told["host"].startswith("host cannot be found: no host is named no.such.host.invalid;")
    assert told["tls"].startswith("tls cannot be reached safely: no TLS with 127.0.0.1:")
    assert re.match(r"proxy answered /\S+ with text/html that is not JSON \(HTTP 200\);", told["proxy"])
    assert not [line for line in told.values() if "\n" in line or "hunter2" in line]


@pytest.mark.parametrize("kind", FAKES)
async def test_a_fake_says_how_to_configure_it_and_serves_until_stopped(tmp_path: Path, kind: str) -> None:
    process = await started(tmp_path, "fake", kind)
    assert process.stdout is not None
    said = [(await process.stdout.readline()).decode() for _ in range(10)]
    address = re.search(r"http://127\.0\.0\.1:\d+", said[0])[0]

    async with aiohttp.ClientSession() as session, session.get(address + "/nowhere") as answer:
        assert answer.status
    process.send_signal(signal.SIGINT)
    outcome = await ended(process, tmp_path)

    token = f"{kind.upper()}_TOKEN"
    assert "".join(said) == (
        f"A made-up {kind} is listening on {address} (stop with Ctrl-C)\n"
        "To have it in the graph, put this into dashgraph.toml:\n"
        "  [[sources]]\n"
        f'  name = "{kind}"\n'
        f'  kind = "{kind}"\n'
        f'  url = "{address}"\n'
        f'  token = {{ env = "{token}" }}\n'
        "and look at it:\n"
        f"  export {token}={FAKES[SourceKind(kind)].TOKEN}\n"
        "  dashgraph sources check\n"
    )
    assert (outcome.code, outcome.err) == (0, "")


async def test_serve_demo_with_fakes_is_one_graph_over_five_systems(tmp_path: Path) -> None:
    ask = "query($one: [String!]) { dashboards(sources: $one, scope: ALL, first: 3) { edges { node { title } } } }"
    async with aiohttp.ClientSession() as session, serving(tmp_path, "--demo", "--fakes", last="--json") as server:
        admin = Client(session, server.address, server.token)
        told = (await admin.ask("{ sources { name kind url status { health } } }")).json["data"]["sources"]
        shown = {one["name"]: (await admin.ask(ask, one=[one["name"]])).json for one in told}

    assert [one["name"] for one in told] == ["local", *FAKES]
    assert [one["kind"].lower() for one in told] == ["native", *FAKES]
    assert {one["status"]["health"] for one in told} == {"UP"}
    addresses = re.findall(r"and behind it a made-up (\w+) on (http://127\.0\.0\.1:\d+)\n", server.out)
    assert addresses == [(one["name"], one["url"]) for one in told[1:]]
    assert {name: len(answer["data"]["dashboards"]["edges"]) for name, answer in shown.items()} == dict.fromkeys(
        shown, 3
    )
    assert server.outcome is not None
    assert server.outcome.code == 0
    assert not [fake.TOKEN for fake in FAKES.values() if fake.TOKEN in server.out + server.err]


def test_a_source_is_not_hidden_by_a_fake_of_its_name(office: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    office.file("dashgraph.toml", NAMED.replace("kiosk", "posthog").encode())

    live = office.run("serve", "--fakes", code=1)
    monkeypatch.setenv("DASHGRAPH_SOURCE_NAME", "lightdash")
    native = office.run("serve", "--fakes", code=1)

    why = "is there, and a fake is called so too; leave --fakes out.\n"
    assert (live.stdout, live.stderr) == ("", f"error A source named 'posthog' {why}")
    assert (native.stdout, native.stderr) == ("", f"error A source named 'lightdash' {why}")


def test_a_fake_that_is_not_there_and_a_port_that_is_taken_are_one_line(office: Terminal) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        unknown = office.run("fake", "xyzzy", code=1)
        busy = office.run("fake", next(iter(FAKES)), "--port", port, code=1)

    assert unknown.stderr == f"error There is no fake 'xyzzy'; there are: {', '.join(FAKES)}.\n"
    assert busy.stderr == f"error Cannot listen on port {port}: address already in use; choose another with --port.\n"
