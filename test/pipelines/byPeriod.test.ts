import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import type { DataSourceInput } from "../../src/domain/PeriodInputs.js"
import { byPeriod } from "../../src/pipelines/byPeriod.js"
import { AppConfig } from "../../src/services/AppConfig.js"
import { type DataSourceInputs, PlexDataSource } from "../../src/services/PlexDataSource.js"
import { settings } from "../layers/cdf/Settings.js"
import { plexError } from "../support/PlexScripted.js"

const configured = { begin: "Date_Begin", end: "Date_End", more: { Max: 5 } }
const slice = { begin: Date.UTC(2026, 5, 11), end: Date.UTC(2026, 5, 12) }
const date = (name: string): DataSourceInput => ({ name, type: "date", required: true })

/** A source with these inputs that gives back what it is asked. */
const sourceWith = (inputs: PlexDataSource["Type"]["inputs"]) =>
  Layer.mock(PlexDataSource, { inputs, window: (_, slice, asked) => Stream.make(asked(slice)) })

const asked = (inputs: PlexDataSource["Type"]["inputs"]) =>
  Effect.gen(function* () {
    const period = yield* byPeriod("problems", configured)
    return [...(yield* Stream.runCollect(period(slice)))]
  }).pipe(Effect.provide(Layer.merge(sourceWith(inputs), Layer.succeed(AppConfig, settings))))

const askedAt = (begin: string, end: string): Array<DataSourceInputs> => [
  { Max: 5, [begin]: "2026-06-11T00:00:00Z", [end]: "2026-06-12T00:00:00Z" }
]

describe("a data source read by period", () => {
  it.effect("is asked by the configured names where it has them", () =>
    Effect.gen(function* () {
      const rows = yield* asked(() => Effect.succeed([date("Date_Begin"), date("Date_End"), date("Start_Date")]))
      assert.deepStrictEqual(rows, askedAt("Date_Begin", "Date_End"))
    })
  )

  it.effect("is asked by the configured names where it does not tell its inputs", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* asked(() => plexError("NotFound")), askedAt("Date_Begin", "Date_End"))
    })
  )

  it.effect("is asked by its only pair of dates where it has no others", () =>
    Effect.gen(function* () {
      const rows = yield* asked(() => Effect.succeed([date("From_Date"), date("To_Date")]))
      assert.deepStrictEqual(rows, askedAt("From_Date", "To_Date"))
    })
  )

  it.effect("is refused by name where nothing tells its period", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(asked(() => Effect.succeed([date("Any_Date")])))
      assert.strictEqual(error.reason, "Refused")
      assert.include(error.detail, "Any_Date")
      assert.include(error.detail, "TENANT_TABLES")
    })
  )
})
