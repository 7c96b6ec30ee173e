"""How systems page their lists: what is asked for a page, and where in its answer the things are."""

from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qsl, urlsplit

from dashgraph.sources.rest.addresses import Params
from dashgraph.sources.rest.answers import Raw


@dataclass(frozen=True, slots=True)
class PageNumber:
    """Pages by number. `items` and `total` are paths, such as `results.data`; the empty one is the answer itself.

    Without a total the walk ends at an empty page, since a system may cut pages shorter than it was asked to. Where it
    is known to fill them, `short_page_ends` spares that one call.
    """

    per_page: int
    items: str
    page: str = "page"
    size: str = "pageSize"
    total: str | None = None
    first_page: int = 1
    short_page_ends: bool = False

    def asking(self, *, page: int, start: int) -> Params:
        """The parameters of the page that `page` others with `start` things come before."""
        return [(self.page, self.first_page + page), (self.size, self.per_page)]


@dataclass(frozen=True, slots=True)
class Offset:
    """Pages by how many things to leave out. See PageNumber for the rest."""

    per_page: int
    items: str
    limit: str = "limit"
    offset: str = "offset"
    total: str | None = None
    short_page_ends: bool = False

    def asking(self, *, page: int, start: int) -> Params:
        return [(self.limit, self.per_page), (self.offset, start)]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Pages by a text that the page before tells at the path `next`."""

    per_page: int
    items: str
    after_name: str = "after"
    limit: str = "limit"
    next: str = "cursors.next"

    def first(self) -> Params:
        return [(self.limit, self.per_page)]

    def after(self, page: Raw) -> Params | None:
        at = found(page, self.next)
        return (
            None if at.value is None or at.value == "" else [(self.limit, self.per_page), (self.after_name, at.as_id())]
        )


@dataclass(frozen=True, slots=True)
class Link:
    """Pages by an address that the page before tells. Only its query is taken: behind a proxy the rest is wrong."""

    items: str
    next: str = "next"
    start: Params = ()

    def first(self) -> Params:
        return self.start

    def after(self, page: Raw) -> Params | None:
        at = found(page, self.next)
        if at.value is None or at.value == "":
            return None
        try:
            return parse_qsl(urlsplit(at.as_text()).query, keep_blank_values=True)
        except ValueError:
            raise at.unfit("an address") from None


@dataclass(frozen=True, slots=True)
class Whole:
    """All of it in one answer."""

    items: str = ""

    def first(self) -> Params:
        return []

    def after(self, page: Raw) -> Params | None:
        return None


Numbered: TypeAlias = PageNumber | Offset
"""Any page can be asked for, so pages are fetched side by side where the number of things is told."""

Chained: TypeAlias = Cursor | Link | Whole
"""Each page tells which is the next."""

Paging: TypeAlias = Numbered | Chained


def found(raw: Raw, path: str) -> Raw:
    """What stands at a path; null where a part of it is absent."""
    for key in path.split(".") if path else ():
        if raw.value is None:
            return raw
        raw = raw.at(key)
    return raw
