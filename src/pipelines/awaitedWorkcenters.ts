/**
 * The workcenters that the running flow waits for, as reports of days named them before they were known.
 */
import { Effect } from "effect"
import {
  awaitedFact,
  awaitedTooLong,
  type AwaitedWorkcenters,
  decodeAwaited,
  encodeAwaited,
  withoutAwaited
} from "../domain/AwaitedWorkcenters.js"
import { AppConfig } from "../services/AppConfig.js"
import { Ledger } from "../services/Ledger.js"
import { FlowRun } from "./FlowRun.js"
import { workcentersByCode } from "./workcentersByCode.js"

const day = 86_400_000

/** The workcenters that days lack, without those that are awaited for too long, and which of them are known by now. */
export const recallAwaited = (now: number) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const { pendingLinkDays } = yield* AppConfig
    const facts = yield* (yield* Ledger).facts(flow, [awaitedFact])
    const told = decodeAwaited(facts.get(awaitedFact))
    const givenUp = awaitedTooLong(told, now - pendingLinkDays * day)
    if (givenUp.size > 0) {
      yield* Effect.logWarning("days are left without the points of workcenters that did not appear").pipe(
        Effect.annotateLogs({ count: givenUp.size, days: pendingLinkDays })
      )
    }
    const awaited = withoutAwaited(told, givenUp)
    const { single } = yield* workcentersByCode(awaited.keys())
    return { awaited, appeared: new Set(single.keys()), changed: givenUp.size > 0 }
  })

export const awaitedFacts = (awaited: AwaitedWorkcenters): ReadonlyMap<string, string> =>
  new Map([[awaitedFact, encodeAwaited(awaited)]])

export const keepAwaited = (awaited: AwaitedWorkcenters) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    yield* (yield* Ledger).keepFacts(flow, awaitedFacts(awaited))
  })
