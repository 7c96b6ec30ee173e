// Runs one operation with the client of graphql-ws or of graphql-sse: a line for each result, and how it ended.
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWsClient } from 'graphql-ws'
import WebSocket from 'ws'

const [transport, address, token, query] = process.argv.slice(2)
const say = (what, value) => console.log(JSON.stringify({ [what]: value }))

const client =
  transport === 'websocket'
    ? createWsClient({
        url: address.replace(/^http/, 'ws') + '/graphql',
        webSocketImpl: WebSocket,
        connectionParams: { token },
        retryAttempts: 0,
        keepAlive: 50,
      })
    : createSseClient({
        url: address + '/graphql',
        headers: { Authorization: `Bearer ${token}` },
        retryAttempts: 0,
      })

client.subscribe(
  { query },
  {
    next: result => say('next', result),
    error: error => {
      say('error', Array.isArray(error) ? error : { code: error.code, reason: error.reason, message: error.message })
      client.dispose()
    },
    complete: () => {
      say('complete', true)
      client.dispose()
    },
  },
)
