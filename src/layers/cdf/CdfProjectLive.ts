/**
 * The project in CDF itself.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import { Clock, Effect, Layer } from "effect"
import { AppConfig } from "../../services/AppConfig.js"
import { CdfProject } from "../../services/CdfProject.js"
import type { Upstreams } from "../http/Upstreams.js"
import { dataSetItems, pipelineItems } from "./Answers.js"
import { CdfClient } from "./CdfClient.js"
import { inspection } from "./Inspection.js"
import type { CdfTokens } from "./Token.js"

const named = (externalIds: ReadonlyArray<string>) => ({
  items: externalIds.map((externalId) => ({ externalId })),
  ignoreUnknownIds: true
})

/** `CdfProject` of the settings. */
export const layer: Layer.Layer<CdfProject, never, AppConfig | CdfTokens | HttpClient.HttpClient | Upstreams> =
  Layer.effect(
    CdfProject,
    Effect.gen(function* () {
      const { cdf } = yield* AppConfig
      const client = yield* CdfClient
      const inspected = inspection(client, cdf.project)
      return CdfProject.of({
        inspection: inspected,
        now: Effect.gen(function* () {
          if (client.clockOffset() === undefined) yield* inspected
          const offset = client.clockOffset()
          return offset === undefined ? undefined : (yield* Clock.currentTimeMillis) + offset
        }),
        dataSets: (externalIds) =>
          Effect.map(client.post("datasets/byids", named(externalIds), dataSetItems), ({ items }) => items),
        createDataSets: (items) => Effect.map(client.post("datasets", { items }, dataSetItems), ({ items }) => items),
        pipeline: (externalId) =>
          Effect.map(client.post("extpipes/byids", named([externalId]), pipelineItems), ({ items }) => items[0]),
        createPipeline: (pipeline) => Effect.asVoid(client.post("extpipes", { items: [pipeline] }, pipelineItems))
      })
    })
  ).pipe(Layer.provide(CdfClient.layer))
