/**
 * The facility, its roots and labels, as every run makes them first.
 */
import type { Deferred } from "effect"
import { Effect } from "effect"
import { makeFacility } from "../../domain/Facility.js"
import type { FlowReport } from "../../domain/Report.js"
import { AppConfig } from "../../services/AppConfig.js"
import type { Progress } from "../../services/Progress.js"
import { loggedIn, inRun } from "../inRun.js"
import { ExtractorRun, type FlowServices, runFlow } from "../runFlow.js"
import { hierarchy } from "../tree.js"
import type { SetUpDataSet } from "./dataSets.js"

/** Makes the tree in these data sets; what is there is put right or left alone. */
export const setUpTree = (
  dataSets: ReadonlyArray<SetUpDataSet>,
  stop: Deferred.Deferred<void>
): Effect.Effect<FlowReport, never, FlowServices | Progress> =>
  Effect.gen(function* () {
    const { facility } = yield* AppConfig
    const known = Object.fromEntries(dataSets.map(({ id, name }) => [name, id]))
    const run = new ExtractorRun("master-data", makeFacility({ ...facility, dataSets: known }), stop)
    return yield* inRun("setup", (runId) => runFlow(run, hierarchy).pipe(loggedIn(runId, "hierarchy")))
  })
