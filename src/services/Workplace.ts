import { Context, type Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import type { LeaseHolder } from "./Lease.js"

/** The state as it lies there. */
export interface SeenState {
  /** A path or a kind of database, for people; never with a password. */
  readonly where: string
  /** Its version; nothing where there is none yet. */
  readonly version: number | undefined
  /** The version that this program makes of it. */
  readonly makes: number
  /** Kept in memory: gone with each process. */
  readonly fleeting: boolean
}

/** Where a file of the state is or would be. */
export interface SeenFolder {
  /** The nearest folder that exists. */
  readonly folder: string
  /** Why nothing can be written there; nothing where it can. */
  readonly problem: string | undefined
  /** Bytes that are free; nothing where that cannot be told. */
  readonly free: number | undefined
}

/** Why Redis cannot be used, in a few words. */
export interface RedisProblem {
  readonly detail: string
}

/**
 * Where a run would work: its state, its lease, its disk, its Redis. They are only looked at: no state is made or migrated, and no
 * lease taken.
 */
export class Workplace extends Context.Tag("plex-cdf/Workplace")<
  Workplace,
  {
    /** Fails where a run would be refused: torn, of another program, of a newer version, or no answer. */
    readonly state: Effect.Effect<SeenState, StateError>
    /** The process that has the lease of the facility and lives, as far as can be told. */
    readonly holder: Effect.Effect<LeaseHolder | undefined, StateError>
    /** Nothing where the state is in no file. */
    readonly folder: Effect.Effect<SeenFolder | undefined>
    /** Whether Redis answers; nothing where none is configured. */
    readonly redis: Effect.Effect<"answers" | RedisProblem | undefined>
  }
>() {}
