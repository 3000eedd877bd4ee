/**
 * Rows of the daily performance report (data source 18765): one per workcenter, part and operation, over the day asked for.
 */
import { Schema } from "effect"
import { workcenterCodeKey } from "../NaturalKey.js"
import { number, text } from "../plex/Fields.js"
import { present } from "../Text.js"

/** Columns as the data source names them; none tells the day, and the unit of the times is not stated (a setting). */
export const DailyPerformance = Schema.Struct({
  Workcenter_Key: text,
  Workcenter_Code: text,
  Part_Key: text,
  Part_No: text,
  Operation_Code: text,
  Production_Qty: number,
  Reject_Qty: number,
  Scrap_Qty: number,
  Throwouts: number,
  Downtime_DB: number,
  Planned_Production_Time: number,
  Standard_Production_Rate: number,
  Multiple: number,
  Number_Of_Children: number
})
export interface DailyPerformance extends Schema.Schema.Type<typeof DailyPerformance> {}

/**
 * The rows of a day by workcenter: natural key of its code (`workcenterCodeKey`), as the integer keys mean nothing elsewhere. Codes that
 * differ in case only stand for one workcenter.
 */
export interface WorkcenterRows {
  readonly rows: ReadonlyMap<string, ReadonlyArray<DailyPerformance>>
  /** Rows that name no workcenter. */
  readonly unnamed: number
}

const foldedCode = (code: string): string => code.trim().toLowerCase()

/** The code of the workcenter that a row names, whether the row can be decoded or not; nothing where it names none. */
const codeIn = (row: unknown): unknown =>
  typeof row === "object" && row !== null ? Reflect.get(row, "Workcenter_Code") : row

/** The codes that rows name, and the known ones besides, each once: those that differ in case only are one. */
export const codesOf = (rows: ReadonlyArray<unknown>, known: ReadonlyArray<string>): ReadonlyArray<string> => {
  const named = rows.map(codeIn).flatMap((code) => (typeof code === "string" ? (present(code) ?? []) : []))
  return [...new Map([...known, ...named].map((code) => [foldedCode(code), code])).values()]
}

export const rowsByWorkcenter = (rows: Iterable<DailyPerformance>): WorkcenterRows => {
  const grouped = new Map<string, readonly [key: string, rows: Array<DailyPerformance>]>()
  let unnamed = 0
  for (const row of rows) {
    const code = present(row.Workcenter_Code)
    if (code === undefined) {
      unnamed++
      continue
    }
    const folded = foldedCode(code)
    const group = grouped.get(folded)
    if (group === undefined) grouped.set(folded, [workcenterCodeKey(code), [row]])
    else group[1].push(row)
  }
  return { rows: new Map(grouped.values()), unnamed }
}

/** Of which workcenters a day's report tells only a part, as some of its rows cannot be read. */
export class UnreadRows {
  readonly #codes = new Map<string, string>()
  #unclear = false

  readonly add = (rows: ReadonlyArray<unknown>): void => {
    for (const row of rows) {
      const code = codeIn(row)
      if (typeof code === "string" || typeof code === "number") this.#codes.set(foldedCode(String(code)), String(code))
      else if (code !== null && code !== undefined) this.#unclear = true
    }
  }
  /** Natural keys of these workcenters. */
  get keys(): ReadonlyArray<string> {
    return [...this.#codes.values()].map(workcenterCodeKey)
  }
  /** Whether rows of this workcenter are missing, or may be. */
  concern(code: string): boolean {
    return this.#unclear || this.#codes.has(foldedCode(code))
  }
  /** Whether of some rows it cannot be told whose they are: they may be anybody's. */
  get unclear(): boolean {
    return this.#unclear
  }
}
