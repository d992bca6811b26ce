import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { createInterface } from 'node:readline'
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys'
import { findVaultDouble } from './harness/vault.mjs'
import { within } from './harness/waiting.mjs'

// The tests of the server trust tests/Vaultrice.VaultDouble to be like Azure Key Vault: here Azure's own client says whether it is.

let child
let vault
let keys
let options

before(async () => {
  child = spawn('dotnet', [findVaultDouble()], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = await within('the double says where it is', new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', line => resolve([line]))
    child.once('exit', code => reject(new Error(`The double ended with ${code}.`)))
  }), 60_000)
  vault = JSON.parse(line)
  options = {
    // It is on loopback, not in the domain of real vaults.
    disableChallengeResourceVerification: true,
    tlsOptions: { ca: readFileSync(vault.certificate, 'utf8') },
    retryOptions: { maxRetries: 0 }
  }
  keys = new KeyClient(vault.url, credential(), options)
})

after(() => child?.stdin.end())

/** Tokens as Azure.Identity gets them for a managed identity. */
function credential (header = vault.identityHeader) {
  return {
    async getToken (scopes) {
      const resource = [scopes].flat()[0].replace(/\/\.default$/, '')
      const response = await fetch(`${vault.identity}?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`, { headers: { 'X-IDENTITY-HEADER': header } })
      if (!response.ok) return { token: 'none', expiresOnTimestamp: Date.now() + 3_600_000 }
      const token = await response.json()
      return { token: token.access_token, expiresOnTimestamp: Number(token.expires_on) * 1000 }
    }
  }
}

const client = id => new CryptographyClient(id, credential(), options)
const secret = () => randomBytes(32)

test('A key is made and got, in its newest version and in each', async () => {
  const made = await keys.createRsaKey('made', { keySize: 2048 })
  assert.equal(made.keyType, 'RSA')
  assert.equal(made.properties.vaultUrl, vault.url)
  assert.equal(made.id, `${vault.url}/keys/made/${made.properties.version}`)
  assert.equal(made.key.n.length, 256)
  assert.equal((await keys.getKey('made')).id, made.id)
  assert.equal((await keys.getKey('made', { version: made.properties.version })).id, made.id)
})

test('A rotation makes a new version; the old one stays', async () => {
  const first = await keys.createRsaKey('rotated')
  const second = await keys.rotateKey('rotated')
  assert.notEqual(second.properties.version, first.properties.version)
  assert.equal((await keys.getKey('rotated')).id, second.id)
  const versions = []
  for await (const version of keys.listPropertiesOfKeyVersions('rotated')) versions.push(version.id)
  assert.deepEqual(versions, [first.id, second.id])
})

for (const algorithm of ['RSA-OAEP-256', 'RSA-OAEP']) {
  test(`What ${algorithm} wraps it unwraps`, async () => {
    const key = await keys.createRsaKey('wrapping')
    const plain = secret()
    const wrapped = await client(key.id).wrapKey(algorithm, plain)
    assert.notDeepEqual(Buffer.from(wrapped.result), plain)
    const unwrapped = await client(key.id).unwrapKey(algorithm, wrapped.result)
    assert.deepEqual(Buffer.from(unwrapped.result), plain)
    assert.equal(unwrapped.keyID, key.id)
  })
}

test('A key that was wrapped by the client itself with the public key is unwrapped by the vault', async () => {
  const key = await keys.createRsaKey('public')
  const plain = secret()
  const local = new CryptographyClient(key.key)
  const wrapped = await local.wrapKey('RSA-OAEP', plain)
  assert.deepEqual(Buffer.from((await client(key.id).unwrapKey('RSA-OAEP', wrapped.result)).result), plain)
})

test('An old version unwraps what it has wrapped, a new one does not', async () => {
  const first = await keys.createRsaKey('versions')
  const plain = secret()
  const { result } = await client(first.id).wrapKey('RSA-OAEP-256', plain)
  const second = await keys.rotateKey('versions')
  assert.deepEqual(Buffer.from((await client(first.id).unwrapKey('RSA-OAEP-256', result)).result), plain)
  await assert.rejects(client(second.id).unwrapKey('RSA-OAEP-256', result), { statusCode: 400, code: 'BadParameter' })
})

test('What was altered is not unwrapped', async () => {
  const key = await keys.createRsaKey('altered')
  const { result } = await client(key.id).wrapKey('RSA-OAEP-256', secret())
  result[10] ^= 1
  await assert.rejects(client(key.id).unwrapKey('RSA-OAEP-256', result), { statusCode: 400, code: 'BadParameter' })
})

test('A key that is not there is told by its code', async () => {
  await assert.rejects(keys.getKey('nothing'), { statusCode: 404, code: 'KeyNotFound' })
})

test('Without a good token nothing is done', async () => {
  await keys.createRsaKey('guarded')
  await assert.rejects(new KeyClient(vault.url, credential('wrong'), options).getKey('guarded'), { statusCode: 401 })
})

test('The client refuses the double by itself, since it is in no domain of the resource it asks tokens for', async () => {
  const strict = new KeyClient(vault.url, credential(), { ...options, disableChallengeResourceVerification: false })
  await assert.rejects(strict.getKey('guarded'), /does not match the requested domain/)
})
