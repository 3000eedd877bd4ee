/**
 * What a confirmation does to the state. Its statements belong into one transaction.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import { formerNumbersFact } from "../../domain/FormerNumbers.js"
import {
  type Confirmation,
  factsOfFacility,
  type LedgerKey,
  type LedgerRow,
  type PendingLink
} from "../../services/Ledger.js"
import { inBatches } from "./Batches.js"
import { type FlowCodes, kindCodes } from "./Codes.js"
import { facts } from "./Facts.js"
import { lateLinks } from "./LateLinks.js"
import { keyText, type StoredPendingLink, storedPendingLink, storedRow } from "./LedgerRows.js"
import { naturalKeys } from "./NaturalKeys.js"
import { type Keeping, letters } from "./Letters.js"
import { oneOf } from "./OneOf.js"
import { operations } from "./Operations.js"
import { points } from "./Points.js"
import { sweeps } from "./Sweeps.js"
import { watermarks } from "./Watermarks.js"

/** One statement must not name a key twice; the last one counts. */
const lastOfEach = (rows: ReadonlyArray<LedgerRow>): ReadonlyArray<LedgerRow> => [
  ...new Map(rows.map((row) => [`${row.kind} ${row.externalId}`, row])).values()
]

const byKind = (keys: ReadonlyArray<LedgerKey>): ReadonlyMap<ResourceKind, ReadonlyArray<string>> => {
  const grouped = new Map<ResourceKind, Array<string>>()
  for (const { externalId, kind } of keys) {
    const ids = grouped.get(kind)
    if (ids === undefined) grouped.set(kind, [keyText(externalId)])
    else ids.push(keyText(externalId))
  }
  return grouped
}

export const confirming = (sql: SqlClient.SqlClient, facility: number, flows: FlowCodes, keeping: Keeping) => {
  const dead = letters(sql, facility, flows, keeping)

  const ofLinks = (kind: ResourceKind, fromIds: ReadonlyArray<string>) =>
    sql`facility = ${facility} AND kind = ${kindCodes[kind]} AND ${oneOf(sql, "from_id", fromIds)}`

  const forgetLinks = (kind: ResourceKind, fromIds: ReadonlyArray<string>) =>
    inBatches(fromIds, 1, (some) => sql`DELETE FROM plex_cdf_pending_link WHERE ${ofLinks(kind, some)}`)

  const insertRows = (rows: ReadonlyArray<LedgerRow>, now: number, onConflict: "replace" | "leave") => {
    const conflict =
      onConflict === "leave"
        ? sql.literal("DO NOTHING")
        : sql.literal(`DO UPDATE SET hash = excluded.hash, digest = excluded.digest, cdf_id = excluded.cdf_id, flow = excluded.flow,
            plex_id = excluded.plex_id, links = excluded.links, last_seen = excluded.last_seen, moment = excluded.moment,
            retired_at = excluded.retired_at, checksum = excluded.checksum, first_seen = CASE
              WHEN plex_cdf_ledger.retired_at IS NOT NULL AND excluded.retired_at IS NULL THEN excluded.first_seen
              ELSE plex_cdf_ledger.first_seen END`)
    // Since when CDF holds what it was found to hold is not known.
    const since = onConflict === "leave" ? undefined : now
    return inBatches(
      lastOfEach(rows),
      14,
      (some) => sql`INSERT INTO plex_cdf_ledger
        ${sql.insert(some.map((row) => storedRow(facility, flows, row, now, since)))}
        ON CONFLICT (facility, kind, external_id) ${conflict}`
    )
  }

  /** A link that waits already keeps since when. */
  const replaceLinks = (
    kind: ResourceKind,
    fromIds: ReadonlyArray<string>,
    links: ReadonlyArray<PendingLink>,
    now: number
  ) =>
    Effect.gen(function* () {
      const before = yield* inBatches(
        fromIds,
        1,
        (some) => sql<StoredPendingLink>`SELECT kind, from_id, target, flow, since FROM plex_cdf_pending_link
          WHERE ${ofLinks(kind, some)}`
      )
      if (before.length > 0) yield* forgetLinks(kind, fromIds)
      const since = new Map(before.map((link) => [`${link.from_id} ${link.target}`, Number(link.since)]))
      yield* inBatches(
        links.map((link) => {
          const stored = storedPendingLink(facility, flows, link, now)
          return { ...stored, since: since.get(`${stored.from_id} ${stored.target}`) ?? stored.since }
        }),
        6,
        (some) => sql`INSERT INTO plex_cdf_pending_link ${sql.insert(some)}
          ON CONFLICT (facility, kind, from_id, target) DO NOTHING`
      )
    })

  const keep = (rows: ReadonlyArray<LedgerRow>, pending: ReadonlyArray<PendingLink>, now: number) =>
    Effect.gen(function* () {
      yield* insertRows(rows, now, "replace")
      for (const [kind, ids] of byKind(rows)) {
        const kept = new Set(ids)
        yield* replaceLinks(
          kind,
          ids,
          pending.filter((link) => link.kind === kind && kept.has(keyText(link.from))),
          now
        )
      }
    })

  /** What is known of assets beside their rows. */
  const forgetBeside = (externalIds: ReadonlyArray<string>) =>
    Effect.zipRight(
      forgetNaturalKeys(externalIds),
      facts(sql, facility, flows).drop(factsOfFacility, externalIds.map(formerNumbersFact))
    )

  const { forget: forgetNaturalKeys, tell: tellNaturalKeys } = naturalKeys(sql, facility)

  const forget = (kind: ResourceKind, externalIds: ReadonlyArray<string>) =>
    Effect.zipRight(
      inBatches(
        externalIds,
        1,
        (some) => sql`DELETE FROM plex_cdf_ledger
          WHERE facility = ${facility} AND kind = ${kindCodes[kind]} AND ${oneOf(sql, "external_id", some)}`
      ),
      forgetLinks(kind, externalIds)
    ).pipe(Effect.zipRight(kind === "assets" ? forgetBeside(externalIds) : Effect.void))

  const { delete: deletePoints, write: writePoints } = points(sql, facility, flows)
  const links = lateLinks(sql, facility, flows)
  const { look, offer } = sweeps(sql, facility, flows)

  return {
    forget,
    meet: (rows: ReadonlyArray<LedgerRow>, now: number) => insertRows(rows, now, "leave"),
    confirm: (chunk: Confirmation, now: number) =>
      Effect.gen(function* () {
        const {
          before = [],
          begun,
          deadLetters,
          facts: told,
          forgotten,
          jobOperations,
          late = [],
          looked,
          named,
          offered,
          points,
          rows = [],
          watermark
        } = chunk
        yield* keep(yield* links.kept(rows, before), chunk.pending ?? [], now)
        if (late.length > 0) {
          yield* insertRows(yield* links.added(late), now, "replace")
          yield* links.dropWaiting(late)
        }
        yield* tellNaturalKeys(named ?? [])
        for (const [kind, ids] of byKind(forgotten ?? [])) yield* forget(kind, ids)
        if (told !== undefined) yield* facts(sql, facility, flows).keep(told.flow, told.facts)
        if (points !== undefined) {
          yield* writePoints(points.flow, points.written)
          yield* deletePoints(points.flow, points.deleted)
        }
        if (jobOperations !== undefined) yield* operations(sql, facility).keep(jobOperations)
        if (offered !== undefined) yield* offer(offered)
        if (looked !== undefined) yield* look(looked)
        if (begun !== undefined) yield* dead.landedRows(rows, begun)
        if (deadLetters !== undefined && deadLetters.length > 0) yield* dead.add(deadLetters, now)
        if (watermark !== undefined) yield* watermarks(sql, facility, flows).move(watermark.flow, watermark.to)
      })
  }
}
