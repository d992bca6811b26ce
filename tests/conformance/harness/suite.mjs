import { after, afterEach, before } from 'node:test'
import { disconnectAll, loadSdk } from './sdk.mjs'
import { Proxy } from './proxy.mjs'
import { Server } from './server.mjs'

/**
 * One server for a file's tests, stopped after them. Once the tests run there are server and sdk, which calls it directly;
 * prepare, which is given the same, is done before any test. throughProxy gives a proxy of its own and an SDK that calls through it.
 */
export function suite (settings, prepare = () => {}) {
  const proxies = []
  const parts = {
    async throughProxy () {
      const proxy = await Proxy.before(parts.server)
      proxies.push(proxy)
      return { proxy, far: loadSdk(proxy.url) }
    }
  }
  before(async () => {
    parts.server = await Server.start(settings)
    parts.sdk = loadSdk(parts.server.url)
    await prepare(parts)
  })
  // A client of an earlier test would go on reconnecting.
  afterEach(disconnectAll)
  after(async () => {
    for (const proxy of proxies) proxy.close()
    await parts.server?.stop()
  })
  return parts
}
