"""A request to the fake as its routes see it: who asks, for what, and how a list is cut into pages."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from dashgraph.app.fakes.holistics.refusals import misspelt, nowhere
from dashgraph.app.fakes.holistics.tenant import Row, Tenant

LARGEST_PAGE = 100
USUAL_PAGE = 20

Key = list[Any]
Keyed = Callable[[Row], Key]
Cut = Callable[[web.Request, Sequence[Row], int, int], Sequence[Row]]


def by_id(row: Row) -> Key:
    return [row["id"]]


@dataclass(frozen=True)
class Asking:
    """`me` is whose key it is; `cut` takes a page out of a list; `whole_lists` says how much a list item holds."""

    request: web.Request
    tenant: Tenant
    me: Row
    body: Any
    cut: Cut
    whole_lists: bool

    def id(self, name: str = "id") -> int:
        text = self.request.match_info[name]
        if not text.isdecimal():
            raise nowhere("The record")
        return int(text)

    def text(self, name: str) -> str | None:
        return self.request.query.get(name)

    def flag(self, name: str) -> bool:
        return self.request.query.get(name) in {"true", "1"}

    def many(self, name: str) -> list[str]:
        """The values of an array parameter. Only with brackets is it one: `ids=1` is not seen at all."""
        return self.request.query.getall(f"{name}[]", [])

    def record(self, name: str) -> Row:
        """The body's record under its singular key."""
        record = self.body.get(name) if isinstance(self.body, dict) else None
        if not isinstance(record, dict):
            raise misspelt(f"Parameter {name} is missing")
        return record

    def bare(self) -> Row:
        return self.body if isinstance(self.body, dict) else {}

    def page(self, noun: str, rows: Sequence[Row], sorts: Mapping[str, Keyed] | None = None) -> Row:
        """One page of the rows and the cursors around it. A cursor stands for a place, not for a row."""
        sort, backwards, keyed = self._order({"natural": by_id, "id": by_id, **(sorts or {})})
        ordered = sorted(rows, key=keyed, reverse=backwards)
        size = self._limit()
        start = 0
        if after := self.text("after"):
            place = _place(after, sort)
            start = sum(keyed(row) >= place if backwards else keyed(row) <= place for row in ordered)
        elif before := self.text("before"):
            place = _place(before, sort)
            end = sum(keyed(row) > place if backwards else keyed(row) < place for row in ordered)
            start, size = max(0, end - size), min(size, end)
        found = list(self.cut(self.request, ordered, start, size))
        return {
            noun: found,
            "cursors": {
                "previous": _cursor(sort, keyed(found[0])) if found and found[0] is not ordered[0] else None,
                "next": _cursor(sort, keyed(found[-1])) if found and found[-1] is not ordered[-1] else None,
            },
        }

    def _order(self, sorts: Mapping[str, Keyed]) -> tuple[str, bool, Keyed]:
        sort = self.text("sort") or "natural"
        key, _, direction = sort.rpartition("_")
        if sort == "natural":
            return sort, False, sorts[sort]
        if key not in sorts or direction not in {"asc", "desc"}:
            raise misspelt("Parameter sort is not one of the known orders")
        return sort, direction == "desc", sorts[key]

    def _limit(self) -> int:
        text = self.text("limit") or str(USUAL_PAGE)
        if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PAGE:
            raise misspelt(f"Parameter limit must be between 1 and {LARGEST_PAGE}")
        return int(text)


def _cursor(sort: str, key: Key) -> str:
    return urlsafe_b64encode(json.dumps([sort, *key]).encode()).decode().rstrip("=")


def _place(cursor: str, sort: str) -> Key:
    try:
        place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        place = None
    if not isinstance(place, list) or place[:1] != [sort]:
        raise misspelt("The cursor is not valid")
    return place[1:]
