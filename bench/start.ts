/**
 * How long the program takes to start, and what it holds then.
 */
import { Effect } from "effect"
import { makeSandbox } from "../src/sandbox/Sandbox.js"
import { median, mebibytes, newFolder, product, type Ran, runNode } from "./child.js"

const times = 7

export interface Start {
  readonly what: string
  readonly seconds: number
  readonly peakMiB: number
}

const medians = (what: string, runs: ReadonlyArray<Ran>): Start => ({
  what,
  seconds: median(runs.map(({ seconds }) => seconds)),
  peakMiB: mebibytes(median(runs.map(({ peak }) => peak)))
})

export const start = Effect.gen(function* () {
  const folder = yield* newFolder
  const sandbox = yield* makeSandbox({ seed: 1, holes: false, size: { parts: 1, jobs: 1, openJobs: 1, containers: 1 } })
  const environment = {
    ...sandbox.environment(),
    STATE_URL: ":memory:",
    PLEX_RATE_LIMIT: "60000",
    PLEX_DS_RATE_LIMIT: "60000"
  }
  const repeated = (args: ReadonlyArray<string>) =>
    Effect.forEach(Array.from({ length: times }), () =>
      Effect.promise(() => runNode([product, ...args], environment, folder))
    )
  const node = yield* Effect.forEach(Array.from({ length: times }), () =>
    Effect.promise(() => runNode(["--eval", "0"], {}, folder))
  )
  return [
    medians("node alone", node),
    medians("`--help`", yield* repeated(["--help"])),
    medians("`--once` over a plant of one part, one job and one container", yield* repeated(["--once", "--no-sweep"]))
  ]
}).pipe(Effect.scoped)
