/**
 * Where CDF is, who we are there, and the data sets that the enabled extractors write to.
 */
import { Effect } from "effect"
import { writersOf } from "../../domain/DataSetUse.js"
import { type DataSetName, dataSetNames, type FacilityIdentity } from "../../domain/Facility.js"
import type { Extractor } from "../../domain/Flow.js"
import type { CdfSettings } from "../../services/AppConfig.js"
import { cdfVariables as variables, dataSetVariables } from "./CdfVariables.js"
import { allProblems, everyPart, needed, type Problems, type Source } from "./Source.js"

const host = (source: Source): Effect.Effect<URL, Problems> =>
  Effect.gen(function* () {
    const { explicit, cluster } = yield* Effect.all(
      { explicit: source.read(variables.host), cluster: source.read(variables.cluster) },
      everyPart
    ).pipe(Effect.mapError(allProblems))
    if (explicit !== undefined) return explicit
    if (cluster !== undefined) return new URL(`https://${cluster}.cognitedata.com`)
    return yield* Effect.fail([needed(variables.cluster, `neither is ${variables.host.name}`)])
  })

export const cdfSettings = (source: Source): Effect.Effect<CdfSettings, Problems> =>
  Effect.all(
    {
      host: host(source),
      project: source.read(variables.project),
      clientId: source.read(variables.clientId),
      clientSecret: source.read(variables.clientSecret),
      tokenUrl: source.read(variables.tokenUrl),
      scopes: Effect.map(source.read(variables.scopes), (scopes) => scopes.split(/\s+/).join(" ")),
      audience: source.read(variables.audience),
      concurrency: source.read(variables.concurrency),
      batchSize: source.read(variables.batchSize),
      extractionPipeline: source.read(variables.extractionPipeline)
    },
    everyPart
  ).pipe(
    Effect.mapError(allProblems),
    Effect.map((found) => ({ ...found, clientSecretFile: source.fileOf(variables.clientSecret) }))
  )

const whyNeeded = (name: DataSetName, enabled: ReadonlySet<Extractor>): string | undefined => {
  if (name === "master") return "the tree of every facility is written to it"
  const using = writersOf(name).filter((extractor) => enabled.has(extractor))
  return using.length === 0 ? undefined : `${using.join(", ")} ${using.length === 1 ? "is" : "are"} enabled`
}

/** The data sets that are set; those that an enabled extractor writes to must be, unless they are to be made. */
export const dataSets = (
  source: Source,
  enabled: ReadonlySet<Extractor>,
  withoutDataSets = false
): Effect.Effect<FacilityIdentity["dataSets"], Problems> =>
  Effect.gen(function* () {
    const found: Partial<Record<DataSetName, number>> = {}
    const [problems] = yield* Effect.partition(dataSetNames, (name) =>
      Effect.gen(function* () {
        const variable = dataSetVariables[name]
        const id = yield* source.read(variable)
        const because = whyNeeded(name, enabled)
        if (id !== undefined) found[name] = id
        else if (because !== undefined && !withoutDataSets) return yield* Effect.fail([needed(variable, because)])
      })
    )
    return problems.length === 0 ? found : yield* Effect.fail(problems.flat())
  })
