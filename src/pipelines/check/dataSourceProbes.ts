/**
 * Plex's data sources: is the user taken, is each source granted to it, and does it have the inputs that are sent?
 */
import { Effect } from "effect"
import type { PlexError } from "../../domain/Errors.js"
import { failed, type Found, ok, skipped, warning } from "../../domain/Finding.js"
import { inputProblems, periodInputNames } from "../../domain/PeriodInputs.js"
import type { FlowName } from "../../domain/Flow.js"
import type { TenantTables } from "../../domain/TenantTables.js"
import { AppConfig, type Settings } from "../../services/AppConfig.js"
import { type DataSource, dataSources, PlexDataSource } from "../../services/PlexDataSource.js"
import type { Flow } from "../runFlow.js"
import { failing, orFailing, type ProbeError } from "./failing.js"
import { type Probe, probe } from "./Probe.js"

/** The flow that reads each source. */
const readers: Readonly<Record<DataSource, FlowName>> = {
  checksheets: "checksheets",
  problems: "problems",
  specifications: "specifications",
  dailyPerformance: "daily-performance",
  livePerformance: "live-performance"
}
const isDataSource = (name: string): name is DataSource => name in readers

/** The sources that these flows read. */
const used = (flows: ReadonlyMap<string, Flow>, settings: Settings): ReadonlyArray<DataSource> =>
  Object.keys(readers)
    .filter(isDataSource)
    .filter((source) => flows.has(readers[source]))
    .filter((source) => source !== "specifications" || settings.qualitySpecificationsSource === "datasource")

/** Plex refuses the user, its customer or the whole API to it in the same way as a single source. */
const isOfUser = ({ detail, status }: PlexError): boolean =>
  status === 401 || /\b(USER|CUSTOMER|DATA_SOURCE_API)_ACCESS_DENIED\b/.test(detail)

const taken = ok("Plex takes the user of the data sources")

/** Any answer shows that the user is taken, but for a refusal of the user itself. */
const refusedUser = (error: ProbeError): Found => {
  if (error._tag !== "PlexError" || error.category === "transient" || error.reason === "Redirected")
    return failing(error)
  return isOfUser(error)
    ? failed(
        `Plex refuses the user of the data sources (${error.detail.split(";")[0]})`,
        "check PLEX_DS_USERNAME and PLEX_DS_PASSWORD: a web-service user of Plex Customer Care, neither a login nor the API key"
      )
    : taken
}

const user = (source: DataSource) =>
  orFailing(
    Effect.as(
      Effect.flatMap(PlexDataSource, ({ inputs }) => inputs(source)),
      taken
    ),
    refusedUser
  )

/** The names of the inputs that are sent; nothing where the source has no period. */
const sentTo = (
  source: DataSource,
  tables: TenantTables["dataSources"],
  known: Parameters<typeof periodInputNames>[1]
): ReadonlyArray<string> | undefined => {
  const period = ({ begin, end, more }: TenantTables["dataSources"]["checksheets"]["inputs"]) => [
    begin,
    end,
    ...Object.keys(more)
  ]
  switch (source) {
    case "checksheets":
    case "problems": {
      const { inputs } = tables[source]
      const names = periodInputNames(inputs, known)
      return names === undefined ? undefined : period({ ...inputs, ...names })
    }
    case "dailyPerformance":
      return period(tables.dailyPerformance.inputs)
    case "specifications":
      return Object.keys(tables.specifications.inputs)
    case "livePerformance":
      return ["Workcenter_Key"]
  }
}

const nameInputs = "name its inputs in TENANT_TABLES, see docs/configuration.md"

const granted = (source: DataSource) =>
  Effect.gen(function* () {
    const { facility } = yield* AppConfig
    const known = yield* (yield* PlexDataSource).inputs(source)
    if (known.length === 0) {
      return warning(
        "the source is granted, but does not tell its inputs",
        "look at what its flow says in the first run"
      )
    }
    const sent = sentTo(source, facility.tables.dataSources, known)
    const names = known.map(({ name }) => name).join(", ")
    if (sent === undefined) return failed(`it has no pair of inputs for a period, only ${names}`, nameInputs)
    const problems = inputProblems(sent, known)
    return problems.length === 0
      ? ok(`granted; ${sent.length === 0 ? "no inputs are sent" : `takes ${sent.join(", ")}`}`)
      : failed(`${problems.join("; ")}; it has ${names}`, nameInputs)
  })

const refusedSource = (error: ProbeError): Found =>
  "reason" in error && error.reason === "Forbidden"
    ? failed(
        "Plex has not granted this source to the user",
        "ask Plex Customer Care to grant it to the user of PLEX_DS_USERNAME, or name its flow in FLOWS_DISABLED"
      )
    : failing(error)

const without: Found = skipped("PLEX_DS_USERNAME and PLEX_DS_PASSWORD are not set: flows that need them are off")

/** `flows`: those that are on. */
export const dataSourceProbes = (
  flows: ReadonlyMap<string, Flow>,
  settings: Settings
): ReadonlyArray<Probe<AppConfig | PlexDataSource>> => {
  const sources = used(flows, settings)
  const [first] = sources
  if (settings.plex.dataSource === undefined) {
    return settings.extractors.quality.enabled ? [probe("data source user", Effect.succeed(without))] : []
  }
  if (first === undefined) return []
  return [
    probe("data source user", user(first)),
    ...sources.map((source) =>
      probe(`data source ${dataSources[source]} ${source}`, orFailing(granted(source), refusedSource), [
        "data source user"
      ])
    )
  ]
}
