/**
 * What commands share: settings from the environment and its env file, the log, the services of the facility, and what is said
 * when one of them cannot be had.
 */
import * as Options from "@effect/cli/Options"
import { Effect, Layer, Option, type Scope } from "effect"
import type { ConfigurationError } from "../domain/Errors.js"
import type { Extractor } from "../domain/Flow.js"
import * as AppConfigLive from "../layers/config/AppConfigLive.js"
import * as FacilityLive from "../layers/FacilityLive.js"
import * as Remembered from "../layers/status/Remembered.js"
import * as TelemetryOtlp from "../layers/TelemetryOtlp.js"
import * as StatusLive from "../layers/StatusLive.js"
import { layerProgressSilent } from "../layers/ProgressSilent.js"
import { AppConfig, type LogFormat, type Settings } from "../services/AppConfig.js"
import type { Progress } from "../services/Progress.js"
import { embeddedEnvironment } from "./embedded.js"
import { enoughMemory } from "./enoughMemory.js"
import { failed, misused } from "./exitCode.js"
import * as Logging from "./Logging.js"
import { setExitCode, toStderr } from "./output.js"
import * as TerminalProgress from "./TerminalProgress.js"

/** Options of every command that has settings. */
export const settingsOptions = {
  envFile: Options.file("env-file").pipe(
    Options.withDescription("Read variables that the environment leaves unset from this file (default ./.env)"),
    Options.optional
  ),
  logFormat: Options.choice("log-format", ["pretty", "json"]).pipe(
    Options.withDescription("Format of the log (default: pretty on a terminal, else json)"),
    Options.optional
  )
}

/** What a command line says about the settings. */
export interface SettingsArguments {
  readonly envFile: Option.Option<string>
  readonly logFormat: Option.Option<LogFormat>
  /** Against an embedded Plex and CDF, whatever the environment says. */
  readonly sandbox?: boolean | undefined
  readonly once?: boolean | undefined
  readonly dryRun?: boolean | undefined
  readonly only?: Option.Option<ReadonlyArray<Extractor>> | undefined
  /** Where the log goes; a command whose result is for stdout logs to stderr. */
  readonly logTo?: Logging.LogTarget | undefined
}

/** What the failures of a command have in common. */
interface Telling {
  readonly message: string
}

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

/** What a service is made of cannot be had (the state cannot be opened): nothing was tried. */
const explainStart = ({ message }: Telling) =>
  Effect.zipRight(toStderr([`plex-cdf cannot start: ${message}`]), setExitCode(failed))

/** Exit code 1, and what failed on stderr. */
export const explainFailure = ({ message }: Telling): Effect.Effect<void> =>
  Effect.zipRight(toStderr([`plex-cdf: ${message}`]), setExitCode(failed))

/**
 * Loads the settings and runs `program` with them, the log and `services`. Never fails: what goes wrong is said on stderr, and the
 * exit code set: 2 where the configuration is wrong, 1 for everything else.
 */
export const withServices = <S, E extends Telling, R>(
  args: SettingsArguments,
  services: Layer.Layer<S, Telling, AppConfig>,
  program: (settings: Settings) => Effect.Effect<void, E, R>
): Effect.Effect<void, never, Exclude<Exclude<R, AppConfig | S>, Scope.Scope>> =>
  Effect.gen(function* () {
    const environment = args.sandbox === true ? yield* embeddedEnvironment(process.env) : process.env
    const { settings, warnings } = yield* AppConfigLive.load(environment, {
      once: args.once,
      dryRun: args.dryRun,
      logFormat: Option.getOrUndefined(args.logFormat),
      only: args.only === undefined ? undefined : Option.getOrUndefined(args.only),
      envFile: Option.getOrUndefined(args.envFile)
    })
    const log = Logging.layer(settings.log.format, settings.log.level, args.logTo)
    const telemetry = TelemetryOtlp.layer(settings.otlp, settings.calls)
    const config = Layer.succeed(AppConfig, settings)
    yield* Effect.gen(function* () {
      yield* Effect.forEach(warnings, (warning) => Effect.logWarning(warning), { discard: true })
      yield* Effect.catchAll(program(settings), explainFailure)
    }).pipe(
      Effect.annotateLogs({ pcn: settings.facility.pcn, facility: settings.facility.name }),
      Effect.tagMetrics({ pcn: settings.facility.pcn }),
      Effect.provide(services.pipe(Layer.provideMerge(config), Layer.provideMerge(telemetry), Layer.provideMerge(log)))
    )
  }).pipe(
    Effect.scoped,
    Effect.catchAll((error) => (isConfigurationError(error) ? explainConfiguration(error) : explainStart(error)))
  )

const isConfigurationError = (error: Telling | ConfigurationError): error is ConfigurationError =>
  "_tag" in error && error._tag === "ConfigurationError"

const progress = Layer.unwrapEffect(
  Effect.sync(() => (process.stderr.isTTY === true ? TerminalProgress.layer : layerProgressSilent))
)

/** All that the facility of the settings lives on. */
export const facility = FacilityLive.layer.pipe(Layer.provideMerge(FacilityLive.layerShared), Layer.merge(progress))

/** The same, with what an operator may see of it, and every call counted. */
export const watchedFacility = StatusLive.layer.pipe(Layer.provideMerge(facility), Layer.provideMerge(Remembered.layer))

/** As `withServices`, with all that the facility of the settings lives on; where memory is too little for that, says so and does nothing. */
export const withFacility = <E extends Telling, R>(
  args: SettingsArguments,
  program: (settings: Settings) => Effect.Effect<void, E, R>,
  services: typeof facility = facility
): Effect.Effect<
  void,
  never,
  Exclude<Exclude<R, AppConfig | FacilityLive.FacilityServices | FacilityLive.SharedServices | Progress>, Scope.Scope>
> => Effect.flatMap(enoughMemory, (enough) => (enough ? withServices(args, services, program) : Effect.void))
