"""The store's schema: what the migrations make is what the tables say."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from conftest import Asking, Stores
from dashgraph.store import upgrade
from dashgraph.store.database import open_database
from dashgraph.store.work_tables import metadata


async def test_the_migrations_make_the_tables(empty: Asking) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with empty.world.database.reading() as session:
        assert await session.run_sync(differences) == []


async def test_upgrading_twice_changes_nothing(stores: Stores) -> None:
    database = open_database(await stores.fresh("empty"))

    await upgrade.upgrade(database)

    assert await upgrade.current(database) == upgrade.head()
    await database.close()


async def test_a_store_of_nothing_has_no_revision(tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "new.sqlite3"))
    assert await upgrade.current(database) is None
    await database.close()
