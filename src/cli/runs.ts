/**
 * `plex-cdf runs`: what the run log holds.
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Effect, identity, Layer, Option, Redacted } from "effect"
import type { StateError } from "../domain/Errors.js"
import * as RunLogSql from "../layers/state/RunLogSql.js"
import { openState, StateDatabase } from "../layers/state/StateDatabase.js"
import * as StateReading from "../layers/state/StateReading.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import { RunLog } from "../services/RunLog.js"
import { notHere } from "./notHere.js"
import { printRows, toStderr, toStdout, toStdoutJson } from "./output.js"
import { runHeadings, runRow, showLines } from "./runsTable.js"
import { wholeNumber } from "./wholeNumber.js"
import { withExamples } from "./withExamples.js"
import { type SettingsArguments, settingsOptions, withServices } from "./withFacility.js"

/** What is kept, also where `DRY_RUN` is set, beside whoever works with it. */
const reading = RunLogSql.layer.pipe(Layer.provide(StateReading.layer))

/** The state itself, also where `DRY_RUN` is set. */
const working = RunLogSql.layer.pipe(
  Layer.provide(
    Layer.scoped(
      StateDatabase,
      Effect.flatMap(AppConfig, ({ stateUrl }) => openState(Redacted.value(stateUrl)))
    )
  )
)

const unknownRun = (runId: string): string =>
  `plex-cdf: the run log holds no run ${runId}, or several that begin so: see plex-cdf runs list`

const withRunLog = (
  args: SettingsArguments,
  program: (log: typeof RunLog.Service, settings: Settings) => Effect.Effect<void, StateError>,
  runLog: typeof working = reading
) =>
  withServices({ ...args, logTo: "stderr" }, runLog, (settings) =>
    Effect.gen(function* () {
      if (!settings.runLog.enabled) yield* toStderr(["ETL_META switches the run log off: nothing is added to it"])
      yield* program(yield* RunLog, settings)
    })
  )

const json = Options.boolean("json").pipe(Options.withDescription("Print JSON, an object per line"))

const limit = wholeNumber("limit", { least: 1 }, "How many runs, the newest first (default 20)").pipe(
  Options.withDefault(20)
)

const list = Command.make("list", { ...settingsOptions, json, limit }, (args) =>
  withRunLog({ ...args, withoutState: identity }, (log) =>
    Effect.flatMap(log.recentRuns(args.limit), (runs) => {
      if (runs.length === 0) return toStderr(["The run log holds no runs."])
      return args.json
        ? Effect.forEach(runs, toStdoutJson, { discard: true })
        : printRows(runHeadings, runs.map(runRow))
    })
  )
).pipe(
  Command.withDescription(
    withExamples(
      "The newest runs",
      ["plex-cdf runs list --limit 5", "The last five"],
      ["plex-cdf runs list --json", "For programs: a JSON object per line"]
    )
  )
)

const runId = Args.text({ name: "RUN_ID" }).pipe(Args.withDescription("Id of the run, or its beginning"))

const show = Command.make("show", { ...settingsOptions, json, runId }, (args) =>
  withRunLog(args, (log) =>
    Effect.flatMap(log.runRecord(args.runId), (record) => {
      if (record === undefined) return notHere(toStderr([unknownRun(args.runId)]))
      return args.json ? toStdoutJson(record) : toStdout(showLines(record))
    })
  )
).pipe(
  Command.withDescription(
    withExamples("One run: what each flow did, its requests by endpoint, the slowest and the failed ones", [
      "plex-cdf runs show mws0jz",
      "The run whose id, as `runs list` shows it, begins so"
    ])
  )
)

const days = wholeNumber(
  "days",
  { least: 0 },
  "Keep runs that ended within so many days (default: METRICS_RETENTION_DAYS)"
).pipe(Options.optional)

const prune = Command.make("prune", { ...settingsOptions, days }, (args) =>
  withRunLog(
    { ...args, withoutState: identity },
    (log, { runLog: { retentionDays } }) =>
      Effect.flatMap(log.prune(Option.getOrElse(args.days, () => retentionDays)), (count) =>
        toStdout([`${count} ${count === 1 ? "run" : "runs"} deleted`])
      ),
    working
  )
).pipe(
  Command.withDescription(
    withExamples("Delete what the run log holds of older runs", [
      "plex-cdf runs prune --days 30",
      "Keep the runs of the last thirty days"
    ])
  )
)

export const runsCommand = Command.make("runs").pipe(
  Command.withDescription(
    withExamples("What the run log holds", ["plex-cdf runs list", "What ran last, and how it went"])
  ),
  Command.withSubcommands([list, show, prune])
)
