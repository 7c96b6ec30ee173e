"""YAML written byte for byte as Lightdash's command line writes it: js-yaml 4 with sorted keys and double quotes.

So a file that came in and was not changed goes out as it was, and people who keep such files in git see only what
they changed. The rules are those of `lib/dumper.js` of https://github.com/nodeca/js-yaml (4.1.0).
"""

import re
from collections.abc import Iterator
from typing import Any

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.formats.yaml_reading import number_text, plain

WIDTH, LEAST_WIDTH = 80, 40  # of a line, and of a deeply indented one
LONGEST_KEY = 1024  # characters of a key that stands on the line of its value
YAML_1_1_BOOLEANS = frozenset("y Y yes Yes YES on On ON n N no No NO off Off OFF".split())  # noqa: SIM905
YAML_1_1_BASE_60 = re.compile(r"[-+]?[0-9_]+(?::[0-9_]+)+(?:\.[0-9_]*)?")
TIME = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?",
    re.ASCII,
)
PRINTABLE = r" -~\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
UNPRINTABLE = re.compile(rf"[^{PRINTABLE}]")
UNPRINTABLE_IN_BLOCK = re.compile(rf"[^{PRINTABLE}\n]")
STARTS_OTHERWISE = frozenset(" -?:,[]{}#&*!|=>'\"%@`")  # what no text without quotes begins with
UNSAFE = re.compile(r": | #|[: ]\Z")  # what ends a text without quotes
WITHOUT_POINT = re.compile(r"^(-?[0-9]+)e")
LINE = re.compile(r"[^\n]*\n|[^\n]+")
FOLD_AT = re.compile(r" (?=[^ ])")
ESCAPES = {
    "\0": "\\0", "\x07": "\\a", "\x08": "\\b", "\t": "\\t", "\n": "\\n", "\x0b": "\\v", "\x0c": "\\f", "\r": "\\r",
    "\x1b": "\\e", '"': '\\"', "\\": "\\\\", "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L", "\u2029": "\\P",
}  # fmt: skip


def written(value: JsonObject) -> str:
    """The value as a YAML document. The same value gives the same text, whatever the order of its keys."""
    return _node(value, 0, compact=True) + "\n"


def _node(value: Any, level: int, *, compact: bool = False) -> str:
    """A value as it stands after its key or dash; one that takes lines of its own begins with a line break."""
    if isinstance(value, dict) and value:
        return _lines(_pairs(value, level), level, compact=compact)
    if isinstance(value, list) and value:
        items = (_after("-", _node(item, level + 1, compact=True)) for item in value)
        return _lines(items, level, compact=compact)
    if isinstance(value, str):
        return _text(value, level)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        text = number_text(value)
        return text if isinstance(value, int) or value.is_integer() else WITHOUT_POINT.sub(r"\1.e", text)
    return "{}" if isinstance(value, dict) else "[]"


def _lines(lines: Iterator[str], level: int, *, compact: bool) -> str:
    separator = "\n" + "  " * level
    return ("" if compact else separator) + separator.join(lines)


def _pairs(value: JsonObject, level: int) -> Iterator[str]:
    for key in sorted(value, key=_units):
        name = _text(key, level + 1, is_key=True)
        if len(_units(name)) > LONGEST_KEY:
            rest = _node(value[key], level + 1, compact=True)
            yield _after("?", name) + "\n" + "  " * level + _after(":", rest)
        else:
            yield name + _after(":", _node(value[key], level + 1))


def _after(mark: str, text: str) -> str:
    return mark + text if text.startswith("\n") else f"{mark} {text}"


def _text(text: str, level: int, *, is_key: bool = False) -> str:
    if not text:
        return '""'
    if text in YAML_1_1_BOOLEANS or YAML_1_1_BASE_60.fullmatch(text):
        return f'"{text}"'
    indent = 2 * max(1, level)
    width = max(min(WIDTH, LEAST_WIDTH), WIDTH - indent)
    if (UNPRINTABLE if is_key else UNPRINTABLE_IN_BLOCK).search(text):
        return _quoted(text)
    foldable = any(len(_units(line)) > width and not line.startswith(" ") for line in text.split("\n"))
    if is_key or not ("\n" in text or foldable):
        return text if _is_plain(text) else _quoted(text)
    body = _folded(_units(text), width) if foldable else text
    body = "".join(line if line == "\n" else " " * indent + line for line in LINE.findall(body))
    return (">" if foldable else "|") + _header(text) + _characters(body).removesuffix("\n")


def _is_plain(text: str) -> bool:
    """Whether the text means itself without quotes."""
    if text[0] in STARTS_OTHERWISE or UNSAFE.search(text) or text == "<<" or TIME.fullmatch(text):
        return False
    try:
        return bool(plain(text) == text)
    except ValueError:  # a number with thousands of digits
        return False


def _header(text: str) -> str:
    indicator = "2" if re.match(r"\n* ", text) else ""
    if not text.endswith("\n"):
        return f"{indicator}-\n"
    return f"{indicator}{'+' if text.endswith(chr(10) * 2) or text == chr(10) else ''}\n"


def _folded(text: str, width: int) -> str:
    """The text with its long lines broken at spaces; what begins with a space is left alone."""
    first, *rest = re.split(r"(\n+)", text)
    result = _broken(first, width)
    was_indented = text.startswith(("\n", " "))
    for breaks, line in zip(rest[::2], rest[1::2], strict=True):
        indented = line.startswith(" ")
        extra = "\n" if not was_indented and not indented and line else ""
        result += breaks + extra + _broken(line, width)
        was_indented = indented
    return result


def _broken(line: str, width: int) -> str:
    if line.startswith(" "):
        return line
    parts, start, here = [], 0, 0
    for found in FOLD_AT.finditer(line):
        if found.start() - start > width:
            end = here if here > start else found.start()
            parts.append(line[start:end])
            start = end + 1
        here = found.start()
    if len(line) - start > width and here > start:
        parts += [line[start:here], line[here + 1 :]]
    else:
        parts.append(line[start:])
    return "\n".join(parts)


def _quoted(text: str) -> str:
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in ESCAPES:
        return ESCAPES[character]
    if not UNPRINTABLE.match(character):
        return character
    code = ord(character)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}"  # noqa: PLR2004 - the most of two digits


def _units(text: str) -> str:
    """The text in the units in which JavaScript counts: two for a character past U+FFFF."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return (
        "".join(chr(raw[at] | raw[at + 1] << 8) for at in range(0, len(raw), 2)) if len(raw) > 2 * len(text) else text
    )


def _characters(units: str) -> str:
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
