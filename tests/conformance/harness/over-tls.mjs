import assert from 'node:assert/strict'
import { client, connected, disconnectAll, loadSdk, record } from './sdk.mjs'
import { Server } from './server.mjs'

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
await disconnectAll()
await server.stop()
console.log('served over TLS')
process.exit(0)
