"""How SQLite goes about each question of the port: by an index, whatever the size of the store."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from sqlalchemy import event

from benchmark.pages import ORDINARY, PLACES, ROOT, Crowd, native, viewer_of
from dashgraph import domain
from dashgraph.connectors.native import api
from dashgraph.connectors.native.source import NativeSource
from dashgraph.domain import access, dashboards, search, trash, widgets
from dashgraph.domain.ids import Kind
from dashgraph.domain.lists import Listing, Lookup, Window, Wish
from dashgraph.domain.viewers import Reach, Viewer
from dashgraph.store.database import Database, open_database
from dashgraph.store.upgrade import upgrade

SIZE = 3000
NOUNS = [import_module(f"dashgraph.domain.{one.name}") for one in iter_modules(domain.__path__)]
ASKED = (
    api.LOOKUPS
    | api.GROUPED
    | api.ROOTS
    | api.EDGES
    | api.PATHS
    | dict.fromkeys((access.PERMISSION.name, search.SEARCH.name))
)
KNOWN = {one.name: one for noun in NOUNS for one in vars(noun).values() if isinstance(one, Lookup | Listing)}
LOOKUPS = [KNOWN[name] for name in ASKED if isinstance(KNOWN[name], Lookup)]
LISTINGS = [KNOWN[name] for name in ASKED if isinstance(KNOWN[name], Listing)]
LARGE = {  # the tables, and names for them
    "dashboards", "editions", "widgets", "shares", "published", "holder", "schedules", "alerts", "targets",
    "recipients", "jobs", "job_log", "job_files", "deliveries",
}  # fmt: skip

# Of everything, in these orders, a page is read off an index and nothing is sorted; other orders read every row.
OFF_AN_INDEX = {
    "dashboards": ("title", "-title", "created_at", "-created_at", "updated_at", "-updated_at", "id", "-id"),
    "widgets": ("title", "-title", "id", "-id"),
    "jobs": ("created_at", "-created_at"),
}


@dataclass
class Planner:
    """A store of modest size without statistics, as they all are, and what it would do for a question."""

    database: Database
    statements: list[tuple[str, Any]]

    def __post_init__(self) -> None:
        crowd = Crowd(SIZE)
        ids = [crowd.dashboard(number * SIZE // 100) for number in range(20)]
        self.source = NativeSource(self.database)
        self.ids = {
            Kind.DASHBOARD: ids,
            Kind.VERSION: [f"{one}/1" for one in ids],
            Kind.SHARE: [f"{one}/group/team" for one in ids],
            Kind.WIDGET: [native("widget", number) for number in range(20)],
            Kind.USER: [ORDINARY, *(native("user", number) for number in range(20))],
            Kind.GROUP: ["team", *(native("group", number) for number in range(20))],
            Kind.FOLDER: [native("folder", number) for number in range(20)],
            Kind.DATASOURCE: PLACES,
        }

    def viewer(self, name: str) -> Viewer:
        viewer = viewer_of(self.database, name)
        return viewer.within(Reach.ALL) if name == ROOT else viewer

    async def plan(self) -> Sequence[Any]:
        """The steps for the statement that was run last."""
        statement, parameters = self.statements[-1]
        async with self.database.reading() as session:
            return (await session.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all()

    async def of_lookup(self, viewer: Viewer, lookup: Lookup[Any]) -> Sequence[Any]:
        await self.source.things(viewer, lookup, self.ids.get(lookup.of, ["none"]))
        return await self.plan()

    async def of_page(self, viewer: Viewer, listing: Listing[Any], wish: Wish) -> Sequence[Any]:
        if listing.under is None:
            await self.source.page(viewer, listing, wish)
        else:
            await self.source.pages(viewer, listing, self.ids.get(listing.under, ["none"]), wish)
        return await self.plan()

    async def of_count(self, viewer: Viewer, listing: Listing[Any], wish: Wish) -> Sequence[Any]:
        if listing.under is None:
            await self.source.count(viewer, listing, wish)
        else:
            await self.source.counts(viewer, listing, self.ids.get(listing.under, ["none"]), wish)
        return await self.plan()


@pytest.fixture(scope="module")
async def planner(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Planner]:
    database = open_database(str(Path(tmp_path_factory.mktemp("plans")) / "store.sqlite3"))
    await upgrade(database)
    await Crowd(SIZE).fill(database)
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield Planner(database, statements)
    await database.close()


def wishes(listing: Listing[Any]) -> list[Wish]:
    wanted = search.SearchFilter("margin", search.SEARCHED) if listing is search.SEARCH else None
    return [Wish(sort, Window(20), wanted) for sort in listing.sorts]


def scanned(plan: Sequence[Any]) -> set[str]:
    """What is read from end to end, with or without the help of an index."""
    return {step.detail.split()[1] for step in plan if step.detail.startswith("SCAN ")}


def loops(plan: Sequence[Any]) -> list[int]:
    """Where something is read from end to end for each row of something else that is."""
    scans = Counter(step.parent for step in plan if step.detail.startswith("SCAN ") and "VIRTUAL" not in step.detail)
    return [parent for parent, times in scans.items() if times > 1]


def described(plan: Sequence[Any]) -> str:
    return "\n".join(step.detail for step in plan)


async def test_no_lookup_reads_a_large_table_from_end_to_end(planner: Planner) -> None:
    for name in (ORDINARY, ROOT):
        for lookup in LOOKUPS:
            plan = await planner.of_lookup(planner.viewer(name), lookup)
            assert not scanned(plan) & LARGE, (name, lookup.name, described(plan))
            assert not loops(plan), (name, lookup.name, described(plan))


async def test_no_list_of_a_viewer_reads_a_large_table_from_end_to_end(planner: Planner) -> None:
    viewer = planner.viewer(ORDINARY)
    for listing in LISTINGS:
        for wish in wishes(listing):
            for plan in (await planner.of_page(viewer, listing, wish), await planner.of_count(viewer, listing, wish)):
                assert not scanned(plan) & LARGE, (listing.name, wish.sort, described(plan))
                assert not loops(plan), (listing.name, wish.sort, described(plan))


async def test_no_list_under_parents_reads_a_large_table_from_end_to_end_for_administrators(planner: Planner) -> None:
    viewer = planner.viewer(ROOT)
    for listing in LISTINGS:
        for wish in wishes(listing) if listing.under else []:
            for plan in (await planner.of_page(viewer, listing, wish), await planner.of_count(viewer, listing, wish)):
                assert not scanned(plan) & LARGE, (listing.name, wish.sort, described(plan))
                assert not loops(plan), (listing.name, wish.sort, described(plan))


async def test_pages_of_everything_are_read_off_an_index(planner: Planner) -> None:
    viewer = planner.viewer(ROOT)
    for name, sorts in OFF_AN_INDEX.items():
        listing = KNOWN[name]
        for sort in sorts:
            plan = await planner.of_page(viewer, listing, Wish(listing.sorts(sort), Window(20)))
            assert plan[0].detail.startswith(f"SCAN {name} USING INDEX "), (name, sort, described(plan))
            assert "USE TEMP B-TREE FOR ORDER BY" not in described(plan), (name, sort, described(plan))


async def test_the_trash_is_read_off_its_own_index(planner: Planner) -> None:
    """However many dashboards are not in it."""
    viewer = planner.viewer(ROOT)
    for sort in trash.DeletedDashboardSort:
        plan = await planner.of_page(viewer, trash.DELETED_DASHBOARDS, Wish(sort, Window(20)))
        assert " dashboards USING INDEX ix_dashboards_deleted_at_id" in plan[0].detail, (sort, described(plan))
        if sort.key == "deleted_at":
            assert "USE TEMP B-TREE FOR ORDER BY" not in described(plan), (sort, described(plan))


async def test_a_few_widgets_of_a_dashboard_are_read_off_an_index(planner: Planner) -> None:
    """However many there are: none is read to be sorted and left out."""
    wish = Wish(widgets.WidgetSort.POSITION_ASC, Window(20))
    for name in (ORDINARY, ROOT):
        plan = await planner.of_page(planner.viewer(name), widgets.WIDGETS_OF_DASHBOARD, wish)
        few = [step.id for step in plan if step.detail.startswith("CORRELATED LIST SUBQUERY")]
        [found] = [step.detail for step in plan if step.parent in few]
        assert found.startswith("SEARCH widgets USING COVERING INDEX sqlite_autoindex_widgets_1 "), described(plan)


async def test_a_lost_index_is_noticed(planner: Planner) -> None:
    async with planner.database.writing() as session:
        await session.exec_driver_sql("DROP INDEX ix_shares_group_id_dashboard_id_rule")

    plan = await planner.of_page(planner.viewer(ORDINARY), dashboards.DASHBOARDS, wishes(dashboards.DASHBOARDS)[0])

    async with planner.database.writing() as session:
        await session.exec_driver_sql(
            "CREATE INDEX ix_shares_group_id_dashboard_id_rule ON shares (group_id, dashboard_id, rule)"
        )
    assert "shares" in scanned(plan)
