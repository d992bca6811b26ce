import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until, within } from './waiting.mjs'

export const projectId = 'conformance'
export const apiKey = 'conformance-key'
export const apiSecret = 'conformance-secret-0123456789'

export const adminToken = 'conformance-admin-token-0123456789'

const READY = 60_000
const STOP = 20_000

/** A server of its own: a child process with its own port and data folder. */
export class Server {
  #child
  #settings
  #output = ''

  constructor (port, folder, settings, scheme) {
    this.port = port
    this.folder = folder
    this.url = `${scheme}://127.0.0.1:${port}`
    this.#settings = settings
  }

  /** Starts a server; settings are environment variables such as Objects__PresenceGrace. */
  static async start (settings = {}, scheme = 'http') {
    const folder = mkdtempSync(join(tmpdir(), 'vaultrice-conformance-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    const server = new Server(await freePort(), folder, settings, scheme)
    await server.up()
    return server
  }

  /** What the process wrote lately: its log. */
  get output () { return this.#output }

  /** Starts the process, on the same port and data as before. */
  async up () {
    const child = spawn('dotnet', [findSilo()], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        urls: this.url,
        DOTNET_ENVIRONMENT: 'Development',
        Storage__Path: join(this.folder, 'data'),
        Bootstrap__AdminToken: adminToken,
        Bootstrap__ProjectId: projectId,
        Bootstrap__ApiKey: apiKey,
        Bootstrap__ApiSecret: apiSecret,
        ...this.#settings
      }
    })
    this.#child = child
    const keep = chunk => { this.#output = (this.#output + chunk).slice(-100_000) }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const kill = () => child.kill('SIGKILL')
    process.once('exit', kill)
    child.once('close', () => process.removeListener('exit', kill))
    try {
      await until(`the server answers GET ${this.url}/health/ready with 200`, async () => {
        if (child.exitCode !== null) throw new Error(`The server ended with exit code ${child.exitCode} before it was ready.`)
        return (await fetch(`${this.url}/health/ready`).catch(() => undefined))?.ok
      }, READY)
    } catch (failure) {
      child.kill('SIGKILL')
      throw new Error(`${failure.message} It wrote:\n${this.#output.slice(-5_000)}`)
    }
  }

  /** Asks the process to end; fails unless it ends soon, with exit code 0 and without having logged a failure. */
  async stop () {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGTERM')
    let code
    try {
      [code] = await within('the server ends after SIGTERM', closed, STOP)
    } catch (failure) {
      child.kill('SIGKILL')
      throw new Error(`${failure.message} It wrote:\n${this.#output.slice(-5_000)}`)
    }
    if (code !== 0) throw new Error(`The server ended with exit code ${code}. It wrote:\n${this.#output.slice(-5_000)}`)
    const failures = this.#output.match(/^(fail|crit): .*\n(?: {6}.*\n?)*/gm)
    this.#output = ''
    if (failures) throw new Error(`The server logged ${failures.length} failures, the first one:\n${failures[0].slice(0, 3_000)}`)
  }

  /** Ends the process the hard way. */
  async kill () {
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await within('the server ends after SIGKILL', closed, READY)
    this.#output = ''
  }

  /** A call of the administration; the path is below /admin/. Fails unless it succeeds; what it answers. */
  async admin (method, path, body) {
    const response = await fetch(`${this.url}/admin/${path}`, {
      method,
      headers: { Authorization: `Bearer ${adminToken}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body)
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} /admin/${path} was answered with ${response.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  /** Makes a project; its id. */
  async newProject (name = 'a project') {
    return (await this.admin('POST', 'projects', { name })).projectId
  }

  /** Makes an api key (origins, permissions, scopes, expiresAt); credentials for the SDK. */
  async newKey (projectId, key = {}) {
    const { apiKey, apiSecret } = await this.admin('POST', `projects/${projectId}/api-keys`, key)
    return { projectId, apiKey, apiSecret }
  }

  /** Sets all settings of a class. */
  putClass (projectId, name, settings) {
    return this.admin('PUT', `projects/${projectId}/classes/${name}`, settings)
  }

  /** Mints an access token on behalf of a key (apiKey, expiresInMs, origin, permissions). */
  async token (projectId, by = {}) {
    return (await this.admin('POST', `projects/${projectId}/tokens`, by)).accessToken
  }

  /** A call of the HTTP API without the SDK in between. */
  async call (method, path, { body, headers } = {}) {
    const response = await fetch(`${this.url}/project/${projectId}${path}`, {
      method,
      headers: {
        Authorization: `Basic ${btoa(`${apiKey}:${apiSecret}`)}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers
      },
      body: body === undefined ? undefined : JSON.stringify(body)
    })
    const text = await response.text()
    return { status: response.status, text, json: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined }
  }
}

function findSilo () {
  if (process.env.VAULTRICE_SILO_DLL) return resolve(process.env.VAULTRICE_SILO_DLL)
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
  const builds = ['Release', 'Debug']
    .map(configuration => join(root, 'silo', 'bin', configuration, 'net10.0', 'Vaultrice.Silo.dll'))
    .filter(existsSync)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  if (builds.length === 0) throw new Error('There is no build of the silo: run dotnet build silo, or set VAULTRICE_SILO_DLL.')
  return builds[0]
}

/** Below the range that outgoing connections use: else one of them could take the port before the server does. */
async function freePort () {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    const probe = createServer().listen(port, '127.0.0.1')
    const isFree = await Promise.race([once(probe, 'listening').then(() => true), once(probe, 'error').then(() => false)]).catch(() => false)
    if (!isFree) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}
