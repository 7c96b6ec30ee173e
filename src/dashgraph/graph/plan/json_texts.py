"""JSON as texts that are put together: what is written of a value once is pasted wherever it stands.

Each character of such a text stands for one byte of UTF-8 (as Latin-1 has it), so that a text with an emoji in it is
no wider than another, and the whole becomes bytes by a copy.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

NULL, TRUE, FALSE = "null", "true", "false"
BOOLEANS = {False: FALSE, True: TRUE}
NO_TYPES = frozenset({type(None)})
STRINGS = frozenset({str})
JOINT, ESCAPED_JOINT = "\x1f", "\\u001f"


def text(value: Any) -> str:
    """The JSON of any value. Raises orjson.JSONEncodeError for what is none, such as half of a surrogate pair."""
    return orjson.dumps(value).decode("latin-1")


def texts(values: Sequence[Any]) -> list[str]:
    """The JSON of each value."""
    types = set(map(type, values))
    if types == STRINGS:
        return strings(values)
    if types == STRINGS | NO_TYPES:
        written = iter(strings([one for one in values if one is not None]))
        return [NULL if one is None else next(written) for one in values]
    return [text(one) for one in values]


def strings(values: Sequence[str]) -> list[str]:
    """The JSON of each text, all escaped by one call.

    What joins them is escaped with them, and taken for the places where they meet. Where one of them holds it, or what
    it is escaped as, there are more such places than texts.
    """
    together = JOINT.join(values)
    if together.count(JOINT) == len(values) - 1:
        found = text(together).replace(ESCAPED_JOINT, '"\0"').split("\0")  # no JSON holds a NUL
        if len(found) == len(values):
            return found
    return [text(one) for one in values]


def listed(items: Iterable[str | list[str]], are_long: bool) -> list[str]:
    """The pieces of a JSON list of these, which are texts or in pieces themselves."""
    found: list[str] = []
    for item in items:
        found.append(",")
        if are_long:
            found += item
        else:
            found.append(item)  # type: ignore[arg-type]
    return ["[", *found[1:], "]"]


def whole(written: str | list[str]) -> bytes:
    """The bytes of a JSON text, or of one in pieces."""
    return (written if isinstance(written, str) else "".join(written)).encode("latin-1")
