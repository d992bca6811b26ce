import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { launch, servePages, skip } from './harness/browser.mjs'
import { client, connected, newId, record } from './harness/sdk.mjs'
import { apiKey, apiSecret, projectId } from './harness/server.mjs'
import { suite } from './harness/suite.mjs'
import { within } from './harness/waiting.mjs'

const use = skip ? undefined : suite()
const id = newId()
let pages
let browser

if (!skip) {
  before(async () => { pages = await servePages() })
  after(async () => {
    await browser?.close()
    pages?.close()
  })
}

/** A page of a browser context of its own, with a client called one and inboxes of its events. */
async function open (options) {
  const context = await browser.newContext()
  const page = await context.newPage()
  const problems = []
  page.on('pageerror', error => problems.push(error.message))
  page.on('console', message => message.type() === 'error' && problems.push(message.text()))
  await page.goto(`http://127.0.0.1:${pages.address().port}/`)
  await page.evaluate(async ({ url, credentials, options }) => {
    const { NonLocalStorage } = window.Vaultrice
    Object.getPrototypeOf(Object.getPrototypeOf(NonLocalStorage)).basePath = url
    const one = window.one = new NonLocalStorage(credentials, options)
    if (options.passphrase) await one.getEncryptionSettings()
    window.inbox = {}
    for (const event of ['setItem', 'removeItem', 'message', 'presence:join', 'presence:leave']) {
      window.inbox[event] = []
      one.on(event, value => window.inbox[event].push(value))
    }
  }, { url: use.server.url, credentials: { projectId, apiKey, apiSecret }, options: { id, throttling: { enabled: false }, ...options } })
  await page.waitForFunction(() => window.one.isConnected && window.one.connectionId, undefined, { timeout: 15_000 })
  return { page, problems }
}

/** Waits until an inbox has something with this JSON in it. */
async function arrives (page, event, text) {
  await within(`${event} with ${text} arrives in the page`, page.waitForFunction(
    ([event, text]) => window.inbox[event].some(value => JSON.stringify(value).includes(text)), [event, text], { timeout: 15_000 }))
}

test('the browser is there', { skip }, async () => {
  browser = await launch()
})

test('two pages and a Node client share an object', { skip }, async () => {
  assert.ok(browser, 'The browser did not start.')
  const first = await open()
  const second = await open()
  const node = await connected(client(use.sdk, { id }))
  const nodeItems = record(node, 'setItem')

  // A preflight goes ahead of each of these calls: another origin, and a header of its own.
  const set = await first.page.evaluate(() => window.one.setItem('größe', { deep: [1, '😀'] }))
  assert.deepEqual(set.value, { deep: [1, '😀'] })
  await arrives(second.page, 'setItem', '"größe"')
  assert.deepEqual((await nodeItems.first()).value, { deep: [1, '😀'] })
  assert.deepEqual(await second.page.evaluate(async () => (await window.one.getItem('größe')).value), { deep: [1, '😀'] })
  assert.equal(await second.page.evaluate(async () => (await window.one.incrementItem('n', 2)).value), 2)
  await arrives(first.page, 'setItem', '"prop":"n","value":2')
  await node.push('list', 'from node')
  await arrives(first.page, 'setItem', 'from node')
  await arrives(second.page, 'setItem', 'from node')
  await second.page.evaluate(() => window.one.removeItem('größe'))
  await arrives(first.page, 'removeItem', '"größe"')
  assert.deepEqual((await first.page.evaluate(() => window.one.getAllKeys())).sort(), ['list', 'n'])
  assert.equal(await first.page.evaluate(() => window.one.getItem('nothing').then(item => item === undefined)), true)
  const conflict = await first.page.evaluate(() => window.one.setItem('n', 1, { updatedAt: 1 }).catch(error => error.cause.code))
  assert.equal(conflict, 'conflictError.updatedAt.mismatch', 'a page may read refusals')

  await first.page.evaluate(() => window.one.join({ name: 'first' }))
  await arrives(second.page, 'presence:join', '"first"')
  assert.deepEqual(await second.page.evaluate(async () => (await window.one.getJoinedConnections()).map(connection => connection.data.name)), ['first'])
  await second.page.evaluate(() => window.one.send({ hello: 'socket' }))
  await arrives(first.page, 'message', '"hello":"socket"')
  await second.page.evaluate(() => window.one.send({ hello: 'http' }, { transport: 'http' }))
  await arrives(first.page, 'message', '"hello":"http"')
  await arrives(second.page, 'message', '"hello":"http"')
  assert.equal(await second.page.evaluate(() => window.inbox.message.length), 1, 'what it sent by socket does not come back')

  // A page that goes away closes its socket.
  await first.page.close()
  await arrives(second.page, 'presence:leave', '"first"')
  const expected = problem => /40[49]/.test(problem)
  assert.deepEqual([...first.problems, ...second.problems].filter(problem => !expected(problem)), [])
})

test('two pages share encrypted values', { skip }, async () => {
  assert.ok(browser, 'The browser did not start.')
  const secret = { id: newId(), passphrase: 'correct horse' }
  const first = await open(secret)
  const second = await open(secret)
  await first.page.evaluate(() => window.one.setItem('secret', { text: 'treasure' }))
  await arrives(second.page, 'setItem', 'treasure')
  await first.page.evaluate(() => window.one.rotateEncryption())
  await first.page.evaluate(() => window.one.setItem('secret', { text: 'new treasure' }))
  await arrives(second.page, 'setItem', 'new treasure')
  assert.equal(await second.page.evaluate(async () => (await window.one.getItem('secret')).value.text), 'new treasure')
  await first.page.evaluate(() => window.one.send({ text: 'encrypted message' }, { transport: 'http' }))
  await arrives(second.page, 'message', 'encrypted message')
  const { text } = await use.server.call('GET', `/cache/_undefined_/${secret.id}`)
  assert.ok(text.includes('secret') && !text.includes('treasure'))
  assert.deepEqual([...first.problems, ...second.problems], [])
})
