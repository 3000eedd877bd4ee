/**
 * For whom a command speaks: for the process, or for one of several facilities.
 */
import { Context, type Effect } from "effect"

/** Something that was asked for and is not there: how that is said, and the exit code that it has. */
export interface Lack {
  readonly say: Effect.Effect<void>
  readonly code: number
}

export interface Speaker {
  /** The facility that output is to name; nothing where there is only one. */
  readonly facility: string | undefined
  /** Takes the exit code of what is done. */
  readonly exit: (code: number) => void
  /** Takes what the facility does not have, as another one may have it; absent where there is only one. */
  readonly lacks?: ((lack: Lack) => void) | undefined
}

/** By default it speaks for the process, whose exit code it sets. */
export class Speaking extends Context.Reference<Speaking>()("plex-cdf/Speaking", {
  defaultValue: (): Speaker => ({
    facility: undefined,
    exit: (code) => {
      process.exitCode = code
    }
  })
}) {}
