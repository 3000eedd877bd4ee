/**
 * `plex-cdf cleanup`: takes the facility out of CDF.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Prompt from "@effect/cli/Prompt"
import { type Deferred, Effect } from "effect"
import type { Facility } from "../domain/Facility.js"
import { cleanup } from "../pipelines/cleanup.js"
import type { Stock } from "../pipelines/takeStock.js"
import type { Settings } from "../services/AppConfig.js"
import { cleanedHeadings, cleanedJson, cleanedRows, remarks, stockHeadings, stockRows } from "./cleanupTable.js"
import { deletionProgress } from "./deletionProgress.js"
import { drainable } from "./drainable.js"
import { failed, misused } from "./exitCode.js"
import { printRows, rowLines, setExitCode, toStderr, toStdoutJson } from "./output.js"
import { isForPeople, isLive } from "./Style.js"
import { withExamples } from "./withExamples.js"
import { settingsOptions, withFacility } from "./withFacility.js"

const options = {
  dryRun: Options.boolean("dry-run").pipe(Options.withDescription("Only count what would be deleted")),
  keepFacility: Options.boolean("keep-facility").pipe(
    Options.withDescription("Leave the asset of the facility itself, and what others have under it")
  ),
  yes: Options.boolean("yes").pipe(Options.withDescription("Do not ask; needed where there is no terminal to ask on")),
  json: Options.boolean("json").pipe(Options.withDescription("Print the result as one JSON object")),
  ...settingsOptions
}

const isTerminal = (): boolean => process.stdin.isTTY === true && isLive(process.stdout)

/** What is to be typed: by its code nobody takes one facility for another. */
const wordOf = ({ code, pcn }: Pick<Facility, "code" | "pcn">): string => (code === "" ? pcn : code)

/** Whoever quits the question has not said yes. */
const askedFor = ({ cdf, facility }: Settings, stocks: ReadonlyArray<Stock>) =>
  Effect.gen(function* () {
    const ours = stocks.reduce((sum, stock) => sum + stock.ours, 0)
    const word = wordOf(facility)
    const typed = yield* Prompt.text({
      message: `Type ${word} to delete ${ours} objects of ${facility.name} from the CDF project ${cdf.project}, and what the state knows of them`
    })
    return typed.trim() === word
  }).pipe(Effect.catchTag("QuitException", () => Effect.succeed(false)))

const showStocks = (stocks: ReadonlyArray<Stock>) =>
  toStderr(rowLines(stockHeadings, stockRows(stocks), isForPeople(process.stderr)))

interface Wanted {
  readonly keepFacility: boolean
  readonly yes: boolean
  readonly json: boolean
}

const clean =
  (settings: Settings, { json, keepFacility, yes }: Wanted) =>
  (stop: Deferred.Deferred<void>) =>
    Effect.gen(function* () {
      const context = yield* Effect.context<Prompt.Prompt.Environment>()
      const watch = yield* deletionProgress
      const ask = (stocks: ReadonlyArray<Stock>) => Effect.provide(askedFor(settings, stocks), context)
      const report = yield* cleanup({
        keepFacility,
        stop,
        watch,
        mayBegin: (stocks) => Effect.zipRight(showStocks(stocks), yes ? Effect.succeed(true) : ask(stocks))
      })
      if (json) yield* toStdoutJson(cleanedJson(report))
      else yield* printRows(cleanedHeadings, cleanedRows(report))
      yield* toStderr(remarks(report, settings))
      const isWell = report.ended === "counted" || (report.ended === "done" && report.stays.length === 0)
      if (!isWell) yield* setExitCode(failed)
    })

export const cleanupCommand = Command.make("cleanup", options, ({ json, keepFacility, yes, ...args }) =>
  withFacility({ ...args, once: true, logTo: "stderr" }, (settings) =>
    settings.dryRun || yes || isTerminal()
      ? drainable(clean(settings, { keepFacility, yes, json }), settings.gracefulShutdown)
      : Effect.zipRight(
          toStderr([
            "plex-cdf cleanup: there is no terminal to ask on: look with --dry-run at what would be deleted, then add --yes"
          ]),
          setExitCode(misused)
        )
  )
).pipe(
  Command.withDescription(
    withExamples(
      "Delete from CDF what is this facility's, and nothing else; then clear the state of it. Not while another process works on the facility",
      ["plex-cdf cleanup --dry-run", "Count what would be deleted, and what is left alone"],
      ["plex-cdf cleanup", "Count, ask for the facility's code, and delete"],
      ["plex-cdf cleanup --yes --keep-facility", "For scripts: do not ask; leave the asset of the facility itself"]
    )
  )
)
