/**
 * How many calls CDF gets: on a first load as few as can be, and none for what the state knows.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { JournalEntry } from "../../src/sandbox/Journal.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { newFile } from "../layers/state/Variants.js"
import { callsMade, fewestCalls, tooMany, total } from "../support/FewestCalls.js"
import { lastOf, onePass, startSandbox } from "../support/SandboxProcess.js"
import { verdict } from "../support/Verdict.js"

const none: ReadonlyArray<string> = []

/** The facility, its libraries and roots: what a process makes sure of before it writes. */
const isRoot = (externalId: string): boolean => /_(facility|\w+_root|\w+_library)_340884$/.test(externalId)

const idsIn = ({ requestBody = "" }: JournalEntry): ReadonlyArray<string> =>
  Array.from(requestBody.matchAll(/"externalId":"([^"]*)"/g), ([, id = ""]) => id)

/** Points of what is now: asked for, and written where they differ. */
const isLive = (externalId: string): boolean => /_ts_(status|wip|inventory|live_performance)_/.test(externalId)

/** Calls to CDF that a process did not need that remembers everything. */
const needless = ({ journal }: Sandbox, after: number): ReadonlyArray<string> =>
  journal.entries({ server: "cdf", after }).flatMap((entry) => {
    const ids = idsIn(entry)
    const path = entry.path.split("/").slice(5).join("/")
    const needed =
      entry.path === "/oauth2/token" ||
      path === "datasets/byids" ||
      (path === "assets/byids" && ids.every(isRoot)) ||
      (/^timeseries\/data(\/latest)?$/.test(path) && ids.every(isLive))
    return needed ? [] : [`${path} ${ids.slice(0, 3).join(", ")}`]
  })

describe("Calls to CDF", { timeout: 300_000 }, () => {
  it.scopedLive(
    "of a first load are within 5 % of the fewest; the next process asks for the roots and for nothing else",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({
          seed: 9,
          size: {
            parts: 60,
            jobs: 2500,
            openJobs: 20,
            containers: 5200,
            entriesPerDay: 7500,
            movesPerDay: 3500,
            historyDays: 1
          }
        })
        // A list that comes late makes nothing be linked later.
        sandbox.faults.add({
          kind: "delay",
          millis: 2000,
          match: { path: "/inventory/v1/inventory-tracking/containers$" }
        })
        const over = { STATE_URL: `file:${yield* newFile}` }
        const first = yield* onePass(sandbox, [], over)
        assert.strictEqual(first.code, 0, first.stderr)
        assert.deepStrictEqual(verdict(sandbox), none)
        const made = callsMade(sandbox)
        const fewest = fewestCalls(sandbox)

        const mark = lastOf(sandbox)
        const second = yield* onePass(sandbox, [], over)
        assert.strictEqual(second.code, 0, second.stderr)
        assert.isAbove(total(callsMade(sandbox, mark)), 0)
        assert.deepStrictEqual(
          {
            "first load": total(made) <= 1.05 * total(fewest) ? none : tooMany(made, fewest),
            "next process": needless(sandbox, mark)
          },
          { "first load": none, "next process": none }
        )
      })
  )
})
