import assert from 'node:assert/strict'
import { launch, servePages, skip } from './browser.mjs'
import { client, connected, disconnectAll, loadSdk, record } from './sdk.mjs'
import { apiKey, apiSecret, projectId, Server } from './server.mjs'

// Run as a process of its own, which trusts the certificate of its arguments (NODE_EXTRA_CA_CERTS is read at start only).

const [certificate, key] = process.argv.slice(2)
const server = await Server.start({
  DOTNET_ENVIRONMENT: 'Production',
  Kestrel__Certificates__Default__Path: certificate,
  Kestrel__Certificates__Default__KeyPath: key
}, 'https')
const sdk = loadSdk(server.url)
const one = client(sdk)
await connected(one)
const changes = record(one, 'setItem')
await client(sdk, { id: one.id }).setItem('a', 'over TLS')
await changes.first(change => change.value === 'over TLS')
const answer = await fetch(`${server.url}/health/live`)
assert.match(answer.headers.get('strict-transport-security'), /^max-age=\d+/)
if (!skip) assert.deepEqual(await socketOfPage(), [200, 'connected', 'setItem'])
await disconnectAll()
await server.stop()
console.log('served over TLS')
process.exit(0)

/** What a socket of a page hears that has an HTTP/2 connection to the server; first how its handshake was answered, which tells that it is on that connection. */
async function socketOfPage () {
  const [browser, pages] = [await launch(), await servePages()]
  try {
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
    const network = await page.context().newCDPSession(page)
    await network.send('Network.enable')
    const answered = new Promise(resolve => network.once('Network.webSocketHandshakeResponseReceived', ({ response }) => resolve(response.status)))
    await page.goto(`http://127.0.0.1:${pages.address().port}/`)
    const events = await page.evaluate(async ({ url, projectId, authorization }) => {
      // With credentials, as sockets are: else it has a connection of its own.
      await fetch(`${url}/health/live`, { mode: 'no-cors', credentials: 'include' })
      const socket = new WebSocket(`${url.replace('https', 'wss')}/project/${projectId}/ws/c/page?${new URLSearchParams({ auth: authorization })}`)
      const events = []
      await new Promise(resolve => {
        socket.onclose = resolve
        socket.onmessage = ({ data }) => {
          events.push(JSON.parse(data).event)
          if (events.length === 2) return resolve()
          const init = { method: 'POST', headers: { Authorization: authorization, 'Content-Type': 'application/json' }, body: '{"value":1}' }
          fetch(`${url}/project/${projectId}/cache/c/page/a`, init)
        }
      })
      return events
    }, { url: server.url, projectId, authorization: `Basic ${btoa(`${apiKey}:${apiSecret}`)}` })
    return [events.length > 0 && await answered, ...events]
  } finally {
    await browser.close()
    pages.close()
  }
}
