import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, credentials, disconnectedAfterwards, newId, options } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'
import { Inbox, until } from './harness/waiting.mjs'

const use = suite()

/** The storage of a device, for the SDK's own interface. */
class Device {
  items = {}
  async get (key) { return this.items[key] ?? null }
  async set (key, value) { this.items[key] = structuredClone(value) }
  async remove (key) { delete this.items[key] }
  async getAll () { return structuredClone(this.items) }
}

const patient = { reconnectBaseDelay: 100, reconnectMaxDelay: 400 }
const offlineStorage = (sdk, id, more) => sdk.createOfflineNonLocalStorage(credentials, options({ id, connectionSettings: patient, ...more }))
const offlineObject = async (sdk, id, more) => disconnectedAfterwards(await sdk.createOfflineSyncObject(credentials, options({ id, connectionSettings: patient, ...more })))

test('an offline storage online does everything a storage does', async () => {
  const one = await offlineStorage(use.sdk, newId())
  const plain = client(use.sdk, { id: one.id })
  assert.equal(one.isConnected, true)
  const items = new Inbox('setItem')
  const removed = new Inbox('removeItem')
  one.on('setItem', items.handler)
  one.on('removeItem', removed.handler)
  await one.setItem('a', 1)
  await one.setItems({ b: { value: [1] }, c: { value: {} } })
  assert.equal((await one.getItem('a')).value, 1)
  assert.deepEqual(Object.keys(await one.getItems(['a', 'b'])), ['a', 'b'])
  assert.deepEqual(Object.keys(await one.getAllItems({ prefix: 'a' })), ['a'])
  assert.deepEqual((await one.getAllKeys()).sort(), ['a', 'b', 'c'])
  assert.equal((await one.incrementItem('n', 5)).value, 5)
  assert.equal((await one.decrementItem('n', 2)).value, 3)
  assert.deepEqual((await one.push('b', 2)).value, [1, 2])
  assert.deepEqual((await one.splice('b', 0, 1)).value, [2])
  assert.deepEqual((await one.merge('c', { x: 1 })).value, { x: 1 })
  assert.deepEqual((await one.setIn('c', 'y.z', 2)).value, { x: 1, y: { z: 2 } })
  await plain.setItem('theirs', 1)
  await items.first(event => event.prop === 'theirs')
  await one.removeItem('a')
  await one.removeItems(['b', 'c'])
  await removed.count(3)
  await one.clear()
  assert.equal(await plain.getAllItems(), undefined)
})

test('what is written while the server is away is there once it is back', async () => {
  const { proxy, far } = await use.throughProxy()
  const id = newId()
  const device = new Device()
  const plain = client(use.sdk, { id })
  const one = await offlineStorage(far, id, { storage: () => device })
  await one.setItem('kept', 'before')
  await one.setItem('removed', 'before')
  const disconnects = new Inbox('disconnect')
  const local = new Inbox('setItem')
  one.on('disconnect', disconnects.handler)
  one.on('setItem', local.handler)
  proxy.close()
  await one.setItem('kept', 'offline')
  await one.incrementItem('n', 2)
  await one.incrementItem('n', 3)
  await one.push('list', 'a')
  await one.removeItem('removed')
  await disconnects.first()
  assert.equal((await one.getItem('kept')).value, 'offline')
  assert.equal((await one.getItem('n')).value, 5)
  assert.equal(await one.getItem('removed'), undefined)
  assert.equal(one.isConnected, false)
  await assert.rejects(one.send({ hello: 1 }), /not available while offline/)
  await local.first(event => event.prop === 'kept' && event.value === 'offline')
  assert.deepEqual(device.items._outbox.map(op => [op.op, op.prop]), [['set', 'kept'], ['set', 'n'], ['set', 'n'], ['set', 'list'], ['remove', 'removed']])
  assert.equal((await plain.getItem('kept')).value, 'before')
  await proxy.open()
  await until('the outbox reaches the server', async () => (await plain.getItem('kept'))?.value === 'offline' && (await plain.getItem('n'))?.value === 5)
  await until('the removal reaches the server', async () => !(await plain.getAllKeys()).includes('removed'))
  assert.deepEqual((await plain.getItem('list')).value, ['a'])
  await until('it is online again', () => one.isConnected)
  await until('the outbox on the device is empty', () => device.items._outbox.length === 0)
})

test('an offline storage that starts without a server catches up when there is one', async () => {
  const { proxy, far } = await use.throughProxy()
  const id = newId()
  proxy.close()
  const one = await offlineStorage(far, id)
  assert.equal(one.isConnected, false)
  await one.setItem('early', { deep: true })
  assert.deepEqual((await one.getItem('early')).value, { deep: true })
  await proxy.open()
  const plain = client(use.sdk, { id })
  await until('the early write reaches the server', async () => (await plain.getItem('early'))?.value.deep)
  await until('it is online', () => one.isConnected)
  await plain.setItem('theirs', 1)
  assert.equal((await one.getItem('theirs')).value, 1)
})

test('what the device kept from the last time goes to the server at the start', async () => {
  const { proxy, far } = await use.throughProxy()
  const id = newId()
  const device = new Device()
  proxy.close()
  await (await offlineStorage(far, id, { storage: () => device })).setItem('kept', 'on the device')
  assert.equal(device.items._outbox.length, 1)
  const next = await offlineStorage(use.sdk, id, { storage: () => device })
  assert.equal((await client(use.sdk, { id }).getItem('kept')).value, 'on the device')
  assert.equal((await next.getItem('kept')).value, 'on the device')
})

test('conflicts go to resolveConflict', async () => {
  const id = newId()
  const device = new Device()
  const { proxy, far } = await use.throughProxy()
  const plain = client(use.sdk, { id })
  await plain.setItem('item', 'theirs')
  proxy.close()
  await (await offlineStorage(far, id, { storage: () => device })).setItem('item', 'mine')
  const conflicts = []
  const resolveConflict = (local, remote) => {
    conflicts.push([local.value, remote.value])
    return { ...local, value: 'ours' }
  }
  await offlineStorage(use.sdk, id, { storage: () => device, resolveConflict })
  assert.equal((await plain.getItem('item')).value, 'ours')
  assert.deepEqual(conflicts[0], ['mine', 'theirs'])
})

test('an offline sync object follows the server, goes on without it, and catches up', async () => {
  const { proxy, far } = await use.throughProxy()
  const id = newId()
  const plain = client(use.sdk, { id })
  await plain.setItem('stored', 1)
  const one = await offlineObject(far, id)
  assert.equal(one.stored, 1)
  one.mine = 'online'
  await until('the write reaches the server', async () => (await plain.getItem('mine'))?.value === 'online')
  await plain.setItem('theirs', 'online')
  await until('the other\'s write arrives', () => one.theirs === 'online')
  const events = { connect: new Inbox('connect'), disconnect: new Inbox('disconnect'), setItem: new Inbox('setItem') }
  for (const [event, inbox] of Object.entries(events)) one.on(event, inbox.handler)
  proxy.close()
  await until('it is offline', () => one.isConnected === false)
  await events.disconnect.first()
  one.mine = 'offline'
  one.fresh = { deep: [1] }
  delete one.stored
  assert.equal(one.mine, 'offline')
  assert.equal(one.stored, undefined)
  await plain.setItem('meanwhile', 1)
  await proxy.open()
  await until('it is online again', () => one.isConnected)
  await until('the writes reach the server', async () => (await plain.getItem('mine'))?.value === 'offline' && (await plain.getItem('fresh'))?.value.deep[0] === 1)
  await until('the deletion reaches the server', async () => !(await plain.getAllKeys()).includes('stored'))
  await until('what the other wrote meanwhile arrives', () => one.meanwhile === 1)
  await events.connect.first()
})

test('an offline sync object that starts without a server catches up when there is one', async () => {
  const { proxy, far } = await use.throughProxy()
  const id = newId()
  proxy.close()
  const one = await offlineObject(far, id)
  assert.equal(one.isConnected, false)
  one.early = 'bird'
  assert.equal(one.early, 'bird')
  await proxy.open()
  const plain = client(use.sdk, { id })
  await until('the early write reaches the server', async () => (await plain.getItem('early'))?.value === 'bird')
  await plain.setItem('theirs', 2)
  await until('the other\'s write arrives', () => one.theirs === 2)
})

test('encrypted values of an offline sync object stay encrypted', async () => {
  const id = newId()
  const one = await offlineObject(use.sdk, id, { passphrase: 'correct horse' })
  one.secret = 'treasure'
  const answer = await until('the write reaches the server', async () => {
    const { text } = await use.server.call('GET', `/cache/_undefined_/${id}`)
    return text.includes('secret') && text
  })
  assert.ok(!answer.includes('treasure'))
  const two = await offlineObject(use.sdk, id, { passphrase: 'correct horse' })
  assert.equal(two.secret, 'treasure')
})

test('while the server itself is restarted, an offline storage keeps what is written', async () => {
  const id = newId()
  const one = await offlineStorage(use.sdk, id, { connectionSettings: { reconnectBaseDelay: 500, reconnectMaxDelay: 1_000 } })
  await one.setItem('item', 'before')
  await use.server.stop()
  await one.setItem('item', 'while it was down')
  await one.setItem('other', 'while it was down')
  await use.server.up()
  const plain = client(use.sdk, { id })
  await until('the writes reach the server', async () => {
    const items = await plain.getAllItems()
    return items?.item.value === 'while it was down' && items?.other?.value === 'while it was down'
  })
})
