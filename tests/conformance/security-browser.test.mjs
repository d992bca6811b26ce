import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, servePages, skip } from './harness/browser.mjs'
import { newId } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'

// Origins as browsers send them, which no script of a page can change.

let key
let pages
let browser

const use = skip ? undefined : suite({ Sockets__RefusalHold: '00:00:00.100' }, async ({ server }) => {
  pages = await servePages()
  key = await server.newKey(await server.newProject(), { origins: [originOf('127.0.0.1')] })
})

if (!skip) {
  after(async () => {
    await browser?.close()
    pages?.close()
  })
}

const originOf = host => `http://${host}:${pages.address().port}`

/** What a page of this origin gets to do: write and read, and hear of it. */
async function tryFrom (host, credentials) {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${originOf(host)}/`)
  const outcome = await page.evaluate(async ({ url, credentials, id }) => {
    const { NonLocalStorage } = window.Vaultrice
    Object.getPrototypeOf(Object.getPrototypeOf(NonLocalStorage)).basePath = url
    const options = { id, throttling: { enabled: false }, logLevel: 'none', connectionSettings: { autoReconnect: false } }
    const one = new NonLocalStorage(credentials, options)
    const written = await one.setItem('name', 'value').then(() => 'written', error => error?.cause?.code ?? error.name)
    const heard = await new Promise(resolve => {
      const isToken = credentials.accessToken !== undefined
      const auth = isToken ? `Bearer ${credentials.accessToken}` : `Basic ${btoa(`${credentials.apiKey}:${credentials.apiSecret}`)}`
      const socket = new WebSocket(`${url.replace('http', 'ws')}/project/${credentials.projectId}/ws/_undefined_/${id}?${new URLSearchParams({ auth })}`)
      const events = []
      socket.onmessage = ({ data }) => {
        events.push(JSON.parse(data).event)
        if (events.at(-1) === 'connected') socket.close()
      }
      socket.onclose = () => resolve(events)
    })
    return { written, heard }
  }, { url: use.server.url, credentials, id: newId() })
  await context.close()
  return outcome
}

before(async () => { if (!skip) browser = await launch() })

test('a page of the key\'s origin gets in, a page of another origin with the stolen key does not', { skip }, async () => {
  assert.deepEqual(await tryFrom('127.0.0.1', key), { written: 'written', heard: ['connected'] })
  const foreign = await tryFrom('localhost', key)
  assert.notEqual(foreign.written, 'written')
  assert.deepEqual(foreign.heard, ['error'], 'its socket is told why and closed')
})

test('a token that a backend minted for an origin is good in its pages and in no others', { skip }, async () => {
  const { projectId, apiKey, apiSecret } = key
  const accessToken = await use.sdk.retrieveAccessToken(projectId, apiKey, apiSecret, { origin: originOf('127.0.0.1') })
  assert.deepEqual(await tryFrom('127.0.0.1', { projectId, accessToken }), { written: 'written', heard: ['connected'] })
  const foreign = await tryFrom('localhost', { projectId, accessToken })
  assert.notEqual(foreign.written, 'written')
  assert.deepEqual(foreign.heard, ['error'])
})
