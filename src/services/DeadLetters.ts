import { Context, type Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import type { FlowName } from "../domain/Flow.js"
import type { TimeSlice } from "../domain/TimeSlice.js"

/** A record that cannot be decoded or mapped, or a resource that CDF refuses. */
export interface DeadLetter {
  readonly flow: FlowName
  /** Which of the two it is; a record where nothing is said. */
  readonly what?: "record" | "resource" | undefined
  /** The record's key or the resource's external id, as far as known. */
  readonly key: string
  /** Where in the record it is wrong, as far as known: `operators.0.name`. */
  readonly path?: string | undefined
  /** What is wrong. */
  readonly reason: string
  /** The record or resource itself; what is kept of it is without secrets, and without people unless these are wanted. */
  readonly content: unknown
  /** The period in whose reading it came; a record that comes with every list has none. */
  readonly window?: TimeSlice | undefined
}

/** What tells a letter from all others of the facility. */
export interface LetterId {
  readonly flow: FlowName
  readonly key: string
  /** Of the content, where the key does not tell records apart; else empty. */
  readonly digest: string
}

/** A dead letter as it is kept, without its content; moments in epoch milliseconds. */
export interface ListedLetter extends LetterId, Required<Omit<DeadLetter, "content">> {
  readonly firstSeen: number
  readonly lastSeen: number
  /** How often it could not be delivered. */
  readonly attempts: number
  /** The program that tried last. */
  readonly version: string
}

/** A dead letter with its content. */
export interface KeptDeadLetter extends ListedLetter {
  readonly content: unknown
}

/** Which dead letters are meant; what is not named does not matter. */
export interface LetterFilter {
  readonly flow?: FlowName | undefined
  /** Last tried by another program than this version. */
  readonly notTriedBy?: string | undefined
}

/** Where what could not be delivered is kept, with its reason, so that nothing is lost. One per facility. */
export class DeadLetters extends Context.Tag("plex-cdf/DeadLetters")<
  DeadLetters,
  {
    /** A letter of the same identity replaces the earlier one. Beyond a bound the ones not seen for longest give way. */
    readonly add: (letters: ReadonlyArray<DeadLetter>) => Effect.Effect<void, StateError>
    /** Those seen last come last. */
    readonly all: Effect.Effect<ReadonlyArray<KeptDeadLetter>, StateError>
    /** Without their contents; those seen last come last. */
    readonly list: (filter?: LetterFilter) => Effect.Effect<ReadonlyArray<ListedLetter>, StateError>
    /** How many there are. */
    readonly count: Effect.Effect<number, StateError>
    /** Those of this key, or of this beginning of a digest after `#`, with their contents. */
    readonly find: (key: string, flow?: FlowName) => Effect.Effect<ReadonlyArray<KeptDeadLetter>, StateError>
    /** Gives how many there were. */
    readonly drop: (letters: ReadonlyArray<LetterId>) => Effect.Effect<number, StateError>
    /** Counts an attempt of this program that could not even begin. */
    readonly tried: (letters: ReadonlyArray<LetterId>) => Effect.Effect<void, StateError>
    /** Records or resources of these keys are in CDF: what was set aside of them before this instant is no dead letter any more. */
    readonly landed: (flow: FlowName, keys: ReadonlyArray<string>, before: number) => Effect.Effect<void, StateError>
  }
>() {}
