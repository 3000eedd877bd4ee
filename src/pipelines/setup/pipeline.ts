/**
 * The extraction pipeline that is told of runs.
 */
import { Effect } from "effect"
import { codeInDataSets } from "../../domain/DataSetNames.js"
import type { CdfError } from "../../domain/Errors.js"
import { lengths } from "../../domain/cdf/Limits.js"
import { pipelineDocumentation } from "../../domain/PipelineDocumentation.js"
import { cutToCharacters } from "../../domain/Text.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Cdf } from "../../services/Cdf.js"
import { CdfProject } from "../../services/CdfProject.js"
import type { SetUpDataSet } from "./dataSets.js"

/** What became of it; nothing where none is configured. */
export interface SetUpPipeline {
  readonly externalId: string
  readonly how: "found" | "made" | "missing"
}

/** External ids as they are read; of data sets that are configured by number CDF tells them. */
const idsOf = (dataSets: ReadonlyArray<SetUpDataSet>) =>
  Effect.gen(function* () {
    const numbers = dataSets.filter(({ externalId }) => externalId === undefined).map(({ id }) => id)
    const held = yield* Effect.orElseSucceed((yield* Cdf).dataSets(numbers), () => [])
    return Object.fromEntries(
      dataSets.map(({ externalId, id, name }) => [
        name,
        externalId ?? held.find((each) => each.id === id)?.externalId ?? String(id)
      ])
    )
  })

/** Makes the pipeline of `CDF_EXTRACTION_PIPELINE` where there is none, in the master data set. One that is there stays as it is. */
export const setUpPipeline = (
  dataSets: ReadonlyArray<SetUpDataSet>
): Effect.Effect<SetUpPipeline | undefined, CdfError, AppConfig | Cdf | CdfProject> =>
  Effect.gen(function* () {
    const { cdf, dryRun, facility } = yield* AppConfig
    const { extractionPipeline: externalId } = cdf
    const master = dataSets.find(({ name }) => name === "master")
    if (externalId === undefined || master === undefined) return undefined
    const project = yield* CdfProject
    if ((yield* project.pipeline(externalId)) !== undefined) return { externalId, how: "found" }
    if (dryRun) return { externalId, how: "missing" }
    return yield* project
      .createPipeline({
        externalId,
        name: cutToCharacters(`src:plex:${codeInDataSets(facility)}`, lengths.assets.name),
        dataSetId: master.id,
        description: cutToCharacters(
          `Keeps the data sets of ${facility.name} true to Plex Manufacturing Cloud`,
          lengths.assets.description
        ),
        source: "Plex",
        schedule: "Continuous",
        documentation: pipelineDocumentation(yield* idsOf(dataSets))
      })
      .pipe(
        Effect.as({ externalId, how: "made" as const }),
        // Another has made it meanwhile.
        Effect.catchIf(
          ({ status }) => status === 409,
          () => Effect.succeed({ externalId, how: "found" as const })
        )
      )
  })
