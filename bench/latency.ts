/**
 * How close calls that wait for Plex come to what so many calls, so many at a time, can take: the bills of material of all parts, one
 * call each, by the server's clock.
 */
import { Effect } from "effect"
import { makeSandbox } from "../src/sandbox/Sandbox.js"
import { newFolder, product, runNode } from "./child.js"

const latency = 100
const concurrency = 5

export interface Latency {
  readonly calls: number
  readonly latency: number
  readonly concurrency: number
  readonly seconds: number
  readonly bound: number
}

export const latencyBound = Effect.gen(function* () {
  const sandbox = yield* makeSandbox({
    seed: 1,
    holes: false,
    size: { parts: 400, jobs: 4, openJobs: 2 },
    plexKnobs: { latency },
    journal: { maxEntries: 5_000, maxBodyCharacters: 1_000_000 }
  })
  const folder = yield* newFolder
  yield* Effect.promise(() =>
    runNode(
      [product, "--once", "--only", "master-data"],
      {
        ...sandbox.environment(),
        STATE_URL: ":memory:",
        PLEX_RATE_LIMIT: "60000",
        PLEX_CONCURRENCY: String(concurrency),
        SWEEP_SHARE: "1",
        LOG_LEVEL: "warning"
      },
      folder
    )
  )
  const calls = sandbox.journal.entries({ server: "plex", path: /\/boms$/ })
  const begin = Math.min(...calls.map(({ startedAt }) => startedAt))
  const end = Math.max(...calls.map(({ finishedAt = 0 }) => finishedAt))
  const result: Latency = {
    calls: calls.length,
    latency,
    concurrency,
    seconds: (end - begin) / 1000,
    bound: (Math.ceil(calls.length / concurrency) * latency) / 1000
  }
  return result
}).pipe(Effect.scoped)
