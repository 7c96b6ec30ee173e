"""The floor: a handler written by hand for each question, one statement that makes the whole answer as JSON."""

import os

import asyncpg
import uvloop
from aiohttp import web
from listening import listen

USER = "json_build_object('id', u.id, 'displayName', u.name, 'email', u.email)"
WIDGETS = """(
  SELECT coalesce(json_agg(json_build_object('id', w.id, 'title', w.title, 'type', w.type) ORDER BY w.position), '[]')
  FROM widgets w WHERE w.dashboard_id = d.id AND w.edition = d.working
)"""
GROUPS = """(
  SELECT coalesce(json_agg(json_build_object({columns}) ORDER BY g.name_key, g.id), '[]')
  FROM memberships m JOIN groups g ON g.id = m.group_id WHERE m.user_id = u.id
)"""
GROUP = "'id', g.id, 'name', g.name"
SHARES = f"""(
  SELECT coalesce(json_agg(json_build_object(
    'rule', upper(s.rule),
    'user', (
      SELECT json_build_object(
        'id', u.id, 'displayName', u.name, 'email', u.email, 'groups', {GROUPS.format(columns=GROUP)}
      )
      FROM users u WHERE u.id = s.user_id
    ),
    'group', (SELECT json_build_object({GROUP}) FROM groups g WHERE g.id = s.group_id)
  ) ORDER BY s.created_at), '[]')
  FROM shares s WHERE s.dashboard_id = d.id
)"""
USERS = """(
  SELECT coalesce(json_agg(
    json_build_object('id', v.id, 'displayName', v.name, 'email', v.email) ORDER BY v.name_key, v.id
  ), '[]')
  FROM memberships n JOIN users v ON v.id = n.user_id WHERE n.group_id = g.id AND v.deleted_at IS NULL
)"""
DASHBOARD = """
  SELECT d.id, e.title, d.title_key, d.working, d.owner_id
  FROM dashboards d JOIN editions e ON e.dashboard_id = d.id AND e.number = d.working WHERE d.deleted_at IS NULL
"""
WAYS = """
  SELECT d.owner_id AS user_id, 'OWNER' AS kind, 'OWNER' AS role, 3 AS rank, NULL AS share_id
  UNION ALL
  SELECT s.user_id, 'DIRECT', upper(s.rule), CASE s.rule WHEN 'edit' THEN 2 ELSE 1 END, s.id
  FROM shares s WHERE s.dashboard_id = d.id AND s.user_id IS NOT NULL
  UNION ALL
  SELECT m.user_id, 'GROUP', upper(s.rule), CASE s.rule WHEN 'edit' THEN 2 ELSE 1 END, s.id
  FROM shares s JOIN memberships m ON m.group_id = s.group_id WHERE s.dashboard_id = d.id
"""

SHARED = f"""
SELECT json_build_object('dashboards', coalesce(json_agg(json_build_object(
  'id', d.id, 'title', d.title,
  'owner', (SELECT {USER} FROM users u WHERE u.id = d.owner_id),
  'widgets', {WIDGETS},
  'shares', {SHARES}
) ORDER BY d.title_key, d.id), '[]'))
FROM ({DASHBOARD} ORDER BY d.title_key, d.id LIMIT $1) d
"""
ONE = f"""
SELECT json_build_object('dashboard', (
  SELECT json_build_object('id', d.id, 'title', d.title, 'widgets', {WIDGETS}) FROM ({DASHBOARD} AND d.id = $1) d
))
"""
MEMBERS = f"""
SELECT json_build_object('users', coalesce(json_agg(json_build_object(
  'id', u.id, 'displayName', u.name, 'email', u.email,
  'groups', {GROUPS.format(columns=f"{GROUP}, 'users', {USERS}")}
) ORDER BY u.name_key, u.id), '[]'))
FROM (SELECT * FROM users WHERE deleted_at IS NULL ORDER BY name_key, id LIMIT $1) u
"""
ACCESS = f"""
SELECT json_build_object('dashboards', coalesce(json_agg(json_build_object(
  'id', d.id, 'title', d.title,
  'access', (
    SELECT coalesce(json_agg(json_build_object(
      'role', a.paths->0->'role', 'user', {USER}, 'paths', a.paths
    ) ORDER BY u.name_key, u.id), '[]')
    FROM (
      SELECT user_id,
        json_agg(json_build_object('kind', kind, 'role', role) ORDER BY rank DESC, kind, share_id) AS paths
      FROM ({WAYS}) ways GROUP BY user_id
    ) a JOIN users u ON u.id = a.user_id AND u.status = 'active'
  )
) ORDER BY d.title_key, d.id), '[]'))
FROM ({DASHBOARD} ORDER BY d.title_key, d.id LIMIT $1) d
"""


async def main() -> None:
    pool = await asyncpg.create_pool(os.environ["DATABASE"], min_size=1, max_size=10)

    async def answer(statement: str, given: object) -> web.Response:
        async with pool.acquire() as connection:
            return web.Response(text=await connection.fetchval(statement, given), content_type="application/json")

    async def shared(request: web.Request) -> web.Response:
        return await answer(SHARED, int(request.query["first"]))

    async def one(request: web.Request) -> web.Response:
        return await answer(ONE, request.match_info["id"])

    async def members(request: web.Request) -> web.Response:
        return await answer(MEMBERS, int(request.query["first"]))

    async def access(request: web.Request) -> web.Response:
        return await answer(ACCESS, int(request.query["first"]))

    app = web.Application()
    app.router.add_get("/dashboards", shared)
    app.router.add_get("/dashboards/{id}", one)
    app.router.add_get("/users", members)
    app.router.add_get("/access", access)
    await listen(app)


if __name__ == "__main__":
    uvloop.run(main())
