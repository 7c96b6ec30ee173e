"""The command `migrate`: the database at the schema of this version."""

from dashgraph.app.build import opened
from dashgraph.app.commands import Database, out, run, settings
from dashgraph.store import upgrade


def migrate(database: Database = None) -> None:
    chosen = settings(database_url=database)

    async def main() -> None:
        async with opened(chosen, check=False) as world:
            before = await upgrade.current(world.database)
            await upgrade.upgrade(world.database)
            after = await upgrade.current(world.database)
            out.print(f"The database is at revision {after}" + (", as before." if before == after else "."))

    run(main)
