/**
 * Compares CDF with the ledger and puts right what others changed or deleted; what others added is left alone.
 */
import { Effect, Option } from "effect"
import type { FlowError } from "../domain/Errors.js"
import { makeFacility } from "../domain/Facility.js"
import type { FlowName } from "../domain/Flow.js"
import { AppConfig } from "../services/AppConfig.js"
import { Ledger } from "../services/Ledger.js"
import type { Progress } from "../services/Progress.js"
import { doubtFresh } from "./cdfIsFresh.js"
import { followPlex } from "./FlowOptions.js"
import { guard, type WrongFacility } from "./guard.js"
import { inRun } from "./inRun.js"
import { nothing, pass, type PassOptions, type PassReport } from "./pass.js"
import type { FlowServices } from "./runFlow.js"
import { unlessHeldElsewhere } from "./underLease.js"

/** Flows of points of now: what they last wrote is asked of CDF again. */
const live: ReadonlyArray<FlowName> = ["workcenter-status", "wip", "live-performance"]

/**
 * One pass in which nothing is taken from memory: everything is read whole, and each object, row and point of it compared with CDF.
 * Points and records of history are those of the recheck; older ones are a backfill's. Killed in the middle, what was not compared
 * yet stays untrusted, and the next pass goes on with it.
 */
export const reconcile = (
  options: Omit<PassOptions, "flows"> & { readonly acceptRemovals: ReadonlySet<FlowName> }
): Effect.Effect<
  PassReport,
  Effect.Effect.Error<ReturnType<typeof pass>> | FlowError | WrongFacility,
  FlowServices | Progress
> =>
  Effect.gen(function* () {
    const { facility } = yield* AppConfig
    // Before anything is forgotten: this may be the wrong CDF altogether.
    yield* inRun("guard", () => guard(makeFacility(facility)))
    const ledger = yield* Ledger
    yield* ledger.distrust
    yield* doubtFresh
    for (const flow of live) yield* ledger.dropFacts(flow, [...(yield* ledger.facts(flow)).keys()])
    const flows = { ...followPlex, acceptRemovals: options.acceptRemovals, whole: true, once: true }
    return yield* pass({ ...options, flows })
  }).pipe(unlessHeldElsewhere(options.stop), Effect.map(Option.getOrElse(() => nothing)))
