/**
 * Assets that are gone from CDF, or are there under another number than before: everything that links to them is linked anew.
 */
import { Effect } from "effect"
import type { StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import { IdResolver } from "../../services/IdResolver.js"
import { Ledger, type LedgerRow, type PendingLink, unknownHash } from "../../services/Ledger.js"
import { losingNumbers } from "../formerNumbers.js"

/** What waits for these objects' links already. */
const waitingOf = (rows: ReadonlyArray<LedgerRow>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const kinds = [...new Set(rows.map(({ kind }) => kind))]
    const pending = yield* Effect.forEach(kinds, (kind) =>
      ledger.pendingOf(
        kind,
        rows.flatMap((row) => (row.kind === kind ? [row.externalId] : []))
      )
    )
    return pending.flat()
  })

/**
 * CDF does not hold these assets any more, by name or by number. Their rows stay, without a number: the next list makes the assets
 * anew, and then it is known that others link to them.
 */
export const noteGone = (
  names: ReadonlySet<ExternalId>,
  numbers: ReadonlySet<number>
): Effect.Effect<void, StateError, IdResolver | Ledger> =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const resolver = yield* IdResolver
    const rows = [...(yield* ledger.rows("assets", [...names])).values()]
    const pending = rows.length === 0 ? [] : yield* waitingOf(rows)
    if (numbers.size > 0) yield* resolver.forgetNumeric(numbers)
    if (names.size > 0) yield* resolver.forget(names)
    if (rows.length > 0) {
      yield* ledger.confirm({
        rows: rows.map((row) => ({ ...row, hash: unknownHash, id: undefined })),
        pending,
        ...(yield* losingNumbers(rows))
      })
    }
  })

/**
 * These assets, told by their rows from before, have another number now. Links to the old number are no links any more: they are
 * pending from now on, so that they are written in this pass also for records that are not read any more.
 */
export const linkAnew = (assets: ReadonlyArray<LedgerRow>): Effect.Effect<void, StateError, Ledger> =>
  assets.length === 0
    ? Effect.void
    : Effect.gen(function* () {
        const ledger = yield* Ledger
        const anew = new Set(assets.map(({ externalId }) => externalId))
        // The ends of a relationship are external ids, which did not change.
        const linked = (yield* ledger.linkedTo([...anew])).filter(({ kind }) => kind !== "relationships")
        if (linked.length === 0) return
        const rows = [...new Map(linked.map((row) => [`${row.kind} ${row.externalId}`, row])).values()]
        const lost = rows.flatMap(({ externalId, flow, kind, links }) =>
          links.filter((link) => anew.has(link)).map((to): PendingLink => ({ kind, from: externalId, to, flow }))
        )
        yield* ledger.confirm({
          rows: rows.map((row) => ({ ...row, hash: unknownHash, links: row.links.filter((link) => !anew.has(link)) })),
          pending: [...(yield* waitingOf(rows)), ...lost],
          ...(yield* losingNumbers(assets))
        })
        yield* Effect.logInfo("assets were made anew: what links to them is linked again").pipe(
          Effect.annotateLogs({ count: anew.size, links: lost.length })
        )
      })
