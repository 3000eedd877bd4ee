/**
 * Whether what CDF holds of a flow was made by other settings than those of now: it is then to be made anew.
 */
import { Effect } from "effect"
import { settingsFact } from "../domain/HistoryMemory.js"
import { Ledger } from "../services/Ledger.js"
import { FlowRun } from "./FlowRun.js"

/** All that the history of a flow is made of beside its records. */
export interface MadeBy {
  readonly settings: unknown
  /** Whether something that is made of it is switched off: what comes meanwhile is made when it is on again. */
  readonly partly?: boolean
}

const textOf = ({ partly = false, settings }: MadeBy): string => JSON.stringify([settings, partly])

/** Nothing is known where the flow was run by a version that did not keep it. */
export const changedSettings = (madeBy: MadeBy | undefined) =>
  Effect.gen(function* () {
    if (madeBy === undefined) return { changed: false, keep: Effect.void }
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    const now = textOf(madeBy)
    const before = (yield* ledger.facts(flow, [settingsFact])).get(settingsFact)
    const switchedOff = madeBy.partly === true && before === textOf({ ...madeBy, partly: false })
    return {
      changed: before !== undefined && before !== now && !switchedOff,
      /** To be done when all is made by these. */
      keep: before === now ? Effect.void : ledger.keepFacts(flow, new Map([[settingsFact, now]]))
    }
  })
