/**
 * `plex-cdf runs`: what the run log holds.
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Data, Effect, Layer, Option, Redacted, Schema } from "effect"
import type { StateError } from "../domain/Errors.js"
import * as RunLogSql from "../layers/state/RunLogSql.js"
import { openState, StateDatabase } from "../layers/state/StateDatabase.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import { RunLog } from "../services/RunLog.js"
import { printRows, toStderr, toStdout, toStdoutJson } from "./output.js"
import { runHeadings, runRow, showLines } from "./runsTable.js"
import { type SettingsArguments, settingsOptions, withServices } from "./withFacility.js"

/** The state itself, also where `DRY_RUN` is set: only what is kept there can be shown. */
const runLog = RunLogSql.layer.pipe(
  Layer.provide(
    Layer.scoped(
      StateDatabase,
      Effect.flatMap(AppConfig, ({ stateUrl }) => openState(Redacted.value(stateUrl)))
    )
  )
)

/** No run has this id, or several begin so. */
class UnknownRun extends Data.TaggedError("UnknownRun")<{ readonly runId: string }> {
  override get message(): string {
    return `the run log holds no run ${this.runId}, or several that begin so: see plex-cdf runs list`
  }
}

const withRunLog = (
  args: SettingsArguments,
  program: (log: typeof RunLog.Service, settings: Settings) => Effect.Effect<void, StateError | UnknownRun>
) =>
  withServices({ ...args, logTo: "stderr" }, runLog, (settings) =>
    Effect.gen(function* () {
      if (!settings.runLog.enabled) yield* toStderr(["ETL_META switches the run log off: nothing is added to it"])
      yield* program(yield* RunLog, settings)
    })
  )

const json = Options.boolean("json").pipe(Options.withDescription("Print JSON, an object per line"))

const limit = Options.integer("limit").pipe(
  Options.withSchema(Schema.Int.pipe(Schema.between(1, 100_000))),
  Options.withDescription("How many runs, the newest first"),
  Options.withDefault(20)
)

const list = Command.make("list", { ...settingsOptions, json, limit }, (args) =>
  withRunLog(args, (log) =>
    Effect.flatMap(log.recentRuns(args.limit), (runs) =>
      args.json ? Effect.forEach(runs, toStdoutJson, { discard: true }) : printRows(runHeadings, runs.map(runRow))
    )
  )
).pipe(Command.withDescription("The newest runs"))

const runId = Args.text({ name: "RUN_ID" }).pipe(Args.withDescription("Id of the run, or its beginning"))

const show = Command.make("show", { ...settingsOptions, json, runId }, (args) =>
  withRunLog(args, (log) =>
    Effect.flatMap(log.runRecord(args.runId), (record): Effect.Effect<void, UnknownRun> => {
      if (record === undefined) return new UnknownRun({ runId: args.runId })
      return args.json ? toStdoutJson(record) : toStdout(showLines(record))
    })
  )
).pipe(
  Command.withDescription("One run: what each flow did, its requests by endpoint, the slowest and the failed ones")
)

const days = Options.integer("days").pipe(
  Options.withSchema(Schema.Int.pipe(Schema.between(0, 100_000))),
  Options.withDescription("Keep runs that ended within so many days (default: METRICS_RETENTION_DAYS)"),
  Options.optional
)

const prune = Command.make("prune", { ...settingsOptions, days }, (args) =>
  withRunLog(args, (log, { runLog: { retentionDays } }) =>
    Effect.flatMap(log.prune(Option.getOrElse(args.days, () => retentionDays)), (count) =>
      toStdout([`${count} ${count === 1 ? "run" : "runs"} deleted`])
    )
  )
).pipe(Command.withDescription("Delete what the run log holds of older runs"))

export const runsCommand = Command.make("runs").pipe(
  Command.withDescription("What the run log holds"),
  Command.withSubcommands([list, show, prune])
)
