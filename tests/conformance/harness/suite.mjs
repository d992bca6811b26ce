import { after, before } from 'node:test'
import { disconnectAll, loadSdk } from './sdk.mjs'
import { Server } from './server.mjs'

/** One server for a file's tests, stopped after them; server and sdk are set once its tests run. */
export function suite (settings) {
  const parts = {}
  before(async () => {
    parts.server = await Server.start(settings)
    parts.sdk = loadSdk(parts.server.url)
  })
  after(async () => {
    await disconnectAll()
    await parts.server?.stop()
  })
  return parts
}
