import type { Reply } from "../Reply.js"
import { json } from "../Reply.js"
import * as checks from "./Checks.js"
import type { Collection, Stored } from "./Collection.js"
import { badRequest } from "./Errors.js"
import { asArray, asNumber, asObject, asText } from "./Json.js"
import type { JsonObject } from "./Json.js"
import { limitOf } from "./Listing.js"
import { flagOf, itemsOf, refusePoisoned, requestOf } from "./Project.js"
import type { Project } from "./Project.js"
import { referenceOf, resolve } from "./References.js"
import { timeSeriesTexts } from "./TimeSeries.js"

/** A point of a series; `status` only when one was given that is not plain Good. */
export interface Point {
  readonly timestamp: number
  /** Absent for a bad point without a value. */
  readonly value?: number | string | undefined
  readonly status?: JsonObject | undefined
}

const earliest = -2_208_988_800_000
const latest = 4_102_444_799_999
const timestampCheck = checks.integer(earliest, latest)
/** Exclusive ends may lie just behind the last timestamp. */
const boundCheck = checks.integer(earliest, latest + 1)
const badCode = 0x8000_0000
const numberWords = new Set(["NaN", "Infinity", "-Infinity"])
const statusCheck = checks.shape({ code: checks.integer(0, 0xffff_ffff), symbol: checks.text(1, 255) }, [])
const unitMillis: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }

const isBad = (status: JsonObject | undefined): boolean =>
  (asNumber(status?.["code"]) ?? 0) >= badCode || (asText(status?.["symbol"])?.startsWith("Bad") ?? false)

const valueProblem = (value: unknown, isString: boolean, bad: boolean): string | undefined => {
  if (value === undefined || value === null) {
    return bad ? undefined : "Missing value for datapoint"
  }
  if (isString) {
    return typeof value !== "string"
      ? "Expected string value for datapoint"
      : Buffer.byteLength(value) > 1023
        ? "String value of datapoint must be at most 1023 bytes"
        : checks.text(0, 1023)(value)
  }
  if (bad && typeof value === "string" && numberWords.has(value)) {
    return undefined
  }
  return typeof value !== "number"
    ? "Expected numeric value for datapoint"
    : Math.abs(value) < 1e100
      ? undefined
      : "Numeric value of datapoint must be between -1e100 and 1e100"
}

/** The index of the first point that is not before `timestamp`. */
const indexOf = (points: ReadonlyArray<Point>, timestamp: number): number => {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle]?.timestamp ?? 0) < timestamp) {
      low = middle + 1
    } else {
      high = middle
    }
  }
  return low
}

/** The points of all series, in order of time, by the series' internal id. */
export class Datapoints {
  private readonly series = new Map<number, Array<Point>>()

  constructor(
    private readonly project: Project,
    private readonly collection: Collection
  ) {}

  /** Points go with their series. */
  readonly changed = (previous: Stored | undefined, next: Stored | undefined): void => {
    if (previous !== undefined && next === undefined) {
      this.series.delete(previous.id)
    }
  }

  /** All points of a series, bad ones too. */
  pointsOf(id: number): ReadonlyArray<Point> {
    return this.series.get(id) ?? []
  }

  /** `POST /timeseries/data`: at most 10,000 series and 100,000 points; a point at a known timestamp replaces it. */
  insert(body: unknown): Reply {
    const items = itemsOf(body, 10_000).map((item, index) => {
      const request = requestOf(item, ["id", "externalId", "datapoints"])
      if (!Array.isArray(request["datapoints"])) {
        throw badRequest(`Missing required property at items[${index}]: datapoints`)
      }
      return { reference: referenceOf(item, `items[${index}]`, true), points: asArray(request["datapoints"]) }
    })
    const total = items.reduce((sum, { points }) => sum + points.length, 0)
    if (total > 100_000) {
      throw badRequest(`At most 100000 datapoints per request, has ${total}`)
    }
    const references = items.map(({ reference }) => reference)
    refusePoisoned(
      this.project,
      references.map((each) => ("externalId" in each ? each.externalId : undefined))
    )
    const targets = resolve(this.collection, references, timeSeriesTexts, false)
    const writes = targets.map((stored, index) => {
      const isString = stored?.value["isString"] === true
      return (items[index]?.points ?? []).map((point, at) =>
        this.checkedPoint(point, isString, `items[${index}].datapoints[${at}]`)
      )
    })
    targets.forEach((stored, index) => {
      if (stored !== undefined) {
        this.write(stored.id, writes[index] ?? [])
      }
    })
    return json(200, {})
  }

  /** `POST /timeseries/data/list`: raw points, start inclusive, end exclusive; bad ones only when asked for. */
  list(body: unknown): Reply {
    const options = ["start", "end", "limit", "cursor", "includeStatus", "ignoreBadDataPoints", "treatUncertainAsBad"]
    const items = itemsOf(body, 100, [...options, "ignoreUnknownIds"])
    const shared = asObject(body)
    const queries = items.map((item, index) => {
      const own = requestOf(item, ["id", "externalId", ...options])
      return { query: { ...shared, ...own }, reference: referenceOf(item, `items[${index}]`, true) }
    })
    const found = resolve(
      this.collection,
      queries.map(({ reference }) => reference),
      timeSeriesTexts,
      flagOf(shared, "ignoreUnknownIds")
    )
    const asked = queries.reduce((sum, { query }) => sum + limitOf(query, 100_000, 100), 0)
    if (asked > 100_000 && queries.length > 1) {
      throw badRequest(`At most 100000 datapoints per request, asked for ${asked}`)
    }
    return json(200, {
      items: found.flatMap((stored, index) =>
        stored === undefined ? [] : [this.page(stored, queries[index]?.query ?? {})]
      )
    })
  }

  /** `POST /timeseries/data/latest`: the last good point before a time, exclusive; default before now. */
  latest(body: unknown): Reply {
    const items = itemsOf(body, 100, ["ignoreUnknownIds", "includeStatus", "ignoreBadDataPoints"])
    const queries = items.map((item, index) => ({
      before: requestOf(item, ["id", "externalId", "before"])["before"],
      reference: referenceOf(item, `items[${index}]`, true)
    }))
    const found = resolve(
      this.collection,
      queries.map(({ reference }) => reference),
      timeSeriesTexts,
      flagOf(asObject(body), "ignoreUnknownIds")
    )
    return json(200, {
      items: found.flatMap((stored, index) => {
        if (stored === undefined) {
          return []
        }
        const before = this.timeOf(queries[index]?.before ?? "now", "before")
        const points = this.pointsOf(stored.id)
        const last = points.slice(0, indexOf(points, before)).findLast(({ status }) => !isBad(status))
        return [{ ...this.header(stored), datapoints: last === undefined ? [] : [this.shown(last, false)] }]
      })
    })
  }

  /** `POST /timeseries/data/delete`: ranges of at most 10,000 series. */
  remove(body: unknown): Reply {
    const items = itemsOf(body, 10_000).map((item, index) => {
      const place = `items[${index}]`
      const { inclusiveBegin, exclusiveEnd } = requestOf(item, ["id", "externalId", "inclusiveBegin", "exclusiveEnd"])
      const begin = this.boundOf(inclusiveBegin, `${place}.inclusiveBegin`)
      const end = this.boundOf(exclusiveEnd ?? begin + 1, `${place}.exclusiveEnd`)
      if (end <= begin) {
        throw badRequest(`Invalid value at ${place}.exclusiveEnd: must be after inclusiveBegin`)
      }
      return { reference: referenceOf(item, place, true), begin, end }
    })
    // One series may be given with several ranges: the references are resolved one by one.
    const targets = items.map(({ reference }) => resolve(this.collection, [reference], timeSeriesTexts, false)[0])
    targets.forEach((stored, index) => {
      const points = this.series.get(stored?.id ?? 0)
      const range = items[index]
      if (points !== undefined && range !== undefined) {
        const from = indexOf(points, range.begin)
        points.splice(from, indexOf(points, range.end) - from)
      }
    })
    return json(200, {})
  }

  private checkedPoint(point: unknown, isString: boolean, place: string): Point {
    const { timestamp, value, status } = requestOf(point, ["timestamp", "value", "status"])
    const problem = timestampCheck(timestamp)
    if (problem !== undefined || typeof timestamp !== "number") {
      throw badRequest(`Invalid value at ${place}.timestamp: ${problem}`)
    }
    const statusProblem = status === undefined || status === null ? undefined : statusCheck(status)
    if (statusProblem !== undefined) {
      throw badRequest(`Invalid value at ${place}.status: ${statusProblem}`)
    }
    const given = status === undefined || status === null ? undefined : asObject(status)
    const mismatch = valueProblem(value, isString, isBad(given))
    if (mismatch !== undefined) {
      throw badRequest(mismatch)
    }
    const good = given === undefined || given["code"] === 0 || given["symbol"] === "Good"
    return {
      timestamp,
      ...(typeof value === "string" || typeof value === "number" ? { value } : {}),
      ...(good ? {} : { status: given })
    }
  }

  private write(id: number, incoming: ReadonlyArray<Point>): void {
    const points = this.series.get(id) ?? []
    this.series.set(id, points)
    for (const point of incoming) {
      const index = indexOf(points, point.timestamp)
      points.splice(index, points[index]?.timestamp === point.timestamp ? 1 : 0, point)
    }
  }

  private page(stored: Stored, query: JsonObject): JsonObject {
    const limit = limitOf(query, 100_000, 100)
    const points = this.pointsOf(stored.id)
    const cursor = asText(query["cursor"])
    const start = cursor === undefined ? this.timeOf(query["start"] ?? 0, "start") : this.cursorOf(cursor)
    const end = this.timeOf(query["end"] ?? "now", "end")
    const withBad = query["ignoreBadDataPoints"] === false
    const wanted = points
      .slice(indexOf(points, start), indexOf(points, end))
      .filter(({ status }) => withBad || !isBad(status))
    const more = wanted[limit]
    return {
      ...this.header(stored),
      datapoints: wanted.slice(0, limit).map((point) => this.shown(point, query["includeStatus"] === true)),
      ...(more === undefined ? {} : { nextCursor: Buffer.from(`at ${more.timestamp}`).toString("base64url") })
    }
  }

  private shown({ timestamp, value, status }: Point, withStatus: boolean): JsonObject {
    return { timestamp, value, ...(withStatus ? { status: status ?? { code: 0, symbol: "Good" } } : {}) }
  }

  private header({ id, externalId, value }: Stored): JsonObject {
    return {
      id,
      externalId,
      isString: value["isString"],
      isStep: value["isStep"],
      unit: value["unit"],
      type: value["type"]
    }
  }

  private boundOf(value: unknown, place: string): number {
    const problem = boundCheck(value)
    if (problem !== undefined || typeof value !== "number") {
      throw badRequest(`Invalid value at ${place}: ${problem}`)
    }
    return value
  }

  /** Epoch milliseconds, `now`, or `2d-ago` with s, m, h, d or w. */
  private timeOf(value: unknown, place: string): number {
    if (value === "now") {
      return this.project.now() + 1
    }
    const [, count, unit] = /^(\d+)([smhdw])-ago$/.exec(asText(value) ?? "") ?? []
    return count === undefined
      ? this.boundOf(value, place)
      : this.project.now() - Number(count) * (unitMillis[unit ?? ""] ?? 0)
  }

  private cursorOf(cursor: string): number {
    const [, timestamp] = /^at (-?\d+)$/.exec(Buffer.from(cursor, "base64url").toString()) ?? []
    if (timestamp === undefined) {
      throw badRequest("Invalid cursor")
    }
    return Number(timestamp)
  }
}
