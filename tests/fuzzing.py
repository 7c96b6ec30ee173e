"""Operations that schemathesis makes up from schema.graphql, and what no answer to them may be."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
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
ME = "{ viewer { user { id } } }"
IDS = """{
  sources { name }
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

    address: str
    token: str
    asked: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {self.token}"

    def ask(self, name: str, query: str) -> requests.Response:
        """Ask, and keep what is wrong with the answer."""
        started = time.perf_counter()
        answer = self._session.post(f"{self.address}/graphql", json={"query": query}, timeout=SECONDS)
        self.slowest = max(self.slowest, time.perf_counter() - started)
        self.asked += 1
        errors = _errors(answer)
        self.codes.update(_code(error) for error in errors)
        if found := _wrong(answer, errors):
            self.wrong.append(f"{name}: {found}\n{query}")
        return answer

    def round(self, number: int, *, examples: int, until: float = float("inf")) -> None:
        """So many examples of every root field, the same ones for the same number."""
        known, names = _things(self.ask("ids", IDS).json()["data"], self.ask("me", ME).json()["data"])
        _speak(known, names)
        graph = build_schema(SCHEMA.read_text(), assume_valid_sdl=True)
        operations = schemathesis.graphql.from_dict(introspection_from_schema(graph)).get_all_operations()
        for operation in (found.ok() for found in operations):

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
                if time.monotonic() < until:
                    self.ask(case.operation.label, case.body)

            each()


def _errors(answer: requests.Response) -> list[Any]:
    try:
        return list(answer.json().get("errors", []))
    except (ValueError, AttributeError):
        return []


def _code(error: dict[str, Any]) -> str:
    return str(error.get("extensions", {}).get("code", "none"))


def _wrong(answer: requests.Response, errors: Sequence[dict[str, Any]]) -> str | None:
    """What is wrong with an answer: our mistake, whatever was asked."""
    told = json.dumps(errors)
    if answer.status_code not in {200, 400}:
        return f"status {answer.status_code}: {answer.text[:300]}"
    if not errors and "data" not in answer.json():
        return f"neither data nor errors: {answer.text[:300]}"
    if {INTERNAL, "none"} & {_code(error) for error in errors} or INSIDES.search(told):
        return told[:600]
    return None


def _things(found: dict[str, Any], me: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The ids in an answer but for who asks, who is to keep the account; and the names of the sources."""
    ids: set[str] = set()

    def walk(value: Any) -> None:
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            ids.add(value["id"])

    walk(found)
    return sorted(ids - {me["viewer"]["user"]["id"]}), [source["name"] for source in found["sources"]]


def _speak(ids: Iterable[str], names: Iterable[str]) -> None:
    """Scalars that come further than random ones: what is there, what might hurt, and anything."""
    anything = st.text(max_size=40)
    text = st.sampled_from(list(names)) | st.sampled_from(HOSTILE) | anything
    json_values = st.sampled_from(["[]", "{}", '[{"a": null}]', "0", '"x"']) | text
    for name, strategy in {
        "ID": st.sampled_from(list(ids)) | st.sampled_from(list(ids)) | text,
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
