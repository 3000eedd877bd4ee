/**
 * The facility and its roots, and the labels: they exist before anything else is written, in every run.
 */
import { Effect, Stream } from "effect"
import { labelDrafts, rootDrafts } from "../domain/Tree.js"
import { besideRecords, FlowRun } from "./FlowRun.js"
import { flow } from "./runFlow.js"
import { counted } from "./stages/read.js"
import { toCdf } from "./stages/write.js"

export const hierarchy = flow(
  "hierarchy",
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    yield* counted(Stream.fromIterable(rootDrafts(facility))).pipe(toCdf("assets", { inOrder: true }))
    yield* Stream.fromIterable(labelDrafts(facility)).pipe(toCdf("labels"), besideRecords)
  })
)
