/**
 * Makes the elements of a list out of the bytes of its body, in chunks that are worth handling.
 */
import { Chunk, Effect, Either, Option, Stream } from "effect"
import { ElementCutter, NotAList } from "./ElementCutter.js"
import { quoteLongNumbers } from "./QuoteLongNumbers.js"

/** Elements of one chunk; the last one is shorter. */
const chunkSize = 1000

/** The values of JSON text, or why it is none; numbers that a double would round arrive as text. */
export const parseJson = (json: string): Either.Either<unknown, NotAList> =>
  Either.try({
    try: (): unknown => JSON.parse(quoteLongNumbers(json)),
    catch: () => new NotAList({ expected: "JSON", seen: json })
  })

const parseElements = (text: string): Either.Either<ReadonlyArray<unknown>, NotAList> =>
  Either.flatMap(parseJson(`[${text}]`), (parsed) =>
    Array.isArray(parsed)
      ? Either.right<ReadonlyArray<unknown>>(parsed)
      : Either.left(new NotAList({ expected: "JSON" }))
  )

/**
 * Chunks of at least `size` elements, the last one excepted. Unlike `Stream.rechunk`, it keeps back what it holds when the
 * stream fails: a list of which nothing was handed on can be asked for again.
 */
const gather =
  (size: number) =>
  <A, E, R>(self: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
    Stream.fromPull(
      Effect.map(Stream.toPull(self), (pull) => {
        let held = Chunk.empty<A>()
        const flush = Effect.sync(() => {
          const full = held
          held = Chunk.empty()
          return full
        })
        const next: Effect.Effect<Chunk.Chunk<A>, Option.Option<E>, R> = Effect.matchEffect(pull, {
          onSuccess: (chunk) => {
            held = Chunk.appendAll(held, chunk)
            return held.length < size ? next : flush
          },
          onFailure: (end) => (Option.isNone(end) && Chunk.isNonEmpty(held) ? flush : Effect.fail(end))
        })
        return next
      })
    )

const nothing = new NotAList({ expected: "a JSON array", seen: "" })
const cutOff = new NotAList({ expected: "the body ended before the list did" })

/** The elements of the array whose body these bytes are; fails where they are anything else, or end early. */
export const elementsOf = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<unknown, E | NotAList, R> =>
  Stream.suspend(() => {
    const cutter = new ElementCutter()
    return bytes.pipe(
      Stream.mapChunksEffect((pieces) =>
        Effect.map(
          Effect.forEach(pieces, (piece) =>
            Either.flatMap(cutter.cut(piece), (text) => (text === "" ? Either.right([]) : parseElements(text)))
          ),
          (lists) => Chunk.unsafeFromArray(lists.flat())
        )
      ),
      Stream.concat(
        Stream.suspend(() => (cutter.isWhole ? Stream.empty : Stream.fail(cutter.hasBegun ? cutOff : nothing)))
      ),
      gather(chunkSize)
    )
  })
