/**
 * How memory and state grow with history: a year of production entries, slice by slice, into an empty CDF.
 *
 * `npm run bench:history` runs 100,000 and 1,000,000 entries; numbers after `--` run others. Peaks are of the process alone, the
 * sandbox is another one. Reads `/proc`: Linux only.
 */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { makeSandbox } from "../src/sandbox/Sandbox.js"
import type { Sandbox } from "../src/sandbox/Sandbox.js"

const main = resolve(import.meta.dirname, "../dist/main.js")
const days = 365
const day = 86_400_000

interface Measured {
  readonly entries: number
  readonly calls: number
  readonly seconds: number
  readonly peakMiB: number
  readonly stateMiB: number
}

const mebibytes = (bytes: number): number => Math.round((bytes / 1024 ** 2) * 10) / 10

/** The highest resident size so far, in bytes; nothing once the process is gone. */
const peakOf = (pid: number): number | undefined => {
  try {
    const kibibytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
  } catch {
    return undefined
  }
}

/** Runs one pass of some extractors; gives its peak. */
const run = (sandbox: Sandbox, folder: string, only: string): Promise<number> =>
  new Promise((done, fail) => {
    const child = spawn(process.execPath, [main, "--once", "--no-sweep", "--only", only], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        ...sandbox.environment(),
        STATE_URL: `file:${join(folder, "state.db")}`,
        PLEX_RATE_LIMIT: "60000",
        EXTRACTION_START_DATE: new Date(sandbox.plant.now() - (days + 1) * day).toISOString(),
        LOG_LEVEL: "warning"
      },
      stdio: ["ignore", "ignore", "inherit"]
    })
    let peak = 0
    const look = setInterval(() => {
      peak = Math.max(peak, child.pid === undefined ? 0 : (peakOf(child.pid) ?? 0))
    }, 50)
    child.on("error", fail)
    child.on("close", (code) => {
      clearInterval(look)
      if (code === 0) done(peak)
      else fail(new Error(`the process ended with ${code}`))
    })
  })

const measure = (entries: number) =>
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
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-bench-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    // What entries link to is there before them, as in a facility that is followed already.
    yield* Effect.promise(() => run(sandbox, folder, "master-data"))
    const begin = performance.now()
    calls = 0
    const peak = yield* Effect.promise(() => run(sandbox, folder, "production"))
    const result: Measured = {
      entries: sandbox.cdf.state.events.size(),
      calls,
      seconds: Math.round((performance.now() - begin) / 100) / 10,
      peakMiB: mebibytes(peak),
      stateMiB: mebibytes(statSync(join(folder, "state.db")).size)
    }
    return result
  }).pipe(Effect.scoped)

const wanted = process.argv.slice(2).map(Number)

const program = Effect.gen(function* () {
  for (const entries of wanted.length === 0 ? [100_000, 1_000_000] : wanted) {
    const measured = yield* measure(entries)
    process.stdout.write(`${JSON.stringify(measured)}\n`)
  }
})

await Effect.runPromise(program)
