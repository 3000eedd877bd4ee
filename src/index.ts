/**
 * What another Effect application imports: services with their Layers, pipelines, stages, the domain, and the sandbox.
 *
 * Replace any service by a Layer of your own: pipelines know only the tags.
 */

// Services: the seams.
export { AppConfig, type Settings } from "./services/AppConfig.js"
export { Cdf, type CdfFilter, type PipelineRun } from "./services/Cdf.js"
export {
  type DeadLetter,
  DeadLetters,
  type KeptDeadLetter,
  type LetterFilter,
  type LetterId,
  type ListedLetter
} from "./services/DeadLetters.js"
export { IdResolver, type KnownAsset } from "./services/IdResolver.js"
export {
  type Confirmation,
  type KnownPoint,
  Ledger,
  type LedgerKey,
  type LedgerRow,
  type PendingLink,
  type SweepObject,
  type SweepProgress
} from "./services/Ledger.js"
export { Lease, type LeaseHolder, type LeaseStatus } from "./services/Lease.js"
export { Plex, type PlexQuery, type PlexSearch } from "./services/Plex.js"
export { type DataSource, type DataSourceAnswer, PlexDataSource } from "./services/PlexDataSource.js"
export { ProgramVersion } from "./services/ProgramVersion.js"
export { Progress } from "./services/Progress.js"
export { CallObserver, type ObservedCall } from "./services/CallObserver.js"
export { type Movement, Status, type StatusBoard, type Waiting } from "./services/Status.js"
export { CurrentRun, type RunId } from "./services/CurrentRun.js"
export type { RunEnding } from "./services/RunEnding.js"
export { type LoggedRun, RunLog, type RunMetrics, type RunRecord } from "./services/RunLog.js"

// Layers: how the world is reached.
export * as AppConfigLive from "./layers/config/AppConfigLive.js"
export * as CdfDryRun from "./layers/cdf/CdfDryRun.js"
export * as CdfFenced from "./layers/cdf/CdfFenced.js"
export * as CdfLive from "./layers/cdf/CdfLive.js"
export * as FacilityLive from "./layers/FacilityLive.js"
export * as IdResolverLive from "./layers/IdResolverLive.js"
export * as PlexDataSourceLive from "./layers/plex/PlexDataSourceLive.js"
export * as PlexLive from "./layers/plex/PlexLive.js"
export * as DeadLettersSql from "./layers/state/DeadLettersSql.js"
export { layerLeaseAlone } from "./layers/LeaseAlone.js"
export * as LeaseSql from "./layers/state/LeaseSql.js"
export * as LedgerSql from "./layers/state/LedgerSql.js"
export * as StateDatabase from "./layers/state/StateDatabase.js"
export { layerStateMemory } from "./layers/state/StateMemory.js"
export * as Remembered from "./layers/status/Remembered.js"
export * as StatusLive from "./layers/StatusLive.js"
export * as RunLogMirror from "./layers/RunLogMirror.js"
export * as RunLogSql from "./layers/state/RunLogSql.js"
export { layerRunLogOff } from "./layers/RunLogOff.js"
export { layerProgressSilent } from "./layers/ProgressSilent.js"

// Pipelines: passes, extractors, flows, and the stages that they are made of.
export { definitions as extractors } from "./pipelines/extractors.js"
export { inTurn, unlessHeldElsewhere } from "./pipelines/underLease.js"
export { type Backfill, backfillOptions } from "./pipelines/backfill.js"
export { pass, type PassOptions, type PassReport } from "./pipelines/pass.js"
export { inRun, loggedIn } from "./pipelines/inRun.js"
export { resident, type ResidentOptions } from "./pipelines/resident.js"
export { makeRunRequests, type RunRequests } from "./pipelines/RunRequests.js"
export { type ExtractorDefinition, runExtractor, type RunOptions } from "./pipelines/runExtractor.js"
export { runSweep, sweepsOf } from "./pipelines/runSweep.js"
export { fedFlow, type Flow, flow, type FlowServices } from "./pipelines/runFlow.js"
export { FlowRun, Tally } from "./pipelines/FlowRun.js"
export { type Retried, retry, retryAfterUpdate } from "./pipelines/retry.js"
export { giveUpLinks } from "./pipelines/giveUpLinks.js"
export { reconcile } from "./pipelines/reconcile.js"
export { relink } from "./pipelines/relink.js"
export { decode } from "./pipelines/stages/decode.js"
export { bySlices, type History, type HistorySlice, type Settling, type SliceEnd } from "./pipelines/stages/history.js"
export { map, mapWith } from "./pipelines/stages/map.js"
export { changePoints, learnPoints, type Measured, writeLivePoints, writePoints } from "./pipelines/stages/points.js"
export { counted, keep, list, observe, window, within } from "./pipelines/stages/read.js"
export { toSequences } from "./pipelines/stages/sequences.js"
export { offering } from "./pipelines/stages/offer.js"
export { asSet, listOfObject, readSets, type Swept } from "./pipelines/stages/sets.js"
export { sweep, type SweepRule } from "./pipelines/stages/sweep.js"
export { toCdf } from "./pipelines/stages/write.js"

// Domain: what records and resources are.
export type { AssetDraft, Draft, Drafts, EventDraft, SequenceDraft, TimeSeriesDraft } from "./domain/cdf/Draft.js"
export type { Point, ResourceKind, Resources } from "./domain/cdf/Resource.js"
export {
  type Category,
  CdfError,
  ConfigurationError,
  type FlowError,
  LeaseHeld,
  LeaseLost,
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
export type { FacilityStatus, ProcessStatus } from "./domain/Status.js"
export type { Counts, ExtractorReport, FlowReport, SweepReport } from "./domain/Report.js"
export { fingerprintOf, type Offer } from "./domain/SweepObject.js"
export { defaultTenantTables, TenantTables } from "./domain/TenantTables.js"

// The sandbox: a Plex and a CDF on loopback, for trying, testing and measuring.
export { makeSandbox, type Sandbox, type SandboxOptions } from "./sandbox/Sandbox.js"
