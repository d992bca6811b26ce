import { after, before } from 'node:test'
import { disconnectAll, loadSdk } from './sdk.mjs'
import { Proxy } from './proxy.mjs'
import { Server } from './server.mjs'

/**
 * One server for a file's tests, stopped after them. Once the tests run there are server, sdk (which calls it directly),
 * proxy and far (an SDK that calls through the proxy).
 */
export function suite (settings) {
  const parts = {}
  before(async () => {
    parts.server = await Server.start(settings)
    parts.sdk = loadSdk(parts.server.url)
    parts.proxy = await Proxy.before(parts.server)
    parts.far = loadSdk(parts.proxy.url)
  })
  after(async () => {
    await disconnectAll()
    parts.proxy?.close()
    await parts.server?.stop()
  })
  return parts
}
