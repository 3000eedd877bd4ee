/**
 * Workcenters that reports of days name and that are not known yet: the days lack their points, and are read again once they appear.
 */
import { Option, Schema } from "effect"

/** By the natural key of the workcenter's code. All instants in epoch milliseconds. */
const Awaited = Schema.ReadonlyMap({
  key: Schema.String,
  value: Schema.Struct({
    /** The start of the first day that lacks its points. */
    from: Schema.Number,
    since: Schema.Number
  })
})
export type AwaitedWorkcenters = Schema.Schema.Type<typeof Awaited>

/** The name of the fact that holds them. */
export const awaitedFact = "@awaited"

const Text = Schema.parseJson(Awaited)
const decode = Schema.decodeUnknownOption(Text)

export const encodeAwaited = Schema.encodeSync(Text)

/** A fact that cannot be read is none. */
export const decodeAwaited = (fact: string | undefined): AwaitedWorkcenters =>
  Option.getOrElse(decode(fact), () => new Map())

/** After a day was read that names these and knows nothing of them. */
export const withAwaited = (
  awaited: AwaitedWorkcenters,
  keys: Iterable<string>,
  day: number,
  now: number
): AwaitedWorkcenters => {
  const all = new Map(awaited)
  for (const key of keys) {
    const { from, since } = all.get(key) ?? { from: day, since: now }
    all.set(key, { from: Math.min(from, day), since })
  }
  return all
}

/** Without those that are awaited no longer. */
export const withoutAwaited = (awaited: AwaitedWorkcenters, keys: ReadonlySet<string>): AwaitedWorkcenters =>
  new Map([...awaited].filter(([key]) => !keys.has(key)))

/** Those that have been awaited since before an instant. */
export const awaitedTooLong = (awaited: AwaitedWorkcenters, before: number): ReadonlySet<string> =>
  new Set([...awaited].flatMap(([key, { since }]) => (since < before ? [key] : [])))

/** The first day that lacks a point of one of these; nothing where none of them is awaited. */
export const firstAwaited = (awaited: AwaitedWorkcenters, keys: ReadonlySet<string>): number | undefined => {
  const days = [...awaited].flatMap(([key, { from }]) => (keys.has(key) ? [from] : []))
  return days.length === 0 ? undefined : Math.min(...days)
}
