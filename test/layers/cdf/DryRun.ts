/**
 * A dry run over a CDF in memory, and a bit to be written to it.
 */
import { Effect, Layer } from "effect"
import type { ResourceKind, Resources } from "../../../src/domain/cdf/Resource.js"
import type { Wanted } from "../../../src/domain/cdf/Upsert.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { layer as dryRun } from "../../../src/layers/cdf/CdfDryRun.js"
import { Cdf } from "../../../src/services/Cdf.js"
import { type CdfMemory, layerCdfMemory } from "../../support/CdfMemory.js"

export const id = (name: string) => ExternalId.make(name)
export const base = { dataSetId: 1, source: "Plex", metadata: {} }
export const columns = [{ externalId: "c", valueType: "STRING" as const }]
export const series = { externalId: id("ts"), name: "ts", isString: false, isStep: true, dataSetId: 1, metadata: {} }
export const sequence = { externalId: id("seq"), name: "seq", dataSetId: 1, metadata: {}, columns }

export const wanted = <K extends ResourceKind>(resource: Resources[K], exists = false): Wanted<K> => ({
  resource,
  exists,
  owns: ["old"],
  heldLinks: []
})

/** The dry run's `Cdf` over this one. */
export const over = (memory: CdfMemory) =>
  Effect.flatMap(Layer.build(dryRun.pipe(Layer.provide(layerCdfMemory(memory)))), (context) =>
    Effect.provide(Cdf, context)
  )
