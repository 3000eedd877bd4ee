/**
 * Metadata of assets, events, time series and sequences: the tags of the facility, then every scalar field of the record.
 */
import type { Facility } from "./Facility.js"
import { markKeys } from "./Marks.js"

/** Text by key, in the order in which it is written. */
export type Metadata = Readonly<Record<string, string>>

/** One field of a record schema on its way into metadata. */
interface MetadataField {
  readonly field: string
  readonly key: string
  readonly personal: boolean
}

/** What a record schema can write into metadata. */
export interface MetadataFields {
  readonly fields: ReadonlyArray<MetadataField>
  /** Every metadata key that is ours on an object of this schema, the tags and the marks of retired ones included. */
  readonly keys: ReadonlyArray<string>
}

const tagKeys = ["pcn", "facility_name", "facility_code", "country", "timezone", "source", "plex_id", "asset_type"]

/** Keys that are ours or that mark a retired object; a Plex field of that name is written `plex_{name}`. */
const reserved: ReadonlySet<string> = new Set([...tagKeys, ...markKeys])

/** `modifiedDate` → `modified_date`, `Part_No` → `part_no`. */
export const snakeCase = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/__+/g, "_")
    .toLowerCase()

const keyOf = (field: string): string => {
  const key = snakeCase(field)
  return reserved.has(key) || key.startsWith("facility_") ? `plex_${key}` : key
}

/** Names of people and their ids, as Plex names such fields. */
const personal =
  /^(employee|account|operators?|inspectors?|add_by|update_by|created_by|modified_by|approved_by|champion)(_|$)/

/** Whether a field, by its name in snake_case, tells of people. */
export const isPersonal = (name: string): boolean => personal.test(name)

/** What a record schema can write, from the names of its fields; `more` are keys a mapping adds by itself. */
export const metadataFields = (fields: object, more: ReadonlyArray<string> = []): MetadataFields => {
  const described = Object.keys(fields).map((field) => {
    const key = keyOf(field)
    return { field, key, personal: isPersonal(snakeCase(field)) }
  })
  return {
    fields: described,
    keys: [...new Set([...tagKeys, ...markKeys, ...described.map(({ key }) => key), ...more])]
  }
}

const scalar = (value: unknown): string | undefined => {
  if (typeof value === "string") return value
  if (typeof value === "boolean") return String(value)
  if (!Array.isArray(value)) return undefined
  const items = value.filter((item) => item !== null && item !== undefined && item !== "")
  return items.every((item) => typeof item === "string") ? items.sort().join(",") : undefined
}

type Entry = readonly [key: string, value: string]

const tagEntries = (facility: Facility, plexId: string): Array<Entry> =>
  (
    [
      ["pcn", facility.pcn],
      ["facility_name", facility.name],
      ["facility_code", facility.code],
      ["country", facility.country],
      ["timezone", facility.timezone],
      ["source", "PlexMES"],
      ["plex_id", plexId]
    ] as const
  ).filter(([, value]) => value !== "")

/** The tags of a facility; `plexId` is the Plex key of the record. */
export const tags = (facility: Facility, plexId: string): Record<string, string> =>
  Object.fromEntries(tagEntries(facility, plexId))

/**
 * Tags, then every scalar field of the record that is not null, in schema order; empty text is absent, lists are sorted and
 * comma-joined, nested objects and unknown fields are not written, people only where the facility says so. Then what a mapping adds
 * by itself, where it is present.
 */
export const recordMetadata = (
  facility: Facility,
  { fields }: MetadataFields,
  plexId: string,
  record: object,
  more: Readonly<Record<string, string | undefined>> = {}
): Metadata => {
  // An object that is made of entries takes a fifth of the memory of one to which they are added one by one.
  const written = tagEntries(facility, plexId)
  for (const { field, key, personal } of fields) {
    if (personal && !facility.includePersonalData) continue
    const value = scalar(Reflect.get(record, field))
    if (value !== undefined && value !== "") written.push([key, value])
  }
  for (const [key, value] of Object.entries(more)) if (value !== undefined && value !== "") written.push([key, value])
  return Object.fromEntries(written)
}
