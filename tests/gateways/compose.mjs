// Composes dashgraph, whose SDL comes by stdin, with the second subgraph: once with the composer of each vendor.
// Arguments: the addresses of both. Says { apollo: { errors, hints, supergraph }, guild: { errors, supergraph } }.
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { composeServices } from '@apollo/composition'
import { composeServices as composeByGuild } from '@theguild/federation-composition'
import { parse } from 'graphql'

const [dashgraph, reviews] = process.argv.slice(2)
const services = [
  { name: 'dashgraph', url: dashgraph, typeDefs: parse(await text(process.stdin)) },
  { name: 'reviews', url: reviews, typeDefs: parse(readFileSync(new URL('reviews.graphql', import.meta.url), 'utf8')) },
]
const said = ({ errors, hints, supergraphSdl }) => ({
  errors: (errors ?? []).map(error => error.message),
  hints: (hints ?? []).map(hint => `${hint.definition.code}: ${hint.message}`),
  supergraph: supergraphSdl,
})
console.log(JSON.stringify({ apollo: said(composeServices(services)), guild: said(composeByGuild(services)) }))
