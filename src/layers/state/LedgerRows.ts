/**
 * Rows of the ledger and pending links as the database holds them.
 */
import { Option, Schema } from "effect"
import { crc32 } from "node:zlib"
import type { LinkTarget } from "../../domain/cdf/Complete.js"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import { ExternalId, isExternalId } from "../../domain/ExternalId.js"
import { naturalKeyKinds } from "../../domain/NaturalKey.js"
import { wellFormed } from "../../domain/Text.js"
import type { LedgerRow, PendingLink } from "../../services/Ledger.js"
import { type FlowCodes, kindCodes, kindOfCode } from "./Codes.js"

/** PostgreSQL gives 64-bit numbers as text. */
type BigNumber = number | string

/** The columns that make a `LedgerRow`. */
export interface StoredRow {
  readonly external_id: string
  readonly hash: string
  readonly digest: string | null
  readonly cdf_id: BigNumber | null
  readonly flow: number
  readonly plex_id: string
  readonly links: string | null
  readonly moment: BigNumber | null
  readonly retired_at: BigNumber | null
  readonly checksum: number | null
}

/** As a statement names them. */
export const rowColumns = "external_id, hash, digest, cdf_id, flow, plex_id, links, moment, retired_at, checksum"

export interface StoredPendingLink {
  readonly kind: number
  readonly from_id: string
  readonly target: string
  readonly flow: number
  readonly since: BigNumber
}

const linksIn = (text: string): ReadonlyArray<ExternalId> | undefined => {
  try {
    const links: unknown = JSON.parse(text)
    return Array.isArray(links) && links.every(isExternalId) ? links : undefined
  } catch {
    return undefined
  }
}

const Target = Schema.parseJson(
  Schema.Union(
    ExternalId,
    Schema.Struct({ kind: Schema.Literal(...naturalKeyKinds), key: Schema.String }),
    Schema.Struct({
      kind: Schema.Literal("routing"),
      key: Schema.String,
      code: Schema.optionalWith(Schema.String, { exact: true })
    })
  )
)
const decodeTarget = Schema.decodeUnknownOption(Target)

/**
 * Of all that a wrong number would do harm with: links to another asset, the wrong window. A wrong hash only costs a comparison. A
 * signed 32-bit number.
 */
export const rowChecksum = (kind: ResourceKind, row: Omit<StoredRow, "checksum" | "digest">): number =>
  crc32(
    JSON.stringify([
      kind,
      row.external_id,
      String(row.cdf_id),
      row.flow,
      row.plex_id,
      row.links,
      String(row.moment),
      String(row.retired_at)
    ])
  ) | 0

/** A row as a number of the facility's; its key is found again by `keyText`. */
export const storedRow = (
  facility: number,
  { codeOf }: FlowCodes,
  row: LedgerRow,
  lastSeen: number,
  firstSeen: number | undefined
) => {
  const content = {
    external_id: keyText(row.externalId),
    hash: row.hash,
    digest: row.digest ?? null,
    cdf_id: row.id ?? null,
    flow: codeOf(row.flow),
    plex_id: keyText(row.plexId),
    links: row.links.length === 0 ? null : wellFormed(JSON.stringify(row.links)),
    moment: row.moment ?? null,
    retired_at: row.retiredAt ?? null
  }
  return {
    facility,
    kind: kindCodes[row.kind],
    ...content,
    first_seen: firstSeen ?? null,
    last_seen: lastSeen,
    checksum: rowChecksum(row.kind, content)
  }
}

/** Keys as a database can hold them. */
export const keyText = wellFormed

/** A row that cannot be read, or is not what was written, counts as absent: what it stands for is compared with CDF again. */
export const ledgerRow = ({ flowOf }: FlowCodes, kind: ResourceKind, stored: StoredRow): LedgerRow | undefined => {
  if (stored.checksum !== null && stored.checksum !== rowChecksum(kind, stored)) return undefined
  const flow = flowOf(stored.flow)
  const links = stored.links === null ? [] : linksIn(stored.links)
  if (flow === undefined || links === undefined || !isExternalId(stored.external_id)) return undefined
  return {
    kind,
    externalId: stored.external_id,
    hash: stored.hash,
    ...(stored.digest === null ? {} : { digest: stored.digest }),
    id: stored.cdf_id === null ? undefined : Number(stored.cdf_id),
    flow,
    plexId: stored.plex_id,
    links,
    ...(stored.moment === null ? {} : { moment: Number(stored.moment) }),
    ...(stored.retired_at === null ? {} : { retiredAt: Number(stored.retired_at) })
  }
}

/** Those of these rows of a kind that count. */
export const ledgerRows = (
  flows: FlowCodes,
  kind: ResourceKind,
  found: ReadonlyArray<StoredRow>
): ReadonlyArray<LedgerRow> => found.flatMap((stored) => ledgerRow(flows, kind, stored) ?? [])

export const storedPendingLink = (
  facility: number,
  { codeOf }: FlowCodes,
  { flow, from, kind, since, to }: PendingLink,
  now: number
) => ({
  facility,
  kind: kindCodes[kind],
  from_id: keyText(from),
  target: targetText(to),
  flow: codeOf(flow),
  since: since ?? now
})

/** The same target is always the same text. */
const targetText = (to: LinkTarget): string =>
  wellFormed(
    JSON.stringify(
      typeof to === "string" ? to : { kind: to.kind, key: to.key, code: to.kind === "routing" ? to.code : undefined }
    )
  )

/** A link that cannot be read counts as absent. */
export const pendingLink = ({ flowOf }: FlowCodes, stored: StoredPendingLink): PendingLink | undefined => {
  const kind = kindOfCode(stored.kind)
  const flow = flowOf(stored.flow)
  const to = decodeTarget(stored.target)
  if (kind === undefined || flow === undefined || Option.isNone(to) || !isExternalId(stored.from_id)) return undefined
  return { kind, from: stored.from_id, to: to.value, flow, since: Number(stored.since) }
}
