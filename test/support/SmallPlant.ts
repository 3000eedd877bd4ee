/**
 * A plant of a few records of every sort, and what its CDF holds after a pass, as text.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Fiber, Layer, Option, TestClock } from "effect"
import type { Extractor, FlowName } from "../../src/domain/Flow.js"
import { layerLeaseAlone } from "../../src/layers/LeaseAlone.js"
import * as DeadLettersSql from "../../src/layers/state/DeadLettersSql.js"
import * as LedgerSql from "../../src/layers/state/LedgerSql.js"
import { openState, StateDatabase } from "../../src/layers/state/StateDatabase.js"
import { extract, makePlant, type PipelinePlant, type PlantOptions } from "./PipelineHarness.js"
import { listsOf } from "./SmallLists.js"

/** The services of a state over a client that the test keeps hold of. */
export const layerStateOf = (sql: SqlClient.SqlClient) => layerState(Layer.succeed(StateDatabase, sql))

/** The services of the state at an address, opened anew for each pass. */
export const layerStateAt = (url: string) => layerState(Layer.scoped(StateDatabase, openState(url)))

const layerState = <E>(database: Layer.Layer<StateDatabase, E>) =>
  Layer.merge(DeadLettersSql.layer, LedgerSql.layer).pipe(
    Layer.provideMerge(layerLeaseAlone),
    Layer.provide(Layer.fresh(database))
  )

export const makeSmallPlant = (options: Omit<PlantOptions, "plex"> = {}): PipelinePlant =>
  makePlant({ ...options, plex: { lists: listsOf("now") } })

const extractors: ReadonlyArray<Extractor> = ["master-data", "jobs", "production", "inventory"]

/** All of the plant, one extractor after the other. */
export const passOver = Effect.forEach(extractors, (name) => extract(name))

const some: ReadonlySet<FlowName> = new Set<FlowName>([
  "hierarchy",
  "parts",
  "workcenters",
  "jobs",
  "production-entries",
  "output",
  "status-entries"
])

/** The flows that a state is most needed for: assets, what is linked to them, history and its points. */
export const shortPass = Effect.forEach(extractors.slice(0, 3), (name) => extract(name, { names: some, sweep: false }))

/** Lets the test's clock go on until the effect has ended. */
export const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    while (Option.isNone(yield* Fiber.poll(fiber))) yield* TestClock.adjust("1 second")
    return yield* Fiber.join(fiber)
  })

/** By kind and external id; numeric ids are told by the names that they stand for. */
export const cdfLines = ({ cdf: { cdf, held } }: PipelinePlant): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const names = new Map([...held.assets].map(([name, asset]) => [asset?.id, name]))
    const named = (key: string, value: unknown): unknown =>
      key === "id"
        ? undefined
        : key === "assetId" || key === "parentId"
          ? (names.get(Number(value)) ?? value)
          : key === "assetIds" && Array.isArray(value)
            ? value.map((id) => names.get(Number(id)) ?? `${id}?`).sort()
            : value
    const series = [...held.timeseries.values()].flatMap((one) => one?.externalId ?? [])
    const points = yield* cdf.points(series, { begin: 0, end: 4e12 })
    const rows = yield* Effect.forEach([...held.sequences.values()], (one) =>
      one?.externalId === undefined
        ? Effect.succeed([])
        : Effect.map(
            cdf.rows(
              one.externalId,
              one.columns.flatMap(({ externalId, valueType }) =>
                externalId === undefined || (valueType !== "LONG" && valueType !== "STRING" && valueType !== "DOUBLE")
                  ? []
                  : [{ externalId, valueType }]
              )
            ),
            (found) => [`rows ${one.externalId} ${JSON.stringify(found)}`]
          )
    )
    return [
      ...Object.entries(held).flatMap(([kind, some]) =>
        [...some].flatMap(([id, one]) => (one === undefined ? [] : [`${kind} ${id} ${JSON.stringify(one, named)}`]))
      ),
      ...[...points].map(([id, some]) => `points ${id} ${JSON.stringify(some)}`),
      ...rows.flat()
    ].sort()
  }).pipe(Effect.orDie)
