/**
 * CDF in memory: for tests.
 */
import { Effect, Layer, Stream } from "effect"
import { Cdf } from "../../services/Cdf.js"
import { overlay } from "./Overlay.js"
import { makeUpsert } from "./Upsert.js"

/** A project that holds nothing, has every data set that is asked for, and keeps nothing of what it is given. */
export const emptyCdf: typeof Cdf.Service = {
  create: () => Effect.succeed([]),
  update: () => Effect.void,
  upsert: () => Effect.succeed({ created: [], updated: [], unchanged: [], refused: [] }),
  byids: () => Effect.succeed([]),
  list: () => Stream.empty,
  event: () => Effect.sync(() => undefined),
  delete: () => Effect.void,
  assetsByNumericIds: () => Effect.succeed([]),
  insertPoints: () => Effect.void,
  latestPoints: () => Effect.succeed(new Map()),
  points: () => Effect.succeed(new Map()),
  deletePoints: () => Effect.void,
  insertRows: () => Effect.void,
  rows: () => Effect.succeed([]),
  deleteRows: () => Effect.void,
  dataSets: (ids) => Effect.succeed(ids.map((id) => ({ id, name: `data set ${id}` }))),
  rights: Effect.succeed([]),
  reportRun: () => Effect.void
}

/**
 * `Cdf` that is empty at first and keeps what it is given for as long as the Layer lives, as strict as CDF where it can know: what
 * exists cannot be created, what does not cannot be updated, parents and labels must exist. What it holds is read by `byids`, `list`,
 * `points` and `rows`.
 */
export const layer: Layer.Layer<Cdf> = Layer.sync(Cdf, () => {
  let last = 0
  const calls = overlay(emptyCdf, { nextId: () => ++last, alone: true })
  return { ...calls, upsert: makeUpsert(calls) }
})
