/**
 * Several facilities in one process, as an operator runs them.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Snapshot, SnapshotObjects } from "../../src/sandbox/cdf/Snapshot.js"
import { finishedFlows, logLines, runProcess } from "../support/RunProcess.js"
import { cdfDifferences, type Kind, kinds } from "../support/SameCdf.js"
import { lastOf, leaks, plexKey, writesTo } from "../support/SandboxProcess.js"
import { folder, otherKey, pcns, processFor, twins } from "../support/Twins.js"

const objectsOf = (objects: SnapshotObjects, pcn: string): SnapshotObjects =>
  Object.fromEntries(Object.entries(objects).filter(([id]) => id.startsWith(`PCN${pcn}_`)))

/** What of a CDF is one facility's, as if its PCN were the first one. */
const partOf = (whole: Snapshot, pcn: string): Snapshot => {
  const part = { ...whole, ...Object.fromEntries(kinds.map((kind) => [kind, objectsOf(whole[kind], pcn)])) }
  const renamed: Snapshot = JSON.parse(JSON.stringify(part).replaceAll(pcn, pcns[0]))
  return renamed
}

const count = (snapshot: Snapshot): number =>
  kinds.reduce((sum: number, kind: Kind) => sum + Object.keys(snapshot[kind]).length, 0)

const flowsOf = (ended: Parameters<typeof logLines>[0], pcn: string) =>
  logLines(ended).filter((line) => line["pcn"] === pcn && line["message"] === "flow finished")

describe("Several facilities", { concurrent: true, timeout: 240_000 }, () => {
  it.scopedLive("of identical plants come to the same twice, with no key in common; one alone can be asked for", () =>
    Effect.gen(function* () {
      const both = yield* twins()
      const { sandbox, twin } = both
      const kept = { STATE_URL: `file:${yield* folder}/state.db` }
      const ended = yield* runProcess(["--once"], processFor(both, kept))
      assert.strictEqual(ended.code, 0, ended.stderr)
      const whole = sandbox.cdf.snapshot()
      const parts = [partOf(whole, pcns[0]), partOf(whole, pcns[1])] as const
      assert.isAbove(count(parts[0]), 100)
      assert.strictEqual(count(parts[0]) + count(parts[1]), count(whole))
      assert.deepStrictEqual(cdfDifferences(...parts, sandbox.plant.now()), [])
      for (const pcn of pcns) {
        assert.include(ended.stderr, `Plant ${pcn}:`)
        assert.isNotEmpty(flowsOf(ended, pcn))
      }
      assert.deepStrictEqual(leaks(sandbox, ended), [])
      assert.notInclude(ended.stderr + ended.stdout, otherKey)

      const here = lastOf(sandbox)
      const there = twin.journal.count()
      const again = yield* runProcess(["--once", "--facility", "p340885"], processFor(both, kept))
      assert.strictEqual(again.code, 0, again.stderr)
      assert.deepStrictEqual(sandbox.journal.entries({ server: "plex", after: here }), [])
      assert.isAbove(twin.journal.count(), there)
      assert.deepStrictEqual(writesTo(sandbox, here), [])
      assert.isAbove(finishedFlows(again).size, 0)

      const json = yield* runProcess(["runs", "list", "--json", "--limit", "1"], processFor(both, kept))
      const runs = logLines(json).map(({ facility }) => facility)
      assert.deepStrictEqual(runs, [`Plant ${pcns[0]}`, `Plant ${pcns[1]}`])
      const rows = yield* runProcess(["runs", "list", "--limit", "1"], processFor(both, kept))
      const last = rows.stdout
        .trim()
        .split("\n")
        .map((row) => row.split("\t").at(-1))
      assert.deepStrictEqual(last, runs)
      assert.include(rows.stderr, `Plant ${pcns[1]} (P${pcns[1]}, PCN ${pcns[1]}):`)
    })
  )

  it.scopedLive("of which one is refused in mid-run: the other is whole, and the exit code says that one failed", () =>
    Effect.gen(function* () {
      const both = yield* twins()
      const { sandbox, twin } = both
      const alone = yield* twins()
      const reference = yield* runProcess(["--once", "--facility", pcns[0]], processFor(alone))
      assert.strictEqual(reference.code, 0, reference.stderr)

      twin.faults.add({ kind: "status", status: 401, match: { server: "plex" }, skip: 3 })
      const ended = yield* runProcess(["--once"], processFor(both))
      assert.strictEqual(ended.code, 1, ended.stderr)
      const whole = partOf(sandbox.cdf.snapshot(), pcns[0])
      assert.deepStrictEqual(
        cdfDifferences(partOf(alone.sandbox.cdf.snapshot(), pcns[0]), whole, sandbox.plant.now()),
        []
      )
      const statuses = flowsOf(ended, pcns[0]).map((line) => line["status"])
      assert.deepStrictEqual(
        statuses.filter((status) => status !== "ok" && status !== "skipped"),
        []
      )
      const other = flowsOf(ended, pcns[1])
      assert.isTrue(other.some((line) => line["status"] === "degraded"))
      // What is to be changed stands in the file of facilities.
      assert.match(JSON.stringify(other), /check facilities\[1\]\.plex\.apiKey \(.*\) and facilities\[1\]\.pcn/)
      assert.notMatch(ended.stderr + ended.stdout, /PLEX_API_KEY|PLEX_CUSTOMER_ID/)
      const checked = yield* runProcess(["check", "--facility", pcns[1]], processFor(both))
      assert.match(checked.stdout, /check facilities\[1\]\.plex\.apiKey, which expires/)
      assert.notMatch(checked.stdout, /PLEX_API_KEY|PLEX_CUSTOMER_ID/)
    })
  )

  it.scopedLive("have their data sets told as their file has them; what is one file is of one of them", () =>
    Effect.gen(function* () {
      const both = yield* twins({ parts: 3, jobs: 2, openJobs: 1 })
      const told = yield* runProcess(["setup", "--dry-run"], processFor(both))
      assert.strictEqual(told.code, 0, told.stderr)
      const [first = "", second = ""] = told.stdout.split(/^(?=# )/m)
      assert.match(
        second,
        /^# Plant 340885 \(P340885, PCN 340885\) in facilities\.yaml\ncdf:\n  dataSets:\n    master: \d+\n/
      )
      assert.strictEqual(second.replaceAll(pcns[1], pcns[0]), first)

      for (const [words, problem] of [
        [
          ["setup", "--write-env", "x.env"],
          /^setup --write-env: the data sets of several facilities stand in facilities\.yaml/m
        ],
        [["state", "export", "x.jsonl"], /^this works on one facility: name it by --facility; there are Plant 340884 /m]
      ] as const) {
        const ended = yield* runProcess(words, processFor(both))
        assert.strictEqual(ended.code, 2, ended.stderr)
        assert.match(ended.stderr, problem)
      }
    })
  )

  it.scopedLive(
    "are all looked through for an id: the one that has it shows it, and that none has it is said once",
    () =>
      Effect.gen(function* () {
        const both = yield* twins({ parts: 3, jobs: 2, openJobs: 1 })
        const process = processFor(both, { STATE_URL: `file:${yield* folder}/state.db` })
        const ended = yield* runProcess(["--once", "--only", "master-data", "--no-sweep"], process)
        assert.strictEqual(ended.code, 0, ended.stderr)
        const part = Object.keys(both.sandbox.cdf.snapshot().assets).find((id) => id.startsWith(`PCN${pcns[1]}_part_`))
        const listed = yield* runProcess(["runs", "list", "--json", "--limit", "1"], process)
        const run = String(logLines(listed)[1]?.["runId"])
        for (const words of [
          ["inspect", String(part), "--json"],
          ["runs", "show", run, "--json"]
        ]) {
          const found = yield* runProcess(words, process)
          assert.strictEqual(found.code, 0, found.stderr)
          assert.notInclude(found.stderr, "plex-cdf: ")
          const told = logLines(found).map(({ facility }) => facility)
          assert.deepStrictEqual(told, [`Plant ${pcns[1]}`])
        }
        const nothing = "nothing-of-that-name"
        for (const words of [
          ["inspect", nothing],
          ["dead-letters", "show", nothing]
        ]) {
          const missing = yield* runProcess(words, process)
          assert.strictEqual(missing.code, 1, missing.stderr)
          assert.lengthOf(missing.stderr.match(/^plex-cdf: .*nothing-of-that-name/gm) ?? [], 1)
          assert.strictEqual(missing.stdout, "")
        }
      })
  )

  it.scopedLive("that are not named by --facility are told, and the exit code is 2", () =>
    Effect.gen(function* () {
      const both = yield* twins()
      const ended = yield* runProcess(["--once", "--facility", "Oslo"], processFor(both))
      assert.strictEqual(ended.code, 2)
      assert.strictEqual(
        ended.stderr.trim(),
        '--facility: "Oslo" is no facility; there are Plant 340884 (P340884, PCN 340884), Plant 340885 (P340885, PCN 340885)'
      )
      assert.strictEqual(both.sandbox.journal.count() + both.twin.journal.count(), 0)
      assert.notInclude(ended.stderr, plexKey)
    })
  )
})
