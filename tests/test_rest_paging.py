"""A list is walked from its first page to its last, and nothing is left out in silence."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from dashgraph.app.fakes.kit import Wrong
from dashgraph.domain.problems import ScanLimitExceeded, SourceFailed
from dashgraph.sources.rest.answers import Answer
from dashgraph.sources.rest.paging import Cursor, Link, Offset, PageNumber, Paging, Whole
from dashgraph.sources.rest.walking import Walk
from upstream import Upstream, asking, said


class Library(Upstream):
    """A list of dashboards, paged in every way that there is. It never gives more than `cap` at once."""

    def __init__(self, count: int, *, cap: int = 100) -> None:
        super().__init__(answering=self.page)
        self.things = [{"id": number} for number in range(count)]
        self.cap = cap

    async def page(self, request: web.Request) -> web.Response:
        asked = {key: int(value) for key, value in request.query.items() if value.isdigit()}
        size = min(asked.get("pageSize", asked.get("limit", 10)), self.cap)
        start = asked.get("offset", asked.get("after", (asked.get("page", 1) - 1) * size))
        rows = self.rows(request, self.things, start, size)
        after = start + size
        more = after < len(self.things)
        return said(
            {
                "results": rows,
                "count": len(self.things),
                "cursors": {"next": str(after) if more else None},
                "next": f"http://inside.example:1/api/dashboards?limit={size}&offset={after}&q=a+b" if more else None,
            }
        )


def by_id(thing: Any) -> object:
    return thing["id"]


WAYS: dict[str, Paging] = {
    "page number with total": PageNumber(10, "results", total="count"),
    "page number": PageNumber(10, "results"),
    "offset with total": Offset(10, "results", total="count"),
    "offset": Offset(10, "results"),
    "cursor": Cursor(10, "results"),
    "link": Link("results", start=[("limit", 10)]),
}
CALLS = {
    "page number with total": 3, "page number": 4, "offset with total": 3, "offset": 4, "cursor": 3, "link": 3,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
async def test_every_thing_comes_once_and_in_order_with_so_many_calls(way: str) -> None:
    library = Library(25)

    async with asking(library) as rest:
        things = await rest.each_page(WAYS[way], "/api/dashboards", [("q", "a b")])

    assert things == library.things
    assert len(library.calls) == CALLS[way]
    assert all("q=a+b" in line and line.count("q=") == 1 for line in library.lines)
    assert all(line.startswith("GET /api/dashboards?") for line in library.lines)


async def test_a_system_that_is_known_to_fill_its_pages_is_spared_the_last_question() -> None:
    library = Library(25)

    async with asking(library) as rest:
        assert len(await rest.each_page(Offset(10, "results", short_page_ends=True), "/x")) == 25

    assert len(library.calls) == 3


async def test_all_of_it_in_one_answer_is_one_call() -> None:
    upstream = Upstream(lambda: said([{"id": 1}, {"id": 2}]))

    async with asking(upstream) as rest:
        assert await rest.each_page(Whole(), "/api/folders") == [{"id": 1}, {"id": 2}]

    assert upstream.lines == ["GET /api/folders"]


async def test_a_list_may_be_asked_for_in_another_way_than_by_get() -> None:
    async def searched(request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        return said({"items": [{"id": at} for at in range(body["skip"], min(25, body["skip"] + body["limit"]))]})

    upstream = Upstream(answering=searched)
    async with asking(upstream) as rest:
        things = await rest.each_page(
            Offset(10, "items", offset="skip"),
            "/api/searches",
            ask=lambda page: rest.send("POST", "/api/searches", json=dict(page), repeatable=True),
        )

    assert things == [{"id": at} for at in range(25)]
    assert upstream.lines == ["POST /api/searches"] * 4


@pytest.mark.parametrize("way", WAYS)
async def test_a_page_that_comes_again_is_an_error_and_no_end(way: str) -> None:
    for key in (None, by_id):
        library = Library(25)
        library.board.switch_on(Wrong.REPLAY)
        async with asking(library) as rest:
            with pytest.raises(SourceFailed, match="again and again"):
                await rest.each_page(WAYS[way], "/api/dashboards", key=key)


async def test_a_cursor_that_comes_again_is_an_error_even_when_the_page_is_new() -> None:
    pages = iter(range(100))
    upstream = Upstream(lambda: said({"results": [{"id": next(pages)}], "cursors": {"next": "same"}}))

    async with asking(upstream) as rest:
        with pytest.raises(SourceFailed, match="again and again"):
            await rest.each_page(Cursor(1, "results"), "/x")

    assert len(upstream.calls) == 2


async def test_a_page_without_things_is_no_end_where_a_cursor_follows() -> None:
    pages = iter([([], "2"), ([{"id": 1}], "3"), ([], None)])

    def page() -> web.Response:
        rows, cursor = next(pages)
        return said({"results": rows, "cursors": {"next": cursor}})

    async with asking(Upstream(page)) as rest:
        assert await rest.each_page(Cursor(1, "results"), "/x") == [{"id": 1}]


@pytest.mark.parametrize("way", ["page number with total", "offset with total"])
async def test_a_list_that_shrinks_while_it_is_read_is_read_once_more(way: str) -> None:
    for times, whole in ((1, True), (None, False)):
        library = Library(25)
        library.board.switch_on(Wrong.SHRINK, times=times)
        async with asking(library, concurrency=1) as rest:
            if whole:
                assert await rest.each_page(WAYS[way], "/x", key=by_id) == library.things
            else:
                with pytest.raises(SourceFailed, match="more things in a list than it gave, twice"):
                    await rest.each_page(WAYS[way], "/x", key=by_id)
        assert len(library.calls) == 6


async def test_a_list_that_grows_in_front_gives_each_thing_once() -> None:
    library = Library(25)

    async def growing(request: web.Request) -> web.Response:
        answer = await library.page(request)
        if len(library.calls) == 0:
            library.things.insert(0, {"id": 99})
        return answer

    library.answering = growing
    async with asking(library) as rest:
        things = await rest.each_page(Offset(10, "results", total="count"), "/x", key=by_id)

    assert things == [{"id": number} for number in range(25)], "the new one was not there when the walk began"
    assert len(library.calls) == 3


@pytest.mark.parametrize("way", WAYS)
async def test_a_list_that_is_too_long_is_an_error_and_not_a_short_list(way: str) -> None:
    library = Library(25)

    async with asking(library, scan_limit=24) as rest:
        with pytest.raises(ScanLimitExceeded, match="finance has more than 24 things") as raised:
            await rest.each_page(WAYS[way], "/x")
    async with asking(Library(25), scan_limit=25) as rest:
        assert len(await rest.each_page(WAYS[way], "/x")) == 25

    assert raised.value.facts == {"source": "finance"}
    assert len(library.calls) == (1 if "total" in way else 3)


async def test_the_first_page_that_fails_ends_the_walk() -> None:
    library = Library(95)
    library.board.switch_on(Wrong.ERROR, "page=3", status=400)

    async with asking(library, concurrency=2) as rest:
        with pytest.raises(Exception, match="finance does not take this"):
            await rest.each_page(WAYS["page number with total"], "/x")

    assert len(library.calls) < 6


async def test_what_is_no_list_is_told_by_its_place() -> None:
    for answer, place in (
        ({"results": {}}, "results is not a list"),
        ([["what"], 7, None], "the whole of it is not an"),
    ):
        async with asking(Upstream(lambda answer=answer: said(answer))) as rest:
            with pytest.raises(SourceFailed, match=place):
                await rest.each_page(Offset(10, "results", total="count"), "/x")


@pytest.mark.parametrize("thing", [7, {}, {"id": [1]}, None])
async def test_a_thing_without_an_id_is_told_by_its_place(thing: Any) -> None:
    async with asking(Upstream(lambda: said([{"id": 1}, thing]))) as rest:
        with pytest.raises(SourceFailed, match=r"\[1\] is not a thing with an id"):
            await rest.each_page(Whole(), "/x", key=by_id)


def listed(things: Sequence[Any], cap: int, per_page: int, params: dict[str, Any]) -> dict[str, Any]:
    size = min(per_page, cap)
    start = params.get("offset", params.get("after", (params.get("page", 1) - 1) * size))
    after = int(start) + size
    more = after < len(things)
    link = f"/?limit={size}&offset={after}" if more else None
    rows = list(things[int(start) : after])
    return {"results": rows, "count": len(things), "cursors": {"next": after if more else None}, "next": link}


@settings(max_examples=150)
@given(
    total=st.integers(0, 60), per_page=st.integers(1, 25), cap=st.integers(1, 30), way=st.sampled_from(sorted(WAYS)),
    keyed=st.booleans(),
)  # fmt: skip
async def test_any_list_in_pages_of_any_size_comes_whole_and_once(
    total: int, per_page: int, cap: int, way: str, keyed: bool
) -> None:
    things = [{"id": number} for number in range(total)]

    async def ask(params: Any) -> Answer:
        named = {key: int(value) for key, value in params}
        body = json.dumps(listed(things, cap, per_page, named)).encode()
        return Answer("finance", "/x", 200, {}, body)

    paging = WAYS[way] if isinstance(WAYS[way], Link) else replace(WAYS[way], per_page=per_page)
    walk = Walk(paging, ask, source="finance", most=100, key=by_id if keyed else None)

    assert await walk.items() == things
