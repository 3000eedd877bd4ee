/**
 * Objects that sweeps look at one by one, and how the flow that reads them offers them.
 */
import { createHash } from "node:crypto"
import type { FlowName } from "./Flow.js"

/** An object that a sweep is to look at. */
export interface SweepObject {
  readonly key: string
  /** Another one than last time: the object changed and is to be looked at soon. */
  readonly fingerprint: string
  /** What the sweep must know of the object, as JSON. */
  readonly content: string
  /** Whether it is worth looking at again and again, or only where it changed. */
  readonly again: boolean
}

/** The fingerprint of an object that Plex has no more: what hangs on it goes, without asking for it. */
export const gone = "gone"

/** How far a sweep is. */
export interface SweepProgress {
  readonly objects: number
  /** New or changed since they were looked at. */
  readonly due: number
  /** When the one was looked at that was not looked at for longest, in epoch milliseconds. */
  readonly oldest: number | undefined
}

/** Offers an object to a sweep when CDF has taken what its record became; nothing where it is not worth a look. */
export interface Offer {
  readonly sweep: FlowName
  /** `isNew`: CDF was not known to hold it before under this id, unless retired. */
  readonly object: (isNew: boolean) => SweepObject | undefined
}

/** The same content is always the same fingerprint. */
export const fingerprintOf = (content: string): string => createHash("sha1").update(content).digest("base64url")
