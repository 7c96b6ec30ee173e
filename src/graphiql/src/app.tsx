import { HISTORY_PLUGIN } from '@graphiql/plugin-history'
import { useGraphiQL } from '@graphiql/react'
import { createGraphiQLFetcher } from '@graphiql/toolkit'
import { GraphiQL } from 'graphiql'
import { createClient } from 'graphql-ws'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { Bar } from './bar'
import { examples } from './examples'
import { connectionParams, getSession, graphqlFetch, subscribe } from './session'
import { createStorage } from './storage'

const plugins = [HISTORY_PLUGIN]
const storage = createStorage()
// A connection for each subscription, as whoever is signed in then. When it breaks, the person sees why.
const wsClient = createClient({ url: location.origin.replace(/^http/, 'ws') + '/graphql', connectionParams, retryAttempts: 0 })
const fetcher = createGraphiQLFetcher({
  url: '/graphql',
  fetch: graphqlFetch,
  enableIncrementalDelivery: false,
  wsClient,
})

export function App() {
  const session = useSyncExternalStore(subscribe, getSession)
  return (
    <>
      <Bar session={session} />
      <main className="dg-main">
        <GraphiQL
          fetcher={fetcher}
          // Asked for at every sign-in; without one the server keeps its schema to itself.
          schema={session.status === 'signed-in' ? undefined : null}
          storage={storage}
          plugins={plugins}
          defaultTabs={examples}
          shouldPersistHeaders={false}
        >
          <GraphiQL.Logo>
            <span className="dg-logo">
              Graph<em>i</em>QL
            </span>
          </GraphiQL.Logo>
          <ClearResults signedOut={session.status === 'signed-out'} />
        </GraphiQL>
      </main>
    </>
  )
}

/** What one person was shown is not left on the screen for the next, and no more of it comes. */
function ClearResults({ signedOut }: { signedOut: boolean }) {
  const { tabs, responseEditor } = useGraphiQL(({ tabs, responseEditor }) => ({ tabs, responseEditor }))
  const latest = useRef({ tabs, responseEditor })
  latest.current = { tabs, responseEditor }

  useEffect(() => {
    if (!signedOut) return
    void wsClient.dispose()
    for (const tab of latest.current.tabs) tab.response = null
    latest.current.responseEditor?.setValue('')
  }, [signedOut])
  return null
}
