/**
 * Whether what CDF holds of a flow was made by other settings than those of now: it is then to be made anew.
 */
import { Effect } from "effect"
import { Ledger } from "../services/Ledger.js"
import { FlowRun } from "./FlowRun.js"

/** The fact of a flow that tells by which settings all of it was made. */
const settingsFact = "@settings"

/** `settings`: all that the flow's history is made of beside its records. */
export const changedSettings = (settings: unknown) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    const now = JSON.stringify(settings)
    const before = (yield* ledger.facts(flow, [settingsFact])).get(settingsFact)
    return {
      changed: before !== undefined && before !== now,
      /** To be done when all is made by these. */
      keep: before === now ? Effect.void : ledger.keepFacts(flow, new Map([[settingsFact, now]]))
    }
  })
