import { createHash } from "node:crypto"
import type { Reply } from "../Reply.js"
import { json } from "../Reply.js"
import { integer } from "./Checks.js"
import type { Stored } from "./Collection.js"
import { badRequest } from "./Errors.js"
import { predicateOf } from "./Filters.js"
import type { Predicate } from "./Filters.js"
import { asArray, asNumber, asText, canonical, isObject } from "./Json.js"
import type { JsonObject } from "./Json.js"
import { requestOf } from "./Project.js"
import type { Project } from "./Project.js"
import type { Resource } from "./Resource.js"

/** Where a list goes on: after a position, and which page that will be. */
interface Resumption {
  readonly position: number
  readonly page: number
}

const fingerprintOf = (path: string, request: JsonObject): string =>
  createHash("sha256")
    .update(canonical({ path, ...request, cursor: undefined }))
    .digest("base64url")
    .slice(0, 12)

const encodeCursor = (fingerprint: string, { position, page }: Resumption): string =>
  Buffer.from(JSON.stringify([fingerprint, position, page])).toString("base64url")

const decodeCursor = (cursor: unknown, fingerprint: string): Resumption => {
  const parts = parseCursor(cursor)
  const [own, position, page] = parts
  if (parts.length !== 3 || typeof position !== "number" || typeof page !== "number") {
    throw badRequest("Invalid cursor")
  }
  if (own !== fingerprint) {
    throw badRequest("Invalid cursor: all other parameters must stay the same between pages")
  }
  return { position, page }
}

const parseCursor = (cursor: unknown): ReadonlyArray<unknown> => {
  try {
    return asArray(JSON.parse(Buffer.from(asText(cursor) ?? "", "base64url").toString()))
  } catch {
    return []
  }
}

/** A limit of 1 to `max`. */
export const limitOf = (request: JsonObject, max: number, fallback: number): number => {
  const limit = request["limit"] ?? fallback
  const problem = integer(1, max)(limit)
  if (problem !== undefined || typeof limit !== "number") {
    throw badRequest(`Invalid value at limit: ${problem}`)
  }
  return limit
}

/** `m/n`: every n-th object. */
const partitionOf = (partition: unknown): ((stored: Stored) => boolean) => {
  if (partition === undefined || partition === null) {
    return () => true
  }
  const [, part, of] = /^(\d+)\/(\d+)$/.exec(asText(partition) ?? "") ?? []
  const m = Number(part)
  const n = Number(of)
  if (!(m >= 1 && m <= n && n <= 10)) {
    throw badRequest("Invalid value at partition: must be m/n with 1 <= m <= n <= 10")
  }
  return (stored) => stored.id % n === m - 1
}

interface Order {
  readonly property: string
  readonly descending: boolean
}

const sortable = new Set([
  "startTime",
  "endTime",
  "createdTime",
  "lastUpdatedTime",
  "type",
  "subtype",
  "source",
  "externalId",
  "name"
])

/** `["p:desc"]`, `[{property: ["p"], order: "desc"}]` or `{p: "desc"}`, of at most two properties. */
const ordersOf = (sort: unknown): ReadonlyArray<Order> => {
  const pairs: ReadonlyArray<readonly [unknown, unknown]> = isObject(sort)
    ? Object.entries(sort)
    : asArray(sort).map((each) => {
        if (isObject(each)) {
          const property = each["property"]
          return [Array.isArray(property) ? property.join(".") : property, each["order"] ?? "asc"]
        }
        const [property, direction = "asc"] = String(each).split(":")
        return [property, direction]
      })
  if (pairs.length > 2) {
    throw badRequest("Invalid value at sort: at most 2 properties")
  }
  return pairs.map(([property, direction]) => {
    if (typeof property !== "string" || !sortable.has(property) || (direction !== "asc" && direction !== "desc")) {
      throw badRequest(`Invalid value at sort: ${String(property)} ${String(direction)}`)
    }
    return { property, descending: direction === "desc" }
  })
}

/** Objects without the property come last, whatever the direction. */
const compare =
  (orders: ReadonlyArray<Order>) =>
  (a: Stored, b: Stored): number => {
    for (const { property, descending } of orders) {
      const left = a.value[property]
      const right = b.value[property]
      if (left === right) {
        continue
      }
      if (left === undefined || right === undefined) {
        return left === undefined ? 1 : -1
      }
      const less = typeof left === "number" && typeof right === "number" ? left < right : String(left) < String(right)
      return less === descending ? 1 : -1
    }
    return a.id - b.id
  }

interface Page {
  readonly items: ReadonlyArray<Stored>
  /** The position of the last item, when there are more. */
  readonly next: number | undefined
}

const scan = (resource: Resource, wanted: (stored: Stored) => boolean, after: number, limit: number): Page => {
  const { collection } = resource
  const ids = collection.inOrder()
  const items: Array<Stored> = []
  for (let index = collection.indexAfter(after); index < ids.length; index++) {
    const stored = collection.get(ids[index] ?? 0)
    if (stored === undefined || !wanted(stored)) {
      continue
    }
    if (items.length === limit) {
      return { items, next: collection.positionOf(items.at(-1)?.id ?? 0) }
    }
    items.push(stored)
  }
  return { items, next: undefined }
}

const sorted = (
  resource: Resource,
  wanted: (stored: Stored) => boolean,
  orders: ReadonlyArray<Order>,
  skip: number,
  limit: number
): Page => {
  const all = Array.from(resource.collection.all()).filter(wanted).toSorted(compare(orders))
  const end = skip + limit
  return { items: all.slice(skip, end), next: end < all.length ? end : undefined }
}

const visibleTo = (resource: Resource, at: number) => (stored: Stored) =>
  stored.visible.call < resource.collection.listCalls && stored.visible.at <= at

/**
 * One page of a resource's list. Pages follow each other by internal id or by creation, as the resource says, or by
 * `sort`; the last one has no `nextCursor`.
 */
export const list = (project: Project, resource: Resource, body: unknown): Reply => {
  const request = requestOf(body, ["filter", "limit", "cursor", "partition", ...resource.listOptions])
  const knobs = project.knobs.now()
  const limit = limitOf(request, 1000, 100)
  const matches: Predicate = predicateOf(resource.filters, request["filter"], "filter")
  const inPartition = partitionOf(request["partition"])
  const orders = ordersOf(request["sort"])
  const fingerprint = fingerprintOf(resource.path, request)
  const cursor = request["cursor"] ?? undefined
  if (cursor !== undefined && knobs.cursors === "expiring") {
    throw badRequest("Cursor has expired")
  }
  const from = cursor === undefined ? { position: 0, page: 0 } : decodeCursor(cursor, fingerprint)
  resource.collection.listCalls += 1
  const visible = visibleTo(resource, project.now())
  const wanted = (stored: Stored): boolean => visible(stored) && inPartition(stored) && matches(stored.value)
  const size = knobs.cursors === "shortPages" ? Math.max(1, limit >> 1) : limit
  const empty = knobs.cursors === "emptyPages" && from.page % 2 === 1
  const page: Page = empty
    ? { items: [], next: from.position }
    : orders.length > 0
      ? sorted(resource, wanted, orders, from.position, size)
      : scan(resource, wanted, from.position, size)
  const next = followed(page, from, knobs.cursors)
  return json(200, {
    items: page.items.map((stored) => (resource.show === undefined ? stored.value : resource.show(stored, request))),
    nextCursor: next === undefined ? undefined : encodeCursor(fingerprint, next)
  })
}

/** Where the next page starts, bent by the cursor knob. */
const followed = (page: Page, from: Resumption, cursors: string): Resumption | undefined => {
  if (cursors === "repeating") {
    return { position: from.position, page: 0 }
  }
  if (page.next !== undefined) {
    return { position: page.next, page: from.page + 1 }
  }
  return cursors === "trailing" && page.items.length > 0
    ? { position: Number.MAX_SAFE_INTEGER, page: from.page + 1 }
    : undefined
}

/** The body that a GET with these parameters stands for. */
export const bodyOfQuery = (query: URLSearchParams): JsonObject => {
  const { limit, cursor, partition, ...filter } = Object.fromEntries(query)
  return {
    ...(limit === undefined ? {} : { limit: asNumber(Number(limit)) }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(partition === undefined ? {} : { partition }),
    filter
  }
}
