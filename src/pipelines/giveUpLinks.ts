/**
 * The end of links that wait in vain: an asset that did not appear in all that time is not waited for any longer.
 */
import { Clock, Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import { AppConfig } from "../services/AppConfig.js"
import { Ledger } from "../services/Ledger.js"

const day = 86_400_000

/** Gives up links that have waited longer than `PENDING_LINK_DAYS`; gives how many. */
export const giveUpLinks: Effect.Effect<number, StateError, AppConfig | Ledger> = Effect.gen(function* () {
  const { pendingLinkDays } = yield* AppConfig
  const now = yield* Clock.currentTimeMillis
  const count = yield* (yield* Ledger).giveUpLinks(now - pendingLinkDays * day)
  if (count > 0) {
    yield* Effect.logWarning("links are given up, as their assets did not appear").pipe(
      Effect.annotateLogs({ count, days: pendingLinkDays })
    )
  }
  return count
})
