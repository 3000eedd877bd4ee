/**
 * Plex for tests of pipelines: answers by path as the test gives them, and it tells what it was asked.
 */
import { Effect, Layer, Stream } from "effect"
import { PlexError, type Reason } from "../../src/domain/Errors.js"
import type { TimeSlice } from "../../src/domain/TimeSlice.js"
import { Plex, type PlexQuery } from "../../src/services/Plex.js"
import {
  type DataSource,
  type DataSourceAnswer,
  type DataSourceInputs,
  PlexDataSource
} from "../../src/services/PlexDataSource.js"

/** One call as Plex would have seen it. */
export interface PlexCall {
  readonly operation: "list" | "window" | "get" | "search" | "execute" | "period"
  readonly path: string
  readonly query?: PlexQuery | undefined
  readonly slice?: TimeSlice | undefined
  readonly asked?: unknown
}

type Rows = ReadonlyArray<unknown> | Stream.Stream<unknown, PlexError> | PlexError
/** What a list gives: rows, a stream of them, a failure, or what the call decides. */
export type ListScript = Rows | ((call: PlexCall) => Rows)
/** What one record or search gives; an effect may wait for a gate. */
export type RecordScript<A> = A | PlexError | Effect.Effect<A, PlexError>

export interface PlexScript {
  /** Lists and windows by path; others are empty. */
  lists: Record<string, ListScript>
  /** Single records by path; others are not found. */
  records: Record<string, RecordScript<unknown>>
  /** What the search for setups finds. */
  setups: RecordScript<ReadonlyArray<unknown>>
  /** Answers of data sources; others have no rows. */
  dataSources: Partial<Record<DataSource, (inputs: DataSourceInputs) => RecordScript<DataSourceAnswer>>>
  /** Plex's clock, epoch milliseconds. */
  now: number
}

export interface PlexScripted extends PlexScript {
  /** Everything that was asked, in order. */
  readonly calls: Array<PlexCall>
  /** How often a path was asked for. */
  readonly asked: (path: string) => number
  readonly layer: Layer.Layer<Plex | PlexDataSource>
}

/** A failure of a call to Plex. */
export const plexError = (reason: Reason, detail = "scripted"): PlexError =>
  new PlexError({ operation: "GET scripted", reason, detail })

const streamOf = (rows: Rows): Stream.Stream<unknown, PlexError> =>
  rows instanceof PlexError ? Stream.fail(rows) : Stream.StreamTypeId in rows ? rows : Stream.fromIterable(rows)

const effectOf = <A>(script: RecordScript<A>): Effect.Effect<A, PlexError> =>
  script instanceof PlexError ? Effect.fail(script) : Effect.isEffect(script) ? script : Effect.succeed(script)

/** 2026-06-12 08:00 UTC. */
export const plexNow = Date.UTC(2026, 5, 12, 8)

export const makePlexScripted = (script: Partial<PlexScript> = {}): PlexScripted => {
  const calls: Array<PlexCall> = []
  const rows = (call: PlexCall): Stream.Stream<unknown, PlexError> =>
    Stream.suspend(() => {
      calls.push(call)
      const given = plex.lists[call.path] ?? []
      return streamOf(typeof given === "function" ? given(call) : given)
    })
  const execute = (source: DataSource, asked: DataSourceInputs, operation: "execute" | "period", slice?: TimeSlice) =>
    Effect.suspend(() => {
      calls.push({ operation, path: source, asked, slice })
      return effectOf(plex.dataSources[source]?.(asked) ?? { rows: [], truncated: false })
    })
  const plex: PlexScripted = {
    lists: {},
    records: {},
    setups: [],
    dataSources: {},
    now: plexNow,
    ...script,
    calls,
    asked: (path) => calls.filter((call) => call.path === path).length,
    layer: Layer.merge(
      Layer.succeed(Plex, {
        list: (path, query) => rows({ operation: "list", path, query }),
        window: (path, slice, query) => rows({ operation: "window", path, slice, query }),
        get: (path) =>
          Effect.suspend(() => {
            calls.push({ operation: "get", path })
            return effectOf(plex.records[path] ?? plexError("NotFound", path))
          }),
        search: (path, asked) =>
          Effect.suspend(() => {
            calls.push({ operation: "search", path, asked })
            return effectOf(plex.setups)
          }),
        now: Effect.sync(() => plex.now)
      }),
      Layer.succeed(PlexDataSource, {
        execute: (source, inputs) => execute(source, inputs, "execute"),
        inputs: () => Effect.succeed([]),
        window: (source, slice, inputs) =>
          Stream.unwrap(
            Effect.map(execute(source, inputs(slice), "period", slice), ({ rows }) => Stream.fromIterable(rows))
          )
      })
    )
  }
  return plex
}
