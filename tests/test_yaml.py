"""YAML as Lightdash has it: read with the values of YAML 1.2 and within limits, written as js-yaml writes it."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import SHARED
from dashgraph.domain.formats.values import Limits
from dashgraph.domain.formats.yaml_reading import documents
from dashgraph.domain.formats.yaml_writing import written
from dashgraph.domain.problems import BadDocument

LIMITS = Limits(yaml_megabytes=1, depth=10, dashboards=3)

# What js-yaml 4.1.0 reads and writes, with `quotingType: '"'` and `sortKeys: true`.
WRITTEN = r"""
"10": 6
"2026-01-31": 1
"9": 7
a b: 2
bell: "\a"
big: 123456789012345680000
bool: true
both: >
  # Heading


  A long line of words that does not fit on a line of eighty characters, and so
  it is folded.
    indented
  end
close: a#b:c
colon: "a: b"
dash: "- a"
date: "2026-01-31"
deep:
  a:
    b:
      c:
        d:
          e: >-
            a line of words that is longer than what is left of eighty
            characters here
empty: ""
float: 0.5
folded: >-
  Tracking our growth streak across 2023 to 2025 and where we need a push to hit
  that revenue goal line 🏃‍♀️ again
hash: "a #b"
indented: |2-
    a
  b
int: 12
kept: |+
  a

large: 1e+21
list: []
literal: |
  SELECT 1
  FROM deals
nbsp: "a\_b"
nested:
  - - 1
    - - 2
  - a:
      - b: null
"no": "1:30"
number: "12"
object: {}
plain: won deals
quote: say "hi"
small: 1.e-7
stripped: |-
  a
  b
tab: "a\tb"
tilde: "~"
time: "2026-01-31T09:00:00Z"
unbroken: >-
  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
"y": "yes"
zero: -0.0
é: 3
🏃: 4
�: 5
""".lstrip()

MEANT: list[tuple[str, Any]] = [
    ("no", "no"),
    ("yes", "yes"),
    ("Off", "Off"),
    ("on", "on"),
    ("y", "y"),
    ("True", True),
    ("~", None),
    ("", None),
    ("2026-01-31", "2026-01-31"),
    ("2026-01-31T09:00:00Z", "2026-01-31T09:00:00Z"),
    ("1:30", "1:30"),
    ("010", 10),
    ("0o17", 15),
    ("-0x1F", -31),
    ("0b101", 5),
    ("1_000", 1000),
    ("12.0", 12),
    ("+.5", "+.5"),
    (".5", 0.5),
    ("1e3", 1000),
    ("1e21", 1e21),
    ("'12'", "12"),
    ("|\n    no\n", "no\n"),
]

REFUSED: dict[str, tuple[str, str]] = {
    "an alias": (
        "a: &x [1]\nb: *x",
        "Anchors (&name) are not taken; write each value out where it stands (line 1, column 4)",
    ),
    "an alias of nothing": ("a: *x", "Aliases (*name) are not taken; write the value out (line 1, column 4)"),
    "a tag": ("a: !!python/object:os.system x", "Tags (!name) are not taken (line 1, column 4)"),
    "a tag on a list": ("a: !!set []", "Tags (!name) are not taken (line 1, column 4)"),
    "a merge key": ("a:\n  <<: {b: 1}", "Merge keys (<<) are not taken; write the values out (line 2, column 3)"),
    "a key twice": ("a: 1\nb: 2\na: 3", 'The key "a" stands twice in one object (line 3, column 1)'),
    "a number and its text as keys": ("1: a\n'1': b", 'The key "1" stands twice in one object (line 2, column 1)'),
    "a list as a key": ("? [a]\n: b", "A key is text, not an object or array (line 1, column 5)"),
    "infinity": ("a: -.inf", "-.inf is not a number that can be kept (line 1, column 4)"),
    "no number": ("a: [.NaN]", ".NaN is not a number that can be kept (line 1, column 5)"),
    "a number past all": ("a: 1e999", "1e999 is not a number that can be kept (line 1, column 4)"),
    "5000 digits": (f"a: {'1' * 5000}", "A number with thousands of digits (line 1, column 4)"),
    "too deep": ("a: " + "[" * 10 + "]" * 10, "Nested more than 10 levels deep (line 1, column 13)"),
    "cut off": ("a: [1,\nb: 2\n", "Not YAML: did not find expected ',' or ']' (line 3, column 1)"),
    "badly indented": ("a: 1\n  b: 2", "Not YAML: mapping values are not allowed in this context (line 2, column 4)"),
    "a tab": ("a:\n\tb: 1", "Not YAML: found character that cannot start any token (line 2, column 1)"),
    "a control character": ("a: 1\nb: \x01", "Not YAML: control characters are not allowed (line 2, column 4)"),
    "too many": ("--- 1\n" * 4, "More than 3 YAML documents in one file, the most that is taken at once"),
    "too large": ("a: " + "x" * 1024 * 1024, "The YAML is larger than 1 MB, the most that is taken"),
}

WORDS = ["#", "x:", "'q'", '"q"', "[a]", "{a}", "!t", "&a", "*a", "|-", ">", "%", "@", "`", "?", "-", "="]
BOMBS = {
    "laughs": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "brackets": "[" * 1_000_000,
    "keys": "{a: " * 250_000,
    "dashes": "- " * 500_000,
    "questions": "? " * 500_000,
}


def read(text: str) -> Any:
    [found] = documents(text, LIMITS)
    return found


@pytest.mark.parametrize(("text", "value"), MEANT)
def test_a_text_without_quotes_means_what_it_means_to_lightdash(text: str, value: Any) -> None:
    found = read(f"a: {text}")["a"]

    assert (found, type(found)) == (value, type(value))


def test_keys_are_text_as_in_javascript() -> None:
    assert read("1.0: a\nnull: b\ntrue: c\nno: d\n0x10: e\n'<<': f") == {
        "1": "a", "null": "b", "true": "c", "no": "d", "16": "e", "<<": "f",
    }  # fmt: skip


def test_a_text_may_hold_several_documents() -> None:
    assert documents("a: 1\n---\nb: 2\n...\n", LIMITS) == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_refused_with_its_line_and_column(name: str) -> None:
    text, message = REFUSED[name]

    with pytest.raises(BadDocument) as refused:
        documents(text, LIMITS)

    assert refused.value.message == message
    assert message.isprintable()


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_quickly(name: str) -> None:
    began = time.perf_counter()

    with pytest.raises(BadDocument, match=r"Anchors|levels deep"):
        documents(BOMBS[name], LIMITS)

    assert time.perf_counter() - began < 1


def test_what_is_written_is_what_lightdash_writes() -> None:
    value = read(WRITTEN)

    assert written(value) == WRITTEN
    assert written(dict(reversed(value.items()))) == WRITTEN


def test_a_key_longer_than_a_line_stands_on_its_own() -> None:
    value = {"k" * 1025: {"a": 1}, "l" * 1025: [2], "m" * 1025: "x"}

    assert written(value).splitlines()[:2] == [f"? {'k' * 1025}", ": a: 1"]
    assert read(written(value)) == value


@pytest.mark.parametrize("folder", ["dashboards", "charts"])
def test_every_real_file_is_written_as_it_was(folder: str) -> None:
    paths = sorted((SHARED / "data" / "lightdash" / "demo-saas" / folder).glob("*.yml"))
    if not paths:
        pytest.skip("Lightdash's public demo is not on this machine")
    for path in paths:
        [value] = documents(path.read_text(), Limits())
        assert written(value) == path.read_text(), path.name


words = st.sampled_from(
    [*WORDS, "yes", "no", "1:20", "2024-01-01", "~", "null", "010", "0x1F", "1e3", ".5", ".inf", "<<", "---", "..."]
)
lines = st.lists(
    st.sampled_from(["word", " ", "  ", "\n", "\n\n", "🏃‍♀️", "longer-word-here", "x" * 50, ": ", " #", "\t", "é"]),
    max_size=30,
).map("".join)
texts = words | lines | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False).filter(lambda one: not one.is_integer())
values = st.recursive(
    texts | numbers | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=500, derandomize=True, database=None)
@given(st.dictionaries(texts, values, max_size=4))
def test_any_value_is_read_again_as_it_was_and_written_the_same(value: dict[str, Any]) -> None:
    text = written(value)

    [again] = documents(text, Limits())

    assert json.dumps(again, sort_keys=True) == json.dumps(value, sort_keys=True)
    assert written(again) == text


@settings(max_examples=300, derandomize=True, database=None)
@given(st.text("ab:-?{}[],&*!|>#%\"' \n\t\x01é🏃0", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = documents(text, LIMITS)
    except BadDocument as problem:
        found = [problem.message]
    assert all(isinstance(one, str | None | bool | int | float | list | dict) for one in found)
