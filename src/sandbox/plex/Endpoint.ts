import { Predicate } from "effect"
import type { HistoryName, Plant, Row, TableName } from "../plant/Plant.js"
import type { ArgumentType, ArgumentValue } from "./Arguments.js"

/**
 * A declared parameter of an endpoint. Undeclared ones are ignored, as Plex does.
 *
 * `keeps` says whether a row passes one value; a list parameter passes a row that one of its values keeps. Without
 * `keeps` the value is checked and has no effect: it selects what the rows do not show, or the source uses it itself.
 */
export interface Parameter {
  readonly name: string
  readonly type: ArgumentType
  readonly required: boolean
  /** Repeatable: `?id=a&id=b`. Of any other parameter the first value counts. */
  readonly list: boolean
  readonly keeps?: ((row: Row, value: ArgumentValue, circumstances: Circumstances) => boolean) | undefined
}

/** What filters depend on beside the row: whether the end of a range belongs to it, and the plant's clock. */
export interface Circumstances {
  readonly endInclusive: boolean
  readonly now: number
}

/**
 * Where the answer comes from. `key` names the parameter, of the path or required of the query, whose value `rows` or
 * `row` is asked with; `undefined` is the 404 of an unknown record.
 */
export type Source =
  | { readonly kind: "table"; readonly table: TableName }
  | { readonly kind: "history"; readonly history: HistoryName }
  | {
      readonly kind: "rows"
      readonly key: string
      readonly rows: (plant: Plant, key: string) => ReadonlyArray<Row> | undefined
    }
  | { readonly kind: "single"; readonly key: string; readonly row: (plant: Plant, key: string) => Row | undefined }

/** One GET of the REST API; its product is the first segment of the path. Parameters of the path come first. */
export interface Endpoint {
  readonly path: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly source: Source
}

/** Texts are compared without regard to case; a list field passes when one of its elements does. */
const same = (actual: unknown, value: ArgumentValue): boolean => {
  if (Array.isArray(actual)) return actual.some((each) => same(each, value))
  if (typeof actual === "string") return actual.toLowerCase() === String(value)
  return actual === value
}

const parameter =
  (type: ArgumentType, list = false) =>
  (name: string, field = name): Parameter => ({
    name,
    type,
    list,
    required: false,
    keeps: (row, value) => same(row[field], value)
  })

/** A filter on the field of the same name, or on the one given. */
export const uuid = parameter("uuid")
export const uuids = parameter("uuid", true)
export const text = parameter("string")
export const texts = parameter("string", true)
export const flag = parameter("bool")
export const whole = parameter("int32")
export const decimal = parameter("double")

/** A declared filter on something that the rows do not show. */
export const inert = (declared: Parameter): Parameter => ({ ...declared, keeps: undefined })

/** A filter with a rule of its own. */
export const keeping = (declared: Parameter, keeps: NonNullable<Parameter["keeps"]>): Parameter => ({
  ...declared,
  keeps
})

/** A filter on a field of the elements of a list field. */
export const within = (declared: Parameter, list: string, field: string): Parameter =>
  keeping(declared, (row, value) => {
    const elements = row[list]
    return (
      Array.isArray(elements) && elements.some((each: unknown) => Predicate.isRecord(each) && same(each[field], value))
    )
  })

export const required = (declared: Parameter): Parameter => ({ ...declared, required: true })

const instantOf = (row: Row, field: string): number => {
  const value = row[field]
  return typeof value === "string" ? Date.parse(value) : Number.NaN
}

/** A date range on a field: rows without a date are outside of every range. */
export const range = (begin: string, end: string, field: string): ReadonlyArray<Parameter> => [
  {
    name: begin,
    type: "datetime",
    list: false,
    required: false,
    keeps: (row, value) => instantOf(row, field) >= Number(value)
  },
  {
    name: end,
    type: "datetime",
    list: false,
    required: false,
    keeps: (row, value, { endInclusive }) =>
      endInclusive ? instantOf(row, field) <= Number(value) : instantOf(row, field) < Number(value)
  }
]

/** A list of present state. */
export const table = (path: string, table: TableName, parameters: ReadonlyArray<Parameter>): Endpoint => ({
  path,
  parameters,
  source: { kind: "table", table }
})

/** A history: `beginDate` and `endDate` are required and used by the source itself. */
export const history = (path: string, history: HistoryName, parameters: ReadonlyArray<Parameter>): Endpoint => ({
  path,
  parameters: [
    ...["beginDate", "endDate"].map((name): Parameter => ({ name, type: "datetime", required: true, list: false })),
    ...parameters
  ],
  source: { kind: "history", history }
})

/** A list that belongs to one record; `key` is its first parameter. */
export const rowsOf = (
  path: string,
  key: Parameter,
  rows: (plant: Plant, key: string) => ReadonlyArray<Row> | undefined,
  parameters: ReadonlyArray<Parameter> = []
): Endpoint => ({
  path,
  parameters: [required(inert(key)), ...parameters],
  source: { kind: "rows", key: key.name, rows }
})

/** A single view: the record of a list whose field equals the key. */
export const single = (path: string, key: Parameter, table: TableName, field = key.name): Endpoint => ({
  path,
  parameters: [required(inert(key))],
  source: { kind: "single", key: key.name, row: (plant, value) => plant[table].find((row) => same(row[field], value)) }
})

/** A single view with a rule of its own. */
export const singleOf = (
  path: string,
  key: Parameter,
  row: (plant: Plant, key: string) => Row | undefined
): Endpoint => ({ path, parameters: [required(inert(key))], source: { kind: "single", key: key.name, row } })
