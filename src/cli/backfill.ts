/**
 * `plex-cdf backfill`: a period of history, whatever the watermarks say.
 */
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import { Clock, Effect, Option } from "effect"
import type { FlowName } from "../domain/Flow.js"
import { backfillFlows } from "../domain/HistoryKind.js"
import { backfillOptions, extractorsOf } from "../pipelines/backfill.js"
import { pass } from "../pipelines/pass.js"
import { drainable } from "./drainable.js"
import { exitCodeOf, misused } from "./exitCode.js"
import { momentOption } from "./momentOption.js"
import { setExitCode, toStderr } from "./output.js"
import { reportLines } from "./reportTable.js"
import { withExamples } from "./withExamples.js"
import { settingsOptions, type SettingsArguments, withFacility } from "./withFacility.js"

const invalid = (message: string) => ValidationError.invalidValue(HelpDoc.p(message))

const flow = Options.text("flow").pipe(
  Options.withDescription(`Flows to read, separated by commas: ${backfillFlows.join(", ")}`),
  Options.withPseudoName("history-flows"),
  Options.mapEffect((text) => {
    const names = text.split(",").map((name) => name.trim())
    const unknown = names.filter((name) => !backfillFlows.some((known) => known === name))
    return unknown.length > 0
      ? Effect.fail(
          invalid(
            `--flow: ${unknown.join(", ")} has no history to read by period; there are ${backfillFlows.join(", ")}`
          )
        )
      : Effect.succeed(backfillFlows.filter((known) => names.includes(known)))
  })
)

const options = {
  flow,
  from: momentOption("from", "Begin of the period, a moment with its zone: 2026-01-31T00:00:00Z"),
  to: momentOption("to", "End of the period, itself not part of it"),
  ...settingsOptions
}

export interface BackfillArguments extends SettingsArguments {
  readonly flow: ReadonlyArray<FlowName>
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
}

/** Why a period cannot be read. */
export const refusalOf = ({ from, to }: Pick<BackfillArguments, "from" | "to">, now: number): string | undefined => {
  const [begin, end] = [new Date(from).toISOString(), new Date(to).toISOString()]
  if (from >= to) return `--from ${begin} does not lie before --to ${end}: there is nothing to read`
  if (to > now) return `--to ${end} lies in the future: what is yet to come is read by the flow itself`
  return undefined
}

/** Reads the period. Never fails: what goes wrong is said, and the exit code set as by `run --once`. */
export const backfill = (args: BackfillArguments) =>
  Effect.gen(function* () {
    const refusal = refusalOf(args, yield* Clock.currentTimeMillis)
    if (refusal !== undefined) {
      yield* toStderr([`plex-cdf: ${refusal}`])
      return yield* setExitCode(misused)
    }
    const asked = { flows: args.flow, period: { begin: args.from, end: args.to } }
    yield* withFacility({ ...args, once: true, only: Option.some(extractorsOf(args.flow)) }, (settings) =>
      drainable(
        (stop) =>
          Effect.gen(function* () {
            const report = yield* pass(backfillOptions(asked, stop))
            yield* toStderr(["", ...reportLines(report, settings.dryRun)])
            yield* setExitCode(exitCodeOf(report, false))
          }),
        settings.gracefulShutdown
      )
    )
  })

export const backfillCommand = Command.make("backfill", options, backfill).pipe(
  Command.withDescription(
    withExamples(
      "Read a period of history, whatever was read before; watermarks stay where they are. Not while another process works on the facility",
      [
        "plex-cdf backfill --flow production-entries --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z",
        "Production of January; its end is not part of the period"
      ]
    )
  )
)
