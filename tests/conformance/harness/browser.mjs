import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Why tests with a browser are skipped; false when they are not. */
export const skip = process.env.VAULTRICE_SKIP_BROWSER === '1' && 'VAULTRICE_SKIP_BROWSER=1'

/** Starts Chromium. */
export async function launch () {
  assert.ok(existsSync(executablePath), `There is no ${executablePath}: install Chromium (apt-get install chromium), name another with CHROMIUM, or set VAULTRICE_SKIP_BROWSER=1.`)
  const { chromium } = await import('playwright-core')
  return chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  })
}

/** Pages with the SDK on a port of their own: other origins than the server's, one for each name of this machine. */
export async function servePages () {
  const require = createRequire(import.meta.url)
  const sdk = readFileSync(join(dirname(require.resolve('@vaultrice/sdk/package.json')), 'dist', 'umd', 'index.js'))
  const server = createServer((request, response) => {
    const isSdk = request.url === '/sdk.js'
    response.setHeader('Content-Type', isSdk ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(isSdk ? sdk : '<!doctype html><title>Conformance</title><script src="/sdk.js"></script>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
