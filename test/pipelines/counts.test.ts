/**
 * Of the records read, each has at most one outcome, and exactly one where its flow came to its end: whatever fails on the way.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Extractor, FlowName } from "../../src/domain/Flow.js"
import { type FlowReport, unfinished } from "../../src/domain/Report.js"
import type { SweepObject } from "../../src/domain/SweepObject.js"
import { isWithin } from "../../src/domain/TimeSlice.js"
import { extract, flowOf, makePlant, unbalanced, withLedger } from "../support/PipelineHarness.js"
import { plexExamples } from "../support/PlexExamples.js"
import { type ListScript, plexError, plexNow } from "../support/PlexScripted.js"
import { jobRow, lists, partRow, uuid } from "./Rows.js"

const hour = 3_600_000

/** Flows of which more records have an outcome than were read. */
const overcounted = ({ flows }: { readonly flows: ReadonlyArray<FlowReport> }) =>
  flows.flatMap(({ counts, flow }) => (unfinished(counts) < 0 ? [{ flow, ...counts }] : []))

const component = (part: number, at: number) => ({
  ...plexExamples.bomComponent,
  id: uuid(1000 * part + at),
  partId: uuid(part),
  sortOrder: at
})

const operations = (job: number) => `${lists.jobs}/${uuid(job)}/operations`
const planLines = `${lists.controlPlans}/${plexExamples.controlPlan.id}/control-plan-lines`

const operation = (at: number, over: object = {}) => ({
  jobOperationId: uuid(500 + at),
  jobOperationNumber: 10 * at,
  workcenterId: uuid(7),
  workcenterCode: "WC-7",
  ...over
})

const sweeps: ReadonlyArray<readonly [FlowName, Extractor, string, Record<string, ListScript>]> = [
  [
    "boms",
    "master-data",
    lists.boms,
    { [lists.parts]: [partRow(1)], [lists.boms]: [1, 2].map((at) => component(1, at)) }
  ],
  [
    "control-plan-lines",
    "quality",
    planLines,
    { [lists.controlPlans]: [plexExamples.controlPlan], [planLines]: [plexExamples.controlPlanLine] }
  ],
  [
    "job-operations",
    "jobs",
    operations(1),
    { [lists.jobs]: [jobRow(1)], [operations(1)]: [operation(1), operation(2, { jobOperationNumber: "ten" })] }
  ]
]

describe("The counts of a sweep add up", () => {
  for (const [sweep, extractor, path, script] of sweeps) {
    /** A second look, while which the ledger is made to tell something else of the objects. */
    const look = (
      change: (found: ReadonlyMap<string, SweepObject>, time: number) => ReadonlyMap<string, SweepObject>
    ) => {
      const plant = makePlant({ plex: { lists: script } })
      const before = () => plant.plex.asked(path)
      return Effect.gen(function* () {
        yield* extract(extractor)
        const looks = before()
        let times = 0
        const changing = withLedger(({ offered }) => ({
          offered: (flow, keys) =>
            Effect.map(offered(flow, keys), (found) =>
              flow === sweep && before() > looks ? change(found, ++times) : found
            )
        }))
        const found = yield* changing(extract(extractor))
        assert.isAbove(times, 0)
        return { found: flowOf(found, sweep), report: found }
      }).pipe(Effect.provide(plant.layer))
    }

    it.effect(`(${sweep}) when nothing happens meanwhile`, () =>
      Effect.gen(function* () {
        const { found, report } = yield* look((objects) => objects)
        assert.isAbove(found.counts.read, 0)
        assert.deepStrictEqual(unbalanced(report), [])
      })
    )

    it.effect(`(${sweep}) when an object changes while it is written, and is written again`, () =>
      Effect.gen(function* () {
        const newer = (objects: ReadonlyMap<string, SweepObject>) =>
          new Map([...objects].map(([key, object]) => [key, { ...object, fingerprint: "newer" }]))
        const { found, report } = yield* look((objects, time) => (time > 1 && time <= 4 ? newer(objects) : objects))
        assert.isAbove(found.counts.read, 0)
        assert.deepStrictEqual(unbalanced(report), [])
      })
    )

    it.effect(`(${sweep}) when an object is gone by the time that it was read`, () =>
      Effect.gen(function* () {
        const { report } = yield* look((objects, time) => (time === 1 ? new Map() : objects))
        assert.deepStrictEqual(unbalanced(report), [])
      })
    )
  }
})

describe("The counts of statuses add up", () => {
  const status = (workcenter: number, at: number) => ({
    logDate: new Date(at).toISOString(),
    workcenterId: uuid(workcenter),
    workcenterCode: `WC-${workcenter}`,
    workcenterStatus: "Run"
  })

  it.effect(
    "when one that a failed run held back is written slices later by the next run, which did not read it",
    () => {
      const rows = [status(7, plexNow - 20 * hour), status(8, plexNow - 20 * hour)]
      let failing = true
      const plant = makePlant({
        plex: {
          lists: {
            [lists.statuses]: ({ slice }) =>
              failing && slice !== undefined && slice.begin > plexNow - 18 * hour
                ? plexError("Timeout")
                : rows.filter(({ logDate }) => slice === undefined || isWithin(slice, Date.parse(logDate)))
          }
        },
        settings: { history: { startDate: plexNow - 24 * hour, windowHours: 5, overlap: hour, recheck: 0 } }
      })
      const run = extract("production", { names: new Set<FlowName>(["status-entries"]) })
      return Effect.gen(function* () {
        const first = yield* run
        assert.deepInclude(flowOf(first, "status-entries"), { status: "degraded", finished: false })
        assert.deepStrictEqual(overcounted(first), [])
        failing = false
        plant.plex.now += hour
        const second = yield* run
        assert.strictEqual(flowOf(second, "status-entries").status, "ok")
        assert.deepStrictEqual(unbalanced(second), [])
        assert.strictEqual([...plant.cdf.held.events.values()].length, 2)
      }).pipe(Effect.provide(plant.layer))
    }
  )
})
