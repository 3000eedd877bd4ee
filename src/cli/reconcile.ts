/**
 * `plex-cdf reconcile`: one pass that compares everything with CDF.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { type Deferred, Effect, Either, Option } from "effect"
import type { FlowName } from "../domain/Flow.js"
import type { PassReport } from "../pipelines/pass.js"
import { reconcile } from "../pipelines/reconcile.js"
import type { Settings } from "../services/AppConfig.js"
import { drainable } from "./drainable.js"
import { exitCodeOf, failed } from "./exitCode.js"
import { flowsOption } from "./flowOption.js"
import { nextStep } from "./nextStep.js"
import { setExitCode, toStderr, toStdout } from "./output.js"
import { reportLines } from "./reportTable.js"
import { only } from "./run.js"
import { withExamples } from "./withExamples.js"
import { settingsOptions, withFacility } from "./withFacility.js"

const options = {
  only,
  noSweep: Options.boolean("no-sweep").pipe(
    Options.withDescription("Leave out the flows that cost one call per object")
  ),
  acceptRemovals: flowsOption(
    "accept-removals",
    "Flows, separated by commas, whose list may retire all that it does not show, however much that is"
  ).pipe(Options.withDefault(new Set<FlowName>())),
  dryRun: Options.boolean("dry-run").pipe(
    Options.withDescription(
      "Tell what would be put right; nothing is written. It does not open the state: history is read from some days before the newest event " +
        "in CDF on, and what was deleted before that does not show"
    )
  ),
  strict: Options.boolean("strict").pipe(Options.withDescription("Exit with 3 when an extractor is degraded")),
  ...settingsOptions
}

const sumOf = ({ extractors, sweeps }: PassReport, name: "created" | "updated" | "unchanged"): number =>
  [...extractors, ...sweeps].flatMap(({ flows }) => flows).reduce((total, { counts }) => total + counts[name], 0)

const summary = (report: PassReport): string =>
  `${sumOf(report, "updated")} objects put right, ${sumOf(report, "created")} made again or new, ${sumOf(report, "unchanged")} as they should be`

export const reconcileCommand = Command.make("reconcile", options, ({ acceptRemovals, noSweep, strict, ...args }) => {
  const onePass = (settings: Settings) => (stop: Deferred.Deferred<void>) =>
    Effect.gen(function* () {
      const only = Option.getOrElse(args.only, () => [])
      const outcome = yield* Effect.either(reconcile({ only, sweep: !noSweep, stop, acceptRemovals }))
      if (Either.isLeft(outcome)) {
        yield* toStderr([`plex-cdf: not reconciled: ${outcome.left.message}`, ...nextStep(outcome.left)])
        return yield* setExitCode(failed)
      }
      yield* toStderr(["", ...reportLines(outcome.right, settings.dryRun)])
      yield* toStdout([summary(outcome.right)])
      yield* setExitCode(exitCodeOf(outcome.right, strict))
    })
  return withFacility({ ...args, once: true, logTo: "stderr" }, (settings) =>
    drainable(onePass(settings), settings.gracefulShutdown)
  )
}).pipe(
  Command.withDescription(
    withExamples(
      "Compare CDF with Plex object by object, and put right what others changed or deleted",
      ["plex-cdf reconcile --dry-run", "See what differs, as far as can be told without the state"],
      ["plex-cdf reconcile --only master-data", "Put the master data right"],
      ["plex-cdf reconcile --accept-removals parts", "Retire the parts that Plex does not list any more, however many"]
    )
  )
)
