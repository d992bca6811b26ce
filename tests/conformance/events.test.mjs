import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, connected, newId, pair, record, loadSdk } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'
import { until } from './harness/waiting.mjs'

const use = suite()

test('setItem reaches everybody, the writer too, with the whole item', async () => {
  const [one, two] = await pair(use.sdk)
  const inboxes = [record(one, 'setItem'), record(two, 'setItem')]
  const { value, expiresAt, createdAt, updatedAt } = await one.setItem('name', { deep: [1] })
  for (const inbox of inboxes) assert.deepEqual(await inbox.first(), { prop: 'name', value, expiresAt, createdAt, updatedAt })
})

test('handlers with a name hear of that item only', async () => {
  const [one, two] = await pair(use.sdk)
  const set = record(two, 'setItem', 'b')
  const removed = record(two, 'removeItem', 'b')
  const all = record(two, 'removeItem')
  await one.setItems({ a: { value: 1 }, b: { value: 2 } })
  await one.incrementItem('b')
  await one.removeItems(['a', 'b', 'c'])
  await all.count(3)
  assert.deepEqual(set.received.map(event => [event.prop, event.value]), [['b', 2], ['b', 3]])
  assert.deepEqual(removed.received, [{ prop: 'b' }])
})

test('events come in the order of the writes', async () => {
  const [one, two] = await pair(use.sdk)
  const inboxes = [record(one, 'setItem'), record(two, 'setItem')]
  await Promise.all(Array.from({ length: 100 }, (_, i) => (i % 2 ? one : two).setItem(`item-${i % 7}`, i)))
  for (const inbox of inboxes) await inbox.count(100)
  assert.deepEqual(inboxes[0].received, inboxes[1].received)
  const last = Object.fromEntries(inboxes[0].received.map(event => [event.prop, event.value]))
  const stored = Object.entries(await one.getAllItems()).map(([name, item]) => [name, item.value])
  // The SDK hides a stored 0.
  for (const [name, value] of stored) assert.equal(value, last[name])
})

test('off takes a handler away, for every event', async () => {
  const [one, two] = await pair(use.sdk)
  // The SDK hangs up with the last handler.
  const kept = record(two, 'setItem')
  const keptMessages = record(two, 'message')
  const keptLeaves = record(two, 'presence:leave')
  const dropped = ['setItem', 'removeItem', 'message', 'presence:join', 'presence:leave', 'connect', 'disconnect', 'error'].map(event => [event, record(two, event)])
  const named = record(two, 'setItem', 'name')
  await until('the handlers are attached', () => true)
  for (const [event, inbox] of dropped) two.off(event, inbox.handler)
  two.off('setItem', 'name', named.handler)
  await one.setItem('name', 1)
  await one.removeItem('name')
  await one.send({ hello: 1 })
  await one.join({ who: 'one' })
  await one.leave()
  await keptLeaves.first()
  await keptMessages.first()
  assert.equal(kept.received.length, 1)
  await two.disconnect()
  await until('the client is disconnected', () => !two.isConnected)
  for (const [event, inbox] of dropped) assert.deepEqual(inbox.received, [], event)
  assert.deepEqual(named.received, [])
})

test('the last handler taken away hangs up, a new one calls again', async () => {
  const [one, two] = await pair(use.sdk)
  const inbox = record(two, 'setItem')
  await until('the handler is attached', () => two.isConnected)
  two.off('setItem', inbox.handler)
  await until('the client hangs up', () => !two.isConnected)
  await one.setItem('unheard', 1)
  two.connectionId = undefined
  const again = record(two, 'setItem')
  await until('the client is greeted again', () => two.connectionId)
  await one.setItem('heard', 1)
  await again.first()
  assert.deepEqual(again.received.map(event => event.prop), ['heard'])
  assert.deepEqual(inbox.received, [])
})

test('connect, disconnect and isConnected', async () => {
  const one = client(use.sdk)
  assert.equal(one.isConnected, false)
  const connects = record(one, 'connect')
  const disconnects = record(one, 'disconnect')
  await connects.first()
  assert.equal(one.isConnected, true)
  await one.disconnect()
  await disconnects.first()
  assert.equal(one.isConnected, false)
  const again = record(one, 'connect')
  await one.connect()
  await again.first()
  assert.equal(one.isConnected, true)
})

test('without a server there is an error event', async () => {
  const accessToken = await use.sdk.retrieveAccessToken('conformance', 'conformance-key', 'conformance-secret-0123456789')
  const nowhere = loadSdk('http://127.0.0.1:9')
  const one = client(nowhere, { connectionSettings: { autoReconnect: false } }, { projectId: 'conformance', accessToken })
  const errors = record(one, 'error')
  const disconnects = record(one, 'disconnect')
  assert.match((await errors.first()).message, /ECONNREFUSED/)
  await disconnects.first()
})

test('a message by socket reaches all others and not its sender', async () => {
  const id = newId()
  const clients = [1, 2, 3, 4].map(() => client(use.sdk, { id }))
  await connected(...clients)
  const inboxes = clients.map(one => record(one, 'message'))
  await clients[0].send({ n: 1, text: 'ünï 😀', deep: { list: [null, true] } })
  for (const inbox of inboxes.slice(1)) assert.deepEqual(await inbox.first(), { n: 1, text: 'ünï 😀', deep: { list: [null, true] } })
  // The next message comes after the echo that there must not be.
  await clients[1].send({ n: 2 })
  await inboxes[0].first(message => message.n === 2)
  assert.equal(inboxes[0].received.length, 1)
})

test('a message by HTTP reaches everybody', async () => {
  const [one, two] = await pair(use.sdk)
  const inboxes = [record(one, 'message'), record(two, 'message')]
  await one.send({ by: 'http' }, { transport: 'http' })
  for (const inbox of inboxes) assert.deepEqual(await inbox.first(), { by: 'http' })
  const silent = client(use.sdk, { id: one.id })
  await silent.send({ by: 'somebody without a socket' }, { transport: 'http' })
  for (const inbox of inboxes) await inbox.count(2)
})

test('messages of one sender stay in order', async () => {
  const [one, two] = await pair(use.sdk)
  const inbox = record(two, 'message')
  for (let n = 0; n < 300; n++) await one.send({ n })
  await inbox.count(300)
  assert.deepEqual(inbox.received.map(message => message.n), Array.from({ length: 300 }, (_, i) => i))
})

test('a message of 32 KiB arrives, a larger one is refused and the socket lives on', async () => {
  const [one, two] = await pair(use.sdk)
  const inbox = record(two, 'message')
  const large = { text: 'x'.repeat(32 * 1024 - '{"text":""}'.length) }
  await one.send(large)
  await one.send({ text: large.text + 'x' })
  await one.send({ end: true })
  await inbox.first(message => message.end, 'the last message')
  assert.deepEqual(inbox.received.map(message => message.text?.length), [large.text.length, undefined])
  await assert.rejects(one.send({ text: large.text + 'x' }, { transport: 'http' }), error => error?.cause?.code === 'limitError.message.size')
  assert.equal(one.isConnected, true)
})

test('pings are answered', async () => {
  const one = client(use.sdk, { connectionSettings: { pingInterval: 50 } })
  const socket = await one.getWebSocket(false)
  const pongs = []
  socket.addEventListener('message', event => { if (JSON.parse(event.data).event === 'pong') pongs.push(event.data) })
  await until('three pongs', () => pongs.length >= 3)
  assert.equal(pongs[0], '{"event":"pong"}')
})

test('twenty clients of one object hear the same', async () => {
  const id = newId()
  const clients = Array.from({ length: 20 }, () => client(use.sdk, { id }))
  await connected(...clients)
  const inboxes = clients.map(one => record(one, 'setItem'))
  await Promise.all(clients.map((one, i) => one.setItem(`by-${i}`, i + 1)))
  for (const inbox of inboxes) await inbox.count(20)
  for (const inbox of inboxes) assert.deepEqual(inbox.received, inboxes[0].received)
})
