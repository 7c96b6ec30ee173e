// Hive Gateway over a supergraph, whose SDL comes by stdin, on a free port of loopback.
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime'

const gateway = createGatewayRuntime({
  supergraph: await text(process.stdin),
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }),
  },
})
const server = createServer(gateway)
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/graphql`))
