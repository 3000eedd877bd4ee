/**
 * The shared shape of the events that mappings make: what is the same for a kind, and what one record says.
 */
import { Either } from "effect"
import type { EventDraft, OptionalField } from "./cdf/Draft.js"
import type { ExternalId, ExternalIds, OtherKind } from "./ExternalId.js"
import type { DataSetName, Facility } from "./Facility.js"
import type { HistoryKeys } from "./HistoryKey.js"
import { type Instant, toMillis, withSevenDigits } from "./Instant.js"
import { Unmappable } from "./Mapping.js"
import { metadataFields, recordMetadata } from "./Metadata.js"
import { present } from "./Text.js"

/** The one asset that a natural key stands for; nothing where it fits none or several. */
export type Find = (naturalKey: string) => ExternalId | undefined

/** What all events of one kind share. */
export interface EventKind {
  /** Stands in the external id. */
  readonly kind: OtherKind
  readonly type: string
  readonly dataSet: DataSetName
  /** The record schema's fields, in order: `Schema.fields`. */
  readonly fields: object
  /** Metadata keys that the mapping adds to the record's fields. */
  readonly more?: ReadonlyArray<string>
  /** Fields that no record of the kind has: those of others stay. */
  readonly untouched?: ReadonlyArray<OptionalField>
}

/** What one record says. */
export interface EventFacts {
  /** The Plex key; for history records the synthesised one. */
  readonly key: string
  readonly subtype?: string | null | undefined
  readonly description?: string | undefined
  readonly start?: Instant | null | undefined
  readonly end?: Instant | null | undefined
  /** Assets to link to; absent ones are left out, each is linked once. */
  readonly links: ReadonlyArray<ExternalId | undefined>
  /** Values of `more`. */
  readonly more?: Readonly<Record<string, string | undefined>>
}

/** CDF has no times before 1970 (Plex's databases write 1900 for "no date"). */
const timeOf = (moment: Instant | null | undefined): number | undefined => {
  if (moment === null || moment === undefined) return undefined
  const millis = toMillis(moment)
  return millis < 0 ? undefined : millis
}

const isOmitted = (given: Instant | null | undefined, written: number | undefined): boolean =>
  given !== null && given !== undefined && written === undefined

/** The times of an event, and how many of those given are not among them. */
const timesOf = ({ end: givenEnd, start }: EventFacts): Pick<EventDraft, "endTime" | "omitted" | "startTime"> => {
  const startTime = timeOf(start)
  const end = timeOf(givenEnd)
  const endTime = startTime !== undefined && end !== undefined && end < startTime ? undefined : end
  return { startTime, endTime, omitted: Number(isOmitted(start, startTime)) + Number(isOmitted(givenEnd, endTime)) }
}

/**
 * The drafts of one kind of event. An end before the start is left out, and so is a time before 1970, both counted; no time is
 * invented.
 */
export const eventDrafts = (
  event: EventKind
): ((facility: Facility) => (record: object, facts: EventFacts) => EventDraft) => {
  const fields = metadataFields(event.fields, event.more)
  return (facility) => (record, facts) => ({
    kind: "events",
    externalId: facility.ids.of(event.kind, facts.key),
    dataSet: event.dataSet,
    plexId: facts.key,
    type: event.type,
    subtype: present(facts.subtype),
    description: facts.description,
    ...timesOf(facts),
    links: [...new Set(facts.links.filter((link) => link !== undefined))],
    metadata: recordMetadata(facility, fields, facts.key, record, facts.more),
    owns: fields.keys,
    untouched: event.untouched
  })
}

/** The asset of a kind that a record names by its key, where it names one. */
export const linkTo = (
  ids: ExternalIds,
  kind: Parameters<ExternalIds["of"]>[0],
  key: string | null | undefined
): ExternalId | undefined => {
  const found = present(key)
  return found === undefined ? undefined : ids.of(kind, found)
}

/** What is particular to one kind of history record: a fact of one moment, without a key of its own. */
export interface HistoryRule<R extends object> extends EventKind {
  /** Name and value of the field that holds the moment. */
  readonly moment: (record: R) => readonly [name: string, value: Instant | null | undefined]
  /** The key fields after the moment, in the order of the contract. */
  readonly keyFields: (record: R) => ReadonlyArray<string | null | undefined>
  readonly subtype: (record: R) => string | null | undefined
  readonly description: (record: R) => string | undefined
  readonly links: (ids: ExternalIds, record: R) => ReadonlyArray<ExternalId | undefined>
}

/** A mapping of the records of one window; `keys` are those of that window. */
export type HistoryMapping<R> = (
  facility: Facility,
  keys: HistoryKeys
) => (record: R, more?: ReadonlyArray<ExternalId | undefined>) => Either.Either<EventDraft, Unmappable>

/**
 * The mapping of one kind of history record: start and end are its moment; without one it is unmappable. `more` are links
 * that only a look-up can tell.
 */
export const historyMapping = <R extends object>(rule: HistoryRule<R>): HistoryMapping<R> => {
  const drafts = eventDrafts(rule)
  return (facility, keys) => {
    const draft = drafts(facility)
    return (record, more = []) => {
      const [name, moment] = rule.moment(record)
      const keyFields = rule.keyFields(record)
      if (moment === null || moment === undefined) {
        // Only the first: among the others may be a person.
        const key = present(keyFields[0]) ?? ""
        return Either.left(new Unmappable({ key, reason: `${name}: a key field is null, empty or missing` }))
      }
      return Either.right(
        draft(record, {
          key: keys.next(moment, [withSevenDigits(moment), ...keyFields]),
          subtype: rule.subtype(record),
          description: rule.description(record),
          start: moment,
          end: moment,
          links: [...rule.links(facility.ids, record), ...more]
        })
      )
    }
  }
}
