// What JavaScript itself makes of the atomic operations: one case per line in, one verdict per line out.
// A case is {present, steps: [{op, …, result | error}]}; raw JSON travels as text. The verdict is "" when every
// step's result is JavaScript's, else a sentence.
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'

class Refusal extends Error {}

const define = (target, name, value) =>
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true })
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isIndex = (segment) => /^(0|[1-9][0-9]*)$/.test(segment)
const demand = (condition, error) => { if (!condition) throw new Refusal(error) }

function add (present, amount, sign) {
  const value = present === undefined ? 0 : present
  demand(typeof value === 'number', 'InvalidType')
  const sum = sign < 0 ? value - amount : value + amount
  demand(Number.isFinite(sum), 'InvalidValue')
  return sum
}

function setIn (present, path, value) {
  const root = present === undefined ? {} : present
  demand(typeof root === 'object' && root !== null, 'InvalidType')
  let target = root
  path.forEach((segment, i) => {
    if (Array.isArray(target)) {
      demand(isIndex(segment), 'InvalidType')
      demand(Number(segment) <= target.length, 'InvalidValue')
    }
    if (i === path.length - 1) return define(target, segment, value)
    const next = Object.hasOwn(target, segment) ? target[segment] : undefined
    demand(next === undefined || typeof next === 'object', 'InvalidType')
    if (next === undefined || next === null) define(target, segment, {})
    target = target[segment]
  })
  return root
}

const operations = {
  increment: (present, step) => add(present, JSON.parse(step.amount), 1),
  decrement: (present, step) => add(present, JSON.parse(step.amount), -1),
  push (present, step) {
    demand(present === undefined || Array.isArray(present), 'InvalidType')
    return [...(present ?? []), JSON.parse(step.element)]
  },
  splice (present, step) {
    demand(present === undefined || Array.isArray(present), 'InvalidType')
    const array = present ?? []
    array.splice(step.start, step.deleteCount ?? Infinity, ...step.items.map((item) => JSON.parse(item)))
    return array
  },
  merge (present, step) {
    demand(present === undefined || isObject(present), 'InvalidType')
    return { ...present, ...JSON.parse(step.members) }
  },
  setIn: (present, step) => setIn(present, step.path, JSON.parse(step.value))
}

function judge ({ present, steps }) {
  let text = present ?? undefined
  for (const step of steps) {
    let expected
    let error
    try {
      expected = operations[step.op](text === undefined ? undefined : JSON.parse(text), step)
    } catch (e) {
      if (!(e instanceof Refusal)) throw e
      error = e.message
    }
    const found = JSON.stringify(step)
    if ((error ?? null) !== (step.error ?? null)) return `${text}: JavaScript ${error ?? JSON.stringify(expected)}: ${found}`
    if (error) continue
    const same = typeof expected === 'number'
      ? step.result === JSON.stringify(expected)
      : isDeepStrictEqual(JSON.parse(step.result), expected) && JSON.stringify(JSON.parse(step.result)) === JSON.stringify(expected)
    if (!same) return `${text}: JavaScript ${JSON.stringify(expected)}: ${found}`
    text = step.result
  }
  return ''
}

for await (const line of createInterface({ input: process.stdin })) {
  let verdict
  try { verdict = judge(JSON.parse(line)) } catch (e) { verdict = `the judge failed: ${e}` }
  process.stdout.write(JSON.stringify(verdict) + '\n')
}
