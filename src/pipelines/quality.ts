/**
 * Quality: specifications, control plans and their lines as assets; checksheets, problems and deviations as events.
 */
import { Chunk, Effect, Stream } from "effect"
import { ownFacts } from "../domain/HistoryMemory.js"
import { localDayOf, wholeDays } from "../domain/LocalDay.js"
import { Checksheet, checksheetEvent, checksheetReferences } from "../domain/records/Checksheet.js"
import { ControlPlan, controlPlanAsset } from "../domain/records/ControlPlan.js"
import { Deviation, deviationEvent, deviationJobs } from "../domain/records/Deviation.js"
import { NcrCount, ncrCountSeries } from "../domain/records/NcrCount.js"
import { PartSpecification, partSpecificationAsset } from "../domain/records/PartSpecification.js"
import { Problem, problemEvent, problemOnItsWay, problemReferences } from "../domain/records/Problem.js"
import { SpecificationRow, specificationRowAsset } from "../domain/records/SpecificationRow.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { PlexDataSource } from "../services/PlexDataSource.js"
import { inPlaces, placed } from "../services/SettingPlaces.js"
import { byPeriod } from "./byPeriod.js"
import { controlPlanLines, planToSweep } from "./controlPlanLines.js"
import { awaiting, findAssets } from "./find.js"
import { asFlow, FlowRun } from "./FlowRun.js"
import { partsOfJobs } from "./partsOfJobs.js"
import type { ExtractorDefinition } from "./runExtractor.js"
import { fedFlow, flow } from "./runFlow.js"
import { decode } from "./stages/decode.js"
import { bySlices } from "./stages/history.js"
import { map, mapWith } from "./stages/map.js"
import { offering, offeringVanished } from "./stages/offer.js"
import { changePoints, learnPoints } from "./stages/points.js"
import { counted, list, observe } from "./stages/read.js"
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
  const period = yield* byPeriod("checksheets", facility.tables.dataSources.checksheets.inputs)
  yield* bySlices({
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

/** Days whose counts are written in one call. */
const daysTogether = 31

/** Problems as events, and how many were reported on each finished day. */
const problems = Effect.gen(function* () {
  const { facility } = yield* FlowRun
  const { flowsDisabled } = yield* AppConfig
  const now = yield* (yield* Plex).now
  const period = yield* byPeriod("problems", facility.tables.dataSources.problems.inputs)
  const { extractors } = yield* AppConfig
  const oldestOpen = yield* oldestOnItsWay(now - extractors.quality.lookback)
  const onItsWay = problemOnItsWay(facility)
  const count = new NcrCount(facility)
  let first: number | undefined
  yield* bySlices({
    learn: learnPoints("ncr-count", ["ncr_count"]),
    // Days are counted whole: yesterday is read again from its midnight, and the days of problems whose state still changes.
    align: (from) => {
      const { timezone } = facility
      const yesterday = localDayOf(timezone, localDayOf(timezone, from).start - 1).start
      return oldestOpen === undefined ? yesterday : Math.min(yesterday, localDayOf(timezone, oldestOpen).start)
    },
    widen: (period) => wholeDays(facility.timezone, period),
    read: (slice) =>
      Effect.gen(function* () {
        const facts = new Map<string, string>()
        yield* counted(period(slice)).pipe(
          decode(Problem, "id", count.addUnread),
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
          slice.showing,
          toCdf("events")
        )
        return () =>
          Effect.gen(function* () {
            if (flowsDisabled.has("ncr-count")) return { facts }
            first ??= slice.begin
            const ends = slice.newest || slice.final
            // A point a day is little for a call: many days are written together, before the watermark passes them.
            if (!ends && slice.end - first < daysTogether * 86_400_000) return { facts, waits: true }
            const read = { begin: first, end: Math.min(slice.end, now) }
            // The day that is not over yet belongs to the next ones.
            first = localDayOf(facility.timezone, read.end).start
            const points = count.points(read.begin, read.end)
            yield* slice.opening(read)
            const changed = yield* changePoints([{ series: ncrCountSeries(facility), points }], {
              // Up to the day that is not over: its point is not known yet, and all else within is of another time zone.
              slice: { begin: read.begin, end: first },
              whole: ["ncr_count"],
              keeps: ({ timestamp }) => count.isUnclear(timestamp)
            }).pipe(asFlow("ncr-count"))
            return { facts, points: changed.points }
          })
      })
  })
})

/** When the oldest problem was reported that was not closed when last seen; those from before `bound` are not waited for. */
const oldestOnItsWay = (bound: number) =>
  Effect.gen(function* () {
    const facts = ownFacts(yield* (yield* Ledger).facts("problems"))
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
  toCdf("events"),
  wholeList({ events: "deviation" })
)
