"""The native store's rows tell the same as its values: attribute by attribute, for every question and whoever asks."""

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import partial
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, select

from conftest import Asking, Stores
from dashgraph.connectors.native import api, ways
from dashgraph.connectors.native.tables import ATTRIBUTES as OF_COLUMNS
from dashgraph.domain.access import ACCESS_OF_DASHBOARD, ACCESSIBLE_TO_USER, SHARED_WITH_USER
from dashgraph.domain.dashboards import DASHBOARD, DASHBOARDS, DASHBOARDS_OF_FOLDER, DASHBOARDS_OF_OWNER
from dashgraph.domain.folders import CHILDREN_OF_FOLDER, FOLDER, FOLDERS
from dashgraph.domain.groups import GROUP, GROUPS, GROUPS_OF_USER
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Listing, Lookup, Page, Window, Wish
from dashgraph.domain.rows import TIE, VALUE, Columns
from dashgraph.domain.shares import SHARES_OF_DASHBOARD, SHARES_OF_GROUP
from dashgraph.domain.users import USER, USERS, USERS_OF_GROUP
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.domain.widgets import WIDGET, WIDGETS, WIDGETS_OF_DASHBOARD
from dashgraph.sources.port import Source, Tables
from dashgraph.store.among import array_text
from dashgraph.store.database import open_database
from dashgraph.store.prepared import PreparedStatements
from dashgraph.store.tables import users

NORA, READER = "nora@tallgrass.example", "claire.dubois@tallgrass.example"
ROOT_LISTS = {one.of: one for one in (DASHBOARDS, WIDGETS, USERS, GROUPS, FOLDERS)}
SIZE = 7
LOOKUPS = (USER, GROUP, FOLDER, DASHBOARD, WIDGET)
EDGES = (
    WIDGETS_OF_DASHBOARD,
    SHARES_OF_DASHBOARD,
    SHARES_OF_GROUP,
    DASHBOARDS_OF_OWNER,
    DASHBOARDS_OF_FOLDER,
    CHILDREN_OF_FOLDER,
    GROUPS_OF_USER,
    USERS_OF_GROUP,
    ACCESS_OF_DASHBOARD,
    ACCESSIBLE_TO_USER,
    SHARED_WITH_USER,
)
ATTRIBUTES: Mapping[str, Sequence[str]] = {
    **{name: list(columns) for name, columns in OF_COLUMNS.items()},
    **dict.fromkeys(api.PATHS, sorted(ways.ATTRIBUTES)),
}


def told(thing: Any, attribute: str) -> Any:
    """What a row has to tell of a domain value."""
    path, _, kind = attribute.partition(":")
    value = thing
    for part in path.split("."):
        value = None if value is None else getattr(value, part)
    if isinstance(value, ResourceId):
        return value.native if value.kind == (kind or value.kind) else None
    return value.value if isinstance(value, Enum) else value


def rows_of(columns: Columns) -> list[list[Any]]:
    assert len({len(column) for column in columns}) == 1
    return [list(row) for row in zip(*columns, strict=True)]


def expected(question: Lookup[Any] | Listing[Any], things: Sequence[Any]) -> list[list[Any]]:
    return [[told(thing, attribute) for attribute in ATTRIBUTES[question.name]] for thing in things]


async def askers(demo: Asking) -> Sequence[Viewer]:
    admin, reader = await demo.viewer(NORA), await demo.viewer(READER)
    return [admin, admin.within(Reach.ALL), reader]


def native(demo: Asking) -> tuple[Source, Tables]:
    [source] = demo.world.reading._fleet.named(None)
    assert source.tables is not None
    return source, source.tables


async def natives(source: Source, viewer: Viewer, kind: Kind) -> list[str]:
    """Some that there are, and one that there is not."""
    root = ROOT_LISTS[kind]
    page: Page[Any] = await source.page(viewer, root, Wish(root.default, Window(20)))
    return [*(entry.item.id.native for entry in page.entries), "nobody's"]


def test_every_question_is_asked_here() -> None:
    assert {one.name for one in (*LOOKUPS, *EDGES, *ROOT_LISTS.values())} == ATTRIBUTES.keys()


@pytest.mark.parametrize("lookup", LOOKUPS, ids=lambda one: one.name)
async def test_a_thing_is_told_alike(demo: Asking, lookup: Lookup[Any]) -> None:
    source, tables = native(demo)
    for viewer in await askers(demo):
        ids = await natives(source, await demo.viewer(NORA), lookup.of)
        things: Mapping[str, Any] = await source.things(viewer, lookup, ids)
        rows = rows_of(await tables.things(viewer, lookup, ids, list(ATTRIBUTES[lookup.name])))
        found = {row[0]: row for row in rows}
        assert found == dict(zip(things, expected(lookup, list(things.values())), strict=True))


@pytest.mark.parametrize("listing", ROOT_LISTS.values(), ids=lambda one: one.name)
async def test_a_root_list_is_told_alike(demo: Asking, listing: Listing[Any]) -> None:
    source, tables = native(demo)
    for viewer in await askers(demo):
        for sort in listing.sorts:
            wish = Wish(sort, Window(SIZE))
            page: Page[Any] = await source.page(viewer, listing, wish)
            rows = rows_of(await tables.page(viewer, listing, wish, [*ATTRIBUTES[listing.name], VALUE, TIE]))
            assert (len(rows) > SIZE) == page.has_next
            assert [row[:-2] for row in rows[:SIZE]] == expected(listing, [entry.item for entry in page.entries])
            positions = [(row[-2], row[-1]) for row in rows[:SIZE]]
            assert positions == [(entry.position.value, entry.position.tie) for entry in page.entries]


@pytest.mark.parametrize("listing", EDGES, ids=lambda one: one.name)
async def test_the_lists_of_many_are_told_alike(demo: Asking, listing: Listing[Any]) -> None:
    source, tables = native(demo)
    assert listing.under is not None
    for viewer in await askers(demo):
        parents = await natives(source, await demo.viewer(NORA), listing.under)
        for sort, window in product(listing.sorts, (Window(SIZE), Window(2, backward=True))):
            wish = Wish(sort, window)
            pages: Mapping[str, Page[Any]] = await source.pages(viewer, listing, parents, wish)
            rows = rows_of(await tables.pages(viewer, listing, parents, wish, [*ATTRIBUTES[listing.name], VALUE, TIE]))
            for parent, page in pages.items():
                its = [row for row in rows if row[-1] == parent]
                more = page.has_previous if window.backward else page.has_next
                assert (len(its) > window.size) == more
                shown = its[: window.size][::-1] if window.backward else its[: window.size]
                assert [row[:-3] for row in shown] == expected(listing, [entry.item for entry in page.entries])
                positions = [(entry.position.value, entry.position.tie) for entry in page.entries]
                assert [(row[-3], row[-2]) for row in shown] == positions
        counts: Mapping[str, int] = await source.counts(viewer, listing, parents, wish)
        assert dict(rows_of(await tables.counts(viewer, listing, parents, wish))) == counts


async def test_what_has_no_column_is_not_told(demo: Asking) -> None:
    _, tables = native(demo)
    assert not tables.answers(USERS, ["id", "account.preferences"])
    assert tables.answers(USER, ["id", "name"])


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
async def test_any_texts_go_to_postgresql_and_come_back(stores: Stores) -> None:
    database = open_database(await stores.fresh("empty"))
    texts = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8), max_size=5)
    tried: list[list[str]] = [["a,b", '"', "\\", '\\"', "{}", "NULL", "", " "]]

    @settings(max_examples=200, database=None)
    @given(texts)
    def collect(some: list[str]) -> None:
        tried.append(some)

    collect()
    for some in tried:
        rows = await database.rows("SELECT unnest(CAST($1::TEXT AS TEXT[]))", [array_text(some)])
        assert [row[0] for row in rows] == some
    await database.close()


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
async def test_statements_with_many_values_in_them_are_not_kept(stores: Stores) -> None:
    statements = PreparedStatements(open_database(await stores.fresh("empty")))
    made: list[str] = []

    def make(wanted: str) -> Select[Any]:
        made.append(wanted)
        return select(users.c.id).where(users.c.name == wanted)

    for wanted in ("a name", "a name", "long" * 1000, "long" * 1000):
        prepared = statements.get(wanted, partial(make, wanted))
        assert prepared.rows.parameters == [wanted]
    assert made == ["a name", "long" * 1000, "long" * 1000]
