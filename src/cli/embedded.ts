/**
 * The embedded sandbox of `--sandbox`.
 */
import { Effect, type Scope } from "effect"
import type { ListenError } from "../sandbox/Listener.js"
import { withOverrides } from "../layers/config/EnvFile.js"

type Environment = Readonly<Record<string, string | undefined>>

/** Where the sandbox is; what a person may still choose stays as it is in the environment. */
const chosen = ["PLEX_RATE_LIMIT", "PLEX_DS_RATE_LIMIT", "ENABLE_QUALITY_EXTRACTOR", "ENABLE_PERFORMANCE_EXTRACTOR"]

/** Starts a Plex with the demo plant and an empty CDF, and points the environment at them; state stays in memory. */
export const embeddedEnvironment = (environment: Environment): Effect.Effect<Environment, ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const { makeSandbox } = yield* Effect.promise(() => import("../sandbox/Sandbox.js"))
    const sandbox = yield* makeSandbox({ size: "demo", seed: 1 })
    const kept = chosen.flatMap((name) => {
      const value = environment[name]
      return value === undefined ? [] : [[name, value] as const]
    })
    return withOverrides(environment, {
      ...sandbox.environment(),
      ...Object.fromEntries(kept),
      // Empty, not absent: an env file must not bring it back.
      FACILITIES: "",
      STATE_URL: ":memory:",
      REDIS_URL: undefined
    })
  })
