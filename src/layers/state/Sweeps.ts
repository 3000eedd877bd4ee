/**
 * What sweeps are to look at, and when they did.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { Effect } from "effect"
import type { FlowName } from "../../domain/Flow.js"
import { wellFormed } from "../../domain/Text.js"
import type { Confirmation, SweepObject, SweepProgress } from "../../services/Ledger.js"
import { inBatches } from "./Batches.js"
import type { FlowCodes } from "./Codes.js"
import { keyText } from "./LedgerRows.js"
import { oneOf } from "./OneOf.js"

interface StoredObject {
  readonly object_key: string
  readonly fingerprint: string
  readonly content: string
  readonly again: number
}

const sweepObject = ({ again, content, fingerprint, object_key }: StoredObject): SweepObject => ({
  key: object_key,
  fingerprint,
  content,
  again: again === 1
})

/** Stands for the fingerprint of an object that was withdrawn while it was looked at. */
const withdrawn = ""

export const sweeps = (sql: SqlClient.SqlClient, facility: number, { codeOf }: FlowCodes) => {
  const columns = sql.literal("object_key, fingerprint, content, again")
  const isDue = sql.literal("(looked_fingerprint IS NULL OR looked_fingerprint <> fingerprint)")
  const of = (sweep: FlowName) => sql`facility = ${facility} AND flow = ${codeOf(sweep)}`

  return {
    offer: ({ objects, sweep }: NonNullable<Confirmation["offered"]>) =>
      inBatches(
        [...new Map(objects.map((object) => [keyText(object.key), object]))].map(([key, object]) => ({
          facility,
          flow: codeOf(sweep),
          object_key: key,
          fingerprint: wellFormed(object.fingerprint),
          content: wellFormed(object.content),
          again: object.again ? 1 : 0,
          looked_at: 0
        })),
        7,
        (some) => sql`INSERT INTO plex_cdf_sweep ${sql.insert(some)}
          ON CONFLICT (facility, flow, object_key) DO UPDATE
          SET fingerprint = excluded.fingerprint, content = excluded.content, again = excluded.again
          WHERE plex_cdf_sweep.fingerprint <> excluded.fingerprint OR plex_cdf_sweep.content <> excluded.content
            OR plex_cdf_sweep.again <> excluded.again`
      ),

    look: ({ at, objects, sweep }: NonNullable<Confirmation["looked"]>) =>
      Effect.gen(function* () {
        const keys = objects.map(({ key }) => keyText(key))
        yield* inBatches(
          [...new Map(objects.map(({ fingerprint, key }) => [keyText(key), fingerprint]))].map(
            ([key, fingerprint]) => ({
              facility,
              flow: codeOf(sweep),
              object_key: key,
              fingerprint: withdrawn,
              content: "",
              again: 0,
              looked_fingerprint: wellFormed(fingerprint),
              looked_at: at
            })
          ),
          8,
          (some) => sql`INSERT INTO plex_cdf_sweep ${sql.insert(some)}
            ON CONFLICT (facility, flow, object_key) DO UPDATE
            SET looked_fingerprint = excluded.looked_fingerprint, looked_at = excluded.looked_at`
        )
        const forget = (among: ReadonlyArray<string>, which: Statement.Fragment) =>
          inBatches(
            among,
            1,
            (some) =>
              sql`DELETE FROM plex_cdf_sweep WHERE ${of(sweep)} AND ${which} AND ${oneOf(sql, "object_key", some)}`
          )
        yield* forget(keys, sql`fingerprint = ${withdrawn}`)
        yield* forget(
          objects.flatMap(({ again, key }) => (again ? [] : [keyText(key)])),
          sql`again = 0 AND looked_fingerprint = fingerprint`
        )
      }),

    objects: (
      sweep: FlowName,
      options: { readonly due: boolean; readonly lookedBefore: number; readonly limit: number }
    ) =>
      Effect.gen(function* () {
        const due = yield* sql<StoredObject>`SELECT ${columns} FROM plex_cdf_sweep
          WHERE ${of(sweep)} AND ${isDue} ORDER BY looked_at, object_key LIMIT ${options.limit}`
        const left = options.limit - due.length
        const others =
          options.due || left === 0
            ? []
            : yield* sql<StoredObject>`SELECT ${columns} FROM plex_cdf_sweep
                WHERE ${of(sweep)} AND NOT ${isDue} AND looked_at < ${options.lookedBefore}
                ORDER BY looked_at, object_key LIMIT ${left}`
        return [...due, ...others].map(sweepObject)
      }),

    offered: (sweep: FlowName, keys: ReadonlyArray<string>) =>
      inBatches(
        keys.map(keyText),
        1,
        (some) => sql<StoredObject>`SELECT ${columns} FROM plex_cdf_sweep
          WHERE ${of(sweep)} AND ${oneOf(sql, "object_key", some)}`
      ).pipe(Effect.map((found) => new Map(found.map((stored) => [stored.object_key, sweepObject(stored)])))),

    progress: (sweep: FlowName) =>
      sql<{ objects: number | string; due: number | string | null; oldest: number | string | null }>`
        SELECT COUNT(*) AS objects, SUM(CASE WHEN ${isDue} THEN 1 ELSE 0 END) AS due,
          MIN(CASE WHEN looked_at > 0 THEN looked_at END) AS oldest
        FROM plex_cdf_sweep WHERE ${of(sweep)}`.pipe(
        Effect.map(([found]): SweepProgress => {
          const oldest = found?.oldest ?? undefined
          return {
            objects: Number(found?.objects ?? 0),
            due: Number(found?.due ?? 0),
            oldest: oldest === undefined ? undefined : Number(oldest)
          }
        })
      ),

    withdraw: (sweep: FlowName, keys: ReadonlyArray<string>) =>
      inBatches(
        keys.map(keyText),
        1,
        (some) => sql`DELETE FROM plex_cdf_sweep WHERE ${of(sweep)} AND ${oneOf(sql, "object_key", some)}`
      )
  }
}
