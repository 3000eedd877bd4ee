/**
 * The settings of the process, from its environment: read once, checked whole, told all at once.
 */
import { Effect, Layer } from "effect"
import { ConfigurationError } from "../../domain/Errors.js"
import type { Extractor } from "../../domain/Flow.js"
import { AppConfig, type LogFormat, type Settings } from "../../services/AppConfig.js"
import { cdfVariables } from "./CdfVariables.js"
import { cdfSettings } from "./CdfSettings.js"
import { type Environment, readEnvironment } from "./EnvFile.js"
import { enabledExtractors, passSettings } from "./ExtractorSettings.js"
import { facilityIdentity, recordSettings } from "./FacilitySettings.js"
import { plexSettings } from "./PlexSettings.js"
import { processSettings } from "./ProcessSettings.js"
import { allProblems, everyPart, makeSource } from "./Source.js"
import { doubtful, unknownNames } from "./Warnings.js"

/** What the command line says over the environment. */
export interface SettingsFlags {
  readonly once?: boolean | undefined
  readonly dryRun?: boolean | undefined
  readonly logFormat?: LogFormat | undefined
  /** Exactly these extractors run, whatever their variables say; what only others need is not required. */
  readonly only?: ReadonlyArray<Extractor> | undefined
  /** No data set is required: they are to be made. */
  readonly withoutDataSets?: boolean | undefined
}

/** Settings with what an operator should be told about them. */
export interface LoadedSettings {
  readonly settings: Settings
  readonly warnings: ReadonlyArray<string>
}

/** Most programs know these two in small letters as well. */
const withSmallLetters = (environment: Environment): Environment => ({
  ...environment,
  HTTPS_PROXY: environment["HTTPS_PROXY"] ?? environment["https_proxy"],
  NO_PROXY: environment["NO_PROXY"] ?? environment["no_proxy"]
})

/**
 * The settings that an environment and the flags give. Fails with every problem at once, followed by the names that are not
 * known (they often are the cause); neither problems nor warnings hold the value of a secret.
 */
export const loadSettings = (
  environment: Environment,
  flags: SettingsFlags = {}
): Effect.Effect<LoadedSettings, ConfigurationError> =>
  Effect.gen(function* () {
    const unknown = unknownNames(environment)
    const source = makeSource(withSmallLetters(environment))
    const enabled = yield* enabledExtractors(source, flags.only)
    const { pass, process, records, ...found } = yield* Effect.all(
      {
        plex: plexSettings(source, enabled),
        cdf: cdfSettings(source),
        facility: facilityIdentity(source, enabled, flags.withoutDataSets),
        records: recordSettings(source),
        pass: passSettings(source, enabled),
        process: processSettings(source)
      },
      everyPart
    ).pipe(
      Effect.mapError(allProblems),
      Effect.mapError((problems) => new ConfigurationError({ problems: [...new Set([...problems, ...unknown])] }))
    )
    const settings: Settings = {
      ...found,
      ...records,
      ...pass,
      ...process,
      settingPlaces: new Map(),
      once: flags.once === true || pass.once,
      dryRun: flags.dryRun === true || pass.dryRun,
      log: { ...process.log, format: flags.logFormat ?? process.log.format }
    }
    return { settings, warnings: [...unknown, ...doubtful(settings, yield* source.peek(cdfVariables.cluster))] }
  })

/** The settings of an environment and its env file (`--env-file`, else `./.env` where there is one). */
export const load = (
  environment: Environment,
  options: SettingsFlags & { readonly envFile?: string | undefined } = {}
): Effect.Effect<LoadedSettings, ConfigurationError> =>
  Effect.gen(function* () {
    const read = yield* readEnvironment(environment, options.envFile)
    const loaded = yield* Effect.mapError(
      loadSettings(read.environment, options),
      ({ problems }) => new ConfigurationError({ problems: [...problems, ...read.warnings] })
    )
    return { ...loaded, warnings: [...read.warnings, ...loaded.warnings] }
  })

/** AppConfig from an environment and its env file; warnings are logged. */
export const layer = (
  environment: Environment,
  options: SettingsFlags & { readonly envFile?: string | undefined } = {}
): Layer.Layer<AppConfig, ConfigurationError> =>
  Layer.effect(
    AppConfig,
    Effect.gen(function* () {
      const { settings, warnings } = yield* load(environment, options)
      yield* Effect.forEach(warnings, (warning) => Effect.logWarning(warning), { discard: true })
      return settings
    })
  )
