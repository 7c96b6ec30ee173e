"""The commands that give: a hand-over and a share, as scripts use them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dashgraph.app.main import app

MARTA, CLAIRE = "marta.lindqvist", "claire.dubois@tallgrass.example"


def run(database: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "--database", str(database)])
    return done.exit_code, done.output


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "demo.sqlite3"
    assert run(path, "demo")[0] == 0
    return path


def test_a_hand_over_is_looked_at_and_then_carried_out_just_so(database: Path) -> None:
    hand_over = ("transfer-ownership", "--from", MARTA, "--to", CLAIRE, "--as", "nora")

    code, looked = run(database, *hand_over, "--dry-run")
    plan = looked.split("--plan ")[1].strip()
    assert (code, looked.count("transfer")) == (0, 6)
    code, done = run(database, *hand_over, "--plan", plan)

    assert code == 0
    assert "Nordic revenue" in done
    assert "Handed over, 6 items." in done
    code, again = run(database, *hand_over, "--plan", plan)
    assert code == 1
    assert "look at the new one" in again


@pytest.mark.parametrize(
    ("giver", "heir", "who", "words"),
    [
        ("nobody", CLAIRE, "nora", "no user 'nobody'"),
        (MARTA, "jb.thevenet", "nora", "no user 'jb.thevenet'"),
        (MARTA, "ingrid.sorensen", CLAIRE, "Only administrators"),
        (MARTA, MARTA, "nora", "must be able to sign in"),
    ],
)
def test_a_hand_over_that_cannot_be_is_one_line_and_exit_code_one(
    database: Path, giver: str, heir: str, who: str, words: str
) -> None:
    code, output = run(database, "transfer-ownership", "--from", giver, "--to", heir, "--as", who)
    assert code == 1
    assert words in output
    assert "Traceback" not in output


def test_sharing_is_with_all_or_with_none(database: Path) -> None:
    salaries = "e66f90f53218cf02820e7cca"
    share = ("share", salaries, "--as", "nora", "--rule", "edit")

    code, tried = run(database, *share, "--user", CLAIRE, "--group", "Board", "--dry-run")
    assert (code, tried.count("WOULD SHARE")) == (0, 2)
    code, refused = run(database, *share, "--user", CLAIRE, "--group", "People partners")
    assert code == 1
    assert "shared with them already" in refused
    code, done = run(database, *share, "--user", CLAIRE, "--group", "Board")
    assert (code, done.count("SHARED with")) == (0, 2)
    assert run(database, "share", salaries, "--as", "nora")[0] == 2
    assert run(database, *share, "--group", "Nobody at all")[0] == 1
