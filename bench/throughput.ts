/**
 * How long a first load and a pass without changes take, against a floor that reads the same bodies from the same servers in the same
 * run: pairs alternate, and the ratio is that of the medians.
 */
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { flowNames } from "../src/domain/Flow.js"
import type { JournalEntry } from "../src/sandbox/Journal.js"
import { makeSandbox, type Sandbox } from "../src/sandbox/Sandbox.js"
import { median, newFolder, product, type Ran, runNode } from "./child.js"

const floor = resolve(import.meta.dirname, "floor.mjs")

/** Flows that read one list each; what is asked for by object or by period is another measurement. */
const measured: ReadonlySet<string> = new Set([
  "hierarchy",
  "buildings",
  "parts",
  "operations",
  "supply-items",
  "production-lines",
  "workcenters",
  "equipment",
  "jobs",
  "locations",
  "containers"
])

const environmentOf = (sandbox: Sandbox, folder: string): Record<string, string> => ({
  ...sandbox.environment(),
  STATE_URL: `file:${join(folder, "state.db")}`,
  PLEX_RATE_LIMIT: "60000",
  PLEX_DS_RATE_LIMIT: "60000",
  FLOWS_DISABLED: flowNames.filter((name) => !measured.has(name)).join(","),
  LOG_LEVEL: "warning"
})

const pass = (sandbox: Sandbox, folder: string) =>
  Effect.promise(() =>
    runNode(
      [product, "--once", "--no-sweep", "--only", "master-data,jobs,inventory"],
      environmentOf(sandbox, folder),
      folder
    )
  )

/** What the floor is to read: the lists that the product has read. */
const listsRead = (sandbox: Sandbox, entries: ReadonlyArray<JournalEntry>) => {
  const base = sandbox.environment()["PLEX_BASE_URL"] ?? ""
  return entries
    .filter(
      ({ answerBytes, method, server, status }) =>
        server === "plex" && method === "GET" && status === 200 && answerBytes > 2
    )
    .map(({ path, query }) => ({ url: `${base}${path}${query === "" ? "" : `?${query}`}` }))
}

const runFloor = (sandbox: Sandbox, folder: string, reads: ReadonlyArray<{ readonly url: string }>, writes: boolean) =>
  Effect.promise(() => {
    const { CDF_CLIENT_ID, CDF_CLIENT_SECRET, CDF_DATASET_PLEXMASTER, CDF_HOST, CDF_PROJECT, CDF_TOKEN_URL, ...plex } =
      sandbox.environment()
    const job = {
      reads,
      writes,
      concurrency: 4,
      headers: {
        "x-plex-connect-api-key": plex["PLEX_API_KEY"],
        "x-plex-connect-customer-id": plex["PLEX_CUSTOMER_ID"]
      },
      tokenUrl: CDF_TOKEN_URL,
      tokenForm: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: CDF_CLIENT_ID ?? "",
        client_secret: CDF_CLIENT_SECRET ?? "",
        scope: "user_impersonation"
      }).toString(),
      assetsUrl: `${CDF_HOST}/api/v1/projects/${CDF_PROJECT}/assets`,
      dataSetId: Number(CDF_DATASET_PLEXMASTER)
    }
    const path = join(folder, "floor.json")
    writeFileSync(path, JSON.stringify(job))
    return runNode([floor], { FLOOR_JOB: path }, folder)
  })

const newSandbox = (size: "small" | "large") =>
  makeSandbox({ seed: 1, size, holes: false, journal: { maxEntries: 2_000, maxBodyCharacters: 2_000_000 } })

interface Pair {
  readonly first: Ran
  readonly second: Ran
  readonly floorOfFirst: Ran
  readonly floorOfSecond: Ran
  readonly records: number
}

/** One of each, each over servers of its own that hold the same plant. */
const pair = (size: "small" | "large") =>
  Effect.gen(function* () {
    const folder = yield* newFolder
    const sandbox = yield* newSandbox(size)
    const first = yield* pass(sandbox, folder)
    const reads = listsRead(sandbox, sandbox.journal.entries())
    const second = yield* pass(sandbox, folder)
    const floorOfSecond = yield* runFloor(sandbox, folder, reads, false)
    const floorOfFirst = yield* runFloor(sandbox, folder, reads, true)
    const { assets, events } = sandbox.cdf.state
    const records =
      assets.all().filter(({ externalId }) => !String(externalId).startsWith("floor_")).length + events.size()
    const result: Pair = { first, second, floorOfFirst, floorOfSecond, records }
    return result
  }).pipe(Effect.scoped)

export interface Throughput {
  readonly records: number
  /** Medians, in seconds. */
  readonly first: number
  readonly floorOfFirst: number
  readonly second: number
  readonly floorOfSecond: number
  /** The highest of all pairs, in bytes. */
  readonly peakOfFirst: number
  readonly peakOfSecond: number
}

export const throughput = (size: "small" | "large", pairs: number) =>
  Effect.gen(function* () {
    const all: Array<Pair> = []
    for (let at = 0; at < pairs; at++) all.push(yield* pair(size))
    const of = (part: (each: Pair) => Ran): number => median(all.map((each) => part(each).seconds))
    const result: Throughput = {
      records: all[0]?.records ?? 0,
      first: of(({ first }) => first),
      floorOfFirst: of(({ floorOfFirst }) => floorOfFirst),
      second: of(({ second }) => second),
      floorOfSecond: of(({ floorOfSecond }) => floorOfSecond),
      peakOfFirst: Math.max(...all.map(({ first }) => first.peak)),
      peakOfSecond: Math.max(...all.map(({ second }) => second.peak))
    }
    return result
  })
