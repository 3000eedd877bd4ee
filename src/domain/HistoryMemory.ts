/**
 * What the ledger can be trusted to know of the history that CDF holds: from when on, and up to what is confirmed.
 */
import { Option, Schema } from "effect"
import type { TimeSlice } from "./TimeSlice.js"

/** All instants in epoch milliseconds. */
const Memory = Schema.Struct({
  /** From when on the ledger knows all that CDF holds of the flow; absent where it was never asked. */
  since: Schema.optional(Schema.Number),
  /** A slice that something was written of and that was not confirmed whole: CDF may hold another content than is known. */
  open: Schema.optional(Schema.Struct({ begin: Schema.Number, end: Schema.Number })),
  /** Where the first run began: what lies before was never asked for, and is not read by a recheck. */
  began: Schema.optional(Schema.Number),
  /** No slice of the first run is confirmed yet: should it be cut, it begins there again. */
  starting: Schema.optional(Schema.Boolean),
  /**
   * The starts of the oldest and the newest event that CDF held before anything was read, a backfill or the first run, both absent
   * where there was none; kept until the first run has confirmed a slice.
   */
  found: Schema.optional(
    Schema.Struct({ newest: Schema.optional(Schema.Number), oldest: Schema.optional(Schema.Number) })
  ),
  /** The furthest instant that was ever confirmed: a watermark may have been set back since. */
  reached: Schema.optional(Schema.Number),
  /** When the days of the recheck were last read again, by Plex's clock. */
  rechecked: Schema.optional(Schema.Number)
})
export interface HistoryMemory extends Schema.Schema.Type<typeof Memory> {}

/** The name of the fact that holds it, among the other facts of its flow. */
export const memoryFact = "@history"
/** The name of the fact that tells by which settings all of the history was made. */
export const settingsFact = "@settings"

const decode = Schema.decodeUnknownOption(Schema.parseJson(Memory))

export const encodeMemory = ({ began, found, open, reached, rechecked, since, starting }: HistoryMemory): string =>
  JSON.stringify({ since, open, began, starting, found, reached, rechecked })

/** A fact that cannot be read is none: CDF is asked again. */
export const decodeMemory = (fact: string | undefined): HistoryMemory => Option.getOrElse(decode(fact), () => ({}))

/** Facts of a flow without what is kept of its history. */
export const ownFacts = (facts: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...facts].filter(([name]) => name !== memoryFact && name !== settingsFact))

/**
 * The part of history that CDF must be asked for before a slice is compared, as the ledger does not know it. `confirmedTo`: CDF holds
 * nothing from this instant on that the ledger does not know; absent where nothing is known of that.
 */
export const unknownPart = (
  { since }: HistoryMemory,
  slice: TimeSlice,
  confirmedTo: number | undefined
): TimeSlice | undefined => {
  // Nothing was ever asked: who follows Plex asks for all that comes, who reads one period for that alone.
  if (since === undefined) return confirmedTo === undefined ? slice : { begin: slice.begin, end: Infinity }
  const end = Math.min(slice.end, since, confirmedTo ?? Infinity)
  return end > slice.begin ? { begin: slice.begin, end } : undefined
}

/** After CDF was asked for a period: what is known reaches back to its beginning, unless there is a gap between. */
export const withLearned = (memory: HistoryMemory, { begin, end }: TimeSlice): HistoryMemory =>
  end < (memory.since ?? Infinity) ? memory : { ...memory, since: Math.min(memory.since ?? Infinity, begin) }

/** After what lies before an instant was forgotten. */
export const withForgotten = (memory: HistoryMemory, before: number): HistoryMemory =>
  memory.since === undefined ? memory : { ...memory, since: Math.max(memory.since, before) }
