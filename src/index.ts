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
  type LateLink,
  Ledger,
  type LedgerKey,
  type LedgerRow,
  type LiveObjects,
  type PendingLink,
  type StandingRow
} from "./services/Ledger.js"
export { Lease, type LeaseHolder, type LeaseStatus } from "./services/Lease.js"
export { Plex, type PlexQuery, type PlexSearch } from "./services/Plex.js"
export { type DataSource, type DataSourceAnswer, PlexDataSource } from "./services/PlexDataSource.js"
export { ProgramVersion } from "./services/ProgramVersion.js"
export { OwnFlows } from "./services/OwnFlows.js"
export { Progress } from "./services/Progress.js"
export { CallObserver, type ObservedCall } from "./services/CallObserver.js"
export { type Movement, Status, type StatusBoard, type Waiting } from "./services/Status.js"
export { CurrentFlow } from "./services/CurrentFlow.js"
export { PlannedWrites, type WritesObserver } from "./services/PlannedWrites.js"
export { CurrentRun, type RunId } from "./services/CurrentRun.js"
export type { RunEnding } from "./services/RunEnding.js"
export { type LoggedRun, RunLog, type RunMetrics, type RunRecord } from "./services/RunLog.js"

// Layers: how the world is reached.
export * as AppConfigLive from "./layers/config/AppConfigLive.js"
export * as Facilities from "./layers/config/Facilities.js"
export * as CdfDryRun from "./layers/cdf/CdfDryRun.js"
export * as CdfMemory from "./layers/cdf/CdfMemory.js"
export * as CdfFenced from "./layers/cdf/CdfFenced.js"
export * as CdfLive from "./layers/cdf/CdfLive.js"
export * as FacilityLive from "./layers/FacilityLive.js"
export * as FacilityMemory from "./layers/FacilityMemory.js"
export * as HttpAgent from "./layers/http/HttpAgent.js"
export * as IdResolverLive from "./layers/IdResolverLive.js"
export * as PlexDataSourceLive from "./layers/plex/PlexDataSourceLive.js"
export * as PlexLive from "./layers/plex/PlexLive.js"
export { Upstreams } from "./layers/http/Upstreams.js"
export { CdfTokens } from "./layers/cdf/Token.js"
export * as RedisConnection from "./layers/idresolver/RedisConnection.js"
export * as TelemetryOtlp from "./layers/TelemetryOtlp.js"
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
export { definitions as extractors, type ExtractorDefinitions } from "./pipelines/extractors.js"
export { inTurn, unlessHeldElsewhere } from "./pipelines/underLease.js"
export { type Backfill, backfillOptions } from "./pipelines/backfill.js"
export { pass, type PassOptions, type PassReport } from "./pipelines/pass.js"
export { type FlowPlan, type PassPlan, plan, type PlanOptions } from "./pipelines/plan.js"
export { inRun, loggedIn } from "./pipelines/inRun.js"
export { resident, type ResidentOptions } from "./pipelines/resident.js"
export { makeRunRequests, type RunRequests } from "./pipelines/RunRequests.js"
export { type ExtractorDefinition, runExtractor, type RunOptions } from "./pipelines/runExtractor.js"
export { runSweep, sweepsOf } from "./pipelines/runSweep.js"
export { fedFlow, type Flow, flow, type FlowServices } from "./pipelines/runFlow.js"
export { FlowRun, Tally } from "./pipelines/FlowRun.js"
export { type FlowOptions, followPlex } from "./pipelines/FlowOptions.js"
export { type Retried, retry, retryAfterUpdate } from "./pipelines/retry.js"
export { giveUpLinks } from "./pipelines/giveUpLinks.js"
export { cleanup, type CleanupOptions, type CleanupReport } from "./pipelines/cleanup.js"
export { compare } from "./pipelines/compare.js"
export { type Counterparts, underOtherPrefix, underScheme } from "./pipelines/counterparts.js"
export { reconcile } from "./pipelines/reconcile.js"
export { relink } from "./pipelines/relink.js"
export { decode } from "./pipelines/stages/decode.js"
export { bySlices, type History, type HistorySlice, type Settling, type SliceEnd } from "./pipelines/stages/history.js"
export { map, mapWith } from "./pipelines/stages/map.js"
export { changePoints, learnPoints, type Measured, writeLivePoints, writePoints } from "./pipelines/stages/points.js"
export { counted, isStopping, keep, list, observe, window, within } from "./pipelines/stages/read.js"
export { toSequences } from "./pipelines/stages/sequences.js"
export { offering, offeringVanished } from "./pipelines/stages/offer.js"
export { asSet, listOfObject, readSets, type Swept } from "./pipelines/stages/sets.js"
export { sweep, type SweepRule } from "./pipelines/stages/sweep.js"
export { wholeList } from "./pipelines/stages/wholeList.js"
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
export { type AssetKind, ExternalId, type ExternalIds, type OtherKind, type OwnKind } from "./domain/ExternalId.js"
export { IdScheme } from "./domain/IdScheme.js"
export type { Course } from "./domain/Course.js"
export { areAlike, type ComparisonReport } from "./domain/cdf/Comparison.js"
export { type DataSetName, type Facility, type FacilityIdentity, makeFacility } from "./domain/Facility.js"
export { type Extractor, type FlowName, flows, type KnownFlow, type OwnFlow } from "./domain/Flow.js"
export {
  type AssetRule,
  assetMapping,
  type Mapping,
  seriesDraft,
  type SeriesSubject,
  Unmappable
} from "./domain/Mapping.js"
export {
  type EventFacts,
  type EventKind,
  eventDrafts,
  type HistoryRule,
  historyMapping
} from "./domain/EventMapping.js"
export type { TimeSlice } from "./domain/TimeSlice.js"
export * as Fields from "./domain/plex/Fields.js"
export type { FacilityStatus, ProcessStatus } from "./domain/Status.js"
export type { Counts, ExtractorReport, FlowReport, SweepReport } from "./domain/Report.js"
export { fingerprintOf, type Offer, type SweepObject, type SweepProgress } from "./domain/SweepObject.js"
export { defaultTenantTables, TenantTables } from "./domain/TenantTables.js"

// Records: what Plex sends, and what each becomes.
export { Building, buildingAsset } from "./domain/records/Building.js"
export { Part, partAsset } from "./domain/records/Part.js"
export { Operation, operationAsset } from "./domain/records/Operation.js"
export { SupplyItem, supplyItemAsset } from "./domain/records/SupplyItem.js"
export { ProductionLine, productionLineAsset } from "./domain/records/ProductionLine.js"
export { Workcenter, workcenterAsset } from "./domain/records/Workcenter.js"
export { Equipment, equipmentAsset } from "./domain/records/Equipment.js"
export { PartOperation, routingRelationship, routingSequence } from "./domain/records/PartOperation.js"
export { BomComponent, bomRelationship, bomSequence } from "./domain/records/BomComponent.js"
export { Job, jobEvent, jobKey } from "./domain/records/Job.js"
export { JobOperation, type JobOperations, summarize } from "./domain/records/JobOperation.js"
export { ProductionEntry, productionEntryEvent } from "./domain/records/ProductionEntry.js"
export { ScrapEntry, scrapEntryEvent } from "./domain/records/ScrapEntry.js"
export { WorkcenterStatusEntry } from "./domain/records/WorkcenterStatusEntry.js"
export { WorkcenterSetup } from "./domain/records/WorkcenterSetup.js"
export { Location, locationAsset } from "./domain/records/Location.js"
export { Container, containerAsset } from "./domain/records/Container.js"
export { ContainerMove, containerMoveEvent } from "./domain/records/ContainerMove.js"
export { ContainerAdjustment, containerAdjustmentEvent } from "./domain/records/ContainerAdjustment.js"
export { PartSpecification, partSpecificationAsset } from "./domain/records/PartSpecification.js"
export { ControlPlan, controlPlanAsset } from "./domain/records/ControlPlan.js"
export { ControlPlanLine, inspectionPointAsset } from "./domain/records/ControlPlanLine.js"
export { Checksheet, checksheetEvent } from "./domain/records/Checksheet.js"
export { Problem, problemEvent } from "./domain/records/Problem.js"
export { Deviation, deviationEvent } from "./domain/records/Deviation.js"
export { DailyPerformance } from "./domain/records/DailyPerformance.js"
export { LivePerformance } from "./domain/records/LivePerformance.js"

// The sandbox: a Plex and a CDF on loopback, for trying, testing and measuring.
export { makeSandbox, type Sandbox, type SandboxOptions } from "./sandbox/Sandbox.js"
