/**
 * `plex-cdf setup`: what CDF must hold before the first run of a facility.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { type Deferred, Effect, Layer, Option } from "effect"
import { dataSetVariable } from "../domain/DataSetUse.js"
import { makeFacility, nameOfFacility } from "../domain/Facility.js"
import type { FlowReport } from "../domain/Report.js"
import { type EnvFileError, writeEnvFile } from "../layers/config/EnvFileWriting.js"
import { guard } from "../pipelines/guard.js"
import { inRun } from "../pipelines/inRun.js"
import { isMade } from "../pipelines/runExtractor.js"
import { setUpDataSets, type SetUpDataSet } from "../pipelines/setup/dataSets.js"
import { setUpPipeline, type SetUpPipeline } from "../pipelines/setup/pipeline.js"
import { setUpTree } from "../pipelines/setup/tree.js"
import { unlessHeldElsewhere } from "../pipelines/underLease.js"
import type { Settings } from "../services/AppConfig.js"
import { inPlaces } from "../services/SettingPlaces.js"
import { drainable } from "./drainable.js"
import { failed, misused } from "./exitCode.js"
import { setExitCode, toStderr, toStdout } from "./output.js"
import { only } from "./run.js"
import { Speaking } from "./Speaking.js"
import { withExamples } from "./withExamples.js"
import { settingsOptions, withFacility } from "./withFacility.js"

const options = {
  only,
  dryRun: Options.boolean("dry-run").pipe(
    Options.withDescription("Say what would be made; nothing is written, to CDF or to a file")
  ),
  writeEnv: Options.text("write-env").pipe(
    Options.withPseudoName("file"),
    Options.withDescription("Put the CDF_DATASET_… lines into this env file; all else of it stays as it is"),
    Options.optional
  ),
  ...settingsOptions
}

const project = Layer.unwrapEffect(
  Effect.map(
    Effect.promise(() => import("../layers/cdf/CdfProjectLive.js")),
    ({ layer }) => layer
  )
)

const isKnown = ({ how }: SetUpDataSet): boolean => how !== "missing"

const sentence = ({ externalId = "", how, id, name }: SetUpDataSet): string => {
  switch (how) {
    case "configured":
      return `data set ${name}: ${id}, as configured`
    case "found":
      return `data set ${name}: ${externalId} (${id}) is there already`
    case "made":
      return `data set ${name}: ${externalId} (${id}) made`
    case "missing":
      return `data set ${name}: ${externalId} would be made, for ever: CDF deletes no data sets`
  }
}

const aboutTree = ({ counts: { created, unchanged, updated } }: FlowReport, dryRun: boolean): string =>
  dryRun
    ? `tree: ${created} assets would be made, ${updated} put right, ${unchanged} are as they should be`
    : `tree and labels: ${created} assets made, ${updated} put right, ${unchanged} as they should be`

const aboutPipeline = (pipeline: SetUpPipeline | undefined, settings: Settings): string =>
  pipeline === undefined
    ? inPlaces(settings)("extraction pipeline: none, as CDF_EXTRACTION_PIPELINE is not set")
    : `extraction pipeline: ${pipeline.externalId} ${{ found: "is there already", made: "made", missing: "would be made" }[pipeline.how]}`

/** What was made before something failed stays, and setup goes on from there. */
const halfway = (what: string, why: string, first: string) =>
  Effect.zipRight(
    toStderr([
      `plex-cdf: ${what} could not be set up: ${why}`,
      `What is said above to be made or there stays as it is. ${first}; then run setup again: it makes what is missing.`
    ]),
    setExitCode(failed)
  )

const givingRights = (needed: string): string => `Give the client's group ${needed}`

/** Rights help only where they were refused. */
const waiting = "Wait until CDF answers (plex-cdf check says whether it does)"

const halfTree = ({ counts, finished, notice, refused, status }: FlowReport) =>
  halfway(
    "the tree",
    notice ?? (counts.deadLettered > 0 ? `CDF refused ${counts.deadLettered} of its assets` : status),
    finished
      ? "See what CDF has against it (plex-cdf dead-letters list --flow hierarchy), and put that right"
      : refused
        ? givingRights("the rights that plex-cdf check names")
        : waiting
  )

/** The rest does not need the file: it is told, and setup goes on. */
const notWritten = ({ message }: EnvFileError) =>
  Effect.zipRight(
    toStderr([
      `plex-cdf: ${message}`,
      "Put there by hand what setup prints, or run it again with a file that can be written: it makes nothing a second time."
    ]),
    setExitCode(failed)
  )

/** What the configuration is to say of the data sets: an env file, or what a file of several facilities says of this one. */
const configurationLines = (
  dataSets: ReadonlyArray<SetUpDataSet>,
  variables: Readonly<Record<string, string>>,
  { facility, facilitiesFile }: Settings
): ReadonlyArray<string> =>
  facilitiesFile === undefined
    ? Object.entries(variables).map(([name, value]) => `${name}=${value}`)
    : [
        `# ${nameOfFacility(facility)} in ${facilitiesFile}`,
        "cdf:",
        "  dataSets:",
        ...dataSets.map(({ id, name }) => `    ${name}: ${id}`)
      ]

const writeLines = (file: Option.Option<string>, lines: Readonly<Record<string, string>>) =>
  Option.match(file, {
    onNone: () => Effect.void,
    onSome: (path) =>
      Effect.flatMap(writeEnvFile(path, lines), (changed) =>
        toStderr([changed.length === 0 ? `${path}: nothing to change` : `${path}: ${changed.join(", ")} set`])
      )
  })

const setUp = (settings: Settings, writeEnv: Option.Option<string>) => (stop: Deferred.Deferred<void>) =>
  Effect.gen(function* () {
    const { dryRun } = settings
    const { facility } = yield* Speaking
    if (facility !== undefined && Option.isSome(writeEnv)) {
      // Each would overwrite the lines of the one before.
      yield* toStderr(["plex-cdf setup: --write-env takes one facility: name it by --facility"])
      return yield* setExitCode(misused)
    }
    yield* inRun("guard", () => guard(makeFacility(settings.facility)))
    const dataSets = yield* setUpDataSets
    yield* toStderr(dataSets.map(sentence))
    const known = dataSets.filter(isKnown)
    const lines = Object.fromEntries(known.map(({ id, name }) => [dataSetVariable(name), String(id)]))
    yield* toStdout(configurationLines(known, lines, settings))
    // At once: whatever becomes of the rest, nobody has to look for their numbers.
    if (!dryRun) yield* Effect.catchAll(writeLines(writeEnv, lines), notWritten)

    const tree = yield* setUpTree(dataSets, stop)
    if (!isMade(tree)) return yield* halfTree(tree)
    yield* toStderr([aboutTree(tree, dryRun)])

    const pipeline = yield* Effect.either(setUpPipeline(dataSets))
    if (pipeline._tag === "Left") {
      return yield* halfway(
        `extraction pipeline ${settings.cdf.extractionPipeline ?? ""}`,
        pipeline.left.message,
        pipeline.left.category === "configuration"
          ? givingRights(inPlaces(settings)("extractionPipelinesAcl READ and WRITE (or unset CDF_EXTRACTION_PIPELINE)"))
          : waiting
      )
    }
    yield* toStderr([aboutPipeline(pipeline.right, settings)])
  }).pipe(Effect.provide(project), unlessHeldElsewhere(stop), Effect.asVoid)

const noEnvFile = (path: string): string =>
  `setup --write-env: the data sets of several facilities stand in ${path} (FACILITIES), where no env file counts; leave it out, and put there what setup prints`

export const setupCommand = Command.make("setup", options, ({ writeEnv, ...args }) =>
  withFacility({ ...args, once: true, logTo: "stderr", withoutDataSets: true }, (settings) =>
    Option.isSome(writeEnv) && settings.facilitiesFile !== undefined
      ? Effect.zipRight(toStderr([noEnvFile(settings.facilitiesFile)]), setExitCode(misused))
      : drainable(setUp(settings, writeEnv), settings.gracefulShutdown)
  )
).pipe(
  Command.withDescription(
    withExamples(
      "Make what CDF must hold before the first run: data sets (for ever: CDF deletes none), facility, roots, labels, extraction pipeline",
      ["plex-cdf setup --dry-run", "Say what would be made"],
      ["plex-cdf setup", "Make it, and print the CDF_DATASET_… lines"],
      ["plex-cdf setup --write-env plant.env", "Put these lines into an env file as well"]
    )
  )
)
