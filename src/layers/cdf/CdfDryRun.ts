/**
 * CDF for trying: everything is read, nothing is written.
 */
import { Effect, Layer } from "effect"
import { Cdf } from "../../services/Cdf.js"
import { overlay } from "./Overlay.js"
import { toldWrites } from "./ToldWrites.js"
import { makeUpsert } from "./Upsert.js"

/**
 * `Cdf` over another `Cdf` that is only read. Writes are kept in memory and seen by later reads, so that counts and links are
 * those of a real run; what is created gets negative ids, which CDF never gives. What CDF alone can know (texts it refuses,
 * rights) does not show. `PlannedWrites` is told what would be written.
 */
export const layer: Layer.Layer<Cdf, never, Cdf> = Layer.effect(
  Cdf,
  Effect.map(Cdf, (base) => {
    let last = 0
    const calls = toldWrites(overlay(base, { nextId: () => --last, alone: false }))
    return { ...calls, upsert: makeUpsert(calls) }
  })
)
