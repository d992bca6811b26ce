import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, connected, newId, pair, record } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'

const use = suite()

// Names that the SDK can put into a path.
const inPaths = [
  'with space', 'ünïcödé', '日本語', '😀', 'a/b', 'a/b/c', 'ends/', 'a//b', 'en:ns:key', '50%', '100%zz', '%', 'a+b', 'a&b=c', "quote'", '"double"',
  'semi;colon', 'comma,', '(x)', '[0]', '{y}', 'tilde~', '$dollar', '@at', '!', '*', '.hidden', 'a.b', '...', '__proto__', 'constructor', 'toString',
  'increment', 'decrement', 'push', 'splice', 'merge', 'set-in', 'cache', 'cache-keys', '_outbox', '0', '-1', 'null', 'undefined', 'x'.repeat(1024)
]

// Names that only bodies can carry: in a path they mean something else.
const inBodies = ['what?', 'hash#tag', 'back\\slash', 'a/increment', 'a/set-in', '%41', '%2F', ' leading', 'trailing ']

for (const name of inPaths) {
  test(`the name ${name.length > 40 ? `of ${name.length} letters` : name} can be set, read, listened to and removed`, async () => {
    const [one, two] = await pair(use.sdk)
    const set = record(two, 'setItem', name)
    const removed = record(two, 'removeItem', name)
    await one.setItem(name, { of: name })
    assert.deepEqual((await one.getItem(name))?.value, { of: name })
    assert.deepEqual(await one.getAllKeys(), [name])
    // The name may be __proto__: then it is no own member of what the SDK makes.
    assert.deepEqual((await one.getItems([name]))[name]?.value, { of: name })
    assert.equal((await set.first()).prop, name)
    await one.setItem(name, 40)
    assert.equal((await one.incrementItem(name, 2)).value, 42)
    await one.removeItem(name)
    assert.equal((await removed.first()).prop, name)
    assert.equal(await one.getItem(name), undefined)
  })
}

for (const name of [...inBodies, ...inPaths]) {
  test(`the name ${name.length > 40 ? `of ${name.length} letters` : name} can be used in calls on many items`, async () => {
    const [one, two] = await pair(use.sdk)
    const set = record(two, 'setItem', name)
    await one.setItems({ [name]: { value: { of: name } }, other: { value: 1 } })
    assert.deepEqual((await one.getAllKeys()).sort(), [name, 'other'].sort())
    assert.deepEqual((await one.getItems([name]))[name]?.value, { of: name })
    assert.deepEqual((await set.first()).value, { of: name })
    await one.removeItems([name])
    assert.deepEqual(await one.getAllKeys(), ['other'])
  })
}

test('an operation on an item called like an operation', async () => {
  const one = client(use.sdk)
  assert.equal((await one.incrementItem('increment', 5)).value, 5)
  assert.equal((await one.decrementItem('increment', 2)).value, 3)
  assert.deepEqual((await one.push('push', 'x')).value, ['x'])
  assert.equal((await one.getItem('increment')).value, 3)
})

test('names that are none are refused', async () => {
  const one = client(use.sdk)
  const refused = error => error?.cause?.code === 'validationError.name' || assert.fail(`the error was ${JSON.stringify(error)}`)
  await assert.rejects(one.setItem('x'.repeat(1025), 1), refused)
  for (const name of ['..', '.', 'a/../b', 'tab\there', 'nul\0', '', 'x'.repeat(1025)]) {
    await assert.rejects(one.setItems({ [name]: { value: 1 } }), refused, JSON.stringify(name))
  }
  assert.deepEqual(await one.getAllKeys(), [])
})

test('odd ids and classes', async () => {
  for (const [id, className] of [['with space', 'class'], ['ünïcödé-' + newId(), 'Größe'], ['50%', 'a+b'], ['__proto__', 'constructor'], ['i'.repeat(256), 'c'.repeat(256)]]) {
    const one = client(use.sdk, { id, class: className })
    await connected(one)
    const events = record(one, 'setItem')
    await one.setItem('name', id)
    assert.equal((await one.getItem('name'))?.value, id)
    assert.equal((await events.first()).value, id)
    await one.clear()
  }
})
