/**
 * How memory and state grow with history: a year of production entries, slice by slice, into an empty CDF. Peaks are of the process
 * alone, the sandbox is another one.
 */
import { Effect } from "effect"
import { statSync } from "node:fs"
import { join } from "node:path"
import { makeSandbox, type Sandbox } from "../src/sandbox/Sandbox.js"
import { mebibytes, newFolder, product, runNode } from "./child.js"

const days = 365
const day = 86_400_000

export interface History {
  readonly entries: number
  readonly calls: number
  readonly seconds: number
  readonly peakMiB: number
  readonly stateMiB: number
}

/** Runs one pass of some extractors. */
const run = (sandbox: Sandbox, folder: string, only: string) =>
  Effect.promise(() =>
    runNode(
      [product, "--once", "--no-sweep", "--only", only],
      {
        ...sandbox.environment(),
        STATE_URL: `file:${join(folder, "state.db")}`,
        PLEX_RATE_LIMIT: "60000",
        EXTRACTION_START_DATE: new Date(sandbox.plant.now() - (days + 1) * day).toISOString(),
        LOG_LEVEL: "warning"
      },
      folder
    )
  )

/** One load of so many entries. */
export const history = (entries: number) =>
  Effect.gen(function* () {
    const sandbox = yield* makeSandbox({
      seed: 1,
      holes: false,
      size: {
        historyDays: 1,
        entriesPerDay: 0,
        scrapPerDay: 0,
        statusesPerWorkcenterDay: 1,
        archivedDays: days,
        archivedEntriesPerDay: Math.ceil(entries / days)
      },
      journal: { maxEntries: 100, maxBodyCharacters: 1_000_000 }
    })
    let calls = 0
    sandbox.journal.subscribe(({ outcome }) => {
      if (outcome === "pending") calls += 1
    })
    const folder = yield* newFolder
    // What entries link to is there before them, as in a facility that is followed already.
    yield* run(sandbox, folder, "master-data")
    calls = 0
    const { peak, seconds } = yield* run(sandbox, folder, "production")
    const result: History = {
      entries: sandbox.cdf.state.events.size(),
      calls,
      seconds: Math.round(seconds * 10) / 10,
      peakMiB: mebibytes(peak),
      stateMiB: mebibytes(statSync(join(folder, "state.db")).size)
    }
    return result
  }).pipe(Effect.scoped)
