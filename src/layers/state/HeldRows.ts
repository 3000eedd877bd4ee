/**
 * Rows of the ledger by the names of their objects.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { Fragment } from "@effect/sql/Statement"
import { Effect } from "effect"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { LedgerRow } from "../../services/Ledger.js"
import { inBatches } from "./Batches.js"
import { type FlowCodes, kindCodes } from "./Codes.js"
import { keyText, ledgerRows, rowColumns, type StoredRow } from "./LedgerRows.js"
import { oneOf } from "./OneOf.js"
import { together } from "./Together.js"

type Read = (
  kind: ResourceKind,
  externalIds: ReadonlyArray<string>
) => Effect.Effect<ReadonlyMap<ExternalId, LedgerRow>, SqlError>

export const heldRows = (sql: SqlClient.SqlClient, facility: number, flows: FlowCodes) => {
  const read =
    (end: Fragment): Read =>
    (kind, externalIds) =>
      inBatches(externalIds.map(keyText), 1, (some) =>
        together<StoredRow>(
          sql,
          rowColumns,
          sql`plex_cdf_ledger
            WHERE facility = ${facility} AND kind = ${kindCodes[kind]} AND ${oneOf(sql, "external_id", some)} ${end}`
        )
      ).pipe(Effect.map((found) => new Map(ledgerRows(flows, kind, found).map((row) => [row.externalId, row]))))
  return {
    read: read(sql.literal("")),
    /** Within a transaction: nobody else changes them before it ends. SQLite lets only one write at a time. */
    readToChange: read(
      sql.literal(sql.onDialectOrElse({ sqlite: () => "", orElse: () => "ORDER BY external_id FOR UPDATE" }))
    )
  }
}
