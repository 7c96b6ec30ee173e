"""Text of others: bytes in, text out, and JSON read so that nothing of it is changed or lost unseen."""

import json
import math
import re
from typing import Any

from dashgraph.domain.formats.values import Limits, Lost, shown, too_deep
from dashgraph.domain.problems import BadDocument

WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")  # what UTF-16 and UTF-32 files begin with
STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)


def decoded(data: bytes, limits: Limits) -> str:
    if len(data) > limits.bytes:
        message = f"The file is larger than {limits.megabytes} MB, the most that is taken (--max-megabytes)"
        raise BadDocument(message)
    if data.startswith(WIDE_MARKS) or b"\0" in data[:4]:
        message = "The file looks like UTF-16 or UTF-32; save it as UTF-8"
        raise BadDocument(message)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"Not UTF-8 text at line {line} (byte {error.start}); is this a .dash file?"
        raise BadDocument(message) from None
    if not text or text.isspace():
        message = "The file is empty"
        raise BadDocument(message)
    return text


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Lost:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return Lost(f'The key "{shown(twice)}" stands twice in one object')


def _float(text: str) -> float | Lost:
    found = float(text)
    return found if math.isfinite(found) else Lost("A number too large to keep")


def _int(text: str) -> int | Lost:
    try:
        return int(text)
    except ValueError:  # Python reads at most 4300 digits: more take long
        return Lost("A number with thousands of digits")


def _constant(text: str) -> Lost:
    return Lost(f"{text} is not a value of JSON")


def parsed_json(text: str, limits: Limits) -> Any:
    try:
        try:
            return _load(text)
        except json.JSONDecodeError:
            raise
        except ValueError:
            return _load(text, parse_int=_int)  # slower, and knows where
    except json.JSONDecodeError as error:
        at_end = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        reason = error.msg.removesuffix(" at").rstrip(": ")
        what = "The file ends in the middle; was it cut off?" if at_end else f"Not JSON: {reason}"
        message = f"{what} (line {error.lineno}, column {error.colno})"
        raise BadDocument(message) from None
    except RecursionError:
        raise too_deep(limits, f" ({_place_of_depth(text, limits.depth)})") from None


def _load(text: str, **hooks: Any) -> Any:
    return json.loads(text, object_pairs_hook=_pairs, parse_float=_float, parse_constant=_constant, **hooks)


def _place_of_depth(text: str, depth: int) -> str:
    level = 0
    for token in STRING_OR_BRACKET.finditer(text):
        level += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token.group(), 0)
        if level > depth:
            return _line(text, token.start())
    return "somewhere"


def _line(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"
