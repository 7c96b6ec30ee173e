"""Reading `.dash` files: bytes from anywhere in, well-formed documents out, or one line on what is wrong where."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.problems import BadDocument

MEGABYTE = 1024 * 1024
ID = re.compile(r"[A-Za-z0-9_.~-]{1,64}")
BYTE_ORDER_MARKS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x00\x00\xfe\xff": "UTF-32",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be. Real dashboards nest about 15 levels deep and are a few hundred kilobytes."""

    megabytes: int = 64
    depth: int = 100
    dashboards: int = 1000
    widgets: int = 2000


@dataclass(frozen=True, slots=True)
class Candidate:
    """One dashboard of a file: its document, or why it cannot be taken. The others are not concerned."""

    pointer: str
    title: str | None
    document: JsonObject | None
    problem: BadDocument | None


def read(data: bytes, limits: Limits = Limits()) -> list[Candidate]:
    """The dashboards in a file: an object is one, an array holds many. Raises BadDocument for the file as a whole."""
    found = _parse(_decode(data, limits), limits)
    if isinstance(found, dict):
        return [_candidate(found, "", limits)]
    if not isinstance(found, list):
        message = f"Expected a dashboard or an array of dashboards, found {_name(found)}"
        raise BadDocument(message, pointer="")
    if not found:
        message = "The array holds no dashboards"
        raise BadDocument(message, pointer="")
    if len(found) > limits.dashboards:
        message = f"{len(found)} dashboards in one file; at most {limits.dashboards} are taken at once"
        raise BadDocument(message)
    return [_candidate(item, f"/{index}", limits) for index, item in enumerate(found)]


def widgets_of(document: JsonObject) -> list[tuple[str, JsonObject]]:
    """The widgets with their place in the document. Servers export a list; some versions a map by id."""
    widgets = document.get("widgets")
    if isinstance(widgets, dict):
        return [(f"/widgets/{_escape(key)}", widget) for key, widget in widgets.items()]
    return [(f"/widgets/{index}", widget) for index, widget in enumerate(widgets or [])]


def too_large(size: int, limits: Limits) -> BadDocument:
    """The problem of a file of this many bytes."""
    message = f"The file has {size / MEGABYTE:.0f} MB; at most {limits.megabytes} MB are taken (--max-megabytes)"
    return BadDocument(message)


def _decode(data: bytes, limits: Limits) -> str:
    if len(data) > limits.megabytes * MEGABYTE:
        raise too_large(len(data), limits)
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            message = f"The file is {encoding}; save it as UTF-8"
            raise BadDocument(message)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"Not UTF-8 text at byte {error.start}; is this a .dash file?"
        raise BadDocument(message) from None
    if not text.strip():
        message = "The file is empty"
        raise BadDocument(message)
    return text


class _Object(dict[str, Any]):
    """An object that was written with one key twice."""

    twice: str


class _Endless(float):
    """A number too large for a float: it would be lost."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    keys = [key for key, _ in pairs]
    marked = _Object(found)
    marked.twice = next(key for key in keys if keys.count(key) > 1)
    return marked


def _float(text: str) -> float:
    found = float(text)
    return found if math.isfinite(found) else _Endless(found)


def _constant(text: str) -> float:
    message = f"Not JSON: {text} is not a number in JSON"
    raise BadDocument(message)


def _parse(text: str, limits: Limits) -> Any:
    try:
        found = json.loads(text, object_pairs_hook=_pairs, parse_float=_float, parse_constant=_constant)
    except json.JSONDecodeError as error:
        at_end = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        what = "The file ends in the middle; was it cut off?" if at_end else f"Not JSON: {error.msg}"
        message = f"{what} (line {error.lineno}, column {error.colno})"
        raise BadDocument(message) from None
    except RecursionError:
        raise _too_deep(_place_of_depth(text, limits.depth), limits) from None
    except ValueError:  # Python refuses numbers of more than 4300 digits
        digits = re.search(r"\d{4301}", text)
        message = f"A number with thousands of digits ({_line(text, digits.start() if digits else 0)})"
        raise BadDocument(message) from None
    _check_values(found, limits)
    return found


def _check_values(found: Any, limits: Limits) -> None:
    """Look at every value once: nothing too deep, nothing that reading has lost."""
    stack: list[tuple[Any, str, int]] = [(found, "", 0)]
    while stack:
        value, pointer, depth = stack.pop()
        if depth > limits.depth:
            raise _too_deep(f"at {pointer}", limits)
        if isinstance(value, _Object):
            message = f"The key {value.twice!r} stands twice in one object"
            raise BadDocument(message, pointer=pointer)
        if isinstance(value, _Endless):
            message = "A number too large to keep"
            raise BadDocument(message, pointer=pointer)
        items: Iterator[tuple[str, Any]] = iter(())
        if isinstance(value, dict):
            items = ((_escape(key), item) for key, item in value.items())
        elif isinstance(value, list):
            items = ((str(index), item) for index, item in enumerate(value))
        stack.extend(
            (item, f"{pointer}/{key}", depth + 1) for key, item in items if isinstance(item, dict | list | _Endless)
        )


def _too_deep(place: str, limits: Limits) -> BadDocument:
    return BadDocument(f"Nested more than {limits.depth} levels deep ({_short(place)})")


def _place_of_depth(text: str, depth: int) -> str:
    level = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        level += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token.group(), 0)
        if level > depth:
            return _line(text, token.start())
    return "somewhere"


def _line(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - (text.rfind(chr(10), 0, position) + 1) + 1}"


def _candidate(found: Any, pointer: str, limits: Limits) -> Candidate:
    title = found.get("title") if isinstance(found, dict) else None
    title = title if isinstance(title, str) else None
    try:
        _check(found, pointer, limits)
    except BadDocument as problem:
        return Candidate(pointer, title, None, problem)
    return Candidate(pointer, title, found, None)


def _check(found: Any, pointer: str, limits: Limits) -> None:
    """Whether this is a dashboard. Only what dashgraph itself relies on must be right."""
    _expect(found, pointer, dict, "a dashboard (an object)")
    if "title" not in found:
        message = "A dashboard needs a title"
        if "metadata" in found and "layout" not in found:
            message = "This is a widget; a dashboard has a title, a layout and widgets"
        raise BadDocument(message, pointer=f"{pointer}/title")
    _expect(found["title"], f"{pointer}/title", str, "text")
    _expect_id(found.get("oid"), f"{pointer}/oid")
    for key, kind, name in (
        ("desc", str, "text"),
        ("type", str, "text"),
        ("layout", dict, "an object"),
        ("datasource", dict, "an object"),
        ("filters", list, "an array"),
        ("widgets", list | dict, "an array of widgets"),
    ):
        if found.get(key) is not None:
            _expect(found[key], f"{pointer}/{key}", kind, name)
    widgets = widgets_of(found)
    if len(widgets) > limits.widgets:
        message = f"{len(widgets)} widgets on one dashboard; at most {limits.widgets} are taken"
        raise BadDocument(message, pointer=f"{pointer}/widgets")
    seen: dict[str, str] = {}
    for place, widget in widgets:
        at = pointer + place
        _expect(widget, at, dict, "a widget (an object)")
        oid = widget.get("oid")
        _expect_id(oid, f"{at}/oid")
        for key in ("title", "type", "subtype", "desc"):
            if widget.get(key) is not None:
                _expect(widget[key], f"{at}/{key}", str, "text")
        if widget.get("datasource") is not None and not isinstance(widget["datasource"], dict | str):
            _expect(widget["datasource"], f"{at}/datasource", dict, "an object")
        if oid is not None and seen.setdefault(oid, at) != at:
            message = f"The widget id {oid} is also at {seen[oid]}"
            raise BadDocument(message, pointer=f"{at}/oid")


def _expect(value: Any, pointer: str, kind: Any, name: str) -> None:
    if not isinstance(value, kind):
        message = f"Expected {name}, found {_name(value)}"
        raise BadDocument(message, pointer=pointer)


def _expect_id(value: Any, pointer: str) -> None:
    if value is None:
        return
    _expect(value, pointer, str, "an id (text)")
    if not ID.fullmatch(value):
        message = "An id holds 1 to 64 letters, digits or the signs _ . ~ -"
        raise BadDocument(message, pointer=pointer)


def _name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {dict: "an object", list: "an array", str: "text", int: "a number", float: "a number"}
    return next(name for kind, name in names.items() if isinstance(value, kind))


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _short(place: str) -> str:
    return place if len(place) <= 100 else f"{place[:60]}…{place[-30:]}"  # noqa: PLR2004 - one line on a screen
