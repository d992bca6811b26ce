/** Waiting for conditions and events, each with a limit and a sentence that says what did not happen. */

const PATIENCE = 15_000

/** Polls until the condition gives something truthy, and gives that. */
export async function until (what, condition, within = PATIENCE) {
  const deadline = Date.now() + within
  for (;;) {
    const result = await condition()
    if (result) return result
    if (Date.now() > deadline) throw new Error(`This did not happen within ${within} ms: ${what}.`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

/** Gives the promise's result, or fails with a sentence. */
export async function within (what, promise, limit = PATIENCE) {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`This did not happen within ${limit} ms: ${what}.`)), limit)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Everything that a handler was called with, in order, with the time of arrival. */
export class Inbox {
  received = []
  arrivals = []

  constructor (name) {
    this.name = name
    this.handler = value => {
      // The SDK hands one object to all its handlers.
      this.received.push(value === undefined ? value : structuredClone(value instanceof Error ? { message: value.message } : value))
      this.arrivals.push(Date.now())
    }
  }

  /** Waits for the first value that matches, also among those already here. */
  async first (matches = () => true, what = 'something that matches', limit = PATIENCE) {
    try {
      return (await until('', () => this.received.some(matches) && [this.received.find(matches)], limit))[0]
    } catch {
      throw new Error(`${this.name} did not receive ${what} within ${limit} ms. It received: ${JSON.stringify(this.received).slice(0, 1_000)}`)
    }
  }

  /** Waits until that many values are here. */
  async count (count, limit = PATIENCE) {
    try {
      await until('', () => this.received.length >= count, limit)
    } catch {
      throw new Error(`${this.name} received ${this.received.length} of ${count} within ${limit} ms: ${JSON.stringify(this.received).slice(0, 1_000)}`)
    }
    return this.received
  }
}
