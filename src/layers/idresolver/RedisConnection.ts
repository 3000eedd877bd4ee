/**
 * The Redis that processes share, as `REDIS_URL` names it. It is asked for a moment only; where it does not answer it is left
 * alone for a while, so that a run is as fast and as right without it.
 */
import type { createClient } from "@redis/client"
import { Context, Data, Effect, Exit, Layer, Option, Queue, Redacted, Schedule, type Scope, Stream } from "effect"
import { AppConfig } from "../../services/AppConfig.js"
import { monotonicMillis } from "../http/MonotonicClock.js"

/** The client of the library that talks to Redis. */
export type RedisClient = ReturnType<typeof createClient<{}, {}, {}, 2>>

/** Redis did not do what it was asked; says why in a few words, never where or as whom. */
export class RedisAway extends Data.TaggedError("RedisAway")<{ readonly detail: string }> {}

/** How Redis is asked and listened to. */
export interface Redis {
  /** One round trip. Fails at once while Redis is left alone. */
  readonly ask: <A>(command: (client: RedisClient) => Promise<A>) => Effect.Effect<A, RedisAway>
  /** What others publish on a channel from now on, for as long as there is a connection. */
  readonly heard: (channel: string) => Effect.Effect<Stream.Stream<string>, never, Scope.Scope>
}

/** Redis, where there is one. */
export class RedisConnection extends Context.Tag("plex-cdf/RedisConnection")<RedisConnection, Option.Option<Redis>>() {}

/** How long Redis is waited for, and left alone. */
export interface RedisLimits {
  /** Milliseconds until a connection is given up. */
  readonly connect: number
  /** Milliseconds until an answer is given up. */
  readonly answer: number
  /** Milliseconds for which Redis is left alone after a failure; doubled with each that follows, up to `longestRest`. */
  readonly rest: number
  readonly longestRest: number
  /** Milliseconds between looks whether the connection still holds. */
  readonly watch: number
}

const defaults: RedisLimits = { connect: 1000, answer: 500, rest: 5000, longestRest: 60_000, watch: 15_000 }

/** Messages not yet read; beyond that the oldest are dropped. */
const mostUnread = 1000

/** The code of a failure, or the first word of a refusal: more could hold an address or a name. */
const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown"
  if ("code" in error && typeof error.code === "string") return error.code
  return /^[A-Z]{2,}\b/.exec(error.message)?.[0] ?? error.constructor.name
}

const away = (error: unknown) => new RedisAway({ detail: causeOf(error) })

/** A connection for commands, and one that only listens. */
interface Open {
  readonly commands: RedisClient
  readonly listener: RedisClient
  /** Why they were lost; whatever was asked then only says that they are. */
  cause: unknown
}

/** Who wants what is published there; `tell` is one function for as long as the connection lives. */
interface Channel {
  readonly queues: Set<Queue.Queue<string>>
  readonly tell: (message: string) => void
}

const close = ({ commands, listener }: Open): void => {
  commands.destroy()
  listener.destroy()
}

/** Connects at once and again whenever it was away; closed with the scope. */
export const makeRedis = (
  url: Redacted.Redacted,
  limits: RedisLimits = defaults
): Effect.Effect<Redis, never, Scope.Scope> =>
  Effect.gen(function* () {
    let open: Open | undefined
    let restUntil = -Infinity
    let failures = 0
    const listening = new Map<string, Channel>()
    const connecting = yield* Effect.makeSemaphore(1)

    const drop = (connections: Open): void => {
      if (open === connections) open = undefined
      close(connections)
    }

    /** Nothing where it is subscribed already. */
    const subscribe = (listener: RedisClient) =>
      Promise.all(Array.from(listening, ([channel, { tell }]) => listener.subscribe(channel, tell)))

    const connect: Effect.Effect<Open, RedisAway> = Effect.gen(function* () {
      // Loaded only where it is used.
      const redis = yield* Effect.tryPromise({ try: () => import("./RedisClient.js"), catch: away })
      const commands = yield* Effect.try({
        try: (): RedisClient =>
          redis.createClient({
            url: Redacted.value(url),
            RESP: 2,
            name: "plex-cdf",
            disableOfflineQueue: true,
            socket: { connectTimeout: limits.connect, reconnectStrategy: false }
          }),
        catch: away
      })
      const connections: Open = { commands, listener: commands.duplicate(), cause: undefined }
      // Without a listener an error event ends the process. One connection is nothing without the other.
      for (const client of [connections.commands, connections.listener]) {
        client.on("error", (error) => {
          connections.cause ??= error
          drop(connections)
        })
      }
      const ready = async () => {
        await Promise.all([connections.commands.connect(), connections.listener.connect()])
        await subscribe(connections.listener)
        open = connections
        return connections
      }
      return yield* Effect.tryPromise({ try: ready, catch: (error) => away(connections.cause ?? error) }).pipe(
        // Time limits hold where the caller cannot be interrupted, too.
        Effect.interruptible,
        Effect.timeoutFail({
          duration: limits.connect,
          onTimeout: () => new RedisAway({ detail: "no connection in time" })
        }),
        Effect.onExit((exit) => Effect.sync(() => (Exit.isFailure(exit) ? drop(connections) : undefined)))
      )
    })

    const connected: Effect.Effect<Open, RedisAway> = Effect.suspend(() =>
      open === undefined
        ? connecting.withPermits(1)(
            Effect.gen(function* () {
              if (open !== undefined) return open
              // Others have tried in vain while this one waited for its turn.
              if ((yield* monotonicMillis) < restUntil) return yield* new RedisAway({ detail: "left alone" })
              return yield* connect
            }).pipe(Effect.tapError(failed))
          )
        : Effect.succeed(open)
    )

    /** Leaves Redis alone for a while; says so once until it answers again. */
    const failed = ({ detail }: RedisAway): Effect.Effect<void> =>
      Effect.gen(function* () {
        const now = yield* monotonicMillis
        if (now < restUntil) return
        restUntil = now + Math.min(limits.rest * 2 ** failures, limits.longestRest)
        if (failures++ > 0) return
        yield* Effect.logWarning("Redis does not answer: ids are looked up without it").pipe(
          Effect.annotateLogs({ error: detail })
        )
      })

    const answered = Effect.suspend(() => {
      if (failures === 0) return Effect.void
      failures = 0
      return Effect.logInfo("Redis answers again")
    })

    const using = <A>(command: (connections: Open) => Promise<A>): Effect.Effect<A, RedisAway> =>
      Effect.gen(function* () {
        if ((yield* monotonicMillis) < restUntil) return yield* new RedisAway({ detail: "left alone" })
        const connections = yield* connected
        const answer = yield* Effect.tryPromise({
          try: () => command(connections),
          catch: (error) => away(connections.cause ?? error)
        }).pipe(
          Effect.interruptible,
          Effect.timeoutFail({
            duration: limits.answer,
            onTimeout: () => new RedisAway({ detail: "no answer in time" })
          }),
          // Answers that are late must not pile up.
          Effect.tapError(() => Effect.sync(() => drop(connections))),
          Effect.tapError(failed)
        )
        yield* answered
        return answer
      })

    const ask: Redis["ask"] = (command) => using(({ commands }) => command(commands))

    const heard: Redis["heard"] = (channel) =>
      Effect.gen(function* () {
        const queues = listening.get(channel)?.queues ?? new Set()
        if (!listening.has(channel)) {
          const tell = (message: string) => {
            for (const queue of queues) Queue.unsafeOffer(queue, message)
          }
          listening.set(channel, { queues, tell })
          yield* Effect.forkScoped(Effect.ignore(using(({ listener }) => subscribe(listener))))
        }
        const queue = yield* Effect.acquireRelease(Queue.sliding<string>(mostUnread), (queue) => {
          queues.delete(queue)
          return Queue.shutdown(queue)
        })
        queues.add(queue)
        return Stream.fromQueue(queue)
      })

    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        if (open !== undefined) drop(open)
      })
    )
    // What others tell is only heard while there is a connection, whether or not anything is asked.
    yield* using(({ commands, listener }) => Promise.all([commands.ping(), listener.ping()])).pipe(
      Effect.ignore,
      Effect.repeat(Schedule.spaced(limits.watch)),
      Effect.forkScoped
    )
    return { ask, heard }
  })

/** No Redis. */
export const layerAbsent: Layer.Layer<RedisConnection> = Layer.succeed(RedisConnection, Option.none())

/** The Redis of `REDIS_URL`; none for a dry run, whose ids are made up. Never fails: a Redis that is away is asked later. */
export const layer: Layer.Layer<RedisConnection, never, AppConfig> = Layer.scoped(
  RedisConnection,
  Effect.flatMap(AppConfig, ({ dryRun, redisUrl }) =>
    redisUrl === undefined || dryRun ? Effect.succeedNone : Effect.asSome(makeRedis(redisUrl))
  )
)
