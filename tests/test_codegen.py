"""The code that others generate from our schema, and that it goes on to work after the next release."""

import asyncio
import json
import re
import shutil
import subprocess
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from pathlib import Path

import pytest
from graphql import GraphQLInt, GraphQLNonNull, build_schema, get_nullable_type, print_schema

from conftest import Stores
from npm import installed
from pypi import python_with
from serving import served

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "schema.graphql"
RELEASED = Path(__file__).parent / "released.graphql"
SOURCES = Path(__file__).parent / "clients" / "codegen"
SECONDS = 120


@pytest.fixture(scope="module")
def clients(request: pytest.FixtureRequest) -> Path:
    return installed(SOURCES.parent, request.config.cache)


def done(command: Sequence[str | Path], folder: Path) -> str:
    """What a program says that ends well and has nothing to complain of."""
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (found.returncode, found.stderr) == (0, ""), found.stdout + found.stderr
    assert "warn" not in found.stdout.lower()
    return found.stdout


def test_graphql_codegen_writes_types_that_a_strict_program_compiles_with(clients: Path, tmp_path: Path) -> None:
    shutil.copy(SOURCES / "use.ts", tmp_path)

    said = done(["node", clients / "generate.mjs", SCHEMA, SOURCES / "operations.graphql", tmp_path], clients)
    compiled = done(
        [clients / "node_modules/.bin/tsc", "--strict", "--noEmit", "--types", "", tmp_path / "use.ts"], tmp_path
    )

    assert (said, compiled) == ("", "")
    assert not re.search(r": any\b|<any>", (tmp_path / "typescript.ts").read_text()), "a type is left open"


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_ariadne_codegen_writes_a_client_that_asks(
    stores: Stores, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    python = python_with(SOURCES / "requirements.txt", request.config.cache)
    for path in (SCHEMA, SOURCES / "operations.graphql", SOURCES / "ariadne.toml", SOURCES / "use.py"):
        shutil.copy(path, tmp_path)

    done([python, "-W", "error", "-m", "ariadne_codegen", "--config", "ariadne.toml"], tmp_path)

    async with served(await stores.fresh("demo")) as service:
        process = await asyncio.create_subprocess_exec(
            python,
            *("-W", "error", "use.py", service.client.address, await service.token()),
            cwd=tmp_path,
            stdout=PIPE,
            stderr=PIPE,
        )
        async with asyncio.timeout(SECONDS):
            out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out) == {"title": "Revenue at a glance", "year": 2026, "error": "StaleRevision"}


def changes(clients: Path, before: Path, after: Path, level: str) -> list[str]:
    """The changes of this criticality between two schemas."""
    lines = map(json.loads, done(["node", clients / "compare.mjs", before, after], clients).splitlines())
    return [f"{line['path']}: {line['message']}" for line in lines if line["level"] == level]


def test_nothing_breaks_for_those_who_use_what_was_released(clients: Path) -> None:
    """`released.graphql` is the schema of the last release; a release writes it anew, and nothing else does."""
    assert changes(clients, RELEASED, SCHEMA, "BREAKING") == []


def test_what_breaks_clients_is_noticed(clients: Path, tmp_path: Path) -> None:
    graph = build_schema(SCHEMA.read_text(), assume_valid_sdl=True)
    before, after = tmp_path / "before.graphql", tmp_path / "after.graphql"
    before.write_text(print_schema(graph))

    dashboard, query = graph.type_map["Dashboard"].fields, graph.query_type.fields
    del dashboard["title"]
    dashboard["state"].type = get_nullable_type(dashboard["state"].type)
    query["dashboards"].args["first"].type = GraphQLNonNull(GraphQLInt)
    del graph.type_map["ShareRule"].values["EDIT"]
    after.write_text(print_schema(graph))

    assert {line.partition(": ")[0] for line in changes(clients, before, after, "BREAKING")} == {
        "Dashboard.title",
        "Dashboard.state",
        "Query.dashboards.first",
        "ShareRule.EDIT",
    }
