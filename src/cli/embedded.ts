/**
 * The embedded sandbox of `--sandbox`.
 */
import { Effect, type Scope } from "effect"
import type { ListenError } from "../sandbox/Listener.js"
import { withOverrides } from "../layers/config/EnvFile.js"
import { makeSandbox } from "../sandbox/Sandbox.js"

type Environment = Readonly<Record<string, string | undefined>>

/** Where the sandbox is; what a person may still choose stays as it is in the environment. */
const chosen = ["PLEX_RATE_LIMIT", "PLEX_DS_RATE_LIMIT", "ENABLE_QUALITY_EXTRACTOR", "ENABLE_PERFORMANCE_EXTRACTOR"]

/** Starts a Plex with the demo plant and an empty CDF, and points the environment at them; state stays in memory. */
export const embeddedEnvironment = (environment: Environment): Effect.Effect<Environment, ListenError, Scope.Scope> =>
  Effect.map(makeSandbox({ size: "demo", seed: 1 }), (sandbox) => {
    const kept = chosen.flatMap((name) => {
      const value = environment[name]
      return value === undefined ? [] : [[name, value] as const]
    })
    return withOverrides(environment, {
      ...sandbox.environment(),
      ...Object.fromEntries(kept),
      STATE_URL: ":memory:",
      REDIS_URL: undefined
    })
  })
