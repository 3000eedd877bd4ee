/**
 * The data sets of a facility: used where they are configured, found by their external ids, made where there is none.
 */
import { Data, Effect } from "effect"
import type { StoredDataSet } from "../../domain/cdf/Stored.js"
import { namedDataSets } from "../../domain/DataSetNames.js"
import { enabledOf, neededDataSets } from "../../domain/DataSetUse.js"
import { CdfError } from "../../domain/Errors.js"
import { type DataSetName, dataSetNames } from "../../domain/Facility.js"
import { AppConfig } from "../../services/AppConfig.js"
import { CdfProject, type NewDataSet } from "../../services/CdfProject.js"

/** How a data set came to be there. `missing`: a dry run would make it. */
export interface SetUpDataSet {
  readonly name: DataSetName
  readonly how: "configured" | "found" | "made" | "missing"
  /** Nothing of one that is only configured by its number. */
  readonly externalId: string | undefined
  /** Made up where it is missing: negative, as CDF's are not. */
  readonly id: number
}

/** Nothing was made; says what to do. */
export class SetupRefused extends Data.TaggedError("SetupRefused")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

const byToolkit =
  "ask whoever may for them: the Cognite Toolkit module in deploy/toolkit makes the same data sets, and setup finds them"

const isRefusal = (error: CdfError): boolean => error.reason === "Forbidden"

const refusedTo = (what: string, acl: string) => (error: CdfError) =>
  isRefusal(error)
    ? new SetupRefused({
        detail: `the client may not ${what} (${error.message}). Nothing was made. Give its group ${acl}, or ${byToolkit}`
      })
    : error

const exists = ({ duplicated, status }: CdfError): boolean => status === 409 || duplicated.length > 0

const find = (wanted: ReadonlyArray<NewDataSet>) =>
  Effect.flatMap(CdfProject, (project) =>
    wanted.length === 0 ? Effect.succeed([]) : project.dataSets(wanted.map(({ externalId }) => externalId))
  ).pipe(Effect.mapError(refusedTo("read data sets", "datasetsAcl READ and WRITE")))

/** One that another has made meanwhile, or that the client may not see, is never made a second time: CDF refuses it. */
const make = (missing: ReadonlyArray<NewDataSet>) =>
  Effect.flatMap(CdfProject, (project) => project.createDataSets(missing)).pipe(
    Effect.catchIf(exists, () =>
      Effect.flatMap(find(missing), (found) => {
        const seen = new Set(found.map(({ externalId }) => externalId))
        const hidden = missing.filter(({ externalId }) => !seen.has(externalId)).map(({ externalId }) => externalId)
        return hidden.length === 0
          ? Effect.succeed(found)
          : new SetupRefused({
              detail:
                `CDF has a data set of one of the external ids ${hidden.join(", ")}, and the client may not see it. Nothing was made. ` +
                "Give its group datasetsAcl READ of them, or set their numbers (CDF_DATASET_…)"
            })
      })
    ),
    Effect.mapError((error) =>
      error instanceof CdfError ? refusedTo("make data sets", "datasetsAcl WRITE")(error) : error
    )
  )

const isIn = (held: ReadonlyArray<StoredDataSet>, externalId: string): StoredDataSet | undefined =>
  held.find((each) => each.externalId === externalId)

/**
 * Sees to it that the data sets are there that the enabled extractors write to. All that are missing are made in one call, or none.
 * CDF deletes no data sets.
 */
export const setUpDataSets: Effect.Effect<
  ReadonlyArray<SetUpDataSet>,
  CdfError | SetupRefused,
  AppConfig | CdfProject
> = Effect.gen(function* () {
  const { dryRun, extractors, facility, namingStrategy } = yield* AppConfig
  const named = namedDataSets(facility, namingStrategy)
  const needed = new Set(neededDataSets(enabledOf(extractors)))
  const wanted = dataSetNames
    .filter((name) => needed.has(name) && facility.dataSets[name] === undefined)
    .map((name) => ({ name, made: { ...named[name], metadata: { source: "Plex", written_by: "plex-cdf" } } }))

  const held = yield* find(wanted.map(({ made }) => made))
  const missing = wanted.filter(({ made }) => isIn(held, made.externalId) === undefined).map(({ made }) => made)
  const made = dryRun || missing.length === 0 ? [] : yield* make(missing)

  return dataSetNames.flatMap((name, at): ReadonlyArray<SetUpDataSet> => {
    const configured = facility.dataSets[name]
    if (configured !== undefined) return [{ name, how: "configured", externalId: undefined, id: configured }]
    if (!needed.has(name)) return []
    const { externalId } = named[name]
    const found = isIn(held, externalId)
    const fresh = isIn(made, externalId)
    const how = found !== undefined ? "found" : fresh !== undefined ? "made" : "missing"
    return [{ name, how, externalId, id: (found ?? fresh)?.id ?? -1 - at }]
  })
})
