"""Manifests of trusted documents: `dashgraph manifest`, and what the server makes of one."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from graphql import parse, validate
from typer.testing import CliRunner

from dashgraph.app import logs
from dashgraph.app.build import opened
from dashgraph.app.main import app
from dashgraph.app.settings import Settings
from dashgraph.domain.problems import BadInput
from dashgraph.graph.manifest import read, written
from dashgraph.graph.schema import schema

Run = Callable[..., Result]

WHO = "query Who { viewer { user { ...Shown } } }"
SHOWN = "fragment Shown on User { displayName ...Mail }"
MAIL = "fragment Mail on User { email }"
PAGES = "query Pages($n: Int) { users(first: $n) { edges { node { ...Shown } } } }\nquery Alone { sources { name } }"
WHO_BODY = """query Who {
  viewer {
    user {
      ...Shown
    }
  }
}

fragment Mail on User {
  email
}

fragment Shown on User {
  displayName
  ...Mail
}"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`dashgraph manifest` in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def manifest(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["manifest", *arguments], env={"COLUMNS": "80"})
        logs.configure("json")  # the streams of the command are closed
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return manifest


def folder(files: dict[str, str]) -> None:
    for name, text in files.items():
        path = Path("operations") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_a_folder_becomes_a_manifest_of_every_operation_with_the_fragments_it_uses(run: Run) -> None:
    files = {"who.graphql": WHO, "deep/pages.gql": PAGES, "shown.graphql": SHOWN, "deep/mail.graphql": MAIL}
    folder({**files, "notes.txt": "{"})

    printed = run("operations").stdout
    said = run("operations", "-o", "manifest.json")

    found = json.loads(printed)
    assert (found["format"], found["version"]) == ("apollo-persisted-query-manifest", 1)
    assert [(one["name"], one["type"]) for one in found["operations"]] == [
        ("Alone", "query"),
        ("Pages", "query"),
        ("Who", "query"),
    ]
    alone, _, who = found["operations"]
    assert alone["body"] == "query Alone {\n  sources {\n    name\n  }\n}"
    assert who == {"id": hashlib.sha256(WHO_BODY.encode()).hexdigest(), "name": "Who", "type": "query"} | {
        "body": WHO_BODY
    }
    assert (Path("manifest.json").read_text(), said.stderr) == (printed, "manifest.json has 3 operations.\n")


def test_mutations_and_subscriptions_are_listed_as_what_they_are() -> None:
    text = "subscription S { jobUpdated(id: 1) { id } } mutation M { cancelJob(input: {jobId: 1}) { job { id } } }"

    found = json.loads(written({"a.graphql": text})[0])["operations"]

    assert [(one["name"], one["type"]) for one in found] == [("M", "mutation"), ("S", "subscription")]


def test_typenames_are_asked_for_where_apollo_client_asks_for_them() -> None:
    text = "query A { viewer { user { id ... on User { email } } } sources { __typename } }"

    [found] = json.loads(written({"a.graphql": text}, typenames=True)[0])["operations"]

    assert " ".join(found["body"].split()) == (
        "query A { viewer { user { id ... on User { email __typename } __typename } __typename } "
        "sources { __typename } }"
    )
    assert validate(schema._schema, parse(found["body"])) == []


WRONG: dict[str, tuple[dict[str, str], list[str]]] = {
    "half an operation": ({"a.graphql": "query A {\n  viewer {"}, ["a.graphql:2:11: Syntax Error: Expected Name"]),
    "nothing": ({"a.graphql": ""}, ["a.graphql:1:1: Syntax Error: Unexpected <EOF>."]),
    "no name": ({"a.graphql": WHO + SHOWN + MAIL, "b.graphql": "\n { __typename }"}, ["b.graphql:2:2: the operation"]),
    "a schema": ({"a.graphql": "type A { a: Int }"}, ["a.graphql:1:1: there are only operations and fragments"]),
    "only fragments": ({"a.graphql": MAIL}, ["there is no operation in the .graphql files"]),
    "an unknown field": ({"a.graphql": "query A {\n  nope\n}"}, ["a.graphql:2:3: Cannot query field 'nope'"]),
    "an unknown fragment": ({"a.graphql": WHO}, ["a.graphql:1:32: Unknown fragment 'Shown'."]),
    "circular fragments": (
        {"a.graphql": WHO, "b.graphql": SHOWN, "c.graphql": "fragment Mail on User { ...Shown }"},
        ["graphql:1:", "Cannot spread fragment 'Shown' within itself via 'Mail'."],
    ),
    "two of one name": (
        {"a.graphql": "query A { __typename }", "b.graphql": "query A { sources { name } }"},
        ["b.graphql:1:7: There can be only one operation named 'A'."],
    ),
    "two fragments of one name": (
        {"a.graphql": WHO + SHOWN + MAIL, "b.graphql": MAIL},
        ["b.graphql:1:10: There can be only one fragment named 'Mail'."],
    ),
    "a variable that does not fit": (
        {"a.graphql": "query A($n: String) { users(first: $n) { totalCount } }"},
        ["Variable '$n' of type 'String' used in position expecting type 'Int'."],
    ),
    "all of it": (
        {"a.graphql": "query {", "b.graphql": "{ nope }", "c.graphql": "type A { a: Int }"},
        ["a.graphql:1:8: ", "\n  b.graphql:1:1: the operation has no name", "\n  c.graphql:1:1: "],
    ),
    "brackets without end": ({"a.graphql": "query A { a(b: " + "[" * 100_000}, ["Document is nested too deeply."]),
}


@pytest.mark.parametrize(("files", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_place(files: dict[str, str], words: list[str]) -> None:
    with pytest.raises(BadInput) as refused:
        written(files)

    for part in words:
        assert part in refused.value.message


def test_the_command_tells_what_is_wrong_and_writes_nothing(run: Run) -> None:
    folder({"a.graphql": "query A { nope }", "b.graphql": "query B { nope }"})

    wrong = run("operations", "-o", "manifest.json", code=1)
    absent = run("nowhere", code=1)
    Path("empty").mkdir()
    empty = run("empty", code=1)
    Path("empty/a.graphql").write_bytes(b"\xff")
    binary = run("empty", code=1)

    assert "a.graphql:1:11: Cannot query field 'nope' on type 'Query'." in wrong.stderr
    assert "b.graphql:1:11: Cannot query field 'nope' on type 'Query'." in wrong.stderr
    assert not Path("manifest.json").exists()
    assert absent.stderr == "error nowhere is not a folder.\n"
    assert empty.stderr == "error empty has no .graphql files.\n"
    assert binary.stderr == "error a.graphql: it is not text in UTF-8\n"
    folder({"a.graphql": "query A { __typename }", "b.graphql": "query B { __typename }"})
    assert run("operations", "-o", "nowhere/x.json", code=1).stderr == (
        "error nowhere/x.json cannot be written: No such file or directory\n"
    )


def test_what_is_written_can_be_read() -> None:
    found = read(written({"a.graphql": WHO + SHOWN + MAIL})[0])

    assert found == {hashlib.sha256(WHO_BODY.encode()).hexdigest(): WHO_BODY}


HEAD = {"format": "apollo-persisted-query-manifest", "version": 1}
UNREADABLE: dict[str, tuple[Any, str]] = {
    "no JSON": (b"{", "it is not JSON"),
    "brackets without end": (b"[" * 100_000, "it is not JSON"),
    "a list": ([], "it has not the format"),
    "another format": ({**HEAD, "format": "relay", "operations": []}, "it has not the format"),
    "another version": ({**HEAD, "version": 2, "operations": []}, "it has not the format"),
    "no operations": (HEAD, "its `operations` are not a list"),
    "no body": ({**HEAD, "operations": [{"id": "a"}]}, "operation 1 lacks an `id` or a `body`"),
    "no object": ({**HEAD, "operations": ["a"]}, "operation 1 lacks an `id` or a `body`"),
    "an id of another": (
        {**HEAD, "operations": [{"id": "a", "body": "{ a }"}, {"id": "a", "body": "{ b }"}]},
        "operation 2 has the `id` of another one",
    ),
    "no text": (b"\xff", "it is not text in UTF-8"),
}


@pytest.mark.parametrize(("content", "words"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_server_does_not_start_with_a_manifest_that_is_none(tmp_path: Path, content: Any, words: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())

    with pytest.raises(BadInput, match=r"DASHGRAPH_TRUSTED_DOCUMENTS: '.*' is not a manifest: ") as refused:
        async with opened(Settings(database_url=str(tmp_path / "x.sqlite3"), trusted_documents=str(path))):
            pass

    assert words in refused.value.message


async def test_a_manifest_is_enforced_only_where_there_is_one(tmp_path: Path) -> None:
    at = {"database_url": str(tmp_path / "x.sqlite3")}

    for settings in ({"trusted_documents_mode": "enforce"}, {"trusted_documents": str(tmp_path / "none.json")}):
        with pytest.raises(BadInput, match="DASHGRAPH_TRUSTED_DOCUMENTS"):
            async with opened(Settings(**at, **settings)):
                pass
