/**
 * Create, update, byids, list and delete: the same for every kind of classic resource.
 */
import { Chunk, Effect, Option, Stream } from "effect"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import { CdfError } from "../../domain/Errors.js"
import type { Cdf } from "../../services/Cdf.js"
import { anyItems, nothing, resourceItems } from "./Answers.js"
import type { CdfClient } from "./CdfClient.js"
import { chunksOf, mostItems } from "./Packing.js"
import { withoutMissing } from "./WithoutMissing.js"

type Classic = Pick<
  typeof Cdf.Service,
  "create" | "update" | "byids" | "list" | "event" | "delete" | "assetsByNumericIds"
>

const endless = (kind: ResourceKind): CdfError =>
  new CdfError({
    operation: `POST /${kind}/list`,
    reason: "WrongBody",
    detail: "the same cursor was given twice: the list would never end",
    missing: [],
    duplicated: []
  })

/** `batchSize` bounds the items of a write, `concurrency` the calls that one of these functions has in flight. */
export const classicResources = (
  { post }: typeof CdfClient.Service,
  { batchSize, concurrency }: { readonly batchSize: number; readonly concurrency: number }
): Classic => {
  const writeSize = Math.min(batchSize, mostItems)

  // One after the other: an asset's parent may stand in an earlier chunk.
  const create: Classic["create"] = (kind, resources) =>
    Effect.forEach(chunksOf(resources, writeSize), (items) => post(kind, { items }, resourceItems[kind])).pipe(
      Effect.map((answers) => answers.flatMap(({ items }) => items))
    )

  const update: Classic["update"] = (kind, patches) =>
    kind === "labels"
      ? Effect.dieMessage("CDF cannot update labels")
      : Effect.forEach(chunksOf(patches, writeSize), (items) => post(`${kind}/update`, { items }, anyItems), {
          discard: true
        })

  const byids: Classic["byids"] = (kind, externalIds) =>
    Effect.forEach(
      chunksOf([...new Set(externalIds)], mostItems), // some services refuse a call that names an id twice
      (ids) =>
        post(
          `${kind}/byids`,
          { items: ids.map((externalId) => ({ externalId })), ignoreUnknownIds: true },
          resourceItems[kind]
        ),
      { concurrency }
    ).pipe(Effect.map((answers) => answers.flatMap(({ items }) => items)))

  const list: Classic["list"] = (kind, filter) =>
    Stream.suspend(() => {
      const seen = new Set<string>()
      return Stream.paginateChunkEffect(Option.none<string>(), (cursor) =>
        Effect.flatMap(
          post(
            `${kind}/list`,
            { filter, limit: mostItems, ...(Option.isSome(cursor) ? { cursor: cursor.value } : {}) },
            resourceItems[kind]
          ),
          ({ items, nextCursor }) => {
            const page = Chunk.unsafeFromArray(items)
            if (nextCursor === undefined || nextCursor === null || nextCursor === "") {
              return Effect.succeed([page, Option.none<Option.Option<string>>()] as const)
            }
            if (seen.has(nextCursor)) return Effect.fail(endless(kind))
            seen.add(nextCursor)
            return Effect.succeed([page, Option.some(Option.some(nextCursor))] as const)
          }
        )
      )
    })

  const event: Classic["event"] = (which, filter) =>
    post(
      "events/list",
      {
        // Without any condition on it, an event without a start fits too.
        filter: { ...filter, startTime: filter["startTime"] ?? { min: 0 } },
        limit: 1,
        sort: [
          { property: ["startTime"], order: which === "first" ? "asc" : "desc", nulls: "last" },
          { property: ["endTime"], order: "desc", nulls: "last" }
        ]
      },
      resourceItems.events
    ).pipe(Effect.map(({ items }) => items[0]))

  const remove: Classic["delete"] = (kind, externalIds) =>
    Effect.forEach(
      chunksOf([...new Set(externalIds)], writeSize),
      (ids) => {
        const items = ids.map((externalId) => ({ externalId }))
        return kind === "labels"
          ? withoutMissing(items, (named) => post("labels/delete", { items: named }, nothing))
          : post(`${kind}/delete`, { items, ignoreUnknownIds: true }, nothing)
      },
      { discard: true }
    )

  const assetsByNumericIds: Classic["assetsByNumericIds"] = (ids) =>
    Effect.forEach(
      chunksOf([...new Set(ids)], mostItems),
      (some) =>
        post("assets/byids", { items: some.map((id) => ({ id })), ignoreUnknownIds: true }, resourceItems.assets),
      { concurrency }
    ).pipe(Effect.map((answers) => answers.flatMap(({ items }) => items)))

  return { create, update, byids, list, event, delete: remove, assetsByNumericIds }
}
