import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, connected, newId, pathOf, record } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'
import { until } from './harness/waiting.mjs'

const use = suite()
const marker = 'treasure'

/** A client with a passphrase, its settings fetched. */
async function secret (id = newId(), more = {}) {
  const one = client(use.sdk, { id, passphrase: 'correct horse battery staple', ...more })
  await one.getEncryptionSettings()
  return one
}

const raw = async (one, name) => (await use.server.call('GET', `/cache/${pathOf(one)}/${name}`)).json

function ciphertext (value) {
  assert.equal(typeof value, 'string')
  assert.deepEqual(Object.keys(JSON.parse(value)).sort(), ['data', 'iv'])
}

test('the settings are made once and are the same for all', async () => {
  const id = newId()
  const [one, two] = [client(use.sdk, { id, passphrase: 'x' }), client(use.sdk, { id, passphrase: 'x' })]
  const before = Date.now()
  const made = await one.getEncryptionSettings()
  assert.equal(made.encryptionSettings.keyVersion, 0)
  assert.ok(made.encryptionSettings.salt.length >= 16)
  assert.ok(Math.abs(made.encryptionSettings.createdAt - before) < 5_000)
  assert.deepEqual(made.previousEncryptionSettings, [])
  assert.deepEqual(await two.getEncryptionSettings(), made)
  const other = client(use.sdk, { passphrase: 'x' })
  assert.notDeepEqual((await other.getEncryptionSettings()).encryptionSettings.salt, made.encryptionSettings.salt)
})

test('the length of the salt can be chosen', async () => {
  const one = client(use.sdk, { passphrase: 'x' })
  assert.equal((await one.getEncryptionSettings(32)).encryptionSettings.salt.length, 32)
  assert.equal((await one.rotateEncryption(24)).encryptionSettings.salt.length, 24)
})

test('values go in encrypted and come out readable', async () => {
  const one = await secret()
  const two = await secret(one.id)
  const set = await one.setItem('item', { [marker]: marker })
  ciphertext(set.value)
  assert.equal(set.keyVersion, 0)
  const got = await two.getItem('item')
  assert.deepEqual(got.value, { [marker]: marker })
  assert.equal(got.keyVersion, 0)
  await one.setItems({ a: { value: marker }, b: { value: [0, false, null, ''] }, zero: { value: 0 } })
  assert.deepEqual((await two.getItems(['a', 'b'])).b.value, [0, false, null, ''])
  const all = await two.getAllItems()
  assert.equal(all.a.value, marker)
  assert.equal(all.zero.value, 0, 'encrypted, 0 is not hidden')
  assert.deepEqual((await two.getAllKeys({ prefix: 'a' })), ['a'])
})

test('without the passphrase nothing can be read', async () => {
  const one = await secret()
  const plain = await connected(client(use.sdk, { id: one.id }))
  const frames = []
  const socket = await plain.getWebSocket()
  socket.addEventListener('message', event => frames.push(event.data))
  const errors = record(plain, 'error')
  const items = record(plain, 'setItem')
  await connected(one)
  await one.setItem('item', { [marker]: marker })
  await one.setItems({ many: { value: marker } })
  await one.send({ [marker]: marker })
  await one.send({ [marker]: marker }, { transport: 'http' })
  await one.join({ [marker]: marker })
  await until('all frames arrive', () => frames.filter(frame => /setItem|message|presence:join/.test(frame)).length >= 5)
  await assert.rejects(plain.getItem('item'), /No passphrase/)
  ciphertext((await raw(one, 'item')).value)
  for (const path of ['/cache/', '/presence-list/']) {
    const { status, text } = await use.server.call('GET', path + pathOf(one))
    assert.equal(status, 200)
    assert.ok(text.length > 50 && !text.includes(marker))
  }
  assert.ok(!frames.join().includes(marker))
  await errors.first(error => /Encrypted data/.test(error.message))
  assert.deepEqual(items.received, [])
  const wrong = await secret(one.id, { passphrase: 'wrong' })
  await assert.rejects(wrong.getItem('item'))
})

test('events arrive readable', async () => {
  const one = await connected(await secret())
  const two = await connected(await secret(one.id))
  const items = record(two, 'setItem')
  const named = record(two, 'setItem', 'item')
  const removed = record(two, 'removeItem')
  await one.setItem('item', { [marker]: 1 })
  for (const inbox of [items, named]) {
    const event = await inbox.first()
    assert.deepEqual([event.prop, event.value, event.keyVersion], ['item', { [marker]: 1 }, 0])
  }
  await one.removeItem('item')
  assert.deepEqual(await removed.first(), { prop: 'item' })
})

test('messages and presence are encrypted and arrive readable', async () => {
  const one = await connected(await secret())
  const two = await connected(await secret(one.id))
  const messages = record(two, 'message')
  const own = record(one, 'message')
  const joins = record(two, 'presence:join')
  const leaves = record(two, 'presence:leave')
  await one.send({ by: 'socket' })
  await messages.count(1)
  await one.send({ by: 'http' }, { transport: 'http' })
  await messages.count(2)
  assert.deepEqual(messages.received, [{ by: 'socket' }, { by: 'http' }])
  assert.deepEqual(await own.first(), { by: 'http' })
  await one.join({ name: marker })
  assert.deepEqual((await joins.first()).data, { name: marker })
  assert.deepEqual((await two.getJoinedConnections()).map(connection => connection.data), [{ name: marker }])
  await one.leave()
  assert.deepEqual((await leaves.first()).data, { name: marker })
})

test('after a rotation old items are readable and are brought up to date by reading them', async () => {
  const one = await secret()
  await one.setItem('single', 'old single', { ttl: 100_000 })
  await one.setItems({ a: { value: 'old a', ttl: 200_000 }, b: { value: 'old b' } })
  const { encryptionSettings, previousEncryptionSettings } = await one.rotateEncryption()
  assert.equal(encryptionSettings.keyVersion, 1)
  assert.deepEqual(previousEncryptionSettings.map(settings => settings.keyVersion), [0])
  const old = await raw(one, 'single')
  assert.equal(old.keyVersion, 0)
  assert.equal((await one.getItem('single')).value, 'old single')
  const updated = await raw(one, 'single')
  assert.equal(updated.keyVersion, 1)
  assert.ok(Math.abs(updated.expiresAt - old.expiresAt) < 2_000, 'with the life that was left')
  assert.equal((await one.getItems(['a', 'b'])).a.value, 'old a')
  assert.equal((await raw(one, 'a')).keyVersion, 1)
  assert.equal((await raw(one, 'b')).keyVersion, 1)
  assert.equal((await one.getItem('b')).value, 'old b')
  assert.equal((await one.getAllItems()).single.value, 'old single')
})

test('without auto update old items stay as they are', async () => {
  const one = await secret(newId(), { autoUpdateOldEncryptedValues: false })
  await one.setItem('item', 'old')
  await one.rotateEncryption()
  assert.equal((await one.getItem('item')).value, 'old')
  assert.equal((await raw(one, 'item')).keyVersion, 0)
})

test('a client with old settings catches up', async () => {
  const one = await secret()
  const late = await connected(await secret(one.id))
  const events = record(late, 'setItem')
  await one.rotateEncryption()
  await one.setItem('new', 'by the new key')
  assert.equal((await events.first()).value, 'by the new key')
  assert.equal((await late.getItem('new')).value, 'by the new key')
  await late.setItem('later', 'written after catching up')
  assert.equal((await raw(one, 'later')).keyVersion, 1)
  assert.equal((await one.getItem('later')).value, 'written after catching up')
})

test('what a client with old settings writes is not lost', async () => {
  const one = await connected(await secret())
  const late = await secret(one.id)
  const events = record(one, 'setItem')
  await one.rotateEncryption()
  const set = await late.setItem('item', 'by the old key')
  assert.equal(set.keyVersion, 0)
  await late.setItems({ many: { value: 'by the old key too' } })
  await late.send({ by: 'the old key' }, { transport: 'http' })
  assert.equal((await events.first(event => event.prop === 'item')).value, 'by the old key')
  assert.equal((await one.getItem('item')).value, 'by the old key')
  assert.equal((await one.getItems(['many'])).many.value, 'by the old key too')
})

test('every rotation is remembered', async () => {
  const one = await secret(newId(), { autoUpdateOldEncryptedValues: false })
  for (let version = 0; version < 4; version++) {
    await one.setItem(`item-${version}`, `value ${version}`)
    await one.rotateEncryption()
  }
  const fresh = await secret(one.id, { autoUpdateOldEncryptedValues: false })
  const settings = await fresh.getEncryptionSettings()
  assert.equal(settings.encryptionSettings.keyVersion, 4)
  assert.deepEqual(settings.previousEncryptionSettings.map(previous => previous.keyVersion).sort(), [0, 1, 2, 3])
  for (let version = 0; version < 4; version++) assert.equal((await fresh.getItem(`item-${version}`)).value, `value ${version}`)
})

test('a version that was never issued is a conflict, and reading is none', async () => {
  const one = await secret()
  await one.setItem('item', 'value')
  const headers = { 'X-Enc-KV': '7' }
  const write = await use.server.call('POST', `/cache/${pathOf(one)}/item`, { body: { value: 'x' }, headers })
  assert.equal(write.status, 409)
  assert.equal(write.json.cause.code, 'conflictError.keyVersion.mismatch')
  for (const [method, path, body] of [['GET', `/cache/${pathOf(one)}/item`], ['GET', `/cache/${pathOf(one)}`], ['POST', `/cache-query/${pathOf(one)}`, ['item']], ['GET', `/cache-keys/${pathOf(one)}`], ['GET', `/presence-list/${pathOf(one)}`]]) {
    assert.equal((await use.server.call(method, path, { body, headers })).status, 200, `${method} ${path}`)
  }
  assert.equal((await use.server.call('DELETE', `/cache/${pathOf(one)}/item`, { headers })).status, 204)
})

test('operations beside encrypted items stay plain', async () => {
  const one = await connected(await secret())
  const plain = client(use.sdk, { id: one.id })
  const events = record(one, 'setItem')
  await one.setItem('secret', marker)
  const count = await one.incrementItem('n', 2)
  assert.equal(count.value, 2)
  assert.equal(count.keyVersion, undefined)
  assert.deepEqual((await one.push('list', 'a')).value, ['a'])
  assert.deepEqual((await one.splice('list', 0, 0, ['b'])).value, ['b', 'a'])
  assert.deepEqual((await one.merge('object', { a: 1 })).value, { a: 1 })
  assert.deepEqual((await one.setIn('object', 'b.c', 2)).value, { a: 1, b: { c: 2 } })
  await one.rotateEncryption()
  assert.equal((await one.decrementItem('n')).value, 1)
  const all = await plain.getItems(['n', 'list', 'object'])
  for (const [name, value] of [['n', 1], ['list', ['b', 'a']], ['object', { a: 1, b: { c: 2 } }]]) {
    assert.deepEqual(all[name].value, value)
    assert.equal(all[name].keyVersion, undefined)
  }
  assert.deepEqual((await events.first(event => event.prop === 'n')).value, 2)
  assert.equal((await one.getItem('secret')).value, marker)
})

test('a handler of one\'s own for the encryption', async () => {
  const flip = text => [...text].reverse().join('')
  const seen = []
  const getEncryptionHandler = async settings => {
    seen.push(settings.keyVersion)
    return { encrypt: async value => `${settings.keyVersion}:${flip(value)}`, decrypt: async value => flip(value.slice(2)) }
  }
  const one = client(use.sdk, { getEncryptionHandler })
  await one.getEncryptionSettings()
  await one.setItem('item', { a: marker })
  assert.equal((await raw(one, 'item')).value, `0:${flip(JSON.stringify({ a: marker }))}`)
  await one.rotateEncryption()
  assert.deepEqual((await one.getItem('item')).value, { a: marker })
  assert.deepEqual(seen.slice(0, 2), [0, 1])
  const both = { passphrase: 'x', getEncryptionHandler }
  assert.throws(() => client(use.sdk, both), /not both/)
})

test('encrypted items expire, and take ttl, ifAbsent and updatedAt', async () => {
  const one = await connected(await secret())
  const removed = record(one, 'removeItem')
  await one.setItem('short', marker, { ttl: 300 })
  const first = await one.setItem('item', 1, { ifAbsent: true })
  await one.setItem('item', 2, { ifAbsent: true })
  assert.equal((await one.getItem('item')).value, 1)
  await one.setItem('item', 3, { updatedAt: first.updatedAt })
  await assert.rejects(one.setItem('item', 4, { updatedAt: first.updatedAt }), error => error?.cause?.code === 'conflictError.updatedAt.mismatch')
  assert.equal((await one.getItem('item')).value, 3)
  assert.equal((await removed.first()).prop, 'short')
})
