/**
 * Reads bodies as they come: watched for stalls, bounded.
 */
import { Chunk, Effect, Option, Stream } from "effect"
import { isUtf8 } from "node:buffer"
import { monotonicMillis } from "./MonotonicClock.js"

/** Fewer bytes than these within the time allowed are a stall with another name. */
const leastProgress = 1024

/**
 * The same pieces, failing with `onStall` when fewer than 1,024 bytes came in `millis` of waiting for them. The end of the
 * body is progress too. Only our waiting counts: not the time in which the consumer is busy with what came.
 */
export const watchForStall =
  <E>(millis: number, onStall: () => E) =>
  <E2, R>(bytes: Stream.Stream<Uint8Array, E2, R>): Stream.Stream<Uint8Array, E | E2, R> =>
    Stream.fromPull(
      Effect.map(Stream.toPull(bytes), (pull) => {
        let waited = 0
        let received = 0
        return Effect.gen(function* () {
          const before = yield* monotonicMillis
          const pieces = yield* Effect.timeoutFail(pull, {
            duration: Math.max(0, millis - waited),
            onTimeout: () => Option.some<E | E2>(onStall())
          })
          waited += (yield* monotonicMillis) - before
          received += Chunk.reduce(pieces, 0, (sum, piece) => sum + piece.length)
          if (received >= leastProgress) waited = received = 0
          return pieces
        })
      })
    )

/** The first `most` bytes of a body as text, whether they are what they have to be, and whether there were more; the rest is not read. */
export const readText = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  most: number
): Effect.Effect<{ readonly text: string; readonly isUtf8: boolean; readonly cut: boolean }, E, R> =>
  Effect.suspend(() => {
    const pieces: Array<Uint8Array> = []
    let size = 0
    return bytes.pipe(
      Stream.takeUntil((piece) => {
        pieces.push(piece)
        size += piece.length
        return size > most
      }),
      Stream.runDrain,
      Effect.map(() => {
        const all = Buffer.concat(pieces)
        return { text: all.toString("utf8", 0, Math.min(size, most)), isUtf8: isUtf8(all), cut: size > most }
      })
    )
  })
