// Makes id-signatures.json: signatures of ids made by the OpenSSL command line and by Node's crypto, never by the code that
// is tested with them. Run it in this folder: node make-vectors.mjs
import { execFileSync } from 'node:child_process'
import { constants, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ids = ['todo-list-42', 'größe 😀 + / %', 'a']
const folder = mkdtempSync(join(tmpdir(), 'vectors-'))
const openssl = (...args) => execFileSync('openssl', args)
const hex = bytes => bytes.toString('hex')

const kinds = {
  RS256: { key: () => generateKeyPairSync('rsa', { modulusLength: 2048 }), hash: 'sha256', options: [] },
  PS256: {
    key: () => generateKeyPairSync('rsa', { modulusLength: 3072 }),
    hash: 'sha256',
    options: [
      { name: 'salt as long as the hash', node: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, openssl: ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'] },
      { name: 'longest salt, the default of both', node: { padding: constants.RSA_PKCS1_PSS_PADDING }, openssl: ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:max'] }
    ]
  },
  ES256: { key: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }), hash: 'sha256', isEc: true },
  ES384: { key: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }), hash: 'sha384', isEc: true },
  ES512: { key: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }), hash: 'sha512', isEc: true },
  EdDSA: { key: () => generateKeyPairSync('ed25519'), hash: null }
}

/** Signs one id in every way that there is for the kind. */
function signatures (kind, privateKey, keyFile, id) {
  const data = Buffer.from(id, 'utf8')
  const dataFile = join(folder, 'data')
  writeFileSync(dataFile, data)
  if (!kind.hash) {
    return [
      { by: 'OpenSSL', form: 'raw', hex: hex(openssl('pkeyutl', '-sign', '-inkey', keyFile, '-rawin', '-in', dataFile)) },
      { by: 'Node', form: 'raw', hex: hex(sign(null, data, privateKey)) }
    ]
  }
  if (kind.isEc) {
    return [
      { by: 'OpenSSL', form: 'DER', hex: hex(openssl('dgst', `-${kind.hash}`, '-sign', keyFile, dataFile)) },
      { by: 'Node', form: 'DER', hex: hex(sign(kind.hash, data, { key: privateKey, dsaEncoding: 'der' })) },
      { by: 'Node', form: 'P1363', hex: hex(sign(kind.hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })) }
    ]
  }
  const ways = kind.options.length > 0 ? kind.options : [{ name: 'PKCS#1 v1.5', node: {}, openssl: [] }]
  return ways.flatMap(way => [
    { by: 'OpenSSL', form: way.name, hex: hex(openssl('dgst', `-${kind.hash}`, '-sign', keyFile, ...way.openssl, dataFile)) },
    { by: 'Node', form: way.name, hex: hex(sign(kind.hash, data, { key: privateKey, ...way.node })) }
  ])
}

const vectors = []
for (const [algorithm, kind] of Object.entries(kinds)) {
  const { privateKey, publicKey } = kind.key()
  const keyFile = join(folder, 'key.pem')
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' })
  for (const id of ids) {
    for (const signature of signatures(kind, privateKey, keyFile, id)) vectors.push({ algorithm, publicKey: pem, id, ...signature })
  }
}

const secret = randomBytes(32).toString('base64')
for (const id of ids) {
  const dataFile = join(folder, 'data')
  writeFileSync(dataFile, id)
  const byOpenSsl = openssl('dgst', '-sha256', '-hmac', secret, '-binary', dataFile)
  vectors.push({ algorithm: 'HS256', secret, id, by: 'OpenSSL', form: 'raw', hex: hex(byOpenSsl) })
  vectors.push({ algorithm: 'HS256', secret, id, by: 'Node', form: 'raw', hex: createHmac('sha256', secret).update(id, 'utf8').digest('hex') })
}

// What no key of a class may be.
const unfit = {
  'RSA of 1024 bits': generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey,
  secp256k1: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey,
  X25519: generateKeyPairSync('x25519').publicKey,
  Ed448: generateKeyPairSync('ed448').publicKey
}
rmSync(folder, { recursive: true })
writeFileSync('id-signatures.json', JSON.stringify({
  vectors,
  unfit: Object.entries(unfit).map(([name, key]) => ({ name, publicKey: key.export({ type: 'spki', format: 'pem' }) }))
}, null, 1) + '\n')
