/**
 * Links that objects are given after they were written, beside whatever else is confirmed of these at that time. All of it belongs into
 * the transaction that writes the rows.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Array, Effect } from "effect"
import type { ExternalId } from "../../domain/ExternalId.js"
import { type LateLink, type LedgerKey, type LedgerRow, unknownHash } from "../../services/Ledger.js"
import { inBatches } from "./Batches.js"
import type { FlowCodes } from "./Codes.js"
import { heldRows } from "./HeldRows.js"
import { storedPendingLink } from "./LedgerRows.js"

const nameOf = ({ externalId, kind }: LedgerKey): string => `${kind} ${externalId}`

const withLinks = (row: LedgerRow, links: ReadonlyArray<ExternalId>): LedgerRow => ({
  ...row,
  hash: unknownHash,
  links: [...new Set([...row.links, ...links])]
})

export const lateLinks = (sql: SqlClient.SqlClient, facility: number, flows: FlowCodes) => {
  const { readToChange } = heldRows(sql, facility, flows)

  const heldNow = (keys: ReadonlyArray<LedgerKey>): Effect.Effect<ReadonlyArray<LedgerRow>, SqlError> =>
    Effect.map(
      Effect.forEach(new Set(keys.map(({ kind }) => kind)), (kind) =>
        readToChange(
          kind,
          keys.flatMap((key) => (key.kind === kind ? [key.externalId] : []))
        )
      ),
      (found) => found.flatMap((rows) => [...rows.values()])
    )

  return {
    /** The rows, with the links that they were given since they were known as `before`. */
    kept: (rows: ReadonlyArray<LedgerRow>, before: ReadonlyArray<LedgerRow>) =>
      Effect.map(heldNow(before), (held) => {
        const known = new Map(before.map((row) => [nameOf(row), row.links]))
        const given = new Map(
          held.flatMap((row) => {
            const links = row.links.filter((link) => known.get(nameOf(row))?.includes(link) === false)
            return links.length === 0 ? [] : [[nameOf(row), links] as const]
          })
        )
        if (given.size === 0) return rows
        return rows.map((row) => {
          const links = given.get(nameOf(row))?.filter((link) => !row.links.includes(link)) ?? []
          return links.length === 0 ? row : withLinks(row, links)
        })
      }),

    /** The rows of the objects of these links as they are now, with the links. */
    added: (late: ReadonlyArray<LateLink>) => {
      const objects = late.map(({ asset, from, kind }) => ({ kind, externalId: from, asset }))
      const given = Array.groupBy(objects, nameOf)
      return Effect.map(heldNow(objects), (held) =>
        held.map((row) => withLinks(row, given[nameOf(row)]?.map(({ asset }) => asset) ?? []))
      )
    },

    /** These wait no longer; whatever else their objects wait for does. */
    dropWaiting: (late: ReadonlyArray<LateLink>) =>
      inBatches(late, 1, (some) => {
        const names = JSON.stringify(
          some.map((link) => {
            const { from_id, kind, target } = storedPendingLink(facility, flows, link, 0)
            return [kind, from_id, target]
          })
        )
        return sql`DELETE FROM plex_cdf_pending_link WHERE facility = ${facility}
          AND (kind, from_id, target) IN (${sql.onDialectOrElse({
            sqlite:
              () => sql`SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
              FROM json_each(${names})`,
            orElse: () =>
              sql`SELECT (value->>0)::integer, value->>1, value->>2 FROM json_array_elements(${names}::json)`
          })})`
      })
  }
}
