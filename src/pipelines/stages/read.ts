/**
 * Stage 1, read: records as Plex sends them, counted, until the run is told to stop.
 */
import { Chunk, Deferred, Effect, Stream } from "effect"
import { Plex, type PlexQuery } from "../../services/Plex.js"
import { isWithin, type TimeSlice } from "../../domain/TimeSlice.js"
import { inStage } from "../../services/Pulse.js"
import { FlowRun } from "../FlowRun.js"

/** Pulls as part of the stage; the consumer's time is not in it. */
const pulled = <A, E, R>(source: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
  Stream.fromPull(Effect.map(Stream.toPull(source), inStage("read")))

/** Counts what is read. */
export const tallied = <A, E, R>(source: Stream.Stream<A, E, R>): Stream.Stream<A, E, R | FlowRun> =>
  Stream.mapChunksEffect(pulled(source), (records) =>
    Effect.map(FlowRun, ({ tally }) => {
      tally.add("read", Chunk.size(records))
      return records
    })
  )

/** Counts what is read and hands nothing on after the run was told to stop. */
export const counted = <A, E, R>(source: Stream.Stream<A, E, R>): Stream.Stream<A, E, R | FlowRun> =>
  Stream.unwrap(Effect.map(FlowRun, ({ stop }) => tallied(Stream.haltWhenDeferred(source, stop))))

/** Whether the run was told to stop: what was read is then a part only. */
export const isStopping: Effect.Effect<boolean, never, FlowRun> = Effect.flatMap(FlowRun, ({ stop }) =>
  Deferred.isDone(stop)
)

/** All records of a list. */
export const list = (path: string, query?: PlexQuery) =>
  counted(Stream.unwrap(Effect.map(Plex, (plex) => plex.list(path, query))))

/** The records of one slice of a history endpoint; the slice is applied again by `within`, once their moment is known. */
export const window = (path: string, slice: TimeSlice) =>
  counted(Stream.unwrap(Effect.map(Plex, (plex) => plex.window(path, slice))))

/** Keeps what lies in the slice [begin, end), whatever Plex makes of its end; records without a moment stay, to be told. */
export const within =
  <A>(slice: TimeSlice, moment: (record: A) => number | undefined) =>
  <E, R>(records: Stream.Stream<A, E, R>): Stream.Stream<A, E, R | FlowRun> =>
    keep((record: A) => {
      const at = moment(record)
      return at === undefined || isWithin(slice, at)
    })(records)

/** Keeps what passes a filter that Plex may or may not have applied itself; the others are counted as filtered. */
export const keep =
  <A>(predicate: (record: A) => boolean) =>
  <E, R>(records: Stream.Stream<A, E, R>): Stream.Stream<A, E, R | FlowRun> =>
    Stream.mapChunksEffect(records, (chunk) =>
      Effect.map(FlowRun, ({ tally }) => {
        const kept = Chunk.filter(chunk, predicate)
        tally.add("filtered", Chunk.size(chunk) - Chunk.size(kept))
        return kept
      })
    )

/** Lets another flow look at the records as they pass. */
export const observe =
  <A>(look: (records: Chunk.Chunk<A>) => void) =>
  <E, R>(records: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
    Stream.mapChunks(records, (chunk) => {
      look(chunk)
      return chunk
    })
