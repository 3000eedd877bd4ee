/**
 * What a window that was read whole says of the records that are known to be in it: one that it does not show was corrected in
 * Plex, and is retracted.
 */
import type { ExternalId } from "./ExternalId.js"
import { isWithin, type TimeSlice } from "./TimeSlice.js"

/** A record by its key and the moment by which it belongs to a window, in epoch milliseconds. */
export interface Dated {
  readonly externalId: ExternalId
  readonly moment: number
}

/** What one slice showed. One instance per slice. */
export class SliceContent {
  readonly #slice: TimeSlice
  readonly #shown = new Map<ExternalId, number>()
  readonly #blurred = new Set<number>()
  #unclear = false

  constructor(slice: TimeSlice) {
    this.#slice = slice
  }

  /** A record of the slice; others are not of interest. */
  show(externalId: ExternalId, moment: number | undefined): void {
    if (moment !== undefined && isWithin(this.#slice, moment)) this.#shown.set(externalId, moment)
  }
  /** A record whose key is not known, as it is a dead letter: it may be any of those of its moment. */
  blur(moment: number): void {
    if (isWithin(this.#slice, moment)) this.#blurred.add(moment)
  }
  /** A record whose key and moment are not known: it may be any of the slice. */
  blurAll(): void {
    this.#unclear = true
  }
  isBlurred(moment: number): boolean {
    return this.#unclear || this.#blurred.has(moment)
  }
  get shown(): ReadonlyMap<ExternalId, number> {
    return this.#shown
  }
}

/** What becomes of a slice. */
export interface Settlement {
  /** Records that Plex has no more: their events are to be deleted. */
  readonly retracted: ReadonlyArray<Dated>
  /** Records that the slice did not show and that stay nevertheless; what is derived from their moments stays too. */
  readonly kept: ReadonlyArray<Dated>
  /** Records that were not known before. */
  readonly added: ReadonlyArray<Dated>
  /** How many known records the slice is short of, where that is too many to be believed. */
  readonly missing: number | undefined
}

/** A window may always be short of so many records. */
const fewRecords = 5

/** Whether a window that held `known` records is believed when it shows `shown`. */
export const isBelievable = (known: number, shown: number): boolean => {
  const loss = known - shown
  return loss <= fewRecords || loss * 2 <= known
}

/**
 * Settles a slice that was read whole. `known` is what was known to be in it before it was read; `accepted`: somebody has confirmed
 * that what is missing is gone.
 */
export const settle = (known: ReadonlyArray<Dated>, content: SliceContent, accepted: boolean): Settlement => {
  const { shown } = content
  const before = new Set(known.map(({ externalId }) => externalId))
  const unseen = known.filter(({ externalId }) => !shown.has(externalId))
  const believed = accepted || isBelievable(known.length, shown.size)
  return {
    retracted: believed ? unseen.filter(({ moment }) => !content.isBlurred(moment)) : [],
    kept: believed ? unseen.filter(({ moment }) => content.isBlurred(moment)) : unseen,
    added: [...shown].flatMap(([externalId, moment]) => (before.has(externalId) ? [] : [{ externalId, moment }])),
    missing: believed ? undefined : known.length - shown.size
  }
}

/** Moments of records that came after the watermark had passed them; a record that takes the place of another one is corrected, not late. */
export const lateMoments = ({ added, kept, retracted }: Settlement, watermark: number): ReadonlyArray<number> => {
  const corrected = new Set([...retracted, ...kept].map(({ moment }) => moment))
  return added.flatMap(({ moment }) => (moment < watermark && !corrected.has(moment) ? [moment] : []))
}
