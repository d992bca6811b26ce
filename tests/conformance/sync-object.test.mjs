import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, newId, syncObject } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'
import { Inbox, until } from './harness/waiting.mjs'

const use = suite()

async function two (more = {}) {
  const one = await syncObject(use.sdk, more)
  return [one, await syncObject(use.sdk, { ...more, id: one.id })]
}

test('what one sets, the other has', async () => {
  const [one, other] = await two()
  one.text = 'hello'
  one.object = { deep: [1, 2, { three: 3 }] }
  one.zero = 0
  one.no = false
  assert.equal(one.text, 'hello', 'at once, in the writer')
  await until('the last property arrives', () => 'no' in other)
  assert.equal(other.text, 'hello')
  assert.deepEqual(other.object, { deep: [1, 2, { three: 3 }] })
  assert.equal(other.zero, 0)
  assert.equal(other.no, false)
  for (const name of ['text', 'object', 'zero', 'no']) assert.ok(Object.keys(other).includes(name), name)
  other.text = 'back'
  await until('the answer arrives', () => one.text === 'back')
})

test('a property that is deleted or set to undefined is gone for both', async () => {
  const [one, other] = await two()
  one.a = 1
  one.b = 2
  await until('both properties arrive', () => other.a === 1 && other.b === 2)
  delete one.a
  other.b = undefined
  await until('the deletions arrive', () => !('a' in other) && !('b' in one))
  assert.deepEqual(await client(use.sdk, { id: one.id }).getAllKeys(), [])
})

test('a new sync object has what is stored', async () => {
  const plain = client(use.sdk)
  await plain.setItems({ a: { value: 1 }, b: { value: { deep: true } } })
  const one = await syncObject(use.sdk, { id: plain.id })
  assert.equal(one.a, 1)
  assert.deepEqual(one.b, { deep: true })
})

test('what a plain client does is seen', async () => {
  const one = await syncObject(use.sdk)
  const plain = client(use.sdk, { id: one.id })
  await plain.incrementItem('n', 5)
  await plain.push('list', 'a')
  await until('the operations arrive', () => one.n === 5 && one.list?.[0] === 'a')
  await plain.clear()
  await until('the clearing arrives', () => !('n' in one) && !('list' in one))
})

test('a property is gone after its ttl', async () => {
  const [one, other] = await two({ ttl: 600 })
  const removed = new Inbox('removeItem')
  other.on('removeItem', removed.handler)
  one.short = 'lived'
  await until('the property arrives', () => other.short === 'lived')
  assert.deepEqual(await removed.first(), { prop: 'short' })
  assert.equal(other.short, undefined)
  assert.equal(one.short, undefined)
})

test('events, messages and handlers with a name', async () => {
  const [one, other] = await two()
  const named = new Inbox('setItem b')
  const messages = new Inbox('message')
  other.on('setItem', 'b', named.handler)
  other.on('message', messages.handler)
  one.a = 1
  one.b = 2
  await named.first()
  await one.send({ hello: 1 })
  await messages.first()
  assert.deepEqual(named.received.map(event => event.value), [2])
  other.off('message', messages.handler)
  await one.send({ hello: 2 })
  one.b = 3
  await named.count(2)
  assert.deepEqual(messages.received, [{ hello: 1 }])
})

test('joinedConnections follows who comes and goes', async () => {
  const [one, other] = await two()
  await one.join({ name: 'one' })
  await until('the other sees the join', () => other.joinedConnections.length === 1)
  assert.deepEqual(other.joinedConnections[0].data, { name: 'one' })
  const third = await syncObject(use.sdk, { id: one.id })
  assert.deepEqual(third.joinedConnections.map(connection => connection.data), [{ name: 'one' }])
  await one.leave()
  await until('the others see the leave', () => other.joinedConnections.length === 0 && third.joinedConnections.length === 0)
})

test('with a passphrase it is encrypted', async () => {
  const [one, other] = await two({ passphrase: 'correct horse' })
  one.secret = { deep: 'treasure' }
  await until('the property arrives', () => other.secret?.deep === 'treasure')
  const third = await syncObject(use.sdk, { id: one.id, passphrase: 'correct horse' })
  assert.deepEqual(third.secret, { deep: 'treasure' })
  const { text } = await use.server.call('GET', `/cache/_undefined_/${one.id}`)
  assert.ok(text.includes('secret') && !text.includes('treasure'))
})

test('after a lost connection it is up to date again', async () => {
  const { proxy, far } = await use.throughProxy()
  const one = await syncObject(use.sdk)
  const cut = await syncObject(far, { id: one.id })
  one.kept = 1
  one.removed = 1
  await until('both properties arrive', () => cut.kept === 1 && cut.removed === 1)
  proxy.hold()
  proxy.sever()
  await until('the client loses its socket', () => !cut.isConnected)
  one.kept = 2
  one.added = 3
  delete one.removed
  const plain = client(use.sdk, { id: one.id })
  await until('the writes are stored', async () => (await plain.getAllKeys()).sort().join() === 'added,kept')
  proxy.release()
  await until('the client is up to date', () => cut.kept === 2 && cut.added === 3 && !('removed' in cut))
  cut.kept = 4
  await until('it can write again', () => one.kept === 4)
})

test('properties of its own cannot be set, and it has an id and a state', async () => {
  const one = await syncObject(use.sdk, { id: newId() })
  assert.throws(() => { one.on = 1 }, /reserved/)
  assert.throws(() => { one.id = 1 }, /reserved/)
  assert.equal(one.isConnected, true)
  await one.disconnect()
  await until('it is disconnected', () => !one.isConnected)
  assert.throws(() => { one.a = 1 }, /not connected/)
  await one.connect()
  await until('it is connected', () => one.isConnected)
})
