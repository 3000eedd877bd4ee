/**
 * History over many runs: however rows come, change and go, and wherever a run is cut, CDF ends as what Plex shows.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc, Layer, Logger } from "effect"
import type { FlowName } from "../../src/domain/Flow.js"
import { Ledger } from "../../src/services/Ledger.js"
import {
  changingLists,
  expectedEntries,
  expectedPoints,
  expectedStatuses,
  heldEntries,
  heldPoints,
  heldStatuses,
  type HistoryRow
} from "../support/ChangingPlant.js"
import { transient } from "../support/CdfMemory.js"
import { extract, makePlant } from "../support/PipelineHarness.js"
import { plexNow } from "../support/PlexScripted.js"
import { settings } from "../layers/cdf/Settings.js"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const names: ReadonlySet<FlowName> = new Set<FlowName>(["production-entries", "status-entries", "output"])

/** A plant whose rows the test changes, and whose CDF dies at a call of a run that the test names. */
const changing = (history: Partial<typeof settings.history> = {}) => {
  const rows: { entries: Array<HistoryRow>; statuses: Array<HistoryRow> } = { entries: [], statuses: [] }
  /** How many writes are left before the process dies; with the last of them applied, but not answered. */
  const life = { writes: Infinity }
  const mortal = <A, E>(call: Effect.Effect<A, E>) =>
    Effect.suspend(() => {
      if (life.writes <= 0) return Effect.fail(transient("killed"))
      life.writes--
      return life.writes <= 0 ? Effect.zipRight(call, Effect.fail(transient("killed"))) : call
    })
  const plant = makePlant({
    plex: { lists: changingLists({ entries: () => rows.entries, statuses: () => rows.statuses }) },
    settings: { history: { ...settings.history, windowHours: 13, ...history } },
    over: (cdf) => ({
      upsert: (kind, wanted) => mortal(cdf.upsert(kind, wanted)),
      delete: (kind, ids) => (ids.length === 0 ? Effect.void : mortal(cdf.delete(kind, ids))),
      update: (kind, patches) => (patches.length === 0 ? Effect.void : mortal(cdf.update(kind, patches))),
      insertPoints: (series) => (series.length === 0 ? Effect.void : mortal(cdf.insertPoints(series))),
      deletePoints: (ranges) => (ranges.length === 0 ? Effect.void : mortal(cdf.deletePoints(ranges)))
    })
  })
  const run = (whole = false) => extract("production", { names, sweep: false, flows: { whole } })
  return { rows, life, plant, run }
}

const judge = ({ plant, rows }: Pick<ReturnType<typeof changing>, "plant" | "rows">) =>
  Effect.gen(function* () {
    assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
    assert.deepStrictEqual(yield* heldPoints(plant), expectedPoints(rows.entries))
    assert.deepStrictEqual(heldStatuses(plant), expectedStatuses(rows.statuses))
  })

type Step =
  /** Something happened so many minutes ago. */
  | { readonly do: "entry" | "status"; readonly ago: number; readonly workcenter: number; readonly value: number }
  /** A row of the last days is corrected, or taken back. */
  | {
      readonly do: "correct" | "remove"
      readonly of: "entries" | "statuses"
      readonly pick: number
      readonly value: number
    }
  | { readonly do: "run"; readonly later: number; readonly writes: number }
  | { readonly do: "forget" }

// Most rows come at once, some up to two days late.
const ago = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 2, arbitrary: fc.integer({ min: 60, max: 2 * 24 * 60 }) }
)
const row = { ago, workcenter: fc.integer({ min: 1, max: 2 }), value: fc.integer({ min: 1, max: 9 }) }
const change = {
  of: fc.constantFrom("entries" as const, "statuses" as const),
  pick: fc.nat(),
  value: fc.integer({ min: 1, max: 9 })
} as const
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom("entry" as const, "status" as const), ...row }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("correct" as const, "remove" as const), ...change }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("run" as const),
      later: fc.integer({ min: 1, max: 9 * 60 }),
      writes: fc.oneof(fc.constant(1_000_000), fc.integer({ min: 1, max: 6 }))
    })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const) }) }
)

type Changing = ReturnType<typeof changing>

/** Rows of one instant and workcenter would have no order among statuses: there each has an instant of its own. */
const add = ({ plant, rows }: Changing, { ago, do: what, value, workcenter }: Extract<Step, { ago: number }>) => {
  const at = plant.plex.now - ago * minute
  if (what === "entry") rows.entries.push({ at, workcenter, value })
  else if (!rows.statuses.some((one) => one.at === at && one.workcenter === workcenter)) {
    rows.statuses.push({ at, workcenter, value })
  }
}

const alter = ({ rows }: Changing, { do: what, of, pick, value }: Extract<Step, { pick: number }>) => {
  const list = rows[of]
  const at = list.length === 0 ? -1 : pick % list.length
  const found = list[at]
  if (found === undefined) return
  list.splice(at, 1, ...(what === "remove" ? [] : [{ ...found, value }]))
}

const play = (steps: ReadonlyArray<Step>, subject: Changing) =>
  Effect.gen(function* () {
    const { life, plant, run } = subject
    // Whatever was there a day before the first run is what that reads.
    yield* run()
    for (const one of steps) {
      if (one.do === "run") {
        plant.plex.now += one.later * minute
        life.writes = one.writes
        yield* run()
        life.writes = Infinity
      } else if (one.do === "forget") yield* Effect.flatMap(Ledger, ({ clear }) => clear)
      else if ("ago" in one) add(subject, one)
      else alter(subject, one)
    }
    plant.plex.now += hour
    yield* run(true)
    yield* judge(subject)
  })

/** What the property says of some steps; `bug` breaks the ledger. */
const ends = (steps: ReadonlyArray<Step>, bug?: (ledger: typeof Ledger.Service) => Partial<typeof Ledger.Service>) => {
  const subject = changing({ startDate: plexNow - 3 * day })
  const ledger = Layer.effect(
    Ledger,
    Effect.map(Ledger, (real) => ({ ...real, ...bug?.(real) }))
  )
  return play(steps, subject).pipe(
    Effect.provide(bug === undefined ? subject.plant.layer : ledger.pipe(Layer.provideMerge(subject.plant.layer)))
  )
}

/** Lets the runner of the tests hear that this goes on. */
const breath = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))

const check = (runs: number, bug?: Parameters<typeof ends>[1], seed = 20_260_612) =>
  Effect.promise(() =>
    fc.check(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), (steps) =>
        Effect.runPromise(
          Effect.zipRight(breath, ends(steps, bug)).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
        )
      ),
      // What fails is told by its seed: making it smaller takes long.
      { numRuns: runs, seed, endOnFailure: true }
    )
  )

describe("History over time", () => {
  it.live(
    "ends as what Plex shows, however rows come late, are corrected or taken back, and wherever runs are killed",
    () =>
      Effect.gen(function* () {
        const result = yield* check(12)
        assert.isFalse(result.failed, fc.defaultReportMessage(result) ?? "")
      }),
    600_000
  )

  it.live(
    "is seen not to, where nothing is known of what a window held",
    () =>
      Effect.map(
        check(12, () => ({ within: () => Effect.succeed([]) })),
        ({ failed }) => assert.isTrue(failed)
      ),
    600_000
  )

  it.live(
    "is seen not to, where points are not remembered",
    () =>
      Effect.map(
        check(12, () => ({ points: () => Effect.succeed([]) })),
        ({ failed }) => assert.isTrue(failed)
      ),
    600_000
  )
})
