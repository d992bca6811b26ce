import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, connected, publicId, record } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'
import { until } from './harness/waiting.mjs'

const use = suite({ Sockets__PingAfter: '00:00:01', Sockets__PongWithin: '00:00:02' })

/** A client near the server and one behind a proxy, of one new object. */
async function nearAndFar (more) {
  const { proxy, far: sdk } = await use.throughProxy()
  const near = await connected(client(use.sdk))
  const far = await connected(client(sdk, { id: near.id, ...more }))
  return { near, far, proxy, sdk }
}

async function lost (far) {
  await until('the client loses its socket', () => !far.isConnected)
}

/** What was received, each once: what the server does not know to have arrived comes twice. */
const once = values => [...new Set(values)]

test('what happened while a client was away comes after it is back, in order', async () => {
  const { near, far, proxy } = await nearAndFar()
  const items = record(far, 'setItem')
  const removed = record(far, 'removeItem')
  const messages = record(far, 'message')
  const { connectionId } = far
  proxy.hold()
  proxy.sever()
  await lost(far)
  for (let n = 1; n <= 20; n++) {
    await near.setItem('n', n)
    await near.send({ n })
  }
  await near.send({ by: 'http' }, { transport: 'http' })
  await near.incrementItem('n', 5)
  await near.removeItem('n')
  await near.setItem('brief', 1, { ttl: 100 })
  await until('the brief item expires', async () => (await near.getAllKeys()).length === 0)
  proxy.release()
  await removed.first(event => event.prop === 'brief', 'the removal of the item that came and went')
  assert.deepEqual(items.received.map(event => event.value), [...Array.from({ length: 20 }, (_, i) => i + 1), 25, 1])
  assert.deepEqual(messages.received.map(message => message.n ?? message.by), [...Array.from({ length: 20 }, (_, i) => i + 1), 'http'])
  assert.deepEqual(removed.received.map(event => event.prop), ['n', 'brief'])
  assert.equal(far.connectionId, connectionId, 'the connection is the same')
})

test('a client whose connection breaks again and again while others write misses nothing', async () => {
  const { near, far, proxy } = await nearAndFar()
  const items = record(far, 'setItem')
  const messages = record(far, 'message')
  let n = 0
  for (let breaks = 0; breaks < 6; breaks++) {
    const reached = n + 30
    for (; n < reached; n++) {
      await near.setItem('n', n + 1)
      await near.send({ n: n + 1 })
      if (n === reached - 15) proxy.sever()
    }
    await until('the client is back', () => far.isConnected)
  }
  await items.first(event => event.value === n, 'the last value')
  await messages.first(message => message.n === n, 'the last message')
  const all = Array.from({ length: n }, (_, i) => i + 1)
  assert.deepEqual(once(items.received.map(event => event.value)), all)
  assert.deepEqual(once(messages.received.map(message => message.n)), all)
})

test('what the server sent and the network lost comes again', async () => {
  const { near, far, proxy } = await nearAndFar()
  const items = record(far, 'setItem')
  const messages = record(far, 'message')
  await near.setItem('n', 1)
  await items.first()
  proxy.swallowToClients()
  for (let n = 2; n <= 30; n++) {
    await near.setItem('n', n)
    await near.send({ n })
  }
  proxy.heal()
  await messages.first(message => message.n === 30, 'the last message')
  assert.deepEqual(once(items.received.map(event => event.value)), Array.from({ length: 30 }, (_, i) => i + 1))
  assert.deepEqual(once(messages.received.map(message => message.n)), Array.from({ length: 29 }, (_, i) => i + 2))
})

test('a client behind a black hole is given up by the server and catches up afterwards', async () => {
  const { near, far, proxy } = await nearAndFar()
  const items = record(far, 'setItem')
  await near.setItem('n', 1)
  await items.first()
  proxy.blackhole()
  for (let n = 2; n <= 10; n++) await near.setItem('n', n)
  await until('the server gives the silent connection up', () => proxy.sockets === 0)
  assert.equal(far.isConnected, true, 'the client does not know yet')
  for (let n = 11; n <= 20; n++) await near.setItem('n', n)
  proxy.heal()
  await items.first(event => event.value === 20, 'the last value')
  assert.deepEqual(once(items.received.map(event => event.value)), Array.from({ length: 20 }, (_, i) => i + 1))
})

test('a client that only listens is not given up', async () => {
  // The SDK pings every 20 s: until then only the protocol's pings keep the connection.
  const { near, far, proxy } = await nearAndFar()
  const disconnects = record(far, 'disconnect')
  const marks = record(far, 'removeItem')
  await near.setItem('mark', 1, { ttl: 5_000 })
  await marks.first()
  assert.deepEqual(disconnects.received, [])
})

test('a quick reconnect takes over from the old socket, which the server still believes to be open', async () => {
  const { near, far, proxy } = await nearAndFar()
  const joins = record(near, 'presence:join')
  const leaves = record(near, 'presence:leave')
  const items = record(far, 'setItem')
  await far.join({ name: 'far' })
  await joins.first()
  const { connectionId } = far
  proxy.blackhole()
  // The client's side breaks, the server's side stays open and silent.
  const socket = await far.getWebSocket()
  socket.terminate()
  await lost(far)
  await near.setItem('n', 1)
  proxy.flow()
  await items.first(event => event.value === 1, 'what happened in between')
  await joins.count(2)
  assert.equal(far.connectionId, connectionId)
  assert.deepEqual((await near.getJoinedConnections()).map(connection => connection.connectionId), [publicId(far)])
  assert.deepEqual(leaves.received, [])
})

test('handlers and disconnect work after a reconnect', async () => {
  const { near, far, proxy } = await nearAndFar()
  const kept = record(far, 'setItem', 'name')
  const dropped = record(far, 'setItem')
  const connects = record(far, 'connect')
  const disconnects = record(far, 'disconnect')
  proxy.sever()
  await disconnects.first()
  await connects.first()
  far.off('setItem', dropped.handler)
  await near.setItem('name', 1)
  await kept.first()
  assert.deepEqual(dropped.received, [])
  await far.send({ back: true })
  await far.disconnect()
  await until('it is disconnected', () => !far.isConnected)
  await near.setItem('name', 2)
  await near.getItem('name')
  assert.equal(kept.received.length, 1)
})

test('without autoReconnect a client stays away', async () => {
  const { far, proxy, sdk } = await nearAndFar({ connectionSettings: { autoReconnect: false } })
  proxy.sever()
  await lost(far)
  await connected(client(sdk, { id: far.id }))
  assert.equal(far.isConnected, false)
})

test('a client that was away for more than is kept gets a new connection or all there is, and reads anew', async () => {
  const { near, far, proxy } = await nearAndFar()
  const connects = record(far, 'connect')
  proxy.hold()
  proxy.sever()
  await lost(far)
  await Promise.all(Array.from({ length: 1_500 }, (_, n) => near.setItem(`item-${n % 100}`, n + 1)))
  proxy.release()
  await connects.first()
  await until('the client is greeted', () => far.isConnected && far.connectionId)
  const items = record(far, 'setItem', 'mark')
  await near.setItem('mark', 1)
  await items.first()
  assert.equal((await far.getAllKeys()).length, 101)
})
