"""dashgraph.toml: what it says, what is refused, and that no secret is told."""

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from dashgraph.app import configuration
from dashgraph.app.settings import Settings
from dashgraph.app.source_keys import SourceKeys
from dashgraph.connectors import KINDS
from dashgraph.domain.problems import BadInput
from dashgraph.domain.secrets import Secret
from dashgraph.domain.sources import SourceKind
from dashgraph.sources.live.settings import Credentials, LiveSettings, Mode, Visibility
from readme import README

TOKEN = "hunter2hunter2"
WITH_OPTIONS = SimpleNamespace(settings=SimpleNamespace(OPTIONS={"region": "Where its servers stand."}))
NO_LINES = 'the file people.toml holds lines such as "ada@example.com" = "token", and nothing else'
PLAIN = 'name = "{0}"\nkind = "posthog"\nurl = "https://bi.example.com"\ntoken = {{ env = "BI_TOKEN" }}\n'


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind with an option of its own, whatever the connectors have."""
    monkeypatch.setitem(KINDS, SourceKind.POSTHOG, WITH_OPTIONS)


class Folder:
    """A folder with a dashgraph.toml."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path / "dashgraph.toml"

    def keep(self, name: str, content: str, mode: int = 0o600) -> None:
        (self.path / name).write_text(content)
        (self.path / name).chmod(mode)

    def read(self, *sources: str, around: str = "", **environment: str) -> Sequence[LiveSettings]:
        self.file.write_text(around + "".join(f"[[sources]]\n{source}\n" for source in sources))
        given = {"BI_TOKEN": TOKEN, **environment}
        return configuration.read(self.file, native="local", environment=given)

    def refused(self, *sources: str, around: str = "", **environment: str) -> list[str]:
        """Each thing that is wrong, without what they begin with: `sources[0].`."""
        with pytest.raises(BadInput) as refused:
            self.read(*sources, around=around, **environment)
        first, *complaints = refused.value.message.split("\n  ")
        assert first == f"{self.file} cannot be used:"
        assert "hunter2" not in refused.value.message
        return [complaint.removeprefix("sources[0].") for complaint in complaints]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_source_needs_a_name_a_kind_an_address_and_a_token(folder: Folder) -> None:
    [found] = folder.read(PLAIN.format("eu"))

    assert found == LiveSettings(
        name="eu",
        kind=SourceKind.POSTHOG,
        url="https://bi.example.com",
        credentials=Credentials(token=Secret(TOKEN)),
    )
    assert TOKEN not in repr(found)


def test_every_key_arrives(folder: Folder) -> None:
    folder.keep("key", f"{TOKEN}\n")

    [found] = folder.read(
        'name = "eu"\nkind = "posthog"\nurl = "http://127.0.0.1:8080/bi/"\nuser_name = "ada"\n'
        'password = { file = "key" }\nmode = "service"\nvisibility = "admins"\nfreshness = 0\ndeadline = 2.5\n'
        "request_seconds = 1\nconcurrency = 3\nrate = 0.5\nscan_limit = 100\ndocumented_only = true\nregion = 7\n"
    )

    assert found == LiveSettings(
        name="eu",
        kind=SourceKind.POSTHOG,
        url="http://127.0.0.1:8080/bi",
        credentials=Credentials(user_name="ada", password=Secret(TOKEN)),
        visibility=Visibility.ADMINS,
        freshness=0,
        deadline=2.5,
        request_seconds=1,
        concurrency=3,
        rate=0.5,
        scan_limit=100,
        documented_only=True,
        options={"region": "7"},
    )


def test_sources_keep_their_order_and_an_empty_file_has_none(folder: Folder) -> None:
    assert [one.name for one in folder.read(*map(PLAIN.format, ("z", "a", "m")))] == ["z", "a", "m"]
    assert list(folder.read()) == []


def test_in_delegated_mode_each_viewer_has_a_token(folder: Folder) -> None:
    folder.keep("people.toml", f'"Ada@Example.com" = "{TOKEN}"\n"bo@example.com" = "other"\n')
    people = 'tokens = { file = "people.toml" }\nmode = "delegated"\n'

    [found] = folder.read(PLAIN.format("eu").replace("token =", "# token =") + people)

    assert found.mode is Mode.DELEGATED
    tokens = {"ada@example.com": Secret(TOKEN), "bo@example.com": Secret("other")}
    assert found.credentials == Credentials(tokens=tokens)
    assert TOKEN not in repr(found)


def test_everything_wrong_is_told_at_once_with_its_place(folder: Folder) -> None:
    wrong = (
        'name = "Finance!"\nkind = "posthogg"\nurl = "bi.example.com"\ntoken = { env = "NOWHERE" }\nconcurency = 3\n'
        'freshness = -1\ndeadline = inf\nconcurrency = "8"\nrate = 0\nmode = "delegate"\ndocumented_only = 1'
    )

    assert folder.refused(PLAIN.format("local"), wrong, PLAIN.format("eu"), PLAIN.format("eu")) == [
        "name: is the name of the native store (DASHGRAPH_SOURCE_NAME)",
        "sources[1].name: must be 1 to 31 of a-z, 0-9 and -, beginning with a letter",
        "sources[1].kind: must be one of: "
        + ", ".join(kind for kind in KINDS if kind is not SourceKind.NATIVE)
        + "; did you mean posthog?",
        "sources[1].url: must be an address such as https://bi.example.com",
        "sources[1].token: the environment variable NOWHERE is not set",
        "sources[1].mode: must be 'service' or 'delegated'",
        "sources[1].freshness: must be at least 0",
        "sources[1].deadline: must be a number",
        "sources[1].concurrency: must be a whole number",
        "sources[1].rate: must be more than 0",
        "sources[1].documented_only: must be true or false",
        "sources[1].concurency: there is no such key; did you mean concurrency?",
        "sources[3].name: is the name of sources[2] too",
    ]


def test_what_stands_around_the_sources_is_looked_at(folder: Folder) -> None:
    assert folder.refused(around='source = 1\nxyzzy = "x"\n') == [
        "source: there is no such key; did you mean sources?",
        "xyzzy: there is no such key",
    ]
    for around in ("[sources]\n", "sources = 1\n", "sources = [1]\n"):
        assert folder.refused(around=around) == ["sources: begin each source with [[sources]], in two brackets"]


@pytest.mark.parametrize("key", ["token", "password"])
def test_a_secret_in_clear_is_refused_with_what_to_do(folder: Folder, key: str) -> None:
    name = "" if key == "token" else 'user_name = "ada"\n'
    clear = PLAIN.format("eu").replace("token = {", "# {") + f'{name}{key} = "{TOKEN}"'

    [why] = folder.refused(clear)

    where = f'{key} = {{ env = "BI_{key.upper()}" }} or {{ file = "/run/secrets/{key}" }}'
    assert why == f"{key}: must not stand here in clear; say where it is: {where}"


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ('{ env = "NOWHERE" }', "the environment variable NOWHERE is not set"),
        ('{ env = "EMPTY" }', "the environment variable EMPTY is empty"),
        ('{ env = "TWO_LINES" }', "the environment variable TWO_LINES is not one line of text"),
        (f'{{ env = "{TOKEN}-and-more" }}', "env is the name of an environment variable"),
        ('{ file = "nothing" }', "the file nothing cannot be read: No such file or directory"),
        ('{ file = "." }', "the file . cannot be read: Is a directory"),
        ('{ file = "empty" }', "the file empty is empty"),
        ('{ file = "" }', "file must be a text"),
        ("{ env = 1 }", "env must be a text"),
        ("{}", 'must say where it is: { env = "..." } or { file = "..." }'),
        ('{ env = "A", file = "B" }', 'must say where it is: { env = "..." } or { file = "..." }'),
        ('{ vault = "A" }', 'must say where it is: { env = "..." } or { file = "..." }'),
        ("7", 'must say where it is: { env = "..." } or { file = "..." }'),
    ],
)
def test_a_secret_that_is_not_there_is_named_by_its_place(folder: Folder, place: str, why: str) -> None:
    folder.keep("empty", " \n")
    source = PLAIN.format("eu").replace('{ env = "BI_TOKEN" }', place)

    assert folder.refused(source, EMPTY="", TWO_LINES=f"{TOKEN}\nX-Other: 1") == [f"token: {why}"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "the file people.toml is empty"),
        ("x", "the file people.toml is not TOML: Expected '=' after a key in a key/value pair (at end of document)"),
        (f'"{TOKEN}" = "ada@x.example"', NO_LINES),
        ('"ada@x.example" = 1', NO_LINES),
        ('"a@x.example" = "1"\n"A@x.example" = "2"', "the file people.toml has a@x.example twice"),
        ('"a@x.example" = ""', "what the file people.toml says of a@x.example is empty"),
    ],
)  # fmt: skip
def test_a_file_of_tokens_is_looked_through(folder: Folder, content: str, why: str) -> None:
    folder.keep("people.toml", content)

    assert folder.refused(PLAIN.format("eu") + 'mode = "delegated"\ntokens = { file = "people.toml" }') == [
        f"tokens: {why}"
    ]


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ("", 'token: is missing; say where it is, such as token = { env = "BI_TOKEN" }'),
        ('user_name = "ada"', "password: is missing"),
        ('password = { env = "BI_TOKEN" }', "user_name: is missing"),
        (
            'token = { env = "BI_TOKEN" }\nuser_name = "ada"\npassword = { env = "BI_TOKEN" }',
            "token: is one way to sign in, and user_name with password another; take one",
        ),
        ('mode = "delegated"', 'tokens: are needed in delegated mode: tokens = { file = "people.toml" }'),
        (
            'token = { env = "BI_TOKEN" }\ntokens = { file = "people.toml" }',
            'tokens: are for delegated mode; say mode = "delegated" too',
        ),
        (
            'mode = "delegated"\ntokens = { file = "people.toml" }\nvisibility = "shares"',
            "visibility: is for service mode; in delegated mode the system applies its own rights",
        ),
        ('token = { env = "BI_TOKEN" }\nregion = true', "region: must be a text"),
        ('token = { env = "BI_TOKEN" }\nregoin = "eu"', "regoin: there is no such key; did you mean region?"),
    ],
)
def test_keys_that_do_not_go_together_are_refused(folder: Folder, keys: str, why: str) -> None:
    folder.keep("people.toml", '"ada@example.com" = "t"')

    assert folder.refused(PLAIN.format("eu").replace("token = {", "# {") + keys) == [why]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://ada:hunter2@bi.example.com", "must hold no user and no password; they have keys of their own"),
        ("https://bi.example.com/?token=hunter2", "must end before ? and #"),
        ("https://bi.example.com/#/app", "must end before ? and #"),
        ("ftp://bi.example.com", "must be an address such as https://bi.example.com"),
        ("https://", "must be an address such as https://bi.example.com"),
        ("https://bi.example.com:port", "must be an address such as https://bi.example.com"),
        ("", "must be an address such as https://bi.example.com"),
    ],
)
def test_an_address_holds_nothing_but_where_the_system_is(folder: Folder, url: str, why: str) -> None:
    assert folder.refused(PLAIN.format("eu").replace("https://bi.example.com", url)) == [f"url: {why}"]


def test_the_native_store_and_kinds_without_a_connector_are_no_live_sources(folder: Folder) -> None:
    native = folder.refused(PLAIN.format("eu").replace("posthog", "native"))

    assert native == ["kind: the native store is there always; DASHGRAPH_DATABASE_URL says where"]
    assert folder.refused(PLAIN.format("eu").replace("posthog", "xyzzy"))[0].endswith("posthog")


@pytest.mark.skipif(os.name != "posix", reason="asks for the rights of files as POSIX has them")
def test_a_file_of_secrets_that_everybody_can_read_is_a_warning(folder: Folder) -> None:
    source = PLAIN.format("eu").replace('env = "BI_TOKEN"', 'file = "key"')

    with capture_logs() as lines:
        folder.keep("key", TOKEN, stat.S_IRUSR | stat.S_IWUSR)
        folder.read(source)
        assert lines == []
        folder.keep("key", TOKEN, stat.S_IRUSR | stat.S_IROTH)
        [found] = folder.read(source)

    assert found.credentials.token == Secret(TOKEN)
    assert [(line["log_level"], line["file"]) for line in lines] == [("warning", "key")]
    assert TOKEN not in str(lines)


def test_the_file_is_the_one_named_or_the_one_here_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Folder
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BI_TOKEN", TOKEN)
    assert configuration.configured(Settings()) == ()

    folder.read(PLAIN.format("here"))
    folder.keep("other.toml", "[[sources]]\n" + PLAIN.format("there"))

    assert [one.name for one in configuration.configured(Settings())] == ["here"]
    assert [one.name for one in configuration.configured(Settings(config="other.toml"))] == ["there"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"x = \n", " is not TOML: Invalid value (at line 1, column 5)."),
        (b"\xff", " is not TOML: it is not UTF-8."),
        (None, " cannot be read: No such file or directory."),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, content: bytes | None, why: str) -> None:
    file = tmp_path / "x.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(BadInput) as refused:
        configuration.configured(Settings(config=str(file)))

    assert refused.value.message == f"{file}{why}"


def test_the_example_in_readme_is_taken(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, SourceKind.SISENSE, WITH_OPTIONS)
    [example] = re.findall(r"```toml\n(\[\[sources.*?)```", README.read_text(), re.DOTALL)
    folder.keep("people.toml", '"ada@example.com" = "t"')

    found = folder.read(around=example, FINANCE_TOKEN=TOKEN)

    assert [(one.name, one.mode) for one in found] == [("finance-sisense", Mode.SERVICE), ("product", Mode.DELEGATED)]


def test_every_key_says_what_it_is_for_and_no_option_takes_its_name() -> None:
    assert [name for name, key in SourceKeys.model_fields.items() if not (key.description or "").endswith(".")] == []
    for kind in KINDS:
        options = configuration.options_of(kind)
        assert not options.keys() & SourceKeys.model_fields.keys()
        assert all(options.values()), kind
