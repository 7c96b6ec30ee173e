"""Where two documents of one dashboard differ, as JSON pointers (RFC 6901)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Final

from dashgraph.domain.dash import JsonObject

ABSENT: Final = object()


class DifferenceKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """`pointer` is the place in the new document; of what was removed, in the old one."""

    pointer: str
    kind: DifferenceKind


def differences(old: JsonObject, new: JsonObject) -> Iterator[Difference]:
    """What has to change for the old document to become the new one. Widgets are compared by id, not by place."""
    yield from _compared("", _without(old, "widgets"), _without(new, "widgets"))
    former, latter = old.get("widgets", ABSENT), new.get("widgets", ABSENT)
    if isinstance(former, list) and isinstance(latter, list) and _named(former) and _named(latter):
        yield from _widgets(former, latter)
    else:
        yield from _compared("/widgets", former, latter)


def _widgets(old: list[JsonObject], new: list[JsonObject]) -> Iterator[Difference]:
    before = {widget["oid"]: (place, widget) for place, widget in enumerate(old)}
    after = {widget["oid"]: (place, widget) for place, widget in enumerate(new)}
    if [one for one in before if one in after] != [one for one in after if one in before]:
        yield Difference("/widgets", DifferenceKind.CHANGED)  # they stand in another order
    for one, (place, widget) in after.items():
        former = before[one][1] if one in before else ABSENT
        yield from _compared(f"/widgets/{place}", former, widget)
    for one, (place, _) in before.items():
        if one not in after:
            yield Difference(f"/widgets/{place}", DifferenceKind.REMOVED)


def _named(widgets: list[Any]) -> bool:
    """Whether every widget has an id, so that they can be told apart."""
    return all(isinstance(widget, dict) and isinstance(widget.get("oid"), str) for widget in widgets)


def _compared(pointer: str, old: Any, new: Any) -> Iterator[Difference]:
    if old is ABSENT or new is ABSENT:
        if old is not new:
            yield Difference(pointer, DifferenceKind.ADDED if old is ABSENT else DifferenceKind.REMOVED)
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            yield from _compared(f"{pointer}/{escaped(key)}", old.get(key, ABSENT), new.get(key, ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        for index, (one, other) in enumerate(zip_longest(old, new, fillvalue=ABSENT)):
            yield from _compared(f"{pointer}/{index}", one, other)
    elif old != new or type(old) is not type(new):  # true is not 1, and 1.0 is not 1
        yield Difference(pointer, DifferenceKind.CHANGED)


def _without(document: JsonObject, key: str) -> JsonObject:
    return {name: value for name, value in document.items() if name != key}


def escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
