"""The parts that the tests are made of: real databases, a world over each, and somebody who asks."""

import gc
import itertools
import os
import shutil
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import event, select

import postgres
from dashgraph.app import logs
from dashgraph.app.build import World, opened
from dashgraph.app.settings import Settings
from dashgraph.domain.ids import Kind, ResourceId
from dashgraph.domain.roles import NATIVE_ROLES
from dashgraph.domain.viewers import Viewer
from dashgraph.graph.execution import Operation
from dashgraph.services.identity import scopes_of
from dashgraph.store.database import open_database
from dashgraph.store.demo import load_demo
from dashgraph.store.tables import users
from dashgraph.store.upgrade import upgrade

ROWS = ("rows_sisense", "rows_sisense_people", "rows_lightdash", "rows_holistics", "rows_posthog")
pytest.register_assert_rewrite(*ROWS)  # their assertions too say what they found
MEMORY = Path("/dev/shm")
ROOM = 2 << 30  # bytes that the databases of one process have room in
COPIES = 20  # that are kept: a test may come back to one that it made
SHARED = Path(__file__).parent.parent.parent / "shared"
logs.configure("json")  # without the values of variables, as in production
os.environ.setdefault("DASHGRAPH_JOB_LOOK_SECONDS", "0.1")  # who tests jobs waits for them
# How long something takes says more of the machine than of us.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
gc.disable()  # until all tests are found: what is made meanwhile stays

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def in_memory() -> Iterator[Path | None]:
    """A folder in memory for databases, which on a disk would take ten times as long; None where there is no room."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < workers * ROOM:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="dashgraph-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as somebody else
        yield Path(folder)


@pytest.fixture(scope="session")
def server(in_memory: Path | None) -> Iterator[str]:
    """The PostgreSQL server of this run."""
    with postgres.running(in_memory) as address:
        yield address


class Stores:
    """Fresh databases, quickly: an empty and a demo store are made once and copied for each test.

    On a server the copies of earlier tests are dropped, unless somebody is connected to them.
    """

    def __init__(self, dialect: str, folder: Path, server: str | None) -> None:
        self.dialect = dialect
        self._folder = folder
        self._server = server
        self._numbers = itertools.count()
        self._made: set[str] = set()
        self._copies: deque[str] = deque()

    async def fresh(self, content: str) -> str:
        """The address of a database of its own with this content: `empty` or `demo`."""
        if content not in self._made:
            await self._make(content)
            self._made.add(content)
        name = f"{content}_{next(self._numbers)}"
        if self._server is None:
            return str(shutil.copyfile(self._folder / f"{content}.sqlite3", self._folder / f"{name}.sqlite3"))
        async with self._administering() as connection:
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {content}")
            self._copies.append(name)
            if len(self._copies) > COPIES:
                earlier = self._copies.popleft()
                try:
                    await connection.execute(f"DROP DATABASE IF EXISTS {earlier}")
                except asyncpg.ObjectInUseError:
                    self._copies.append(earlier)
        return f"{self._server}/{name}"

    async def _make(self, content: str) -> None:
        if self._server is None:
            address = str(self._folder / f"{content}.sqlite3")
        else:
            address = f"{self._server}/{content}"
            async with self._administering() as connection:
                await connection.execute(f"CREATE DATABASE {content}")
        database = open_database(address)
        await upgrade(database)
        if content == "demo":
            await load_demo(database, NOW)
        if self._server is None:
            async with database.engine.connect() as session:
                await session.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await database.close()

    @asynccontextmanager
    async def _administering(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(f"{self._server}/postgres")
        try:
            yield connection
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def made_stores() -> dict[str, Stores]:
    """Those of this run, by dialect. What follows is made anew whenever its parameter changes; these are not."""
    return {}


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def stores(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    in_memory: Path | None,
    made_stores: dict[str, Stores],
) -> Stores:
    """Every test that asks for a store runs on both databases."""
    dialect = request.param
    if dialect not in made_stores:
        on_server = request.getfixturevalue("server") if dialect == "postgresql" else None
        folder = tmp_path_factory.mktemp(dialect) if in_memory is None else in_memory
        made_stores[dialect] = Stores(dialect, folder, on_server)
    return made_stores[dialect]


@dataclass
class Asking:
    """A world, and the way to ask it as somebody."""

    world: World
    statements: list[str]

    async def viewer(self, email: str) -> Viewer:
        """The viewer that this user's own token makes, with every scope of the role."""
        async with self.world.database.reading() as session:
            row = (await session.execute(select(users).where(users.c.email == email))).one()
        role = NATIVE_ROLES[row.role].kind
        return Viewer(ResourceId(self.world.database.name, Kind.USER, row.id), role, scopes_of(role), email=row.email)

    async def answer(self, viewer: Viewer, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer; `statements` then holds what the database was asked for it."""
        self.statements.clear()
        return (await self.world.executor.run(Operation(query, variables), viewer)).payload

    async def data(self, viewer: Viewer, query: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.answer(viewer, query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def errors(self, viewer: Viewer, query: str, **variables: Any) -> list[dict[str, Any]]:
        return list((await self.answer(viewer, query, **variables)).get("errors", []))


@asynccontextmanager
async def asking(address: str) -> AsyncIterator[Asking]:
    async with opened(Settings(database_url=address)) as world:
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        event.listen(world.database.engine.sync_engine, "before_cursor_execute", note)
        yield Asking(world, statements)


@pytest.fixture
async def demo(stores: Stores) -> AsyncIterator[Asking]:
    """The made-up company, fresh for each test."""
    async with asking(await stores.fresh("demo")) as found:
        yield found


@pytest.fixture
async def empty(stores: Stores) -> AsyncIterator[Asking]:
    """A store with nothing in it, fresh for each test."""
    async with asking(await stores.fresh("empty")) as found:
        yield found
