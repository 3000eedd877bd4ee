/**
 * Stage 3, map: records to drafts by a pure mapping; a record without its key goes to the dead letters, and one of which CDF holds all
 * that would be made of it goes no further.
 */
import { Chunk, Effect, Either, Stream } from "effect"
import type { Draft } from "../../domain/cdf/Draft.js"
import type { CdfError, StateError } from "../../domain/Errors.js"
import type { Facility } from "../../domain/Facility.js"
import type { Unmappable } from "../../domain/Mapping.js"
import { SeenKeys } from "../../domain/SeenKeys.js"
import type { DeadLetters } from "../../services/DeadLetters.js"
import type { IdResolver } from "../../services/IdResolver.js"
import type { Ledger } from "../../services/Ledger.js"
import { inStage } from "../../services/Pulse.js"
import { FlowRun } from "../FlowRun.js"
import { bury } from "./bury.js"
import { ground, type Held, unsettled, type Unsettled } from "./settled.js"

type DraftOf<A, D> = (record: A) => Either.Either<D, Unmappable>
type OutlineOf<A> = (record: A) => Held | undefined

type MapError = CdfError | StateError
type Mapper = DeadLetters | FlowRun | IdResolver | Ledger

/** A `Mapping`, or any function that gives drafts: those without outlines are always made. */
interface MappingOf<A, D> {
  (facility: Facility): DraftOf<A, D>
  readonly outline?: ((facility: Facility) => OutlineOf<A>) | undefined
}

/** Maps chunk by chunk. */
export const map =
  <A, D extends Draft>(mapping: MappingOf<A, D>) =>
  <E, R>(records: Stream.Stream<A, E, R>): Stream.Stream<D, E | MapError, R | Mapper> =>
    Stream.unwrap(
      Effect.zipWith(FlowRun, ground, ({ facility }, base) => {
        const draftOf = mapping(facility)
        const outlineOf = mapping.outline?.(facility)
        const handedOn = new SeenKeys()
        return Stream.mapChunksEffect(records, (chunk) =>
          inStage("map")(mapUnsettled(chunk, draftOf, outlineOf, base, handedOn))
        )
      })
    )

/** The drafts of one chunk; for mappings that need something looked up for the chunk first. */
export const mapChunk = <A, D>(chunk: Chunk.Chunk<A>, draftOf: DraftOf<A, D>) =>
  draftAll(
    Chunk.map(chunk, (record) => ({ record, digest: undefined })),
    draftOf
  )

const mapUnsettled = <A, D>(
  chunk: Chunk.Chunk<A>,
  draftOf: DraftOf<A, D>,
  outlineOf: OutlineOf<A> | undefined,
  base: string,
  handedOn: SeenKeys
): Effect.Effect<Chunk.Chunk<D>, MapError, Mapper> =>
  outlineOf === undefined
    ? mapChunk(chunk, draftOf)
    : Effect.flatMap(unsettled(chunk, outlineOf, base, handedOn), (going) => draftAll(going, draftOf))

/** The drafts of records; those that cannot be mapped go to the dead letters. */
const draftAll = <A, D>(
  records: Iterable<Unsettled<A>>,
  draftOf: DraftOf<A, D>
): Effect.Effect<Chunk.Chunk<D>, StateError, FlowRun | DeadLetters> => {
  const drafts: Array<D> = []
  const bad: Array<{ key: string; reason: string; content: unknown }> = []
  for (const { digest, record } of records) {
    const mapped = draftOf(record)
    if (Either.isLeft(mapped)) bad.push({ key: mapped.left.key, reason: mapped.left.reason, content: record })
    else drafts.push(digest === undefined ? mapped.right : { ...mapped.right, digest })
  }
  return Effect.as(bury(bad), Chunk.unsafeFromArray(drafts))
}

/** As `map`, with what `lookUp` finds for the chunk: one question for all its records. */
export const mapWith =
  <A, L, D extends Draft, E2, R2>(
    lookUp: (records: Chunk.Chunk<A>) => Effect.Effect<L, E2, R2>,
    mapping: (facility: Facility, found: L) => DraftOf<A, D>,
    outline?: (facility: Facility, found: L) => OutlineOf<A>
  ) =>
  <E, R>(records: Stream.Stream<A, E, R>): Stream.Stream<D, E | E2 | MapError, R | R2 | Mapper> =>
    Stream.unwrap(
      Effect.zipWith(FlowRun, ground, ({ facility }, base) => {
        const handedOn = new SeenKeys()
        return Stream.mapChunksEffect(records, (chunk) =>
          Effect.flatMap(lookUp(chunk), (found) =>
            mapUnsettled(chunk, mapping(facility, found), outline?.(facility, found), base, handedOn)
          ).pipe(inStage("map"))
        )
      })
    )
