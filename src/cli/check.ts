/**
 * `plex-cdf check`: would a run find what it needs, and if not, why and what to do?
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Effect, Layer } from "effect"
import type { ConfigurationError } from "../domain/Errors.js"
import { failed as isFailed, type Finding, ok, verdictOf, warning } from "../domain/Finding.js"
import { failed, misused, succeeded } from "./exitCode.js"
import { findingLines, findingRow, summaryLine, summaryOf } from "./findingLines.js"
import { printRows, setExitCode, toStderr, toStdout, toStdoutJson } from "./output.js"
import { only, sandbox } from "./run.js"
import { isForPeople, style } from "./Style.js"
import { settingsOptions, withServices } from "./withFacility.js"
import { withExamples } from "./withExamples.js"

const options = {
  json: Options.boolean("json").pipe(
    Options.withDescription("Print JSON: an object for each probe, and the verdict in the last line")
  ),
  sandbox,
  only,
  ...settingsOptions
}

const print = (findings: ReadonlyArray<Finding>, json: boolean): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (json) {
      return Effect.zipRight(
        Effect.forEach(findings, toStdoutJson, { discard: true }),
        toStdoutJson(summaryOf(findings))
      )
    }
    const { stdout } = process
    const told = isForPeople(stdout)
      ? toStdout(findingLines(findings, style(stdout), stdout.columns))
      : printRows([], findings.map(findingRow))
    return Effect.zipRight(told, toStderr([summaryLine(findings)]))
  })

const configuration = (found: Omit<Finding, "probe">): Finding => ({ probe: "configuration", ...found })

const seeDocs = "see docs/configuration.md"

/** The last sentence of a problem says what to do. */
const wrong = ({ problems }: ConfigurationError): ReadonlyArray<Finding> =>
  problems.map((problem) => {
    const end = problem.lastIndexOf(". ")
    return configuration(end < 0 ? isFailed(problem, seeDocs) : isFailed(problem.slice(0, end), problem.slice(end + 2)))
  })

const loaded = (warnings: ReadonlyArray<string>): ReadonlyArray<Finding> =>
  warnings.length === 0
    ? [configuration(ok("every variable is known and right"))]
    : warnings.map((text) => configuration(warning(text, seeDocs)))

const services = Layer.unwrapEffect(
  Effect.map(
    Effect.promise(() => import("./checkLayers.js")),
    ({ surroundings }) => surroundings
  )
)

export const checkCommand = Command.make("check", options, ({ json, ...args }) =>
  withServices(
    {
      ...args,
      // Nobody waits here for a database that is away.
      once: true,
      logTo: "stderr",
      onWrongConfiguration: (error) => Effect.zipRight(print(wrong(error), json), setExitCode(misused))
    },
    services,
    (_, warnings) =>
      Effect.gen(function* () {
        const { check } = yield* Effect.promise(() => import("../pipelines/check/check.js"))
        const findings = [...loaded(warnings), ...(yield* check)]
        yield* print(findings, json)
        yield* setExitCode(verdictOf(findings) === "failed" ? failed : succeeded)
      })
  )
).pipe(
  Command.withDescription(
    withExamples(
      "Look at configuration, Plex, CDF, state and Redis, and say of each what is wrong and what to do; nothing is written",
      ["plex-cdf check", "Whether everything is there that a run needs; exit code 1 where something is not"],
      ["plex-cdf check --only jobs,production", "What runs of these two extractors need"],
      ["plex-cdf check --json", "A line for each probe, for programs"]
    )
  )
)
