import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import WebSocket from 'ws'

/** What an app's backend would do: signatures of ids and of users, tokens of its identity provider; and what a page would. */

/** The key pair of a backend: P-256 unless another kind is asked for. */
export function keyPair (type = 'ec', options = { namedCurve: 'P-256' }) {
  const { privateKey, publicKey } = generateKeyPairSync(type, options)
  return { privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }) }
}

/** The signature of an object's id. */
export const signId = (id, { privateKey }, encoding = 'base64url') => sign('sha256', Buffer.from(id), privateKey).toString(encoding)

/** The HMAC of a user id. */
export const signUser = (userId, secret) => createHmac('sha256', secret).update(userId).digest('hex')

/** A JWT as an identity provider makes it: signed with a P-256 key. */
export function identityToken (claims, { privateKey }) {
  const part = json => Buffer.from(JSON.stringify(json)).toString('base64url')
  const signed = `${part({ alg: 'ES256', typ: 'JWT' })}.${part({ exp: Math.floor(Date.now() / 1000) + 300, ...claims })}`
  return `${signed}.${sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** Runs something as a page of an origin would: with this Origin on every call and every socket, or with further headers. */
export async function from (headers, action) {
  const { fetch, WebSocket: Socket } = globalThis
  globalThis.fetch = (url, init = {}) => fetch(url, { ...init, headers: { ...init.headers, ...headers } })
  globalThis.WebSocket = class extends WebSocket {
    constructor (url) {
      super(url, { headers })
      this.on('error', () => {})
    }
  }
  try {
    return await action()
  } finally {
    Object.assign(globalThis, { fetch, WebSocket: Socket })
  }
}

/**
 * Adds the proof of who this is to the frames of a client's present socket, as a newer SDK does; SDK 1.0.0 knows of none. Its
 * later sockets get nothing: what it sends after a reconnect is what it sends of itself. Gives the errors it is told.
 */
export async function proving (client, auth) {
  const socket = await client.getWebSocket()
  const send = socket.send.bind(socket)
  socket.send = frame => send(JSON.stringify({ ...JSON.parse(frame), auth }))
  return errorsOf(client)
}

/** The errors that a client is told over its present socket, as they come. */
export async function errorsOf (client) {
  const socket = await client.getWebSocket()
  const errors = []
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(data)
    if (frame.event === 'error') errors.push(frame.payload)
  })
  return errors
}

/** The files below a folder that hold a text in any of the ways it could be written. */
export function filesWith (folder, text) {
  const forms = [text, Buffer.from(text).toString('base64').slice(2, -4), Buffer.from(text, 'utf16le').toString('latin1')]
  return readdirSync(folder, { recursive: true })
    .map(name => join(folder, name))
    .filter(file => statSync(file).isFile())
    .filter(file => forms.some(form => readFileSync(file).includes(Buffer.from(form, 'latin1'))))
}
