/**
 * Quality: specifications, control plans and their lines as assets; checksheets, problems and deviations as events.
 */
import { Chunk, Effect, Stream } from "effect"
import { localDayOf } from "../domain/LocalDay.js"
import { pathOf } from "../domain/plex/PlexPath.js"
import { Checksheet, checksheetEvent, checksheetReferences } from "../domain/records/Checksheet.js"
import { ControlPlan, controlPlanAsset } from "../domain/records/ControlPlan.js"
import { ControlPlanLine, inspectionPointAsset } from "../domain/records/ControlPlanLine.js"
import { Deviation, deviationEvent, deviationJobs } from "../domain/records/Deviation.js"
import { NcrCount, ncrCountSeries } from "../domain/records/NcrCount.js"
import { PartSpecification, partSpecificationAsset } from "../domain/records/PartSpecification.js"
import { Problem, problemEvent, problemOnItsWay, problemReferences } from "../domain/records/Problem.js"
import { SpecificationRow, specificationRowAsset } from "../domain/records/SpecificationRow.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { PlexDataSource } from "../services/PlexDataSource.js"
import { byPeriod } from "./byPeriod.js"
import { awaiting, findAssets } from "./find.js"
import { asFlow, FlowRun } from "./FlowRun.js"
import { partsOfJobs } from "./partsOfJobs.js"
import type { ExtractorDefinition } from "./runExtractor.js"
import { fedFlow, flow } from "./runFlow.js"
import { decode } from "./stages/decode.js"
import { bySlices } from "./stages/history.js"
import { map, mapWith } from "./stages/map.js"
import { writePoints } from "./stages/points.js"
import { counted, isStopping, list, observe, tallied } from "./stages/read.js"
import { inChunks, listOfObject, sweep } from "./stages/sweep.js"
import { toCdf } from "./stages/write.js"

export const quality: ExtractorDefinition = {
  name: "quality",
  plan: (settings) => {
    const plans = new Map<string, ControlPlan>()
    const off = withoutDataSources(settings)
    return [
      settings.qualitySpecificationsSource === "rest"
        ? flow("specifications", specifications)
        : flow("specifications", specificationRows, { off }),
      flow("control-plans", controlPlans(plans), { optional: true }),
      flow("control-plan-lines", controlPlanLines(plans), { optional: true, fedBy: ["control-plans"], sweep: true }),
      flow("checksheets", checksheets, { off }),
      flow("problems", problems, { off }),
      flow("deviations", deviations, { optional: true }),
      fedFlow("ncr-count", ["problems"], off)
    ]
  }
}

const withoutDataSources = ({ plex }: Settings): string | undefined =>
  plex.dataSource === undefined ? "needs PLEX_DS_USERNAME and PLEX_DS_PASSWORD" : undefined

const specifications = list("/quality/v1/part-specifications").pipe(
  decode(PartSpecification),
  map(partSpecificationAsset),
  toCdf("assets")
)

const specificationRows = Effect.gen(function* () {
  const { facility, tally } = yield* FlowRun
  const { specifications } = facility.tables.dataSources
  const { rows, truncated } = yield* (yield* PlexDataSource).execute("specifications", specifications.inputs)
  if (truncated)
    tally.degrade(`the data source cut its answer at ${rows.length} rows: narrow its inputs in TENANT_TABLES`)
  yield* counted(Stream.fromIterable(rows)).pipe(decode(SpecificationRow), map(specificationRowAsset), toCdf("assets"))
})

const controlPlans = (plans: Map<string, ControlPlan>) =>
  list("/quality/v1/control-plans").pipe(
    decode(ControlPlan),
    observe((chunk: Chunk.Chunk<ControlPlan>) => {
      for (const plan of chunk) if (plan.id) plans.set(plan.id, plan)
    }),
    map(controlPlanAsset),
    toCdf("assets")
  )

const controlPlanLines = (plans: ReadonlyMap<string, ControlPlan>) =>
  Effect.suspend(() =>
    sweep([...plans.values()], (plan) => {
      const path = pathOf("quality", "v1", "control-plans", plan.id ?? "", "control-plan-lines")
      return tallied(listOfObject(path)).pipe(decode(ControlPlanLine))
    }).pipe(
      inChunks((chunk) =>
        Stream.fromIterable(
          chunk.flatMap(({ object, records }) =>
            records.map((line) => ({ line, number: object.controlPlanNo ?? undefined }))
          )
        ).pipe(
          map((facility) => {
            const asset = inspectionPointAsset(facility)
            return ({ line, number }) => asset(line, number)
          }),
          toCdf("assets")
        )
      )
    )
  )

const checksheets = Effect.gen(function* () {
  const { facility } = yield* FlowRun
  const period = yield* byPeriod("checksheets", facility.tables.dataSources.checksheets.inputs)
  yield* bySlices((slice) =>
    counted(period(slice)).pipe(
      decode(Checksheet),
      mapWith(findAssets(checksheetReferences), (facility, { awaits, find }) => {
        const event = checksheetEvent(facility)
        return (record: Checksheet) => awaiting(event(record, find), awaits(record))
      }),
      toCdf("events")
    )
  )
})

/** Problems as events, and how many were reported on each finished day. */
const problems = Effect.gen(function* () {
  const { facility } = yield* FlowRun
  const { flowsDisabled } = yield* AppConfig
  const now = yield* (yield* Plex).now
  const period = yield* byPeriod("problems", facility.tables.dataSources.problems.inputs)
  const ledger = yield* Ledger
  const { extractors } = yield* AppConfig
  const oldestOpen = yield* oldestOnItsWay(now - extractors.quality.lookback)
  const onItsWay = problemOnItsWay(facility)
  const count = new NcrCount(facility)
  let first: number | undefined
  yield* bySlices(
    (slice) =>
      Effect.gen(function* () {
        const facts = new Map<string, string>()
        yield* counted(period(slice)).pipe(
          decode(Problem),
          observe((chunk) => {
            count.add(chunk)
            for (const problem of chunk) {
              const found = onItsWay(problem)
              if (found !== undefined) facts.set(found.key, found.since === undefined ? "" : String(found.since))
            }
          }),
          mapWith(findAssets(problemReferences), (facility, { awaits, find }) => {
            const event = problemEvent(facility)
            return (record: Problem) => awaiting(event(record, find), awaits(record))
          }),
          toCdf("events")
        )
        yield* ledger.keepFacts("problems", facts)
        if (flowsDisabled.has("ncr-count") || (yield* isStopping)) return
        // With each slice, before the watermark passes its days.
        first ??= slice.begin
        const read = { begin: first, end: Math.min(slice.end, now) }
        const points = count.points(read.begin, read.end)
        yield* writePoints([{ series: ncrCountSeries(facility), points }], read).pipe(asFlow("ncr-count"))
      }),
    // Days are counted whole: yesterday is read again from its midnight, and the days of problems whose state still changes.
    (from) => {
      const { timezone } = facility
      const yesterday = localDayOf(timezone, localDayOf(timezone, from).start - 1).start
      return oldestOpen === undefined ? yesterday : Math.min(yesterday, localDayOf(timezone, oldestOpen).start)
    }
  )
})

/** When the oldest problem was reported that was not closed when last seen; those from before `bound` are not waited for. */
const oldestOnItsWay = (bound: number) =>
  Effect.gen(function* () {
    const facts = yield* (yield* Ledger).facts("problems")
    const moments = [...facts.values()].filter((fact) => fact !== "" && Number(fact) >= bound).map(Number)
    return moments.length === 0 ? undefined : Math.min(...moments)
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
  toCdf("events")
)
