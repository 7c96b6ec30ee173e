"""How the store is opened: one engine, short sessions, and what each database needs to behave the same."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Row, event, text
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection, PoolResetState, QueuePool

from dashgraph.domain.problems import BadInput, SourceUnavailable
from dashgraph.store.reserve import Reserve

AnyRow = Row[*tuple[Any, ...]]  # a row of columns that the statement names
Session = AsyncConnection

SQLITE = "sqlite+aiosqlite"
POSTGRESQL = "postgresql+asyncpg"
SILENT = (OperationalError, InterfaceError, OSError, TimeoutError)  # what a database that does not answer raises
# The same in the words of the drivers.
SILENT_DRIVER = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    sqlite3.OperationalError,
    OSError,
    TimeoutError,
)
STOP_SECONDS = 0.01  # between two tries to stop a statement of SQLite
HEARD_SECONDS = 0.25  # after which a server that goes on with a statement has not heard that it is cancelled
BUSY_SECONDS = 30  # how long a writer waits for the one before it
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "cache_size=-65536",
    "mmap_size=268435456",
    "temp_store=MEMORY",
    "case_sensitive_like=ON",
)


@dataclass(frozen=True, slots=True)
class Pool:
    """How many connections are at work, wait for work, and can be at the most."""

    busy: int
    idle: int
    most: int


class Database:
    """One open database. `reading` and `writing` hand out short sessions; a session serves one task."""

    def __init__(self, engine: AsyncEngine, *, name: str) -> None:
        self.engine = engine
        self.name = name
        # A question needs no transaction: on PostgreSQL that saves two round trips.
        self._asking = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._reserve = Reserve(self._queue, self._is_open)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    def pool(self) -> Pool:
        """The connections as they are now."""
        pool = self._queue()
        idle = self._reserve.idle  # the pool counts them as at work
        return Pool(pool.checkedout() - idle, pool.checkedin() + idle, pool.size())

    def _queue(self) -> QueuePool:
        pool = self.engine.pool
        if not isinstance(pool, QueuePool):
            message = "There are connections only in a pool of a fixed size"
            raise TypeError(message)
        return pool

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A session that only reads. Raises SourceUnavailable when the database does not answer."""
        async with self._connected(self._asking) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction, committed at the end or rolled back whole. On SQLite writers queue, one at a time."""
        async with self._connected(self.engine) as session:
            if self.dialect == "sqlite":
                await session.execute(text("BEGIN IMMEDIATE"))
            try:
                yield session
            except BaseException:
                await session.rollback()
                raise
            await session.commit()

    async def rows(self, statement: str, parameters: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """The rows of a statement in the driver's own words, just as the driver gives them.

        Raises SourceUnavailable when the database does not answer.
        """
        for listener in self._asking.sync_engine.dispatch.before_cursor_execute:  # who listens hears of these too
            statement, parameters = listener(None, None, statement, parameters, None, False)
        try:
            connection = await self._reserve.take()
        except (*SILENT, asyncpg.PostgresError, self.engine.dialect.loaded_dbapi.Error) as error:
            raise self._silent() from error
        ask, driver = _ROWS[self.dialect], connection.driver_connection
        try:
            return await ask(driver, statement, parameters)
        except asyncio.CancelledError:
            await (_stopped(driver) if self.dialect == "sqlite" else self._cancelled(driver))
            raise
        except SILENT_DRIVER as error:
            raise self._silent() from error
        except sqlite3.DatabaseError as error:  # itself, not one of its kinds: the file is damaged
            if type(error) is not sqlite3.DatabaseError:
                raise
            raise self._silent() from error
        finally:
            self._reserve.give_back(connection)

    async def _cancelled(self, driver: Any) -> None:
        """Have the server stop what a connection is at, and wait until it has.

        asyncpg has told it so already, but perhaps before it had begun: then it did not hear.
        """
        next_in_line = asyncio.ensure_future(driver.fetch("SELECT 1"))
        ending = asyncio.ensure_future(self._end(driver, next_in_line))
        while not ending.done():
            with suppress(asyncio.CancelledError):  # who waits for this is cancelled already
                await asyncio.wait([ending])
        if not next_in_line.done():  # nor could it be told by another connection: then this one is for nobody
            driver.terminate()
            await asyncio.wait([next_in_line])
        for one in (next_in_line, ending):
            one.exception()  # perhaps it was stopped itself, or the connection is lost

    async def _end(self, driver: Any, next_in_line: asyncio.Future[Any]) -> None:
        while not (await asyncio.wait([next_in_line], timeout=HEARD_SECONDS))[0]:
            async with self.reading() as session:
                await session.execute(text("SELECT pg_cancel_backend(:pid)"), {"pid": driver.get_server_pid()})

    def _is_open(self, connection: PoolProxiedConnection) -> bool:
        driver: Any = connection.driver_connection
        return self.dialect == "sqlite" or not driver.is_closed()

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        session = engine.connect()
        starting = asyncio.ensure_future(session.start())
        with self._reserve.waiting_for_pool():
            try:
                await asyncio.shield(starting)
            except asyncio.CancelledError:  # given up midway, the connection would be lost to the pool
                await asyncio.wait([starting])
                if starting.exception() is None:
                    await session.close()
                raise
            except (*SILENT, DBAPIError, asyncpg.PostgresError) as error:
                raise self._silent() from error
        try:
            yield session
        except SILENT as error:
            raise self._silent() from error
        except DatabaseError as error:  # itself, not one of its kinds: what SQLite says of a file that is damaged
            if type(error) is not DatabaseError:
                raise
            raise self._silent() from error
        finally:
            await asyncio.shield(session.close())  # also when the request is cancelled

    def _silent(self) -> SourceUnavailable:
        message = f"The database of {self.name} did not answer; try again, and see /readyz for its state."
        return SourceUnavailable(message, source=self.name)

    async def close(self) -> None:
        self._reserve.close()
        await self.engine.dispose()


def address(url: str) -> URL:
    """The address of a database in the form the drivers want. `postgres://` and plain paths are understood."""
    if "://" not in url:
        return _file(URL.create(SQLITE, database=url))
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        message = "The database address cannot be read; it looks like postgresql://user:password@host/name"
        raise BadInput(message) from error
    backend = parsed.drivername.split("+")[0]
    if backend in {"postgres", "postgresql"}:
        return parsed.set(drivername=POSTGRESQL)
    if backend == "sqlite":
        return _file(parsed.set(drivername=SQLITE))
    message = f"dashgraph keeps its data in SQLite or PostgreSQL, not in {backend}."
    raise BadInput(message)


def _file(parsed: URL) -> URL:
    if parsed.database in {None, "", ":memory:"}:
        message = "SQLite needs a file: every connection would have a memory of its own."
        raise BadInput(message)
    return parsed


def beside(url: str) -> str:
    """Where an engine of jobs keeps tables of its own: a file beside the store's, or the same PostgreSQL database.

    It has drivers of its own, which wait for the database.
    """
    parsed = address(url)
    if parsed.drivername == SQLITE:
        path = Path(parsed.database or "").absolute()
        return f"sqlite:///{path.with_name(f'{path.stem}.jobs{path.suffix}')}"
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def open_database(url: str, *, name: str = "local", pool_size: int = 10) -> Database:
    """Open the database at this address. Nothing is connected before the first question."""
    parsed = address(url)
    if parsed.drivername == SQLITE:
        engine = create_async_engine(
            parsed,
            connect_args={"timeout": BUSY_SECONDS},
            pool_size=pool_size,
            max_overflow=0,
            pool_reset_on_return=None,  # but by _reset_sqlite, where there is something to reset
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "reset", _reset_sqlite)
        event.listen(engine.sync_engine, "handle_error", _stop_on_sqlite)
    else:
        engine = create_async_engine(parsed, pool_size=pool_size, max_overflow=0)
        event.listen(engine.sync_engine, "connect", _prepare_postgresql)
        event.listen(engine.sync_engine, "checkout", _still_open)
    return Database(engine, name=name)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own begins too late
    try:
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except BaseException:  # the pool lets go of it as it is, and its thread would wait for ever
        connection.close()
        raise


def _reset_sqlite(connection: Any, _record: object, state: PoolResetState) -> None:
    """Take back what a writer left behind. After a question there is nothing, and no need to ask the thread."""
    if not state.terminate_only and connection.driver_connection.in_transaction:
        connection.rollback()


def _still_open(connection: Any, _record: object, _proxy: object) -> None:
    """Have the pool open another connection for one that the server has closed; asking the server costs a trip."""
    if connection.driver_connection.is_closed():
        message = "The server has closed the connection"
        raise DisconnectionError(message)


async def _rows_of_sqlite(driver: Any, statement: str, parameters: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """All rows by one call of the connection's thread."""
    rows: Sequence[Sequence[Any]] = await driver.execute_fetchall(statement, parameters)
    return rows


async def _stopped(driver: Any) -> None:
    """Stop what the thread of a connection is at, which would go on for nobody, and wait until it has.

    Told once it may not hear: it may not have begun yet.
    """
    next_in_line = asyncio.ensure_future(driver.execute_fetchall("SELECT 1"))
    while not next_in_line.done():
        await driver.interrupt()
        with suppress(asyncio.CancelledError):  # who waits for this is cancelled already
            await asyncio.wait([next_in_line], timeout=STOP_SECONDS)
    next_in_line.exception()  # perhaps it was stopped itself


async def _rows_of_postgresql(driver: Any, statement: str, parameters: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """All rows. The driver keeps the statement prepared on the connection."""
    rows: Sequence[Sequence[Any]] = await driver.fetch(statement, *parameters)
    return rows


_ROWS = {"sqlite": _rows_of_sqlite, "postgresql": _rows_of_postgresql}


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Have the server plan for what it is asked here: short questions, many at a time, each answered by an index.

    Compiling a statement, or starting processes for it, takes longer than they do; and what an index leads to is in
    memory, or nearly. Said on the connection: a pooler in between knows no such parameters of the start.
    """
    settings = (
        "jit = off",
        "max_parallel_workers_per_gather = 0",
        "random_page_cost = 1.1",
        "enable_mergejoin = off",  # which would read an index of all shares from end to end
    )
    statements = "; ".join(f"SET {one}" for one in settings)
    connection.run_async(lambda driver: driver.execute(statements))


def _stop_on_sqlite(context: ExceptionContext) -> None:
    """Stop a statement that nobody waits for any more. asyncpg does so itself; aiosqlite's thread would go on."""
    if isinstance(context.original_exception, asyncio.CancelledError) and context.connection is not None:
        driver: Any = context.connection.connection.dbapi_connection
        driver.run_async(_stopped)
