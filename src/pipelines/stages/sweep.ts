/**
 * Sweeps: lists that Plex only gives object by object, worked off a chunk of objects at a time.
 */
import { Chunk, Deferred, Effect, Stream } from "effect"
import type { PlexError } from "../../domain/Errors.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Plex, type PlexQuery } from "../../services/Plex.js"
import { FlowRun } from "../FlowRun.js"

/** An object with all that its list holds. */
export interface Swept<O, A> {
  readonly object: O
  readonly records: ReadonlyArray<A>
}

/**
 * The list of one object of a sweep, not counted; no path means that Plex can hold none. Once begun it is read to its end, as
 * only a whole set may replace what CDF holds.
 */
export const listOfObject = (path: string | undefined, query?: PlexQuery): Stream.Stream<unknown, PlexError, Plex> =>
  path === undefined ? Stream.empty : Stream.unwrap(Effect.map(Plex, (plex) => plex.list(path, query)))

/** Objects whose sets are written together. */
const objectsPerChunk = 500

/**
 * Reads the list of each object, several at a time, and hands on chunks of objects with their whole sets. An object that Plex
 * refuses is left as it is in CDF and told at the end, unless all are refused; anything else that fails ends the sweep. After the
 * stop no further object is begun.
 */
export const sweep = <O, A, E, R>(
  objects: ReadonlyArray<O>,
  listOf: (object: O) => Stream.Stream<A, E | PlexError, R>
): Stream.Stream<Swept<O, A>, E | PlexError, R | AppConfig | FlowRun> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { plex } = yield* AppConfig
      const { stop, tally } = yield* FlowRun
      let refused = 0
      let example: E | PlexError | undefined
      const readOne = (object: O) =>
        Stream.runCollect(listOf(object)).pipe(
          Effect.map((records) => Chunk.of({ object, records: Chunk.toReadonlyArray(records) })),
          Effect.catchIf(
            (error) => isRefusal(error),
            (error) =>
              Effect.sync(() => {
                refused++
                example = error
                return Chunk.empty<Swept<O, A>>()
              })
          )
        )
      // A stream halts between its chunks, and these objects are one chunk.
      const unlessStopping = (object: O) =>
        Effect.flatMap(Deferred.isDone(stop), (stopping) =>
          stopping ? Effect.succeed(Chunk.empty<Swept<O, A>>()) : readOne(object)
        )
      const tell = Effect.suspend((): Effect.Effect<void, E | PlexError> => {
        if (example === undefined) return Effect.void
        // What refuses every object refuses the sweep.
        if (refused === objects.length) return Effect.fail(example)
        tally.degrade(`${refused} of ${objects.length} objects were refused, for example ${String(example)}`)
        return Effect.void
      })
      return Stream.fromIterable(objects).pipe(
        Stream.mapEffect(unlessStopping, { concurrency: plex.concurrency, unordered: true }),
        Stream.flattenChunks,
        Stream.rechunk(objectsPerChunk),
        Stream.concat(Stream.execute(tell))
      )
    })
  )

/** A refusal of this one object; whatever would meet every other object too is none. */
const isRefusal = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "category" in error && error.category === "data"

/** Runs `write` for one chunk of swept objects after the other. */
export const inChunks =
  <A, E2, R2>(write: (chunk: ReadonlyArray<A>) => Effect.Effect<void, E2, R2>) =>
  <E, R>(stream: Stream.Stream<A, E, R>): Effect.Effect<void, E | E2, R | R2> =>
    Stream.runForEachChunk(stream, (chunk) => write(Chunk.toReadonlyArray(chunk)))
