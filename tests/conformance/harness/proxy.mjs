import { connect, createServer } from 'node:net'
import { once } from 'node:events'

/** A TCP proxy in front of a server, to take the network away from some clients and not from others. */
export class Proxy {
  #pairs = new Set()
  #target
  #listener
  #toServer = true
  #toClient = true
  #holding = false
  #held = []

  static async before (server) {
    const proxy = new Proxy()
    proxy.#target = server.port
    await proxy.open(0)
    return proxy
  }

  /** How many WebSockets are open on the server's side. */
  get sockets () {
    return [...this.#pairs].filter(pair => pair.isSocket && !pair.far.destroyed).length
  }

  /** Listens, on the same port as before. */
  async open (port = this.port) {
    this.#listener = createServer(near => {
      near.on('error', () => {})
      if (this.#holding) this.#held.push(near)
      else this.#accept(near)
    })
    this.#listener.listen(port, '127.0.0.1')
    await once(this.#listener, 'listening')
    this.port = this.#listener.address().port
    this.url = `http://127.0.0.1:${this.port}`
  }

  /** Nobody listens any more: open connections break, new ones are refused. */
  close () {
    this.#listener.close()
    this.sever()
  }

  /** Breaks all connections at once, in both directions; new ones are welcome. */
  sever () {
    for (const pair of this.#pairs) {
      pair.near.resetAndDestroy()
      pair.far.resetAndDestroy()
    }
    this.#pairs.clear()
  }

  /** From now on bytes to the clients vanish. */
  swallowToClients () { this.#toClient = false }

  /** From now on bytes vanish in both directions, and neither side learns of it. */
  blackhole () { this.#toClient = this.#toServer = false }

  /** New connections work; the old ones stay as they are. */
  flow () {
    for (const pair of this.#pairs) pair.isDead = !this.#toClient || !this.#toServer
    this.#toClient = this.#toServer = true
  }

  /** Bytes flow again; connections that lost bytes, or that the server has given up, break. */
  heal () {
    this.#toClient = this.#toServer = true
    this.sever()
  }

  /** New connections wait, as behind a load balancer without a healthy server. */
  hold () { this.#holding = true }

  /** New connections go through, the waiting ones too. */
  release () {
    this.#holding = false
    for (const near of this.#held.splice(0)) if (!near.destroyed) this.#accept(near)
  }

  #accept (near) {
    const far = connect(this.#target, '127.0.0.1')
    const pair = { near, far, isDead: false, isSocket: false }
    this.#pairs.add(pair)
    far.on('error', () => {})
    const up = () => this.#toServer && !pair.isDead
    const down = () => this.#toClient && !pair.isDead
    near.once('data', bytes => { pair.isSocket = /^GET \/project\/[^/]+\/ws\//.test(bytes.toString('latin1')) })
    near.on('data', bytes => up() && far.write(bytes))
    far.on('data', bytes => down() && near.write(bytes))
    near.on('end', () => up() && far.end())
    far.on('end', () => down() && near.end())
    near.on('close', () => up() && far.destroy())
    far.on('close', () => down() && near.destroy())
  }
}
