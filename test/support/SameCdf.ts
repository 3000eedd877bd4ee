/**
 * Whether two CDFs hold the same: object for object by external id, row for row, point for point.
 */
import type { JsonObject } from "../../src/sandbox/cdf/Json.js"
import type { Snapshot, SnapshotObjects } from "../../src/sandbox/cdf/Snapshot.js"
import { differencesAt } from "./verdict/Expectation.js"

const isRecord = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A point of what is now is stamped by the clock of the host, which two runs do not share. */
const pointOf =
  (now: number) =>
  (point: unknown): unknown => {
    const [timestamp, ...value]: ReadonlyArray<unknown> = Array.isArray(point) ? point : []
    return typeof timestamp === "number" && timestamp >= now ? ["now", ...value] : point
  }

/** So is the mark of when something was found to be gone. */
const metadataOf = (metadata: JsonObject): JsonObject =>
  "retired_at" in metadata ? { ...metadata, retired_at: "now" } : metadata

const timeless =
  (now: number) =>
  ({ metadata, points, ...rest }: JsonObject): JsonObject => ({
    ...rest,
    ...(isRecord(metadata) ? { metadata: metadataOf(metadata) } : {}),
    ...(Array.isArray(points) ? { points: points.map(pointOf(now)) } : {})
  })

/** The kinds that hold what was read from Plex. */
export const kinds = ["assets", "events", "timeSeries", "sequences", "relationships", "labels"] as const
export type Kind = (typeof kinds)[number]

const compareKind = (kind: Kind, now: number, one: SnapshotObjects, other: SnapshotObjects): ReadonlyArray<string> => {
  const plain = timeless(now)
  const ids = new Set([...Object.keys(one), ...Object.keys(other)])
  return Array.from(ids).flatMap((id) => {
    const [a, b] = [one[id], other[id]]
    if (a === undefined) return [`${kind} ${id} is too many`]
    if (b === undefined) return [`${kind} ${id} is missing`]
    return differencesAt(`${kind} ${id}`, plain(a), plain(b))
  })
}

/**
 * What `other` has otherwise than `one`, a line each; none when they are the same. `now` is the instant at which the plant of both
 * stands: what is stamped later was stamped by the clock of the host.
 */
export const cdfDifferences = (one: Snapshot, other: Snapshot, now: number): ReadonlyArray<string> =>
  kinds.flatMap((kind) => compareKind(kind, now, one[kind], other[kind]))
