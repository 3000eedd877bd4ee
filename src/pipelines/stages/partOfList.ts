/**
 * Around a flow that reads a part of what a whole list is read of now and then: what it writes is known to be in CDF, however it ends.
 */
import { Effect } from "effect"
import type { CdfError, FlowError, StateError } from "../../domain/Errors.js"
import type { Listed } from "../../domain/Listed.js"
import type { Cdf } from "../../services/Cdf.js"
import type { Ledger } from "../../services/Ledger.js"
import { inStage } from "../../services/Pulse.js"
import type { FlowRun } from "../FlowRun.js"
import { endedUnlessWriting, knowHeld, listEnded } from "./discover.js"

/**
 * Runs a flow that reads a part of a list. Killed, or failed by CDF or the state, it may have written what the ledger does not know:
 * then the next one asks CDF first what it holds of the list. Nothing is retired.
 */
export const partOfList =
  (listed: Listed) =>
  <A, E extends FlowError, R>(
    flow: Effect.Effect<A, E, R>
  ): Effect.Effect<A, E | CdfError | StateError, R | Cdf | FlowRun | Ledger> =>
    inStage("discover")(knowHeld(listed)).pipe(Effect.zipRight(endedUnlessWriting(flow)), Effect.zipLeft(listEnded))
