/**
 * The ledger in the state's database.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { Clock, Effect, Layer, Option, Schema } from "effect"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import type { StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { JobOperations } from "../../domain/records/JobOperation.js"
import { wellFormed } from "../../domain/Text.js"
import type { AppConfig } from "../../services/AppConfig.js"
import { type Confirmation, Ledger, type LedgerRow, type PendingLink } from "../../services/Ledger.js"
import { inBatches } from "./Batches.js"
import { type FlowCodes, flowCodes, kindCodes, kindOfCode } from "./Codes.js"
import { facilityNumber } from "./FacilityNumber.js"
import {
  keyText,
  ledgerRow,
  pendingLink,
  type StoredPendingLink,
  storedPendingLink,
  type StoredRow,
  storedRow
} from "./LedgerRows.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded } from "./StateFailure.js"

/** One statement must not name a key twice; the last one counts. */
const lastOfEach = (rows: ReadonlyArray<LedgerRow>): ReadonlyArray<LedgerRow> => [
  ...new Map(rows.map((row) => [`${row.kind} ${row.externalId}`, row])).values()
]

const byKind = (rows: ReadonlyArray<LedgerRow>): ReadonlyMap<ResourceKind, ReadonlyArray<string>> => {
  const grouped = new Map<ResourceKind, Array<string>>()
  for (const { externalId, kind } of rows) {
    const ids = grouped.get(kind)
    if (ids === undefined) grouped.set(kind, [keyText(externalId)])
    else ids.push(keyText(externalId))
  }
  return grouped
}

/** Rows with their pending links, which take the place of those from before. */
const confirmation = (sql: SqlClient.SqlClient, facility: number, flows: FlowCodes) => {
  const forgetLinks = (kind: ResourceKind, fromIds: ReadonlyArray<string>) =>
    inBatches(
      fromIds,
      1,
      (some) => sql`DELETE FROM plex_cdf_pending_link
        WHERE facility = ${facility} AND kind = ${kindCodes[kind]} AND ${sql.in("from_id", some)}`
    )
  const keepRows = (rows: ReadonlyArray<LedgerRow>, moment: number) =>
    inBatches(
      rows,
      9,
      (
        some
      ) => sql`INSERT INTO plex_cdf_ledger ${sql.insert(some.map((row) => storedRow(facility, flows, row, moment)))}
        ON CONFLICT (facility, kind, external_id) DO UPDATE SET hash = excluded.hash, cdf_id = excluded.cdf_id,
          flow = excluded.flow, plex_id = excluded.plex_id, links = excluded.links, last_seen = excluded.last_seen`
    )
  const keepLinks = (links: ReadonlyArray<PendingLink>) =>
    inBatches(
      links,
      5,
      (
        some
      ) => sql`INSERT INTO plex_cdf_pending_link ${sql.insert(some.map((link) => storedPendingLink(facility, flows, link)))}
        ON CONFLICT (facility, kind, from_id, target) DO NOTHING`
    )
  const forget = (kind: ResourceKind, externalIds: ReadonlyArray<string>) =>
    inBatches(
      externalIds,
      1,
      (some) => sql`DELETE FROM plex_cdf_ledger
        WHERE facility = ${facility} AND kind = ${kindCodes[kind]} AND ${sql.in("external_id", some)}`
    )
  return {
    confirm: ({ pending, rows }: Confirmation, moment: number) => {
      const kept = lastOfEach(rows)
      const keys = new Set(kept.map(({ externalId, kind }) => `${kind} ${externalId}`))
      return Effect.gen(function* () {
        yield* keepRows(kept, moment)
        for (const [kind, ids] of byKind(kept)) yield* forgetLinks(kind, ids)
        yield* keepLinks(pending.filter(({ from, kind }) => keys.has(`${kind} ${from}`)))
      }).pipe(sql.withTransaction)
    },
    forget: (kind: ResourceKind, externalIds: ReadonlyArray<string>) =>
      Effect.zipRight(forget(kind, externalIds), forgetLinks(kind, externalIds)).pipe(sql.withTransaction)
  }
}

const Operations = Schema.parseJson(
  Schema.Struct({
    start: Schema.optional(Schema.Number),
    workcenters: Schema.Array(Schema.Struct({ id: Schema.String, code: Schema.optional(Schema.String) }))
  })
)
const decodeOperations = Schema.decodeUnknownOption(Operations)

const operationsOf = (text: string): JobOperations | undefined =>
  Option.getOrUndefined(
    Option.map(decodeOperations(text), ({ start, workcenters }) => ({
      start,
      workcenters: workcenters.map(({ code, id }) => ({ id, code }))
    }))
  )

/** All that is a cache of CDF; dead letters are not. */
const cacheTables = [
  "plex_cdf_ledger",
  "plex_cdf_pending_link",
  "plex_cdf_watermark",
  "plex_cdf_fact",
  "plex_cdf_job_operations"
]

const make = Effect.gen(function* () {
  const sql = yield* StateDatabase
  const facility = yield* facilityNumber
  const flows = yield* flowCodes
  const { codeOf } = flows
  const { confirm, forget } = confirmation(sql, facility, flows)
  const columns = sql.literal("external_id, hash, cdf_id, flow, plex_id, links")

  // Of two rows with one Plex key the later one counts, however fast they follow each other.
  let latest = 0
  const moment = Effect.map(Clock.currentTimeMillis, (now) => (latest = Math.max(now, latest + 1)))

  return Ledger.of({
    rows: (kind, externalIds) =>
      inBatches(
        externalIds.map(keyText),
        1,
        (some) => sql<StoredRow>`SELECT ${columns} FROM plex_cdf_ledger
          WHERE facility = ${facility} AND kind = ${kindCodes[kind]} AND ${sql.in("external_id", some)}`
      ).pipe(
        Effect.map((found) => {
          const rows = new Map<ExternalId, LedgerRow>()
          for (const stored of found) {
            const row = ledgerRow(flows, kind, stored)
            if (row !== undefined) rows.set(row.externalId, row)
          }
          return rows
        }),
        guarded("read")
      ),

    byPlexIds: (flow, plexIds) =>
      inBatches(
        plexIds.map(keyText),
        1,
        (some) => sql<StoredRow & { readonly kind: number; readonly last_seen: number | string }>`
          SELECT ${columns}, kind, last_seen FROM plex_cdf_ledger
          WHERE facility = ${facility} AND flow = ${codeOf(flow)} AND ${sql.in("plex_id", some)}`
      ).pipe(
        Effect.map((found) => {
          const rows = new Map<string, LedgerRow>()
          for (const stored of found.toSorted((one, other) => Number(one.last_seen) - Number(other.last_seen))) {
            const kind = kindOfCode(stored.kind)
            const row = kind === undefined ? undefined : ledgerRow(flows, kind, stored)
            if (row !== undefined) rows.set(row.plexId, row)
          }
          return rows
        }),
        guarded("read")
      ),

    confirm: (chunk) =>
      chunk.rows.length === 0
        ? Effect.void
        : Effect.flatMap(moment, (now) => confirm(chunk, now)).pipe(Effect.asVoid, guarded("confirm")),

    rowsOf: (flow, kind) =>
      sql<StoredRow>`SELECT ${columns} FROM plex_cdf_ledger
        WHERE facility = ${facility} AND flow = ${codeOf(flow)} AND kind = ${kindCodes[kind]}`.pipe(
        Effect.map((found) => found.flatMap((stored) => ledgerRow(flows, kind, stored) ?? [])),
        guarded("read")
      ),

    knows: (flow) =>
      sql`SELECT 1 FROM plex_cdf_ledger WHERE facility = ${facility} AND flow = ${codeOf(flow)} LIMIT 1`.pipe(
        Effect.map((found) => found.length > 0),
        guarded("read")
      ),

    forget: (kind, externalIds) =>
      externalIds.length === 0
        ? Effect.void
        : forget(kind, externalIds.map(keyText)).pipe(Effect.asVoid, guarded("forget")),

    clear: Effect.forEach(cacheTables, (table) => sql`DELETE FROM ${sql(table)} WHERE facility = ${facility}`, {
      discard: true
    }).pipe(sql.withTransaction, guarded("clear")),

    pendingLinks: sql<StoredPendingLink>`SELECT kind, from_id, target, flow FROM plex_cdf_pending_link
      WHERE facility = ${facility} ORDER BY kind, from_id, target`.pipe(
      Effect.map((found) => found.flatMap((stored) => pendingLink(flows, stored) ?? [])),
      guarded("read")
    ),

    watermark: (flow) =>
      sql<{ confirmed_to: number | string }>`SELECT confirmed_to FROM plex_cdf_watermark
        WHERE facility = ${facility} AND flow = ${codeOf(flow)}`.pipe(
        Effect.map(([found]) => (found === undefined ? undefined : Number(found.confirmed_to))),
        guarded("read")
      ),

    moveWatermark: (flow, to) =>
      sql`INSERT INTO plex_cdf_watermark ${sql.insert({ facility, flow: codeOf(flow), confirmed_to: to })}
        ON CONFLICT (facility, flow) DO UPDATE SET confirmed_to = excluded.confirmed_to`.pipe(
        Effect.asVoid,
        guarded("move a watermark")
      ),

    jobOperations: (jobIds) =>
      inBatches(
        jobIds.map(keyText),
        1,
        (some) => sql<{ job_id: string; operations: string }>`SELECT job_id, operations FROM plex_cdf_job_operations
          WHERE facility = ${facility} AND ${sql.in("job_id", some)}`
      ).pipe(
        Effect.map((found) => {
          const known = new Map<string, JobOperations>()
          for (const { job_id, operations } of found) {
            const decoded = operationsOf(operations)
            if (decoded !== undefined) known.set(job_id, decoded)
          }
          return known
        }),
        guarded("read")
      ),

    keepJobOperations: (operations) =>
      inBatches(
        [...operations].map(([jobId, known]) => ({
          facility,
          job_id: keyText(jobId),
          operations: wellFormed(JSON.stringify(known))
        })),
        3,
        (some) => sql`INSERT INTO plex_cdf_job_operations ${sql.insert(some)}
          ON CONFLICT (facility, job_id) DO UPDATE SET operations = excluded.operations
          WHERE plex_cdf_job_operations.operations <> excluded.operations`
      ).pipe(sql.withTransaction, Effect.asVoid, guarded("keep job operations")),

    facts: (flow, keys) =>
      (keys === undefined
        ? sql<StoredFact>`SELECT name, value FROM plex_cdf_fact
            WHERE facility = ${facility} AND flow = ${codeOf(flow)} ORDER BY name`
        : inBatches(
            keys.map(keyText),
            1,
            (some) => sql<StoredFact>`SELECT name, value FROM plex_cdf_fact
              WHERE facility = ${facility} AND flow = ${codeOf(flow)} AND ${sql.in("name", some)}`
          )
      ).pipe(
        Effect.map((found) => new Map(found.map(({ name, value }) => [name, value]))),
        guarded("read")
      ),

    keepFacts: (flow, facts) =>
      inBatches(
        [...facts].map(([name, value]) => ({
          facility,
          flow: codeOf(flow),
          name: keyText(name),
          value: wellFormed(value)
        })),
        4,
        (some) => sql`INSERT INTO plex_cdf_fact ${sql.insert(some)}
          ON CONFLICT (facility, flow, name) DO UPDATE SET value = excluded.value
          WHERE plex_cdf_fact.value <> excluded.value`
      ).pipe(sql.withTransaction, Effect.asVoid, guarded("keep facts"))
  })
})

interface StoredFact {
  readonly name: string
  readonly value: string
}

/** One per facility; rows of other facilities in the same database are not seen. */
export const layer: Layer.Layer<Ledger, StateError, AppConfig | StateDatabase> = Layer.effect(Ledger, make)
