import { Context, type Effect, type Stream } from "effect"
import type { PlexError } from "../domain/Errors.js"
import type { TimeSlice } from "../domain/TimeSlice.js"

/** Query parameters of a list; a list of values repeats the parameter. Plex ignores those it does not know. */
export type PlexQuery = Readonly<Record<string, string | ReadonlyArray<string>>>

/** The only calls other than GET that are made to Plex: searches that change nothing. */
export type PlexSearch = "/production/v1/control/workcenter-setups"

/**
 * Plex over REST, read-only. Records are plain JSON values, not decoded yet, save that numbers too long for a double
 * arrive as text.
 */
export class Plex extends Context.Tag("plex-cdf/Plex")<
  Plex,
  {
    /**
     * Every record of a list, in Plex's order, cut out of the body as it arrives: it is never held whole. Fails when the body
     * ends early, is not a list or has an element over 16 MiB. Retried only until its first record was handed on.
     */
    readonly list: (path: string, query?: PlexQuery) => Stream.Stream<unknown, PlexError>
    /** As `list`, of a history endpoint, asked for the slice [begin, end). Plex may give rows outside of it. */
    readonly window: (path: string, slice: TimeSlice, query?: PlexQuery) => Stream.Stream<unknown, PlexError>
    /** One record; fails with reason `NotFound` where there is none. */
    readonly get: (path: string) => Effect.Effect<unknown, PlexError>
    /** The records that a read-only search finds; none where Plex answers 204. */
    readonly search: (path: PlexSearch, body: object) => Effect.Effect<ReadonlyArray<unknown>, PlexError>
    /** Plex's clock (epoch milliseconds) by its `Date` header; asks the tenants list where no answer was seen yet. */
    readonly now: Effect.Effect<number, PlexError>
  }
>() {}
