"""YAML as Lightdash reads and writes it: the values of YAML 1.2, so `no` is text, and nothing that JSON cannot hold.

Events of libyaml are put together without recursion, so that depth is ours to limit; what expands (aliases, merge
keys) and what builds objects (tags) is refused. Dates stay text, as they are in Lightdash's own documents.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml
from yaml.reader import ReaderError

from dashgraph.domain.formats.values import Limits, shown
from dashgraph.domain.problems import BadDocument

NULL = frozenset({"", "~", "null", "Null", "NULL"})
TRUE, FALSE = frozenset({"true", "True", "TRUE"}), frozenset({"false", "False", "FALSE"})
INTEGER = re.compile(r"[-+]?(?:0b[01_]*[01]|0x[0-9a-fA-F_]*[0-9a-fA-F]|0o[0-7_]*[0-7]|[0-9](?:[0-9_]*[0-9])?)")
FLOAT = re.compile(
    r"(?:[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9_]+(?:[eE][-+]?[0-9]+)?)(?<!_)"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
BASES = {"0b": 2, "0x": 16, "0o": 8}
LONGEST_NUMBER = 4000  # digits; Python reads at most 4300
WHOLE = 1e21  # below it JavaScript knows no difference between 1.0 and 1
DECIMAL_POWERS = range(-6, 21)  # of ten, in which JavaScript writes no exponent


@dataclass(slots=True)
class _Open:
    """An object or array whose end has not come yet. `key` is the key that waits for its value."""

    value: dict[str, Any] | list[Any]
    key: str | None = None
    has_key: bool = False


def documents(text: str, limits: Limits) -> list[Any]:
    """The values in a text, one for each YAML document. Raises BadDocument with line and column."""
    if len(text) > limits.yaml_megabytes * 1024 * 1024:
        message = f"The YAML is larger than {limits.yaml_megabytes} MB, the most that is taken"
        raise BadDocument(message)
    found: list[Any] = []
    try:
        for value in _values(text, limits):
            found.append(value)
            if len(found) > limits.dashboards:
                message = f"More than {limits.dashboards} YAML documents in one file, the most that is taken at once"
                raise BadDocument(message)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = shown(error.problem or "it cannot be read")
        message = f"Not YAML: {reason}{'' if mark is None else f' ({_place(mark)})'}"
        raise BadDocument(message) from None
    except ReaderError as error:
        line, column = text.count("\n", 0, error.position) + 1, error.position - text.rfind("\n", 0, error.position)
        message = f"Not YAML: {error.reason} (line {line}, column {column})"
        raise BadDocument(message) from None
    return found


def _values(text: str, limits: Limits) -> Iterator[Any]:
    stack: list[_Open] = []
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            _check_plain(event)
            if len(stack) == limits.depth:
                raise _bad(f"Nested more than {limits.depth} levels deep", event)
            stack.append(_Open({} if isinstance(event, yaml.MappingStartEvent) else []))
            continue
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            value = stack.pop().value
        elif isinstance(event, yaml.AliasEvent):
            raise _bad("Aliases (*name) are not taken; write the value out", event)
        else:
            continue
        if stack:
            _put(stack[-1], value, event)
        else:
            yield value


def _put(inside: _Open, value: Any, event: yaml.Event) -> None:
    if isinstance(inside.value, list):
        inside.value.append(value)
    elif inside.has_key:
        inside.value[inside.key or ""] = value
        inside.has_key = False
    else:
        key = _key(value, event)
        if key in inside.value:
            raise _bad(f'The key "{shown(key)}" stands twice in one object', event)
        inside.key, inside.has_key = key, True


def _key(value: Any, event: yaml.Event) -> str:
    """A key as JavaScript has it, which is text."""
    if isinstance(value, dict | list):
        raise _bad("A key is text, not an object or array", event)
    if value == "<<" and isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
        raise _bad("Merge keys (<<) are not taken; write the values out", event)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return number_text(value) if isinstance(value, int | float) else str(value)


def _scalar(event: yaml.ScalarEvent) -> Any:
    _check_plain(event)
    if not event.implicit[0]:
        return event.value  # it is quoted, or a block
    try:
        found = plain(event.value)
    except ValueError:
        raise _bad("A number with thousands of digits", event) from None
    if isinstance(found, float) and not math.isfinite(found):
        raise _bad(f"{shown(event.value)} is not a number that can be kept", event)
    return found


def plain(text: str) -> Any:
    """What a text without quotes means. Raises ValueError for a number with thousands of digits."""
    if text in NULL:
        return None
    if text in TRUE or text in FALSE:
        return text in TRUE
    if INTEGER.fullmatch(text):
        return _integer(text.replace("_", ""))
    if FLOAT.fullmatch(text):
        return _float(text.replace("_", ""))
    return text


def _integer(text: str) -> int:
    sign, digits = (text[0], text[1:]) if text[0] in "-+" else ("", text)
    if len(digits) > LONGEST_NUMBER:
        raise ValueError
    base = BASES.get(digits[:2], 10)
    found = int(digits if base == 10 else digits[2:], base)  # noqa: PLR2004 - the usual base
    return -found if sign == "-" else found


def _float(text: str) -> float | int:
    lowered = text.lower().lstrip("+")
    if lowered in {".nan", ".inf", "-.inf"}:
        return float(lowered.replace(".", ""))
    found = float(text)
    whole = found.is_integer() and abs(found) < WHOLE and not (found == 0 and text.startswith("-"))
    return int(Decimal(repr(found))) if whole else found


def number_text(value: float) -> str:
    """A number as JavaScript writes it."""
    if isinstance(value, int) or str(value) == "-0.0":
        return str(value)
    mantissa, _, exponent = repr(value).partition("e")
    power = int(exponent or 0)
    if power in DECIMAL_POWERS:
        return f"{Decimal(repr(value)):f}".removesuffix(".0")
    return f"{mantissa}e{power:+d}"


def _check_plain(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
    if event.anchor is not None:
        raise _bad("Anchors (&name) are not taken; write each value out where it stands", event)
    if event.tag is not None:
        raise _bad("Tags (!name) are not taken", event)


def _bad(reason: str, event: yaml.Event) -> BadDocument:
    message = f"{reason} ({_place(event.start_mark)})"
    return BadDocument(message)


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"
