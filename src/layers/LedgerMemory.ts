/**
 * A ledger that lives as long as the process.
 */
import { Effect, Layer } from "effect"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { FlowName } from "../domain/Flow.js"
import type { JobOperations } from "../domain/records/JobOperation.js"
import { Ledger, type LedgerRow, type PendingLink } from "../services/Ledger.js"

/** The map under a key, made when there is none. */
const within = <K, A, B>(maps: Map<K, Map<A, B>>, key: K): Map<A, B> => {
  const found = maps.get(key) ?? new Map<A, B>()
  maps.set(key, found)
  return found
}

const pick = <A, B>(map: ReadonlyMap<A, B>, keys: ReadonlyArray<A>): ReadonlyMap<A, B> => {
  const found = new Map<A, B>()
  for (const key of keys) {
    const value = map.get(key)
    if (value !== undefined) found.set(key, value)
  }
  return found
}

const make = Effect.sync(() => {
  const rows = new Map<ResourceKind, Map<ExternalId, LedgerRow>>()
  const plexIds = new Map<FlowName, Map<string, ExternalId>>()
  const pending = new Map<ResourceKind, Map<ExternalId, ReadonlyArray<PendingLink>>>()
  const watermarks = new Map<FlowName, number>()
  const operations = new Map<string, JobOperations>()
  const facts = new Map<FlowName, Map<string, string>>()

  /** Its Plex key stands for it no more. */
  const unname = (kind: ResourceKind, externalId: ExternalId): void => {
    const row = within(rows, kind).get(externalId)
    if (row !== undefined && within(plexIds, row.flow).get(row.plexId) === externalId) {
      within(plexIds, row.flow).delete(row.plexId)
    }
  }

  const forget = (kind: ResourceKind, externalId: ExternalId): void => {
    unname(kind, externalId)
    within(rows, kind).delete(externalId)
    within(pending, kind).delete(externalId)
  }

  return Ledger.of({
    rows: (kind, externalIds) => Effect.sync(() => pick(within(rows, kind), externalIds)),
    byPlexIds: (flow, keys) =>
      Effect.sync(() => {
        const found = new Map<string, LedgerRow>()
        for (const [plexId, externalId] of pick(within(plexIds, flow), keys)) {
          for (const byKind of rows.values()) {
            const row = byKind.get(externalId)
            if (row !== undefined && row.flow === flow) found.set(plexId, row)
          }
        }
        return found
      }),
    confirm: (confirmation) =>
      Effect.sync(() => {
        const waiting = new Map<string, Array<PendingLink>>()
        for (const link of confirmation.pending) {
          const key = `${link.kind} ${link.from}`
          const links = waiting.get(key)
          if (links === undefined) waiting.set(key, [link])
          else links.push(link)
        }
        for (const row of confirmation.rows) {
          unname(row.kind, row.externalId)
          within(rows, row.kind).set(row.externalId, row)
          within(plexIds, row.flow).set(row.plexId, row.externalId)
          const links = waiting.get(`${row.kind} ${row.externalId}`)
          if (links === undefined) within(pending, row.kind).delete(row.externalId)
          else within(pending, row.kind).set(row.externalId, links)
        }
      }),
    rowsOf: (flow, kind) => Effect.sync(() => [...within(rows, kind).values()].filter((row) => row.flow === flow)),
    knows: (flow) => Effect.sync(() => within(plexIds, flow).size > 0),
    forget: (kind, externalIds) => Effect.sync(() => externalIds.forEach((id) => forget(kind, id))),
    clear: Effect.sync(() => {
      for (const known of [rows, plexIds, pending, watermarks, operations, facts]) known.clear()
    }),
    pendingLinks: Effect.sync(() => [...pending.values()].flatMap((byId) => [...byId.values()].flat())),
    watermark: (flow) => Effect.sync(() => watermarks.get(flow)),
    moveWatermark: (flow, to) => Effect.sync(() => watermarks.set(flow, to)),
    jobOperations: (jobIds) => Effect.sync(() => pick(operations, jobIds)),
    keepJobOperations: (known) => Effect.sync(() => known.forEach((value, jobId) => operations.set(jobId, value))),
    facts: (flow, keys) =>
      Effect.sync(() => (keys === undefined ? new Map(within(facts, flow)) : pick(within(facts, flow), keys))),
    keepFacts: (flow, known) => Effect.sync(() => known.forEach((value, key) => within(facts, flow).set(key, value)))
  })
})

/** One per facility. */
export const layerLedgerMemory: Layer.Layer<Ledger> = Layer.effect(Ledger, make)
