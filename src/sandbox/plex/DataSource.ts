import type { Plant, Row } from "../plant/Plant.js"

/** The types of the catalogue that occur here; `date` is an instant. */
export type DataSourceType = "string" | "bool" | "date" | "int16" | "int32" | "decimal"

/** An input's value after conversion: instants in epoch milliseconds. `null` and absent mean the same to a source. */
export type InputValue = string | number | boolean

/** What a call has set, by the exact names of the inputs. */
export type Inputs = ReadonlyMap<string, InputValue>

export interface Input {
  readonly name: string
  readonly type: DataSourceType
  readonly required: boolean
  readonly nullable: boolean
  /** Set by Plex itself: sending it is an error. */
  readonly automatic: boolean
  /** Whether a row passes the value; without it the input has no effect on the rows known here. */
  readonly keeps?: ((row: Row, value: InputValue, endInclusive: boolean) => boolean) | undefined
}

export interface Column {
  readonly name: string
  readonly type: DataSourceType
  readonly nullable: boolean
}

/** A stored procedure that Plex offers by number. `rows` of a write source is `undefined`. */
export interface DataSource {
  readonly id: number
  readonly name: string
  readonly description: string
  /** Rows a call can return. */
  readonly limit: number
  /** The input by which a caller can ask for fewer rows; what it cuts is not flagged. */
  readonly maximum?: string
  readonly inputs: ReadonlyArray<Input>
  readonly columns: ReadonlyArray<Column>
  readonly rows: ((plant: Plant, inputs: Inputs) => ReadonlyArray<Row>) | undefined
}

const same = (actual: unknown, value: InputValue): boolean =>
  typeof actual === "string" ? actual.toLowerCase() === String(value).toLowerCase() : actual === value

/** An optional input that nothing here reads. */
export const input = (name: string, type: DataSourceType = "string"): Input => ({
  name,
  type,
  required: false,
  nullable: true,
  automatic: false
})

/** An optional input that keeps the rows whose field, by default of the same name, has its value. */
export const matching = (name: string, type: DataSourceType = "string", field = name): Input => ({
  ...input(name, type),
  keeps: (row, value) => same(row[field], value)
})

/** An optional range on an instant of the rows; a row without one is outside. */
export const between = (begin: string, end: string, field: string): ReadonlyArray<Input> => {
  const instantOf = (row: Row): number => Date.parse(String(row[field]))
  return [
    { ...input(begin, "date"), keeps: (row, value) => instantOf(row) >= Number(value) },
    {
      ...input(end, "date"),
      keeps: (row, value, endInclusive) =>
        endInclusive ? instantOf(row) <= Number(value) : instantOf(row) < Number(value)
    }
  ]
}

/** An input that must be given, and not as `null`. */
export const needed = (declared: Input): Input => ({ ...declared, required: true, nullable: false })

/** The customer of the caller, which every source takes from the credentials. */
export const customer: Input = { ...input("Plexus_Customer_No", "int32"), automatic: true }

/** Columns of one type, by name. */
export const columns = (type: DataSourceType, ...names: ReadonlyArray<string>): ReadonlyArray<Column> =>
  names.map((name) => ({ name, type, nullable: true }))
