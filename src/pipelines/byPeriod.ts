/**
 * Data sources that are read by period: the names of their inputs are settled once a run, then slice after slice is read.
 */
import { Effect, type Stream } from "effect"
import { PlexError } from "../domain/Errors.js"
import { toPlexTime } from "../domain/Instant.js"
import { periodInputNames } from "../domain/PeriodInputs.js"
import type { TenantTables } from "../domain/TenantTables.js"
import type { TimeSlice } from "../domain/TimeSlice.js"
import { type DataSource, PlexDataSource } from "../services/PlexDataSource.js"
import { placed } from "../services/SettingPlaces.js"

type PeriodInputs = TenantTables["dataSources"]["checksheets"]["inputs"]

/**
 * Reads the rows of a slice. Where the source has no inputs of the configured names, its only pair of dates is taken, and said;
 * where it has none, the run ends before a call is wasted. A source that does not tell its inputs is taken at the configured names.
 */
export const byPeriod = (source: DataSource, configured: PeriodInputs) =>
  Effect.gen(function* () {
    const plex = yield* PlexDataSource
    const known = yield* Effect.orElseSucceed(plex.inputs(source), () => [])
    const names = periodInputNames(configured, known)
    if (names === undefined) {
      const inputs = known.map(({ name }) => name).join(", ")
      return yield* new PlexError({
        operation: `data source ${source}`,
        reason: "Refused",
        detail: `it has no inputs ${configured.begin} and ${configured.end}, only ${inputs}: ${yield* placed("name its period in TENANT_TABLES")}`
      })
    }
    if (names.begin !== configured.begin || names.end !== configured.end) {
      yield* Effect.logInfo("the period of a data source goes by other names than configured").pipe(
        Effect.annotateLogs({ source, begin: names.begin, end: names.end })
      )
    }
    return (slice: TimeSlice): Stream.Stream<unknown, PlexError> =>
      plex.window(source, slice, ({ begin, end }) => ({
        ...configured.more,
        [names.begin]: toPlexTime(begin),
        [names.end]: toPlexTime(end)
      }))
  })
