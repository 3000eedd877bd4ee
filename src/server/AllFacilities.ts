/**
 * The facilities of a process as its server knows them: each by itself, and all in one.
 */
import { type Context, Effect, Stream } from "effect"
import type { RunRequests } from "../pipelines/RunRequests.js"
import type { AppConfig, Settings } from "../services/AppConfig.js"
import type { Cdf } from "../services/Cdf.js"
import type { DeadLetters } from "../services/DeadLetters.js"
import type { Ledger } from "../services/Ledger.js"
import type { Plex } from "../services/Plex.js"
import type { RunLog } from "../services/RunLog.js"
import type { Status, StatusBoard } from "../services/Status.js"
import { version } from "../version.js"
import type { Check } from "./Check.js"

/** What a facility is asked for. */
export type AskedServices = AppConfig | Cdf | DeadLetters | Ledger | Plex | RunLog | Status

/** A facility that is served. */
export interface ServedFacility {
  readonly settings: Settings
  readonly services: Context.Context<AskedServices>
  /** Where runs of it are asked for. */
  readonly requests: RunRequests
}

/** At least one. */
export type ServedFacilities = readonly [ServedFacility, ...Array<ServedFacility>]

/** Where the pages of a facility begin: at the root where it is the only one. */
export const basePath = (pcn: string, facilities: number): "" | `/facilities/${string}` =>
  facilities === 1 ? "" : `/facilities/${pcn}`

/** One board that shows what all of them show. */
export const together = (boards: ReadonlyArray<StatusBoard>): StatusBoard => ({
  // The schedulers tell the boards of their facilities.
  waits: () => Effect.void,
  moved: Effect.void,
  snapshot: Effect.map(
    Effect.forEach(boards, ({ snapshot }) => snapshot, { concurrency: "unbounded" }),
    (seen) => ({
      version,
      started: Math.min(...seen.map(({ started }) => started)),
      at: Math.max(...seen.map(({ at }) => at)),
      facilities: seen.flatMap(({ facilities }) => facilities)
    })
  ),
  changes: Stream.mergeAll(
    boards.map(({ changes }) => changes),
    { concurrency: "unbounded" }
  ),
  movement: Effect.map(
    Effect.forEach(boards, ({ movement }) => movement),
    (movements) => ({
      last: Math.max(...movements.map(({ last }) => last)),
      running: movements.flatMap(({ running }) => running)
    })
  )
})

/** Checks of one of several facilities say of which. */
export const checksOf = (
  { settings: { facility } }: ServedFacility,
  { length }: ServedFacilities,
  checks: ReadonlyArray<Check>
): ReadonlyArray<Check> => (length === 1 ? checks : checks.map((check) => ({ ...check, facility: facility.name })))
