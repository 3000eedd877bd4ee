/**
 * The services of one facility as a running process has them. Several facilities share `Upstreams`, `CdfTokens` and
 * `StateDatabase`: one limiter per Plex key, one write bound per CDF project, one token per client, one database for the state.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import { Effect, Layer } from "effect"
import type { ConfigurationError, StateError } from "../domain/Errors.js"
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
import * as HttpAgent from "./http/HttpAgent.js"
import { Upstreams } from "./http/Upstreams.js"
import * as IdResolverLive from "./IdResolverLive.js"
import * as PlexDataSourceLive from "./plex/PlexDataSourceLive.js"
import * as PlexLive from "./plex/PlexLive.js"
import * as DeadLettersSql from "./state/DeadLettersSql.js"
import * as LedgerSql from "./state/LedgerSql.js"
import * as StateDatabase from "./state/StateDatabase.js"

/** What a facility's flows live on, the settings apart. */
export type FacilityServices = Cdf | DeadLetters | IdResolver | Ledger | Plex | PlexDataSource

/** What facilities of one process share. */
export type SharedServices = CdfTokens | HttpClient.HttpClient | StateDatabase.StateDatabase | Upstreams

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
export const layer: Layer.Layer<FacilityServices, StateError, AppConfig | SharedServices> = IdResolverLive.layer.pipe(
  Layer.provideMerge(cdf),
  Layer.merge(PlexLive.layer),
  Layer.merge(dataSource),
  Layer.merge(LedgerSql.layer),
  Layer.merge(DeadLettersSql.layer)
)

/** What the facilities of a process share, as the settings say. */
export const layerShared: Layer.Layer<SharedServices, ConfigurationError | StateError, AppConfig> =
  CdfTokens.layer.pipe(
    Layer.provideMerge(HttpAgent.layer),
    Layer.merge(Upstreams.layer),
    Layer.merge(StateDatabase.layer)
  )
