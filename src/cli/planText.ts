/**
 * A plan, for people: what would be created (+), changed (~) and taken away (-), flow by flow.
 */
import type { Difference } from "../domain/cdf/Difference.js"
import { isSomething, type DataSample, type PlanCountName, type PlanCounts, sumOf } from "../domain/cdf/Plan.js"
import { type ChangeName, changeNames } from "../domain/cdf/PlannedChange.js"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { ToldObject } from "../domain/cdf/ToldSample.js"
import { markKeys } from "../domain/Marks.js"
import { cutToCharacters } from "../domain/Text.js"
import type { FlowPlan } from "../pipelines/plan.js"
import { printable } from "./output.js"
import type { Style, Tone } from "./Style.js"

/** Characters of a value that people are shown. */
const longestValue = 100

const number = new Intl.NumberFormat("en-US")

const kindNames: Readonly<Record<ResourceKind, string>> = {
  assets: "asset",
  events: "event",
  timeseries: "time series",
  sequences: "sequence",
  relationships: "relationship",
  labels: "label"
}

type Sign = "+" | "~" | "-"

const tones: Readonly<Record<Sign, Tone>> = { "+": "good", "~": "warn", "-": "bad" }

/** How a change is shown: its sign, what remains to be said of it, and how many there are of it. */
const shown: Readonly<Record<ChangeName, readonly [sign: Sign, remark: string, words: string]>> = {
  create: ["+", "", "to create"],
  update: ["~", "", "to update"],
  mark: ["-", "retired: marked", "to retire (mark)"],
  delete: ["-", "retired: deleted", "to retire (delete)"],
  expire: ["-", "deleted: retired long enough ago", "to delete that were retired long enough ago"],
  revive: ["~", "revived: its record is there again", "to revive"],
  retract: ["-", "retracted: corrected or taken back in Plex", "to retract"]
}

const dataWords: ReadonlyArray<readonly [name: PlanCountName, words: string]> = [
  ["points", "points to write"],
  ["pointsDeleted", "points to delete"],
  ["rows", "rows to write"],
  ["rowsDeleted", "rows to delete"]
]

/** `2 to create, 1 to update`; nothing where there is nothing. */
const countWords = (counts: PlanCounts): string =>
  [...changeNames.map((name) => [name, shown[name][2]] as const), ...dataWords]
    .flatMap(([name, words]) => (counts[name] === 0 ? [] : [`${number.format(counts[name])} ${words}`]))
    .join(", ")

const times: ReadonlySet<string> = new Set(["startTime", "endTime"])

const isMoment = (value: number): boolean => Math.abs(value) <= 8.64e15

const valueText = (field: string, value: unknown): string => {
  if (typeof value === "number" && times.has(field) && isMoment(value)) return new Date(value).toISOString()
  const text = typeof value === "string" ? JSON.stringify(cutToCharacters(value, longestValue)) : JSON.stringify(value)
  return printable(cutToCharacters(text, longestValue + 2))
}

const listText = (field: string, values: ReadonlyArray<unknown>): string =>
  values.map((value) => (typeof value === "string" ? printable(value) : valueText(field, value))).join(", ")

const differenceLines = (difference: Difference, style: Style): ReadonlyArray<string> => {
  if ("added" in difference) {
    const { added, field, removed } = difference
    return [
      ...(added.length === 0 ? [] : [style.good(`+ ${field}: ${listText(field, added)}`)]),
      ...(removed.length === 0 ? [] : [style.bad(`- ${field}: ${listText(field, removed)}`)])
    ]
  }
  const { after, before, field, key, withheld } = difference
  const name = printable(key === undefined ? field : `${field}.${key}`)
  if (withheld === true) return [style.warn(`~ ${name}: values of people are not shown`)]
  if (before === undefined) return [style.good(`+ ${name}: ${valueText(field, after)}`)]
  if (after === undefined) return [style.bad(`- ${name}: ${valueText(field, before)}`)]
  return [style.warn(`~ ${name}: ${valueText(field, before)} → ${valueText(field, after)}`)]
}

/** The remark says what the marks do. */
const isMark = (difference: Difference): boolean =>
  "key" in difference && markKeys.some((mark) => mark === difference.key)

const fieldLines = (fields: unknown): ReadonlyArray<string> =>
  Object.entries(typeof fields === "object" && fields !== null ? fields : {}).flatMap(([field, value]) => {
    if (field === "externalId" || field === "name") return []
    if (field === "metadata") {
      return Object.entries(value ?? {}).map(
        ([key, one]) => `${printable(`${field}.${key}`)}: ${valueText(field, one)}`
      )
    }
    if (Array.isArray(value)) return value.length === 0 ? [] : [`${field}: ${listText(field, value)}`]
    return [`${field}: ${valueText(field, value)}`]
  })

const objectLines = ({ change, differences = [], externalId, fields, kind, name }: ToldObject, style: Style) => {
  const [sign, remark] = shown[change]
  const called = name === undefined ? "" : ` ${valueText("name", name)}`
  const title = `${sign} ${kindNames[kind]} ${printable(externalId)}${called}${remark === "" ? "" : ` (${remark})`}`
  const told = change === "update" ? differences : differences.filter((one) => !isMark(one))
  return [
    `  ${style[tones[sign]](title)}`,
    ...fieldLines(fields).map((line) => `      ${line}`),
    ...told.flatMap((one) => differenceLines(one, style)).map((line) => `      ${line}`)
  ]
}

const dataLine = ({ deleted, externalId, what, written }: DataSample, style: Style): string => {
  const sign = deleted === 0 ? "+" : written === 0 ? "-" : "~"
  const counts = [
    ...(written === 0 ? [] : [`${number.format(written)} to write`]),
    ...(deleted === 0 ? [] : [`${number.format(deleted)} to delete`])
  ]
  return `  ${style[tones[sign]](`${sign} ${what} of ${printable(externalId)}: ${counts.join(", ")}`)}`
}

/** What is left of a kind of change when its samples were shown. */
const moreLine = (change: ChangeName, { counts, objects }: FlowPlan, style: Style): ReadonlyArray<string> => {
  const told = objects.filter((one) => one.change === change).length
  const more = counts[change] - told
  return told === 0 || more <= 0 ? [] : [`  ${style.faint(`… and ${number.format(more)} more ${shown[change][2]}`)}`]
}

const flowLines = (flow: FlowPlan, style: Style): ReadonlyArray<string> =>
  isSomething(flow.counts)
    ? [
        style.bold(`${flow.flow}: ${countWords(flow.counts)}`),
        ...changeNames.flatMap((name) => [
          ...flow.objects.filter(({ change }) => change === name).flatMap((one) => objectLines(one, style)),
          ...moreLine(name, flow, style)
        ]),
        ...flow.data.map((one) => dataLine(one, style)),
        ""
      ]
    : []

/** Flows with something to do, and at the end the sum; `whole`: all was seen that there is to see. */
export const planLines = (flows: ReadonlyArray<FlowPlan>, whole: boolean, style: Style): ReadonlyArray<string> => {
  const total = sumOf(flows.map(({ counts }) => counts))
  return [
    ...flows.flatMap((flow) => flowLines(flow, style)),
    `${isSomething(total) ? `In all: ${countWords(total)}` : "Nothing to do"}${whole ? "" : ", as far as could be seen"}`
  ]
}
