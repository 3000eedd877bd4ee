/**
 * Quality: specifications, control plans and their lines as assets; checksheets, problems and deviations as events.
 */
import { Chunk, Effect, Stream } from "effect"
import { Checksheet, checksheetEvent, checksheetReferences } from "../domain/records/Checksheet.js"
import { ControlPlan, controlPlanAsset } from "../domain/records/ControlPlan.js"
import { Deviation, deviationEvent, deviationJobs } from "../domain/records/Deviation.js"
import { PartSpecification, partSpecificationAsset } from "../domain/records/PartSpecification.js"
import { SpecificationRow, specificationRowAsset } from "../domain/records/SpecificationRow.js"
import type { Settings } from "../services/AppConfig.js"
import { PlexDataSource } from "../services/PlexDataSource.js"
import { inPlaces, placed } from "../services/SettingPlaces.js"
import { byPeriod } from "./byPeriod.js"
import { controlPlanLines, planToSweep } from "./controlPlanLines.js"
import { awaiting, findAssets } from "./find.js"
import { FlowRun } from "./FlowRun.js"
import { partsOfJobs } from "./partsOfJobs.js"
import type { ExtractorDefinition } from "./runExtractor.js"
import { fedFlow, flow } from "./runFlow.js"
import { problems } from "./problems.js"
import { decode } from "./stages/decode.js"
import { bySlices } from "./stages/history.js"
import { map, mapWith } from "./stages/map.js"
import { offering, offeringVanished } from "./stages/offer.js"
import { counted, list } from "./stages/read.js"
import { wholeList } from "./stages/wholeList.js"
import { toCdf } from "./stages/write.js"

export const quality: ExtractorDefinition = {
  name: "quality",
  plan: (settings) => {
    const off = withoutDataSources(settings)
    return [
      settings.qualitySpecificationsSource === "rest"
        ? flow("specifications", specifications)
        : flow("specifications", specificationRows, { off }),
      flow("control-plans", controlPlans, { optional: true }),
      controlPlanLines,
      flow("checksheets", checksheets, { off }),
      flow("problems", problems, { off }),
      flow("deviations", deviations, { optional: true }),
      fedFlow("ncr-count", ["problems"], off)
    ]
  }
}

const withoutDataSources = (settings: Settings): string | undefined =>
  settings.plex.dataSource === undefined ? inPlaces(settings)("needs PLEX_DS_USERNAME and PLEX_DS_PASSWORD") : undefined

const specifications = list("/quality/v1/part-specifications").pipe(
  decode(PartSpecification),
  map(partSpecificationAsset),
  toCdf("assets"),
  wholeList({ assets: "specification" })
)

const specificationRows = Effect.gen(function* () {
  const { facility, shown, tally } = yield* FlowRun
  const { specifications } = facility.tables.dataSources
  const { rows, truncated } = yield* (yield* PlexDataSource).execute("specifications", specifications.inputs)
  if (truncated) {
    shown?.cut()
    tally.degrade(
      `the data source cut its answer at ${rows.length} rows: ${yield* placed("narrow its inputs in TENANT_TABLES")}`
    )
  }
  yield* counted(Stream.fromIterable(rows)).pipe(
    decode(SpecificationRow, "Specification_Key"),
    map(specificationRowAsset),
    toCdf("assets")
  )
}).pipe(wholeList({ assets: "specification" }))

const controlPlans = list("/quality/v1/control-plans").pipe(
  decode(ControlPlan),
  map(offering(controlPlanAsset, "control-plan-lines", planToSweep)),
  toCdf("assets"),
  wholeList({ assets: "control_plan" }),
  offeringVanished("control-plan-lines")
)

const checksheets = Effect.gen(function* () {
  const { facility } = yield* FlowRun
  const { checksheets: source } = facility.tables.dataSources
  const period = yield* byPeriod("checksheets", source.inputs)
  yield* bySlices({
    madeBy: { settings: source },
    read: (slice) =>
      counted(period(slice)).pipe(
        decode(Checksheet),
        mapWith(findAssets(checksheetReferences), (facility, { awaits, find }) => {
          const event = checksheetEvent(facility)
          return (record: Checksheet) => awaiting(event(record, find), awaits(record))
        }),
        slice.showing,
        toCdf("events")
      )
  })
})

const deviations = list("/quality/v1/deviations").pipe(
  decode(Deviation),
  mapWith(
    (chunk) => partsOfJobs(Chunk.toReadonlyArray(chunk).flatMap(deviationJobs)),
    (facility, partsOfJob) => {
      const event = deviationEvent(facility)
      return (record: Deviation) => event(record, partsOfJob)
    }
  ),
  toCdf("events"),
  wholeList({ events: "deviation" })
)
