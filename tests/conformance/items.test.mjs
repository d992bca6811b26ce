import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, connected, newId, pair, pathOf, record } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'

const use = suite()
const code = expected => error => {
  assert.equal(error?.cause?.code, expected, `the error was ${JSON.stringify(error)} ${error?.message}`)
  return true
}

test('an item that was set is read back with its times', async () => {
  const one = client(use.sdk)
  const before = Date.now()
  const set = await one.setItem('name', { a: [1, 'two', null, true, { b: 0.5 }] })
  const got = await one.getItem('name')
  assert.deepEqual(got.value, { a: [1, 'two', null, true, { b: 0.5 }] })
  assert.deepEqual({ ...got }, { ...set, value: got.value })
  assert.ok(got.createdAt >= before - 50 && got.createdAt <= Date.now() + 50, 'createdAt is now')
  assert.equal(got.updatedAt, got.createdAt)
  assert.equal(got.expiresAt, got.updatedAt + 3_600_000, 'an hour to live without a ttl')
  assert.equal(got.keyVersion, undefined)
})

test('an item that is not there is undefined', async () => {
  const one = client(use.sdk)
  assert.equal(await one.getItem('nothing'), undefined)
  assert.equal(await one.getItems(['nothing', 'neither']), undefined)
  assert.equal(await one.getAllItems(), undefined)
  assert.deepEqual(await one.getAllKeys(), [])
})

test('overwriting keeps createdAt and moves updatedAt forward, even within a millisecond', async () => {
  const one = client(use.sdk)
  const written = []
  for (let i = 0; i < 20; i++) written.push(await one.setItem('name', i + 1))
  for (let i = 1; i < written.length; i++) {
    assert.equal(written[i].createdAt, written[0].createdAt)
    assert.ok(written[i].updatedAt > written[i - 1].updatedAt, 'updatedAt grows')
  }
  assert.equal((await one.getItem('name')).value, 20)
})

test('ttl of an item, of the client and of setItems is kept', async () => {
  const one = client(use.sdk, { ttl: 120_000 })
  const live = item => item.expiresAt - item.updatedAt
  assert.equal(live(await one.setItem('a', 1)), 120_000)
  assert.equal(live(await one.setItem('b', 1, { ttl: 60_000 })), 60_000)
  const many = await one.setItems({ c: { value: 1, ttl: 30_000 }, d: { value: 2 } })
  assert.deepEqual([live(many.c), live(many.d)], [30_000, 120_000])
  assert.equal(live(await one.incrementItem('n', 1, { ttl: 5_000 })), 5_000)
  assert.equal(live(await one.push('p', 1, { ttl: 6_000 })), 6_000)
  assert.equal(live(await one.getItem('b')), 60_000)
})

test('ifAbsent sets what is missing and leaves what is there', async () => {
  const [one, two] = await pair(use.sdk)
  const events = record(two, 'setItem')
  const first = await one.setItem('name', 'first', { ifAbsent: true })
  assert.equal(first.value, 'first')
  const second = await one.setItem('name', 'second', { ifAbsent: true })
  assert.deepEqual(second, first)
  const many = await one.setItems({ name: { value: 'third', ifAbsent: true }, other: { value: 'new', ifAbsent: true } })
  assert.equal(many.name.value, 'first')
  assert.equal(many.other.value, 'new')
  await one.setItem('end', true)
  await events.first(event => event.prop === 'end', 'the last event')
  assert.deepEqual(events.received.map(event => event.prop), ['name', 'other', 'end'])
})

test('a write with the current updatedAt goes through, with another one it is a conflict and changes nothing', async () => {
  const one = client(use.sdk)
  const first = await one.setItem('name', 'first')
  const second = await one.setItem('name', 'second', { updatedAt: first.updatedAt })
  assert.equal(second.value, 'second')
  await assert.rejects(one.setItem('name', 'third', { updatedAt: first.updatedAt }), code('conflictError.updatedAt.mismatch'))
  await assert.rejects(one.setItem('missing', 'third', { updatedAt: first.updatedAt }), code('conflictError.updatedAt.mismatch'))
  assert.deepEqual((await one.getAllItems()), { name: { ...second, keyVersion: undefined } })
  const answer = await use.server.call('POST', `/cache/${pathOf(one)}/name`, { body: { value: 1, updatedAt: 1 } })
  assert.equal(answer.status, 409)
})

test('of two clients that write on the same updatedAt one wins', async () => {
  const [one, two] = await pair(use.sdk)
  const { updatedAt } = await one.setItem('name', 'start')
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => [one, two][i % 2].setItem('name', i + 1, { updatedAt })))
  assert.equal(outcomes.filter(outcome => outcome.status === 'fulfilled').length, 1)
  const winner = outcomes.find(outcome => outcome.status === 'fulfilled').value
  assert.equal((await one.getItem('name')).value, winner.value)
})

test('setItems is all or nothing', async () => {
  const one = client(use.sdk)
  const { updatedAt } = await one.setItem('a', 'old')
  await assert.rejects(
    one.setItems({ a: { value: 'new', updatedAt: updatedAt - 1 }, b: { value: 'new' } }),
    error => code('conflictError.updatedAt.mismatch')(error) && (assert.deepEqual(error.cause.items, ['a']), true))
  assert.deepEqual(await one.getAllKeys(), ['a'])
  const written = await one.setItems({ a: { value: 'new', updatedAt }, b: { value: 'new' } })
  assert.deepEqual([written.a.value, written.b.value], ['new', 'new'])
})

test('getItems gives those found, getAllItems and getAllKeys keep to the prefix', async () => {
  const one = client(use.sdk)
  await one.setItems({ 'user:1': { value: 'a' }, 'user:2': { value: 'b' }, 'User:3': { value: 'c' }, 'other+1': { value: 'd' }, 'other 1': { value: 'e' } })
  const values = items => Object.fromEntries(Object.entries(items ?? {}).map(([name, item]) => [name, item.value]))
  assert.deepEqual(values(await one.getItems(['user:1', 'nothing', 'other+1'])), { 'user:1': 'a', 'other+1': 'd' })
  assert.deepEqual(values(await one.getAllItems({ prefix: 'user:' })), { 'user:1': 'a', 'user:2': 'b' })
  assert.deepEqual((await one.getAllKeys({ prefix: 'user:' })).sort(), ['user:1', 'user:2'])
  assert.deepEqual(values(await one.getAllItems({ prefix: 'other+' })), { 'other+1': 'd' }, 'a plus stays a plus')
  assert.deepEqual(await one.getAllKeys({ prefix: 'other 1' }), ['other 1'])
  assert.equal(await one.getAllItems({ prefix: 'nobody' }), undefined)
  assert.equal((await one.getAllKeys()).length, 5)
  assert.equal(Object.keys(await one.getAllItems()).length, 5)
})

test('removeItem, removeItems and clear remove, and say so', async () => {
  const [one, two] = await pair(use.sdk)
  const removed = record(two, 'removeItem')
  await one.setItems(Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map(name => [name, { value: name }])))
  await one.removeItem('a')
  assert.deepEqual((await one.getAllKeys()).sort(), ['b', 'c', 'd', 'e'])
  await one.removeItems(['b', 'never there'])
  assert.deepEqual((await one.getAllKeys()).sort(), ['c', 'd', 'e'])
  await one.removeItem('nothing')
  await one.clear()
  assert.deepEqual(await one.getAllKeys(), [])
  await removed.count(7)
  const names = removed.received.map(event => event.prop)
  assert.deepEqual(names.slice(0, 4), ['a', 'b', 'never there', 'nothing'])
  assert.deepEqual(names.slice(4).sort(), ['c', 'd', 'e'])
  assert.deepEqual(Object.keys(removed.received[0]), ['prop'])
})

test('an item is gone once its ttl has passed, and its removal is told within a second', async () => {
  const [one, two] = await pair(use.sdk)
  const removed = record(two, 'removeItem')
  const { expiresAt } = await one.setItem('short', 'lived', { ttl: 700 })
  await one.setItem('long', 'lived')
  assert.equal((await two.getItem('short'))?.value, 'lived')
  await removed.first(event => event.prop === 'short', 'the removal of the expired item', 5_000)
  const late = removed.arrivals[0] - expiresAt
  assert.ok(late >= -50, `the removal came ${-late} ms too early`)
  assert.ok(late < 1_500, `the removal came ${late} ms after the expiry`)
  assert.equal(await one.getItem('short'), undefined)
  assert.equal(await one.getItems(['short']), undefined)
  assert.deepEqual(await one.getAllKeys(), ['long'])
  const again = await one.setItem('short', 'back', { ifAbsent: true })
  assert.equal(again.value, 'back', 'an expired item is absent')
  assert.ok(again.createdAt >= expiresAt, 'it is a new item')
})

test('a write before the expiry prolongs the life', async () => {
  const [one, two] = await pair(use.sdk)
  const removed = record(two, 'removeItem')
  await one.setItem('kept', 1, { ttl: 500 })
  const { expiresAt } = await one.setItem('kept', 2, { ttl: 60_000 })
  await one.setItem('mark', 1, { ttl: 900 })
  await removed.first(event => event.prop === 'mark', 'the removal of the other item', 5_000)
  assert.equal((await two.getItem('kept')).expiresAt, expiresAt)
  assert.deepEqual(removed.received.map(event => event.prop), ['mark'])
})

test('falsy values are stored as they are', async () => {
  const one = client(use.sdk)
  for (const [name, value] of [['zero', 0], ['no', false], ['empty', '']]) {
    const set = await one.setItem(name, value)
    assert.equal(set.value, value)
    const { status, json } = await use.server.call('GET', `/cache/${pathOf(one)}/${name}`)
    assert.equal(status, 200)
    assert.equal(json.value, value)
  }
  const many = await one.setItems({ nothing: { value: null } })
  assert.equal(many.nothing.value, null)
  assert.deepEqual((await one.getAllKeys()).sort(), ['empty', 'no', 'nothing', 'zero'])
  // The SDK takes falsy values for missing ones when it reads them.
  assert.equal(await one.getItem('zero'), undefined)
})

test('values come back exactly', async () => {
  const one = client(use.sdk)
  const values = {
    unicode: 'ä 日本 😀 \u2028 \u0001 "\\/',
    lone: '\ud83d\ude00',
    big: 9007199254740991,
    negative: -9007199254740991,
    huge: 1e308,
    tiny: 5e-324,
    fraction: 0.1,
    order: { z: 1, a: 2, m: { y: 1, b: 2 } },
    nested: JSON.parse('['.repeat(50) + '1' + ']'.repeat(50)),
    empties: [{}, [], '', null],
    proto: JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}')
  }
  for (const [name, value] of Object.entries(values)) {
    await one.setItem(name, value)
    assert.equal(JSON.stringify((await one.getItem(name)).value), JSON.stringify(value), name)
  }
  const all = await one.getAllItems()
  for (const name of Object.keys(values)) assert.equal(JSON.stringify(all[name].value), JSON.stringify(values[name]), name)
})

test('a value of exactly the limit is stored and delivered, one byte more is refused', async () => {
  const [one, two] = await pair(use.sdk)
  const events = record(two, 'setItem')
  const value = 'x'.repeat(128 * 1024 - 2)
  await one.setItem('large', value)
  assert.equal((await two.getItem('large')).value, value)
  assert.equal((await events.first()).value, value)
  await assert.rejects(one.setItem('large', value + 'x'), code('limitError.item.size'))
  assert.equal((await one.getItem('large')).value, value)
  const unicode = '😀'.repeat(32 * 1024 - 1)
  await one.setItem('emoji', unicode)
  assert.equal((await one.getItem('emoji')).value, unicode)
})

test('many large items make one large answer', async () => {
  const one = client(use.sdk)
  const value = 'y'.repeat(100_000)
  await one.setItems(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`item-${i}`, { value: value + i }])))
  const all = await one.getAllItems()
  assert.equal(Object.keys(all).length, 40)
  assert.equal(all['item-39'].value, value + 39)
})

test('objects are apart: by id, by class', async () => {
  const id = newId()
  const one = client(use.sdk, { id })
  const other = client(use.sdk, { id, class: 'other' })
  const third = client(use.sdk)
  await connected(one, other, third)
  const inboxes = [record(other, 'setItem'), record(third, 'setItem')]
  await one.setItem('name', 'mine')
  assert.equal(await other.getItem('name'), undefined)
  assert.equal(await third.getItem('name'), undefined)
  await other.setItem('own', 1)
  await third.setItem('own', 1)
  for (const inbox of inboxes) {
    await inbox.first()
    assert.deepEqual(inbox.received.map(event => event.prop), ['own'])
  }
})

test('an object without a given id has one of its own', async () => {
  const one = new use.sdk.NonLocalStorage({ projectId: 'conformance', apiKey: 'conformance-key', apiSecret: 'conformance-secret-0123456789' })
  assert.equal(one.id.length, 73)
  await one.setItem('name', 'value')
  assert.equal((await one.getItem('name')).value, 'value')
})
