/**
 * What a facility's flows live on beside Plex and CDF, without a world: for tests, and for passes that keep nothing.
 */
import { Layer } from "effect"
import type { AppConfig } from "../services/AppConfig.js"
import type { Cdf } from "../services/Cdf.js"
import type { DeadLetters } from "../services/DeadLetters.js"
import type { IdResolver } from "../services/IdResolver.js"
import type { Lease } from "../services/Lease.js"
import type { Ledger } from "../services/Ledger.js"
import type { PlexDataSource } from "../services/PlexDataSource.js"
import type { Progress } from "../services/Progress.js"
import type { RunLog } from "../services/RunLog.js"
import * as IdResolverLive from "./IdResolverLive.js"
import * as RedisConnection from "./idresolver/RedisConnection.js"
import * as PlexDataSourceLive from "./plex/PlexDataSourceLive.js"
import { layerProgressSilent } from "./ProgressSilent.js"
import { layerRunLogOff } from "./RunLogOff.js"
import { layerStateMemory } from "./state/StateMemory.js"

/** What `Plex` and `Cdf` are to be added to. */
export type MemoryServices = DeadLetters | IdResolver | Lease | Ledger | PlexDataSource | Progress | RunLog

/**
 * State in memory, empty at first; ids of that and of the `Cdf` that is provided; no data sources, no run log, nobody who watches.
 * With `Plex` and `Cdf` it is all that a pass needs. One per facility.
 */
export const layer: Layer.Layer<MemoryServices, never, AppConfig | Cdf> = IdResolverLive.layer.pipe(
  Layer.provideMerge(layerStateMemory),
  Layer.provide(RedisConnection.layerAbsent),
  Layer.merge(PlexDataSourceLive.layerAbsent),
  Layer.merge(layerProgressSilent),
  Layer.merge(layerRunLogOff)
)
