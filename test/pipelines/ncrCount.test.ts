/**
 * The count of problems of a day over runs that differ: tried again, killed, in another time zone.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { StateError } from "../../src/domain/Errors.js"
import { AppConfig, type Settings } from "../../src/services/AppConfig.js"
import { demoFacility } from "../support/DemoFacility.js"
import { deadLetters, extract, makePlant, retryAll, withLedger } from "../support/PipelineHarness.js"
import { plexNow } from "../support/PlexScripted.js"
import { settings } from "../layers/cdf/Settings.js"

const day = 86_400_000

/** A plant with one problem, which the test changes; Plex shows it in the period in which it was reported. */
const counting = (history: Partial<Settings["history"]>, now = plexNow) => {
  const problem: { reported: number; title: unknown } = { reported: now - day, title: "Dented" }
  const plant = makePlant({
    plex: {
      now,
      dataSources: {
        problems: ({ Date_Begin, Date_End }) => {
          const { reported, title } = problem
          const isAsked = reported >= Date.parse(String(Date_Begin)) && reported < Date.parse(String(Date_End))
          const row = { Problem_No: "1", Problem_Status: "Open", Reported_Date: new Date(reported).toISOString() }
          return { rows: isAsked ? [{ ...row, Title: title }] : [], truncated: false }
        }
      }
    },
    settings: { history: { ...settings.history, ...history } }
  })
  const series = demoFacility().ids.series("ncr_count", "340884")
  const counts = Effect.map(plant.cdf.cdf.points([series], { begin: 0, end: 4e12 }), (found) =>
    [...found.values()].flat().map(({ timestamp, value }) => [new Date(timestamp).toISOString().slice(0, 13), value])
  )
  return { problem, plant, counts }
}

describe("the count of a day", () => {
  const periods: ReadonlyArray<readonly [string, number, number, number, string]> = [
    ["windows of half a day", 12, plexNow, 20, "2026-05-23T04"],
    ["a change to summer time", 24, Date.UTC(2026, 2, 28, 8), 16, "2026-03-12T04"]
  ]
  for (const [where, windowHours, now, age, stamp] of periods) {
    it.effect(`is made when the problem that could not be read is tried again, with ${where} too`, () => {
      const { counts, plant, problem } = counting({ windowHours, startDate: now - 27 * day }, now)
      problem.reported = now - age * day
      problem.title = {}
      return Effect.gen(function* () {
        yield* extract("quality")
        assert.strictEqual((yield* deadLetters).length, 1)
        problem.title = "Dented"
        yield* retryAll
        assert.strictEqual((yield* deadLetters).length, 0)
        assert.deepInclude(yield* counts, [stamp, 1])
      }).pipe(Effect.provide(plant.layer))
    })
  }

  it.effect("that was written and not confirmed is right once Plex says again what it said before", () => {
    const { counts, plant, problem } = counting({ startDate: plexNow - 5 * day })
    return Effect.gen(function* () {
      yield* extract("quality")
      const before = yield* counts
      problem.reported = plexNow - 2 * day
      plant.plex.now += day
      yield* extract("quality").pipe(
        withLedger((ledger) => ({
          confirm: (chunk) =>
            chunk.points?.flow === "ncr-count" && chunk.points.written.length > 0
              ? Effect.fail(new StateError({ operation: "confirm", detail: "killed" }))
              : ledger.confirm(chunk)
        }))
      )
      assert.notDeepEqual((yield* counts).slice(0, before.length), before)
      problem.reported = plexNow - day
      yield* extract("quality")
      assert.deepStrictEqual((yield* counts).slice(0, before.length), before)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is there once after the time zone was put right", () => {
    const { counts, plant } = counting({ startDate: plexNow - 2 * day })
    const inZone = (timezone: string) =>
      extract("quality").pipe(
        Effect.updateService(AppConfig, (all) => ({ ...all, facility: { ...all.facility, timezone } }))
      )
    return Effect.gen(function* () {
      yield* inZone("UTC")
      assert.deepStrictEqual(yield* counts, [
        ["2026-06-09T00", 0],
        ["2026-06-10T00", 0],
        ["2026-06-11T00", 1]
      ])
      plant.plex.now += day
      yield* inZone("America/Detroit")
      assert.deepStrictEqual(yield* counts, [
        ["2026-06-09T04", 0],
        ["2026-06-10T04", 0],
        ["2026-06-11T04", 1],
        ["2026-06-12T04", 0]
      ])
    }).pipe(Effect.provide(plant.layer))
  })
})
