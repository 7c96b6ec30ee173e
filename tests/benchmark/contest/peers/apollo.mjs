// Apollo Server, as its manual starts one.
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { context, resolvers, typeDefs } from './plain.mjs'

const server = new ApolloServer({ typeDefs, resolvers })
const { url } = await startStandaloneServer(server, { context: async () => context(), listen: { host: '127.0.0.1', port: 0 } })
console.log(url)
