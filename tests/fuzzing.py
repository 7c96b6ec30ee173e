"""Operations that schemathesis makes up from schema.graphql, and what no answer to them may be."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import schemathesis
from graphql import build_schema, introspection_from_schema
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from dashgraph.graph.errors import INTERNAL
from serving import INSIDES

SCHEMA = Path(__file__).parent.parent / "schema.graphql"
SECONDS = 60  # for one answer
THERE = """{
  viewer { user { me: id } } sources { name }
  dashboards(first: 8) { edges { node { id widgets(first: 2) { edges { node { id } } }
    shares(first: 2) { edges { node { id } } } versions(first: 2) { edges { node { id } } } } } }
  users(first: 8) { edges { node { id } } } groups(first: 4) { edges { node { id } } }
  folders(first: 4) { edges { node { id } } } schedules(first: 2) { edges { node { id } } }
  operations(first: 4) { edges { node { id } } } projects(first: 2) { edges { node { id } } }
}"""
HOSTILE = ("' OR 1=1 --", '{"$ne": null}', "%' ESCAPE '", "../../etc/passwd", "{{7*7}}", "\u202e", "a" * 5000, "0x1p-2")


@dataclass
class Fuzzing:
    """What was asked so far, and what came of it."""

    asked: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0
    wrong: list[str] = field(default_factory=list)


class Fuzzer:
    """Asks a server of whatever its schema allows, as whoever has the token."""

    def __init__(self, address: str, token: str) -> None:
        self.found = Fuzzing()
        self._address = address
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"
        _speak(*_things(self._ask("what there is", THERE).json()["data"]))
        graph = build_schema(SCHEMA.read_text(), assume_valid_sdl=True)
        loaded = schemathesis.graphql.from_dict(introspection_from_schema(graph))
        self._operations = [operation.ok() for operation in loaded.get_all_operations()]

    def round(self, number: int, *, examples: int, until: float = float("inf")) -> None:
        """So many examples of every root field, the same ones for the same number."""
        for operation in self._operations:
            if time.monotonic() < until:
                self._try(operation, number, examples)

    def _try(self, operation: Any, number: int, examples: int) -> None:
        @seed(number)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy())
        def each(case: schemathesis.Case) -> None:
            self._ask(operation.label, case.body)

        each()

    def _ask(self, name: str, query: str) -> requests.Response:
        """The answer. What is wrong with it is kept."""
        found = self.found
        started = time.perf_counter()
        answer = self._session.post(f"{self._address}/graphql", json={"query": query}, timeout=SECONDS)
        found.slowest = max(found.slowest, time.perf_counter() - started)
        found.asked += 1
        errors = _errors(answer)
        found.codes.update(map(_code, errors) if errors else ["no error"])
        if wrong := _wrong(answer, errors):
            found.wrong.append(f"{name}: {wrong}\n{query}")
        return answer


def _errors(answer: requests.Response) -> list[Any]:
    try:
        return list(answer.json().get("errors", []))
    except (ValueError, AttributeError):
        return []


def _code(error: dict[str, Any]) -> str:
    return str(error.get("extensions", {}).get("code", "none"))


def _wrong(answer: requests.Response, errors: Sequence[dict[str, Any]]) -> str | None:
    """What is wrong with an answer: our mistake, whatever was asked."""
    if answer.status_code not in {200, 400}:
        return f"status {answer.status_code}: {answer.text[:300]}"
    if not errors and "data" not in answer.json():
        return f"neither data nor errors: {answer.text[:300]}"
    if {INTERNAL, "none"} & {_code(error) for error in errors} or INSIDES.search(answer.text):
        return answer.text[:600]
    return None


def _things(found: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The ids in an answer, but for who asks, who is to keep the account; and the names of the sources."""
    ids: set[str] = set()
    waiting: list[Any] = [found]
    while waiting:
        match waiting.pop():
            case {"id": str(one)} as node:
                ids.add(one)
                waiting += node.values()
            case dict() as node:
                waiting += node.values()
            case list() as items:
                waiting += items
    return sorted(ids - {found["viewer"]["user"]["me"]}), [source["name"] for source in found["sources"]]


def _speak(ids: list[str], names: list[str]) -> None:
    """Scalars that come further than random ones: what is there, what might hurt, and anything."""
    anything = st.text(max_size=40)
    text = st.sampled_from(names) | st.sampled_from(HOSTILE) | anything
    json_values = st.sampled_from(["[]", "{}", '[{"a": null}]', "0", '"x"']) | text
    for name, strategy in {
        "ID": st.sampled_from(ids) | st.sampled_from(ids) | text,
        "String": text,
        "Int": st.integers(0, 100) | st.sampled_from([-1, 2**31 - 1, -(2**31)]),
        "JSON": json_values,
        "URL": st.sampled_from(["https://x.example", "file:///etc/passwd", "//x"]) | text,
        "EmailAddress": st.emails() | text,
        "DateTime": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z") | text,
        "_Any": st.sampled_from(["x", "{}"]),
    }.items():
        node = nodes.Int if name == "Int" else nodes.String
        schemathesis.graphql.scalar(name, strategy.map(node))
