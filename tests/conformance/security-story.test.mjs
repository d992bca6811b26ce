import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, connected, newId, record } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'
import { filesWith, from, keyPair, signId } from './harness/trust.mjs'
import { until } from './harness/waiting.mjs'

// The walk through the layers that an app puts on, one after the other, from the prototype to end-to-end encryption.

const origin = 'https://app.example.com'
let key

const use = suite({ Sockets__RefusalHold: '00:00:00.100' }, async ({ server }) => {
  key = await server.newKey(await server.newProject())
})

const refusal = code => error => {
  assert.equal(error?.cause?.code, code, `${code} was expected, this came: ${JSON.stringify(error?.cause ?? error?.message)}`)
  return true
}

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

/** The client's socket is taken, told why, and closed without a greeting. */
async function cannotListen (one) {
  let isOver = false
  const socket = await one.getWebSocket(false)
  one.autoReconnect = false
  socket.addEventListener('close', () => { isOver = true })
  const said = []
  socket.addEventListener('message', ({ data }) => said.push(JSON.parse(data)))
  await until('the server closes the socket', () => isOver)
  assert.deepEqual(said.map(frame => frame.event), ['error'])
}

test('level 0: an api key and its secret', async () => {
  await works(client(use.sdk, {}, key))
})

test('level 1: tokens that a backend issues, fetched anew before they end', async () => {
  // The SDK wants a new token two minutes before the end of the old one: these last a second and a half longer.
  const tokens = []
  const getAccessToken = async () => {
    tokens.push(await use.server.token(key.projectId, { apiKey: key.apiKey, expiresInMs: 121_500 }))
    return tokens.at(-1)
  }
  const one = client(use.sdk, {}, { projectId: key.projectId, getAccessToken })
  await works(one)
  await until('the SDK has fetched a third token', () => tokens.length >= 3)
  assert.equal(new Set(tokens).size, tokens.length)
  await one.setItem('name', 'later')
  assert.equal((await one.getItem('name')).value, 'later')
  await one.disconnect()
})

test('level 1: a token that has ended is good for nothing, and a provider makes up for it', async () => {
  const ended = await use.server.token(key.projectId, { apiKey: key.apiKey, expiresInMs: 1 })
  const claims = JSON.parse(Buffer.from(ended.split('.')[1], 'base64url'))
  await until('the token has ended', () => Date.now() > claims.exp)
  const one = client(use.sdk, {}, { projectId: key.projectId, accessToken: ended })
  await assert.rejects(one.setItem('name', 'value'), refusal('authenticationError.token.expired'))
  await cannotListen(client(use.sdk, {}, { projectId: key.projectId, accessToken: ended }))
  const getAccessToken = () => use.sdk.retrieveAccessToken(key.projectId, key.apiKey, key.apiSecret)
  await works(client(use.sdk, {}, { projectId: key.projectId, accessToken: ended, getAccessToken }))
})

test('an origin-restricted key from the right origin, a wrong one and none', async () => {
  const restricted = await use.server.newKey(key.projectId, { origins: [origin, 'https://*.pages.example.com'] })
  const { projectId, apiKey, apiSecret } = restricted
  const mint = options => use.sdk.retrieveAccessToken(projectId, apiKey, apiSecret, options)

  await assert.rejects(mint(), refusal('authorizationError.origin.server.notFound'))
  await assert.rejects(mint({ origin: 'https://evil.example.com' }), refusal('authorizationError.origin.mismatch'))
  await assert.rejects(mint({ origin: 'https://app.example.com.evil.com' }), refusal('authorizationError.origin.mismatch'))
  const accessToken = await mint({ origin })
  await mint({ origin: 'https://pr-42.pages.example.com' })

  await from({ Origin: origin }, () => works(client(use.sdk, {}, { projectId, accessToken })))
  await from({ Origin: origin }, () => works(client(use.sdk, {}, restricted)))
  const write = () => client(use.sdk, {}, { projectId, accessToken }).setItem('name', 'value')
  await assert.rejects(write(), refusal('authorizationError.origin.server.notFound'))
  await from({ Origin: 'https://evil.example.com' }, () => assert.rejects(write(), refusal('authorizationError.origin.mismatch')))
  // The key is good from there, the token is not.
  await from({ Origin: 'https://pr-42.pages.example.com' }, () => assert.rejects(write(), refusal('authorizationError.origin.mismatch')))
  await from({ Origin: 'https://evil.example.com' }, () => cannotListen(client(use.sdk, {}, { projectId, accessToken })))
  await cannotListen(client(use.sdk, {}, { projectId, accessToken }))
})

test('level 2: an id that is signed right, wrong, for another object, and by another version', async () => {
  const [old, present, foreign] = [keyPair(), keyPair('rsa', { modulusLength: 2048 }), keyPair()]
  const keys = [
    { version: 1, algorithm: 'ES256', publicKey: old.pem, enabled: true },
    { version: 2, algorithm: 'RS256', publicKey: present.pem, enabled: true, preferred: true }
  ]
  await use.server.putClass(key.projectId, 'todo-list', { idSignature: { required: true, keys } })
  const [mine, yours] = [`todo-list-${newId()}`, `todo-list-${newId()}`]
  const list = (id, idSignature, idSignatureKeyVersion) => client(use.sdk, { class: 'todo-list', id, idSignature, idSignatureKeyVersion }, key)

  await works(list(mine, signId(mine, present)))
  await works(list(mine, signId(mine, present, 'hex'), 2))
  await works(list(mine, signId(mine, old, 'base64'), 1))
  await works(list(yours, signId(yours, old)))

  await assert.rejects(list(mine).getItem('name'), refusal('authorizationError.idSignature.missing'))
  await cannotListen(list(mine))
  const wrong = [
    list(mine, signId(yours, present)), list(yours, signId(mine, present)), list(`${mine}0`, signId(mine, present)),
    list(mine.slice(0, -1), signId(mine, present)), list(mine, signId(mine, foreign)), list(mine, signId(mine, present), 1),
    list(mine, signId(mine, old), 2), list(mine, signId(mine, present), 3), list(mine, signId(mine, present).slice(0, -4)), list(mine, 'x')
  ]
  for (const one of wrong) {
    await assert.rejects(one.setItem('name', 'spoilt'), refusal('authorizationError.idSignature.invalid'))
    await assert.rejects(one.send({ spoilt: true }, { transport: 'http' }), refusal('authorizationError.idSignature.invalid'))
    await cannotListen(one)
  }
  assert.equal((await list(mine, signId(mine, present)).getItem('name')).value, 'value')

  // A version is taken out of use: who is in by it is out within a second, the others stay.
  const [byOld, byPresent] = [list(mine, signId(mine, old), 1), list(mine, signId(mine, present))]
  await connected(byOld, byPresent)
  keys[0].enabled = false
  await use.server.putClass(key.projectId, 'todo-list', { idSignature: { required: true, keys } })
  await until('the socket that was opened by the old version is closed', () => !byOld.isConnected)
  await assert.rejects(byOld.getItem('name'), refusal('authorizationError.idSignature.invalid'))
  assert.ok(byPresent.isConnected)
  await works(byPresent)
})

test('level 3: with end-to-end encryption nothing is readable anywhere on the server', async () => {
  await use.server.putClass(key.projectId, 'secret-list', { encryption: { required: true } })
  const id = newId()
  const secret = { class: 'secret-list', id, passphrase: 'user-secret-passphrase-never-sent' }
  const [one, two] = [client(use.sdk, secret, key), client(use.sdk, secret, key)]
  const passerBy = await connected(client(use.sdk, { class: 'secret-list', id }, key))
  const overheard = []
  ;(await passerBy.getWebSocket()).addEventListener('message', ({ data }) => overheard.push(data))
  await one.getEncryptionSettings()
  await two.getEncryptionSettings()
  await connected(one, two)
  const [items, messages, joins] = [record(two, 'setItem'), record(two, 'message'), record(two, 'presence:join')]

  await one.setItem('task-1', { text: 'TREASURE-of-items' })
  await one.setItems({ 'task-2': { value: 'TREASURE-of-many' } })
  await one.send({ text: 'TREASURE-of-sockets' })
  await one.send({ text: 'TREASURE-of-http' }, { transport: 'http' })
  await one.join({ name: 'TREASURE-of-presence' })
  await items.count(2)
  await messages.count(2)
  assert.equal((await joins.first()).data.name, 'TREASURE-of-presence')
  assert.deepEqual((await two.getItem('task-1')).value, { text: 'TREASURE-of-items' })

  // Plain data does not get in, not even by mistake.
  const plain = client(use.sdk, { class: 'secret-list', id }, key)
  await assert.rejects(plain.setItem('task-3', 'TREASURE-of-mistakes'), refusal('authorizationError.encryption.required'))
  await assert.rejects(plain.send({ text: 'TREASURE-of-mistakes' }, { transport: 'http' }), refusal('authorizationError.encryption.required'))
  await assert.rejects(one.incrementItem('count'), refusal('authorizationError.encryption.required'))

  const seen = JSON.stringify([overheard, await plain.request('GET', `/cache/secret-list/${id}`), await plain.request('GET', `/presence-list/secret-list/${id}`)])
  assert.ok(overheard.length >= 5 && seen.includes('task-1'))
  assert.ok(!seen.includes('TREASURE'), 'who does not know the passphrase reads nothing')
  for (const word of ['TREASURE', 'user-secret-passphrase']) {
    assert.ok(!use.server.output.includes(word), 'nothing is in the log')
    assert.deepEqual(filesWith(use.server.folder, word), [], 'nothing is in any file')
  }
})
