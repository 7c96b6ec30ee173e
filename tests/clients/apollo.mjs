// Apollo Client with persisted queries: asks the same twice, and says each request, answer and verdict as JSON.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import {
  createPersistedQueryManifestVerificationLink,
  generatePersistedQueryIdsFromManifest,
} from '@apollo/persisted-query-lists'

const [address, token, query, manifest] = process.argv.slice(2)
const say = (kind, value) => console.log(JSON.stringify({ [kind]: value }))
const loadManifest = async () => JSON.parse(await readFile(manifest))
const sha256 = text => createHash('sha256').update(text).digest('hex')

const told = async (url, options) => {
  const { query, extensions } = JSON.parse(options.body)
  const answer = await fetch(url, options)
  const { errors = [] } = await answer.clone().json()
  say('request', {
    text: query !== undefined,
    hash: extensions?.persistedQuery !== undefined,
    status: answer.status,
    codes: errors.map(error => error.extensions.code),
  })
  return answer
}

const links = manifest
  ? [
      createPersistedQueryManifestVerificationLink({
        loadManifest,
        onVerificationFailed: details => say('unverified', details.reason),
      }),
      new PersistedQueryLink(generatePersistedQueryIdsFromManifest({ loadManifest })),
    ]
  : [new PersistedQueryLink({ sha256 })]
const http = new HttpLink({ uri: address + '/graphql', fetch: told, headers: { Authorization: `Bearer ${token}` } })
const client = new ApolloClient({ link: ApolloLink.from([...links, http]), cache: new InMemoryCache() })

for (let time = 0; time < 2; time++) {
  try {
    const { data } = await client.query({ query: gql(query), fetchPolicy: 'network-only' })
    say('data', data)
  } catch (error) {
    say('error', error.message)
  }
}
client.stop()
