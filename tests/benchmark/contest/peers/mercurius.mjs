// Mercurius with its just-in-time compiler, as its manual starts one.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { context, resolvers, typeDefs } from './plain.mjs'

const app = Fastify()
app.register(mercurius, { schema: typeDefs, resolvers, context, jit: 1 })
console.log(await app.listen({ host: '127.0.0.1', port: 0 }))
