// PostGraphile over the tables as they are; smart tags give its fields short names and join a dashboard's edition.
import { createServer } from 'node:http'
import { grafserv } from 'postgraphile/grafserv/node'
import { makePgService } from 'postgraphile/adaptors/pg'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { jsonPgSmartTags } from 'postgraphile/utils'
import { postgraphile } from 'postgraphile'

// PostGraphile asks for Node 22, of which this is all that it misses in Node 20.
Promise.withResolvers ??= function () {
  const found = {}
  found.promise = new this((resolve, reject) => Object.assign(found, { resolve, reject }))
  return found
}

const tags = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      dashboards: {
        tags: { foreignKey: '(id, working) references editions (dashboard_id, number)|@fieldName edition' },
      },
    },
    attribute: { 'shares.created_at': { tags: { behavior: '+attribute:orderBy' } } },
    constraint: {
      'dashboards.fk_dashboards_owner_id': { tags: { fieldName: 'owner' } },
      'widgets.fk_widgets_dashboard_id': { tags: { foreignFieldName: 'widgets' } },
      'shares.fk_shares_dashboard_id': { tags: { foreignFieldName: 'shares' } },
      'shares.fk_shares_user_id': { tags: { fieldName: 'user' } },
      'shares.fk_shares_group_id': { tags: { fieldName: 'group' } },
      'memberships.fk_memberships_user_id': { tags: { fieldName: 'user', foreignFieldName: 'memberships' } },
      'memberships.fk_memberships_group_id': { tags: { fieldName: 'group', foreignFieldName: 'memberships' } },
    },
  },
})

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [tags],
  pgServices: [makePgService({ connectionString: process.env.DATABASE, poolConfig: { max: 10 } })],
  grafserv: { graphiql: false, websockets: false },
})
const server = createServer()
await instance.createServ(grafserv).addTo(server)
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
