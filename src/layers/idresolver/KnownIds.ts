/**
 * The first tier: ids in memory, what does not exist, and what the tiers below must not be believed.
 */
import type { ExternalId } from "../../domain/ExternalId.js"
import { makeBoundedMap } from "./BoundedMap.js"

export interface KnownIdsOptions {
  /** Assets kept; about 100 bytes each. */
  readonly mostEntries: number
  /** Milliseconds until an id is asked for again. */
  readonly timeToLive: number
  /** Milliseconds in which what CDF does not know is not asked for again. */
  readonly missTimeToLive: number
}

/** Times are milliseconds of one clock. */
export interface KnownIds {
  readonly number: (externalId: ExternalId, now: number) => number | undefined
  readonly name: (number: number, now: number) => ExternalId | undefined
  /** Whether CDF did not know it a moment ago. */
  readonly isMiss: (externalId: ExternalId, now: number) => boolean
  /** CDF said so, or a tier below of whom it may be believed. */
  readonly know: (externalId: ExternalId, number: number, now: number) => void
  readonly miss: (externalId: ExternalId, now: number) => void
  /** CDF confirmed it just now, and so have the tiers below: they are believed again. */
  readonly confirm: (externalId: ExternalId, number: number, now: number) => void
  /** Gone, or made anew: what the tiers below hold of it is not believed. */
  readonly forget: (externalId: ExternalId, now: number) => void
  /** The same by number, which CDF never gives again; tells whose it was, where that is known. */
  readonly forgetNumber: (number: number, now: number) => ExternalId | undefined
  /** Whether the tiers below may be asked for it. */
  readonly trusts: (externalId: ExternalId, now: number) => boolean
  /** Whether a number may be an asset's. */
  readonly mayBe: (number: number, now: number) => boolean
}

/** Milliseconds for which the tiers below are not believed: longer than they keep what they cannot be told to forget. */
const distrust = 2 * 86_400_000

export const makeKnownIds = ({ mostEntries, missTimeToLive, timeToLive }: KnownIdsOptions): KnownIds => {
  const names = new Map<number, ExternalId>()
  const numbers = makeBoundedMap<ExternalId, number>({
    most: mostEntries,
    timeToLive,
    onEvict: (_, number) => names.delete(number)
  })
  const misses = makeBoundedMap<ExternalId, true>({ most: mostEntries, timeToLive: missTimeToLive })
  const doubted = makeBoundedMap<ExternalId, true>({ most: mostEntries, timeToLive: distrust })
  const gone = makeBoundedMap<number, true>({ most: mostEntries, timeToLive: distrust })

  const know: KnownIds["know"] = (externalId, number, now) => {
    const before = numbers.get(externalId, now)
    if (before !== undefined && before !== number) names.delete(before)
    numbers.set(externalId, number, now)
    names.set(number, externalId)
    misses.delete(externalId)
    gone.delete(number)
  }

  const forget: KnownIds["forget"] = (externalId, now) => {
    const number = numbers.get(externalId, now)
    if (number !== undefined) {
      names.delete(number)
      gone.set(number, true, now)
    }
    numbers.delete(externalId)
    misses.delete(externalId)
    doubted.set(externalId, true, now)
  }

  return {
    number: (externalId, now) => numbers.get(externalId, now),
    name: (number, now) => {
      const name = names.get(number)
      return name !== undefined && numbers.get(name, now) === number ? name : undefined
    },
    isMiss: (externalId, now) => misses.get(externalId, now) === true,
    know,
    miss: (externalId, now) => misses.set(externalId, true, now),
    confirm: (externalId, number, now) => {
      const before = numbers.get(externalId, now)
      if (before !== undefined && before !== number) gone.set(before, true, now)
      know(externalId, number, now)
      doubted.delete(externalId)
    },
    forget,
    forgetNumber: (number, now) => {
      const name = names.get(number)
      if (name !== undefined) forget(name, now)
      gone.set(number, true, now)
      return name
    },
    trusts: (externalId, now) => doubted.get(externalId, now) === undefined,
    mayBe: (number, now) => gone.get(number, now) === undefined
  }
}
