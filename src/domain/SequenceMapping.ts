/**
 * Sequences: an ordered set of records that belongs to one part or job, written as a whole.
 */
import { type ColumnRule, columnsOf, rowsOf } from "./cdf/Cells.js"
import type { SequenceDraft } from "./cdf/Draft.js"
import { Fit } from "./cdf/Limits.js"
import { type Decimal, toDouble } from "./Decimal.js"
import type { ExternalId } from "./ExternalId.js"
import type { DataSetName, Facility } from "./Facility.js"
import { metadataFields, tags } from "./Metadata.js"
import { present } from "./Text.js"

const owns = metadataFields({}).keys

/** What a sequence holds, and of what. */
export interface SequenceSubject<R> {
  /** Stands in the external id. */
  readonly kind: "routing" | "bom" | "job_routing"
  /** Plex key of the part or job. */
  readonly key: string
  readonly name: string
  readonly dataSet: DataSetName
  readonly link?: ExternalId | undefined
  readonly columns: ReadonlyArray<ColumnRule<R>>
  /** The whole set, in order. */
  readonly records: ReadonlyArray<R>
}

/** The sequence with its rows. */
export const sequenceDraft = <R>(facility: Facility, subject: SequenceSubject<R>): SequenceDraft => {
  const fit = new Fit()
  const rows = rowsOf(subject.columns, subject.records, fit)
  return {
    kind: "sequences",
    externalId: facility.ids.of(subject.kind, subject.key),
    dataSet: subject.dataSet,
    plexId: subject.key,
    name: subject.name,
    link: subject.link,
    metadata: tags(facility, subject.key),
    owns,
    columns: columnsOf(subject.columns),
    rows,
    cuts: fit.cuts
  }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Records by a number, those without one last, then by id, then by all that is in them: the order does not depend on that in
 * which Plex lists them.
 */
export const inOrder = <R>(
  records: ReadonlyArray<R>,
  number: (record: R) => Decimal | null | undefined,
  id: (record: R) => string | null | undefined
): ReadonlyArray<R> =>
  records
    .map((record) => {
      const decimal = number(record)
      const at = decimal === null || decimal === undefined ? Number.MAX_VALUE : toDouble(decimal)
      return { record, at, id: id(record) ?? "" }
    })
    .sort((a, b) => a.at - b.at || byText(a.id, b.id) || byText(JSON.stringify(a.record), JSON.stringify(b.record)))
    .map(({ record }) => record)

/** A part as its sequences need it. */
export interface SequencedPart {
  readonly id: string
  readonly number: string | null | undefined
}

/** What is particular to one kind of sequence of a part. */
export interface PartSequenceRule<R> {
  readonly kind: "routing" | "bom"
  /** Goes after the part number in the name. */
  readonly title: string
  readonly columns: ReadonlyArray<ColumnRule<R>>
  /** In order. */
  readonly records: ReadonlyArray<R>
}

/** A sequence of a part, linked to its asset: `{part number} {title}`, without a number `Part {first 8 of the id} {title}`. */
export const partSequence = <R>(facility: Facility, part: SequencedPart, rule: PartSequenceRule<R>): SequenceDraft =>
  sequenceDraft(facility, {
    kind: rule.kind,
    key: part.id,
    name: `${present(part.number) ?? `Part ${part.id.slice(0, 8)}`} ${rule.title}`,
    dataSet: "master",
    link: facility.ids.of("part", part.id),
    columns: rule.columns,
    records: rule.records
  })
