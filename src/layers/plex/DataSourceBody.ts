/**
 * The two answer formats of the Data Source API, and its truncation flag in each of its spellings and places.
 */
import { Either, Option, Schema } from "effect"
import type { DataSourceInput } from "../../domain/PeriodInputs.js"
import type { DataSourceAnswer } from "../../services/PlexDataSource.js"

const flag = Schema.optionalWith(Schema.Boolean, { nullable: true })
const Flags = Schema.Struct({ rowLimitedExceeded: flag, limitExceeded: flag })
const Cells = Schema.Array(Schema.Unknown)

/** `?format=2`: an object for each row. */
const Rows = Schema.Struct({
  ...Flags.fields,
  rows: Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
  transactionNo: Schema.Unknown
})

/** The default format: at most one table, of columns and cells by position. */
const Tables = Schema.Struct({
  ...Flags.fields,
  tables: Schema.Array(
    Schema.Struct({ ...Flags.fields, columns: Schema.Array(Schema.String), rows: Schema.Array(Cells) })
  ),
  transactionNo: Schema.Unknown
})

const decode = Schema.decodeUnknownEither(Schema.Union(Rows, Tables))

const isTruncated = (...places: ReadonlyArray<typeof Flags.Type>): boolean =>
  places.some(({ limitExceeded, rowLimitedExceeded }) => limitExceeded === true || rowLimitedExceeded === true)

const transaction = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? String(value) : undefined

const Metadata = Schema.Struct({
  inputs: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      type: Schema.optionalWith(Schema.String, { nullable: true, default: () => "" }),
      required: Schema.optionalWith(Schema.Boolean, { nullable: true, default: () => false })
    })
  )
})

const decodeMetadata = Schema.decodeUnknownOption(Metadata)

/** The inputs that the metadata of a source names; none where it is of another shape. */
export const dataSourceInputs = (body: unknown): ReadonlyArray<DataSourceInput> =>
  Option.match(decodeMetadata(body), { onNone: () => [], onSome: ({ inputs }) => inputs })

/** The rows of an answer of either format; nothing for a body that is neither. */
export const dataSourceAnswer = (body: unknown): DataSourceAnswer | undefined => {
  const decoded = Either.getOrUndefined(decode(body))
  if (decoded === undefined) return undefined
  const transactionNo = transaction(decoded.transactionNo)
  if ("rows" in decoded) return { rows: decoded.rows, truncated: isTruncated(decoded), transactionNo }
  return {
    rows: decoded.tables.flatMap(({ columns, rows }) =>
      rows.map((cells) => Object.fromEntries(columns.map((column, at) => [column, cells[at]])))
    ),
    truncated: isTruncated(decoded, ...decoded.tables),
    transactionNo
  }
}
