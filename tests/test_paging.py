"""Walking lists: every row once, in order, whatever happens in between."""

from contextlib import suppress
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from company import Company
from conftest import Asking
from dashgraph.domain.dashboards import DASHBOARDS, DashboardSort
from dashgraph.domain.lists import LARGEST_PAGE, Position
from dashgraph.domain.problems import BadCursor
from dashgraph.domain.text import fold
from dashgraph.domain.users import UserSort
from dashgraph.graph.paging import read_cursor, write_cursor
from dashgraph.store.tables import folders, users

WALK = """query($first: Int, $after: String, $last: Int, $before: String, $sort: FolderSort!) {
    folders(first: $first, after: $after, last: $last, before: $before, sort: $sort) {
        totalCount edges { cursor node { nativeId } } pageInfo { hasNextPage hasPreviousPage
        startCursor endCursor } } }"""


async def page(asking: Asking, sort: str = "NAME_ASC", **window: Any) -> dict[str, Any]:
    viewer = await asking.viewer("owner@x.example")
    found: dict[str, Any] = (await asking.data(viewer, WALK, sort=sort, **window))["folders"]
    return found


def names(connection: dict[str, Any]) -> list[str]:
    return [edge["node"]["nativeId"] for edge in connection["edges"]]


async def forward(asking: Asking, size: int, sort: str) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        one = await page(asking, sort, first=size, after=after)
        assert one["pageInfo"]["hasPreviousPage"] is (after is not None)
        found += names(one)
        if not one["pageInfo"]["hasNextPage"]:
            return found
        after = one["pageInfo"]["endCursor"]


async def backward(asking: Asking, size: int, sort: str) -> list[str]:
    found: list[str] = []
    before = None
    while True:
        one = await page(asking, sort, last=size, before=before)
        assert one["pageInfo"]["hasNextPage"] is (before is not None)
        found = names(one) + found
        if not one["pageInfo"]["hasPreviousPage"]:
            return found
        before = one["pageInfo"]["startCursor"]


@pytest.fixture
async def shelf(empty: Asking) -> Asking:
    """Ten folders, several of one name."""
    company = Company(empty.world.database)
    await company.user("owner")
    for number, name in enumerate(["b", "a", "b", "C", "ä", "z", "b", "", "é", "a"]):
        row = {"id": f"f{number}", "name": name, "name_key": fold(name), "owner_id": "owner"}
        stamp = {"created_at": company._now, "updated_at": company._now}
        await company._write(insert(folders).values(**row, **stamp))
    return empty


ORDER = ["f7", "f1", "f4", "f9", "f0", "f2", "f6", "f3", "f8", "f5"]  # without case and accents, ties by id


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10, 100])
async def test_every_page_size_walks_the_same_rows_in_both_directions(shelf: Asking, size: int) -> None:
    assert await forward(shelf, size, "NAME_ASC") == ORDER
    assert await backward(shelf, size, "NAME_ASC") == ORDER
    descending = ["f5", "f8", "f3", "f0", "f2", "f6", "f1", "f4", "f9", "f7"]  # ties go up all the same
    assert await forward(shelf, size, "NAME_DESC") == descending
    assert await backward(shelf, size, "NAME_DESC") == descending
    assert await forward(shelf, size, "ID_DESC") == sorted(ORDER, reverse=True)


async def test_an_empty_page_can_be_asked_for(shelf: Asking) -> None:
    assert await page(shelf, first=0) == {
        "totalCount": 10,
        "edges": [],
        "pageInfo": {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


async def test_a_window_between_two_cursors(shelf: Asking) -> None:
    whole = await page(shelf, first=100)
    cursors = [edge["cursor"] for edge in whole["edges"]]

    between = await page(shelf, first=100, after=cursors[2], before=cursors[6])
    from_the_end = await page(shelf, last=2, after=cursors[2], before=cursors[6])

    assert names(between) == ORDER[3:6]
    assert names(from_the_end) == ORDER[4:6]


async def test_rows_that_come_and_go_neither_repeat_nor_hide_others(shelf: Asking) -> None:
    first = await page(shelf, first=4)
    seen = names(first)
    company = Company(shelf.world.database)
    await company._write(delete(folders).where(folders.c.id.in_(["f9", "f1", "f2"])))
    for one in ("aa", "y"):  # one before the place of the walk, one after
        await company.folder(one, "owner")

    rest = await page(shelf, first=100, after=first["pageInfo"]["endCursor"])

    assert seen == ["f7", "f1", "f4", "f9"]
    assert names(rest) == ["aa", "f0", "f6", "f3", "f8", "y", "f5"]


async def test_rows_without_a_value_come_last_in_both_directions(empty: Asking) -> None:
    company = Company(empty.world.database)
    await company.user("owner", "admin")
    for name in ("a", "b", "c", "d"):
        await company.user(name)
    for name in ("a", "c"):
        await company._write(update(users).where(users.c.id == name).values(last_login_at=company._tick()))
    walk = """query($sort: UserSort!, $first: Int, $after: String, $last: Int, $before: String) {
        users(sort: $sort, first: $first, after: $after, last: $last, before: $before) {
            edges { cursor node { nativeId } } pageInfo { hasNextPage } } }"""
    viewer = await empty.viewer("owner@x.example")

    for sort, expected in (("LAST_LOGIN_AT_ASC", "a c b d owner"), ("LAST_LOGIN_AT_DESC", "c a b d owner")):
        for size in (1, 2, 3):
            found: list[str] = []
            after = None
            while True:
                one = (await empty.data(viewer, walk, sort=sort, first=size, after=after))["users"]
                found += names(one)
                if not one["pageInfo"]["hasNextPage"]:
                    break
                after = one["edges"][-1]["cursor"]
            assert found == expected.split()
            cursor = one["edges"][-1]["cursor"]
            ahead = (await empty.data(viewer, walk, sort=sort, last=size, before=cursor))["users"]
            assert names(ahead) == expected.split()[:-1][-size:]


@pytest.mark.parametrize(
    ("window", "code"),
    [
        ("first: 1000", "BAD_USER_INPUT"),
        (f"first: {LARGEST_PAGE + 1}", "BAD_USER_INPUT"),
        ("first: -1", "BAD_USER_INPUT"),
        ("last: 101", "BAD_USER_INPUT"),
        ("first: 1, last: 1", "BAD_USER_INPUT"),
        ('after: "nonsense"', "BAD_CURSOR"),
        ('after: "bm9uc2Vuc2U"', "BAD_CURSOR"),
        ('before: ""', "BAD_CURSOR"),
        ('after: "é"', "BAD_CURSOR"),
    ],
)
async def test_a_window_that_cannot_be_is_refused_with_its_argument_named(
    empty: Asking, window: str, code: str
) -> None:
    await Company(empty.world.database).user("owner")

    answer = await empty.answer(
        await empty.viewer("owner@x.example"), f"{{ folders({window}) {{ totalCount }} viewer {{ scopes }} }}"
    )

    [error] = answer["errors"]
    assert error["extensions"]["code"] == code
    assert error["path"] == ["folders"]
    assert answer["data"]["folders"] is None
    assert answer["data"]["viewer"]["scopes"]


async def test_a_cursor_of_another_list_or_order_is_refused(shelf: Asking) -> None:
    cursor = (await page(shelf, first=1))["pageInfo"]["endCursor"]
    viewer = await shelf.viewer("owner@x.example")
    for query in (
        f'{{ folders(after: "{cursor}", sort: NAME_DESC) {{ edges {{ cursor }} }} }}',
        f'{{ groups(after: "{cursor}") {{ edges {{ cursor }} }} }}',
    ):
        [error] = await shelf.errors(viewer, query)
        assert error["extensions"] == {"code": "BAD_CURSOR", "argument": "after"}


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(value=TEXTS | st.none(), source=TEXTS, tie=TEXTS)
def test_a_cursor_brings_back_its_position(value: str | None, source: str, tie: str) -> None:
    position = Position(value, source, tie)
    text = write_cursor(DASHBOARDS, DashboardSort.TITLE_ASC, position)
    assert read_cursor(DASHBOARDS, DashboardSort.TITLE_ASC, text, "after") == position


@given(value=st.datetimes(timezones=st.just(UTC)))
def test_a_cursor_of_a_moment_brings_it_back(value: Any) -> None:
    text = write_cursor(DASHBOARDS, UserSort.CREATED_AT_ASC, Position(value, "local", "x"))
    assert read_cursor(DASHBOARDS, UserSort.CREATED_AT_ASC, text, "after").value == value


@given(st.text())
def test_any_text_is_a_cursor_or_a_clear_refusal(text: str) -> None:
    for sort in (DashboardSort.TITLE_ASC, DashboardSort.UPDATED_AT_DESC):
        with suppress(BadCursor):  # and nothing else
            read_cursor(DASHBOARDS, sort, text, "after")
