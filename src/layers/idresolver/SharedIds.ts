/**
 * Numeric ids of assets in Redis, shared by processes. What it does not know, or when it is away, costs a question to CDF only.
 */
import { Chunk, Effect, Metric, Option, Schema, type Scope, Stream } from "effect"
import { ExternalId } from "../../domain/ExternalId.js"
import type { Redis, RedisAway } from "./RedisConnection.js"

export interface SharedIds {
  /** The numeric ids that are known of these. */
  readonly get: (externalIds: ReadonlyArray<ExternalId>) => Effect.Effect<ReadonlyMap<ExternalId, number>>
  /** What CDF answered; it may be older than what stands there, or than what was forgotten a moment ago, and gives way to it. */
  readonly learn: (ids: ReadonlyMap<ExternalId, number>) => Effect.Effect<void>
  /** What CDF has just confirmed, or what is known better than what stands there. */
  readonly tell: (ids: ReadonlyMap<ExternalId, number>) => Effect.Effect<void>
  /** Assets that are gone or were made anew, for every process. */
  readonly forget: (externalIds: ReadonlyArray<ExternalId>) => Effect.Effect<void>
  /** Assets that other processes have forgotten. */
  readonly forgotten: Stream.Stream<ReadonlyArray<ExternalId>>
}

export interface SharedIdsOptions {
  /** CDF's host and project: the same external id stands for another asset elsewhere. */
  readonly cdf: string
  /** Tells this resolver from all others that use the same Redis. */
  readonly self: string
  /** Seconds that an id is kept. */
  readonly timeToLive: number
  /** Seconds in which an answer of CDF that was on its way cannot bring back an id that was forgotten. */
  readonly forgottenFor: number
}

export const day = 86_400

/** Keys of one round trip. */
const mostKeys = 1000

/** An asset was forgotten a moment ago. No number: whoever reads it asks CDF. */
const forgottenMark = ""

const number = /^[1-9][0-9]{0,15}$/

/** A value that is no id of ours counts as absent. */
const idOf = (value: string | null | undefined): number | undefined => {
  if (typeof value !== "string" || !number.test(value)) return undefined
  const id = Number(value)
  return Number.isSafeInteger(id) ? id : undefined
}

const Message = Schema.parseJson(Schema.Struct({ from: Schema.String, forgotten: Schema.Array(ExternalId) }))
const decodeMessage = Schema.decodeUnknownOption(Message)

const failures = Metric.counter("plex_cdf_redis_failures_total", {
  description: "Questions to Redis that were not answered",
  incremental: true
})

const slices = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / mostKeys) }, (_, at) => all.slice(at * mostKeys, (at + 1) * mostKeys))

/** Whether Redis did it matters to nobody; it is counted. */
const orNothing = <A>(asked: Effect.Effect<A, RedisAway>): Effect.Effect<Option.Option<A>> =>
  asked.pipe(
    Effect.tapError(() => Metric.increment(failures)),
    Effect.option
  )

export const makeSharedIds = (
  redis: Redis,
  { cdf, forgottenFor, self, timeToLive }: SharedIdsOptions
): Effect.Effect<SharedIds, never, Scope.Scope> =>
  Effect.gen(function* () {
    // The number is the version of what stands there.
    const keyOf = (externalId: ExternalId) => `plex-cdf:1:asset:${cdf}:${externalId}`
    const channel = `plex-cdf:1:forgotten:${cdf}`
    const messages = yield* redis.heard(channel)

    const get: SharedIds["get"] = (externalIds) =>
      Effect.gen(function* () {
        const known = new Map<ExternalId, number>()
        for (const some of slices(externalIds)) {
          const keys = some.map(keyOf)
          const values = yield* orNothing(redis.ask((client) => client.mGet(keys)))
          if (Option.isNone(values)) return known
          const spoilt: Array<string> = []
          for (const [at, externalId] of some.entries()) {
            const value = values.value[at]
            const id = idOf(value)
            if (id !== undefined) known.set(externalId, id)
            else if (typeof value === "string" && value !== forgottenMark) spoilt.push(keyOf(externalId))
          }
          // What is no id would stand in the way of one.
          if (spoilt.length > 0) yield* orNothing(redis.ask((client) => client.del(spoilt)))
        }
        return known
      })

    const keep = (ids: ReadonlyMap<ExternalId, number>, absentOnly: boolean) =>
      Effect.forEach(
        slices([...ids]),
        (some) =>
          orNothing(
            redis.ask((client) => {
              const sets = client.multi()
              for (const [externalId, id] of some) {
                sets.set(keyOf(externalId), String(id), {
                  expiration: { type: "EX", value: timeToLive },
                  ...(absentOnly ? { condition: "NX" } : {})
                })
              }
              return sets.execAsPipeline()
            })
          ),
        { discard: true }
      )

    const forget: SharedIds["forget"] = (externalIds) =>
      Effect.forEach(
        slices(externalIds),
        (some) =>
          orNothing(
            redis.ask((client) => {
              const sets = client.multi()
              for (const externalId of some) {
                sets.set(keyOf(externalId), forgottenMark, { expiration: { type: "EX", value: forgottenFor } })
              }
              sets.publish(channel, JSON.stringify({ from: self, forgotten: some }))
              return sets.execAsPipeline()
            })
          ),
        { discard: true }
      )

    return {
      get,
      learn: (ids) => keep(ids, true),
      tell: (ids) => keep(ids, false),
      forget,
      forgotten: messages.pipe(
        Stream.mapChunks(
          Chunk.filterMap((text) =>
            Option.filterMap(decodeMessage(text), ({ forgotten, from }) =>
              from === self ? Option.none() : Option.some(forgotten)
            )
          )
        )
      )
    }
  })
