import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, connected, credentials, newId } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'
import { until } from './harness/waiting.mjs'

// Limits of an api key: what the SDK does when it meets them, and that nobody else notices.

const use = suite({ Quotas__Key__RequestsPerSecond: '20', Quotas__Key__Sockets: '2', Quotas__Burst: '00:00:01', Sockets__RefusalHold: '00:00:00.100' })

async function another () {
  const projectId = await use.server.newProject()
  return client(use.sdk, { id: newId() }, await use.server.newKey(projectId))
}

test('a client that is a little too fast is slowed down and loses nothing', async () => {
  const one = await another()
  for (let n = 0; n < 60; n++) await one.incrementItem('n')
  assert.equal((await one.getItem('n')).value, 60)
})

test('a client that runs wild is refused, what it was told is true, and others go on', async () => {
  const wild = await another()
  const calm = await another()
  const names = Array.from({ length: 400 }, (_, i) => `n${i}`)
  const done = Promise.allSettled(names.map(name => wild.setItem(name, 1)))
  await calm.setItem('calm', 1)
  assert.equal((await calm.getItem('calm')).value, 1)
  const outcome = await done
  const stored = names.filter((_, i) => outcome[i].status === 'fulfilled')
  const refused = outcome.filter(one => one.status === 'rejected').map(one => one.reason)
  assert.ok(stored.length > 0 && refused.length > 0, `${stored.length} stored, ${refused.length} refused`)
  for (const reason of refused) assert.equal(reason.cause?.code, 'limitError.rate.requests', `${reason}`)
  const keys = await until('the wild client may ask again', () => wild.getAllKeys().catch(() => undefined))
  assert.deepEqual(keys.sort(), stored.sort())
})

test('a socket too many is closed for good and the others stay', async () => {
  const projectId = await use.server.newProject()
  const key = await use.server.newKey(projectId)
  const [one, two, three] = [1, 2, 3].map(() => client(use.sdk, { id: newId() }, key))
  await connected(one, two)
  three.connect().catch(() => {})
  await until('the third stops coming back', () => three.autoReconnect === false)
  assert.ok(one.isConnected && two.isConnected && !three.isConnected)
  await connected(client(use.sdk, {}, credentials))
})
