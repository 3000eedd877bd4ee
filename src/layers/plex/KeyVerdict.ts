/**
 * What a 401 of Plex means. A bad key, a wrong tenant and a product without subscription look the same; the tenants list,
 * which every key may read, tells them apart.
 */
import { Effect } from "effect"
import { PlexError } from "../../domain/Errors.js"
import { oneAtATime } from "../../services/Pulse.js"
import { monotonicMillis } from "../http/MonotonicClock.js"

/** What every key that Plex knows may read. */
export const canaryPath = "/mdm/v1/tenants"

/** A verdict is remembered this long, as a whole product's endpoints are refused one after the other: milliseconds. */
const memory = 15_000

type Verdict = "the key is good" | "the key is refused" | "unknown"

/**
 * Puts a 401 into the right words, by asking the canary, at most every 15 seconds for the same key. `say`: how what we say of settings
 * is worded.
 */
export const makeKeyVerdict = (
  canary: Effect.Effect<unknown, PlexError>,
  currentKey: () => unknown,
  say: (words: string) => string
) => {
  const asking = Effect.unsafeMakeSemaphore(1)
  let remembered: { readonly verdict: Verdict; readonly key: unknown; readonly until: number } | undefined

  const ask: Effect.Effect<Verdict> = Effect.match(canary, {
    onSuccess: () => "the key is good" as const,
    onFailure: ({ status }) => (status === 401 ? ("the key is refused" as const) : ("unknown" as const))
  })

  const verdict = Effect.gen(function* () {
    const key = currentKey()
    const now = yield* monotonicMillis
    if (remembered !== undefined && remembered.key === key && now < remembered.until) return remembered.verdict
    const found = yield* ask
    if (found !== "unknown") remembered = { verdict: found, key, until: (yield* monotonicMillis) + memory }
    return found
  }).pipe(oneAtATime(asking))

  return (refused: PlexError): Effect.Effect<PlexError> =>
    Effect.map(verdict, (found) => {
      const { detail, operation, status } = refused
      switch (found) {
        case "the key is good":
          return new PlexError({
            operation,
            status,
            reason: "NotSubscribed",
            detail: `${detail}; ${canaryPath} answers, so the key lacks the product of this path: subscribe it in Plex's developer portal`
          })
        case "the key is refused":
          return new PlexError({
            operation,
            status,
            reason: "Unauthenticated",
            detail: `${detail}; so does ${canaryPath}: ${say("check PLEX_API_KEY (it may have expired) and PLEX_CUSTOMER_ID")}`
          })
        case "unknown":
          return refused
      }
    })
}
