/**
 * Small facts that flows keep from run to run.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"
import type { FlowName } from "../../domain/Flow.js"
import { decodeMemory, encodeMemory, memoryFact } from "../../domain/HistoryMemory.js"
import { wellFormed } from "../../domain/Text.js"
import { inBatches } from "./Batches.js"
import type { FlowCodes } from "./Codes.js"
import { keyText } from "./LedgerRows.js"
import { oneOf } from "./OneOf.js"

interface StoredFact {
  readonly name: string
  readonly value: string
}

export const facts = (sql: SqlClient.SqlClient, facility: number, { codeOf }: FlowCodes) => ({
  read: (flow: FlowName, keys?: ReadonlyArray<string>) =>
    Effect.map(
      keys === undefined
        ? sql<StoredFact>`SELECT name, value FROM plex_cdf_fact
            WHERE facility = ${facility} AND flow = ${codeOf(flow)} ORDER BY name`
        : inBatches(
            keys.map(keyText),
            1,
            (some) => sql<StoredFact>`SELECT name, value FROM plex_cdf_fact
              WHERE facility = ${facility} AND flow = ${codeOf(flow)} AND ${oneOf(sql, "name", some)}`
          ),
      (found) => new Map(found.map(({ name, value }) => [name, value]))
    ),
  keep: (flow: FlowName, known: ReadonlyMap<string, string>) =>
    inBatches(
      [...known].map(([name, value]) => ({
        facility,
        flow: codeOf(flow),
        name: keyText(name),
        value: wellFormed(value)
      })),
      4,
      (some) => sql`INSERT INTO plex_cdf_fact ${sql.insert(some)}
        ON CONFLICT (facility, flow, name) DO UPDATE SET value = excluded.value
        WHERE plex_cdf_fact.value <> excluded.value`
    ),
  /** What CDF holds of history is not known any more, and is due to be read again; where the first run began is known. */
  doubtHistory: Effect.flatMap(
    sql<{ flow: number; value: string }>`SELECT flow, value FROM plex_cdf_fact
      WHERE facility = ${facility} AND name = ${memoryFact}`,
    (found) =>
      Effect.forEach(found, ({ flow, value }) => {
        const doubted = encodeMemory({ ...decodeMemory(value), since: undefined, rechecked: undefined })
        return sql`UPDATE plex_cdf_fact SET value = ${doubted}
          WHERE facility = ${facility} AND flow = ${flow} AND name = ${memoryFact}`
      })
  ),
  drop: (flow: FlowName, keys: ReadonlyArray<string>) =>
    inBatches(
      keys.map(keyText),
      1,
      (some) => sql`DELETE FROM plex_cdf_fact
        WHERE facility = ${facility} AND flow = ${codeOf(flow)} AND ${oneOf(sql, "name", some)}`
    )
})
