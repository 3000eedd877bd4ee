/**
 * One pass: one run of each enabled extractor, master-data first, and in a first load the containers before production; one of each
 * of their sweeps, and at the end the links that had to wait.
 */
import { Clock, Deferred, Effect, Option } from "effect"
import { ErrorCounts } from "../domain/ErrorCounts.js"
import type { FlowError, LeaseHeld, LeaseLost } from "../domain/Errors.js"
import { makeFacility } from "../domain/Facility.js"
import { type Extractor, extractors, type FlowName } from "../domain/Flow.js"
import type { ExtractorReport, SweepReport } from "../domain/Report.js"
import type { CountedErrors } from "../domain/Status.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import { CallObserver } from "../services/CallObserver.js"
import { Ledger } from "../services/Ledger.js"
import type { Progress } from "../services/Progress.js"
import { definitions } from "./extractors.js"
import { giveUpLinks } from "./giveUpLinks.js"
import { guard, type WrongFacility } from "./guard.js"
import { inRun } from "./inRun.js"
import { followPlex } from "./FlowOptions.js"
import { relink } from "./relink.js"
import { retryAfterUpdate } from "./retry.js"
import { runExtractor, type RunOptions } from "./runExtractor.js"
import { runSweep, sweepsOf } from "./runSweep.js"
import type { FlowServices } from "./runFlow.js"
import { unlessHeldElsewhere } from "./underLease.js"

/** What a pass is asked to do. */
export interface PassOptions extends RunOptions {
  /** These extractors only; all that are enabled when empty. */
  readonly only: ReadonlyArray<Extractor>
}

/** What a pass did: a report of each extractor and of each sweep, and which calls failed. */
export interface PassReport {
  readonly extractors: ReadonlyArray<ExtractorReport>
  readonly sweeps: ReadonlyArray<SweepReport>
  /** Links written because their asset appeared after what links to it. */
  readonly relinked: number
  /** Links given up, as their assets did not appear in time. */
  readonly givenUp: number
  /** Attempts of calls that failed in it, the most frequent first; retries may have mended them. */
  readonly errors: ReadonlyArray<CountedErrors>
}

/** The extractors of a pass, in order. */
export const chosen = (settings: Settings, only: ReadonlyArray<Extractor>): ReadonlyArray<Extractor> =>
  extractors.filter((name) => (only.length === 0 ? settings.extractors[name].enabled : only.includes(name)))

/** What is asked of links that are pending. */
export interface RelinkOptions {
  readonly stop: Deferred.Deferred<void>
  /** Whether everything was looked for by now that a link may wait for. */
  readonly givesUp: boolean
}

/**
 * Writes what can be linked by now and, where asked to, gives up what waits for too long, unless told to stop; a failure leaves the
 * links pending.
 */
export const relinkAll = ({ givesUp, stop }: RelinkOptions) =>
  Effect.flatMap(Deferred.isDone(stop), (stopping) =>
    stopping ? Effect.succeed({ relinked: 0, givenUp: 0 }) : linkPending(givesUp)
  )

const linkPending = (givesUp: boolean) =>
  Effect.gen(function* () {
    const relinked = yield* linkFound
    const givenUp = relinked === undefined || !givesUp ? 0 : yield* Effect.orElseSucceed(giveUpLinks, () => 0)
    return { relinked: relinked ?? 0, givenUp }
  })

const linkFound = relink.pipe(
  Effect.tap((count) =>
    count === 0 ? Effect.void : Effect.logInfo("pending links written").pipe(Effect.annotateLogs({ count }))
  ),
  Effect.catchAll((error) =>
    Effect.logWarning("pending links stay pending").pipe(
      Effect.annotateLogs({ error: error.message }),
      Effect.as(undefined)
    )
  )
)

/** Minutes. */
const longestPass = 7 * 24 * 60

/** Counts the calls that failed in a pass, and says so at its end. */
const withErrors = <E, R>(pass: Effect.Effect<PassReport, E, R>): Effect.Effect<PassReport, E, R> =>
  Effect.gen(function* () {
    const observer = yield* CallObserver
    const counts = new ErrorCounts(longestPass)
    const report = yield* Effect.provideService(pass, CallObserver, (call) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        counts.called(now, call)
        return observer(call)
      })
    )
    const errors = counts.within(yield* Clock.currentTimeMillis)
    for (const { category, count, reason, upstream } of errors) {
      // What CDF or Plex refuses is handled by the flow that asked.
      const say = category === "data" ? Effect.logInfo("calls failed") : Effect.logWarning("calls failed")
      yield* Effect.annotateLogs(say, { upstream, category, reason, count })
    }
    return { ...report, errors }
  })

/** Of a pass that was told to stop before it began. */
export const nothing: PassReport = { extractors: [], sweeps: [], relinked: 0, givenUp: 0, errors: [] }

/** Entries that were written before the containers they name would have to be linked later, at two more calls for each thousand. */
const knowsContainers = Effect.flatMap(Ledger, (ledger) => ledger.knows("containers")).pipe(
  Effect.orElseSucceed(() => true)
)

/**
 * Makes one pass, with the lease of the facility. Fails only where nothing may be written at all, or nothing more: another process has
 * the lease.
 */
export const pass = (
  options: PassOptions
): Effect.Effect<PassReport, FlowError | LeaseHeld | LeaseLost | WrongFacility, FlowServices | Progress> =>
  Effect.gen(function* () {
    const settings = yield* AppConfig
    yield* inRun("guard", () => guard(makeFacility(settings.facility)))
    const names = chosen(settings, options.only)
    yield* retryAfterUpdate(names, options.stop)
    const asked = { ...options, flows: options.flows ?? { ...followPlex, once: true } }
    const places = yield* Effect.makeSemaphore(settings.maxConcurrentExtractors)
    const treeMade = yield* Deferred.make<void>()
    const containersMade = yield* Deferred.make<void>()
    if (!names.includes("inventory") || (yield* knowsContainers)) yield* Deferred.succeed(containersMade, undefined)
    const ended = (flow: FlowName) =>
      Effect.gen(function* () {
        if (flow === "containers") yield* Deferred.succeed(containersMade, undefined)
        yield* options.ended?.(flow) ?? Effect.void
      })

    /** A sweep begins when its extractor has run, and leaves its place to others. */
    const one = (name: Extractor) =>
      Effect.gen(function* () {
        const leads = name === "master-data"
        if (!leads && names.includes("master-data")) yield* Deferred.await(treeMade)
        if (name === "production") yield* Deferred.await(containersMade)
        const report = yield* places.withPermits(1)(runExtractor(definitions[name], { ...asked, ended }))
        if (leads) yield* Deferred.succeed(treeMade, undefined)
        if (name === "inventory") yield* Deferred.succeed(containersMade, undefined)
        const sweeps = yield* Effect.forEach(
          (yield* Deferred.isDone(options.stop)) ? [] : sweepsOf(definitions[name], settings, options),
          (sweep) => runSweep(name, sweep, asked),
          { concurrency: "unbounded" }
        )
        return { report, sweeps }
      })

    const runs = yield* Effect.forEach(names, one, { concurrency: "unbounded" })
    return {
      extractors: runs.map(({ report }) => report),
      sweeps: runs.flatMap(({ sweeps }) => sweeps),
      ...(yield* relinkAll({ stop: options.stop, givesUp: true })),
      errors: []
    }
  }).pipe(
    unlessHeldElsewhere(options.stop),
    Effect.map(Option.getOrElse(() => nothing)),
    withErrors,
    Effect.withSpan("pass")
  )
