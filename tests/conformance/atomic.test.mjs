import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, pair, record } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'

const use = suite()
const code = expected => error => {
  assert.equal(error?.cause?.code, expected, `the error was ${JSON.stringify(error)} ${error?.message}`)
  return true
}
const value = async promise => (await promise).value

test('increment and decrement count from 0', async () => {
  const one = client(use.sdk)
  assert.equal(await value(one.incrementItem('n')), 1)
  assert.equal(await value(one.incrementItem('n', 41)), 42)
  assert.equal(await value(one.decrementItem('n', 2)), 40)
  assert.equal(await value(one.decrementItem('n')), 39)
  assert.equal(await value(one.decrementItem('below')), -1)
  assert.equal(await value(one.incrementItem('fraction', 0.1)), 0.1)
  assert.equal(await value(one.incrementItem('fraction', 0.2)), 0.1 + 0.2)
  assert.equal(await value(one.incrementItem('zero', 0)), 0)
  assert.equal((await one.getItem('n')).value, 39)
})

test('counting stays exact up to 2^53', async () => {
  const one = client(use.sdk)
  await one.setItem('n', Number.MAX_SAFE_INTEGER - 1)
  assert.equal(await value(one.incrementItem('n')), Number.MAX_SAFE_INTEGER)
  assert.equal(await value(one.decrementItem('n', Number.MAX_SAFE_INTEGER)), 0)
})

test('no increment of many at once is lost', async () => {
  const [one, two] = await pair(use.sdk)
  const events = record(two, 'setItem', 'n')
  await Promise.all(Array.from({ length: 200 }, (_, i) => i % 2 ? one.incrementItem('n') : two.incrementItem('n')))
  assert.equal((await one.getItem('n')).value, 200)
  await events.count(200)
  assert.deepEqual(events.received.map(event => event.value), Array.from({ length: 200 }, (_, i) => i + 1))
})

test('an operation answers and tells with the whole new item', async () => {
  const [one, two] = await pair(use.sdk)
  const events = record(two, 'setItem', 'list')
  const first = await one.setItem('list', ['a'])
  const second = await one.push('list', { b: 1 })
  assert.deepEqual(second.value, ['a', { b: 1 }])
  assert.equal(second.createdAt, first.createdAt)
  assert.ok(second.updatedAt > first.updatedAt)
  assert.equal(second.keyVersion, undefined)
  await events.count(2)
  const { value, expiresAt, createdAt, updatedAt } = second
  assert.deepEqual(events.received[1], { prop: 'list', value, expiresAt, createdAt, updatedAt })
})

test('push appends any value and makes a missing list', async () => {
  const one = client(use.sdk)
  assert.deepEqual(await value(one.push('list', 1)), [1])
  for (const element of ['two', null, false, [3], { four: 4 }]) await one.push('list', element)
  assert.deepEqual((await one.getItem('list')).value, [1, 'two', null, false, [3], { four: 4 }])
  await Promise.all(Array.from({ length: 50 }, (_, i) => one.push('many', i)))
  assert.deepEqual((await one.getItem('many')).value.sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i))
})

test('splice does what JavaScript does', async () => {
  const one = client(use.sdk)
  const cases = [
    [0, 0], [0, 1], [1, 2], [1, 0, ['x']], [1, 1, ['x', 'y']], [-1, 1], [-2, 1, ['x']], [-9, 1], [9, 1, ['x']], [2, 99], [0, 99, []], [1, -5, ['x']], [0, 0, [null, [1], { a: 1 }]]
  ]
  for (const [start, count, items] of cases) {
    const expected = ['a', 'b', 'c', 'd']
    await one.setItem('list', [...expected])
    expected.splice(start, count, ...(items ?? []))
    assert.deepEqual(await value(one.splice('list', start, count, items)), expected, `splice(${start}, ${count}, ${JSON.stringify(items)})`)
  }
  assert.deepEqual(await value(one.splice('missing', 0, 0, ['a'])), ['a'])
})

test('merge is shallow and makes a missing object', async () => {
  const one = client(use.sdk)
  assert.deepEqual(await value(one.merge('o', { a: 1, deep: { x: 1 } })), { a: 1, deep: { x: 1 } })
  assert.deepEqual(await value(one.merge('o', { b: null, deep: { y: 2 } })), { a: 1, deep: { y: 2 }, b: null })
  assert.deepEqual(await value(one.merge('o', {})), { a: 1, deep: { y: 2 }, b: null })
  await one.merge('o', JSON.parse('{"__proto__": {"polluted": 1}}'))
  const merged = await one.getItem('o')
  assert.ok(Object.hasOwn(merged.value, '__proto__'), '__proto__ is a plain name')
  assert.equal(merged.value.a, 1)
})

test('setIn follows dots or an array, makes parents, and indexes arrays', async () => {
  const one = client(use.sdk)
  assert.deepEqual(await value(one.setIn('o', 'a.b.c', 1)), { a: { b: { c: 1 } } })
  assert.deepEqual(await value(one.setIn('o', ['a', 'b', 'd.e'], 2)), { a: { b: { c: 1, 'd.e': 2 } } })
  assert.deepEqual(await value(one.setIn('o', 'a.b', 'flat')), { a: { b: 'flat' } })
  assert.deepEqual(await value(one.setIn('o', '.a..b.', 0)), { a: { b: 0 } })
  await one.setItem('list', { rows: [{ n: 1 }, { n: 2 }] })
  assert.deepEqual(await value(one.setIn('list', 'rows.1.n', 3)), { rows: [{ n: 1 }, { n: 3 }] })
  assert.deepEqual(await value(one.setIn('list', ['rows', '0'], 'gone')), { rows: ['gone', { n: 3 }] })
  assert.deepEqual(await value(one.setIn('numbers', '0.1', true)), { 0: { 1: true } })
  const polluted = await value(one.setIn('proto', '__proto__.x', 1))
  assert.deepEqual(Object.getOwnPropertyDescriptor(polluted, '__proto__').value, { x: 1 })
  assert.deepEqual(await value(one.setIn('falsy', 'a', false)), { a: false })
  assert.deepEqual(await value(one.setIn('falsy', 'b', null)), { a: false, b: null })
})

test('an operation on a value of another type is refused and changes nothing', async () => {
  const [one, two] = await pair(use.sdk)
  await one.setItem('text', 'text')
  await one.setItem('list', [1])
  await one.setItem('object', { a: 1 })
  const before = await one.getAllItems()
  const events = record(two, 'setItem')
  const refused = code('validationError.type')
  await assert.rejects(one.incrementItem('text'), refused)
  await assert.rejects(one.decrementItem('list'), refused)
  await assert.rejects(one.push('object', 1), refused)
  await assert.rejects(one.push('text', 1), refused)
  await assert.rejects(one.splice('object', 0, 1), refused)
  await assert.rejects(one.merge('text', { a: 1 }), refused)
  await assert.rejects(one.merge('list', { a: 1 }), refused)
  await assert.rejects(one.setIn('text', 'a', 1), refused)
  assert.deepEqual(await one.getAllItems(), before)
  await one.setItem('end', 1)
  await events.first(event => event.prop === 'end')
  assert.equal(events.received.length, 1)
})

test('every operation takes ttl and updatedAt', async () => {
  const one = client(use.sdk)
  const operations = {
    increment: options => one.incrementItem('increment', 1, options),
    decrement: options => one.decrementItem('decrement', 1, options),
    push: options => one.push('push', 1, options),
    splice: options => one.splice('splice', 0, 0, [1], options),
    merge: options => one.merge('merge', { a: 1 }, options),
    setIn: options => one.setIn('setIn', 'a', 1, options)
  }
  for (const [name, operation] of Object.entries(operations)) {
    const first = await operation({ ttl: 50_000 })
    assert.equal(first.expiresAt - first.updatedAt, 50_000, name)
    const second = await operation({ updatedAt: first.updatedAt, ttl: 70_000 })
    // Stamped a millisecond later than the first, should both be of one.
    assert.ok([70_000, 69_999].includes(second.expiresAt - second.updatedAt), name)
    await assert.rejects(operation({ updatedAt: first.updatedAt }), code('conflictError.updatedAt.mismatch'), name)
    assert.deepEqual({ ...await one.getItem(name) }, second, name)
  }
})

test('an operation after the expiry starts anew', async () => {
  const [one, two] = await pair(use.sdk)
  const removed = record(two, 'removeItem', 'n')
  await one.incrementItem('n', 5, { ttl: 200 })
  await removed.first()
  assert.equal(await value(one.incrementItem('n', 2)), 2)
})
