import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { client, newId } from './harness/sdk.mjs'
import { apiKey, apiSecret, projectId } from './harness/server.mjs'
import { suite } from './harness/suite.mjs'
import { until } from './harness/waiting.mjs'

// A user's story: values are encrypted at rest with a key of their object's own, and he notices nothing of it.

const token = 'admin-token-of-this-suite-0123456789'
const parts = suite({ Bootstrap__AdminToken: token })
const atRest = on => admin('PUT', 'classes/vault', { encryption: { additionalAtRest: on, required: false } })

async function admin (method, path, body) {
  const response = await fetch(`${parts.server.url}/admin/projects/${projectId}/${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body)
  })
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`)
  return response.json()
}

/** The bytes of every file in the data folder: database, log and whatever else is there. */
function everything () {
  const folder = join(parts.server.folder, 'data')
  return Buffer.concat(readdirSync(folder).filter(name => name !== 'lock').map(name => readFileSync(join(folder, name))))
}

test('What is set is read again, and is nowhere in the raw database nor in its log', async () => {
  await atRest(true)
  const secret = `secret-${randomBytes(16).toString('hex')}`
  const one = client(parts.sdk, { id: newId(), class: 'vault' })
  await one.setItem('note', { text: secret })
  await one.push('list', secret)
  await one.setItem('note', { text: secret, again: true })

  assert.deepEqual((await one.getItem('note')).value, { text: secret, again: true })
  assert.deepEqual((await client(parts.sdk, { id: one.id, class: 'vault' }).getItem('list')).value, [secret])
  for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, -4), Buffer.from(secret, 'utf16le')]) {
    assert.equal(everything().indexOf(form), -1, 'A value is readable in the files.')
  }
  await parts.server.stop()
  assert.equal(everything().indexOf(secret), -1, 'A value is readable in the files after the server has stopped.')
  await parts.server.up()
  assert.deepEqual((await one.getItem('note')).value, { text: secret, again: true })
  const keys = await admin('GET', `objects/vault/${one.id}/encryption`)
  assert.deepEqual([keys.plainItems, keys.keys[0].items], [0, 2])
})

test('Switched on later, what was there is sealed on request, and clients go on meanwhile', async () => {
  await atRest(false)
  const one = client(parts.sdk, { id: newId(), class: 'vault' })
  await one.setItem('before', 1)
  await atRest(true)
  await admin('POST', 'classes/vault/encryption/apply')
  const writing = (async () => { for (let i = 0; i < 20; i++) await one.incrementItem('count') })()
  await until('the walk ends', async () => (await admin('GET', 'classes/vault/encryption/apply')).endedAt)
  await writing

  assert.equal((await admin('GET', `objects/vault/${one.id}/encryption`)).plainItems, 0)
  assert.equal((await one.getItem('before')).value, 1)
  assert.equal((await one.getItem('count')).value, 20)
})

test('Keys are exchanged at every level while clients go on', async () => {
  await atRest(true)
  const one = client(parts.sdk, { id: newId(), class: 'vault' })
  await one.setItem('a', 'first')
  await admin('POST', `objects/vault/${one.id}/encryption/rotate`)
  await one.setItem('b', 'second')
  await admin('POST', 'encryption/rotate')
  await admin('POST', 'encryption/rewrap')
  await until('the walk ends', async () => (await admin('GET', 'encryption')).walks.find(walk => walk.kind === 'rewrap').endedAt)
  await one.setItem('c', 'third')

  for (const [name, value] of [['a', 'first'], ['b', 'second'], ['c', 'third']]) assert.equal((await one.getItem(name)).value, value)
  const keys = await admin('GET', `objects/vault/${one.id}/encryption`)
  assert.deepEqual(keys.keys.map(key => key.items), [1, 2])
  assert.ok(keys.keys.every(key => key.projectKey === 2))
})

test('No credentials of this suite are in the files either', () => {
  for (const secret of [token, apiSecret]) assert.equal(everything().indexOf(secret), -1)
  assert.equal(everything().indexOf(`${apiKey}:${apiSecret}`), -1)
})
