import { Context, type Effect, type Stream } from "effect"
import type { PlexError } from "../domain/Errors.js"
import type { DataSourceInput } from "../domain/PeriodInputs.js"
import type { TimeSlice } from "../domain/TimeSlice.js"

/** The data sources that may be called: they only read. Anything else is refused in code. */
export const dataSources = {
  checksheets: 4142,
  specifications: 5112,
  dailyPerformance: 18765,
  problems: 19938,
  livePerformance: 22870
} as const
/** The data sources that may be asked, by what they are about. */
export type DataSource = keyof typeof dataSources

/** Input values by their exact, case-sensitive names. */
export type DataSourceInputs = Readonly<Record<string, string | number | boolean>>

/** Rows by column name, and whether Plex cut them at its row limit. */
export interface DataSourceAnswer {
  readonly rows: ReadonlyArray<unknown>
  readonly truncated: boolean
  readonly transactionNo?: string | undefined
}

/** Plex's Data Source API, read-only. Numbers too long for a double arrive as text. */
export class PlexDataSource extends Context.Tag("plex-cdf/PlexDataSource")<
  PlexDataSource,
  {
    /** One call. Fails with reason `Forbidden` where the account has no grant for the source. */
    readonly execute: (source: DataSource, inputs: DataSourceInputs) => Effect.Effect<DataSourceAnswer, PlexError>
    /** What a source says of its inputs; empty where it says nothing. */
    readonly inputs: (source: DataSource) => Effect.Effect<ReadonlyArray<DataSourceInput>, PlexError>
    /**
     * The rows of a period; a truncated answer is never handed on: its period is halved until the halves are whole, down to a
     * minute, which fails by name. `inputs` makes the inputs of a period.
     */
    readonly window: (
      source: DataSource,
      slice: TimeSlice,
      inputs: (slice: TimeSlice) => DataSourceInputs
    ) => Stream.Stream<unknown, PlexError>
  }
>() {}
