// The second subgraph, on a free port of loopback. Takes its reviews as JSON: [{ id, body, dashboard, author }].
import { readFileSync } from 'node:fs'
import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { startStandaloneServer } from '@apollo/server/standalone'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'

const reviews = JSON.parse(process.argv[2])
const of = (key, value) => reviews.filter(review => review[key] === value)

const resolvers = {
  Query: {
    reviews: () => ({
      edges: reviews.map(node => ({ node, cursor: node.id })),
      pageInfo: { hasNextPage: false, hasPreviousPage: false },
    }),
  },
  Review: {
    dashboard: review => ({ id: review.dashboard }),
    author: review => ({ email: review.author }),
  },
  Dashboard: { reviews: dashboard => of('dashboard', dashboard.id) },
  User: {
    reviews: user => of('author', user.email),
    karma: user => of('author', user.email).length,
  },
}
const typeDefs = parse(readFileSync(new URL('reviews.graphql', import.meta.url), 'utf8'))
const schema = buildSubgraphSchema([{ typeDefs, resolvers }])
const server = new ApolloServer({ schema, plugins: [ApolloServerPluginInlineTraceDisabled()] })
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } })
console.log(url)
