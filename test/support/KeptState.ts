/**
 * What a state says that CDF holds, read behind the back of the process that keeps it.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { Context, Effect, Layer, Redacted, type Scope } from "effect"
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface LedgerEntry {
  readonly kind: string
  readonly externalId: string
  readonly hash: string
  readonly id: number | undefined
}

export interface KeptState {
  readonly ledger: ReadonlyArray<LedgerEntry>
  /** By flow. */
  readonly watermarks: ReadonlyMap<string, number>
}

/** A copy of the file with what its log holds: the original stays as the process left it. */
const copyOf = (path: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const folder = mkdtempSync(join(tmpdir(), "plex-cdf-kept-"))
        for (const end of ["", "-wal"]) if (existsSync(path + end)) copyFileSync(path + end, join(folder, `copy${end}`))
        return folder
      }),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
    ),
    (folder) => join(folder, "copy")
  )

const clientOf = (url: string): Effect.Effect<SqlClient.SqlClient, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const built = url.startsWith("file:")
      ? Layer.build(SqliteClient.layer({ filename: yield* copyOf(url.slice("file:".length)) }))
      : Layer.build(PgClient.layer({ url: Redacted.make(url) }))
    return Context.get(yield* built, SqlClient.SqlClient)
  })

interface Row {
  readonly kind: string
  readonly external_id: string
  readonly hash: string
  readonly cdf_id: number | string | null
}

const read = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const rows = yield* sql<Row>`SELECT k.name AS kind, l.external_id, l.hash, l.cdf_id
      FROM plex_cdf_ledger l JOIN plex_cdf_kind k ON k.code = l.kind`
    const moments = yield* sql<{ flow: string; confirmed_to: number | string }>`SELECT f.name AS flow, w.confirmed_to
      FROM plex_cdf_watermark w JOIN plex_cdf_flow f ON f.code = w.flow`
    const kept: KeptState = {
      ledger: rows.map(({ cdf_id, external_id, hash, kind }) => ({
        kind,
        externalId: external_id,
        hash,
        id: cdf_id === null ? undefined : Number(cdf_id)
      })),
      watermarks: new Map(moments.map(({ confirmed_to, flow }) => [flow, Number(confirmed_to)]))
    }
    return kept
  })

/** Nothing was kept as long as there are no tables. */
const hasTables = (sql: SqlClient.SqlClient) =>
  sql.onDialectOrElse({
    sqlite: () => sql`SELECT 1 FROM sqlite_master WHERE name = 'plex_cdf_watermark'`,
    orElse: () => sql`SELECT 1 FROM information_schema.tables WHERE table_name = 'plex_cdf_watermark'`
  })

/** What the state at this address holds now. */
export const keptState = (url: string): Effect.Effect<KeptState> =>
  Effect.gen(function* () {
    const sql = yield* clientOf(url)
    const [made] = yield* hasTables(sql)
    return made === undefined ? { ledger: [], watermarks: new Map<string, number>() } : yield* read(sql)
  }).pipe(Effect.scoped, Effect.orDie)
