"""Walks a list from its first page to its last, and notices when what it reads is not the whole list."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from dashgraph.domain.problems import ScanLimitExceeded, SourceFailed
from dashgraph.sources.rest.addresses import Params
from dashgraph.sources.rest.answers import Answer, Raw
from dashgraph.sources.rest.paging import Chained, Numbered, Offset, PageNumber, Paging, found

T = TypeVar("T")

Ask: TypeAlias = Callable[[Params], Awaitable[Answer]]
Key: TypeAlias = Callable[[Any], Hashable | None]


@dataclass(frozen=True, slots=True)
class Page:
    body: Raw
    items: Sequence[Any]
    keys: Sequence[Hashable | None]  # of its things, None where nothing tells
    total: int | None


class Walk:
    """One walk. `ask` fetches the page of these parameters, `key` tells things apart, at most `most` may come.

    A key of None tells nothing of that thing.
    """

    def __init__(self, paging: Paging, ask: Ask, *, source: str, most: int, key: Key | None = None) -> None:
        self._paging = paging
        self._ask = ask
        self._source = source
        self._most = most
        self._key = key

    async def items(self) -> list[Any]:
        """All things in order, each once as far as the key tells."""
        return self._distinct(await self.pages())

    async def pages(self) -> list[Page]:
        """All pages in order, of one state of the list as far as can be told."""
        if not isinstance(self._paging, PageNumber | Offset):
            return await self._chained(self._paging)
        for _ in range(2):
            pages = await self._numbered(self._paging)
            if self._is_whole(pages):
                return pages
        message = f"{self._source} told of more things in a list than it gave, twice; somebody may be changing it."
        raise SourceFailed(message, source=self._source)

    async def _chained(self, paging: Chained) -> list[Page]:
        read = _Read(self)
        asked: list[Params] = []
        params: Params | None = paging.first()
        while params is not None:
            if params in asked:
                raise self.replayed()
            asked.append(params)
            page = await self._page(params)
            read.take(page)
            params = paging.after(page.body)
        return read.pages

    async def _numbered(self, paging: Numbered) -> list[Page]:
        first = await self._page(paging.asking(page=0, start=0))
        if first.total is None:
            return await self._until_empty(paging, first)
        if first.total > self._most:
            raise self.too_long()
        width = len(first.items)  # a system may cut its pages shorter than it was asked to
        count = math.ceil(first.total / width) if width else 1
        rest = [self._page(paging.asking(page=page, start=page * width)) for page in range(1, count)]
        pages = [first, *await side_by_side(rest)]
        if len({page.total for page in pages}) > 1:
            return pages  # the list moved; pages may well come twice
        read = _Read(self)
        for page in pages:
            read.take(page)
        return read.pages

    async def _until_empty(self, paging: Numbered, page: Page) -> list[Page]:
        read = _Read(self)
        while page.items:
            read.take(page)
            if paging.short_page_ends and len(page.items) < paging.per_page:
                break
            page = await self._page(paging.asking(page=len(read.pages), start=read.count))
        return read.pages or [page]

    def _is_whole(self, pages: Sequence[Page]) -> bool:
        """Whether as many came as were told of. Without a key a list that moves at all may hold a thing twice."""
        total = pages[0].total
        if total is None:
            return True
        moved = any(page.total is None or page.total < total for page in pages)
        if self._key is None:
            moved = any(page.total != total for page in pages)
        return not moved and len(self._distinct(pages)) >= total

    def _distinct(self, pages: Sequence[Page]) -> list[Any]:
        seen: set[Hashable] = set()
        distinct = []
        for key, item in ((key, item) for page in pages for key, item in zip(page.keys, page.items, strict=True)):
            if key is None or key not in seen:
                distinct.append(item)
            seen.add(key)
        return distinct

    async def _page(self, params: Params) -> Page:
        body = (await self._ask(params)).raw()
        items = found(body, self._paging.items).each()
        total = None
        if isinstance(self._paging, PageNumber | Offset) and self._paging.total is not None:
            at = found(body, self._paging.total)
            total = None if at.value is None else at.as_whole()
        return Page(body, [one.value for one in items], [self._told_apart(one) for one in items], total)

    def _told_apart(self, item: Raw) -> Hashable | None:
        if self._key is None:
            return None
        try:
            key = self._key(item.value)
            hash(key)
        except (KeyError, TypeError, AttributeError):
            raise item.unfit("a thing with an id") from None
        return key

    def replayed(self) -> SourceFailed:
        message = f"{self._source} answered one page of a list again and again; what it has after it cannot be read."
        return SourceFailed(message, source=self._source)

    def too_long(self) -> ScanLimitExceeded:
        message = f"{self._source} has more than {self.most} things in this list; ask for less, with a filter."
        return ScanLimitExceeded(message, source=self._source)

    @property
    def most(self) -> int:
        return self._most


class _Read:
    """The pages that came so far. One that says nothing new is an error: taken for an end, it would hide the rest."""

    def __init__(self, walk: Walk) -> None:
        self.pages: list[Page] = []
        self.count = 0
        self._walk = walk
        self._keys: set[Hashable] = set()

    def take(self, page: Page) -> None:
        keys = {*page.keys} - {None}
        again = any(page.items == before.items for before in (*self.pages[:1], *self.pages[-1:]))
        if page.items and (again or (keys and keys <= self._keys)):
            raise self._walk.replayed()
        self._keys |= keys
        self.pages.append(page)
        self.count += len(page.items)
        if self.count > self._walk.most:
            raise self._walk.too_long()


async def side_by_side(questions: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """All answers in order. When one fails, the others are given up."""
    tasks = [asyncio.create_task(question) for question in questions]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
