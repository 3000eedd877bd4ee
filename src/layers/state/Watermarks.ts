/**
 * Watermarks. A record behind a watermark that is too far on would never be read: each row carries a checksum, and one that does
 * not fit counts as none.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import type { FlowName } from "../../domain/Flow.js"
import type { FlowCodes } from "./Codes.js"

/** Of a watermark (epoch milliseconds) as it is kept. */
export const watermarkChecksum = (facility: number, flow: FlowName, to: number): string =>
  createHash("sha256").update(`${facility} ${flow} ${to}`).digest("base64url").slice(0, 16)

export const watermarks = (sql: SqlClient.SqlClient, facility: number, { codeOf }: FlowCodes) => ({
  read: (flow: FlowName) =>
    sql<{ confirmed_to: number | string; checksum: string }>`SELECT confirmed_to, checksum FROM plex_cdf_watermark
      WHERE facility = ${facility} AND flow = ${codeOf(flow)}`.pipe(
      Effect.flatMap(([found]) => {
        if (found === undefined) return Effect.succeed(undefined)
        const to = Number(found.confirmed_to)
        return found.checksum === watermarkChecksum(facility, flow, to)
          ? Effect.succeed(to)
          : Effect.as(
              Effect.logWarning("the state holds a watermark that is not what was written: it counts as none").pipe(
                Effect.annotateLogs({ flow })
              ),
              undefined
            )
      })
    ),
  move: (flow: FlowName, to: number) =>
    sql`INSERT INTO plex_cdf_watermark ${sql.insert({
      facility,
      flow: codeOf(flow),
      confirmed_to: to,
      checksum: watermarkChecksum(facility, flow, to)
    })}
      ON CONFLICT (facility, flow) DO UPDATE SET confirmed_to = excluded.confirmed_to, checksum = excluded.checksum`
})
