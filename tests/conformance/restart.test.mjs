import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import WebSocket from 'ws'
import { client, connected, newId, pair, pathOf, record, syncObject } from './harness/sdk.mjs'
import { apiKey, apiSecret, projectId } from './harness/server.mjs'
import { suite } from './harness/suite.mjs'
import { until, within } from './harness/waiting.mjs'

const use = suite()

// A refused upgrade doubles the SDK's attempts: few of them while the server is down.
const patient = { connectionSettings: { reconnectBaseDelay: 1_000 } }

async function restart (way = 'stop') {
  await use.server[way]()
  await use.server.up()
}

test('sockets are told of the restart with 1012, and the server ends with exit code 0', async () => {
  const auth = new URLSearchParams({ auth: `Basic ${btoa(`${apiKey}:${apiSecret}`)}` })
  const closes = []
  for (let i = 0; i < 10; i++) {
    const socket = new WebSocket(`${use.server.url.replace('http', 'ws')}/project/${projectId}/ws/class/restart-${i % 3}?${auth}`)
    await within('the server greets', once(socket, 'message'))
    closes.push(once(socket, 'close'))
  }
  // Fails on another exit code, on a failure in the log, and when it takes too long.
  await use.server.stop()
  for (const close of closes) assert.equal((await within('the socket closes', close))[0], 1012)
  await use.server.up()
})

test('after a restart everything is still there', async () => {
  const [one, two] = await pair(use.sdk, patient)
  const secret = client(use.sdk, { passphrase: 'x', ...patient })
  await secret.getEncryptionSettings()
  await secret.rotateEncryption()
  await secret.setItem('item', 'treasure')
  await one.setItems({ text: { value: 'ünï 😀' }, large: { value: 'x'.repeat(100_000) }, zero: { value: 0 }, 'a/b': { value: [1] } })
  await one.incrementItem('n', 41)
  await one.setItem('brief', 1, { ttl: 100 })
  const token = await use.sdk.retrieveAccessToken(projectId, apiKey, apiSecret)
  const before = (await use.server.call('GET', `/cache/${pathOf(one)}`)).json
  await restart()
  const after = (await use.server.call('GET', `/cache/${pathOf(one)}`)).json
  delete before.brief
  assert.deepEqual(after, before)
  assert.equal((await two.incrementItem('n')).value, 42)
  assert.ok((await two.setItem('text', 'new')).updatedAt > before.text.updatedAt)
  const again = client(use.sdk, { id: secret.id, passphrase: 'x' })
  assert.equal((await again.getEncryptionSettings()).encryptionSettings.keyVersion, 1)
  assert.equal((await again.getItem('item')).value, 'treasure')
  const byOldToken = client(use.sdk, { id: one.id }, { projectId, accessToken: token })
  assert.equal((await byOldToken.getItem('n')).value, 42, 'a token from before the restart is good')
})

test('clients come back, hear of new writes, and are present again', async () => {
  const { proxy, far } = await use.throughProxy()
  const id = newId()
  const [one, two] = [client(far, { id }), client(far, { id })]
  await connected(one, two)
  const sync = await syncObject(far, { id })
  const items = record(one, 'setItem')
  const messages = record(one, 'message')
  const disconnects = record(one, 'disconnect')
  await two.join({ name: 'two' })
  sync.before = 1
  await items.first(event => event.prop === 'before')
  // As behind a load balancer: connections wait while the server is away.
  proxy.hold()
  await use.server.stop()
  await disconnects.first()
  await use.server.up()
  proxy.release()
  await until('the clients are greeted again', () => one.isConnected && two.isConnected && sync.isConnected)
  await until('the second client is present again', async () => (await one.getJoinedConnections()).some(connection => connection.data.name === 'two'))
  // Its own events say that a client is heard and hears.
  await until('the first client hears again', async () => {
    await two.send({ hello: true })
    return messages.received.length > 0
  })
  assert.equal(sync.before, 1)
  await two.setItem('after', 2)
  await items.first(event => event.prop === 'after')
  await until('the sync object hears again', () => sync.after === 2)
})

test('clients come back by themselves after refused attempts', async () => {
  const [one, two] = await pair(use.sdk, patient)
  const items = record(one, 'setItem')
  await restart()
  await until('both clients are connected again', () => one.isConnected && two.isConnected, 30_000)
  await until('the first client hears of writes', async () => {
    await two.incrementItem('n')
    return items.received.length > 0
  })
})

test('what was acknowledged before a restart in the midst of writes is there after it', async () => {
  const one = client(use.sdk)
  await one.setItem('first', 1)
  const acknowledged = new Set()
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 1; n <= 10_000; n++) {
      try {
        await one.setItem(`${writer}-${n}`, n)
      } catch {
        return
      }
      acknowledged.add(`${writer}-${n}`)
    }
  })
  await until('some writes', () => acknowledged.size > 100)
  await use.server.stop()
  await within('the writers learn that the server is gone', Promise.all(writers))
  await use.server.up()
  const keys = new Set(await client(use.sdk, { id: one.id }).getAllKeys())
  for (const name of acknowledged) assert.ok(keys.has(name), `${name} was acknowledged and is gone`)
})

test('what was acknowledged before a crash is there after it', async () => {
  const one = client(use.sdk)
  await one.setItem('first', 1)
  let acknowledged = 0
  const writing = (async () => {
    for (;;) {
      try {
        acknowledged = (await one.incrementItem('n')).value
      } catch {
        return
      }
    }
  })()
  await until('some writes', () => acknowledged > 200)
  await use.server.kill()
  await within('the writer learns that the server is gone', writing)
  await use.server.up()
  const { value } = await client(use.sdk, { id: one.id }).getItem('n')
  assert.ok(value === acknowledged || value === acknowledged + 1, `${acknowledged} was acknowledged, ${value} is stored`)
})
