"""How a document of another tool rides in a `.dash`-shaped one: its original whole under one key."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dashgraph.domain.dash import JsonObject
from dashgraph.domain.differences import differences
from dashgraph.domain.formats.kinds import DocumentFormat
from dashgraph.domain.formats.values import ID, expect
from dashgraph.domain.problems import BadDocument

KEY = "dashgraph:original"
FOREIGN = {DocumentFormat.LIGHTDASH.value, DocumentFormat.POSTHOG.value}
OURS = frozenset({KEY, "oid", "layout"})  # what only this side has, or has its own way
FULL_WIDTH = 100
LARGEST_NUMBER = 1_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a widget lies: on which sheet, in which row and column of a grid, and how much of it is its width."""

    widget: str
    sheet: float
    row: float
    column: float
    width: float


def format_of(part: JsonObject) -> DocumentFormat:
    """What a dashboard (leaving its widgets aside) or a widget was written in before it came here."""
    held = part.get(KEY)
    name = held.get("format") if isinstance(held, dict) else None
    return DocumentFormat(name) if isinstance(name, str) and name in FOREIGN else DocumentFormat.DASH


def document(kind: DocumentFormat, whole: JsonObject, **parts: Any) -> JsonObject:
    """A dashboard that carries its original; parts that are None are left out."""
    return {**_there({"type": "dashboard", **parts}), KEY: {"format": kind.value, "document": whole}}


def widget(kind: DocumentFormat, originals: Mapping[str, JsonObject | None], **parts: Any) -> JsonObject:
    """A widget that carries its tile, and what more there is of it."""
    return {**_there(parts), KEY: {"format": kind.value, **_there(originals)}}


def _there(parts: Mapping[str, Any]) -> JsonObject:
    return {key: value for key, value in parts.items() if value is not None}


def original(part: JsonObject, name: str) -> JsonObject:
    """An original that a dashboard or widget carries; empty when it carries none."""
    found = part[KEY].get(name)
    return found if isinstance(found, dict) else {}


def check(part: JsonObject, pointer: str, name: str) -> None:
    """Whether what is carried can be given back. Raises BadDocument."""
    if KEY not in part:
        return
    held = part[KEY]
    expect(held, f"{pointer}/{KEY}", dict, "an object")
    expect(held.get("format"), f"{pointer}/{KEY}/format", str, "text")
    if held["format"] in FOREIGN:
        expect(held.get(name), f"{pointer}/{KEY}/{name}", dict, "an object")


def native_id(text: str) -> str:
    """The text where it can be an id here, else an id that is always the same for it."""
    return text if ID.fullmatch(text) else fresh(text)


def fresh(*parts: object) -> str:
    """24 hexadecimal digits, as ids in documents have them, always the same for the same parts."""
    return hashlib.sha256("\n".join(map(str, parts)).encode(errors="surrogatepass")).hexdigest()[:24]


def put(whole: JsonObject, key: str, value: Any, former: Any) -> None:
    """Write a value where it is another one now; None takes the key away."""
    if value == former:
        return
    if value is None:
        whole.pop(key, None)
    else:
        whole[key] = value


def layout(places: Iterable[Place]) -> JsonObject | None:
    """Sheets below each other, each with its rows, each row with its widgets side by side."""
    ordered = sorted(places, key=lambda one: (one.sheet, one.row, one.column))
    rows = [list(row) for _, row in groupby(ordered, key=lambda one: (one.sheet, one.row))]
    if not rows:
        return None
    cells = [{"subcells": [_subcell(one, index) for index, one in enumerate(row)]} for row in rows]
    return {"type": "columnar", "columns": [{"width": FULL_WIDTH, "cells": cells, "index": 0}]}


def _subcell(place: Place, index: int) -> JsonObject:
    width = round(place.width * FULL_WIDTH, 4)
    return {"elements": [{"widgetid": place.widget}], "width": width, "stretchable": False, "index": index}


class Unsaid(Exception):
    """A document says more by now than the format it came in can. The reason is the part of a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def no_place(pointer: str) -> str:
    return f"it has no place for what was changed here at {pointer}"


def check_said(document: JsonObject, again: Callable[[], JsonObject]) -> None:
    """Raises Unsaid when a document is not the same in what is read back of its writing."""
    try:
        found = next(differences(_said(document), _said(again())), None)
    except BadDocument as problem:
        raise Unsaid(no_place(problem.pointer or "")) from None
    if found is not None:
        raise Unsaid(no_place(found.pointer))


def _said(document: JsonObject) -> JsonObject:
    """What both sides have to say of a dashboard. How its widgets are arranged stays as the other tool has it."""
    return {**_without_ours(document), "widgets": [_without_ours(one) for one in document.get("widgets") or ()]}


def _without_ours(part: Mapping[str, Any]) -> JsonObject:
    return _there({key: value for key, value in part.items() if key not in OURS})


def number(value: Any, default: float = 0) -> float:
    """A number of a grid; whatever else stands there is the default."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER
    return value if usable else default


def objects(value: Any) -> Sequence[JsonObject]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
