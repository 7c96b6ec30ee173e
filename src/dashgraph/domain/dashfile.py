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
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")  # what UTF-16 and UTF-32 files begin with
STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
LONGEST_KEY, LONGEST_POINTER = 60, 200  # characters shown to people


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be. Real dashboards nest about 15 levels deep and are a few hundred kilobytes."""

    megabytes: int = 64
    depth: int = 100
    dashboards: int = 1000
    widgets: int = 2000

    @property
    def bytes(self) -> int:
        return self.megabytes * MEGABYTE


@dataclass(frozen=True, slots=True)
class Candidate:
    """One dashboard of a file: its document, or why it cannot be taken. The others are not concerned."""

    pointer: str
    document: JsonObject | BadDocument


def read(data: bytes, limits: Limits = Limits()) -> list[Candidate]:
    """The dashboards in a file: an object is one, an array holds many. Raises BadDocument for the file as a whole."""
    found = _parse(_decode(data, limits), limits)
    if isinstance(found, dict):
        return [_candidate(found, [], limits)]
    if isinstance(found, _Lost):
        raise BadDocument(found.reason, pointer="")
    if not isinstance(found, list):
        message = f"Expected a dashboard or an array of dashboards, found {_name(found)}"
        raise BadDocument(message, pointer="")
    if not found:
        message = "The array holds no dashboards"
        raise BadDocument(message, pointer="")
    if len(found) > limits.dashboards:
        message = f"{len(found)} dashboards in one file; at most {limits.dashboards} are taken at once"
        raise BadDocument(message, pointer="")
    return list(_each_once([_candidate(item, [index], limits) for index, item in enumerate(found)]))


def of_value(found: Any, limits: Limits = Limits()) -> list[Candidate]:
    """The same for a value that was read already. Raises BadDocument for it as a whole."""
    try:
        data = json.dumps(found, allow_nan=False).encode()
    except RecursionError:
        raise _too_deep(limits) from None
    except ValueError:
        message = "A number that JSON cannot hold, or with thousands of digits"
        raise BadDocument(message) from None
    return read(data, limits)


def widgets_of(document: JsonObject) -> list[JsonObject]:
    """The widgets of a document. Servers export a list; some versions a map by id."""
    held = document.get("widgets") or []
    return list(held.values() if isinstance(held, dict) else held)


def _decode(data: bytes, limits: Limits) -> str:
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


@dataclass(frozen=True, slots=True)
class _Lost:
    """Stands where reading would have changed what was written. Its place is not known until the whole is read."""

    reason: str


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Lost:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return _Lost(f'The key "{_shown(twice)}" stands twice in one object')


def _float(text: str) -> float | _Lost:
    found = float(text)
    return found if math.isfinite(found) else _Lost("A number too large to keep")


def _int(text: str) -> int | _Lost:
    try:
        return int(text)
    except ValueError:  # Python reads at most 4300 digits: more take long
        return _Lost("A number with thousands of digits")


def _constant(text: str) -> _Lost:
    return _Lost(f"{text} is not a value of JSON")


def _parse(text: str, limits: Limits) -> Any:
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
        raise _too_deep(limits, f" ({_place_of_depth(text, limits.depth)})") from None


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


def _too_deep(limits: Limits, place: str = "", pointer: str | None = None) -> BadDocument:
    return BadDocument(f"Nested more than {limits.depth} levels deep{place}", pointer=pointer)


def _each_once(candidates: list[Candidate]) -> Iterator[Candidate]:
    """The candidates; of several with one id only the first can be taken."""
    places: dict[str, str] = {}
    for one in candidates:
        oid = one.document.get("oid") if isinstance(one.document, dict) else None
        if oid is not None and places.setdefault(oid, one.pointer) != one.pointer:
            message = f"The dashboard id {oid} is also at {places[oid]}"
            yield Candidate(one.pointer, BadDocument(message, pointer=f"{one.pointer}/oid"))
        else:
            yield one


def _candidate(found: Any, path: list[str | int], limits: Limits) -> Candidate:
    pointer = _pointer(path)
    try:
        _check_values(found, path, limits.depth, limits)
        _check(found, pointer, limits)
    except BadDocument as problem:
        return Candidate(pointer, problem)
    return Candidate(pointer, found)


def _check_values(value: Any, path: list[str | int], levels: int, limits: Limits) -> None:
    """Look at every value once: nothing too deep, nothing that reading has lost."""
    if isinstance(value, _Lost):
        raise BadDocument(value.reason, pointer=_pointer(path))
    if not isinstance(value, dict | list):
        return
    if not levels:
        raise _too_deep(limits, pointer=_pointer(path))
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, (dict, list, _Lost)):
            path.append(key)
            _check_values(item, path, levels - 1, limits)
            path.pop()


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
        ("datasource", dict | str, "an object"),
        ("filters", list, "an array"),
        ("widgets", list | dict, "an array of widgets"),
    ):
        if found.get(key) is not None:
            _expect(found[key], f"{pointer}/{key}", kind, name)
    held = found.get("widgets") or []
    if len(held) > limits.widgets:
        message = f"{len(held)} widgets on one dashboard; at most {limits.widgets} are taken"
        raise BadDocument(message, pointer=f"{pointer}/widgets")
    places: dict[str, str] = {}
    for place, widget in held.items() if isinstance(held, dict) else enumerate(held):
        at = f"{pointer}/widgets/{_escaped(place)}"
        _check_widget(widget, at)
        oid = widget.get("oid")
        if oid is not None and places.setdefault(oid, at) != at:
            message = f"The widget id {oid} is also at {places[oid]}"
            raise BadDocument(message, pointer=f"{at}/oid")


def _check_widget(widget: Any, at: str) -> None:
    _expect(widget, at, dict, "a widget (an object)")
    _expect_id(widget.get("oid"), f"{at}/oid")
    for key in ("title", "type", "subtype", "desc"):
        if widget.get(key) is not None:
            _expect(widget[key], f"{at}/{key}", str, "text")
    if widget.get("datasource") is not None:
        _expect(widget["datasource"], f"{at}/datasource", dict | str, "an object")


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


def _pointer(path: list[str | int]) -> str:
    """A JSON pointer (RFC 6901) that people can read: on one line, and of bearable length."""
    pointer = "".join(f"/{_escaped(key)}" for key in path)
    if len(pointer) <= LONGEST_POINTER:
        return pointer
    return f"{pointer[: LONGEST_POINTER // 2]}…{pointer[-LONGEST_POINTER // 2 :]}"


def _escaped(key: str | int) -> str:
    return _shown(str(key).replace("~", "~0").replace("/", "~1"))


def _shown(key: str) -> str:
    cut = key if len(key) <= LONGEST_KEY else f"{key[:LONGEST_KEY]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
