import { Context, type Effect, type Stream } from "effect"
import type { LinkTarget } from "../domain/cdf/Complete.js"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { StateError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { FlowName, OwnFlow } from "../domain/Flow.js"
import type { NaturalKeyKind } from "../domain/NaturalKey.js"
import type { JobOperations } from "../domain/records/JobOperation.js"
import type { SweepObject, SweepProgress } from "../domain/SweepObject.js"
import type { TimeSlice } from "../domain/TimeSlice.js"
import type { DeadLetter } from "./DeadLetters.js"

export type { SweepObject, SweepProgress } from "../domain/SweepObject.js"

/** An object of CDF, by its name. */
export interface LedgerKey {
  readonly kind: ResourceKind
  readonly externalId: ExternalId
}

/** The hash of a row whose object CDF is known to hold and whose content is not known, or no longer: the next comparison asks CDF. */
export const unknownHash = ""

/** Facts of a facility are kept with the tree, which every one has: a flow's own are read as a whole. */
export const factsOfFacility: FlowName = "hierarchy"

/** What CDF is known to hold of one object. */
export interface LedgerRow extends LedgerKey {
  /** Hash of the content that CDF confirmed, or `unknownHash`. */
  readonly hash: string
  /** Digest of what that content was made of, where it is known: made of the same, it is the same. */
  readonly digest?: string | undefined
  /** CDF's numeric id, where the kind has one. */
  readonly id: number | undefined
  readonly flow: FlowName
  /** The Plex key of the record. */
  readonly plexId: string
  /** External ids of the assets that we linked; of a relationship its two ends. */
  readonly links: ReadonlyArray<ExternalId>
  /** Of a record of history: the moment (epoch milliseconds) by which it belongs to a window. */
  readonly moment?: number | undefined
  /** When it was noticed (epoch milliseconds) that Plex has it no more; nothing as long as Plex has it. */
  readonly retiredAt?: number | undefined
}

/** A row, and since when its object is there. */
export interface StandingRow extends LedgerRow {
  /**
   * When it was confirmed first, or, after it was retired, first again (epoch milliseconds); nothing where CDF was found to hold it.
   */
  readonly since: number | undefined
}

/** Objects that are not retired. */
export interface LiveObjects {
  readonly count: number
  /** The latest `since` among them; 0 where none is known. */
  readonly latest: number
}

/** What the content of an object is known to be made of. */
export interface DigestedContent {
  readonly externalId: ExternalId
  /** Of the content. */
  readonly hash: string
  readonly digest: string
}

/** Whether the row is of an asset that was deleted, and remembers only that it was. */
export const isGone = ({ id, kind, retiredAt }: LedgerRow): boolean =>
  kind === "assets" && id === undefined && retiredAt !== undefined

/** The human keys of an asset of a kind that is looked up by them; none where nothing is to be found by them. */
export interface NamedAsset {
  readonly kind: NaturalKeyKind
  readonly externalId: ExternalId
  readonly keys: ReadonlyArray<string>
}

/** A link whose asset does not exist yet. */
export interface PendingLink {
  readonly kind: ResourceKind
  /** The object that is to be linked. */
  readonly from: ExternalId
  /** The asset that does not exist yet. */
  readonly to: LinkTarget
  readonly flow: FlowName
  /** Since when it waits, in epoch milliseconds; of a link that is to be kept: now, unless it waits already. */
  readonly since?: number | undefined
}

/** A link that was pending and that CDF has taken. */
export interface LateLink extends PendingLink {
  readonly asset: ExternalId
}

/** A data point that CDF holds, its value as text. */
export interface KnownPoint {
  readonly series: ExternalId
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly value: string
}

/** What CDF has confirmed for one chunk; kept as a whole or not at all. */
export interface Confirmation {
  readonly rows?: ReadonlyArray<LedgerRow> | undefined
  /**
   * Some of these rows as they were known when their objects were written. Links that they have been given since stay, and what these
   * objects hold is then not known.
   */
  readonly before?: ReadonlyArray<LedgerRow> | undefined
  /** All that is pending for these rows now; what was pending for them before is forgotten. */
  readonly pending?: ReadonlyArray<PendingLink> | undefined
  /** Links that wait no longer: their objects are given them, and are otherwise as they are; what these hold is then not known. */
  readonly late?: ReadonlyArray<LateLink> | undefined
  /** The human keys that assets have now. */
  readonly named?: ReadonlyArray<NamedAsset> | undefined
  /** Objects that CDF does not hold any more. */
  readonly forgotten?: ReadonlyArray<LedgerKey> | undefined
  readonly facts?: { readonly flow: FlowName; readonly facts: ReadonlyMap<string, string> } | undefined
  readonly points?:
    | {
        readonly flow: FlowName
        readonly written: ReadonlyArray<KnownPoint>
        readonly deleted: ReadonlyArray<Omit<KnownPoint, "value">>
      }
    | undefined
  /** What is known now of the operations of these jobs, by job id. */
  readonly jobOperations?: ReadonlyMap<string, JobOperations> | undefined
  /** The instant (epoch milliseconds) up to which a history flow is confirmed; of a flow that lists everything: its last whole list. */
  readonly watermark?: { readonly flow: FlowName; readonly to: number } | undefined
  readonly deadLetters?: ReadonlyArray<DeadLetter> | undefined
  /** When the run began (epoch milliseconds) that confirms these rows: what was set aside of them before is no dead letter any more. */
  readonly begun?: number | undefined
  /** Objects that a sweep is to look at; known ones keep when they were looked at. */
  readonly offered?: { readonly sweep: FlowName; readonly objects: ReadonlyArray<SweepObject> } | undefined
  /**
   * Objects that a sweep has looked at, as they were then; those not to be looked at again are forgotten. `again` keeps one that was
   * offered for one look only.
   */
  readonly looked?:
    | {
        readonly sweep: FlowName
        readonly objects: ReadonlyArray<Pick<SweepObject, "key" | "fingerprint" | "again">>
        readonly at: number
      }
    | undefined
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
    /** Under what a flow wrote these Plex keys; of several the one confirmed last, of those that are not retired if there are any. */
    readonly byPlexIds: (
      flow: FlowName,
      plexIds: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, LedgerRow>, StateError>
    /** All that a flow wrote of a kind. */
    readonly rowsOf: (flow: FlowName, kind: ResourceKind) => Effect.Effect<ReadonlyArray<LedgerRow>, StateError>
    /** The same in order of external id, some thousand at a time. */
    readonly eachOf: (flow: FlowName, kind: ResourceKind) => Stream.Stream<StandingRow, StateError>
    /** The objects of a kind that a flow wrote and that are not retired; those that come from now on have a later `since`. */
    readonly live: (flow: FlowName, kind: ResourceKind) => Effect.Effect<LiveObjects, StateError>
    /** The objects of a history flow whose moment lies in the slice. */
    readonly within: (flow: FlowName, slice: TimeSlice) => Effect.Effect<ReadonlyArray<LedgerRow>, StateError>
    /** The objects of a flow that were retired before this instant. */
    readonly retiredBefore: (flow: FlowName, instant: number) => Effect.Effect<ReadonlyArray<LedgerRow>, StateError>
    /** The objects that we linked to one of these assets. */
    readonly linkedTo: (assets: ReadonlyArray<ExternalId>) => Effect.Effect<ReadonlyArray<LedgerRow>, StateError>
    /** The flows that an application has announced to this state, this one or an earlier one. */
    readonly ownFlows: ReadonlyArray<OwnFlow>
    /** Whether the flow has any row. */
    readonly knows: (flow: FlowName) => Effect.Effect<boolean, StateError>

    /** Keeps what CDF has confirmed, as a whole. */
    readonly confirm: (confirmation: Confirmation) => Effect.Effect<void, StateError>
    /** Keeps rows of objects that CDF was found to hold; of those that are known already nothing changes. */
    readonly meet: (rows: ReadonlyArray<LedgerRow>) => Effect.Effect<void, StateError>
    /** Keeps what the content of objects was made of; nothing of a row whose content is another one by now. */
    readonly keepDigests: (
      kind: ResourceKind,
      digested: ReadonlyArray<DigestedContent>
    ) => Effect.Effect<void, StateError>
    readonly forget: (kind: ResourceKind, externalIds: ReadonlyArray<ExternalId>) => Effect.Effect<void, StateError>
    /**
     * To be said of objects that are about to be changed or taken away: should that not be confirmed, their content is not known, and
     * is compared with CDF when their record comes again.
     */
    readonly doubt: (kind: ResourceKind, externalIds: ReadonlyArray<ExternalId>) => Effect.Effect<void, StateError>
    /** Trusts no content any more: each object is compared with CDF when its record comes again; the recheck of history is due. */
    readonly distrust: Effect.Effect<void, StateError>
    /** Forgets everything: CDF is not the one it was, or was emptied. */
    readonly clear: Effect.Effect<void, StateError>
    /**
     * Forgets history and points from before this instant; what still waits for a link stays. `series`: points of those alone whose
     * external ids begin so; by default all. Gives how many rows went.
     */
    readonly prune: (
      flows: ReadonlyArray<FlowName>,
      before: number,
      series?: ReadonlyArray<string>
    ) => Effect.Effect<number, StateError>

    /** The human keys of all assets of a kind; nothing where they are not all known. Which of them are retired the rows tell. */
    readonly naturalKeys: (
      kind: NaturalKeyKind
    ) => Effect.Effect<ReadonlyMap<ExternalId, ReadonlyArray<string>> | undefined, StateError>
    /** All assets of a kind that CDF was found to hold; what was confirmed of some of them stays. From now on all are known. */
    readonly meetNaturalKeys: (
      kind: NaturalKeyKind,
      assets: ReadonlyArray<NamedAsset>
    ) => Effect.Effect<void, StateError>

    /** All of them at once, for who shows them; there may be a million. */
    readonly pendingLinks: Effect.Effect<ReadonlyArray<PendingLink>, StateError>
    /** The same in order of what waits, some thousand at a time; what becomes pending meanwhile may be left out. */
    readonly eachPendingLink: Stream.Stream<PendingLink, StateError>
    /** For what these objects wait. */
    readonly pendingOf: (
      kind: ResourceKind,
      externalIds: ReadonlyArray<ExternalId>
    ) => Effect.Effect<ReadonlyArray<PendingLink>, StateError>
    /** Some of them: those that have waited for longest come first. */
    readonly somePendingLinks: (page: {
      readonly offset: number
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<PendingLink>, StateError>
    /** How many there are. */
    readonly countPendingLinks: Effect.Effect<number, StateError>
    /** Gives up links that have waited since before this instant; gives how many. */
    readonly giveUpLinks: (before: number) => Effect.Effect<number, StateError>

    /**
     * The instant (epoch milliseconds) up to which a history flow is confirmed, or of the last whole list of a flow that lists
     * everything. One that cannot be trusted any more counts as none.
     */
    readonly watermark: (flow: FlowName) => Effect.Effect<number | undefined, StateError>
    readonly moveWatermark: (flow: FlowName, to: number) => Effect.Effect<void, StateError>

    /** What was last known of the operations of these jobs, by job id. */
    readonly jobOperations: (
      jobIds: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, JobOperations>, StateError>

    /** Small facts that a flow keeps from run to run, by key: last points of live series, last status of a workcenter. */
    readonly facts: (
      flow: FlowName,
      keys?: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, string>, StateError>
    readonly keepFacts: (flow: FlowName, facts: ReadonlyMap<string, string>) => Effect.Effect<void, StateError>
    readonly dropFacts: (flow: FlowName, keys: ReadonlyArray<string>) => Effect.Effect<void, StateError>

    /** The points of a slice that a flow is known to have written, or to have found in CDF. */
    readonly points: (flow: FlowName, slice: TimeSlice) => Effect.Effect<ReadonlyArray<KnownPoint>, StateError>

    /**
     * What a sweep is to look at next: those new or changed, then the ones not looked at for longest. `due`: only the new or changed.
     * `lookedBefore`: of the others only those that were not looked at since.
     */
    readonly sweepObjects: (
      sweep: FlowName,
      options: { readonly due: boolean; readonly lookedBefore: number; readonly limit: number }
    ) => Effect.Effect<ReadonlyArray<SweepObject>, StateError>
    /** These objects as they were last offered. */
    readonly offered: (
      sweep: FlowName,
      keys: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyMap<string, SweepObject>, StateError>
    readonly sweepProgress: (sweep: FlowName) => Effect.Effect<SweepProgress, StateError>
    /** Objects that are not there any more. */
    readonly withdraw: (sweep: FlowName, keys: ReadonlyArray<string>) => Effect.Effect<void, StateError>
  }
>() {}
