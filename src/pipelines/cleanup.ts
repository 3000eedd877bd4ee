/**
 * Takes a facility out of CDF: all that is its own, and nothing else; then what the state knows of it.
 */
import { Deferred, Effect, Option } from "effect"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { FlowError, LeaseHeld, LeaseLost } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import { type Facility, makeFacility } from "../domain/Facility.js"
import { AppConfig } from "../services/AppConfig.js"
import type { Cdf } from "../services/Cdf.js"
import { DeadLetters } from "../services/DeadLetters.js"
import type { IdResolver } from "../services/IdResolver.js"
import type { Lease } from "../services/Lease.js"
import { Ledger } from "../services/Ledger.js"
import type { RunEnding } from "../services/RunEnding.js"
import type { RunLog } from "../services/RunLog.js"
import { noteClearing } from "./cdfIsFresh.js"
import { clearingOrder, clearOut } from "./clearOut.js"
import { dataSetsChecked, type WrongFacility } from "./guard.js"
import { inRun } from "./inRun.js"
import { type Stock, takeStock } from "./takeStock.js"
import { unlessHeldElsewhere } from "./underLease.js"
import { type Stay, whatStays } from "./whatStays.js"

/** What stays, who is asked before anything is deleted, and who watches. */
export interface CleanupOptions {
  /** The asset of the facility itself stays. */
  readonly keepFacility: boolean
  /** Nothing new is begun once this is done. */
  readonly stop: Deferred.Deferred<void>
  /** Asked when all is counted, before anything is deleted. */
  readonly mayBegin: (stocks: ReadonlyArray<Stock>) => Effect.Effect<boolean>
  /** Told after each call how many of so many of a kind are gone. */
  readonly watch: (kind: ResourceKind, deleted: number, of: number) => Effect.Effect<void>
}

/** What became of a kind. */
export interface CleanedKind extends Stock {
  readonly deleted: number
  readonly stayed: number
}

/** `counted`: a dry run. `declined`: `mayBegin` said no. `stopped`: told to stop; what was begun can be gone on with. */
export interface CleanupReport {
  readonly ended: "counted" | "declined" | "stopped" | "done"
  readonly kinds: ReadonlyArray<CleanedKind>
  readonly stays: ReadonlyArray<Stay>
}

const untouched = (ended: CleanupReport["ended"], stocks: ReadonlyArray<Stock>): CleanupReport => ({
  ended,
  kinds: stocks.map((stock) => ({ ...stock, deleted: 0, stayed: 0 })),
  stays: []
})

/**
 * Nothing is taken from memory any more from the first deletion on: whoever runs after a cleanup that was cut compares with CDF, and
 * reads all history again.
 */
const forget = Effect.gen(function* () {
  yield* (yield* Ledger).clear
  yield* noteClearing
})

const dropLetters = Effect.gen(function* () {
  const letters = yield* DeadLetters
  yield* letters.drop(yield* letters.list())
})

const clean = (facility: Facility, { keepFacility, mayBegin, stop, watch }: CleanupOptions) =>
  Effect.gen(function* () {
    const { dryRun } = yield* AppConfig
    const ledger = yield* Ledger
    yield* dataSetsChecked(facility)
    const spared = new Set<ExternalId>(keepFacility ? [facility.ids.root("facility")] : [])
    const stocks = yield* Effect.forEach(clearingOrder, (kind) => takeStock(facility, kind, spared))
    if (dryRun) return untouched("counted", stocks)
    const asked = yield* Effect.raceFirst(mayBegin(stocks), Effect.as(Deferred.await(stop), undefined))
    if (asked === undefined) return untouched("stopped", stocks)
    if (!asked) return untouched("declined", stocks)
    yield* forget
    const counts = new Map(stocks.map(({ kind, ours }) => [kind, ours]))
    const cleared = yield* clearOut(facility, stocks, {
      stop,
      spared,
      watch: (kind, deleted) => watch(kind, deleted, Math.max(deleted, counts.get(kind) ?? 0))
    })
    const stopped = yield* Deferred.isDone(stop)
    const stays = stopped ? [] : yield* whatStays(cleared.refused)
    if (!stopped) {
      yield* ledger.clear
      yield* dropLetters
      // What is there still is met by the next run, and is no sign of what it has read before.
      if (stays.length > 0 || stocks.some(({ aliens }) => Object.values(aliens).some((count) => count > 0)))
        yield* noteClearing
    }
    const report: CleanupReport = {
      ended: stopped ? "stopped" : "done",
      kinds: stocks.map((stock) => ({
        ...stock,
        deleted: cleared.deleted.get(stock.kind) ?? 0,
        stayed: stays.filter(({ kind }) => kind === stock.kind).length
      })),
      stays
    }
    return report
  })

const endingOf = ({ ended, stays }: CleanupReport): { readonly status: RunEnding; readonly notes: string } =>
  ended === "stopped"
    ? { status: "interrupted", notes: "" }
    : {
        status: stays.length > 0 ? "degraded" : "succeeded",
        notes: stays.length > 0 ? `${stays.length} objects stay` : ""
      }

/**
 * Deletes what is the facility's from CDF, with its lease, and clears the state of it. An object is the facility's by all of its external
 * id, its `pcn`, its source and its data set. Cut at any instant, it is gone on with by doing it again; a run in between brings back all
 * that it reads. `DRY_RUN`: only counts. Data sets and extraction pipelines stay.
 */
export const cleanup = (
  options: CleanupOptions
): Effect.Effect<
  CleanupReport,
  FlowError | LeaseHeld | LeaseLost | WrongFacility,
  AppConfig | Cdf | DeadLetters | IdResolver | Lease | Ledger | RunLog
> =>
  Effect.gen(function* () {
    const { facility } = yield* AppConfig
    return yield* inRun("cleanup", () => clean(makeFacility(facility), options), endingOf)
  }).pipe(
    unlessHeldElsewhere(options.stop),
    Effect.map(Option.getOrElse(() => untouched("stopped", []))),
    Effect.withSpan("cleanup")
  )
