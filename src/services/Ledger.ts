import { Context, type Effect } from "effect"
import type { LinkTarget } from "../domain/cdf/Complete.js"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { StateError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { FlowName } from "../domain/Flow.js"
import type { JobOperations } from "../domain/records/JobOperation.js"

/** What CDF is known to hold of one object. */
export interface LedgerRow {
  readonly kind: ResourceKind
  readonly externalId: ExternalId
  /** Hash of the content that CDF confirmed. */
  readonly hash: string
  /** CDF's numeric id, where the kind has one. */
  readonly id: number | undefined
  readonly flow: FlowName
  /** The Plex key of the record. */
  readonly plexId: string
  /** External ids of the assets that we linked; of a relationship its two ends. */
  readonly links: ReadonlyArray<ExternalId>
}

/** A link whose asset does not exist yet. */
export interface PendingLink {
  readonly kind: ResourceKind
  /** The object that is to be linked. */
  readonly from: ExternalId
  /** The asset that does not exist yet. */
  readonly to: LinkTarget
  readonly flow: FlowName
}

/** What CDF has confirmed for one chunk; kept as a whole or not at all. */
export interface Confirmation {
  readonly rows: ReadonlyArray<LedgerRow>
  /** All that is pending for these rows now; what was pending for them before is forgotten. */
  readonly pending: ReadonlyArray<PendingLink>
}

/**
 * What CDF is known to hold. A cache of CDF: it may be lost at any time, which costs calls and nothing else. One per facility.
 * What it keeps it keeps as a whole: a `StateError` means that nothing of that call was kept.
 */
export class Ledger extends Context.Tag("plex-cdf/Ledger")<
  Ledger,
  {
    readonly rows: (
      kind: ResourceKind,
      externalIds: ReadonlyArray<ExternalId>
    ) => Effect.Effect<ReadonlyMap<ExternalId, LedgerRow>, StateError>
    /** External ids under which a flow wrote these Plex keys. */
    readonly byPlexIds: (
      flow: FlowName,
      plexIds: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, LedgerRow>, StateError>
    /** Keeps a chunk that CDF has confirmed, as a whole. */
    readonly confirm: (confirmation: Confirmation) => Effect.Effect<void, StateError>
    /** All that a flow wrote of a kind. */
    readonly rowsOf: (flow: FlowName, kind: ResourceKind) => Effect.Effect<ReadonlyArray<LedgerRow>, StateError>
    /** Whether the flow has any row; without one it must learn from CDF what exists. */
    readonly knows: (flow: FlowName) => Effect.Effect<boolean, StateError>
    /** Forgets everything: CDF is not the one it was, or was emptied. */
    readonly clear: Effect.Effect<void, StateError>
    readonly forget: (kind: ResourceKind, externalIds: ReadonlyArray<ExternalId>) => Effect.Effect<void, StateError>

    readonly pendingLinks: Effect.Effect<ReadonlyArray<PendingLink>, StateError>

    /** The instant (epoch milliseconds) up to which a history flow is confirmed. */
    readonly watermark: (flow: FlowName) => Effect.Effect<number | undefined, StateError>
    readonly moveWatermark: (flow: FlowName, to: number) => Effect.Effect<void, StateError>

    /** What was last known of the operations of these jobs, by job id. */
    readonly jobOperations: (
      jobIds: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, JobOperations>, StateError>
    readonly keepJobOperations: (operations: ReadonlyMap<string, JobOperations>) => Effect.Effect<void, StateError>

    /** Small facts that a flow keeps from run to run, by key: last points of live series, last status of a workcenter. */
    readonly facts: (
      flow: FlowName,
      keys?: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, string>, StateError>
    readonly keepFacts: (flow: FlowName, facts: ReadonlyMap<string, string>) => Effect.Effect<void, StateError>
  }
>() {}
