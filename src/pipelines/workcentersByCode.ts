/**
 * Workcenters as data sources name them: by their codes.
 */
import { Effect } from "effect"
import { IdResolver } from "../services/IdResolver.js"
import { FlowRun } from "./FlowRun.js"
import { plexKeys } from "./plexKeys.js"

/** Integer keys of workcenters by their code, as the daily report tells them. */
export type WorkcenterKeys = Map<string, string>

/** The Plex ids of workcenters, by the natural keys of their codes. */
export interface WorkcentersByCode {
  readonly single: ReadonlyMap<string, string>
  /** Codes that fit several. */
  readonly ambiguous: number
}

/** The one workcenter of each code. */
export const workcentersByCode = (codeKeys: Iterable<string>) =>
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const found = yield* (yield* IdResolver).find("workcenter", codeKeys)
    const ids = yield* plexKeys(facility.ids, "workcenter", [...found.values()].flat())
    const single = new Map<string, string>()
    let ambiguous = 0
    for (const [key, [asset, ...others]] of found) {
      const id = asset === undefined ? undefined : ids.get(asset)
      if (others.length > 0) ambiguous++
      else if (id !== undefined) single.set(key, id)
    }
    return { single, ambiguous } satisfies WorkcentersByCode
  })

/** The same, where what fits several is counted, as it makes no point. */
export const countedWorkcenters = (codeKeys: Iterable<string>) =>
  Effect.gen(function* () {
    const { tally } = yield* FlowRun
    const { ambiguous, single } = yield* workcentersByCode(codeKeys)
    if (ambiguous > 0) tally.add("ambiguous", ambiguous)
    return single
  })
