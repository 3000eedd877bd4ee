/**
 * The clock of a server, by the `Date` headers of its answers.
 */
import type * as Headers from "@effect/platform/Headers"
import { Clock, Effect } from "effect"
import { headerOf } from "./CallFailure.js"

export interface ServerClock {
  /** Reads the clock off an answer; refusals may come from what stands before the server. */
  readonly onAnswer: (answer: { readonly status: number; readonly headers: Headers.Headers }) => Effect.Effect<void>
  /** The server's clock minus ours in milliseconds, by the last answer; nothing before the first. */
  readonly offset: () => number | undefined
}

export const makeServerClock = (): ServerClock => {
  let offset: number | undefined
  return {
    onAnswer: ({ headers, status }) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const date = Date.parse(headerOf(headers, "date") ?? "")
        if (status < 300 && !Number.isNaN(date)) offset = date - now
      }),
    offset: () => offset
  }
}
