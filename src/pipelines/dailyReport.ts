/**
 * The report of one day, whole: where Plex cuts it, it is asked for workcenter by workcenter.
 */
import { Effect } from "effect"
import { toPlexTime } from "../domain/Instant.js"
import type { LocalDay } from "../domain/LocalDay.js"
import { codesOf } from "../domain/records/DailyPerformance.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { Ledger } from "../services/Ledger.js"
import { PlexDataSource } from "../services/PlexDataSource.js"
import { FlowRun } from "./FlowRun.js"
import { workcenterIds } from "./workcenterIds.js"

/** Codes of all workcenters as CDF has them, the retired ones included: the day may be one of theirs. */
const workcenterCodes = Effect.gen(function* () {
  const { ids } = (yield* FlowRun).facility
  const known = (yield* (yield* Ledger).rowsOf("workcenters", "assets")).map(({ plexId }) => plexId)
  const assets = yield* (yield* Cdf).byids(
    "assets",
    (known.length > 0 ? known : yield* workcenterIds).map((id) => ids.of("workcenter", id))
  )
  return assets.flatMap(({ metadata }) => metadata["workcenter_code"] ?? [])
})

/** The rows of a day; nothing where they are not to be had whole. */
export const dailyReport = (day: LocalDay) =>
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const { plex } = yield* AppConfig
    const source = yield* PlexDataSource
    const { inputs } = facility.tables.dataSources.dailyPerformance
    const asked = { ...inputs.more, [inputs.begin]: toPlexTime(day.start), [inputs.end]: toPlexTime(day.end) }
    const whole = yield* source.execute("dailyPerformance", asked)
    if (!whole.truncated) return whole.rows
    const known = yield* workcenterCodes
    // Of workcenters that are not known yet the part that came names some.
    const parts = yield* Effect.forEach(
      codesOf(whole.rows, known),
      (code) => source.execute("dailyPerformance", { ...asked, Workcenter_Code: code }),
      { concurrency: plex.concurrency }
    )
    if (known.length === 0 || parts.some(({ truncated }) => truncated)) return undefined
    return parts.flatMap(({ rows }) => rows)
  })
