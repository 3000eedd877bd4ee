/**
 * One pass: one run of each enabled extractor, master-data first, and at the end the links that had to wait.
 */
import { Deferred, Effect } from "effect"
import type { FlowError } from "../domain/Errors.js"
import { makeFacility } from "../domain/Facility.js"
import { type Extractor, extractors } from "../domain/Flow.js"
import type { ExtractorReport } from "../domain/Report.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import type { Progress } from "../services/Progress.js"
import { definitions } from "./extractors.js"
import { guard, type WrongFacility } from "./guard.js"
import { relink } from "./relink.js"
import { runExtractor } from "./runExtractor.js"
import type { FlowServices } from "./runFlow.js"

export interface PassOptions {
  /** These extractors only; all that are enabled when empty. */
  readonly only: ReadonlyArray<Extractor>
  readonly sweep: boolean
  readonly stop: Deferred.Deferred<void>
}

export interface PassReport {
  readonly extractors: ReadonlyArray<ExtractorReport>
  /** Links written because their asset appeared after what links to it. */
  readonly relinked: number
}

/** The extractors of a pass, in order. */
export const chosen = (settings: Settings, only: ReadonlyArray<Extractor>): ReadonlyArray<Extractor> =>
  extractors.filter((name) => (only.length === 0 ? settings.extractors[name].enabled : only.includes(name)))

/** Writes what can be linked by now, unless told to stop; a failure leaves the links pending. */
export const relinkAll = (stop: Deferred.Deferred<void>) =>
  Effect.flatMap(Deferred.isDone(stop), (stopping) => (stopping ? Effect.succeed(0) : linkPending))

const linkPending = relink.pipe(
  Effect.tap((count) =>
    count === 0 ? Effect.void : Effect.logInfo("pending links written").pipe(Effect.annotateLogs({ count }))
  ),
  Effect.catchAll((error) =>
    Effect.logWarning("pending links stay pending").pipe(Effect.annotateLogs({ error: error.message }), Effect.as(0))
  )
)

/** Makes one pass. Fails only where nothing may be written at all. */
export const pass = (
  options: PassOptions
): Effect.Effect<PassReport, FlowError | WrongFacility, FlowServices | Progress> =>
  Effect.gen(function* () {
    const settings = yield* AppConfig
    yield* guard(makeFacility(settings.facility))
    const names = chosen(settings, options.only)
    const run = (name: Extractor) => runExtractor(definitions[name], options)
    const first = yield* Effect.forEach(
      names.filter((name) => name === "master-data"),
      run
    )
    const rest = yield* Effect.forEach(
      names.filter((name) => name !== "master-data"),
      run,
      { concurrency: settings.maxConcurrentExtractors }
    )
    return { extractors: [...first, ...rest], relinked: yield* relinkAll(options.stop) }
  }).pipe(Effect.withSpan("pass"))
