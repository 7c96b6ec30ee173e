"""Twenty writers at once over real HTTP, on two servers over one database: all are answered, and nothing is lost."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from company import Company, global_id
from conftest import Stores, asking
from dashgraph.domain.ids import Kind
from dashgraph.store.tables import dashboards, folders, memberships, operations, shares, widgets
from serving import Client, serving

WRITERS, ROUNDS = 20, 3
PLAN, TEAM = global_id(Kind.DASHBOARD, "plan"), global_id(Kind.GROUP, "team")


def wishes(me: int) -> list[tuple[str, dict[str, Any]]]:
    """What one writer does, a round after another. All share one dashboard, one group and one folder."""
    user = global_id(Kind.USER, f"w{me}")
    found: list[tuple[str, dict[str, Any]]] = []
    for number in range(ROUNDS):
        found += [
            ("addShare", {"dashboardId": PLAN, "grant": {"subjectId": user}, "dryRun": number % 2 == 1}),
            ("createWidget", {"dashboardId": PLAN, "type": "pivot", "title": f"{me}.{number}"}),
            ("updateDashboard", {"dashboardId": PLAN, "title": f"{me}.{number}", "expectedRevision": me + number}),
            ("addUserToGroup", {"userId": user, "groupId": TEAM}),
            ("createFolder", {"source": "local", "name": f"{me}.{number}", "idempotencyKey": f"{number // 2}"}),
            ("removeShare", {"shareId": global_id(Kind.SHARE, f"plan/user/w{me}")}),
        ]
    return found


async def write(client: Client, me: int) -> list[tuple[str, dict[str, Any], list[str]]]:
    """Everything that one writer does, each with the codes of what it was told."""
    told = []
    for name, given in wishes(me):
        kind = f"{name[0].upper()}{name[1:]}Input"
        query = f"mutation($input: {kind}!) {{ it: {name}(input: $input) {{ errors {{ code }} }} }}"
        reply = await client.ask(query, input=given)
        assert (reply.status, reply.codes) == (200, []), reply.text
        told.append((name, given, [error["code"] for error in reply.json["data"]["it"]["errors"]]))
    return told


async def test_twenty_writers_are_all_answered_and_what_is_there_is_what_they_were_told(
    stores: Stores, tmp_path: Path
) -> None:
    address = await stores.fresh("empty")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    async with asking(address) as found:
        company = Company(found.world.database)
        for me in range(WRITERS):
            await company.user(f"w{me}", "admin")
        await company.user("boss", "admin")
        await company.group("team")
        await company.dashboard("plan", "boss")
        tokens = [
            (await found.world.identity.create_token(f"w{me}@x.example", name="test")).text for me in range(WRITERS)
        ]
        async with (
            serving(tmp_path / "one", "--database", address, last="listening") as one,
            serving(tmp_path / "two", "--database", address, last="listening") as two,
            aiohttp.ClientSession() as session,
        ):
            servers = [one.address, two.address]
            done = await asyncio.gather(
                *(write(Client(session, servers[me % 2], token), me) for me, token in enumerate(tokens))
            )

        told = [each for writer in done for each in writer]
        made = [(name, given) for name, given, codes in told if not codes and not given.get("dryRun")]
        refused = Counter((name, code) for name, _, codes in told for code in codes)
        count = Counter(name for name, _ in made)
        assert set(refused) <= {
            ("updateDashboard", "STALE_REVISION"),
            ("createFolder", "BAD_USER_INPUT"),
            ("removeShare", "NOT_FOUND"),
        }
        async with found.world.database.reading() as session:
            held = (await session.execute(select(shares.c.id))).all()
            titles = (await session.execute(select(widgets.c.title).where(widgets.c.edition > 1))).scalars().all()
            names = (await session.execute(select(folders.c.name))).scalars().all()
            members = (await session.execute(select(memberships.c.user_id))).scalars().all()
            trail = Counter((await session.execute(select(operations.c.kind))).scalars())
            [plan] = await session.execute(select(dashboards))
        assert held == []  # each writer took back what it had added
        assert sorted(titles) == sorted(given["title"] for name, given in made if name == "createWidget")
        assert sorted(names) == sorted(given["name"] for name, given in made if name == "createFolder")
        assert sorted(members) == sorted(f"w{me}" for me in range(WRITERS))
        assert trail == count
        assert count["createWidget"] == count["addUserToGroup"] == WRITERS * ROUNDS
        assert plan.revision == 1 + count["createWidget"] + count["updateDashboard"]
