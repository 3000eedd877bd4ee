/**
 * The ledger in the state's database.
 */
import { Chunk, Clock, Effect, Layer, Option, Stream } from "effect"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import type { StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { FlowName } from "../../domain/Flow.js"
import type { AppConfig } from "../../services/AppConfig.js"
import type { Lease } from "../../services/Lease.js"
import { Ledger, type LedgerRow, type StandingRow, unknownHash } from "../../services/Ledger.js"
import { inBatches } from "./Batches.js"
import { flowCodes, kindCodes, kindOfCode } from "./Codes.js"
import { makeCommit } from "./Commit.js"
import { confirming } from "./Confirming.js"
import { facilityNumber } from "./FacilityNumber.js"
import { facts } from "./Facts.js"
import { heldRows } from "./HeldRows.js"
import {
  keyText,
  ledgerRow,
  ledgerRows,
  pendingLink,
  rowColumns,
  type StoredPendingLink,
  type StoredRow
} from "./LedgerRows.js"
import { naturalKeys } from "./NaturalKeys.js"
import { keeping } from "./Letters.js"
import { oneOf } from "./OneOf.js"
import { together } from "./Together.js"
import { operations } from "./Operations.js"
import { points } from "./Points.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded } from "./StateFailure.js"
import { sweeps } from "./Sweeps.js"
import { watermarks } from "./Watermarks.js"

/** All that is a cache of CDF; dead letters are not. */
const cacheTables = [
  "plex_cdf_ledger",
  "plex_cdf_pending_link",
  "plex_cdf_natural_key",
  "plex_cdf_natural_kind",
  "plex_cdf_watermark",
  "plex_cdf_fact",
  "plex_cdf_job_operations",
  "plex_cdf_point",
  "plex_cdf_sweep"
]

/** Rows that are held at a time where all of a flow are looked at. */
const pageSize = 2000

/** Assets whose links are looked for one by one; for more, all links are read once. */
const mostLookedFor = 3

/** Before all of them, in their order. */
const firstPendingLink: Pick<StoredPendingLink, "kind" | "from_id" | "target"> = { kind: -1, from_id: "", target: "" }

const sinceColumns = `${rowColumns}, first_seen`
const anyRowColumns = `${rowColumns}, kind, last_seen`

interface AnyRow extends StoredRow {
  readonly kind: number
  readonly last_seen: number | string
}

interface SinceRow extends StoredRow {
  readonly first_seen: number | string | null
}

const make = Effect.gen(function* () {
  const sql = yield* StateDatabase
  const facility = yield* facilityNumber
  const flows = yield* flowCodes
  const { codeOf } = flows
  const commit = yield* makeCommit
  const { confirm, forget, meet } = confirming(sql, facility, flows, yield* keeping)
  const marks = watermarks(sql, facility, flows)
  const known = facts(sql, facility, flows)
  const swept = sweeps(sql, facility, flows)
  const rows = heldRows(sql, facility, flows)
  const named = naturalKeys(sql, facility)
  const held = points(sql, facility, flows)
  const columns = sql.literal(rowColumns)

  // Of two rows with one Plex key the later one counts, however fast they follow each other.
  let latest = 0
  const moment = Effect.map(Clock.currentTimeMillis, (now) => (latest = Math.max(now, latest + 1)))

  const ofFlow = (flow: FlowName) => sql`facility = ${facility} AND flow = ${codeOf(flow)}`
  const ofKind = (flow: FlowName, kind: ResourceKind) => sql`${ofFlow(flow)} AND kind = ${kindCodes[kind]}`
  const anyRows = (found: ReadonlyArray<AnyRow>): ReadonlyArray<LedgerRow> =>
    found.flatMap((stored) => {
      const kind = kindOfCode(stored.kind)
      return kind === undefined ? [] : (ledgerRow(flows, kind, stored) ?? [])
    })
  const anyColumns = sql.literal(anyRowColumns)
  const standing = (kind: ResourceKind, stored: SinceRow): StandingRow | undefined => {
    const row = ledgerRow(flows, kind, stored)
    return row && { ...row, since: stored.first_seen === null ? undefined : Number(stored.first_seen) }
  }

  const linkedToOne = (asset: ExternalId) =>
    sql<AnyRow>`SELECT ${anyColumns} FROM plex_cdf_ledger
      WHERE facility = ${facility} AND links IS NOT NULL AND ${sql.onDialectOrElse({
        sqlite: () => sql`instr(links, ${JSON.stringify(keyText(asset))}) > 0`,
        orElse: () => sql`strpos(links, ${JSON.stringify(keyText(asset))}) > 0`
      })}`.pipe(Effect.map(anyRows))

  const linkedToMany = (assets: ReadonlySet<ExternalId>) =>
    Stream.fromIterable(Object.values(kindCodes)).pipe(
      Stream.flatMap((code) =>
        Stream.paginateChunkEffect("", (after) =>
          sql<AnyRow>`SELECT ${anyColumns} FROM plex_cdf_ledger WHERE facility = ${facility} AND kind = ${code}
            AND links IS NOT NULL AND external_id > ${after} ORDER BY external_id LIMIT ${pageSize}`.pipe(
            Effect.map((found) => {
              const last = found.length < pageSize ? undefined : found.at(-1)
              const linked = anyRows(found).filter(({ links }) => links.some((link) => assets.has(link)))
              return [
                Chunk.unsafeFromArray(linked),
                Option.map(Option.fromNullable(last), ({ external_id }) => external_id)
              ] as const
            })
          )
        )
      ),
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray)
    )

  return Ledger.of({
    rows: (kind, externalIds) => rows.read(kind, externalIds).pipe(guarded("read")),

    byPlexIds: (flow, plexIds) =>
      inBatches(plexIds.map(keyText), 1, (some) =>
        together<AnyRow>(
          sql,
          anyRowColumns,
          sql`plex_cdf_ledger WHERE ${ofFlow(flow)} AND ${oneOf(sql, "plex_id", some)}`
        )
      ).pipe(
        Effect.map((found) => {
          const isAlive = ({ retired_at }: AnyRow) => Number(retired_at === null)
          const inTime = found.toSorted(
            (one, other) => isAlive(one) - isAlive(other) || Number(one.last_seen) - Number(other.last_seen)
          )
          return new Map(anyRows(inTime).map((row) => [row.plexId, row]))
        }),
        guarded("read")
      ),

    rowsOf: (flow, kind) =>
      sql<StoredRow>`SELECT ${columns} FROM plex_cdf_ledger WHERE ${ofKind(flow, kind)}`.pipe(
        Effect.map((found) => ledgerRows(flows, kind, found)),
        guarded("read")
      ),

    eachOf: (flow, kind) =>
      Stream.paginateChunkEffect("", (after) =>
        together<SinceRow>(
          sql,
          sinceColumns,
          sql`(SELECT ${sql.literal(sinceColumns)} FROM plex_cdf_ledger WHERE facility = ${facility} AND kind = ${kindCodes[kind]}
            AND flow = ${codeOf(flow)} AND external_id > ${after} ORDER BY external_id LIMIT ${pageSize}) AS page`
        ).pipe(
          Effect.map((found) => {
            const last = found.length < pageSize ? undefined : found.at(-1)
            return [
              Chunk.unsafeFromArray(found.flatMap((stored) => standing(kind, stored) ?? [])),
              Option.map(Option.fromNullable(last), ({ external_id }) => external_id)
            ] as const
          }),
          guarded("read")
        )
      ),

    live: (flow, kind) =>
      sql<{
        count: number | string
        latest: number | string | null
      }>`SELECT COUNT(*) AS count, MAX(first_seen) AS latest FROM plex_cdf_ledger
        WHERE ${ofKind(flow, kind)} AND retired_at IS NULL`.pipe(
        Effect.map(([found]) => {
          const since = Number(found?.latest ?? 0)
          // The clock may have been put back since.
          latest = Math.max(latest, since)
          return { count: Number(found?.count ?? 0), latest: since }
        }),
        guarded("read")
      ),

    within: (flow, { begin, end }) =>
      sql<AnyRow>`SELECT ${anyColumns} FROM plex_cdf_ledger
        WHERE ${ofFlow(flow)} AND moment IS NOT NULL AND moment >= ${begin} AND moment < ${end}`.pipe(
        Effect.map(anyRows),
        guarded("read")
      ),

    retiredBefore: (flow, instant) =>
      sql<AnyRow>`SELECT ${anyColumns} FROM plex_cdf_ledger
        WHERE ${ofFlow(flow)} AND retired_at IS NOT NULL AND retired_at < ${instant}`.pipe(
        Effect.map(anyRows),
        guarded("read")
      ),

    // Asked only where assets are made anew or deleted: all rows are looked through, for a few by the JSON of their links.
    linkedTo: (assets) =>
      (assets.length > mostLookedFor
        ? linkedToMany(new Set(assets))
        : Effect.map(Effect.forEach(assets, linkedToOne), (found) => found.flat())
      ).pipe(guarded("read")),

    ownFlows: flows.own,

    knows: (flow) =>
      sql`SELECT 1 FROM plex_cdf_ledger WHERE ${ofFlow(flow)} LIMIT 1`.pipe(
        Effect.map((found) => found.length > 0),
        guarded("read")
      ),

    confirm: (chunk) => Effect.flatMap(moment, (now) => commit(confirm(chunk, now))).pipe(guarded("confirm")),

    meet: (rows) =>
      rows.length === 0
        ? Effect.void
        : Effect.flatMap(moment, (now) => commit(meet(rows, now))).pipe(Effect.asVoid, guarded("keep")),

    keepDigests: (kind, digested) =>
      inBatches(
        digested.map(({ digest, externalId, hash }) => [keyText(externalId), hash, digest]),
        1,
        (some) => sql`UPDATE plex_cdf_ledger SET digest = known.digest FROM (${sql.onDialectOrElse({
          sqlite: () => sql`SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS hash,
            json_extract(value, '$[2]') AS digest FROM json_each(${JSON.stringify(some)})`,
          orElse: () => sql`SELECT value->>0 AS id, value->>1 AS hash, value->>2 AS digest
            FROM json_array_elements(${JSON.stringify(some)}::json)`
        })}) AS known
        WHERE facility = ${facility} AND kind = ${kindCodes[kind]} AND external_id = known.id
          AND plex_cdf_ledger.hash = known.hash`
      ).pipe(commit, Effect.asVoid, guarded("keep")),

    forget: (kind, externalIds) =>
      externalIds.length === 0
        ? Effect.void
        : commit(forget(kind, externalIds.map(keyText))).pipe(Effect.asVoid, guarded("forget")),

    doubt: (kind, externalIds) =>
      externalIds.length === 0
        ? Effect.void
        : inBatches(
            externalIds.map(keyText),
            1,
            (some) => sql`UPDATE plex_cdf_ledger SET hash = ${unknownHash}
              WHERE facility = ${facility} AND kind = ${kindCodes[kind]} AND ${oneOf(sql, "external_id", some)}`
          ).pipe(commit, Effect.asVoid, guarded("doubt")),

    distrust: Effect.all([
      sql`UPDATE plex_cdf_ledger SET hash = '' WHERE facility = ${facility}`,
      sql`DELETE FROM plex_cdf_point WHERE facility = ${facility}`,
      known.doubtHistory
    ]).pipe(Effect.zipRight(named.distrust), commit, Effect.asVoid, guarded("distrust")),

    clear: Effect.forEach(cacheTables, (table) => sql`DELETE FROM ${sql(table)} WHERE facility = ${facility}`, {
      discard: true
    }).pipe(commit, guarded("clear")),

    prune: (pruned, before, series = [""]) =>
      Effect.forEach(pruned, (flow) =>
        Effect.gen(function* () {
          for (const begin of series) {
            yield* sql`DELETE FROM plex_cdf_point WHERE ${ofFlow(flow)} AND moment < ${before}
              AND substr(series, 1, ${[...begin].length}) = ${begin}`
          }
          const gone = yield* sql`DELETE FROM plex_cdf_ledger WHERE ${ofFlow(flow)} AND moment IS NOT NULL
            AND moment < ${before} AND NOT EXISTS (SELECT 1 FROM plex_cdf_pending_link AS link
              WHERE link.facility = plex_cdf_ledger.facility AND link.kind = plex_cdf_ledger.kind
              AND link.from_id = plex_cdf_ledger.external_id) RETURNING 1`
          return gone.length
        })
      ).pipe(
        commit,
        Effect.map((counts) => counts.reduce((sum, count) => sum + count, 0)),
        guarded("prune")
      ),

    naturalKeys: (kind) => named.read(kind).pipe(guarded("read")),
    meetNaturalKeys: (kind, assets) => commit(named.meetAll(kind, assets)).pipe(Effect.asVoid, guarded("keep")),

    pendingLinks: sql<StoredPendingLink>`SELECT kind, from_id, target, flow, since FROM plex_cdf_pending_link
      WHERE facility = ${facility} ORDER BY kind, from_id, target`.pipe(
      Effect.map((found) => found.flatMap((stored) => pendingLink(flows, stored) ?? [])),
      guarded("read")
    ),

    eachPendingLink: Stream.paginateChunkEffect(firstPendingLink, (after) =>
      sql<StoredPendingLink>`SELECT kind, from_id, target, flow, since FROM plex_cdf_pending_link
        WHERE facility = ${facility} AND (kind, from_id, target) > (${after.kind}, ${after.from_id}, ${after.target})
        ORDER BY kind, from_id, target LIMIT ${pageSize}`.pipe(
        Effect.map((found) => {
          const last = found.length < pageSize ? undefined : found.at(-1)
          return [
            Chunk.unsafeFromArray(found.flatMap((stored) => pendingLink(flows, stored) ?? [])),
            Option.fromNullable(last)
          ] as const
        }),
        guarded("read")
      )
    ),

    pendingOf: (kind, externalIds) =>
      inBatches(
        externalIds.map(keyText),
        1,
        (some) => sql<StoredPendingLink>`SELECT kind, from_id, target, flow, since FROM plex_cdf_pending_link
          WHERE facility = ${facility} AND kind = ${kindCodes[kind]} AND ${oneOf(sql, "from_id", some)}
          ORDER BY from_id, target`
      ).pipe(
        Effect.map((found) => found.flatMap((stored) => pendingLink(flows, stored) ?? [])),
        guarded("read")
      ),

    somePendingLinks: ({ limit, offset }) =>
      sql<StoredPendingLink>`SELECT kind, from_id, target, flow, since FROM plex_cdf_pending_link
        WHERE facility = ${facility} ORDER BY since, kind, from_id, target LIMIT ${limit} OFFSET ${offset}`.pipe(
        Effect.map((found) => found.flatMap((stored) => pendingLink(flows, stored) ?? [])),
        guarded("read")
      ),

    countPendingLinks: sql<{ readonly links: number | string }>`SELECT COUNT(*) AS links FROM plex_cdf_pending_link
      WHERE facility = ${facility}`.pipe(
      Effect.map(([found]) => Number(found?.links ?? 0)),
      guarded("read")
    ),

    giveUpLinks: (before) =>
      commit(
        sql`DELETE FROM plex_cdf_pending_link WHERE facility = ${facility} AND since < ${before} RETURNING 1`
      ).pipe(
        Effect.map((gone) => gone.length),
        guarded("give links up")
      ),

    watermark: (flow) => marks.read(flow).pipe(guarded("read")),
    moveWatermark: (flow, to) => commit(marks.move(flow, to)).pipe(Effect.asVoid, guarded("move a watermark")),

    jobOperations: (jobIds) => operations(sql, facility).read(jobIds).pipe(guarded("read")),

    facts: (flow, keys) => known.read(flow, keys).pipe(guarded("read")),
    keepFacts: (flow, told) => commit(known.keep(flow, told)).pipe(Effect.asVoid, guarded("keep facts")),
    dropFacts: (flow, keys) => commit(known.drop(flow, keys)).pipe(Effect.asVoid, guarded("drop facts")),

    points: (flow, slice) => held.read(flow, slice).pipe(guarded("read")),

    sweepObjects: (sweep, options) => swept.objects(sweep, options).pipe(guarded("read")),
    offered: (sweep, keys) => swept.offered(sweep, keys).pipe(guarded("read")),
    sweepProgress: (sweep) => swept.progress(sweep).pipe(guarded("read")),
    withdraw: (sweep, keys) => commit(swept.withdraw(sweep, keys)).pipe(Effect.asVoid, guarded("withdraw"))
  })
})

/** One per facility; rows of other facilities in the same database are not seen. */
export const layer: Layer.Layer<Ledger, StateError, AppConfig | Lease | StateDatabase> = Layer.effect(Ledger, make)
