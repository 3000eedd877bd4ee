/**
 * Human keys of assets, as far as CDF was found to hold them.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Option, Schema } from "effect"
import { ExternalId } from "../../domain/ExternalId.js"
import type { NaturalKeyKind } from "../../domain/NaturalKey.js"
import { wellFormed } from "../../domain/Text.js"
import type { NamedAsset } from "../../services/Ledger.js"
import { inBatches } from "./Batches.js"
import { keyText } from "./LedgerRows.js"
import { oneOf } from "./OneOf.js"

interface StoredKeys {
  readonly external_id: string
  readonly natural_keys: string
}

const decodeKeys = Schema.decodeUnknownOption(Schema.parseJson(Schema.Array(Schema.String)))
const isExternalId = Schema.is(ExternalId)

export const naturalKeys = (sql: SqlClient.SqlClient, facility: number) => {
  const keep = (assets: ReadonlyArray<NamedAsset>, onConflict: "replace" | "leave") => {
    const conflict =
      onConflict === "leave"
        ? sql.literal("DO NOTHING")
        : sql.literal("DO UPDATE SET natural_keys = excluded.natural_keys")
    const last = [...new Map(assets.map((asset) => [keyText(asset.externalId), asset])).values()]
    return inBatches(
      last.map(({ externalId, keys, kind }) => ({
        facility,
        kind,
        external_id: keyText(externalId),
        natural_keys: wellFormed(JSON.stringify(keys))
      })),
      4,
      (some) => sql`INSERT INTO plex_cdf_natural_key ${sql.insert(some)}
        ON CONFLICT (facility, kind, external_id) ${conflict}`
    )
  }

  return {
    /** Nothing unless all of the kind were told; one that cannot be read makes all of its kind unknown. */
    read: (kind: NaturalKeyKind) =>
      Effect.gen(function* () {
        const [whole] = yield* sql`SELECT 1 FROM plex_cdf_natural_kind WHERE facility = ${facility} AND kind = ${kind}`
        if (whole === undefined) return undefined
        const stored = yield* sql<StoredKeys>`SELECT external_id, natural_keys FROM plex_cdf_natural_key
          WHERE facility = ${facility} AND kind = ${kind} ORDER BY external_id`
        const known = new Map<ExternalId, ReadonlyArray<string>>()
        for (const { external_id, natural_keys } of stored) {
          const keys = decodeKeys(natural_keys)
          if (Option.isNone(keys) || !isExternalId(external_id)) return undefined
          known.set(external_id, keys.value)
        }
        return known
      }),
    tell: (assets: ReadonlyArray<NamedAsset>) => keep(assets, "replace"),
    meetAll: (kind: NaturalKeyKind, assets: ReadonlyArray<NamedAsset>) =>
      Effect.zipRight(
        keep(assets, "leave"),
        sql`INSERT INTO plex_cdf_natural_kind ${sql.insert({ facility, kind })} ON CONFLICT (facility, kind) DO NOTHING`
      ),
    forget: (externalIds: ReadonlyArray<string>) =>
      inBatches(
        externalIds,
        1,
        (some) =>
          sql`DELETE FROM plex_cdf_natural_key WHERE facility = ${facility} AND ${oneOf(sql, "external_id", some)}`
      ),
    distrust: Effect.zipRight(
      sql`DELETE FROM plex_cdf_natural_kind WHERE facility = ${facility}`,
      sql`DELETE FROM plex_cdf_natural_key WHERE facility = ${facility}`
    )
  }
}
