/**
 * What another Effect application imports: services with their Layers, pipelines, stages, the domain, and the sandbox.
 *
 * Replace any service by a Layer of your own: pipelines know only the tags.
 */

// Services: the seams.
export { AppConfig, type Settings } from "./services/AppConfig.js"
export { Cdf, type CdfFilter } from "./services/Cdf.js"
export { type DeadLetter, DeadLetters, type KeptDeadLetter } from "./services/DeadLetters.js"
export { IdResolver, type KnownAsset } from "./services/IdResolver.js"
export { type Confirmation, Ledger, type LedgerRow, type PendingLink } from "./services/Ledger.js"
export { Plex, type PlexQuery, type PlexSearch } from "./services/Plex.js"
export { type DataSource, type DataSourceAnswer, PlexDataSource } from "./services/PlexDataSource.js"
export { Progress } from "./services/Progress.js"

// Layers: how the world is reached.
export * as AppConfigLive from "./layers/config/AppConfigLive.js"
export * as CdfDryRun from "./layers/cdf/CdfDryRun.js"
export * as CdfLive from "./layers/cdf/CdfLive.js"
export * as FacilityLive from "./layers/FacilityLive.js"
export * as IdResolverLive from "./layers/IdResolverLive.js"
export * as PlexDataSourceLive from "./layers/plex/PlexDataSourceLive.js"
export * as PlexLive from "./layers/plex/PlexLive.js"
export { layerDeadLettersMemory } from "./layers/DeadLettersMemory.js"
export { layerLedgerMemory } from "./layers/LedgerMemory.js"
export * as DeadLettersSql from "./layers/state/DeadLettersSql.js"
export * as LedgerSql from "./layers/state/LedgerSql.js"
export * as StateDatabase from "./layers/state/StateDatabase.js"
export { layerProgressSilent } from "./layers/ProgressSilent.js"

// Pipelines: passes, extractors, flows, and the stages that they are made of.
export { definitions as extractors } from "./pipelines/extractors.js"
export { pass, type PassOptions, type PassReport } from "./pipelines/pass.js"
export { resident } from "./pipelines/resident.js"
export { type ExtractorDefinition, runExtractor, type RunOptions } from "./pipelines/runExtractor.js"
export { fedFlow, type Flow, flow, type FlowServices } from "./pipelines/runFlow.js"
export { FlowRun, Tally } from "./pipelines/FlowRun.js"
export { relink } from "./pipelines/relink.js"
export { decode } from "./pipelines/stages/decode.js"
export { bySlices } from "./pipelines/stages/history.js"
export { map, mapWith } from "./pipelines/stages/map.js"
export { type Measured, writeLivePoints, writePoints } from "./pipelines/stages/points.js"
export { counted, keep, list, observe, window, within } from "./pipelines/stages/read.js"
export { toSequences } from "./pipelines/stages/sequences.js"
export { inChunks, sweep, type Swept } from "./pipelines/stages/sweep.js"
export { toCdf } from "./pipelines/stages/write.js"

// Domain: what records and resources are.
export type { AssetDraft, Draft, Drafts, EventDraft, SequenceDraft, TimeSeriesDraft } from "./domain/cdf/Draft.js"
export type { Point, ResourceKind, Resources } from "./domain/cdf/Resource.js"
export {
  type Category,
  CdfError,
  ConfigurationError,
  type FlowError,
  PlexError,
  type Reason,
  type RemoteError,
  StateError
} from "./domain/Errors.js"
export { ExternalId, type ExternalIds } from "./domain/ExternalId.js"
export { type Facility, type FacilityIdentity, makeFacility } from "./domain/Facility.js"
export { type Extractor, type FlowName, flows } from "./domain/Flow.js"
export { type AssetRule, assetMapping, type Mapping, Unmappable } from "./domain/Mapping.js"
export * as Fields from "./domain/plex/Fields.js"
export type { Counts, ExtractorReport, FlowReport } from "./domain/Report.js"
export { defaultTenantTables, TenantTables } from "./domain/TenantTables.js"

// The sandbox: a Plex and a CDF on loopback, for trying, testing and measuring.
export { makeSandbox, type Sandbox, type SandboxOptions } from "./sandbox/Sandbox.js"
