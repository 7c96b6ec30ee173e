"""How long questions take in a small and in a large native store, asked in turns: only the ratios say something.

    python tests/benchmark/pages.py [--dashboards 10000,100000] [--rounds 15] [--database postgresql://user@host:port]

Both stores are filled with made-up rows and deleted at the end: SQLite files in a temporary folder, or databases
of their own on the given server (`--database start` starts one, as the tests do). One ordinary viewer sees about a
hundred dashboards in either store, another one half of all.
"""

import argparse
import asyncio
import hashlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table as Grid
from sqlalchemy import ColumnElement, Table, event, insert, select, text

from dashgraph.app import logs
from dashgraph.app.build import World, opened
from dashgraph.app.settings import Settings
from dashgraph.domain.dashboards import DASHBOARDS, DashboardSort
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.lists import Position
from dashgraph.domain.roles import ADMIN, DESIGNER
from dashgraph.domain.text import fold
from dashgraph.domain.viewers import Viewer
from dashgraph.graph.execution import Operation
from dashgraph.graph.paging import write_cursor
from dashgraph.services.identity import scopes_of
from dashgraph.store.accounts import NewUser, user_row
from dashgraph.store.database import Database, open_database
from dashgraph.store.imports import edition_row, widget_row
from dashgraph.store.tables import (
    dashboards,
    datasources,
    editions,
    folders,
    groups,
    memberships,
    shares,
    users,
    widgets,
)
from dashgraph.store.upgrade import upgrade

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
WIDGETS = 8  # of each dashboard
MINE = 100  # dashboards of the ordinary viewer, whatever the size of the store
WORDS = [
    "revenue",
    "churn",
    "orders",
    "margin",
    "stock",
    "returns",
    "leads",
    "budget",
    "tickets",
    "visits",
    "sales",
    "costs",
    "cash",
    "forecast",
    "pipeline",
    "quality",
    "delivery",
    "energy",
    "travel",
    "payroll",
]
PLACES = [
    "north",
    "south",
    "east",
    "west",
    "europe",
    "asia",
    "retail",
    "online",
    "partners",
    "plants",
    "stores",
    "labs",
    "fleet",
    "depots",
]
TYPES = ("indicator", "pivot", "chart/line", "chart/column", "chart/pie", "map", "table", "text")

ORDINARY, MULTITUDE, ROOT = "ordinary", "multitude", "root"  # who asks


def native(kind: str, number: int) -> str:
    """24 hexadecimal digits in no order, like real ids."""
    return hashlib.sha1(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest()[:24]


class Crowd:
    """The rows of a store with so many dashboards; the same ones each time. Users and groups grow with it."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.users = size // 10
        self.groups = size // 50
        self.folders = max(size // 100, 20)
        self._chance = random.Random(size)
        self._mine = {number * size // MINE: number for number in range(MINE)}

    async def fill(self, database: Database) -> None:
        for table, rows in (
            (users, self._users()),
            (datasources, self._datasources()),
            (groups, self._groups()),
            (memberships, self._memberships()),
            (folders, self._folders()),
            (dashboards, self._dashboards()),
            (editions, self._editions()),
            (widgets, self._widgets()),
            (shares, self._shares()),
        ):
            await _insert(database, table, rows)

    def dashboard(self, number: int) -> str:
        return native("dashboard", number)

    def _title(self, number: int) -> str:
        return f"{WORDS[number % 19]} {PLACES[number % 13]} {number * 7919 % self.size}"

    def _moment(self) -> datetime:
        return NOW - timedelta(seconds=self._chance.randrange(86_400 * 365))

    def _user(self) -> str:
        return native("user", self._chance.randrange(self.users))

    def _users(self) -> Iterator[dict[str, Any]]:
        for name in (ORDINARY, MULTITUDE):
            yield user_row(NewUser(name, f"{name}@x.example", "designer", name), NOW)
        yield user_row(NewUser(ROOT, f"{ROOT}@x.example", "admin", ROOT), NOW)
        for number in range(self.users):
            first, last = WORDS[number % 20].title(), f"{PLACES[number % 14].title()}{number}"
            user = NewUser(native("user", number), f"user{number}@x.example", "designer", first, last)
            yield user_row(user, self._moment())

    def _datasources(self) -> Iterator[dict[str, Any]]:
        for name in PLACES:
            yield {"id": name, "title": name, "title_key": name, "address": "db", "address_key": "db"}

    def _groups(self) -> Iterator[dict[str, Any]]:
        named = [(name, name) for name in ("team", "everybody")]
        numbered = [(native("group", number), f"{PLACES[number % 14]} {number}") for number in range(self.groups)]
        for one, name in named + numbered:
            moment = self._moment()
            row = {"id": one, "name": name, "name_key": fold(name), "origin": "source"}
            yield {**row, "created_at": moment, "updated_at": moment}

    def _memberships(self) -> Iterator[dict[str, Any]]:
        members = {("team", ORDINARY), ("everybody", MULTITUDE)}
        members |= {(name, native("user", number)) for name in ("team", "everybody") for number in range(20)}
        for number in range(self.groups):
            members |= {(native("group", number), self._user()) for _ in range(10)}
        for group, user in sorted(members):
            yield {"group_id": group, "user_id": user}

    def _folders(self) -> Iterator[dict[str, Any]]:
        for number in range(self.folders):
            name = f"{PLACES[number % 14]} {number}"
            row = {"id": native("folder", number), "name": name, "name_key": fold(name), "owner_id": self._user()}
            moment = self._moment()
            parent = native("folder", number // 10) if number >= 10 else None
            yield {**row, "parent_id": parent, "created_at": moment, "updated_at": moment}

    def _dashboards(self) -> Iterator[dict[str, Any]]:
        for number in range(self.size):
            mine = self._mine.get(number)
            folder = self._chance.randrange(10, self.folders) if mine is None else 10 + mine % 10
            owner = self._user()
            yield {
                "id": self.dashboard(number),
                "owner_id": ORDINARY if mine is not None and mine % 10 < 2 else owner,
                "folder_id": native("folder", folder),
                "title_key": fold(self._title(number)),
                "working": self._editions_of(number)[-1],
                "published": None if number % 10 == 9 else 1,
                "created_at": NOW - timedelta(days=365),
                "updated_at": self._moment(),
            }

    def _editions_of(self, number: int) -> tuple[int, ...]:
        """Of ten dashboards one was changed since it was published, and another one never published."""
        return (1, 2) if number % 10 == 8 else (1,)

    def _editions(self) -> Iterator[dict[str, Any]]:
        for number in range(self.size):
            held = [native("widget", number * WIDGETS + place) for place in range(WIDGETS)]
            document = {"title": self._title(number), "oid": self.dashboard(number), "desc": "As of yesterday"}
            row = edition_row(document, {**document, "widgets": held}, PLACES[number % 14], NOW)
            row["published_at"] = row["published_by"] = None
            stamp = {"published_at": self._moment(), "published_by": ROOT}
            for edition in self._editions_of(number):
                published = edition == 1 and number % 10 != 9
                at = {"dashboard_id": self.dashboard(number), "number": edition}
                yield {**row, **at, **(stamp if published else {})}

    def _widgets(self) -> Iterator[dict[str, Any]]:
        for number in range(self.size):
            numbers = self._editions_of(number)
            for place in range(WIDGETS):
                one = native("widget", number * WIDGETS + place)
                title = f"{WORDS[(number + place) % 20]} by {PLACES[place % 14]}"
                document = {
                    "title": title,
                    "type": TYPES[place],
                    "subtype": TYPES[place],
                    "oid": one,
                    "text": "x" * 180,
                }
                at = {"dashboard_id": self.dashboard(number), "edition": numbers[place % len(numbers)]}
                yield {**at, "position": place, **widget_row(document, one, PLACES[number % 14], NOW)}

    def _shares(self) -> Iterator[dict[str, Any]]:
        for number in range(self.size):
            subjects = {("user", self._user()) for _ in range(4)}
            subjects.add(("group", native("group", self._chance.randrange(self.groups))))
            even = number % 2 == 0
            subjects.add(("group", "everybody" if even else native("group", self._chance.randrange(self.groups))))
            mine = self._mine.get(number)
            if mine is not None and 2 <= mine % 10 < 6:
                subjects.add(("user", ORDINARY))
            if mine is not None and mine % 10 >= 5:
                subjects.add(("group", "team"))
            dashboard = self.dashboard(number)
            for place, (kind, subject) in enumerate(sorted(subjects)):
                yield {
                    "id": f"{dashboard}/{kind}/{subject}",
                    "dashboard_id": dashboard,
                    "user_id": subject if kind == "user" else None,
                    "group_id": subject if kind == "group" else None,
                    "rule": "edit" if (number + place) % 5 == 0 else "view",
                    "created_at": NOW,
                }


async def _insert(database: Database, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    async with database.writing() as session:
        while some := list(islice(rows, 10_000)):
            await session.execute(insert(table), some)


def viewer_of(database: Database, name: str) -> Viewer:
    role = ADMIN if name == ROOT else DESIGNER
    return Viewer(ResourceId(database.name, Kind.USER, name), role.kind, scopes_of(role.kind))


@dataclass(frozen=True)
class Question:
    """`variables` are made for each store, whose ids and cursors differ. `grows` says why the time may grow."""

    words: str
    who: str
    query: str
    variables: Callable[["Store"], dict[str, Any]] = lambda _: {}
    grows: str = ""


@dataclass
class Store:
    """One filled store and how to ask it."""

    world: World
    crowd: Crowd
    middle: dict[str, Position] = field(default_factory=dict)  # the place after half of the list, by sort key
    statements: list[tuple[str, Any]] = field(default_factory=list)  # of the question asked last

    async def ask(self, question: Question) -> Any:
        self.statements.clear()
        operation = Operation(question.query, question.variables(self))
        answer = await self.world.executor.run(operation, viewer_of(self.world.database, question.who))
        assert "errors" not in answer.payload, answer.payload["errors"]
        return answer.payload["data"]

    async def replay(self) -> None:
        """The statements of the last question once more, one after the other, and nothing else of the stack."""
        statements = list(self.statements)
        async with self.world.database.reading() as session:
            for statement, parameters in statements:
                (await session.exec_driver_sql(statement, parameters)).all()

    async def find_middle(self) -> None:
        columns: dict[str, ColumnElement[Any]] = {
            "title": dashboards.c.title_key,
            "updated_at": dashboards.c.updated_at,
        }
        async with self.world.database.reading() as session:
            for name, key in columns.items():
                half = select(key, dashboards.c.id).order_by(key, dashboards.c.id).offset(self.crowd.size // 2).limit(1)
                value, tie = (await session.execute(half)).one()
                self.middle[name] = Position(value, self.world.database.name, tie)

    def cursor(self, sort: DashboardSort) -> str:
        return write_cursor(DASHBOARDS, sort, self.middle[sort.key])

    def ids(self, how_many: int = 20) -> list[str]:
        """Dashboards that the ordinary viewer sees."""
        numbers = [number * self.crowd.size // MINE for number in range(how_many)]
        name = self.world.database.name
        return [ResourceId(name, Kind.DASHBOARD, self.crowd.dashboard(number)).encode() for number in numbers]


NESTED = """{ edges { node { title updatedAt
    widgets(first: 20) { edges { node { title type } } }
    shares(first: 20) { edges { node { rule user { displayName } group { name } } } } } } }"""
PAGE = f"query($sort: DashboardSort!) {{ dashboards(first: 20, sort: $sort) {NESTED} }}"
LIST = """query($scope: Scope!, $sort: DashboardSort!, $after: String) {
    dashboards(first: 20, scope: $scope, sort: $sort, after: $after) { edges { cursor node { title } } } }"""
BY_ID = "query($id: ID!) { dashboard(id: $id) { title owner { displayName } widgets { edges { node { title } } } } }"
FOLDERS = "{ folders(first: 20) { totalCount edges { node { name } } } }"
ACCESS = """query($ids: [ID!]!) { nodes(ids: $ids, scope: ALL) { ... on Dashboard {
    access(first: 20) { edges { node { role user { displayName } paths { kind group { name } } } } } } } }"""
SEARCH = """query($scope: Scope!) {
    search(text: "margin", first: 20, scope: $scope) { edges { snippet { match } node { __typename } } } }"""
COUNT = "query($scope: Scope!) { dashboards(scope: $scope) { totalCount } }"

READS_ALL = "reads every row"
SEES_MORE = "sees half of all"

QUESTIONS = [
    Question("20 dashboards, widgets, shares; by title", ORDINARY, PAGE, lambda _: {"sort": "TITLE_ASC"}),
    Question("20 dashboards, widgets, shares; newest first", ORDINARY, PAGE, lambda _: {"sort": "UPDATED_AT_DESC"}),
    Question("a dashboard by id, its owner and widgets", ORDINARY, BY_ID, lambda store: {"id": store.ids(1)[0]}),
    Question("the folders", ORDINARY, FOLDERS),
    Question("totalCount", ORDINARY, COUNT, lambda _: {"scope": "VISIBLE"}),
    Question("access of 20 dashboards", ROOT, ACCESS, lambda store: {"ids": store.ids()}),
    Question("first 20 of ALL by title", ROOT, LIST, lambda _: {"scope": "ALL", "sort": "TITLE_ASC"}),
    Question("first 20 of ALL, newest first", ROOT, LIST, lambda _: {"scope": "ALL", "sort": "UPDATED_AT_DESC"}),
    Question(
        "20 of ALL by title, after half of the list",
        ROOT,
        LIST,
        lambda store: {"scope": "ALL", "sort": "TITLE_ASC", "after": store.cursor(DashboardSort.TITLE_ASC)},
    ),
    Question(
        "20 of ALL, newest first, after half of the list",
        ROOT,
        LIST,
        lambda store: {"scope": "ALL", "sort": "UPDATED_AT_DESC", "after": store.cursor(DashboardSort.UPDATED_AT_DESC)},
    ),
    Question("search", ORDINARY, SEARCH, lambda _: {"scope": "VISIBLE"}, grows="reads every user, group"),
    Question("search ALL", ROOT, SEARCH, lambda _: {"scope": "ALL"}, grows=READS_ALL),
    Question("totalCount of ALL", ROOT, COUNT, lambda _: {"scope": "ALL"}, grows=READS_ALL),
    Question("20 dashboards, widgets, shares; by title", MULTITUDE, PAGE, lambda _: {"sort": "TITLE_ASC"}, SEES_MORE),
    Question(
        "20 dashboards, widgets, shares; newest first",
        MULTITUDE,
        PAGE,
        lambda _: {"sort": "UPDATED_AT_DESC"},
        SEES_MORE,
    ),
    Question("a dashboard by id, its owner and widgets", MULTITUDE, BY_ID, lambda store: {"id": store.ids(1)[0]}),
    Question("totalCount", MULTITUDE, COUNT, lambda _: {"scope": "VISIBLE"}, SEES_MORE),
]


@asynccontextmanager
async def filled(address: str, size: int) -> AsyncIterator[Store]:
    """A store with so many dashboards at this address, opened."""
    database = open_database(address)
    await upgrade(database)
    crowd = Crowd(size)
    await crowd.fill(database)
    if database.dialect == "postgresql":  # autovacuum would do it, in the middle of the measuring
        async with database.reading() as session:
            await session.execute(text("VACUUM ANALYZE"))
    await database.close()
    async with opened(Settings(database_url=address)) as world:
        store = Store(world, crowd)

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
            store.statements.append((statement, parameters))

        event.listen(world.database.engine.sync_engine, "before_cursor_execute", note)
        await store.find_middle()
        yield store


@dataclass(frozen=True)
class Times:
    """Milliseconds of each round: the whole answer, and its statements alone."""

    whole: list[float] = field(default_factory=list)
    sql: list[float] = field(default_factory=list)


async def measure(stores: Sequence[Store], rounds: int) -> list[list[Times]]:
    """Every question in turns, small and large. A round before that warms up and does not count."""
    times = [[Times() for _ in stores] for _ in QUESTIONS]
    for lap in range(rounds + 1):
        for question, row in zip(QUESTIONS, times, strict=True):
            for store, kept in zip(stores, row, strict=True):
                start = time.perf_counter()
                await store.ask(question)
                answered = time.perf_counter()
                await store.replay()
                if lap:
                    kept.whole.append((answered - start) * 1000)
                    kept.sql.append((time.perf_counter() - answered) * 1000)
    return times


def shown(stores: Sequence[Store], times: Sequence[Sequence[Times]]) -> Grid:
    small, large = (f"{store.crowd.size:,}" for store in stores)
    rounds = len(times[0][0].whole)
    title = f"{stores[0].world.database.dialect}: medians of {rounds} rounds, ms; {small} and {large} dashboards"
    grid = Grid("question", "asked by", small, large, "ratio", f"SQL {small}", f"SQL {large}", "ratio", title=title)
    for column in grid.columns[2:]:
        column.justify = "right"
    for question, (few, many) in zip(QUESTIONS, times, strict=True):
        cells: list[str] = []
        for left, right in ((few.whole, many.whole), (few.sql, many.sql)):
            one, other = statistics.median(left), statistics.median(right)
            cells += [f"{one:.1f}", f"{other:.1f}", f"{other / one:.2f}"]
        words = f"{question.words} ({question.grows})" if question.grows else question.words
        grid.add_row(words, question.who, *cells)
    return grid


@contextmanager
def places(database: str | None) -> Iterator[Callable[[str], str]]:
    """How a store's name becomes its address. On a server the databases are made here and dropped at the end."""
    if database is None:
        with tempfile.TemporaryDirectory(prefix="dashgraph-pages-") as folder:
            yield lambda name: str(Path(folder) / f"{name}.sqlite3")
        return
    with ExitStack() as stack:
        if database == "start":
            sys.path.append(str(Path(__file__).parent.parent))
            import postgres

            database = stack.enter_context(postgres.running())
        server, made = database.rstrip("/"), []

        def make(name: str) -> str:
            asyncio.run(_administer(server, f"CREATE DATABASE {name}"))
            made.append(name)
            return f"{server}/{name}"

        try:
            yield make
        finally:
            for name in made:
                asyncio.run(_administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _administer(server: str, statement: str) -> None:
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(statement)
    await connection.close()


async def run(addresses: Sequence[str], sizes: Sequence[int], rounds: int) -> None:
    console = Console(width=170)
    async with AsyncExitStack() as stack:
        stores = []
        for address, size in zip(addresses, sizes, strict=True):
            start = time.perf_counter()
            stores.append(await stack.enter_async_context(filled(address, size)))
            console.print(f"filled {size:,} dashboards in {time.perf_counter() - start:.0f} s")
        console.print(shown(stores, await measure(stores, rounds)))


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    given.add_argument("--dashboards", default="10000,100000", help="the two sizes, the smaller first")
    given.add_argument("--rounds", type=int, default=15)
    given.add_argument("--database", help="a PostgreSQL server, or `start` for one of its own; else SQLite files")
    options = given.parse_args()
    sizes = [int(size) for size in options.dashboards.split(",")]
    if len(sizes) != 2:
        given.error("--dashboards takes two sizes")
    logs.configure("json")
    with places(options.database) as place:
        asyncio.run(run([place(f"pages_{size}") for size in sizes], sizes, options.rounds))


if __name__ == "__main__":
    main()
