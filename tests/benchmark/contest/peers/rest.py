"""REST by hand: for each question a handler that asks a statement for each table and joins the rows in Python."""

import os
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import orjson
import uvloop
from aiohttp import web
from listening import listen

DASHBOARD = """
SELECT d.id, e.title, d.owner_id
FROM dashboards d JOIN editions e ON e.dashboard_id = d.id AND e.number = d.working WHERE d.deleted_at IS NULL
"""
DASHBOARDS = f"{DASHBOARD} ORDER BY d.title_key, d.id LIMIT $1"
ONE = f"{DASHBOARD} AND d.id = $1"
FIRST_USERS = (
    'SELECT id, name AS "displayName", email FROM users WHERE deleted_at IS NULL ORDER BY name_key, id LIMIT $1'
)
USERS = 'SELECT id, name AS "displayName", email FROM users WHERE id = ANY($1)'
GROUPS = "SELECT id, name FROM groups WHERE id = ANY($1)"
WIDGETS = """
SELECT w.dashboard_id, w.id, w.title, w.type
FROM widgets w JOIN dashboards d ON d.id = w.dashboard_id AND d.working = w.edition
WHERE w.dashboard_id = ANY($1) ORDER BY w.dashboard_id, w.position
"""
SHARES = """
SELECT dashboard_id, upper(rule) AS rule, user_id, group_id
FROM shares WHERE dashboard_id = ANY($1) ORDER BY created_at
"""
GROUPS_OF_USERS = """
SELECT m.user_id, g.id, g.name
FROM memberships m JOIN groups g ON g.id = m.group_id WHERE m.user_id = ANY($1) ORDER BY g.name_key, g.id
"""
USERS_OF_GROUPS = """
SELECT m.group_id, u.id, u.name AS "displayName", u.email
FROM memberships m JOIN users u ON u.id = m.user_id
WHERE m.group_id = ANY($1) AND u.deleted_at IS NULL ORDER BY u.name_key, u.id
"""
WAYS = """
SELECT w.dashboard_id, w.user_id, w.kind, w.role
FROM (
  SELECT id AS dashboard_id, owner_id AS user_id, 'OWNER' AS kind, 'OWNER' AS role, NULL AS share_id
    FROM dashboards WHERE id = ANY($1)
  UNION ALL
  SELECT dashboard_id, user_id, 'DIRECT', upper(rule), id
    FROM shares WHERE dashboard_id = ANY($1) AND user_id IS NOT NULL
  UNION ALL
  SELECT s.dashboard_id, m.user_id, 'GROUP', upper(s.rule), s.id
    FROM shares s JOIN memberships m ON m.group_id = s.group_id WHERE s.dashboard_id = ANY($1)
) w JOIN users u ON u.id = w.user_id
WHERE u.status = 'active'
ORDER BY u.name_key, u.id, array_position('{OWNER,EDIT,VIEW}', w.role), w.kind, w.share_id
"""

Record = dict[str, Any]


class Reads:
    """The batched queries."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def rows(self, statement: str, given: object) -> Sequence[Any]:
        async with self._pool.acquire() as connection:
            found: Sequence[Any] = await connection.fetch(statement, given)
        return found

    async def by_id(self, statement: str, ids: Iterable[str | None]) -> dict[str | None, Record]:
        wanted = [one for one in set(ids) if one is not None]
        return {row["id"]: dict(row) for row in await self.rows(statement, wanted)}

    async def by_parent(self, statement: str, ids: Sequence[str]) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {one: [] for one in ids}
        for row in await self.rows(statement, ids):
            parent, *rest = row.items()
            found[parent[1]].append(dict(rest))
        return found

    async def shared(self, first: int) -> Record:
        boards = await self.rows(DASHBOARDS, first)
        ids = [board["id"] for board in boards]
        widgets = await self.by_parent(WIDGETS, ids)
        shares = await self.by_parent(SHARES, ids)
        every = [share for some in shares.values() for share in some]
        people = await self.by_id(USERS, [*(board["owner_id"] for board in boards), *(one["user_id"] for one in every)])
        groups = await self.by_id(GROUPS, [one["group_id"] for one in every])
        memberships = await self.by_parent(GROUPS_OF_USERS, [*{one["user_id"] for one in every} - {None}])
        readers = {one: {**people[one], "groups": found} for one, found in memberships.items()}
        return {
            "dashboards": [
                {
                    "id": board["id"],
                    "title": board["title"],
                    "owner": people.get(board["owner_id"]),
                    "widgets": widgets[board["id"]],
                    "shares": [
                        {
                            "rule": share["rule"],
                            "user": readers.get(share["user_id"]),
                            "group": groups.get(share["group_id"]),
                        }
                        for share in shares[board["id"]]
                    ],
                }
                for board in boards
            ]
        }

    async def one(self, id_: str) -> Record:
        for board in await self.rows(ONE, id_):
            widgets = await self.by_parent(WIDGETS, [id_])
            return {"dashboard": {"id": id_, "title": board["title"], "widgets": widgets[id_]}}
        raise web.HTTPNotFound

    async def members(self, first: int) -> Record:
        users = [dict(row) for row in await self.rows(FIRST_USERS, first)]
        groups = await self.by_parent(GROUPS_OF_USERS, [user["id"] for user in users])
        wanted = {group["id"] for some in groups.values() for group in some}
        members = await self.by_parent(USERS_OF_GROUPS, list(wanted))
        for user in users:
            user["groups"] = [{**group, "users": members[group["id"]]} for group in groups[user["id"]]]
        return {"users": users}

    async def access(self, first: int) -> Record:
        boards = await self.rows(DASHBOARDS, first)
        ways = await self.by_parent(WAYS, [board["id"] for board in boards])
        people = await self.by_id(USERS, (way["user_id"] for some in ways.values() for way in some))
        return {
            "dashboards": [
                {"id": board["id"], "title": board["title"], "access": _access(ways[board["id"]], people)}
                for board in boards
            ]
        }


def _access(ways: Sequence[Record], people: dict[str | None, Record]) -> list[Record]:
    found: dict[str, Record] = {}
    for way in ways:  # the strongest of each user first
        one = found.setdefault(way["user_id"], {"role": way["role"], "user": people[way["user_id"]], "paths": []})
        one["paths"].append({"kind": way["kind"], "role": way["role"]})
    return list(found.values())


def _answer(found: Record) -> web.Response:
    return web.Response(body=orjson.dumps(found), content_type="application/json")


async def main() -> None:
    reads = Reads(await asyncpg.create_pool(os.environ["DATABASE"], min_size=1, max_size=10))

    async def shared(request: web.Request) -> web.Response:
        return _answer(await reads.shared(int(request.query["first"])))

    async def one(request: web.Request) -> web.Response:
        return _answer(await reads.one(request.match_info["id"]))

    async def members(request: web.Request) -> web.Response:
        return _answer(await reads.members(int(request.query["first"])))

    async def access(request: web.Request) -> web.Response:
        return _answer(await reads.access(int(request.query["first"])))

    app = web.Application()
    app.router.add_get("/dashboards", shared)
    app.router.add_get("/dashboards/{id}", one)
    app.router.add_get("/users", members)
    app.router.add_get("/access", access)
    await listen(app)


if __name__ == "__main__":
    uvloop.run(main())
