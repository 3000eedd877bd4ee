/**
 * `cleanup` takes away what is the facility's, and nothing else.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Snapshot } from "../../src/sandbox/cdf/Snapshot.js"
import { defaultStart } from "../../src/sandbox/plant/Plant.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { newFile } from "../layers/state/Variants.js"
import { instants, inWords, killedAt } from "../support/Kills.js"
import { keptState } from "../support/KeptState.js"
import { type Ended, runProcess } from "../support/RunProcess.js"
import { cdfDifferences, type Kind, kinds } from "../support/SameCdf.js"
import {
  environmentOf,
  lastOf,
  startSandbox,
  unexplainedRefusals,
  writesTo,
  writtenItems
} from "../support/SandboxProcess.js"
import { somebody } from "../support/Tampering.js"

const seed = Number(process.env["TEST_SEED"] ?? 1)

const small = { parts: 8, jobs: 8, openJobs: 4, containers: 12, checksheets: 4, historyDays: 2, entriesPerDay: 40 }

/** Of each kind the external ids that CDF holds. */
const idsOf = (snapshot: Snapshot): Readonly<Record<string, ReadonlyArray<string>>> =>
  Object.fromEntries(kinds.map((kind) => [kind, Object.keys(snapshot[kind]).toSorted()]))

/** The snapshot without these objects. */
const without = (snapshot: Snapshot, ids: ReadonlySet<string>): Snapshot => ({
  ...snapshot,
  ...Object.fromEntries(
    kinds.map((kind) => [kind, Object.fromEntries(Object.entries(snapshot[kind]).filter(([id]) => !ids.has(id)))])
  )
})

/** The cells of the result, by kind: ours, deleted, stay, other id, other pcn, other source, other data set. */
const figures = ({ stdout }: Ended): Readonly<Record<string, ReadonlyArray<number>>> =>
  Object.fromEntries(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split("\t"))
      .map(([kind = "", ...cells]) => [kind, cells.map(Number)])
  )

/** Objects of others, each of which lacks something that ours have; all of them stay. */
const addForeign = (sandbox: Sandbox) =>
  Effect.gen(function* () {
    const { state } = sandbox.cdf
    const post = yield* somebody(sandbox)
    const { plant } = sandbox
    const pcn = sandbox.plex.customerId
    const [part] = plant.parts
    const partId = `PCN${pcn}_part_${String(part?.id)}`
    const held = state.assets.get(partId)
    const [dataSet, source] = [held?.["dataSetId"], "Plex"]
    const metadata = { pcn, source: "PlexMES" }
    yield* post("datasets", [{ externalId: "theirs", name: "Theirs" }])
    const theirs = state.dataSets.get("theirs")?.["id"]
    const root = `PCN${pcn}_parts_library_${pcn}`
    const common = { dataSetId: dataSet, source, metadata }
    yield* post("assets", [
      { externalId: "theirs below a part", name: "Theirs", parentExternalId: partId },
      { externalId: "theirs below that", name: "Theirs", parentExternalId: "theirs below a part" },
      { ...common, externalId: `trial_PCN${pcn}_part_1`, name: "Of another prefix" },
      { ...common, externalId: `PCN${pcn}_facility_of_theirs`, name: "With an id that we do not make" }
    ])
    yield* post("events", [
      { ...common, externalId: "their event", metadata: {} },
      { ...common, externalId: `PCN${pcn}_job_of_another_pcn`, metadata: { ...metadata, pcn: `${pcn}1` } },
      { ...common, externalId: `PCN${pcn}_job_without_a_pcn`, metadata: { source: "PlexMES" } },
      { ...common, externalId: `PCN${pcn}1_job_1` },
      { ...common, externalId: `PCN${pcn}_job_of_another_source`, source: "SAP" }
    ])
    yield* post("timeseries", [{ ...common, source: undefined, externalId: `PCN${pcn}_ts_wip_1`, dataSetId: theirs }])
    yield* post("sequences", [
      {
        ...common,
        source: undefined,
        externalId: `PCN${pcn}_bom_1`,
        metadata: { pcn },
        columns: [{ externalId: "a", valueType: "STRING" }]
      }
    ])
    const ends = { sourceType: "asset", targetType: "asset", sourceExternalId: partId, targetExternalId: root }
    yield* post("relationships", [
      { ...ends, externalId: "their relationship", dataSetId: dataSet },
      {
        ...ends,
        externalId: `PCN${pcn}_bom_theirs`,
        dataSetId: theirs,
        labels: [{ externalId: `PCN${pcn}_label_bom` }]
      }
    ])
    yield* post("labels", [{ externalId: `PCN${pcn}_label_theirs`, name: "Theirs", dataSetId: dataSet }])
    const foreign = {
      assets: ["theirs below a part", "theirs below that", `trial_PCN${pcn}_part_1`, `PCN${pcn}_facility_of_theirs`],
      events: [
        "their event",
        `PCN${pcn}_job_of_another_pcn`,
        `PCN${pcn}_job_without_a_pcn`,
        `PCN${pcn}1_job_1`,
        `PCN${pcn}_job_of_another_source`
      ],
      timeSeries: [`PCN${pcn}_ts_wip_1`],
      sequences: [`PCN${pcn}_bom_1`],
      relationships: ["their relationship", `PCN${pcn}_bom_theirs`],
      labels: [`PCN${pcn}_label_theirs`]
    }
    const above = [partId, root, `PCN${pcn}_master_root_${pcn}`, `PCN${pcn}_facility_${pcn}`]
    return { foreign, above, part: partId }
  })

describe("cleanup", { concurrent: true, timeout: 240_000 }, () => {
  it.scopedLive("leaves exactly what is not ours and what must stay for it; a pass brings everything back", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ seed: 3, size: small })
      const url = `file:${yield* newFile}`
      const environment = environmentOf(sandbox, { STATE_URL: url })
      const run = (...args: ReadonlyArray<string>) => runProcess(args, { environment })
      assert.strictEqual((yield* run("--once")).code, 0)
      const before = sandbox.cdf.snapshot()
      const { above, foreign, part } = yield* addForeign(sandbox)

      const unasked = yield* run("cleanup")
      assert.strictEqual(unasked.code, 2)
      assert.match(unasked.stderr, /there is no terminal to ask on.*--yes/)
      const mark = lastOf(sandbox)
      const dry = yield* run("cleanup", "--dry-run")
      assert.strictEqual(dry.code, 0, dry.stderr)
      assert.deepStrictEqual(writesTo(sandbox, mark), [])
      const count = (kind: Kind): number => Object.keys(before[kind]).length
      assert.deepStrictEqual(figures(dry), {
        relationships: [count("relationships"), 0, 0, 0, 0, 0, 1],
        sequences: [count("sequences"), 0, 0, 0, 0, 1, 0],
        timeseries: [count("timeSeries"), 0, 0, 0, 0, 0, 1],
        events: [count("events"), 0, 0, 0, 2, 1, 0],
        assets: [count("assets"), 0, 0, 1, 0, 0, 0],
        labels: [count("labels"), 0, 0, 1, 0, 0, 0]
      })

      const ended = yield* run("cleanup", "--yes")
      assert.strictEqual(ended.code, 1, ended.stderr)
      const left = sandbox.cdf.snapshot()
      assert.deepStrictEqual(idsOf(left), {
        ...Object.fromEntries(Object.entries(foreign).map(([kind, ids]) => [kind, ids.toSorted()])),
        assets: [...foreign.assets, ...above].toSorted()
      })
      // What stays for others stays as it was.
      for (const id of above) assert.deepStrictEqual(left.assets[id], before.assets[id])
      assert.match(
        ended.stderr,
        new RegExp(`^${part} stays: theirs below a part stands under it and is not ours$`, "m")
      )
      assert.match(ended.stderr, /^3 assets stay that are above them$/m)
      assert.deepStrictEqual(figures(ended)["assets"], [count("assets"), count("assets") - 4, 4, 1, 0, 0, 0])
      const bodies = sandbox.journal.entries({ server: "cdf", method: "POST", after: mark, path: /\/delete$/ })
      assert.isFalse(bodies.some(({ requestBody = "" }) => requestBody.includes("recursive")))
      assert.deepStrictEqual(yield* keptState(url), { ledger: [], watermarks: new Map() })

      assert.strictEqual((yield* run("--once")).code, 0)
      const theirs = new Set(Object.values(foreign).flat())
      assert.deepStrictEqual(cdfDifferences(before, without(sandbox.cdf.snapshot(), theirs), defaultStart), [])
    })
  )

  it.scopedLive(`killed in the middle and started again it goes on to the end (TEST_SEED=${seed})`, () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ seed: 3, size: small })
      const url = `file:${yield* newFile}`
      const environment = environmentOf(sandbox, { STATE_URL: url, BATCH_SIZE: "15" })
      const run = (...args: ReadonlyArray<string>) => runProcess(args, { environment })
      assert.strictEqual((yield* run("--once")).code, 0)
      const before = sandbox.cdf.snapshot()
      const mark = lastOf(sandbox)

      // Killed after a few deletions, a run brings everything back, old history too.
      const first = { of: "write", at: 12, edge: "applied", delay: 0 } as const
      assert.isTrue(yield* killedAt(sandbox, first, ["cleanup", "--yes"], { environment }))
      assert.notDeepEqual(idsOf(sandbox.cdf.snapshot()), idsOf(before))
      assert.strictEqual((yield* run("--once")).code, 0)
      assert.deepStrictEqual(cdfDifferences(before, sandbox.cdf.snapshot(), defaultStart), [])

      const pick = instants(seed, { exchanges: 20, writes: 12 })
      for (let times = 0; times < 2; times++) {
        const instant = pick()
        assert.isTrue(yield* killedAt(sandbox, instant, ["cleanup", "--yes"], { environment }), inWords(instant))
      }
      const ended = yield* run("cleanup", "--yes", "--json")
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(Object.values(idsOf(sandbox.cdf.snapshot())).flat(), [])
      assert.deepStrictEqual(yield* keptState(url), { ledger: [], watermarks: new Map() })
      assert.deepInclude(JSON.parse(ended.stdout), { ended: "done", stays: [] })
      // Children before parents: nothing was refused for having any.
      assert.deepStrictEqual(unexplainedRefusals(sandbox, mark), [])

      const after = lastOf(sandbox)
      const again = yield* run("cleanup", "--yes")
      assert.strictEqual(again.code, 0, again.stderr)
      assert.deepStrictEqual(writtenItems(sandbox, after), [])
    })
  )
})
