import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import WebSocket from 'ws'
import { apiKey, apiSecret, projectId } from './server.mjs'
import { Inbox, until } from './waiting.mjs'

// Node 20 has none. That of browsers does not throw when nobody listens to its errors.
globalThis.WebSocket = class extends WebSocket {
  constructor (...args) {
    super(...args)
    this.on('error', () => {})
  }
}

const require = createRequire(import.meta.url)
const folder = dirname(require.resolve('@vaultrice/sdk/package.json')) + sep
const open = []

export const credentials = { projectId, apiKey, apiSecret }

/** A copy of the SDK of its own that talks to this address: the address is static in the SDK. */
export function loadSdk (url) {
  for (const file of Object.keys(require.cache).filter(file => file.startsWith(folder))) delete require.cache[file]
  const sdk = require('@vaultrice/sdk')
  Object.getPrototypeOf(Object.getPrototypeOf(sdk.NonLocalStorage)).basePath = url
  return sdk
}

/** Options for every instance: no throttling on the client's side, no words on the console, quick reconnects. */
export function options (more = {}) {
  return {
    throttling: { enabled: false, maxOperations: 1e9 },
    logLevel: 'none',
    ...more,
    connectionSettings: { reconnectBaseDelay: 100, ...more.connectionSettings }
  }
}

/** A client of an object; a new object unless an id is given. */
export function client (sdk, more = {}, by = credentials) {
  return disconnectedAfterwards(new sdk.NonLocalStorage(by, options({ id: newId(), ...more })))
}

/** A sync object; a new object unless an id is given. */
export async function syncObject (sdk, more = {}) {
  return disconnectedAfterwards(await sdk.createSyncObject(credentials, options({ id: newId(), ...more })))
}

/** Has this instance say goodbye with the others. */
export function disconnectedAfterwards (one) {
  open.push(one)
  return one
}

/** Says goodbye for all clients of this file. */
export async function disconnectAll () {
  await Promise.all(open.splice(0).map(one => one.disconnect().catch(() => {})))
}

export const newId = () => `object-${randomUUID()}`

/** Records an event of a client, of one item if a name is given. The client must be connected. */
export function record (client, event, ...name) {
  const inbox = new Inbox([event, ...name].join(' '))
  client.on(event, ...name, inbox.handler)
  return inbox
}

/** Connects, and waits until the server has greeted: from then on no event passes by. */
export async function connected (...clients) {
  for (const one of clients) {
    one.connect().catch(() => {})
    await until('the server greets a client', () => one.isConnected && one.connectionId)
  }
  return clients[0]
}

/** What others call a client's connection: its own id has a secret part, which resumes it. */
export const publicId = one => one.connectionId.split('.')[0]

/** Two clients of one new object, both connected. */
export async function pair (sdk, more = {}) {
  const id = newId()
  const clients = [client(sdk, { id, ...more }), client(sdk, { id, ...more })]
  await connected(...clients)
  return clients
}

/** Path of an object, for calls without the SDK. */
export const pathOf = one => `${one.class}/${one.id}`
