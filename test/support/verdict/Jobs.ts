/**
 * Jobs as events, and the operations they are made of.
 */
import type { Row } from "../../../src/sandbox/plant/Plant.js"
import { good, grouped, instantOf, numberOf, textOf } from "./Facts.js"
import { Must } from "./Expectation.js"
import type { World } from "./World.js"

const day = 86_400_000

/** Words in the order in which they decide; a word after "not" or "un" says the opposite of itself and decides nothing. */
const words: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["cancelled", ["cancel", "canceled", "cancelled"]],
  ["on_hold", ["hold"]],
  ["completed", ["complete", "completed", "finished", "closed"]],
  ["in_progress", ["progress", "active", "running", "started"]]
]

export const stateOf = (job: Row): string => {
  const status = textOf(job, "jobStatus")
  if (status === undefined) return textOf(job, "completedDate") === undefined ? "scheduled" : "completed"
  const said = status.toLowerCase().split(/[^\p{L}]+/u)
  const affirmed = said.filter((_, i) => said[i - 1] !== "not" && said[i - 1] !== "un")
  return words.find(([, known]) => affirmed.some((word) => known.includes(word)))?.[0] ?? "scheduled"
}

const ranks: Readonly<Record<string, string>> = {
  low: "1",
  medium: "2",
  normal: "2",
  high: "3",
  critical: "4",
  urgent: "4"
}

const rankOf = (job: Row): string => {
  const priority = (textOf(job, "priority") ?? "").toLowerCase()
  if (/^\d+(\.\d+)?$/.test(priority)) return priority
  return ranks[priority] ?? "0"
}

/** The key of each job: its number; for a second job of that number the head of its id too. */
export const keysOf = (jobs: ReadonlyArray<Row>): ReadonlyMap<string, string> => {
  const byNumber = grouped(jobs, (job) => textOf(job, "jobNumber"))
  return new Map(
    Array.from(byNumber).flatMap(([number, same]) =>
      same
        .map((job) => String(job["id"]))
        .toSorted()
        .map((id, i) => [id, number === undefined ? id : i === 0 ? number : `${number}_${id.slice(0, 8)}`] as const)
    )
  )
}

/**
 * Jobs whose operations are known: those whose were read before, and those that a cold start asks for, the open ones and those
 * completed within the look-back of a week.
 */
const swept = (world: World, job: Row, key: string): boolean => {
  if (world.circumstances.without.has("job-operations")) return false
  if (world.circumstances.lingering.has(world.id("job_routing", key))) return true
  const completed = instantOf(job, "completedDate")
  if (completed !== undefined) return completed >= world.circumstances.now - 7 * day
  return !["cancelled", "completed"].includes(stateOf(job))
}

const startOf = (job: Row, operations: ReadonlyArray<Row>): number | undefined => {
  const end = instantOf(job, "completedDate")
  const scheduled = operations.flatMap((each) => instantOf(each, "scheduledStartDate") ?? [])
  const candidates = [
    scheduled.length === 0 ? undefined : Math.min(...scheduled),
    instantOf(job, "earliestStartDateTime"),
    instantOf(job, "createdDate")
  ]
  return candidates.find((at) => at !== undefined && (end === undefined || at <= end))
}

const amount = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 20 })

const amounts = (job: Row): string | undefined => {
  const all = numberOf(job, "quantity")
  const done = numberOf(job, "quantityCompleted")
  if (all === undefined || done === undefined) return undefined
  return Number.isSafeInteger(Math.trunc(all)) && all < 1e9 ? `Qty ${amount(done)} / ${amount(all)}` : undefined
}

/** The pieces that the contract shows, in its order; which of them there are depends on the job. */
const described = (job: Row, operations: ReadonlyArray<Row>): Must => {
  const number = textOf(job, "jobNumber")
  const part = textOf(job, "partNumber")
  const revision = textOf(job, "partRevision")
  const status = textOf(job, "jobStatus")
  const codes = Array.from(new Set(operations.flatMap((each) => textOf(each, "workcenterCode") ?? [])))
  const pieces = [
    number === undefined ? undefined : `Job #${number}`,
    part === undefined ? undefined : revision === undefined ? part : `${part} rev ${revision}`,
    amounts(job),
    codes.length === 0 ? undefined : `WC ${codes[0]}`,
    status === undefined ? undefined : `[${status}]`
  ].filter((piece) => piece !== undefined)
  return new Must(`of the pieces ${pieces.join(" | ")}`, (actual) => {
    if (typeof actual !== "string" || actual.length > 500) return false
    const said = actual.split(" | ")
    return (
      pieces.every((piece, i) => said.slice(i).some((each) => each.startsWith(piece))) &&
      codes.every((code) => actual.includes(code)) &&
      !/null|undefined|NaN/.test(actual)
    )
  })
}

const rowColumns =
  "operation_number LONG, operation_code STRING, workcenter_id STRING, workcenter_code STRING, status STRING, unit STRING, " +
  "quantity DOUBLE, quantity_completed DOUBLE, setup_time DOUBLE, rate DOUBLE, run_time DOUBLE, scheduled_start LONG, " +
  "due LONG, completed LONG"

const routing = (world: World, job: Row, key: string, operations: ReadonlyArray<Row>): void => {
  if (operations.length === 0) return
  const id = String(job["id"])
  world.sequence({
    kind: "job_routing",
    key,
    plexId: id,
    name: `${textOf(job, "jobNumber") ?? `Job ${id.slice(0, 8)}`} Routing`,
    dataSet: "scheduling",
    asset: world.id("part", String(job["partId"])),
    columns: rowColumns,
    rows: operations.map((each) => ({
      operation_number: each["jobOperationNumber"],
      operation_code: each["operationCode"],
      workcenter_id: each["workcenterId"],
      workcenter_code: each["workcenterCode"],
      status: each["jobOperationStatus"],
      unit: each["unitOfMeasure"],
      quantity: each["quantity"],
      quantity_completed: each["quantityCompleted"],
      setup_time: each["setupTime"],
      rate: each["rate"],
      run_time: each["runTime"],
      scheduled_start: instantOf(each, "scheduledStartDate"),
      due: instantOf(each, "dueDate"),
      completed: instantOf(each, "completedDate")
    }))
  })
}

export const jobs: Readonly<Record<string, (world: World) => void>> = {
  jobs: (world) => {
    const rows = good("jobs", world.plant.jobs)
    const keys = keysOf(rows)
    for (const job of rows) {
      const id = String(job["id"])
      const key = keys.get(id) ?? id
      const operations = swept(world, job, key) ? (world.plant.jobOperations(id) ?? []) : []
      const part = textOf(job, "partId")
      world.event({
        resource: "jobs",
        row: job,
        kind: "job",
        key,
        plexId: id,
        type: "production_job",
        subtype: stateOf(job),
        dataSet: "scheduling",
        start: startOf(job, operations),
        end: instantOf(job, "completedDate"),
        description: described(job, operations),
        links: [
          part === undefined ? undefined : world.id("part", part),
          ...operations.flatMap((each) => {
            const workcenter = textOf(each, "workcenterId")
            return workcenter === undefined ? [] : [world.id("workcenter", workcenter)]
          })
        ],
        more: { priority_rank: rankOf(job) }
      })
      routing(world, job, key, operations)
    }
  }
}
