/**
 * CDF: token, project, data sets, rights, facility, extraction pipeline.
 */
import { Clock, Effect } from "effect"
import { lacking, type Need, type Right, unmet } from "../../domain/cdf/Rights.js"
import { dataSetVariable, enabledOf, neededRights } from "../../domain/DataSetUse.js"
import { CdfError } from "../../domain/Errors.js"
import { type DataSetName, dataSetNames, makeFacility } from "../../domain/Facility.js"
import { failed, type Found, ok, skipped, warning } from "../../domain/Finding.js"
import { AppConfig, type Settings } from "../../services/AppConfig.js"
import { Cdf } from "../../services/Cdf.js"
import { CdfProject } from "../../services/CdfProject.js"
import { facilityIsOurs } from "../guard.js"
import { clockFinding } from "./clockFinding.js"
import { failing, orFailing, type ProbeError } from "./failing.js"
import { type Probe, probe } from "./Probe.js"

const isForbidden = (error: ProbeError): boolean => error instanceof CdfError && error.reason === "Forbidden"

const inspection = Effect.flatMap(CdfProject, ({ inspection }) => inspection)

const token = Effect.as(inspection, ok("the client gets a token, and CDF takes it")).pipe((asked) =>
  orFailing(asked, (error) =>
    isForbidden(error) ? ok("the client gets a token; what it is good for CDF does not tell") : failing(error)
  )
)

const project = Effect.gen(function* () {
  const { cdf } = yield* AppConfig
  const { projects } = yield* inspection
  if (projects.length === 0) return ok("CDF does not tell which projects the token is of")
  return projects.includes(cdf.project)
    ? ok(cdf.project)
    : failed(
        `the client has nothing to do with a project ${cdf.project}, but with ${projects.join(", ")}`,
        "check CDF_PROJECT, CDF_HOST (or CDF_CLUSTER), and that a group of the project has the client for a member"
      )
}).pipe((asked) =>
  orFailing(asked, (error) =>
    isForbidden(error) ? ok("CDF does not tell which projects the token is of") : failing(error)
  )
)

const clock = Effect.gen(function* () {
  const theirs = yield* (yield* CdfProject).now
  return theirs === undefined
    ? skipped("CDF does not tell its time")
    : clockFinding("CDF", theirs, yield* Clock.currentTimeMillis)
}).pipe(orFailing)

/** One call for all data sets; each has a finding of its own. */
const dataSetProbes = ({ facility: { dataSets } }: Settings): Effect.Effect<ReadonlyArray<Probe<Cdf>>> =>
  Effect.gen(function* () {
    const ids = [...new Set(Object.values(dataSets))]
    const all = yield* Effect.cached(Effect.flatMap(Cdf, (cdf) => cdf.dataSets(ids)))
    const one = (name: DataSetName, id: number) =>
      Effect.map(all, (sets): Found => {
        const found = sets.find((set) => set.id === id)
        if (found === undefined) {
          return failed(
            `CDF has no data set ${id} that the client may read`,
            `check ${dataSetVariable(name)}, and datasetsAcl READ of the client's group; plex-cdf setup makes data sets`
          )
        }
        return found.writeProtected === true
          ? warning(
              `${found.name ?? id} (${id}) is write-protected: only its owners write to it`,
              "give the client's group datasetsAcl OWNER of it, or take the protection away"
            )
          : ok(`${found.name ?? "without a name"} (${id})`)
      }).pipe((asked) =>
        orFailing(asked, (error) =>
          isForbidden(error)
            ? warning(`not looked at: the client may not read data sets`, "give its group datasetsAcl READ")
            : failing(error)
        )
      )
    return dataSetNames.flatMap((name) => {
      const id = dataSets[name]
      return id === undefined ? [] : [probe(`data set ${name}`, one(name, id), ["cdf project"])]
    })
  })

/** What the enabled extractors need; a dry run writes nothing. */
const needs = ({ dryRun, extractors, facility }: Settings): ReadonlyArray<Need> =>
  neededRights(enabledOf(extractors), facility.dataSets, dryRun ? ["READ"] : ["READ", "WRITE"])

const rights = Effect.gen(function* () {
  const settings = yield* AppConfig
  const missing = unmet((yield* inspection).rights, needs(settings))
  return missing.length === 0
    ? ok(`the client may ${settings.dryRun ? "read" : "read and write"} all that the enabled extractors need`)
    : failed(
        `the client lacks ${missing.join("; ")}`,
        "give its group these capabilities; deploy/toolkit has such a group"
      )
}).pipe((asked) =>
  orFailing(asked, (error) =>
    isForbidden(error)
      ? warning("CDF does not tell what the client may do", "look at its groups in CDF; the first run will show")
      : failing(error)
  )
)

const facilityAsset = Effect.gen(function* () {
  const { facility: identity } = yield* AppConfig
  const facility = makeFacility(identity)
  const root = facility.ids.root("facility")
  const [held] = yield* (yield* Cdf).byids("assets", [root])
  yield* facilityIsOurs(facility, held)
  return ok(held === undefined ? `there is no ${root} yet: setup or the first run makes it` : `${root} is ours`)
}).pipe(orFailing)

/** A right over single pipelines is not told apart: what is granted there may be enough. */
const mayReport = (granted: ReadonlyArray<Right>, dataSet: number | undefined): boolean =>
  dataSet === undefined || lacking(granted, [{ acl: "extractionRunsAcl", action: "WRITE", dataSet }]).length === 0

const pipeline = Effect.gen(function* () {
  const { extractionPipeline } = (yield* AppConfig).cdf
  if (extractionPipeline === undefined) return skipped("CDF_EXTRACTION_PIPELINE is not set: CDF is told of no runs")
  const found = yield* (yield* CdfProject).pipeline(extractionPipeline)
  if (found === undefined) {
    return failed(
      `CDF has no extraction pipeline ${extractionPipeline} that the client may read: runs are not told there`,
      "run plex-cdf setup, which makes it; or check CDF_EXTRACTION_PIPELINE and extractionPipelinesAcl READ of the client's group"
    )
  }
  const { rights } = yield* Effect.orElseSucceed(inspection, () => ({ rights: [] }))
  return mayReport(rights, found.dataSetId)
    ? ok(extractionPipeline)
    : warning(
        `${extractionPipeline} is there; that the client may add runs to it cannot be seen`,
        "give its group extractionRunsAcl WRITE, unless it has that for this pipeline alone"
      )
}).pipe(orFailing)

export const cdfProbes = (settings: Settings): Effect.Effect<ReadonlyArray<Probe<AppConfig | Cdf | CdfProject>>> =>
  Effect.map(dataSetProbes(settings), (dataSets) => [
    probe("cdf token", token),
    probe("cdf project", project, ["cdf token"]),
    probe("cdf clock", clock, ["cdf token"]),
    ...dataSets,
    probe("rights", rights, ["cdf project"]),
    probe("facility asset", facilityAsset, ["cdf project"]),
    probe("extraction pipeline", pipeline, ["cdf project"])
  ])
