/**
 * The services of one facility as a running process has them. Several facilities share `Upstreams` and `CdfTokens`: one limiter
 * per Plex key, one write bound per CDF project, one token per client.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import { Effect, Layer } from "effect"
import type { ConfigurationError } from "../domain/Errors.js"
import { AppConfig } from "../services/AppConfig.js"
import type { Cdf } from "../services/Cdf.js"
import type { DeadLetters } from "../services/DeadLetters.js"
import type { IdResolver } from "../services/IdResolver.js"
import type { Ledger } from "../services/Ledger.js"
import type { Plex } from "../services/Plex.js"
import type { PlexDataSource } from "../services/PlexDataSource.js"
import * as CdfDryRun from "./cdf/CdfDryRun.js"
import * as CdfLive from "./cdf/CdfLive.js"
import { CdfTokens } from "./cdf/Token.js"
import { layerDeadLettersMemory } from "./DeadLettersMemory.js"
import * as HttpAgent from "./http/HttpAgent.js"
import { Upstreams } from "./http/Upstreams.js"
import * as IdResolverLive from "./IdResolverLive.js"
import { layerLedgerMemory } from "./LedgerMemory.js"
import * as PlexDataSourceLive from "./plex/PlexDataSourceLive.js"
import * as PlexLive from "./plex/PlexLive.js"

/** What a facility's flows live on, the settings apart. */
export type FacilityServices = Cdf | DeadLetters | IdResolver | Ledger | Plex | PlexDataSource

/** What facilities of one process share. */
export type SharedServices = CdfTokens | HttpClient.HttpClient | Upstreams

/** CDF, or with `DRY_RUN` a CDF that is only read. */
const cdf = Layer.unwrapEffect(
  Effect.map(AppConfig, ({ dryRun }) => (dryRun ? CdfDryRun.layer.pipe(Layer.provide(CdfLive.layer)) : CdfLive.layer))
)

const dataSource = Layer.unwrapEffect(
  Effect.map(AppConfig, ({ plex }) =>
    plex.dataSource === undefined ? PlexDataSourceLive.layerAbsent : PlexDataSourceLive.layer
  )
)

/** The services of the facility that `AppConfig` describes; for a larger application to embed, over what its facilities share. */
export const layer: Layer.Layer<FacilityServices, never, AppConfig | SharedServices> = IdResolverLive.layer.pipe(
  Layer.provideMerge(cdf),
  Layer.merge(PlexLive.layer),
  Layer.merge(dataSource),
  Layer.merge(layerLedgerMemory),
  Layer.merge(layerDeadLettersMemory)
)

/** What the facilities of a process share, as the settings say. */
export const layerShared: Layer.Layer<SharedServices, ConfigurationError, AppConfig> = CdfTokens.layer.pipe(
  Layer.provideMerge(HttpAgent.layer),
  Layer.merge(Upstreams.layer)
)
