// Runs every audit of graphql-http against a server and says the outcome of each as a line of JSON.
import { serverAudits } from 'graphql-http'

const [address, token] = process.argv.slice(2)
const authorised = (url, options = {}) =>
  fetch(url, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } })

for (const audit of serverAudits({ url: address + '/graphql', fetchFn: authorised })) {
  const { id, name, status, reason } = await audit.fn()
  console.log(JSON.stringify({ id, name, status, reason }))
}
