/**
 * The services of a facility for who only looks: the state is read as it is, CDF is read, and whatever a flow would write is kept in
 * memory until the scope closes.
 */
import { Effect, Layer } from "effect"
import type { ConfigurationError, StateError } from "../domain/Errors.js"
import { AppConfig } from "../services/AppConfig.js"
import { CdfTokens } from "./cdf/Token.js"
import * as FacilityLive from "./FacilityLive.js"
import * as HttpAgent from "./http/HttpAgent.js"
import { Upstreams } from "./http/Upstreams.js"
import * as RedisConnection from "./idresolver/RedisConnection.js"
import * as StateReading from "./state/StateReading.js"

/** As of a dry run, over the state that is configured; no run is told to anybody. */
const settings = Layer.effect(
  AppConfig,
  Effect.map(AppConfig, (all) => ({
    ...all,
    dryRun: true,
    cdf: { ...all.cdf, extractionPipeline: undefined },
    runLog: { ...all.runLog, enabled: false }
  }))
)

const shared = CdfTokens.layer.pipe(
  Layer.provideMerge(HttpAgent.layer),
  Layer.merge(Upstreams.layer),
  Layer.merge(StateReading.layer),
  Layer.merge(RedisConnection.layer)
)

export const layer: Layer.Layer<
  FacilityLive.FacilityServices | FacilityLive.SharedServices,
  ConfigurationError | StateError,
  AppConfig
> = FacilityLive.layer.pipe(Layer.provideMerge(shared), Layer.provide(settings))
