"""Several sources in one graph. Two native stores stand for any two: services never know which they speak to."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from company import Company, global_id
from conftest import Stores
from dashgraph.connectors.native import NativeSource
from dashgraph.domain.dashboards import DashboardSort
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Entry, Page, Position, Window, Wish
from dashgraph.domain.problems import BadInput
from dashgraph.domain.roles import RoleKind
from dashgraph.domain.viewers import Viewer
from dashgraph.graph.execution import Executor, Operation
from dashgraph.services.bulk import Bulk
from dashgraph.services.changing import Changing
from dashgraph.services.identity import Identity, scopes_of
from dashgraph.services.passwords import Passwords
from dashgraph.services.reading import Reading, in_order, merge
from dashgraph.services.trail import Trail
from dashgraph.services.watching import Watching
from dashgraph.sources.fleet import Fleet
from dashgraph.store.database import Database, open_database

ADMIN = Viewer(ResourceId("north", Kind.USER, "boss"), RoleKind.ADMIN, scopes_of(RoleKind.ADMIN))


@dataclass
class Pair:
    """A graph over the sources `north` and `south`, and their databases."""

    executor: Executor
    databases: Mapping[str, Database]

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        return (await self.executor.run(Operation(query, variables), ADMIN)).payload


@pytest.fixture
async def pair(stores: Stores) -> AsyncIterator[Pair]:
    databases = {name: open_database(await stores.fresh("empty"), name=name) for name in ("north", "south")}
    for name, database in databases.items():
        company = Company(database)
        await company.user("boss", "admin")
        for number in range(6):
            await company.dashboard(f"{name}{number}", "boss", title=f"plan {number // 2}", tiles=("a",))
    fleet = Fleet(NativeSource(database) for database in databases.values())
    north = databases["north"]
    changing = Changing(fleet, Trail(north))
    passwords = Passwords(north, Identity(north), changing)
    executor = Executor(Reading(fleet), changing, passwords, Watching(north), Bulk(changing))
    yield Pair(executor, databases)
    for database in databases.values():
        await database.close()


LIST = """query($first: Int, $after: String, $last: Int, $before: String, $sources: [String!], $sort: DashboardSort!) {
    dashboards(first: $first, after: $after, last: $last, before: $before, sources: $sources, sort: $sort, scope: ALL) {
        totalCount edges { node { title nativeId source { name } } } sourceErrors { source code message }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


def names(answer: dict[str, Any]) -> list[str]:
    return [edge["node"]["nativeId"] for edge in answer["data"]["dashboards"]["edges"]]


MERGED = [f"{source}{number}" for pair in ((0, 1), (2, 3), (4, 5)) for source in ("north", "south") for number in pair]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 12, 100])
async def test_one_cursor_walks_all_sources_in_one_order(pair: Pair, size: int) -> None:
    for sort in ("TITLE_ASC", "TITLE_DESC"):
        walked: list[str] = []
        after = None
        while True:
            answer = await pair.answer(LIST, first=size, after=after, sort=sort)
            assert answer["data"]["dashboards"]["totalCount"] == 12
            walked += names(answer)
            if not answer["data"]["dashboards"]["pageInfo"]["hasNextPage"]:
                break
            after = answer["data"]["dashboards"]["pageInfo"]["endCursor"]
        backward: list[str] = []
        before = None
        while True:
            answer = await pair.answer(LIST, last=size, before=before, sort=sort)
            backward = names(answer) + backward
            if not answer["data"]["dashboards"]["pageInfo"]["hasPreviousPage"]:
                break
            before = answer["data"]["dashboards"]["pageInfo"]["startCursor"]
        descending = [*MERGED[8:], *MERGED[4:8], *MERGED[:4]]
        assert walked == backward == (MERGED if sort == "TITLE_ASC" else descending)


async def test_sources_can_be_named_and_unknown_ones_are_an_error(pair: Pair) -> None:
    only = await pair.answer(LIST, first=100, sort="ID_ASC", sources=["south"])
    unknown = await pair.answer(LIST, first=100, sort="ID_ASC", sources=["west"])

    assert names(only) == [f"south{number}" for number in range(6)]
    assert unknown["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "north, south" in unknown["errors"][0]["message"]


async def test_a_dead_source_costs_its_own_nodes_and_the_answer_says_so(pair: Pair) -> None:
    await drop(pair.databases["south"])
    query = """query($ids: [ID!]!) { nodes(ids: $ids, scope: ALL) { ... on Dashboard { title } }
        sources { name status { health } } }"""
    ids = [global_id(Kind.DASHBOARD, f"{source}0", source) for source in ("north", "south")]

    listed = await pair.answer(LIST, first=100, sort="ID_ASC")
    fetched = await pair.answer(query, ids=ids)

    assert names(listed) == [f"north{number}" for number in range(6)]
    dashboards = listed["data"]["dashboards"]
    assert [(error["source"], error["code"]) for error in dashboards["sourceErrors"]] == [
        ("south", "SOURCE_UNAVAILABLE")
    ]
    assert dashboards["totalCount"] is None
    assert dashboards["pageInfo"]["hasNextPage"] is True
    assert fetched["data"]["nodes"] == [{"title": "plan 0"}, None]
    assert [error["path"] for error in fetched["errors"]] == [["nodes", 1]]
    assert fetched["errors"][0]["extensions"] == {"code": "SOURCE_UNAVAILABLE", "source": "south", "retryable": True}
    assert [source["status"]["health"] for source in fetched["data"]["sources"]] == ["UP", "DOWN"]


async def drop(database: Database) -> None:
    """Take the database away under the source, as when its disk or server is gone."""
    if database.dialect == "sqlite":
        path = Path(str(database.engine.url.database))
        await database.close()
        path.unlink()  # noqa: ASYNC240 - a file of the test's own
        path.mkdir()  # noqa: ASYNC240
    else:
        name = database.engine.url.database
        await database.close()
        other = open_database(str(database.engine.url.set(database="postgres").render_as_string(hide_password=False)))
        async with other.engine.connect() as connection:
            outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await outside.exec_driver_sql(f"DROP DATABASE {name}")
        await other.close()


async def test_nobody_of_one_source_sees_anything_in_another(pair: Pair) -> None:
    viewer = Viewer(ResourceId("north", Kind.USER, "boss"), RoleKind.EDITOR, scopes_of(RoleKind.EDITOR))
    query = "{ dashboards(first: 100) { edges { node { nativeId } } } }"

    answer = (await pair.executor.run(Operation(query), viewer)).payload

    assert sorted(names(answer)) == [f"north{number}" for number in range(6)]


VALUES = st.none() | st.text(max_size=2)
ROWS = st.lists(
    st.tuples(VALUES, st.sampled_from(["a", "b", "c"]), st.text(min_size=1, max_size=3)), unique_by=lambda r: r[1:]
)


@given(rows=ROWS, size=st.integers(1, 5), sort=st.sampled_from([DashboardSort.TITLE_ASC, DashboardSort.TITLE_DESC]))
def test_merging_sorted_pages_gives_the_first_rows_of_all(rows: Any, size: int, sort: DashboardSort) -> None:
    entries = [Entry(row, Position(*row)) for row in rows]
    whole = in_order(entries, sort)
    pages = []
    for source in "abc":
        own = [entry for entry in whole if entry.position.source == source]
        pages.append(Page(own[:size], has_next=len(own) > size))

    merged = merge(pages, Wish(sort, Window(size)), [])

    assert list(merged.entries) == whole[:size]
    assert merged.has_next is (len(whole) > size)
    values = [entry.position.value for entry in whole]
    present = [value for value in values if value is not None]
    assert values[: len(present)] == present
    assert present == sorted(present, reverse=sort.descending)


async def test_an_unknown_source_names_the_known_ones() -> None:
    with pytest.raises(BadInput, match="no source named 'west'"):
        Fleet([]).named(["west"])


@pytest.mark.parametrize("dry", [True, False])
async def test_many_changes_over_several_sources_are_answered_in_their_order(pair: Pair, dry: bool) -> None:
    delete = """mutation($input: DeleteDashboardsInput!) { deleteDashboards(input: $input) {
        results { deletedId errors { code } operation { item } } } }"""
    names = ("south1", "north1", "nowhere", "north9", "north2")  # the administrator is one of the north
    ids = [global_id(Kind.DASHBOARD, name, name[:5]) for name in names]
    given = {"items": [{"dashboardId": one} for one in ids], "dryRun": dry}

    none = (await pair.answer(delete, input=given))["data"]["deleteDashboards"]["results"]
    some = (await pair.answer(delete, input=given | {"mode": "BEST_EFFORT"}))["data"]["deleteDashboards"]["results"]

    assert [[error["code"] for error in one["errors"]] for one in none] == [["BAD_USER_INPUT"]] * 5
    assert [one["deletedId"] for one in some] == [None, ids[1], None, None, ids[4]]
    codes = [[error["code"] for error in one["errors"]] for one in some]
    assert codes == [["FORBIDDEN"], [], ["BAD_USER_INPUT"], ["NOT_FOUND"], []]
    made = [one["operation"] and one["operation"]["item"] for one in some]
    assert made == ([None] * 5 if dry else [None, 1, None, None, 4])
