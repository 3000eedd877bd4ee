/**
 * Objects that have been retired for long enough are deleted.
 */
import { Effect } from "effect"
import type { CdfError, PlexError, StateError } from "../../domain/Errors.js"
import { isOurs } from "../../domain/Ownership.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Cdf } from "../../services/Cdf.js"
import { isGone, Ledger, type LedgerRow } from "../../services/Ledger.js"
import { Plex } from "../../services/Plex.js"
import { FlowRun } from "../FlowRun.js"
import { losingNumbers } from "../formerNumbers.js"
import { type RemovableKind, remove } from "./remove.js"
import { gone, type Retiring } from "./retire.js"

const day = 86_400_000
const kinds: ReadonlyArray<RemovableKind> = ["relationships", "assets", "events", "timeseries", "sequences"]

/** Deletes what is in a data set of ours; gives the rows of what is not there any more, and of what is not ours. */
const removeExpired = (kind: RemovableKind, rows: ReadonlyArray<LedgerRow>) =>
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const held = yield* (yield* Cdf).byids(
      kind,
      rows.map(({ externalId }) => externalId)
    )
    const there = held.flatMap(({ dataSetId, externalId }) =>
      externalId === undefined ? [] : [{ externalId, isOurs: isOurs(facility, dataSetId) }]
    )
    const left = yield* remove(
      kind,
      there.flatMap(({ externalId, isOurs }) => (isOurs ? [externalId] : []))
    )
    const moved = new Set(there.flatMap(({ externalId, isOurs }) => (isOurs ? [] : [externalId])))
    return {
      deleted: rows.filter(({ externalId }) => !left.has(externalId) && !moved.has(externalId)),
      moved: rows.filter(({ externalId }) => moved.has(externalId))
    }
  })

/**
 * Deletes objects of the running flow that were retired as long ago as is configured, and forgets them. Under the policy `keep`
 * nothing is deleted. An asset that was deleted is remembered for as long as links to it may wait.
 */
export const expire: Effect.Effect<void, CdfError | PlexError | StateError, Retiring> = Effect.gen(function* () {
  const { flow } = yield* FlowRun
  const { pendingLinkDays, removed } = yield* AppConfig
  const ledger = yield* Ledger
  const now = yield* (yield* Plex).now
  const days = flow === "containers" ? removed.containerRetentionDays : removed.retentionDays
  const kept = removed.policy === "keep" || days === undefined ? Infinity : days * day
  const waited = pendingLinkDays * day
  const before = now - Math.min(kept, waited)
  const old = yield* ledger.retiredBefore(flow, before)
  const due = old.filter((row) => now - (row.retiredAt ?? now) > (isGone(row) ? waited : kept))
  const forgotten = due.filter(isGone)
  for (const kind of kinds) {
    const rows = due.filter((row) => row.kind === kind && !isGone(row))
    for (let begin = 0; begin < rows.length; begin += 1000) {
      const { deleted, moved } = yield* removeExpired(kind, rows.slice(begin, begin + 1000))
      yield* ledger.confirm(
        kind === "assets"
          ? { ...(yield* losingNumbers(deleted)), rows: deleted.map((row) => gone(row, now)), forgotten: moved }
          : { forgotten: [...deleted, ...moved] }
      )
      yield* Effect.logInfo("objects deleted that were retired long enough").pipe(
        Effect.annotateLogs({ kind, count: deleted.length + moved.length })
      )
    }
  }
  if (forgotten.length > 0) yield* ledger.confirm({ forgotten })
})
