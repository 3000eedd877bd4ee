/**
 * Human keys by which records without ids refer to assets: part numbers, workcenter codes, operation codes. One key can fit
 * several assets; then it makes no link.
 */
import type { Metadata } from "./Metadata.js"

/** The kinds of asset that are looked up by a human key. */
export const naturalKeyKinds = ["part", "operation", "workcenter", "inspection_point"] as const
export type NaturalKeyKind = (typeof naturalKeyKinds)[number]

/** An asset that a record names by a human key. */
export interface NaturalReference {
  readonly kind: NaturalKeyKind
  readonly key: string
}

/** An operation that a record names by its part operation: the routing of that says which it is, else the code does. */
export interface RoutingReference {
  readonly kind: "routing"
  /** The id of the part operation. */
  readonly key: string
  /** The human key of the operation, where its code is told: it counts as long as there is no such routing. */
  readonly code?: string
}

/** What an asset that is not known yet is awaited by. */
export type AwaitedReference = NaturalReference | RoutingReference

/** As Plex writes it, outer blanks apart. Case is left for whoever looks the key up: an exact match counts more. */
const key = (kind: NaturalKeyKind, ...parts: ReadonlyArray<string>): string =>
  `${kind}:${parts.map((part) => part.trim()).join("\u001F")}`

/** What a key was made of. */
export const keyParts = (naturalKey: string): ReadonlyArray<string> =>
  naturalKey.slice(naturalKey.indexOf(":") + 1).split("\u001F")

export const partNumberKey = (number: string): string => key("part", number)
export const partRevisionKey = (number: string, revision: string): string => key("part", number, revision)
export const operationCodeKey = (code: string): string => key("operation", code)
export const workcenterCodeKey = (code: string): string => key("workcenter", code)
export const inspectionPointKey = (description: string): string => key("inspection_point", description)

const kinds: ReadonlySet<string> = new Set(naturalKeyKinds)
/** Whether assets of this kind are looked up by human keys. */
export const isNaturalKeyKind = (type: string): type is NaturalKeyKind => kinds.has(type)

/** The kind of an asset by its metadata; nothing where it is none that is looked up by human keys. */
export const naturalKeyKind = ({ asset_type }: Metadata): NaturalKeyKind | undefined =>
  asset_type !== undefined && isNaturalKeyKind(asset_type) ? asset_type : undefined

/** A human key of an asset that is retired: it counts only where it is no other asset's by now. */
export const retiredKey = (naturalKey: string): string => `retired ${naturalKey}`

/**
 * The natural keys of an asset by its metadata; the same whether it was just mapped or read from CDF. Those of one that is retired say
 * so.
 */
export const naturalKeys = (metadata: Metadata): ReadonlyArray<string> =>
  metadata["retired_at"] === undefined ? keysOf(metadata) : keysOf(metadata).map(retiredKey)

const keysOf = (metadata: Metadata): ReadonlyArray<string> => {
  const { code, description, number, revision, workcenter_code } = metadata
  switch (naturalKeyKind(metadata)) {
    case "part":
      return number === undefined ? [] : [partNumberKey(number), partRevisionKey(number, revision ?? "")]
    case "operation":
      return code === undefined ? [] : [operationCodeKey(code)]
    case "workcenter":
      return workcenter_code === undefined ? [] : [workcenterCodeKey(workcenter_code)]
    case "inspection_point":
      return description === undefined ? [] : [inspectionPointKey(description)]
    default:
      return []
  }
}
