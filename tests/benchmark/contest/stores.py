"""Where the company is kept while it is asked about: a database made for the run, and deleted after it."""

import os
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

import postgres
from benchmark.contest.company import ADMIN, Company
from benchmark.contest.usage import parent_of
from dashgraph.app.build import opened
from dashgraph.app.settings import Settings
from dashgraph.store.database import open_database
from dashgraph.store.upgrade import upgrade

SQLITE, POSTGRESQL = "sqlite", "postgresql"  # the latter started here, as the tests do


@dataclass(frozen=True)
class Store:
    """One filled database. `pid` is of its server, where that was started here."""

    kind: str
    version: str
    address: str
    token: str
    company: Company
    pid: int | None = None


@asynccontextmanager
async def filled(where: str, times: tuple[int, ...]) -> AsyncIterator[list[Store]]:
    """A store for each size: `sqlite`, `postgresql`, or on the PostgreSQL server with this address."""
    async with AsyncExitStack() as stack:
        if where == SQLITE:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dashgraph-contest-")))
            yield [await _sqlite(folder / f"{size}.sqlite3", Company(size)) for size in times]
            return
        server = stack.enter_context(postgres.running()) if where == POSTGRESQL else where
        yield [
            await stack.enter_async_context(_postgresql(server, Company(size), local=where == POSTGRESQL))
            for size in times
        ]


async def _sqlite(path: Path, company: Company) -> Store:
    token = await _fill(str(path), company)
    async with open_database(str(path)).reading() as session:
        version = (await session.exec_driver_sql("SELECT sqlite_version()")).scalar_one()
    return Store(SQLITE, f"SQLite {version}", str(path), token, company)


@asynccontextmanager
async def _postgresql(server: str, company: Company, *, local: bool) -> AsyncIterator[Store]:
    name = f"dashgraph_contest_{secrets.token_hex(4)}"
    server = server.rstrip("/")
    asked = await asyncpg.connect(f"{server}/postgres")
    try:
        await asked.execute(f"CREATE DATABASE {name}")
        # It takes longer to compile a statement than to run it, and one json_agg would suffer most.
        await asked.execute(f"ALTER DATABASE {name} SET jit = off")
        version = (await asked.fetchval("SHOW server_version")).split()[0]
        pid = parent_of(asked.get_server_pid()) if local else None
        try:
            token = await _fill(f"{server}/{name}", company)
            yield Store(POSTGRESQL, f"PostgreSQL {version}", f"{server}/{name}", token, company, pid)
        finally:
            await asked.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await asked.close()


async def _fill(address: str, company: Company) -> str:
    """Make the tables and their rows. The token of the administrator."""
    database = open_database(address)
    try:
        await upgrade(database)
        await company.fill(database)
    finally:
        await database.close()
    async with opened(Settings(database_url=address, config=os.devnull)) as world:  # type: ignore[arg-type]
        return (await world.identity.create_token(ADMIN, name="contest")).text
