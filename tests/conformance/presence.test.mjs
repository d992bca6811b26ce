import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import WebSocket from 'ws'
import { client, connected, newId, pair, publicId, record } from './harness/sdk.mjs'
import { apiKey, apiSecret, projectId } from './harness/server.mjs'
import { suite } from './harness/suite.mjs'
import { until, within } from './harness/waiting.mjs'

const grace = 2_000
const use = suite({ Objects__PresenceGrace: '00:00:02' })

const joined = async one => (await one.getJoinedConnections()).map(connection => connection.data)

test('who joins is told to everybody, the joiner too, and listed', async () => {
  const [one, two] = await pair(use.sdk)
  const inboxes = [record(one, 'presence:join'), record(two, 'presence:join')]
  const before = Date.now()
  await one.join({ name: 'Ünï', deep: { list: [1, null] } })
  for (const inbox of inboxes) {
    const event = await inbox.first()
    assert.equal(event.connectionId, publicId(one))
    assert.deepEqual(event.data, { name: 'Ünï', deep: { list: [1, null] } })
    assert.ok(Math.abs(event.joinedAt - before) < 5_000, 'joinedAt is now, in milliseconds')
  }
  assert.deepEqual(await two.getJoinedConnections(), [inboxes[1].received[0]])
})

test('only who has joined is listed', async () => {
  const [one, two] = await pair(use.sdk)
  assert.deepEqual(await one.getJoinedConnections(), [])
  const joins = record(one, 'presence:join')
  await two.join({ name: 'two' })
  await joins.first()
  assert.deepEqual(await joined(one), [{ name: 'two' }])
  const onlooker = client(use.sdk, { id: one.id })
  assert.deepEqual(await joined(onlooker), [{ name: 'two' }])
})

test('who leaves is told to everybody with the data of the join', async () => {
  const [one, two] = await pair(use.sdk)
  const inboxes = [record(one, 'presence:leave'), record(two, 'presence:leave')]
  await one.join({ name: 'one' })
  await one.leave()
  for (const inbox of inboxes) assert.deepEqual(await inbox.first(), { connectionId: publicId(one), data: { name: 'one' } })
  assert.deepEqual(await one.getJoinedConnections(), [])
  await one.join({ name: 'again' })
  await until('the second join is listed', async () => (await joined(two))[0]?.name === 'again')
})

test('joining again replaces the data', async () => {
  const [one, two] = await pair(use.sdk)
  const joins = record(two, 'presence:join')
  await one.join({ state: 1 })
  await one.join({ state: 2 })
  await joins.count(2)
  assert.deepEqual(await joined(two), [{ state: 2 }])
})

test('disconnect leaves', async () => {
  const [one, two] = await pair(use.sdk)
  const leaves = record(two, 'presence:leave')
  await one.join({ name: 'one' })
  await one.disconnect()
  assert.deepEqual((await leaves.first()).data, { name: 'one' })
  assert.equal(leaves.received.length, 1)
  assert.deepEqual(await joined(two), [])
})

test('a socket closed without leaving leaves at once', async () => {
  const one = await connected(client(use.sdk))
  const joins = record(one, 'presence:join')
  const leaves = record(one, 'presence:leave')
  const auth = new URLSearchParams({ auth: `Basic ${btoa(`${apiKey}:${apiSecret}`)}` })
  const socket = new WebSocket(`${use.server.url.replace('http', 'ws')}/project/${projectId}/ws/${one.class}/${one.id}?${auth}`)
  await within('the socket opens', once(socket, 'open'))
  socket.send(JSON.stringify({ event: 'presence:join', payload: { name: 'raw' } }))
  await joins.first()
  const closed = Date.now()
  socket.close()
  assert.deepEqual((await leaves.first()).data, { name: 'raw' })
  assert.ok(leaves.arrivals[0] - closed < grace, 'without the grace for lost connections')
})

test('a connection that is lost leaves after the grace, not before', async () => {
  const { proxy, far } = await use.throughProxy()
  const one = await connected(client(use.sdk))
  const lost = client(far, { id: one.id, connectionSettings: { autoReconnect: false } })
  await connected(lost)
  const joins = record(one, 'presence:join')
  const leaves = record(one, 'presence:leave')
  await lost.join({ name: 'lost' })
  await joins.first()
  const severed = Date.now()
  proxy.sever()
  await until('the client loses its socket', () => !lost.isConnected)
  assert.deepEqual(await joined(one), [{ name: 'lost' }])
  assert.deepEqual((await leaves.first()).data, { name: 'lost' })
  const waited = leaves.arrivals[0] - severed
  assert.ok(waited >= grace - 100, `left after ${waited} ms, before the grace`)
  assert.ok(waited < grace + 3_000, `left after ${waited} ms, long after the grace`)
  assert.deepEqual(await joined(one), [])
})

test('a connection that comes back within the grace never left', async () => {
  const { proxy, far } = await use.throughProxy()
  const one = await connected(client(use.sdk))
  const back = await connected(client(far, { id: one.id }))
  const joins = record(one, 'presence:join')
  const leaves = record(one, 'presence:leave')
  await back.join({ name: 'back' })
  const { connectionId, joinedAt } = await joins.first()
  proxy.sever()
  // The SDK joins again by itself.
  await joins.count(2)
  assert.equal(joins.received[1].connectionId, connectionId)
  assert.equal(joins.received[1].joinedAt, joinedAt)
  assert.deepEqual(await joined(one), [{ name: 'back' }])
  // Something that comes after the end of the grace.
  const mark = record(one, 'removeItem', 'mark')
  await one.setItem('mark', 1, { ttl: grace + 500 })
  await mark.first()
  assert.deepEqual(leaves.received, [])
  assert.deepEqual(await joined(one), [{ name: 'back' }])
})

test('presence data of 4 KiB is taken, more is refused', async () => {
  const [one, two] = await pair(use.sdk)
  const joins = record(two, 'presence:join')
  const fits = { text: 'x'.repeat(4 * 1024 - '{"text":""}'.length) }
  await one.join({ text: fits.text + 'x' })
  await one.join(fits)
  await joins.first()
  assert.deepEqual(joins.received.map(event => event.data.text.length), [fits.text.length])
})

test('many come and go, and everybody sees the same', async () => {
  const id = newId()
  const clients = await Promise.all(Array.from({ length: 12 }, async () => connected(client(use.sdk, { id }))))
  const joins = record(clients[0], 'presence:join')
  const leaves = record(clients[0], 'presence:leave')
  await Promise.all(clients.map((one, n) => one.join({ n })))
  await joins.count(12)
  await Promise.all(clients.slice(6).map(one => one.leave()))
  await leaves.count(6)
  const numbers = (await joined(clients[11])).map(data => data.n).sort((a, b) => a - b)
  assert.deepEqual(numbers, [0, 1, 2, 3, 4, 5])
})
