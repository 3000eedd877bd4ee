/**
 * What CDF takes, by its API description: the rules that a create call is checked against. Written from the description, not
 * from the limits in `src`.
 */
import type { ResourceKind, Resources, SequenceRows } from "../../src/domain/cdf/Resource.js"

type Rule = (value: unknown) => boolean

const utf8 = (text: string): number => new TextEncoder().encode(text).length

/** Text that JSON can carry, of so many characters. */
const text =
  (least: number, most: number): Rule =>
  (value) =>
    typeof value === "string" &&
    value.isWellFormed() &&
    !value.includes("\u0000") &&
    value.length >= least &&
    value.length <= most

const externalId: Rule = (value) => text(1, 255)(value) && utf8(String(value)) <= 255
const isTrueOrFalse: Rule = (value) => typeof value === "boolean"
const is =
  (...allowed: ReadonlyArray<unknown>): Rule =>
  (value) =>
    allowed.includes(value)

/** Internal ids: 1 … 2^53 − 1. */
const id: Rule = (value) => Number.isSafeInteger(value) && Number(value) >= 1
const time: Rule = (value) => Number.isSafeInteger(value) && Number(value) >= 0

const listOf =
  (rule: Rule, most: number): Rule =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(rule)

const uniqueListOf =
  (rule: Rule, most: number): Rule =>
  (value) =>
    listOf(rule, most)(value) && Array.isArray(value) && new Set(value).size === value.length

const metadata =
  (mostValue: number, mostTotal: number): Rule =>
  (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false
    const pairs: ReadonlyArray<readonly [string, unknown]> = Object.entries(value)
    const total = pairs.reduce((sum, [key, item]) => sum + utf8(key) + utf8(String(item)), 0)
    return (
      pairs.length <= 256 &&
      total <= mostTotal &&
      pairs.every(
        ([key, item]) =>
          text(1, 128)(key) && utf8(key) <= 128 && text(0, mostValue)(item) && utf8(String(item)) <= mostValue
      )
    )
  }

const required = (rule: Rule) => ({ rule, optional: false })
const optional = (rule: Rule) => ({ rule, optional: true })
type Rules = Readonly<Record<string, ReturnType<typeof required>>>

const violations = (rules: Rules, value: object, path = ""): ReadonlyArray<string> => [
  ...Object.keys(value)
    .filter((field) => rules[field] === undefined)
    .map((field) => `${path}${field}: unknown field`),
  ...Object.entries(rules).flatMap(([field, { optional: mayMiss, rule }]) => {
    const found: unknown = Reflect.get(value, field)
    if (!Object.hasOwn(value, field)) return mayMiss ? [] : [`${path}${field}: missing`]
    return rule(found) ? [] : [`${path}${field}: ${JSON.stringify(found)?.slice(0, 80)}`]
  })
]

const column: Rules = { externalId: required(text(1, 255)), valueType: required(is("STRING", "DOUBLE", "LONG")) }

const conforms =
  (rules: Rules): Rule =>
  (value) =>
    typeof value === "object" && value !== null && violations(rules, value).length === 0

const label = conforms({ externalId: required(externalId) })

const rulesByKind: Readonly<Record<ResourceKind, Rules>> = {
  assets: {
    externalId: required(externalId),
    name: required(text(1, 140)),
    parentExternalId: optional(externalId),
    description: optional(text(1, 500)),
    dataSetId: required(id),
    source: required(text(1, 128)),
    metadata: required(metadata(10_240, 10_240))
  },
  events: {
    externalId: required(externalId),
    type: required(text(1, 64)),
    subtype: optional(text(1, 64)),
    description: optional(text(1, 500)),
    startTime: optional(time),
    endTime: optional(time),
    dataSetId: required(id),
    source: required(text(1, 128)),
    metadata: required(metadata(128_000, 200_000)),
    assetIds: optional(uniqueListOf(id, 10_000))
  },
  timeseries: {
    externalId: required(externalId),
    name: required(text(1, 255)),
    isString: required(isTrueOrFalse),
    isStep: required(isTrueOrFalse),
    unit: optional(text(1, 32)),
    assetId: optional(id),
    dataSetId: required(id),
    metadata: required(metadata(10_000, 10_000))
  },
  sequences: {
    externalId: required(externalId),
    name: required(text(1, 255)),
    assetId: optional(id),
    dataSetId: required(id),
    metadata: required(metadata(10_000, 10_000)),
    columns: required(listOf(conforms(column), 400))
  },
  relationships: {
    externalId: required(externalId),
    sourceExternalId: required(externalId),
    sourceType: required(is("asset", "timeSeries", "file", "event", "sequence")),
    targetExternalId: required(externalId),
    targetType: required(is("asset", "timeSeries", "file", "event", "sequence")),
    dataSetId: required(id),
    labels: required(listOf(label, 10))
  },
  labels: { externalId: required(externalId), name: required(text(1, 140)), dataSetId: required(id) }
}

/** Why CDF would refuse to create this; nothing where it takes it. */
export const refusals = <K extends ResourceKind>(kind: K, resource: Resources[K]): ReadonlyArray<string> => {
  const found = [...violations(rulesByKind[kind], resource)]
  const [start, end]: ReadonlyArray<unknown> = [Reflect.get(resource, "startTime"), Reflect.get(resource, "endTime")]
  if (typeof start === "number" && typeof end === "number" && end < start) found.push("endTime: before startTime")
  const columns: unknown = Reflect.get(resource, "columns")
  if (Array.isArray(columns)) {
    const names = columns.map((item: object): unknown => Reflect.get(item, "externalId"))
    if (new Set(names).size !== names.length) found.push("columns: an external id comes twice")
    if (columns.filter((item: object) => Reflect.get(item, "valueType") === "STRING").length > 200) {
      found.push("columns: more than 200 of type STRING")
    }
  }
  return found
}

const cellRules: Readonly<Record<"STRING" | "DOUBLE" | "LONG", Rule>> = {
  STRING: text(0, 256),
  DOUBLE: (value) => typeof value === "number" && Math.abs(value) <= 1e100,
  LONG: (value) => Number.isSafeInteger(value)
}

/** Why CDF would refuse these rows. */
export const rowRefusals = ({ columns, rows }: Omit<SequenceRows, "externalId">): ReadonlyArray<string> => {
  const numbers = rows.map(({ rowNumber }) => rowNumber)
  return [
    ...(new Set(numbers).size === numbers.length ? [] : ["rowNumber: comes twice"]),
    ...rows.flatMap(({ rowNumber, values }) => [
      ...(Number.isSafeInteger(rowNumber) && rowNumber >= 0 ? [] : [`rowNumber: ${rowNumber}`]),
      ...(values.length === columns.length ? [] : [`row ${rowNumber}: ${values.length} cells`]),
      ...columns.flatMap(({ externalId: name, valueType }, index) => {
        const cell = values[index]
        return cell === null || cellRules[valueType](cell) ? [] : [`row ${rowNumber}, ${name}: ${String(cell)}`]
      })
    ])
  ]
}
