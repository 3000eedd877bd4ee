/**
 * `plex-cdf [run]`: one pass, or the resident process.
 */
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import { type Deferred, Effect, Either, Layer, Option } from "effect"
import { type Extractor, extractors } from "../domain/Flow.js"
import type { ConfigurationError, StateError } from "../domain/Errors.js"
import * as AppConfigLive from "../layers/config/AppConfigLive.js"
import * as FacilityLive from "../layers/FacilityLive.js"
import { layerProgressSilent } from "../layers/ProgressSilent.js"
import { pass } from "../pipelines/pass.js"
import { resident } from "../pipelines/resident.js"
import { AppConfig, type LogFormat, type Settings } from "../services/AppConfig.js"
import { drainable } from "./drainable.js"
import { exitCodeOf, failed, misused } from "./exitCode.js"
import { embeddedEnvironment } from "./embedded.js"
import * as Logging from "./Logging.js"
import { reportLines } from "./reportTable.js"
import * as TerminalProgress from "./TerminalProgress.js"

const isExtractor = (name: string): name is Extractor => extractors.some((known) => known === name)

const invalid = (message: string) => ValidationError.invalidValue(HelpDoc.p(message))

const only = Options.text("only").pipe(
  Options.withDescription(`Run these extractors only, separated by commas: ${extractors.join(", ")}`),
  Options.withPseudoName("names"),
  Options.mapEffect((text) => {
    const names = text.split(",").map((name) => name.trim())
    const unknown = names.filter((name) => !isExtractor(name))
    return unknown.length > 0
      ? Effect.fail(invalid(`--only: ${unknown.join(", ")} is no extractor; there are ${extractors.join(", ")}`))
      : Effect.succeed(names.filter(isExtractor))
  }),
  Options.optional
)

const flag = (name: string, description: string) => Options.boolean(name).pipe(Options.withDescription(description))

export const runOptions = {
  once: flag(
    "once",
    "Make one pass and exit; without it the process stays and makes passes on each extractor's interval"
  ),
  dryRun: flag("dry-run", "Do everything but the writes, and report what they would be"),
  sandbox: flag("sandbox", "Run against an embedded Plex and CDF; needs no configuration"),
  only,
  noSweep: flag("no-sweep", "Leave out the flows that cost one call per object"),
  strict: flag("strict", "With --once: exit with 3 when an extractor is degraded"),
  envFile: Options.file("env-file").pipe(
    Options.withDescription("Read variables that the environment leaves unset from this file (default ./.env)"),
    Options.optional
  ),
  logFormat: Options.choice("log-format", ["pretty", "json"]).pipe(
    Options.withDescription("Format of the log (default: pretty on a terminal, else json)"),
    Options.optional
  )
}

export interface RunArguments {
  readonly once: boolean
  readonly dryRun: boolean
  readonly sandbox: boolean
  readonly only: Option.Option<ReadonlyArray<Extractor>>
  readonly noSweep: boolean
  readonly strict: boolean
  readonly envFile: Option.Option<string>
  readonly logFormat: Option.Option<LogFormat>
}

const setExitCode = (code: number) =>
  Effect.sync(() => {
    process.exitCode = code
  })

const toStderr = (lines: ReadonlyArray<string>) =>
  Effect.sync(() => {
    process.stderr.write(`${lines.join("\n")}\n`)
  })

/** Bad settings: every problem on a line of its own, and exit code 2. */
const explainConfiguration = ({ problems }: ConfigurationError) =>
  Effect.zipRight(
    toStderr([
      "plex-cdf cannot start:",
      ...problems.map((problem) => `- ${problem}`),
      "See docs/configuration.md, or try --sandbox."
    ]),
    setExitCode(misused)
  )

/** The state cannot be opened: nothing was tried. */
const explainState = ({ message }: StateError) =>
  Effect.zipRight(toStderr([`plex-cdf cannot start: ${message}`]), setExitCode(failed))

const onePass = (settings: Settings, args: RunArguments) => (stop: Deferred.Deferred<void>) =>
  Effect.gen(function* () {
    const outcome = yield* Effect.either(pass({ only: chosenBy(args), sweep: !args.noSweep, stop }))
    if (Either.isLeft(outcome)) {
      yield* Effect.logError("nothing was written").pipe(Effect.annotateLogs({ error: outcome.left.message }))
      yield* toStderr([`plex-cdf: nothing was written: ${outcome.left.message}`])
      return yield* setExitCode(failed)
    }
    yield* toStderr(["", ...reportLines(outcome.right, settings.dryRun)])
    yield* setExitCode(exitCodeOf(outcome.right, args.strict))
  })

const stayResident = (args: RunArguments) => (stop: Deferred.Deferred<void>) =>
  resident({ only: chosenBy(args), sweep: !args.noSweep, stop }).pipe(
    Effect.catchAll((error) =>
      Effect.zipRight(
        Effect.logError("nothing was written").pipe(Effect.annotateLogs({ error: error.message })),
        setExitCode(failed)
      )
    )
  )

const chosenBy = (args: RunArguments): ReadonlyArray<Extractor> => Option.getOrElse(args.only, () => [])

const withSettings = (settings: Settings, warnings: ReadonlyArray<string>, args: RunArguments) => {
  const format = Logging.formatOf(settings.log.format)
  const progress = process.stderr.isTTY === true ? TerminalProgress.layer : layerProgressSilent
  const config = Layer.succeed(AppConfig, settings)
  const services = FacilityLive.layer.pipe(
    Layer.provide(FacilityLive.layerShared),
    Layer.provideMerge(config),
    Layer.merge(progress)
  )
  return Effect.gen(function* () {
    yield* Effect.forEach(warnings, (warning) => Effect.logWarning(warning), { discard: true })
    yield* drainable(settings.once ? onePass(settings, args) : stayResident(args), settings.gracefulShutdown)
  }).pipe(
    Effect.annotateLogs({ pcn: settings.facility.pcn, facility: settings.facility.name }),
    Effect.provide(Layer.provideMerge(services, Logging.layer(format, settings.log.level)))
  )
}

/** Loads the settings and runs. Never fails: what goes wrong is said, and the exit code set. */
export const run = (args: RunArguments) =>
  Effect.gen(function* () {
    const environment = args.sandbox ? yield* embeddedEnvironment(process.env) : process.env
    const { settings, warnings } = yield* AppConfigLive.load(environment, {
      once: args.once,
      dryRun: args.dryRun,
      logFormat: Option.getOrUndefined(args.logFormat),
      only: Option.getOrUndefined(args.only),
      envFile: Option.getOrUndefined(args.envFile)
    })
    yield* withSettings(settings, warnings, args)
  }).pipe(Effect.scoped, Effect.catchTags({ ConfigurationError: explainConfiguration, StateError: explainState }))

export const runCommand = Command.make("run", runOptions, run).pipe(
  Command.withDescription("Bring CDF up to Plex: one pass with --once, or for as long as the process lives")
)
