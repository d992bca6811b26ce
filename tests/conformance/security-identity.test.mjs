import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, connected, newId, record } from './harness/sdk.mjs'
import { suite } from './harness/suite.mjs'
import { errorsOf, from, identityToken, keyPair, proving, signUser } from './harness/trust.mjs'
import { until } from './harness/waiting.mjs'

// Who is it that joins and sends? By the HMAC of the user id, and by the tokens of the app's identity provider.

const secret = 'a secret that only the backend knows'
const provider = keyPair()
let key

const use = suite({ Sockets__RefusalHold: '00:00:00.100' }, async ({ server }) => {
  key = await server.newKey(await server.newProject())
  await server.putClass(key.projectId, 'by-hmac', { identity: { mode: 'userIdSignature', secret } })
  await server.putClass(key.projectId, 'by-jwt', {
    identity: { mode: 'jwt', publicKey: provider.pem, algorithms: ['ES256'], issuer: 'https://login.example.com', audience: 'chat' }
  })
})

const token = (claims, by = provider) => identityToken({ iss: 'https://login.example.com', aud: 'chat', ...claims }, by)

/** The two ways to prove who one is. */
const ways = {
  'by-hmac': { prove: user => ({ signature: signUser(user, secret) }), forge: user => ({ signature: signUser(user, 'guessed') }), field: 'userId' },
  'by-jwt': { prove: user => ({ token: token({ sub: user }) }), forge: user => ({ token: token({ sub: user }, keyPair()) }), field: 'sub' }
}

const names = async one => (await one.getJoinedConnections()).map(connection => connection.data.userId ?? connection.data.sub).sort()

for (const [name, { prove, forge, field }] of Object.entries(ways)) {
  test(`${name}: who proves it joins and sends; who does not, or says to be somebody else, does not`, async () => {
    const id = newId()
    const witness = await connected(client(use.sdk, { class: name, id }, key))
    const [messages, joins] = [record(witness, 'message'), record(witness, 'presence:join')]
    const alice = await connected(client(use.sdk, { class: name, id }, key))
    const errors = await proving(alice, prove('alice'))
    await alice.join({ [field]: 'alice', mood: 'good' })
    await alice.send({ [field]: 'alice', text: 'hello' })
    assert.equal((await joins.first()).data[field], 'alice')
    assert.equal((await messages.first()).text, 'hello')

    // Her own proof does not make her somebody else.
    await alice.send({ [field]: 'bob', text: 'spoofed' })
    await until('the spoofed message is refused', () => errors.length === 1)
    await alice.join({ [field]: 'bob' })
    await until('the spoofed join is refused', () => errors.length === 2)

    // Neither does a forged one, or none.
    const mallory = await connected(client(use.sdk, { class: name, id }, key))
    const refusals = await errorsOf(mallory)
    await mallory.join({ [field]: 'alice' })
    await mallory.send({ [field]: 'alice', text: 'spoofed' })
    await until('join and message without a proof are refused', () => refusals.length === 2)
    const forger = await connected(client(use.sdk, { class: name, id }, key))
    const more = await proving(forger, forge('alice'))
    await forger.join({ [field]: 'alice' })
    await forger.send({ [field]: 'alice', text: 'spoofed' })
    await until('join and message with a forged proof are refused', () => more.length === 2)

    assert.deepEqual(await names(witness), ['alice'])
    assert.deepEqual(messages.received.map(message => message.text), ['hello'])
    assert.equal(joins.received.length, 1)
  })

  test(`${name}: a message over HTTP brings its proof in a header`, async () => {
    const one = await connected(client(use.sdk, { class: name, id: newId() }, key))
    const messages = record(one, 'message')
    const send = (user, proof) => from(
      { ...(proof?.token && { 'X-Vaultrice-Auth-Token': proof.token }), ...(proof?.signature && { 'X-Vaultrice-Auth-Signature': proof.signature }) },
      () => one.send({ [field]: user }, { transport: 'http' }))
    const refused = code => error => { assert.equal(error.cause.code, `authorizationError.identity.${code}`); return true }
    await assert.rejects(send('alice'), refused('missing'))
    await assert.rejects(send('alice', forge('alice')), refused('invalid'))
    await assert.rejects(send('bob', prove('alice')), refused(name === 'by-jwt' ? 'mismatch' : 'invalid'))
    await send('alice', prove('alice'))
    await messages.first(message => message[field] === 'alice')
    assert.equal(messages.received.length, 1)
  })

  test(`${name}: after a resume the SDK joins again without a proof, and is still who it was, and nobody else`, async () => {
    const { proxy, far } = await use.throughProxy()
    const id = newId()
    const witness = await connected(client(use.sdk, { class: name, id }, key))
    const joins = record(witness, 'presence:join')
    const alice = await connected(client(far, { class: name, id }, key))
    await proving(alice, prove('alice'))
    await alice.join({ [field]: 'alice', mood: 'good' })
    await joins.first()
    const { connectionId } = alice

    proxy.sever()
    await joins.count(2)
    assert.equal(alice.connectionId, connectionId, 'the connection is the same')
    assert.deepEqual(joins.received.map(joined => joined.data[field]), ['alice', 'alice'])
    assert.equal(joins.received[1].connectionId, joins.received[0].connectionId)
    assert.deepEqual(await names(witness), ['alice'])

    // A second time, now on what was remembered alone.
    proxy.sever()
    await joins.count(3)
    const refusals = await errorsOf(alice)
    await alice.join({ [field]: 'bob' })
    await until('the connection does not become somebody else', () => refusals.length === 1)
    await alice.send({ [field]: 'alice', text: 'without proof' })
    await until('a message proves anew who sends it', () => refusals.length === 2)
    assert.deepEqual(await names(witness), ['alice'])
  })

  test(`${name}: a new connection has proved nothing, whoever had the one before`, async () => {
    const id = newId()
    const alice = await connected(client(use.sdk, { class: name, id }, key))
    await proving(alice, prove('alice'))
    await alice.join({ [field]: 'alice' })
    await until('alice is present', async () => (await names(alice)).length === 1)
    await alice.disconnect()
    const again = await connected(client(use.sdk, { class: name, id }, key))
    const refusals = await errorsOf(again)
    await again.join({ [field]: 'alice' })
    await until('the join without a proof is refused', () => refusals.length === 1)
    assert.deepEqual(await names(again), [])
  })
}

test('by-jwt: issuer, audience, time and every claim in the payload must fit', async () => {
  const one = await connected(client(use.sdk, { class: 'by-jwt', id: newId() }, key))
  const refused = code => error => { assert.equal(error.cause.code, `authorizationError.identity.${code}`); return true }
  const send = (payload, claims) => from({ 'X-Vaultrice-Auth-Token': token(claims) }, () => one.send(payload, { transport: 'http' }))
  await send({ sub: 'alice', role: ['admin'] }, { sub: 'alice', role: ['admin'] })
  await assert.rejects(send({ role: ['admin'] }, { sub: 'alice', role: ['user'] }), refused('mismatch'))
  await assert.rejects(send({}, { sub: 'alice', iss: 'https://evil.example.com' }), refused('invalid'))
  await assert.rejects(send({}, { sub: 'alice', aud: 'other' }), refused('invalid'))
  await assert.rejects(send({}, { sub: 'alice', exp: Math.floor(Date.now() / 1000) - 120 }), refused('invalid'))
  await assert.rejects(send({}, { sub: 'alice', exp: Date.now() + 300_000 }), refused('invalid'))
  await assert.rejects(send({}, { sub: 'alice', nbf: Math.floor(Date.now() / 1000) + 120 }), refused('invalid'))
})

test('by-jwt goes with end-to-end encryption, an HMAC of what nobody can read does not', async () => {
  for (const [name, { prove }] of Object.entries(ways)) {
    const options = { class: name, id: newId(), passphrase: 'correct horse' }
    const [one, two] = [client(use.sdk, options, key), client(use.sdk, options, key)]
    await one.getEncryptionSettings()
    await two.getEncryptionSettings()
    await connected(one, two)
    const messages = record(two, 'message')
    const errors = await proving(one, prove('alice'))
    await one.send({ sub: 'alice', text: 'secret' })
    if (name === 'by-jwt') {
      assert.equal((await messages.first()).text, 'secret')
    } else {
      await until('the message is refused with a reason', () => errors.length === 1)
      assert.match(errors[0], /encrypted/)
    }
  }
})
