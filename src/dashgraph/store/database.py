"""How the store is opened: one engine, short sessions, and what each database needs to behave the same."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import asyncpg
from sqlalchemy import ColumnElement, Row, bindparam, event, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import URL, Dialect, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, Text, TypeDecorator, TypeEngine

from dashgraph.domain.problems import BadInput, SourceUnavailable

AnyRow = Row[*tuple[Any, ...]]  # a row of columns that the statement names
Session = AsyncConnection

SQLITE = "sqlite+aiosqlite"
POSTGRESQL = "postgresql+asyncpg"
SILENT = (OperationalError, InterfaceError, OSError, TimeoutError)  # what a database that does not answer raises
BUSY_SECONDS = 30  # how long a writer waits for the one before it


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

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    def pool(self) -> Pool:
        """The connections as they are now."""
        pool = self.engine.pool
        if not isinstance(pool, QueuePool):
            message = "There are connections only in a pool of a fixed size"
            raise TypeError(message)
        return Pool(pool.checkedout(), pool.checkedin(), pool.size())

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

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        session = engine.connect()
        starting = asyncio.ensure_future(session.start())
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
            parsed, connect_args={"timeout": BUSY_SECONDS}, pool_size=pool_size, max_overflow=0
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "handle_error", _stop_on_sqlite)
    else:
        engine = create_async_engine(parsed, pool_size=pool_size, max_overflow=0, pool_pre_ping=True)
    return Database(engine, name=name)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own begins too late
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "cache_size=-65536",
        "mmap_size=268435456",
        "temp_store=MEMORY",
        "case_sensitive_like=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _stop_on_sqlite(context: ExceptionContext) -> None:
    """Stop a statement that nobody waits for any more. asyncpg does so itself; aiosqlite's thread would go on."""
    if isinstance(context.original_exception, asyncio.CancelledError) and context.connection is not None:
        driver: Any = context.connection.connection.dbapi_connection
        driver.run_async(lambda connection: connection.interrupt())


class _Ids(TypeDecorator[Sequence[str]]):
    """Many ids as one parameter: an array on PostgreSQL, a JSON text on SQLite. The statement stays the same."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        ids = list(value or ())
        return ids if dialect.name == "postgresql" else json.dumps(ids)


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: object = None) -> Self:
        return self  # a condition as it is: SQLAlchemy would write `… = 1` on SQLite, which no index answers


def among(column: ColumnElement[Any], ids: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column is one of these ids, however many, with one parameter."""
    return _Among(column, bindparam("ids", list(ids), type_=_Ids(), unique=True))


@compiles(_Among, "sqlite")
def _among_on_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = element.clauses
    return f"{compiler.process(column, **options)} IN (SELECT value FROM json_each({compiler.process(ids)}))"


@compiles(_Among, "postgresql")
def _among_on_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = element.clauses
    return f"{compiler.process(column, **options)} = ANY ({compiler.process(ids)})"
