// Composes dashgraph, whose SDL comes by stdin, with the second subgraph, by the composer of Apollo or of The Guild.
// Arguments: which composer, and the addresses of both. Says { errors, hints, supergraph }.
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import * as apollo from '@apollo/composition'
import * as guild from '@theguild/federation-composition'
import { parse } from 'graphql'

const [composer, dashgraph, reviews] = process.argv.slice(2)
const { errors, hints, supergraphSdl } = { apollo, guild }[composer].composeServices([
  { name: 'dashgraph', url: dashgraph, typeDefs: parse(await text(process.stdin)) },
  { name: 'reviews', url: reviews, typeDefs: parse(readFileSync(new URL('reviews.graphql', import.meta.url), 'utf8')) },
])
const said = {
  errors: (errors ?? []).map(error => error.message),
  hints: (hints ?? []).map(hint => `${hint.definition.code}: ${hint.message.split('.')[0]}`),
  supergraph: supergraphSdl,
}
console.log(JSON.stringify(said))
