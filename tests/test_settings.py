"""What can be set, and what happens when it is set wrongly."""

from typing import Any

import pytest

from dashgraph.app.cors import Origins
from dashgraph.app.settings import Settings, load
from dashgraph.domain.problems import BadInput

SECRET = "postgresql://ada:hunter2hunter2@db.example/bi"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"DASHGRAPH_{name.upper()}", raising=False)


def test_nothing_has_to_be_set() -> None:
    found = load()

    assert found.database_url.get_secret_value() == "dashgraph.sqlite3"
    assert (found.host, found.port, found.graphiql, found.source_name) == ("127.0.0.1", 8000, True, "local")


def test_what_is_given_wins_over_the_environment_and_nothing_given_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHGRAPH_PORT", "8001")
    monkeypatch.setenv("DASHGRAPH_HOST", "0.0.0.0")

    found = load(port=8002, host=None)

    assert (found.port, found.host) == (8002, "0.0.0.0")


def test_everything_wrong_is_named_at_once_without_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"port": "sekrit", "database_pool": "0", "source_name": "Se Krit", "log_format": "sekrit", "graphiql": "?"}
    for name, value in wrong.items():
        monkeypatch.setenv(f"DASHGRAPH_{name.upper()}", value)

    with pytest.raises(BadInput) as refused:
        load(database_url=SECRET)

    assert not [name for name in wrong if f"DASHGRAPH_{name.upper()}: " not in refused.value.message]
    assert "\n" not in refused.value.message
    assert "krit" not in refused.value.message
    assert "hunter2" not in refused.value.message


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", 65536), ("port", -1), ("max_body_kilobytes", 0), ("shutdown_seconds", -1), ("body_seconds", 0)]
    + [("batch_operations", 0), ("batch_operations", 101), ("persisted_queries_kilobytes", -1)]
    + [(name, 0) for name in ("live_connections", "live_operations", "live_init_seconds", "live_ping_seconds")],
)
def test_numbers_have_bounds(name: str, value: Any) -> None:
    with pytest.raises(BadInput, match=f"DASHGRAPH_{name.upper()}"):
        load(**{name: value})


def test_a_mistyped_name_is_refused_with_the_nearest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHGRAPH_DATABASE_ULR", SECRET)
    monkeypatch.setenv("DASHGRAPH_XYZZY", "1")
    monkeypatch.setenv("DASHGRAPH_PORT", "sekrit")

    with pytest.raises(BadInput) as refused:
        load()

    assert refused.value.message == (
        "Settings that cannot be: DASHGRAPH_DATABASE_ULR: there is no such setting; did you mean "
        "DASHGRAPH_DATABASE_URL?; DASHGRAPH_XYZZY: there is no such setting; DASHGRAPH_PORT: Input should be a valid "
        "integer, unable to parse string as an integer"
    )


def test_names_of_others_are_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Kubernetes sets beside a service of our name, and what the tests look for."""
    for name in ("SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT_80_TCP_ADDR", "TEST_CHROMIUM"):
        monkeypatch.setenv(f"DASHGRAPH_{name}", "tcp://10.0.0.1:80")
    monkeypatch.setenv("dashgraph_port", "8001")  # upper and lower case do not tell two apart

    assert load().port == 8001


def test_the_password_of_the_database_is_not_in_a_repr() -> None:
    assert "hunter2" not in repr(load(database_url=SECRET))


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not (field.description or "").endswith(".")] == []


def test_production_closes_what_is_not_said_to_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [(found.graphiql, found.introspection) for found in (load(), load(production=True))] == [
        (True, True),
        (False, False),
    ]
    monkeypatch.setenv("DASHGRAPH_INTROSPECTION", "true")
    found = load(production=True)
    assert (found.graphiql, found.introspection) == (False, True)
    monkeypatch.setenv("DASHGRAPH_GRAPHIQL", "false")
    assert not load().graphiql


def test_a_wildcard_is_for_tokens_alone() -> None:
    every = Origins("*")

    assert (every.allow("https://evil.example"), every.allow("null")) == (True, False)
    for wrong in ("bi.example.com", "https://bi.example.com/", "https://*.example.com", "null", "https://a b"):
        with pytest.raises(BadInput, match="DASHGRAPH_ALLOWED_ORIGINS"):
            Origins(wrong)
