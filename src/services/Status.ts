import { Clock, Context, Effect, Stream } from "effect"
import type { Extractor } from "../domain/Flow.js"
import type { ProcessStatus } from "../domain/Status.js"
import { version } from "../version.js"

/** What the scheduler tells of an extractor that waits. */
export interface Waiting {
  /** When it is to run next, in epoch milliseconds. */
  readonly until: number
  /** How many of its runs have failed in a row. */
  readonly failures: number
}

/** Since when nothing has moved, and what should have; in epoch milliseconds. */
export interface Movement {
  /** When something moved last: a call ended, a piece of a body came, a chunk passed a stage, a run began or ended. */
  readonly last: number
  /** Runs that go on, by name. */
  readonly running: ReadonlyArray<string>
}

/** What the process as a whole is doing: what the scheduler and the runs tell, and what an operator may see of it. */
export interface StatusBoard {
  /** The scheduler: this extractor waits for its next run. */
  readonly waits: (extractor: Extractor, waiting: Waiting) => Effect.Effect<void>
  /** The watchdog: something moved in a flow. Cheap enough for every look. */
  readonly moved: Effect.Effect<void>

  /** All that an operator may see; reads the state, and never fails: what could not be read is absent, and `stateError` says why. */
  readonly snapshot: Effect.Effect<ProcessStatus>
  /** Something in `snapshot` has changed: one element for each time, several at once coalesce. Never ends. */
  readonly changes: Stream.Stream<void>
  /** Whether the process gets on; without reading anything. */
  readonly movement: Effect.Effect<Movement>
}

/** By default nobody looks: there is nothing to see and nothing changes. `StatusLive` looks at one facility. */
export class Status extends Context.Reference<Status>()("plex-cdf/Status", {
  defaultValue: (): StatusBoard => ({
    waits: () => Effect.void,
    moved: Effect.void,
    snapshot: Effect.map(Clock.currentTimeMillis, (now) => ({ version, started: now, at: now, facilities: [] })),
    changes: Stream.never,
    movement: Effect.map(Clock.currentTimeMillis, (last) => ({ last, running: [] }))
  })
}) {}
