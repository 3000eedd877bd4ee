/**
 * The settings of all facilities of a process: of the one that the variables describe, or of those in the file that `FACILITIES` names.
 */
import { Effect, type Either } from "effect"
import { ConfigurationError } from "../../domain/Errors.js"
import type { Settings } from "../../services/AppConfig.js"
import { inPlaces } from "../../services/SettingPlaces.js"
import { load, type LoadedSettings, loadSettings, type SettingsFlags } from "./AppConfigLive.js"
import { clashes } from "./Clashes.js"
import { type Environment, readEnvironment } from "./EnvFile.js"
import { type FacilityEntry, type ReadFacilities, readFacilities } from "./FacilitiesFile.js"
import { facilityKeys } from "./FacilityKeys.js"
import { facilityVariables } from "./FacilityVariables.js"
import { readSecretFile } from "./SecretFiles.js"
import { makeSource, type Problems } from "./Source.js"
import { knownNames } from "./Variables.js"
import { isUnknown, unknownNames } from "./Warnings.js"

/** At least one facility, in the order of the file. */
export interface LoadedFacilities {
  readonly facilities: readonly [Settings, ...Array<Settings>]
  /** What an operator should be told. */
  readonly warnings: ReadonlyArray<string>
}

/** A larger file is none that people write. */
const mostBytes = 1024 * 1024

/** The variables that `FACILITIES` replaces. */
const replaced: ReadonlySet<string> = new Set(
  facilityKeys.flatMap(({ name, variable: { alias } }) => [name, ...(alias === undefined ? [] : [alias])])
)

/** What holds for the process whatever the facility; variables that stand for texts of the file are no settings. */
const ofProcess = (environment: Environment, used: ReadonlySet<string>): Environment =>
  Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) =>
        name !== facilityVariables.facilities.name && !replaced.has(name) && (knownNames.has(name) || !used.has(name))
    )
  )

const wrongFile = (detail: string): Problems => [
  `${facilityVariables.facilities.name} names a file that ${detail}: expected ${facilityVariables.facilities.format.expected}. ` +
    "Correct the path or the file."
]

const read = (path: string, environment: Environment): Effect.Effect<ReadFacilities, Problems> =>
  Effect.gen(function* () {
    const text = yield* Effect.mapError(readSecretFile(path, mostBytes), ({ detail }) => wrongFile(detail))
    // Loaded only for those who have such a file: it would make every start slower.
    const { yaml } = yield* Effect.promise(() => import("./Yaml.js"))
    return yield* readFacilities(yaml, text, environment)
  }).pipe(Effect.mapError((error) => (typeof error === "string" ? wrongFile(error) : error)))

/** Variables of one facility beside a file of several: somebody may count on them. */
const withoutEffect = (environment: Environment, used: ReadonlySet<string>): ReadonlyArray<string> => {
  const names = [...replaced].filter((name) => (environment[name] ?? "").trim() !== "" && !used.has(name))
  return names.length === 0
    ? []
    : [
        `FACILITIES replaces ${names.join(", ")}: ${names.length === 1 ? "it has" : "they have"} no effect. ` +
          "Write the values into the file (by ${NAME} too), or unset them."
      ]
}

/** The settings of one entry, or what is wrong with them in words of the file. */
const settingsOf =
  (path: string, environment: Environment, flags: SettingsFlags, told: ReadonlySet<string>) =>
  (entry: FacilityEntry): Effect.Effect<Either.Either<LoadedSettings, Problems>> => {
    const words = inPlaces({ settingPlaces: entry.places })
    return loadSettings({ ...environment, ...entry.variables }, flags).pipe(
      Effect.mapBoth({
        onFailure: ({ problems }) =>
          problems.map(words).filter((problem) => !told.has(problem.slice(0, problem.indexOf(" ")))),
        onSuccess: ({ settings, warnings }) => ({
          settings: { ...settings, facilitiesFile: path, settingPlaces: entry.places },
          warnings: warnings.map(words)
        })
      }),
      Effect.either
    )
  }

const isSome = <A>(all: ReadonlyArray<A>): all is readonly [A, ...Array<A>] => all.length > 0

const fromFile = (
  path: string,
  environment: Environment,
  flags: SettingsFlags
): Effect.Effect<LoadedFacilities, Problems> =>
  Effect.gen(function* () {
    const { entries, problems, told, used } = yield* read(path, environment)
    const rest = ofProcess(environment, used)
    const unknown = unknownNames(rest)
    // Told once, for the process.
    const known = Object.fromEntries(Object.entries(rest).filter(([name]) => !isUnknown(name)))
    const found = yield* Effect.forEach(entries, settingsOf(path, known, flags, told))
    const loaded = found.flatMap((one) => (one._tag === "Right" ? [one.right] : []))
    const wrong = found.flatMap((one) => (one._tag === "Left" ? one.left : []))
    const facilities = loaded.map(({ settings }) => settings)
    // Facilities are held against each other where each is right by itself.
    const all = [...problems, ...wrong, ...(wrong.length === 0 ? clashes(facilities) : [])]
    if (all.length > 0 || !isSome(facilities)) return yield* Effect.fail([...new Set([...all, ...unknown])])
    const warnings = [...unknown, ...withoutEffect(environment, used), ...loaded.flatMap((one) => one.warnings)]
    return { facilities, warnings: [...new Set(warnings)] }
  })

/**
 * The settings of all facilities of an environment and its env file. Fails with every problem of every facility at once; where
 * `FACILITIES` names a file, each problem says where in that file.
 */
export const loadFacilities = (
  environment: Environment,
  options: SettingsFlags & { readonly envFile?: string | undefined } = {}
): Effect.Effect<LoadedFacilities, ConfigurationError> =>
  Effect.gen(function* () {
    const { environment: whole, warnings } = yield* readEnvironment(environment, options.envFile)
    const path = yield* makeSource(whole).peek(facilityVariables.facilities)
    if (path === undefined) {
      const one = yield* load(environment, options)
      return { facilities: [one.settings], warnings: one.warnings }
    }
    const loaded = yield* Effect.mapError(
      fromFile(path, whole, options),
      (problems) => new ConfigurationError({ problems: [...problems, ...warnings] })
    )
    return { ...loaded, warnings: [...warnings, ...loaded.warnings] }
  })
