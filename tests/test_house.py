"""The checks that are not tests of behaviour: format, lint, types, floors."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

CHECKS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "floors": ["lint-imports"],
    "schema": ["dashgraph", "schema", "--check", "schema.graphql"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_check(name: str) -> None:
    program, *arguments = CHECKS[name]
    done = subprocess.run([BIN / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_are_small_enough_to_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "src" / "dashgraph").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    # vocabulary and tables of words, not code
    assert set(long) <= {"src/dashgraph/store/demo_content.py"}, long


def test_no_module_is_imported_inside_a_function() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "src" / "dashgraph").rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.startswith("        ") and line.split()[:1] in (["import"], ["from"]) and " import " in f" {line} "
    ]
    assert found == []
