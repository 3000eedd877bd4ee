/**
 * What the ledger does not know of history, or cannot be trusted to know, is learned from CDF before a slice is compared with it.
 */
import { Chunk, Effect, Stream } from "effect"
import type { StoredEvent } from "../../domain/cdf/Stored.js"
import type { CdfError, StateError } from "../../domain/Errors.js"
import type { Facility } from "../../domain/Facility.js"
import type { FlowName } from "../../domain/Flow.js"
import type { HistoryKind } from "../../domain/HistoryKind.js"
import {
  decodeMemory,
  encodeMemory,
  type HistoryMemory,
  memoryFact,
  unknownPart,
  withLearned
} from "../../domain/HistoryMemory.js"
import type { TimeSlice } from "../../domain/TimeSlice.js"
import { Cdf, type CdfFilter } from "../../services/Cdf.js"
import { Ledger, type LedgerRow, unknownHash } from "../../services/Ledger.js"
import { FlowRun } from "../FlowRun.js"

/** Learns something of a period from CDF into the ledger. */
export type Learn<R = never> = (period: TimeSlice) => Effect.Effect<void, CdfError | StateError, R>

/** What the running flow remembers of its history. */
export const recallMemory = Effect.gen(function* () {
  const { flow } = yield* FlowRun
  const facts = yield* (yield* Ledger).facts(flow, [memoryFact])
  return decodeMemory(facts.get(memoryFact))
})

export const memoryFacts = (memory: HistoryMemory): ReadonlyMap<string, string> =>
  new Map([[memoryFact, encodeMemory(memory)]])

export const keepMemory = (memory: HistoryMemory) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    yield* (yield* Ledger).keepFacts(flow, memoryFacts(memory))
  })

/** The events of a kind that are ours; nothing where its data set is not configured, as then there are none. */
export const ourEvents = (
  facility: Facility,
  { dataSet, kind, type }: HistoryKind,
  startTime: { readonly min?: number; readonly max?: number }
): CdfFilter | undefined => {
  const id = facility.dataSets[dataSet]
  return id === undefined
    ? undefined
    : { type, externalIdPrefix: facility.ids.prefix(kind), dataSetIds: [{ id }], startTime }
}

/** The row of an event that CDF was found to hold. */
export const met = (flow: FlowName, { externalId, id, metadata, startTime }: StoredEvent): ReadonlyArray<LedgerRow> =>
  externalId === undefined
    ? []
    : [
        {
          kind: "events",
          externalId,
          hash: unknownHash,
          id,
          flow,
          plexId: metadata["plex_id"] ?? externalId,
          links: [],
          moment: startTime
        }
      ]

/** The events of a period: those that the ledger does not know are met, those that CDF does not hold are forgotten. */
const learnEvents = (kind: HistoryKind, { begin, end }: TimeSlice) =>
  Effect.gen(function* () {
    const { facility, flow } = yield* FlowRun
    const cdf = yield* Cdf
    const ledger = yield* Ledger
    const filter = ourEvents(facility, kind, {
      min: Math.max(0, begin),
      ...(Number.isFinite(end) ? { max: end - 1 } : {})
    })
    if (filter === undefined) return
    const gone = new Set((yield* ledger.within(flow, { begin, end: lastOf(end) })).map(({ externalId }) => externalId))
    yield* cdf.list("events", filter).pipe(
      Stream.runForEachChunk((chunk) => {
        const rows = Chunk.toReadonlyArray(chunk).flatMap((event) => met(flow, event))
        for (const { externalId } of rows) gone.delete(externalId)
        return ledger.meet(rows)
      })
    )
    yield* ledger.forget("events", [...gone])
  })

/** A period without an end as a database can hold it. */
export const lastOf = (end: number): number => Math.min(end, Number.MAX_SAFE_INTEGER)

/** How a history flow learns: its events, where they are told by nothing but their content, and what is derived from them. */
export const learnAll =
  <R>(kind: HistoryKind | undefined, more: Learn<R>) =>
  (period: TimeSlice) =>
    Effect.zipRight(kind === undefined || kind.keyed ? Effect.void : learnEvents(kind, period), more(period))

/**
 * Sees to it that the ledger knows what CDF holds of a slice; gives what is remembered from now on. `confirmedTo`: CDF holds nothing
 * from this instant on that the ledger does not know; absent where nothing is known of that.
 */
export const knowing = <R>(slice: TimeSlice, confirmedTo: number | undefined, learn: Learn<R>) =>
  Effect.gen(function* () {
    let memory = yield* recallMemory
    if (memory.open !== undefined) {
      yield* learn(memory.open)
      memory = { ...memory, open: undefined }
      yield* keepMemory(memory)
    }
    const unknown = unknownPart(memory, slice, confirmedTo)
    if (unknown !== undefined) {
      yield* learn(unknown)
      memory = withLearned(memory, unknown)
      yield* keepMemory(memory)
    }
    return memory
  })
