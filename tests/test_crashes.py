"""What is left when a process is killed: nothing half done, and the rest can simply be done again."""

import asyncio
import json
import sys
from pathlib import Path

from sqlalchemy import func, select

from company import Company
from conftest import Asking, Stores, asking
from dashgraph.store.tables import dashboards, editions, operations, widgets
from test_shares import add, office

MANY, TILES = 200, 8


def document(number: int) -> dict[str, object]:
    tiles = [{"oid": f"{number:020x}{tile:04x}", "title": f"tile {tile}", "type": "pivot"} for tile in range(TILES)]
    return {"title": f"Board {number}", "oid": f"{number:024x}", "widgets": tiles}


async def whole(found: Asking) -> int:
    """How many dashboards there are, each with its edition, its widgets and its entry in the trail."""
    counts = [
        select(func.count()).select_from(one).scalar_subquery() for one in (dashboards, editions, widgets, operations)
    ]
    async with found.world.database.reading() as session:
        [(boards, contents, tiles, trail)] = await session.execute(select(*counts))  # at one moment
    assert (contents, tiles) == (boards, boards * TILES)
    assert trail >= boards  # those that were there already are told too
    return int(boards)


async def test_an_import_that_is_killed_leaves_whole_dashboards_and_goes_on_where_it_stood(
    stores: Stores, tmp_path: Path
) -> None:
    address = await stores.fresh("empty")
    file = tmp_path / "many.dash"
    file.write_text(json.dumps([document(number) for number in range(MANY)]))
    command = [sys.executable, "-m", "dashgraph", "import", str(file), "--database", address]
    async with asking(address) as found:
        await Company(found.world.database).user("boss", "admin")
        for _ in range(3):
            before = await whole(found)
            process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
            async with asyncio.timeout(60):
                while await whole(found) < before + 10 and process.returncode is None:
                    pass
            if process.returncode is None:
                process.kill()
            await process.wait()
            await whole(found)

        finished = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        output, _ = await finished.communicate()

        assert finished.returncode == 0
        lines = output.decode().splitlines()
        assert {line.split()[0] for line in lines} == {"SKIPPED", "CREATED"}
        async with found.world.database.reading() as session:
            assert (await session.execute(select(func.count()).select_from(dashboards))).scalar_one() == MANY


async def test_a_change_whose_answer_was_lost_is_told_again_by_another_process(stores: Stores) -> None:
    address = await stores.fresh("empty")
    async with asking(address) as first:
        await office(first)
        done = await add(first, "owner", "friend", idempotencyKey="once")

    async with asking(address) as second:
        again = await add(second, "owner", "friend", idempotencyKey="once")

        assert again == done
        async with second.world.database.reading() as session:
            assert (await session.execute(select(func.count()).select_from(operations))).scalar_one() == 1
