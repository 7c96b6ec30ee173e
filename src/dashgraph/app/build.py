"""Builds the world once and closes it in reverse: the server, the commands and the tests all use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dashgraph.app.settings import Settings
from dashgraph.connectors import native
from dashgraph.domain.problems import Conflict
from dashgraph.graph.execution import Executor
from dashgraph.services.changing import Changing
from dashgraph.services.documents import Documents
from dashgraph.services.exports import Exports
from dashgraph.services.identity import Identity
from dashgraph.services.reading import Reading
from dashgraph.services.uploads import Uploads
from dashgraph.sources.fleet import Fleet
from dashgraph.store import upgrade
from dashgraph.store.database import Database


@dataclass(frozen=True)
class World:
    settings: Settings
    database: Database
    fleet: Fleet
    reading: Reading
    changing: Changing
    documents: Documents
    exports: Exports
    uploads: Uploads
    identity: Identity
    executor: Executor


@asynccontextmanager
async def opened(settings: Settings, *, check: bool = True) -> AsyncIterator[World]:
    """The world, ready to use. The embedded SQLite is brought up to date; PostgreSQL must be (`dashgraph migrate`)."""
    source, database = native.open_source(
        native.NativeSettings(settings.database_url.get_secret_value(), settings.source_name, settings.database_pool)
    )
    try:
        if check:
            await _ready(database)
        fleet = Fleet([source])
        reading = Reading(fleet)
        changing = Changing(fleet)
        documents = Documents(reading)
        yield World(
            settings=settings,
            database=database,
            fleet=fleet,
            reading=reading,
            changing=changing,
            documents=documents,
            exports=Exports(database, documents),
            uploads=Uploads(database),
            identity=Identity(database),
            executor=Executor(reading, changing),
        )
    finally:
        await database.close()


async def _ready(database: Database) -> None:
    if await upgrade.current(database) == upgrade.head():
        return
    if database.dialect != "sqlite":
        message = "The database is not at the schema of this version; bring it there with: dashgraph migrate"
        raise Conflict(message)
    await upgrade.upgrade(database)
