/**
 * How Plex is asked about one object: by its id where Plex has an endpoint for that, else by the list or the period that it comes in.
 */
import { Effect, Option, Schema, Stream } from "effect"
import type { StoredResources } from "../domain/cdf/Stored.js"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { PlexError, StateError } from "../domain/Errors.js"
import type { Facility } from "../domain/Facility.js"
import type { FlowName } from "../domain/Flow.js"
import { Instant, toMillis } from "../domain/Instant.js"
import type { Origin } from "../domain/Origin.js"
import { pathOf } from "../domain/plex/PlexPath.js"
import { Job } from "../domain/records/Job.js"
import { fingerprintOf, type SweepObject } from "../domain/SweepObject.js"
import type { TimeSlice } from "../domain/TimeSlice.js"
import { Ledger, type LedgerRow } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import type { PlexDataSource } from "../services/PlexDataSource.js"
import { jobToSweep } from "./jobOperations.js"
import { plexKeys } from "./plexKeys.js"

/** What is known of the object before Plex is asked. */
export interface Known {
  readonly origin: Origin
  readonly row: LedgerRow | undefined
  readonly held: StoredResources[ResourceKind] | undefined
  /** The period in which its dead letter came. */
  readonly window: TimeSlice | undefined
}

/** What is asked. */
export interface Question {
  /** In place of this list of the flow, */
  readonly list?: string | undefined
  /** these records are asked for, each by its path; by default the list itself. */
  readonly one?: string | undefined
  /** Of what Plex gives, the records of the object. */
  readonly isIts: (record: unknown) => boolean
  /** Read instead of what follows the watermark. */
  readonly period?: TimeSlice | undefined
  /** By which a sweep comes to the object. */
  readonly swept?: SweepObject | undefined
  /** Whether nothing follows the list: what is derived from a whole list is not to be derived from a part of it. */
  readonly endsWithList: boolean
}

/** Why Plex is not asked. */
export interface NotAsked {
  readonly reason: string
}

const fieldIs =
  (names: ReadonlyArray<string>, key: string) =>
  (record: unknown): boolean =>
    typeof record === "object" &&
    record !== null &&
    names.some((name) => {
      const value: unknown = Reflect.get(record, name)
      return (typeof value === "string" || typeof value === "number") && String(value) === key
    })

const decodeInstant = Schema.decodeUnknownOption(Instant)

const isOfMoment =
  (fields: ReadonlyArray<string>, moment: number) =>
  (record: unknown): boolean =>
    typeof record === "object" &&
    record !== null &&
    fields.some((name) =>
      Option.exists(decodeInstant(Reflect.get(record, name)), (instant) => toMillis(instant) === moment)
    )

interface ListRule {
  readonly path: string
  /** The fields of a record that may hold the key. */
  readonly keys: ReadonlyArray<string>
  /** Segments of the path of one record, its id apart. */
  readonly one?: ReadonlyArray<string>
}

const definitions = "/production/v1/production-definitions"

const lists: Partial<Record<FlowName, ListRule>> = {
  buildings: { path: "/mdm/v1/buildings", keys: ["id"] },
  parts: { path: "/mdm/v1/parts", keys: ["id"], one: ["mdm", "v1", "parts"] },
  operations: { path: "/mdm/v1/operations", keys: ["id"], one: ["mdm", "v1", "operations"] },
  "supply-items": { path: "/inventory/v1/inventory-definitions/supply-items", keys: ["id"] },
  "production-lines": { path: `${definitions}/production-lines`, keys: ["id"] },
  workcenters: {
    path: `${definitions}/workcenters`,
    keys: ["workcenterId"],
    one: ["production", "v1", "production-definitions", "workcenters"]
  },
  equipment: { path: "/maintenance/v1/equipment", keys: ["id"], one: ["maintenance", "v1", "equipment"] },
  // The routing of a part is a sequence of its steps.
  routings: { path: "/mdm/v1/part-operations", keys: ["id", "partId"] },
  locations: { path: "/inventory/v1/inventory-definitions/locations", keys: ["locationId"] },
  containers: {
    path: "/inventory/v1/inventory-tracking/containers",
    keys: ["serialNo"],
    one: ["inventory", "v1", "inventory-tracking", "containers"]
  },
  specifications: {
    path: "/quality/v1/part-specifications",
    keys: ["id"],
    one: ["quality", "v1", "part-specifications"]
  },
  "control-plans": { path: "/quality/v1/control-plans", keys: ["id"] },
  deviations: { path: "/quality/v1/deviations", keys: ["id"], one: ["quality", "v1", "deviations"] },
  jobs: { path: "/scheduling/v1/jobs", keys: ["id", "jobNumber"], one: ["scheduling", "v1", "jobs"] }
}

/** Fields that hold the moment by which a record of history belongs to a window. */
const momentFields: Partial<Record<FlowName, ReadonlyArray<string>>> = {
  "production-entries": ["transactionDate"],
  "scrap-entries": ["transactionDate"],
  "status-entries": ["logDate"],
  movements: ["adjustmentDate"],
  adjustments: ["adjustmentDate"]
}

const minute = 60_000

const minuteOf = (moment: number): TimeSlice => {
  const begin = Math.floor(moment / minute) * minute
  return { begin, end: begin + minute }
}

/** The moment in a key that was made of it: `20260611T140322417_…`, or the milliseconds after the workcenter. */
const momentInKey = ({ flow, key }: Origin): number | undefined => {
  if (flow === "status-entries") {
    const millis = Number(/_(\d{1,15})(?:_\d+)?$/.exec(key)?.[1])
    return Number.isSafeInteger(millis) ? millis : undefined
  }
  const [, year, month, day, hour, minutes, seconds, rest] =
    /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})_/.exec(key) ?? []
  const moment = Date.parse(`${year}-${month}-${day}T${hour}:${minutes}:${seconds}.${rest}Z`)
  return Number.isNaN(moment) ? undefined : moment
}

const startOf = (held: Known["held"]): number | undefined =>
  held !== undefined && "startTime" in held ? held.startTime : undefined

const ofPeriod = ({ held, origin, row, window }: Known, { tables }: Facility): Question | NotAsked => {
  const fields = momentFields[origin.flow]
  const inKey = fields === undefined ? undefined : momentInKey(origin)
  const moment = inKey ?? row?.moment ?? startOf(held)
  const period = moment === undefined ? window : minuteOf(moment)
  if (period === undefined) {
    return {
      reason: `Plex tells ${origin.flow} by period alone, and neither the id, the state nor CDF says when it was`
    }
  }
  return {
    period,
    isIts:
      fields !== undefined && moment !== undefined
        ? isOfMoment(fields, moment)
        : fieldIs(["Checksheet_No", ...tables.dataSources.problems.numberColumns], origin.key),
    endsWithList: false
  }
}

const ofList = (rule: ListRule, { origin, row, held }: Known): Question => {
  const metadata = held !== undefined && "metadata" in held ? held.metadata : undefined
  const plexId = row?.plexId ?? metadata?.["plex_id"]
  // The key of a job is its number; Plex knows it by its id.
  const key = origin.flow === "jobs" ? plexId : origin.key
  const one = rule.one === undefined || key === undefined ? undefined : pathOf(...rule.one, key)
  return {
    list: rule.path,
    one,
    isIts:
      one === undefined
        ? fieldIs(rule.keys, plexId !== undefined && origin.flow === "jobs" ? plexId : origin.key)
        : () => true,
    endsWithList: origin.flow !== "routings"
  }
}

const metadataOf = (held: Known["held"]): Readonly<Record<string, string>> =>
  held !== undefined && "metadata" in held ? held.metadata : {}

/** The object that a sweep comes by, as it is offered, else as it would be. */
const offeredOf = (flow: FlowName, key: string, made: Effect.Effect<SweepObject | undefined, PlexError, Plex>) =>
  Effect.gen(function* () {
    const offered = yield* (yield* Ledger).offered(flow, [key])
    return offered.get(key) ?? (yield* made)
  })

const named = (id: string, number: string | undefined): SweepObject => {
  const content = JSON.stringify({ id, number: number ?? null })
  return { key: id, fingerprint: fingerprintOf(content), content, again: true }
}

const swept = (object: SweepObject | undefined, isIts: Question["isIts"], reason: string): Question | NotAsked =>
  object === undefined ? { reason } : { swept: object, isIts, endsWithList: false }

const decodeJob = Schema.decodeUnknownOption(Job)

const partOf = ({ held, origin, row }: Known, { ids }: Facility) =>
  Effect.gen(function* () {
    if (origin.kind === "sequences") return origin.key
    const part = row?.links[0] ?? (held !== undefined && "sourceExternalId" in held ? held.sourceExternalId : undefined)
    return part === undefined ? undefined : (yield* plexKeys(ids, "part", [part])).get(part)
  })

const bomPart = (known: Known, facility: Facility) =>
  Effect.gen(function* () {
    const part = yield* partOf(known, facility)
    const path = pathOf("engineering", "v1", "boms", known.origin.key)
    if (part !== undefined || path === undefined) return part
    const line = yield* Effect.option((yield* Plex).get(path))
    const partId: unknown = Option.match(line, {
      onNone: () => undefined,
      onSome: (record) => (typeof record === "object" && record !== null ? Reflect.get(record, "partId") : undefined)
    })
    return typeof partId === "string" ? partId : undefined
  })

const ofSweep = (
  known: Known,
  facility: Facility
): Effect.Effect<Question | NotAsked, PlexError | StateError, Ledger | Plex> =>
  Effect.gen(function* () {
    const { held, origin, row } = known
    const isIts = fieldIs(["id"], origin.key)
    if (origin.flow === "boms") {
      const part = yield* bomPart(known, facility)
      if (part === undefined)
        return { reason: "Plex tells bills of material part by part, and it is not known whose it is" }
      const object = yield* offeredOf("boms", part, Effect.succeed(named(part, metadataOf(held)["number"])))
      return swept(object, origin.kind === "sequences" ? () => true : isIts, "")
    }
    if (origin.flow === "control-plan-lines") {
      const plan = metadataOf(held)["control_plan_id"]
      if (plan === undefined) {
        return { reason: "Plex tells control plan lines plan by plan, and it is not known of which plan it is" }
      }
      const object = yield* offeredOf(
        "control-plan-lines",
        plan,
        Effect.succeed(named(plan, metadataOf(held)["control_plan_no"]))
      )
      return swept(object, isIts, "")
    }
    const job = row?.plexId ?? metadataOf(held)["plex_id"]
    const path = job === undefined ? undefined : pathOf("scheduling", "v1", "jobs", job)
    if (job === undefined || path === undefined) return { reason: "it is not known of which job it is" }
    const object = yield* offeredOf(
      "job-operations",
      job,
      Effect.map((yield* Plex).get(path), (record) =>
        Option.getOrUndefined(Option.map(decodeJob(record), (decoded) => jobToSweep(decoded, undefined, false)))
      )
    )
    return swept(object, () => true, "its job cannot be read")
  })

/** What is to be asked about an object. */
export const questionOf = (
  known: Known,
  facility: Facility,
  specificationsByRest: boolean
): Effect.Effect<Question | NotAsked, PlexError | StateError, Ledger | Plex> => {
  const { origin } = known
  if (origin.flow === "hierarchy") return Effect.succeed({ isIts: () => false, endsWithList: false })
  if (origin.kind === "timeseries") {
    return Effect.succeed({ reason: `no single record stands behind a series: ${origin.flow} makes its points` })
  }
  if (origin.flow === "specifications" && !specificationsByRest) {
    return Effect.succeed({ isIts: fieldIs(["Specification_Key"], origin.key), endsWithList: false })
  }
  const rule = lists[origin.flow]
  if (rule !== undefined) return Effect.succeed(ofList(rule, known))
  return origin.flow === "boms" || origin.flow === "control-plan-lines" || origin.flow === "job-operations"
    ? ofSweep(known, facility)
    : Effect.succeed(ofPeriod(known, facility))
}

/** The records that Plex gave of the object. */
export type Records = Array<unknown>

/** Keeps those that are the object's while a list goes past. */
const keeping =
  (records: Records, isIts: Question["isIts"]) =>
  <A, E, R>(source: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
    Stream.mapChunks(source, (chunk) => {
      for (const record of chunk) if (isIts(record)) records.push(record)
      return chunk
    })

/** The data sources for this question: they are asked as ever; `records` are the object's. */
export const overheard = (
  source: typeof PlexDataSource.Service,
  { isIts }: Question,
  records: Records
): typeof PlexDataSource.Service => ({
  ...source,
  execute: (name, inputs) =>
    Effect.tap(source.execute(name, inputs), ({ rows }) => Effect.sync(() => void records.push(...rows.filter(isIts)))),
  window: (name, slice, inputs) => source.window(name, slice, inputs).pipe(keeping(records, isIts))
})

/** Plex for this question: what is asked for is as narrow as can be; `records` are the object's, `ended` is done after its list. */
export const narrowed = (
  plex: typeof Plex.Service,
  { endsWithList, isIts, list, one }: Question,
  records: Records,
  ended: Effect.Effect<unknown>
): typeof Plex.Service => {
  const noted = keeping(records, isIts)
  const single = (path: string) =>
    Stream.unwrap(
      plex.get(path).pipe(
        Effect.map((record) => Stream.succeed(record)),
        Effect.catchIf(
          ({ reason }) => reason === "NotFound",
          () => Effect.succeed(Stream.empty)
        )
      )
    )
  return {
    ...plex,
    list: (path, query) => {
      if (path !== list) return noted(plex.list(path, query))
      const narrow = noted(one === undefined ? Stream.filter(plex.list(path, query), isIts) : single(one))
      return endsWithList ? Stream.concat(narrow, Stream.drain(Stream.fromEffect(ended))) : narrow
    },
    window: (path, slice, query) => noted(plex.window(path, slice, query))
  }
}
