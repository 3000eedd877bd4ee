/**
 * The services of one facility as a running process has them. Several facilities share `Upstreams`, `CdfTokens`,
 * `StateDatabase` and `RedisConnection`: one limiter per Plex key, one write bound per CDF project, one token per client, one
 * database for the state, one connection to Redis.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import { Effect, Layer, Redacted } from "effect"
import type { ConfigurationError, StateError } from "../domain/Errors.js"
import { AppConfig } from "../services/AppConfig.js"
import type { Cdf } from "../services/Cdf.js"
import type { DeadLetters } from "../services/DeadLetters.js"
import type { IdResolver } from "../services/IdResolver.js"
import type { Lease } from "../services/Lease.js"
import type { Ledger } from "../services/Ledger.js"
import type { Plex } from "../services/Plex.js"
import type { PlexDataSource } from "../services/PlexDataSource.js"
import type { RunLog } from "../services/RunLog.js"
import * as CdfDryRun from "./cdf/CdfDryRun.js"
import * as CdfFenced from "./cdf/CdfFenced.js"
import * as CdfLive from "./cdf/CdfLive.js"
import { CdfTokens } from "./cdf/Token.js"
import * as HttpAgent from "./http/HttpAgent.js"
import { Upstreams } from "./http/Upstreams.js"
import * as IdResolverLive from "./IdResolverLive.js"
import { layerLeaseAlone } from "./LeaseAlone.js"
import * as RedisConnection from "./idresolver/RedisConnection.js"
import * as PlexDataSourceLive from "./plex/PlexDataSourceLive.js"
import * as PlexLive from "./plex/PlexLive.js"
import * as DeadLettersSql from "./state/DeadLettersSql.js"
import * as LeaseSql from "./state/LeaseSql.js"
import * as RunLogMirror from "./RunLogMirror.js"
import * as LedgerSql from "./state/LedgerSql.js"
import * as RunLogSql from "./state/RunLogSql.js"
import * as StateDatabase from "./state/StateDatabase.js"

/** What a facility's flows live on, the settings apart. */
export type FacilityServices = Cdf | DeadLetters | IdResolver | Lease | Ledger | Plex | PlexDataSource | RunLog

/** What facilities of one process share. */
export type SharedServices =
  | CdfTokens
  | HttpClient.HttpClient
  | RedisConnection.RedisConnection
  | StateDatabase.StateDatabase
  | Upstreams

/** What no other process can open needs no lease of others. */
const lease = Layer.unwrapEffect(
  Effect.map(AppConfig, ({ dryRun, stateUrl }) =>
    dryRun || Redacted.value(stateUrl) === ":memory:" ? layerLeaseAlone : LeaseSql.layer
  )
)

/** CDF, or with `DRY_RUN` a CDF that is only read. */
const cdf = Layer.unwrapEffect(
  Effect.map(AppConfig, ({ dryRun }) => (dryRun ? CdfDryRun.layer.pipe(Layer.provide(CdfLive.layer)) : CdfLive.layer))
)

/** What is kept of runs here, and told of them to CDF. */
const runLog = RunLogMirror.layer.pipe(Layer.provide(RunLogSql.layer))

/** The data sources; none without credentials. */
export const dataSource = Layer.unwrapEffect(
  Effect.map(AppConfig, ({ plex }) =>
    plex.dataSource === undefined ? PlexDataSourceLive.layerAbsent : PlexDataSourceLive.layer
  )
)

/**
 * The services of the facility that `AppConfig` describes; for a larger application to embed, over what its facilities share.
 *
 * Of several processes that share a state, one writes for a facility at a time: `pass`, `resident`, or else the first write to CDF or
 * to the state, waits until the lease is this process's. Nothing has to be done for that.
 */
export const layer: Layer.Layer<FacilityServices, StateError, AppConfig | SharedServices> = IdResolverLive.layer.pipe(
  Layer.merge(runLog),
  Layer.provideMerge(CdfFenced.layer.pipe(Layer.provide(cdf))),
  Layer.provideMerge(LedgerSql.layer),
  Layer.merge(PlexLive.layer),
  Layer.merge(dataSource),
  Layer.merge(DeadLettersSql.layer),
  Layer.provideMerge(lease)
)

/** The same where several facilities share what they live on: what is told of `Upstreams` is told of those that this one uses. */
export const layerOfSeveral: Layer.Layer<FacilityServices | Upstreams, StateError, AppConfig | SharedServices> =
  Layer.provideMerge(layer, Upstreams.layerUsed)

/** What the facilities of a process share, as the settings say. */
export const layerShared: Layer.Layer<SharedServices, ConfigurationError | StateError, AppConfig> =
  CdfTokens.layer.pipe(
    Layer.provideMerge(HttpAgent.layer),
    Layer.merge(Upstreams.layer),
    Layer.merge(StateDatabase.layer),
    Layer.merge(RedisConnection.layer)
  )
