/**
 * Cognite Data Fusion itself.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import { Effect, Layer } from "effect"
import type { StoredDataSet } from "../../domain/cdf/Stored.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Cdf } from "../../services/Cdf.js"
import type { Upstreams } from "../http/Upstreams.js"
import { anyItems, dataSetItems } from "./Answers.js"
import { CdfClient } from "./CdfClient.js"
import { classicResources } from "./ClassicResources.js"
import { dataPoints } from "./DataPoints.js"
import { inspection } from "./Inspection.js"
import { chunksOf, mostItems } from "./Packing.js"
import { sequenceRows } from "./SequenceRows.js"
import type { CdfTokens } from "./Token.js"
import { makeUpsert } from "./Upsert.js"

const dataSets =
  ({ sdk }: typeof CdfClient.Service): (typeof Cdf.Service)["dataSets"] =>
  (ids) =>
    Effect.forEach(chunksOf([...new Set(ids)], mostItems), (some) =>
      sdk(
        (client) =>
          client.datasets.retrieve(
            some.map((id) => ({ id })),
            { ignoreUnknownIds: true }
          ),
        dataSetItems
      )
    ).pipe(Effect.map((answers): ReadonlyArray<StoredDataSet> => answers.flatMap(({ items }) => items)))

/** `Cdf` over a client that others may use as well. */
export const layerWithClient: Layer.Layer<Cdf, never, AppConfig | CdfClient> = Layer.effect(
  Cdf,
  Effect.gen(function* () {
    const { cdf: settings } = yield* AppConfig
    const client = yield* CdfClient
    const classic = classicResources(client, settings)
    return {
      ...classic,
      upsert: makeUpsert(classic, Math.min(settings.batchSize, mostItems)),
      ...dataPoints(client, settings),
      ...sequenceRows(client),
      dataSets: dataSets(client),
      rights: Effect.map(inspection(client, settings.project), ({ rights }) => rights),
      reportRun: (run) => client.post("extpipes/runs", { items: [run] }, anyItems)
    }
  })
)

/** `Cdf` of the settings; the bound on calls in flight is shared with all who have the same `Upstreams`. */
export const layer: Layer.Layer<Cdf, never, AppConfig | HttpClient.HttpClient | Upstreams | CdfTokens> =
  layerWithClient.pipe(Layer.provide(CdfClient.layer))
