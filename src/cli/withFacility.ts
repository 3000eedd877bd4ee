/**
 * What commands share: settings from the environment and its env file, the log, the services of the facility, and what is said
 * when one of them cannot be had.
 */
import * as Options from "@effect/cli/Options"
import { Effect, Layer, Option, type Scope } from "effect"
import type { ConfigurationError } from "../domain/Errors.js"
import type { Extractor } from "../domain/Flow.js"
import { loadFacilities } from "../layers/config/Facilities.js"
import type * as FacilityLive from "../layers/FacilityLive.js"
import { AppConfig, type LogFormat, type Settings } from "../services/AppConfig.js"
import type { Progress } from "../services/Progress.js"
import { embeddedEnvironment } from "./embedded.js"
import { enoughMemory } from "./enoughMemory.js"
import { type ChosenFacilities, everyFacility, forFacility } from "./everyFacility.js"
import { failed, misused } from "./exitCode.js"
import { facility, shared } from "./facilityLayers.js"
import { chosenFacilities, facilityOption, OneFacilityWanted, onlyFacility, UnknownFacility } from "./facilityOption.js"
import * as Logging from "./Logging.js"
import { hasState, tellNoState } from "./noState.js"
import { nextStep } from "./nextStep.js"
import { setExitCode, toStderr } from "./output.js"

/** Options of every command that has settings. */
export const settingsOptions = {
  envFile: Options.file("env-file").pipe(
    Options.withDescription("Read variables that the environment leaves unset from this file (default ./.env)"),
    Options.optional
  ),
  facility: facilityOption,
  logFormat: Options.choice("log-format", ["pretty", "json"]).pipe(
    Options.withDescription("Format of the log (default: pretty on a terminal, else json)"),
    Options.optional
  )
}

/** What a command line says about the settings. */
export interface SettingsArguments {
  readonly envFile: Option.Option<string>
  /** Names of facilities; default: all that are configured. */
  readonly facility?: Option.Option<ReadonlyArray<string>> | undefined
  readonly logFormat: Option.Option<LogFormat>
  /** Against an embedded Plex and CDF, whatever the environment says. */
  readonly sandbox?: boolean | undefined
  readonly once?: boolean | undefined
  readonly dryRun?: boolean | undefined
  readonly only?: Option.Option<ReadonlyArray<Extractor>> | undefined
  /** Where the log goes; a command whose result is for stdout logs to stderr. */
  readonly logTo?: Logging.LogTarget | undefined
  /** The command reads or writes one file, or the like, and so works on one facility. */
  readonly oneFacility?: boolean | undefined
  /** Without a state there is nothing to do: what becomes of the word that there is none. By default one is made. */
  readonly withoutState?: ((told: Effect.Effect<void>) => Effect.Effect<void>) | undefined
  /** The command makes data sets, or does without. */
  readonly withoutDataSets?: boolean | undefined
  /** The command itself tells what is wrong with the configuration, and what is doubtful in it; by default that is said on stderr. */
  readonly onWrongConfiguration?: ((error: ConfigurationError) => Effect.Effect<void>) | undefined
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

/** Exit code 1, and what failed on stderr, with what to do. */
export const explainFailure = (error: Telling): Effect.Effect<void> =>
  Effect.zipRight(toStderr([`plex-cdf: ${error.message}`, ...nextStep(error)]), setExitCode(failed))

/** Bad names on the command line. */
const explainMisuse = ({ message }: Telling) => Effect.zipRight(toStderr([message]), setExitCode(misused))

/** What went wrong before, or besides, what a facility does. */
const explain = (error: ConfigurationError | Telling) =>
  isConfigurationError(error)
    ? explainConfiguration(error)
    : error instanceof UnknownFacility || error instanceof OneFacilityWanted
      ? explainMisuse(error)
      : explainStart(error)

/**
 * Loads the settings and does `work` for the chosen facilities, with the log. Never fails: what goes wrong is said on stderr, and the exit
 * code set: 2 where the configuration or a name of `--facility` is wrong, 1 for everything else.
 */
export const withFacilities = <R>(
  args: SettingsArguments,
  work: (facilities: ChosenFacilities, warnings: ReadonlyArray<string>) => Effect.Effect<void, Telling, R>
): Effect.Effect<void, never, Exclude<R, Scope.Scope>> =>
  Effect.gen(function* () {
    const environment = args.sandbox === true ? yield* embeddedEnvironment(process.env) : process.env
    const { facilities: known, warnings } = yield* loadFacilities(environment, {
      once: args.once,
      dryRun: args.dryRun,
      logFormat: Option.getOrUndefined(args.logFormat),
      only: args.only === undefined ? undefined : Option.getOrUndefined(args.only),
      envFile: Option.getOrUndefined(args.envFile),
      withoutDataSets: args.withoutDataSets
    })
    const facilities = yield* chosenFacilities(known, args.facility ?? Option.none())
    if (args.oneFacility === true) yield* onlyFacility(facilities)
    const [first, ...others] = facilities
    const log = Logging.layer(first.log.format, first.log.level, args.logTo)
    const telemetry = yield* exporting(first)
    const logged = args.onWrongConfiguration === undefined ? warnings : []
    const warn = Effect.forEach(logged, (warning) => Effect.logWarning(warning), { discard: true })
    const all = Effect.zipRight(warn, work(facilities, warnings))
    yield* Effect.provide(others.length === 0 ? forFacility(first)(all) : all, Layer.provideMerge(telemetry, log))
  }).pipe(
    Effect.scoped,
    Effect.catchAll((error) =>
      isConfigurationError(error) && args.onWrongConfiguration !== undefined
        ? args.onWrongConfiguration(error)
        : explain(error)
    )
  )

/** The part of one facility, of which it is said on stderr where what it is made of cannot be had. */
export const explained = <R>(part: Effect.Effect<void, Telling, R>): Effect.Effect<void, never, R> =>
  Effect.catchAll(part, explain)

/**
 * As `withFacilities`, for one facility after the other: `program` with its settings and `services` of its own.
 */
export const withServices = <S, E extends Telling, R>(
  args: SettingsArguments,
  services: Layer.Layer<S, Telling, AppConfig>,
  program: (settings: Settings, warnings: ReadonlyArray<string>) => Effect.Effect<void, E, R>
): Effect.Effect<void, never, Exclude<Exclude<R, AppConfig | S>, Scope.Scope>> =>
  withFacilities(args, (facilities, warnings) =>
    everyFacility(facilities, (settings) => {
      const worked = Effect.catchAll(program(settings, warnings), explainFailure).pipe(
        Effect.provide(Layer.provideMerge(services, Layer.succeed(AppConfig, settings)))
      )
      const { withoutState } = args
      return explained(
        withoutState === undefined
          ? worked
          : Effect.if(hasState(settings), { onTrue: () => worked, onFalse: () => withoutState(tellNoState(settings)) })
      )
    })
  )

const isConfigurationError = (error: Telling | ConfigurationError): error is ConfigurationError =>
  "_tag" in error && error._tag === "ConfigurationError"

/** Sends telemetry where a collector is configured. */
const exporting = ({ calls, otlp }: Settings) =>
  otlp === undefined
    ? Effect.succeed(Layer.empty)
    : Effect.map(
        Effect.promise(() => import("../layers/TelemetryOtlp.js")),
        ({ layer }) => layer(otlp, calls)
      )

/** As `withFacilities`, with what they share, for work on several at once; where memory is too little, says so and does nothing. */
export const withSharedServices = <R>(
  args: SettingsArguments,
  work: (facilities: ChosenFacilities) => Effect.Effect<void, Telling, R>
): Effect.Effect<void, never, Exclude<Exclude<R, FacilityLive.SharedServices | Progress>, Scope.Scope>> =>
  Effect.flatMap(enoughMemory, (enough) =>
    enough
      ? withFacilities(args, (facilities) =>
          Effect.provide(work(facilities), Layer.provide(shared, Layer.succeed(AppConfig, facilities[0])))
        )
      : Effect.void
  )

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
