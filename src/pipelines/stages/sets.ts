/**
 * Sets that Plex only gives object by object: each is read whole, several at a time.
 */
import { Chunk, Deferred, Effect, type Schema, Stream } from "effect"
import type { PlexError, StateError } from "../../domain/Errors.js"
import { AppConfig } from "../../services/AppConfig.js"
import type { DeadLetters } from "../../services/DeadLetters.js"
import { Plex, type PlexQuery } from "../../services/Plex.js"
import { FlowRun } from "../FlowRun.js"
import { decode, keyOf } from "./decode.js"

/** An object with all that Plex holds of it. */
export interface Swept<O, S> {
  readonly object: O
  readonly set: S
}

/** What was read of some objects; those that were not begun because of the stop are in neither. */
export interface ReadSets<O, S, E> {
  readonly sets: ReadonlyArray<Swept<O, S>>
  readonly refused: ReadonlyArray<{ readonly object: O; readonly error: E }>
}

/** The list of one object. */
export interface ListedSet<A> {
  readonly records: ReadonlyArray<A>
  /** Plex keys of all records, those that could not be decoded included; empty where one cannot be read. */
  readonly keys: ReadonlyArray<string>
}

/**
 * The list of one object, not counted; no path means that Plex can hold none. Once begun it is read to its end, as only a whole
 * set may replace what CDF holds.
 */
export const listOfObject = (path: string | undefined, query?: PlexQuery): Stream.Stream<unknown, PlexError, Plex> =>
  path === undefined ? Stream.empty : Stream.unwrap(Effect.map(Plex, (plex) => plex.list(path, query)))

/** Collects the list of one object and decodes it; `key`: the field by which Plex links its records. */
export const asSet =
  <A, I>(schema: Schema.Schema<A, I>, key = "id") =>
  <E, R>(list: Stream.Stream<unknown, E, R>): Effect.Effect<ListedSet<A>, E | StateError, R | DeadLetters | FlowRun> =>
    Effect.gen(function* () {
      const raw = Chunk.toReadonlyArray(yield* Stream.runCollect(list))
      const records = yield* Stream.fromIterable(raw).pipe(decode(schema, key), Stream.runCollect)
      return { records: Chunk.toReadonlyArray(records), keys: raw.map((record) => keyOf(record, key)) }
    })

/** A refusal of this one object; whatever would meet every other object too is none. */
const isRefusal = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "category" in error && error.category === "data"

/**
 * Reads the set of each object, several at a time. Objects that Plex refuses are told apart; anything else that fails ends it.
 * After the stop no further object is begun.
 */
export const readSets = <O, S, E, R>(
  objects: ReadonlyArray<O>,
  read: (object: O) => Effect.Effect<S, E, R>
): Effect.Effect<ReadSets<O, S, E>, E, R | AppConfig | FlowRun> =>
  Effect.gen(function* () {
    const { plex } = yield* AppConfig
    const { stop } = yield* FlowRun
    const sets: Array<Swept<O, S>> = []
    const refused: Array<{ object: O; error: E }> = []
    const readOne = (object: O) =>
      Effect.matchEffect(read(object), {
        onSuccess: (set) => Effect.sync(() => void sets.push({ object, set })),
        onFailure: (error) =>
          isRefusal(error) ? Effect.sync(() => void refused.push({ object, error })) : Effect.fail(error)
      })
    yield* Effect.forEach(
      objects,
      (object) => Effect.flatMap(Deferred.isDone(stop), (stopping) => (stopping ? Effect.void : readOne(object))),
      { concurrency: plex.concurrency, discard: true }
    )
    return { sets, refused }
  })

/** Tells objects that were refused; what refuses every object refuses the flow. */
export const tellRefused = <E>(
  refused: ReadonlyArray<{ readonly error: E }>,
  asked: number
): Effect.Effect<void, E, FlowRun> =>
  Effect.gen(function* () {
    const [example] = refused
    if (example === undefined) return
    if (refused.length === asked) return yield* Effect.fail(example.error)
    const { tally } = yield* FlowRun
    tally.degrade(`${refused.length} of ${asked} objects were refused, for example ${String(example.error)}`)
  })
