// The schema that Apollo Server and Mercurius answer: resolvers over loaders, one statement for a batch.
import { readFileSync } from 'node:fs'
import DataLoader from 'dataloader'
import pg from 'pg'

export const typeDefs = readFileSync(new URL('plain.graphql', import.meta.url), 'utf8')

const pool = new pg.Pool({ connectionString: process.env.DATABASE, max: 10 })

// Prepared once on each connection.
const prepared = (name, text) => async (...values) => (await pool.query({ name, text, values })).rows

const DASHBOARD = `SELECT d.id, e.title, d.owner_id AS "ownerId"
  FROM dashboards d JOIN editions e ON e.dashboard_id = d.id AND e.number = d.working WHERE d.deleted_at IS NULL`

const dashboards = prepared('dashboards', `${DASHBOARD} ORDER BY d.title_key, d.id LIMIT $1`)
const dashboard = prepared('dashboard', `${DASHBOARD} AND d.id = $1`)
const users = prepared('users', `SELECT id, name AS "displayName", email
  FROM users WHERE deleted_at IS NULL ORDER BY name_key, id LIMIT $1`)
const usersById = prepared('usersById', 'SELECT id, name AS "displayName", email FROM users WHERE id = ANY($1)')
const groupsById = prepared('groupsById', 'SELECT id, name FROM groups WHERE id = ANY($1)')
const widgets = prepared('widgets', `SELECT w.dashboard_id AS parent, w.id, w.title, w.type
  FROM widgets w JOIN dashboards d ON d.id = w.dashboard_id AND d.working = w.edition
  WHERE w.dashboard_id = ANY($1) ORDER BY w.dashboard_id, w.position`)
const shares = prepared('shares', `SELECT dashboard_id AS parent, upper(rule) AS rule, user_id AS "userId",
  group_id AS "groupId" FROM shares WHERE dashboard_id = ANY($1) ORDER BY created_at`)
const groupsOfUsers = prepared('groupsOfUsers', `SELECT m.user_id AS parent, g.id, g.name
  FROM memberships m JOIN groups g ON g.id = m.group_id WHERE m.user_id = ANY($1) ORDER BY g.name_key, g.id`)
const usersOfGroups = prepared('usersOfGroups', `SELECT m.group_id AS parent, u.id, u.name AS "displayName", u.email
  FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.group_id = ANY($1) AND u.deleted_at IS NULL
  ORDER BY u.name_key, u.id`)
const ways = prepared('ways', `
  SELECT w.parent, w.user_id AS "userId", w.kind, w.role
  FROM (
    SELECT id AS parent, owner_id AS user_id, 'OWNER' AS kind, 'OWNER' AS role, NULL AS share_id
      FROM dashboards WHERE id = ANY($1)
    UNION ALL
    SELECT dashboard_id, user_id, 'DIRECT', upper(rule), id
      FROM shares WHERE dashboard_id = ANY($1) AND user_id IS NOT NULL
    UNION ALL
    SELECT s.dashboard_id, m.user_id, 'GROUP', upper(s.rule), s.id
      FROM shares s JOIN memberships m ON m.group_id = s.group_id WHERE s.dashboard_id = ANY($1)
  ) w JOIN users u ON u.id = w.user_id
  WHERE u.status = 'active'
  ORDER BY u.name_key, u.id, array_position('{OWNER,EDIT,VIEW}', w.role), w.kind, w.share_id`)

const byId = (statement) => new DataLoader(async (ids) => {
  const found = new Map((await statement(ids)).map((row) => [row.id, row]))
  return ids.map((id) => found.get(id) ?? null)
})

const byParent = (statement) => new DataLoader(async (ids) => {
  const found = new Map(ids.map((id) => [id, []]))
  for (const row of await statement(ids)) found.get(row.parent).push(row)
  return ids.map((id) => found.get(id))
})

export const context = () => ({
  users: byId(usersById),
  groups: byId(groupsById),
  widgets: byParent(widgets),
  shares: byParent(shares),
  groupsOfUsers: byParent(groupsOfUsers),
  usersOfGroups: byParent(usersOfGroups),
  ways: byParent(ways),
})

async function access ({ id }, _, { ways }) {
  const found = new Map()
  for (const way of await ways.load(id)) { // the strongest of each user first
    if (!found.has(way.userId)) found.set(way.userId, { userId: way.userId, role: way.role, paths: [] })
    found.get(way.userId).paths.push(way)
  }
  return [...found.values()]
}

export const resolvers = {
  Query: {
    dashboards: (_, { first }) => dashboards(first),
    dashboard: async (_, { id }) => (await dashboard(id))[0],
    users: (_, { first }) => users(first),
  },
  Dashboard: {
    owner: ({ ownerId }, _, { users }) => ownerId && users.load(ownerId),
    widgets: ({ id }, _, { widgets }) => widgets.load(id),
    shares: ({ id }, _, { shares }) => shares.load(id),
    access,
  },
  Share: {
    user: ({ userId }, _, { users }) => userId && users.load(userId),
    group: ({ groupId }, _, { groups }) => groupId && groups.load(groupId),
  },
  User: { groups: ({ id }, _, { groupsOfUsers }) => groupsOfUsers.load(id) },
  Group: { users: ({ id }, _, { usersOfGroups }) => usersOfGroups.load(id) },
  Access: { user: ({ userId }, _, { users }) => users.load(userId) },
}
