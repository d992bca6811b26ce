import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import WebSocket from 'ws'
import { client, connected, credentials, newId, options, record } from './harness/sdk.mjs'
import { apiKey, apiSecret, projectId } from './harness/server.mjs'
import { suite } from './harness/suite.mjs'
import { until, within } from './harness/waiting.mjs'

const use = suite({ Sockets__RefusalHold: '00:00:00.100' })
const claims = token => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
const mint = () => use.sdk.retrieveAccessToken(projectId, apiKey, apiSecret)

/** The client can do everything: calls, sockets, sending. */
async function works (one) {
  await connected(one)
  const events = record(one, 'setItem')
  const messages = record(one, 'message')
  await one.setItem('name', 'value')
  assert.equal((await one.getItem('name')).value, 'value')
  await events.first()
  await one.send({ hello: true }, { transport: 'http' })
  await messages.first()
}

test('an access token has the claims that the SDK needs', async () => {
  const token = await mint()
  assert.equal(token.split('.').length, 3)
  const { exp, iat, sub, id, projectId: project } = claims(token)
  assert.ok(Math.abs(exp - Date.now() - 3_600_000) < 60_000, 'exp is in milliseconds, an hour ahead')
  assert.ok(Math.abs(iat - Date.now() / 1_000) < 60, 'iat is in seconds')
  assert.deepEqual([sub, id, project], [apiKey, apiKey, projectId])
})

test('api key and secret', async () => {
  const one = client(use.sdk)
  await works(one)
})

test('an access token alone', async () => {
  await works(client(use.sdk, {}, { projectId, accessToken: await mint() }))
})

test('a token provider', async () => {
  let calls = 0
  await works(client(use.sdk, {}, { projectId, getAccessToken: () => { calls++; return mint() } }))
  assert.equal(calls, 1)
})

test('a token provider with a first token', async () => {
  let calls = 0
  await works(client(use.sdk, {}, { projectId, accessToken: await mint(), getAccessToken: () => { calls++; return mint() } }))
  assert.equal(calls, 0)
})

test('useAccessToken takes over a new token', async () => {
  const one = client(use.sdk, {}, { projectId, accessToken: await mint() })
  const fresh = await mint()
  one.useAccessToken(fresh)
  await works(one)
})

test('the handlers of onAccessTokenExpiring and the provider are called two minutes before the expiry', async () => {
  // An hour is too long to wait for: catch the timers that the SDK sets by the token, and run them by hand.
  const real = globalThis.setTimeout
  const timers = []
  globalThis.setTimeout = (handler, delay, ...more) => delay > 1_800_000 ? (timers.push({ handler, delay }), 0) : real(handler, delay, ...more)
  try {
    const tokens = []
    const one = client(use.sdk, {}, { projectId, getAccessToken: async () => { const token = await mint(); tokens.push(token); return token } })
    let told = 0
    const dropped = () => assert.fail('a handler taken away was called')
    one.onAccessTokenExpiring(() => told++)
    one.onAccessTokenExpiring(dropped)
    one.offAccessTokenExpiring(dropped)
    await one.setItem('name', 'value')
    assert.equal(timers.length, 2)
    for (const { delay } of timers) assert.ok(Math.abs(delay - (58 * 60_000)) < 60_000, `a timer of ${delay} ms`)
    for (const { handler } of timers.splice(0)) handler()
    await until('the SDK fetches a new token', () => tokens.length === 2)
    assert.equal(told, 1)
    await one.setItem('name', 'again')
  } finally {
    globalThis.setTimeout = real
  }
})

test('credentials go by Basic too, in calls and in sockets', async () => {
  const id = newId()
  const { status } = await use.server.call('POST', `/cache/class/${id}/name`, { body: { value: 1 } })
  assert.equal(status, 200)
  const auth = new URLSearchParams({ auth: `Basic ${btoa(`${apiKey}:${apiSecret}`)}` })
  const socket = new WebSocket(`${use.server.url.replace('http', 'ws')}/project/${projectId}/ws/class/${id}?${auth}`)
  const [frame] = await within('the server greets', once(socket, 'message'))
  assert.equal(JSON.parse(frame).event, 'connected')
  socket.close()
})

test('a wrong secret is an error that is not repeated', async () => {
  const rejected = error => {
    assert.equal(error.cause.code, 'authenticationError.credentials.invalid')
    return true
  }
  const started = Date.now()
  await assert.rejects(use.sdk.retrieveAccessToken(projectId, apiKey, apiSecret + 'x'), rejected)
  await assert.rejects(use.sdk.retrieveAccessToken(projectId, apiKey + 'x', apiSecret), rejected)
  await assert.rejects(use.sdk.retrieveAccessToken('nobody', apiKey, apiSecret), rejected)
  assert.ok(Date.now() - started < 5_000)
  const one = client(use.sdk, {}, { ...credentials, apiSecret: apiSecret + 'x' })
  await assert.rejects(one.setItem('name', 'value'), rejected)
})

test('a token that was tampered with, is of another project, or is none at all is refused', async () => {
  const token = await mint()
  const [header, payload, signature] = token.split('.')
  const other = Buffer.from(JSON.stringify({ ...claims(token), exp: Date.now() + 9_000_000 })).toString('base64url')
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  const bad = [
    `${header}.${other}.${signature}`,
    `${none}.${payload}.`,
    `${header}.${payload}.${signature.split('').reverse().join('')}`
  ]
  for (const accessToken of bad) {
    const one = client(use.sdk, {}, { projectId, accessToken })
    await assert.rejects(one.setItem('name', 'value'), error => error?.cause?.code?.startsWith('authenticationError.') ?? false)
  }
  const elsewhere = client(use.sdk, {}, { projectId: 'elsewhere', accessToken: token })
  await assert.rejects(elsewhere.setItem('name', 'value'), error => error?.cause?.code?.startsWith('authenticationError.') ?? false)
  const { status } = await use.server.call('GET', '/cache/class/id', { headers: { Authorization: 'Bearer nonsense' } })
  assert.equal(status, 401)
})

test('a socket with bad credentials is accepted, told why, and closed with 1008', async () => {
  for (const auth of ['Bearer nonsense', 'Basic bm86Ym9keQ==', '']) {
    const socket = new WebSocket(`${use.server.url.replace('http', 'ws')}/project/${projectId}/ws/class/id?${new URLSearchParams({ auth })}`)
    const said = []
    socket.on('message', frame => said.push(JSON.parse(frame)))
    const [closeCode] = await within('the server closes the socket', once(socket, 'close'))
    assert.equal(closeCode, 1008)
    assert.deepEqual(said.map(frame => frame.event), ['error'])
    assert.equal(typeof said[0].payload, 'string')
  }
})

test('a socket with bad credentials gets neither events nor into the presence list', async () => {
  const one = client(use.sdk)
  await connected(one)
  const auth = new URLSearchParams({ auth: 'Bearer nonsense' })
  const socket = new WebSocket(`${use.server.url.replace('http', 'ws')}/project/${projectId}/ws/${one.class}/${one.id}?${auth}`)
  const said = []
  socket.on('message', frame => said.push(JSON.parse(frame)))
  await within('the socket opens', once(socket, 'open'))
  const messages = record(one, 'message')
  socket.send(JSON.stringify({ event: 'presence:join', payload: { who: 'nobody' } }))
  socket.send(JSON.stringify({ event: 'message', payload: { from: 'nobody' } }))
  await one.setItem('name', 'secret')
  await within('the server closes the socket', once(socket, 'close'))
  assert.deepEqual(said.map(frame => frame.event), ['error'])
  assert.deepEqual(await one.getJoinedConnections(), [])
  assert.deepEqual(messages.received, [])
})

test('the SDK checks its credentials before it calls', () => {
  assert.throws(() => new use.sdk.NonLocalStorage({ projectId }, options()), /Invalid credentials/)
})
