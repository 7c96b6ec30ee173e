"""Secrets at rest: only who has the key reads them."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from dashgraph.app.build import opened
from dashgraph.app.settings import Settings
from dashgraph.domain.problems import BadInput, InvalidState
from dashgraph.domain.secrets import Secret
from dashgraph.services.delivering.sealing import Sealer, new_key
from test_import_command import Terminal

TEXTS = st.text(st.characters()).map("§{}".format)  # so that none of them is part of what is shown in its place
SECRETS = st.dictionaries(st.sampled_from(["password", "private_key", "token"]), TEXTS.map(Secret))
KEY, OLD, OTHER = new_key(), new_key(), new_key()


@given(secrets=SECRETS)
def test_what_is_sealed_can_be_opened_and_not_be_seen(secrets: dict[str, Secret]) -> None:
    sealer = Sealer(KEY)

    sealed = sealer.seal(secrets)

    assert sealer.open(sealed) == secrets
    assert sealed.isascii()
    content = base64.urlsafe_b64decode(sealed)
    for secret in secrets.values():
        if len(secret.text) > 4:  # shorter ones are there by chance
            assert secret.text not in sealed
            assert json.dumps(secret.text)[1:-1].encode() not in content
            assert secret.text not in repr([sealer, secrets, sealer.open(sealed)]) + str(secret) + f"{secret}"
            assert secret.text not in repr(vars(sealer))


def test_the_same_secret_never_looks_the_same() -> None:
    sealer = Sealer(KEY)
    assert sealer.seal({"token": Secret("a")}) != sealer.seal({"token": Secret("a")})


def test_keys_are_changed_by_putting_a_new_one_in_front() -> None:
    secrets = {"password": Secret("hunter2")}
    before = Sealer(OLD).seal(secrets)
    rotated = Sealer(f"{KEY},{OLD}")

    after = rotated.seal(secrets)

    assert rotated.open(before) == rotated.open(after) == secrets
    assert Sealer(KEY).open(after) == secrets
    with pytest.raises(InvalidState):
        Sealer(KEY).open(before)


SEALED = pytest.param(Sealer(OTHER).seal({"token": Secret("a")}), id="sealed")


@pytest.mark.parametrize("text", ["", "nonsense", "gAAAAA", "größe", SEALED])
def test_what_another_key_sealed_says_what_to_do(text: str) -> None:
    with pytest.raises(InvalidState, match="Put that key back"):
        Sealer(KEY).open(text)


def test_a_text_that_was_changed_is_not_opened() -> None:
    sealed = Sealer(KEY).seal({"password": Secret("hunter2")})
    changed = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    with pytest.raises(InvalidState):
        Sealer(KEY).open(changed)


def test_without_a_key_nothing_is_sealed_and_the_refusal_says_how_to_get_one() -> None:
    for attempt in (lambda: Sealer("").seal({"password": Secret("hunter2")}), lambda: Sealer(" , ").open("gAAAAA")):
        with pytest.raises(InvalidState) as refused:
            attempt()
        assert "DASHGRAPH_SECRET_KEYS" in refused.value.message
        assert "dashgraph secret-key" in refused.value.message
        assert "hunter2" not in refused.value.message


def test_what_is_no_key_is_refused_by_its_place_and_not_shown() -> None:
    with pytest.raises(BadInput, match="number 2 is no key") as refused:
        Sealer(f"{KEY} short-and-secret")
    assert "short-and-secret" not in str(refused.value)


async def test_the_world_seals_with_the_keys_of_the_environment(tmp_path: Path) -> None:
    async with opened(Settings(database_url=str(tmp_path / "a.sqlite3"), secret_keys=f"{KEY} {OLD}")) as world:
        sealed = world.sealer.seal({"token": Secret("xoxb-1")})

    assert Sealer(KEY).open(sealed) == {"token": Secret("xoxb-1")}


def test_the_command_prints_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(tmp_path, str(tmp_path / "own.sqlite3"))
    made = terminal.run("secret-key")

    Fernet(made.stdout.strip())
    monkeypatch.setenv("DASHGRAPH_SECRET_KEYS", made.stdout.strip()[:-3])
    assert "number 1 is no key" in terminal.run("migrate", code=1).stderr
