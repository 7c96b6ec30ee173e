"""Bringing the store to the newest schema, and knowing whether it is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from dashgraph.store.database import Database

ADVISORY_LOCK = 7_226_443_171  # one upgrade at a time on a shared PostgreSQL


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


@cache
def head() -> str | None:
    """The newest revision that this version of dashgraph knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


async def current(database: Database) -> str | None:
    """The revision of the store, or None when nothing is there yet."""
    async with database.reading() as session:
        return await session.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def upgrade(database: Database) -> None:
    """Apply every migration that is missing, in one transaction."""
    async with database.writing() as session:
        if database.dialect == "postgresql":
            await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        await session.run_sync(lambda sync: command.upgrade(_config(sync), "head"))
