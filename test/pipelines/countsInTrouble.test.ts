/**
 * Whatever call fails, breaks off or loses its answer: no record has two outcomes, and a flow that ends well accounts for all of them.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { unfinished } from "../../src/domain/Report.js"
import { seededRandom } from "../../src/sandbox/Random.js"
import { isWithin } from "../../src/domain/TimeSlice.js"
import { settings } from "../layers/cdf/Settings.js"
import { transient } from "../support/CdfMemory.js"
import { extract, makePlant } from "../support/PipelineHarness.js"
import { plexExamples } from "../support/PlexExamples.js"
import { type ListScript, plexError, plexNow } from "../support/PlexScripted.js"
import { containerRow, entryRow, jobRow, lists, partRow, uuid, workcenterRow } from "./Rows.js"

const hour = 3_600_000
const numbers = [1, 2, 3, 4, 5, 6]

/** A plant in which everything goes wrong now and then; `trouble`: how likely it is of one call. */
const troubled = (seed: number) => {
  const random = seededRandom(seed)
  const state = { now: plexNow, trouble: 0, round: 0 }
  const strikes = () => random() < state.trouble
  const breaking =
    (rows: ListScript): ListScript =>
    (call) => {
      const found = typeof rows === "function" ? rows(call) : rows
      if (!strikes() || !Array.isArray(found)) return found
      const part = Stream.fromIterable(found.slice(0, Math.floor(random() * (found.length + 1)))).pipe(
        Stream.rechunk(1)
      )
      return Stream.concat(part, Stream.fail(plexError("Timeout")))
    }
  const moments = (step: number) => numbers.map((at) => state.now - at * step * hour)
  const history =
    (row: (at: string, nth: number) => object, step: number): ListScript =>
    ({ slice }) =>
      moments(step)
        .filter((at) => slice === undefined || isWithin(slice, at))
        .map((at, nth) => row(new Date(at).toISOString(), nth))
  const changing = (at: number) => `${state.round % 3 === at % 3 ? "New" : "Old"} ${at}`
  const scripts: Record<string, ListScript> = {
    [lists.parts]: () => [
      ...numbers.map((at) => partRow(at, { name: changing(at) })),
      partRow(1),
      partRow(9, { id: null })
    ],
    [lists.workcenters]: [workcenterRow(7), workcenterRow(8), { workcenterId: 5 }],
    [lists.boms]: ({ query }) =>
      [1, 2].map((at) => ({
        ...plexExamples.bomComponent,
        id: uuid(1000 * Number(String(query?.["partId"]).slice(-4)) + at),
        partId: query?.["partId"],
        sortOrder: at + (state.round % 2)
      })),
    // Two of them share a number, and one comes twice.
    [lists.jobs]: () => [
      ...numbers.map((at) => jobRow(at, { partId: uuid(at), quantityCompleted: state.round })),
      jobRow(8, { jobNumber: "J1" }),
      jobRow(8, { jobNumber: "J1" }),
      jobRow(9, { id: null })
    ],
    ...Object.fromEntries(
      numbers.map((at): [string, ListScript] => [
        `${lists.jobs}/${uuid(at)}/operations`,
        [
          {
            jobOperationId: uuid(500 + at),
            jobOperationNumber: at === 3 ? "ten" : 10,
            workcenterId: uuid(7),
            workcenterCode: "WC-7"
          }
        ]
      ])
    ),
    [lists.containers]: () => numbers.map((at) => containerRow(at, { quantity: at + state.round })),
    [lists.entries]: history(
      (transactionDate, nth) => entryRow(transactionDate, { quantity: nth === 3 ? "many" : 10 }),
      7
    ),
    [lists.statuses]: history(
      (logDate, nth) => ({
        logDate,
        workcenterId: uuid(7 + (nth % 3)),
        workcenterCode: "WC",
        workcenterStatus: `S${nth}`
      }),
      9
    )
  }
  const losing = <A, E>(call: Effect.Effect<A, E>) =>
    Effect.suspend(() => (strikes() ? Effect.zipRight(call, Effect.fail(transient("lost"))) : call))
  const plant = makePlant({
    plex: { lists: Object.fromEntries(Object.entries(scripts).map(([path, rows]) => [path, breaking(rows)])) },
    settings: { history: { ...settings.history, windowHours: 13 } },
    cdf: { batchSize: 3, concurrency: 2 },
    over: (cdf) => ({
      upsert: (kind, wanted) => losing(cdf.upsert(kind, wanted)),
      insertPoints: (series) => losing(cdf.insertPoints(series))
    })
  })
  plant.cdf.fail = ({ operation }) => (strikes() ? transient(operation) : undefined)
  return { plant, state, random }
}

describe("The counts of all flows", () => {
  for (const seed of [1, 2]) {
    it.effect(`add up in trouble (seed ${seed})`, () => {
      const { plant, random, state } = troubled(seed)
      return Effect.gen(function* () {
        let failed = 0
        for (; state.round < 6; state.round++) {
          state.trouble = state.round % 3 === 2 ? 0 : 0.02 + 0.06 * random()
          state.now += Math.round(30 * random()) * hour
          plant.plex.now = state.now
          const reports = yield* Effect.forEach(["master-data", "jobs", "production", "inventory"] as const, (name) =>
            extract(name)
          )
          for (const { counts, finished, flow, notice } of reports.flatMap(({ flows }) => flows)) {
            if (!finished) failed++
            const left = unfinished(counts)
            assert.isTrue(
              finished ? left === 0 : left >= 0,
              JSON.stringify({ round: state.round, flow, counts, notice })
            )
          }
        }
        assert.isAbove(failed, 0)
      }).pipe(Effect.provide(plant.layer))
    })
  }
})
