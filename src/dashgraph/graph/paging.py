"""Relay connections: the arguments, the cursors, and the page behind them."""

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar, cast

import strawberry
from strawberry import UNSET

from dashgraph.domain.ids import ResourceId
from dashgraph.domain.lists import (
    DEFAULT_PAGE,
    LARGEST_PAGE,
    Entry,
    Listing,
    Page,
    Position,
    Sort,
    SortValue,
    Window,
    Wish,
)
from dashgraph.domain.problems import BadCursor, BadInput, Problem
from dashgraph.domain.text import storable
from dashgraph.graph.loaders import Loaders
from dashgraph.graph.nodes import shape

N = TypeVar("N")

First = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many from the start: {DEFAULT_PAGE} when nothing is said, at most {LARGEST_PAGE}."
    ),
]
After = Annotated[str | None, strawberry.argument(description="Go on after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description=f"How many from the end instead, at most {LARGEST_PAGE}.")]
Before = Annotated[str | None, strawberry.argument(description="Stop before this cursor.")]


@strawberry.federation.type(shareable=True, description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether more follows. Also true when a source that did not answer might have more."
    )
    has_previous_page: bool = strawberry.field(description="Whether something comes before.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge; null in an empty page.")
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last edge: give it as `after` to go on. Null in an empty page."
    )


@strawberry.type(description="A source that is missing from a page.")
class SourceError:
    source: str | None = strawberry.field(description="The name of the source.")
    code: str = strawberry.field(description="The kind of problem, as in `extensions.code` of an error.")
    message: str = strawberry.field(description="What happened and what can be done.")


@strawberry.type(description="One item of a list, and its place in it.")
class Edge(Generic[N]):
    node: N = strawberry.field(description="The item.")
    cursor: str = strawberry.field(description="Its place: give it as `after` or `before`.")


class Asked:
    """A list that was asked for. Its page and its count are fetched when, and only if, they are selected."""

    def __init__(
        self,
        loaders: Loaders,
        listing: Listing[Any],
        wish: Wish,
        *,
        page: Callable[[], Awaitable[Page[Any]]],
        count: Callable[[], Awaitable[int | None]],
        missing: Callable[[Problem], None] = lambda problem: None,
        source: str | None = None,
    ) -> None:
        """`missing` is told of each source that is missing from the page, once.

        `source` is named where the list is a root list of one source.
        """
        self.loaders = loaders
        self.listing = listing
        self.wish = wish
        self.count = count
        self.source = source
        self.shape = shape(loaders)
        self._fetch = page
        self._missing = missing
        self._page: asyncio.Future[Page[Any]] | None = None

    async def page(self) -> Page[Any]:
        if self._page is None:
            self._page = asyncio.ensure_future(self._fetched())
        return await self._page

    async def _fetched(self) -> Page[Any]:
        page = await self._fetch()
        for problem in page.problems:
            self._missing(problem)
        return page

    def cursor_of(self, entry: Entry[Any]) -> str:
        return write_cursor(self.listing, self.wish.sort, entry.position)


@strawberry.type(description="A page of a list.")
class Connection(Generic[N]):
    asked: strawberry.Private[Asked]

    @strawberry.field(description="The items of the page, in order.")
    async def edges(self) -> list[Edge[N]]:
        page = await self.asked.page()
        return [Edge(node=self.asked.shape(entry.item), cursor=self.asked.cursor_of(entry)) for entry in page.entries]

    @strawberry.field(description="Where the page stands in the list.")
    async def page_info(self) -> PageInfo:
        return page_info(self.asked, await self.asked.page())

    @strawberry.field(
        description="How many items the whole list has, whatever the page. Counted only when selected; "
        "null when a source cannot tell."
    )
    async def total_count(self) -> int | None:
        return await self.asked.count()

    @strawberry.field(description="The sources that are missing from this page, and why.")
    async def source_errors(self) -> list[SourceError]:
        return source_errors(await self.asked.page())


def page_info(asked: Asked, page: Page[Any]) -> PageInfo:
    cursors = [asked.cursor_of(entry) for entry in (*page.entries[:1], *page.entries[-1:])]
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


def source_errors(page: Page[Any]) -> list[SourceError]:
    return [
        SourceError(source=_source_of(problem), code=problem.code, message=problem.message) for problem in page.problems
    ]


def _source_of(problem: Problem) -> str | None:
    source = problem.facts.get("source")
    return source if isinstance(source, str) else None


def under(
    loaders: Loaders,
    listing: Listing[Any],
    parent: ResourceId,
    window: Sequence[Any],
    *,
    sort: Sort,
    filter: object = None,
) -> Connection[Any]:
    """The connection for what hangs off a parent. `window` is first, after, last, before."""
    loaders.viewer.require(listing.scope)  # whatever of it is selected
    wish = Wish(sort, read_window(listing, sort, *window), filter)
    return Connection(
        asked=Asked(
            loaders,
            listing,
            wish,
            page=lambda: loaders.page(listing, parent, wish),
            count=lambda: loaders.count(listing, parent, wish),
        )
    )


def rooted(
    loaders: Loaders,
    listing: Listing[Any],
    window: Sequence[Any],
    *,
    sources: list[str] | None,
    sort: Sort,
    filter: object = None,
    missing: Callable[[Problem], None] = lambda problem: None,
    all_of_them: bool = False,
) -> Asked:
    """A root list, over all sources or those named. `all_of_them` makes it fail when one of them is missing."""
    loaders.viewer.require(listing.scope)  # whatever of it is selected
    wish = Wish(sort, read_window(listing, sort, *window), filter)

    named = sources or loaders.reading.sources()

    async def page() -> Page[Any]:
        found = await loaders.reading.page(loaders.viewer, listing, wish, sources or None)
        if all_of_them and found.problems:
            raise found.problems[0]
        return found

    return Asked(
        loaders,
        listing,
        wish,
        page=page,
        count=lambda: loaders.reading.count(loaders.viewer, listing, wish, sources or None),
        missing=missing,
        source=named[0] if len(named) == 1 else None,
    )


def read_window(
    listing: Listing[Any],
    sort: Sort,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Window:
    """The window that the arguments mean, None and UNSET both meaning that nothing was said.

    Raises BadInput or BadCursor, naming the argument.
    """
    first, after, last, before = (None if given is UNSET else given for given in (first, after, last, before))  # type: ignore[assignment]
    if first is not None and last is not None:
        message = "Give `first` or `last`, not both: a page is counted from one end."
        raise BadInput(message)
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= LARGEST_PAGE:
            message = f"`{name}` is at least 0 and at most {LARGEST_PAGE}; go on with `after` for more."
            raise BadInput(message, argument=name)
    size = first if first is not None else last
    return Window(
        size=DEFAULT_PAGE if size is None else size,
        backward=last is not None,
        after=None if after is None else read_cursor(listing, sort, after, "after"),
        before=None if before is None else read_cursor(listing, sort, before, "before"),
    )


def write_cursor(listing: Listing[Any], sort: Sort, position: Position) -> str:
    """A cursor names its list and sort order, so that it cannot be used for another by mistake."""
    value: Any = position.value
    if isinstance(value, datetime):
        value = {"t": value.isoformat()}
    text = json.dumps(
        [listing.name, sort.value, value, position.source, position.tie],
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read_cursor(listing: Listing[Any], sort: Sort, text: str, argument: str) -> Position:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        name, order, value, source, tie = json.loads(raw.decode())
        if isinstance(value, dict):
            value = datetime.fromisoformat(value["t"]).astimezone(UTC)
    except (binascii.Error, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        message = f"`{argument}` is not a cursor that dashgraph gave out; start the list again without it."
        raise BadCursor(message, argument=argument) from None
    texts = [part for part in (value, source, tie) if isinstance(part, str)]
    if (
        (name, order) != (listing.name, sort.value)
        or not isinstance(value, _value_type(sort) | None)
        or not (isinstance(source, str) and isinstance(tie, str))
        or not all(storable(part) for part in texts)
    ):
        message = f"`{argument}` is a cursor of another list or sort order; start the list again without it."
        raise BadCursor(message, argument=argument)
    return Position(cast("SortValue", value), source, tie)


def _value_type(sort: Sort) -> type:
    """What the values of a sort key are; a cursor that says otherwise was made up."""
    if sort.key.endswith("_at"):
        return datetime
    return int if sort.key in {"position", "number"} else str
