/**
 * Stage 3, map: records to drafts by a pure mapping; a record without its key goes to the dead letters.
 */
import { Chunk, Effect, Either, Stream } from "effect"
import type { Draft } from "../../domain/cdf/Draft.js"
import type { StateError } from "../../domain/Errors.js"
import type { Facility } from "../../domain/Facility.js"
import type { Unmappable } from "../../domain/Mapping.js"
import type { DeadLetters } from "../../services/DeadLetters.js"
import { inStage } from "../../services/Pulse.js"
import { FlowRun } from "../FlowRun.js"
import { bury } from "./bury.js"

/** Maps chunk by chunk. */
export const map =
  <A, D extends Draft>(mapping: (facility: Facility) => (record: A) => Either.Either<D, Unmappable>) =>
  <E, R>(records: Stream.Stream<A, E, R>): Stream.Stream<D, E | StateError, R | FlowRun | DeadLetters> =>
    Stream.unwrap(
      Effect.map(FlowRun, ({ facility }) => {
        const draftOf = mapping(facility)
        return Stream.mapChunksEffect(records, (chunk) => inStage("map")(mapChunk(chunk, draftOf)))
      })
    )

/** The drafts of one chunk; for mappings that need something looked up for the chunk first. */
export const mapChunk = <A, D>(
  chunk: Chunk.Chunk<A>,
  draftOf: (record: A) => Either.Either<D, Unmappable>
): Effect.Effect<Chunk.Chunk<D>, StateError, FlowRun | DeadLetters> => {
  const drafts: Array<D> = []
  const bad: Array<{ key: string; reason: string; content: unknown }> = []
  for (const record of chunk) {
    const mapped = draftOf(record)
    if (Either.isRight(mapped)) drafts.push(mapped.right)
    else bad.push({ key: mapped.left.key, reason: mapped.left.reason, content: record })
  }
  return Effect.as(bury(bad), Chunk.unsafeFromArray(drafts))
}

/** As `map`, with what `lookUp` finds for the chunk: one question for all its records. */
export const mapWith =
  <A, L, D extends Draft, E2, R2>(
    lookUp: (records: Chunk.Chunk<A>) => Effect.Effect<L, E2, R2>,
    mapping: (facility: Facility, found: L) => (record: A) => Either.Either<D, Unmappable>
  ) =>
  <E, R>(records: Stream.Stream<A, E, R>): Stream.Stream<D, E | E2 | StateError, R | R2 | FlowRun | DeadLetters> =>
    Stream.mapChunksEffect(records, (chunk) =>
      Effect.gen(function* () {
        const { facility } = yield* FlowRun
        const found = yield* lookUp(chunk)
        return yield* mapChunk(chunk, mapping(facility, found))
      }).pipe(inStage("map"))
    )
