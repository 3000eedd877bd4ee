/**
 * Where Plex is and how it may be called, with the rules of the Data Source API's credentials.
 */
import { Effect } from "effect"
import type { Extractor } from "../../domain/Flow.js"
import type { PlexDataSourceSettings, PlexSettings } from "../../services/AppConfig.js"
import { plexVariables as variables } from "./PlexVariables.js"
import { allProblems, everyPart, needed, type Problems, type Source } from "./Source.js"
import type { Variable } from "./Variable.js"

const baseUrl = (source: Source): Effect.Effect<URL, Problems> =>
  Effect.all({ explicit: source.read(variables.baseUrl), useTest: source.read(variables.useTest) }, everyPart).pipe(
    Effect.mapError(allProblems),
    Effect.map(
      ({ explicit, useTest }) =>
        explicit ?? new URL(useTest ? "https://test.connect.plex.com" : "https://connect.plex.com")
    )
  )

const dataSourceUrl = (source: Source): Effect.Effect<URL, Problems> =>
  Effect.gen(function* () {
    const explicit = yield* source.read(variables.dataSourceUrl)
    if (explicit !== undefined) return explicit
    if (!source.isSet(variables.pcnCode)) {
      const because = `neither is ${variables.dataSourceUrl.name}, of which the Data Source API needs one`
      return yield* Effect.fail([needed(variables.pcnCode, because)])
    }
    // A code or switch that is wrong is told where it is read for itself.
    const code = (yield* source.peek(variables.pcnCode)) ?? "unknown"
    const useTest = (yield* source.peek(variables.useTest)) ?? false
    return new URL(`https://${code}.${useTest ? "test.on" : "on"}.plex.com`)
  })

/** A required value of a variable that may be unset elsewhere. */
const demand = <A>(source: Source, variable: Variable<A | undefined>, because: string): Effect.Effect<A, Problems> =>
  Effect.flatMap(source.read(variable), (value) =>
    value === undefined ? Effect.fail([needed(variable, because)]) : Effect.succeed(value)
  )

/** Nothing without credentials; performance cannot do without, and half of them is a mistake. */
const dataSource = (
  source: Source,
  enabled: ReadonlySet<Extractor>
): Effect.Effect<PlexDataSourceSettings | undefined, Problems> => {
  const { dataSourcePassword, dataSourceRateLimit, dataSourceUrl: url, dataSourceUsername } = variables
  const username = source.isSet(dataSourceUsername)
  const password = source.isSet(dataSourcePassword)
  const performance = "performance is enabled"
  if (!username && !password && !enabled.has("performance")) {
    // What is set is still checked.
    return Effect.all({ rate: source.read(dataSourceRateLimit), url: source.read(url) }, everyPart).pipe(
      Effect.mapError(allProblems),
      Effect.as(undefined)
    )
  }
  return Effect.all(
    {
      baseUrl: dataSourceUrl(source),
      username: demand(source, dataSourceUsername, password ? `${dataSourcePassword.name} is` : performance),
      password: demand(source, dataSourcePassword, username ? `${dataSourceUsername.name} is` : performance),
      rateLimit: source.read(dataSourceRateLimit)
    },
    everyPart
  ).pipe(
    Effect.mapError(allProblems),
    Effect.map((found) => ({
      ...found,
      usernameFile: source.fileOf(dataSourceUsername),
      passwordFile: source.fileOf(dataSourcePassword)
    }))
  )
}

export const plexSettings = (source: Source, enabled: ReadonlySet<Extractor>): Effect.Effect<PlexSettings, Problems> =>
  Effect.all(
    {
      apiKey: source.read(variables.apiKey),
      customerId: source.read(variables.customerId),
      baseUrl: baseUrl(source),
      pcnCode: source.read(variables.pcnCode),
      rateLimit: source.read(variables.rateLimit),
      concurrency: source.read(variables.concurrency),
      dataSource: dataSource(source, enabled)
    },
    everyPart
  ).pipe(
    Effect.mapError(allProblems),
    Effect.map((found) => ({ ...found, apiKeyFile: source.fileOf(variables.apiKey) }))
  )
