/**
 * The inputs of a data source that is read by period. Plex does not document their names for every source, so the configured ones
 * are held against what the source says of itself.
 */
import type { TenantTables } from "./TenantTables.js"

/** An input as Plex's metadata names it. */
export interface DataSourceInput {
  readonly name: string
  /** `date`, `int32`, `string`, … */
  readonly type: string
  readonly required: boolean
}

/** Names of the inputs that hold the begin and the end of the period. */
export type PeriodInputNames = Pick<TenantTables["dataSources"]["checksheets"]["inputs"], "begin" | "end">

const beginWords = /(^|_)(begin|start|from|after)(_|$)/i
const endWords = /(^|_)(end|to|until|thru|through|before)(_|$)/i

const only = (names: ReadonlyArray<string>): string | undefined => (names.length === 1 ? names[0] : undefined)

/**
 * The configured names where the source has them or says nothing of its inputs; else the one date input whose name speaks of a
 * begin and the one that speaks of an end; nothing where the source has no such pair.
 */
export const periodInputNames = (
  configured: PeriodInputNames,
  inputs: ReadonlyArray<DataSourceInput>
): PeriodInputNames | undefined => {
  const names = new Set(inputs.map(({ name }) => name))
  if (inputs.length === 0 || (names.has(configured.begin) && names.has(configured.end))) {
    return { begin: configured.begin, end: configured.end }
  }
  const dates = inputs.filter(({ type }) => /date/i.test(type)).map(({ name }) => name)
  const begin = only(dates.filter((name) => beginWords.test(name)))
  const end = only(dates.filter((name) => endWords.test(name)))
  return begin === undefined || end === undefined ? undefined : { begin, end }
}

/** What is wrong with asking a source for these inputs, by what it says of itself; nothing where it says nothing. */
export const inputProblems = (
  sent: ReadonlyArray<string>,
  inputs: ReadonlyArray<DataSourceInput>
): ReadonlyArray<string> => {
  if (inputs.length === 0) return []
  const names = new Set(inputs.map(({ name }) => name))
  const asked = new Set(sent)
  return [
    ...sent.filter((name) => !names.has(name)).map((name) => `it has no input ${name}`),
    ...inputs.filter(({ name, required }) => required && !asked.has(name)).map(({ name }) => `it requires ${name}`)
  ]
}
