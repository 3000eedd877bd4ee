/**
 * Between full lists: which calls are made for jobs, and that nothing is missed by them.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { toPlexTime } from "../../src/domain/Instant.js"
import { Ledger } from "../../src/services/Ledger.js"
import { demoFacility } from "../support/DemoFacility.js"
import {
  extract,
  flowOf,
  makePlant,
  type PipelinePlant,
  type PlantOptions,
  unbalanced
} from "../support/PipelineHarness.js"
import { killable } from "../support/KilledRun.js"
import { type ListScript, plexNow } from "../support/PlexScripted.js"
import { jobRow, lists, uuid } from "./Rows.js"

const { ids } = demoFacility()
const minute = 60_000
const done = { jobStatus: "Completed", completedDate: "2026-06-12T08:03:00Z" }

type Row = Omit<ReturnType<typeof jobRow>, "completedDate"> & { readonly completedDate: string | null }

/** A Plex whose jobs are these; it applies its filters, or ignores them. */
const plexWith =
  (jobs: () => ReadonlyArray<Row>, applies = true): ListScript =>
  ({ query }) => {
    const statuses = query?.["jobStatuses"]
    const since = query?.["completedDateBegin"]
    return jobs().filter(
      ({ completedDate, jobStatus }) =>
        !applies ||
        ((statuses === undefined || statuses.includes(jobStatus)) &&
          (since === undefined || (completedDate !== null && completedDate >= String(since))))
    )
  }

const plantOf = (state: { jobs: ReadonlyArray<Row>; applies?: boolean }, over?: PlantOptions["over"]) =>
  makePlant({
    plex: { lists: { [lists.jobs]: plexWith(() => state.jobs, state.applies) } },
    ...(over === undefined ? {} : { over })
  })

/** One run of the resident process, so many minutes after the first. */
const runAt = (plant: PipelinePlant, minutes: number) =>
  Effect.suspend(() => {
    plant.plex.now = plexNow + minutes * minute
    plant.plex.calls.splice(0)
    return extract("jobs", { sweep: false, flows: { once: false } })
  })

/** What was asked of jobs in the last run, in order. */
const asked = ({ plex }: PipelinePlant) =>
  plex.calls
    .filter(({ path }) => path.startsWith(lists.jobs))
    .map(({ operation, path, query }) =>
      operation === "get" ? `get ${path.slice(-2)}` : query === undefined ? "full" : Object.keys(query).join()
    )

/** The calls of four runs: at first, soon after, when the full list is due, soon after that. */
const callsOfADay = (plant: PipelinePlant) =>
  Effect.forEach([0, 5, 60, 65], (minutes) => Effect.map(runAt(plant, minutes), () => asked(plant)))

/** As the ledger, but it does not remember the last full list. */
const forgetful = (plant: PipelinePlant) =>
  Layer.merge(
    plant.layer,
    Layer.effect(
      Ledger,
      Effect.map(Ledger, (ledger) => ({ ...ledger, watermark: () => Effect.succeed(undefined) }))
    ).pipe(Layer.provide(plant.layer))
  )

const inPart = ["jobStatuses", "completedDateBegin"]

describe("jobs between full lists", () => {
  it.effect("are those that are open and those completed since, until the next full list is due", () => {
    const plant = plantOf({ jobs: [jobRow(1), jobRow(2, { jobStatus: "Open" }), jobRow(3, done)] })
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* callsOfADay(plant), [["full"], inPart, ["full"], inPart])
      const [open, completed] = plant.plex.calls.filter(({ path }) => path === lists.jobs)
      assert.deepStrictEqual(open?.query, { jobStatuses: ["In Progress", "Open"] })
      const since = plexNow + 60 * minute - plant.settings.history.overlap
      assert.deepStrictEqual(completed?.query, { completedDateBegin: toPlexTime(since) })
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("would all be asked for again and again without the memory of the last full list", () => {
    const plant = plantOf({ jobs: [jobRow(1)] })
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* callsOfADay(plant), [["full"], ["full"], ["full"], ["full"]])
    }).pipe(Effect.provide(forgetful(plant)))
  })

  it.effect("are asked for in full in every single pass", () => {
    const plant = plantOf({ jobs: [jobRow(1)] })
    return Effect.gen(function* () {
      yield* runAt(plant, 0)
      plant.plex.calls.splice(0)
      yield* extract("jobs", { sweep: false })
      assert.deepStrictEqual(asked(plant), ["full"])
    }).pipe(Effect.provide(plant.layer))
  })

  for (const applies of [true, false]) {
    it.effect(
      `get their end, be they completed or cancelled, where Plex ${applies ? "applies" : "ignores"} filters`,
      () => {
        const old = jobRow(9, { jobStatus: "Completed", completedDate: "2026-05-01T00:00:00Z" })
        const state = { jobs: [jobRow(1), jobRow(2), jobRow(3), old], applies }
        const plant = plantOf(state)
        return Effect.gen(function* () {
          yield* runAt(plant, 0)
          const cancelled = jobRow(2, { jobStatus: "Cancelled" })
          plant.plex.records[`${lists.jobs}/${uuid(2)}`] = cancelled
          state.jobs = [jobRow(1, done), cancelled, jobRow(3), jobRow(4), old]
          const found = yield* runAt(plant, 5)
          assert.deepStrictEqual(asked(plant), applies ? [...inPart, "get 02"] : inPart)
          const event = (at: number) => plant.cdf.held.events.get(ids.of("job", `J${at}`))
          assert.strictEqual(event(1)?.endTime, Date.parse(done.completedDate))
          assert.strictEqual(event(2)?.subtype, "cancelled")
          assert.isDefined(event(4))
          assert.strictEqual(flowOf(found, "jobs").counts.filtered, applies ? 0 : 2)
          assert.deepStrictEqual(unbalanced(found), [])
          // Neither is open any more: they are not asked for again.
          yield* runAt(plant, 10)
          assert.deepStrictEqual(asked(plant), inPart)
        }).pipe(Effect.provide(plant.layer))
      }
    )
  }

  for (const [count, calls] of [
    [50, [...inPart, ...Array.from({ length: 50 }, () => "get")]],
    [51, [...inPart, "full"]]
  ] as const) {
    it.effect(`are asked for ${count === 50 ? "one by one" : "in full"} where ${count} are in neither answer`, () => {
      const state = { jobs: Array.from({ length: count + 1 }, (_, at) => jobRow(at + 1)) }
      const plant = plantOf(state)
      return Effect.gen(function* () {
        yield* runAt(plant, 0)
        state.jobs = state.jobs.map((row, at) => (at < count ? { ...row, jobStatus: "Held by QA" } : row))
        for (const row of state.jobs) plant.plex.records[`${lists.jobs}/${row.id}`] = row
        const found = yield* runAt(plant, 5)
        assert.deepStrictEqual(
          asked(plant).map((call) => call.replace(/ .*/, "")),
          [...calls]
        )
        assert.deepStrictEqual(unbalanced(found), [])
        const told = [...plant.cdf.held.events.values()].filter(
          (event) => event?.metadata["job_status"] === "Held by QA"
        )
        assert.strictEqual(told.length, count)
      }).pipe(Effect.provide(plant.layer))
    })
  }

  it.effect("that Plex does not show are retired by the next full list, and by nothing before", () => {
    const rows = Array.from({ length: 6 }, (_, at) => jobRow(at + 1))
    const state = { jobs: rows }
    const plant = plantOf(state)
    return Effect.gen(function* () {
      yield* runAt(plant, 0)
      state.jobs = rows.slice(1)
      const active = () => plant.cdf.held.events.get(ids.of("job", "J1"))?.metadata["active"]
      const found = yield* runAt(plant, 5)
      assert.deepStrictEqual(asked(plant), [...inPart, "get 01"])
      assert.strictEqual(found.status, "succeeded")
      assert.isUndefined(active())
      yield* runAt(plant, 60)
      assert.strictEqual(active(), "false")
      // Known to be gone: not asked for any more.
      yield* runAt(plant, 65)
      assert.deepStrictEqual(asked(plant), inPart)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("are found also by a status that no job had when the last full list was read, if one ever had it", () => {
    const state = { jobs: [jobRow(1), jobRow(2, { jobStatus: "Scheduled" })] }
    const plant = plantOf(state)
    return Effect.gen(function* () {
      yield* runAt(plant, 0)
      state.jobs = [jobRow(1), jobRow(2)]
      yield* runAt(plant, 60)
      assert.deepStrictEqual(asked(plant), ["full"])
      state.jobs = [...state.jobs, jobRow(3, { jobStatus: "Scheduled" })]
      yield* runAt(plant, 65)
      assert.deepStrictEqual(asked(plant), inPart)
      assert.isDefined(plant.cdf.held.events.get(ids.of("job", "J3")))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect(
    "are retired once they are gone, also where the run that wrote them was killed before it was confirmed",
    () => {
      const state = { jobs: [jobRow(1), jobRow(3)] }
      const kill = killable()
      const plant = plantOf(state, (cdf) => ({
        upsert: (kind, wanted) => Effect.zipLeft(cdf.upsert(kind, wanted), kill.here)
      }))
      const event = () => plant.cdf.held.events.get(ids.of("job", "J2"))
      return Effect.gen(function* () {
        yield* runAt(plant, 0)
        state.jobs = [jobRow(1), jobRow(2), jobRow(3)]
        yield* kill.killed(runAt(plant, 5))
        assert.deepStrictEqual(asked(plant), inPart)
        assert.isDefined(event())
        state.jobs = [jobRow(1), jobRow(3)]
        yield* runAt(plant, 60)
        assert.strictEqual(event()?.metadata["active"], "false")
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("are not looked for in CDF, unless the run before did not come to its end", () => {
    const state = { jobs: [jobRow(1), jobRow(3)] }
    const kill = killable()
    const plant = plantOf(state, (cdf) => ({
      upsert: (kind, wanted) => Effect.zipLeft(cdf.upsert(kind, wanted), kill.here)
    }))
    const lists = () => plant.cdf.calls.splice(0).filter(({ operation }) => operation === "list").length
    return Effect.gen(function* () {
      yield* runAt(plant, 0)
      lists()
      yield* runAt(plant, 5)
      assert.strictEqual(lists(), 0)
      state.jobs = [jobRow(1), jobRow(2), jobRow(3)]
      yield* kill.killed(runAt(plant, 10))
      yield* runAt(plant, 15)
      assert.strictEqual(lists(), 1)
      yield* runAt(plant, 20)
      assert.strictEqual(lists(), 0)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("keep their numbers apart, also where the one that had the number is in neither answer", () => {
    const idOf = (at: number): string => `${at}0000000-0000-4000-8000-000000000000`
    const row = (at: number, over: object = {}) => jobRow(at, { id: idOf(at), jobNumber: "N", ...over })
    const old = { jobStatus: "Completed", completedDate: "2026-05-01T00:00:00Z" }
    const state = { jobs: [row(2, old)] }
    const plant = plantOf(state)
    const held = () => [...plant.cdf.held.events].map(([key, event]) => [key, event?.metadata["plex_id"]]).sort()
    return Effect.gen(function* () {
      yield* runAt(plant, 0)
      state.jobs = [row(2, old), row(3)]
      yield* runAt(plant, 60 + 5)
      yield* runAt(plant, 60 + 10)
      assert.deepStrictEqual(held(), [
        [ids.of("job", "N"), idOf(2)],
        [ids.of("job", "N_30000000"), idOf(3)]
      ])
      state.jobs = [row(1), row(2, old), row(3)]
      for (const each of state.jobs) plant.plex.records[`${lists.jobs}/${each.id}`] = each
      yield* runAt(plant, 60 + 15)
      assert.deepStrictEqual(held(), [
        [ids.of("job", "N"), idOf(1)],
        [ids.of("job", "N_20000000"), idOf(2)],
        [ids.of("job", "N_30000000"), idOf(3)]
      ])
    }).pipe(Effect.provide(plant.layer))
  })
})
