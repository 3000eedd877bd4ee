/**
 * Order among chunks that are written at once: where two hold the same key, the later one waits for the earlier one.
 */
import { Chunk, Deferred, Effect, Stream } from "effect"

/** A chunk that may have to wait. */
export interface Turn<A> {
  readonly items: ReadonlyArray<A>
  /** Waits for the earlier chunks that hold some of its keys. */
  readonly ready: Effect.Effect<void>
  /** To be run when the chunk is done with, however that ended. */
  readonly done: Effect.Effect<void>
}

/** Gives each chunk its turn, in order; remembers the keys of the chunks in flight only. */
export const takeTurns =
  <A, K>(keyOf: (item: A) => K) =>
  <E, R>(chunks: Stream.Stream<Chunk.Chunk<A>, E, R>): Stream.Stream<Turn<A>, E, R> =>
    Stream.suspend(() => {
      const latest = new Map<K, Deferred.Deferred<void>>()
      return Stream.mapEffect(chunks, (chunk) =>
        Effect.map(Deferred.make<void>(), (own): Turn<A> => {
          const items = Chunk.toReadonlyArray(chunk)
          const before = new Set<Deferred.Deferred<void>>()
          for (const item of items) {
            const key = keyOf(item)
            const other = latest.get(key)
            if (other !== undefined && other !== own) before.add(other)
            latest.set(key, own)
          }
          return {
            items,
            ready: Effect.forEach(before, Deferred.await, { discard: true }),
            done: Effect.suspend(() => {
              for (const item of items) if (latest.get(keyOf(item)) === own) latest.delete(keyOf(item))
              return Deferred.succeed(own, undefined)
            })
          }
        })
      )
    })
