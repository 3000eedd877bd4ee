/**
 * `plex-cdf compare`: what differs between what we wrote and what another prefix or id scheme wrote in the same project.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Effect, Either, Option, Schema } from "effect"
import { areAlike, type ComparisonReport } from "../domain/cdf/Comparison.js"
import { type Facility, makeFacility } from "../domain/Facility.js"
import { compare } from "../pipelines/compare.js"
import { type Counterparts, underOtherPrefix, underScheme, withoutRows } from "../pipelines/counterparts.js"
import { AppConfig } from "../services/AppConfig.js"
import { inPlaces } from "../services/SettingPlaces.js"
import { comparisonRemarks, comparisonSections, isComparisonEmpty } from "./comparisonTable.js"
import { failed, misused } from "./exitCode.js"
import { printRows, setExitCode, toStderr, toStdout, toStdoutJson } from "./output.js"
import { readScheme, WrongScheme } from "./schemeFile.js"
import { withExamples } from "./withExamples.js"
import { settingsOptions, withFacility } from "./withFacility.js"

/** Some objects differ, or are on one side only. */
const different = 4

const options = {
  withPrefix: Options.text("with-prefix").pipe(
    Options.withDescription("Compare with what a run with this EXTERNAL_ID_PREFIX wrote"),
    Options.withPseudoName("prefix"),
    Options.optional
  ),
  withoutPrefix: Options.boolean("without-prefix").pipe(
    Options.withDescription("Compare with what a run without EXTERNAL_ID_PREFIX wrote")
  ),
  withScheme: Options.text("with-scheme").pipe(
    Options.withDescription(
      "Compare with what something else wrote, whose ids the patterns of this YAML or JSON file tell"
    ),
    Options.withPseudoName("file"),
    Options.optional
  ),
  samples: Options.integer("samples").pipe(
    Options.withSchema(Schema.Int.pipe(Schema.between(0, 10_000))),
    Options.withDescription("So many objects of each sort are named (default 3)"),
    Options.withDefault(3)
  ),
  noRows: Options.boolean("no-rows").pipe(
    Options.withDescription("Leave the rows of sequences out: they take two calls for each sequence")
  ),
  json: Options.boolean("json").pipe(Options.withDescription("Print the result as one JSON object")),
  ...settingsOptions
}

type Asked = Pick<Command.Command.ParseConfig<typeof options>, "withPrefix" | "withoutPrefix" | "withScheme">

const wrong = (path: string) => (detail: string) => new WrongScheme({ path, detail })

/** The other side; nothing where not one of the options is given, or the prefix is that of this run. */
const otherSide = (
  facility: Facility,
  { withPrefix, withScheme, withoutPrefix }: Asked
): Effect.Effect<Counterparts | undefined, WrongScheme> => {
  if ([Option.isSome(withPrefix), Option.isSome(withScheme), withoutPrefix].filter(Boolean).length !== 1) {
    return Effect.succeed(undefined)
  }
  if (Option.isSome(withScheme)) {
    const path = withScheme.value
    return Effect.flatMap(readScheme(path), (scheme) => Either.mapLeft(underScheme(facility, scheme), wrong(path)))
  }
  const prefix = Option.getOrElse(withPrefix, () => "")
  return Effect.succeed(prefix === facility.externalIdPrefix ? undefined : underOtherPrefix(facility, prefix))
}

const misuse = (message: string) => Effect.zipRight(toStderr([message]), setExitCode(misused))

/** Between the sections stands a blank line. */
const printSections = (report: ComparisonReport) =>
  Effect.forEach(
    comparisonSections(report),
    ([headings, rows], at) => Effect.zipRight(at === 0 ? Effect.void : toStdout([""]), printRows(headings, rows)),
    { discard: true }
  )

const comparing = (
  facility: Facility,
  others: Counterparts,
  { json, noRows, samples }: Pick<Command.Command.ParseConfig<typeof options>, "json" | "noRows" | "samples">
) =>
  Effect.gen(function* () {
    const report = yield* compare(facility, noRows ? withoutRows(others) : others, samples)
    if (json) yield* toStdoutJson({ alike: areAlike(report), ...report })
    else yield* printSections(report)
    yield* toStderr(comparisonRemarks(report, noRows).map(inPlaces(yield* AppConfig)))
    if (isComparisonEmpty(report)) yield* setExitCode(failed)
    else if (!areAlike(report)) yield* setExitCode(different)
  })

export const compareCommand = Command.make(
  "compare",
  options,
  ({ json, noRows, samples, withPrefix, withScheme, withoutPrefix, ...args }) =>
    // A dry run: whatever happens, nothing is written, and the state of a process that runs beside it is left alone.
    withFacility({ ...args, once: true, dryRun: true, logTo: "stderr" }, (settings) =>
      Effect.gen(function* () {
        const facility = makeFacility(settings.facility)
        const others = yield* Effect.either(otherSide(facility, { withPrefix, withScheme, withoutPrefix }))
        if (Either.isLeft(others)) return yield* misuse(`plex-cdf compare: ${others.left.message}`)
        if (others.right === undefined) {
          return yield* misuse(
            inPlaces(settings)(
              "plex-cdf compare: say with what: --with-prefix PREFIX or --without-prefix, another one than EXTERNAL_ID_PREFIX is now, or --with-scheme FILE"
            )
          )
        }
        yield* comparing(facility, others.right, { json, noRows, samples })
      })
    )
).pipe(
  Command.withDescription(
    withExamples(
      "Tell what differs between what this facility's runs wrote and what another prefix or id scheme wrote; only reads. Exit code 0: alike, 4: not",
      [
        "plex-cdf compare --with-prefix trial_",
        "With what a run with EXTERNAL_ID_PREFIX=trial_ wrote to the same project"
      ],
      [
        "plex-cdf compare --with-scheme old-ids.yaml --samples 10",
        "With what something else wrote, whose ids the patterns of the file tell; ten examples of each difference"
      ]
    )
  )
)
