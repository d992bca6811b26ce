import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

test('calls and sockets of the SDK, and sockets of pages over HTTP/2, go over TLS, in Production', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vaultrice-tls-'))
  try {
    const [certificate, key] = ['certificate.pem', 'key.pem'].map(name => join(folder, name))
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=vaultrice-test',
      '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate
    ], { stdio: 'ignore' })
    const script = join(dirname(fileURLToPath(import.meta.url)), 'harness', 'over-tls.mjs')
    const { stdout } = await promisify(execFile)(process.execPath, [script, certificate, key], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate }
    })
    assert.match(stdout, /served over TLS/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
