/**
 * Production: entries, scrap and workcenter statuses as events, live statuses and output as points.
 */
import { Effect, Either, type Schema, Stream } from "effect"
import { Fit } from "../domain/cdf/Limits.js"
import type { HistoryMapping } from "../domain/EventMapping.js"
import type { ExternalId } from "../domain/ExternalId.js"
import { HistoryKeys } from "../domain/HistoryKey.js"
import { momentOf } from "../domain/Instant.js"
import { OutputPoints } from "../domain/records/OutputPoints.js"
import { ProductionEntry, productionEntryEvent } from "../domain/records/ProductionEntry.js"
import { ScrapEntry, scrapEntryEvent } from "../domain/records/ScrapEntry.js"
import { statusPoint, statusSeries, WorkcenterSetup } from "../domain/records/WorkcenterSetup.js"
import type { Settlement } from "../domain/Retraction.js"
import { AppConfig } from "../services/AppConfig.js"
import { Plex } from "../services/Plex.js"
import { asFlow, FlowRun } from "./FlowRun.js"
import { awaiting } from "./find.js"
import { operationsOf } from "./operationsOf.js"
import type { ExtractorDefinition } from "./runExtractor.js"
import { fedFlow, flow } from "./runFlow.js"
import { statusEntries } from "./statusEntries.js"
import { decode } from "./stages/decode.js"
import { bySlices } from "./stages/history.js"
import { mapChunk, mapWith } from "./stages/map.js"
import { changePoints, learnPoints, type Measured, writeLivePoints } from "./stages/points.js"
import { counted, observe, window, within } from "./stages/read.js"
import { toCdf } from "./stages/write.js"
import { workcenterIds } from "./workcenterIds.js"

const history = "/production/v1/production-history"

export const production: ExtractorDefinition = {
  name: "production",
  plan: () => [
    flow(
      "production-entries",
      entries(`${history}/production-entries`, ProductionEntry, productionEntryEvent, "output")
    ),
    flow("scrap-entries", entries(`${history}/scrap-entries`, ScrapEntry, scrapEntryEvent, "scrap")),
    flow("status-entries", statusEntries),
    flow("workcenter-status", liveStatus),
    fedFlow("output", ["production-entries", "scrap-entries"])
  ]
}

/** Entries of one kind as events, and their sums as the points of `output`, slice by slice. */
const entries = <R extends ProductionEntry | ScrapEntry, I>(
  path: string,
  schema: Schema.Schema<R, I>,
  mapping: HistoryMapping<R>,
  metric: "output" | "scrap"
) =>
  Effect.gen(function* () {
    const { flowsDisabled } = yield* AppConfig
    const partly = flowsDisabled.has("output")
    yield* bySlices({
      learn: learnPoints("output", [metric]),
      madeBy: { settings: undefined, partly },
      read: (slice) =>
        Effect.gen(function* () {
          const { facility, tallyOf } = yield* FlowRun
          const keys = new HistoryKeys()
          const output = new OutputPoints(facility, metric)
          yield* window(path, slice).pipe(
            decode(schema, "workcenterId", slice.blurring("transactionDate")),
            within(slice, ({ transactionDate }) => momentOf(transactionDate)),
            observe((chunk) => output.add(chunk)),
            mapWith(operationsOf, (facility, { awaits, operationOf }) => {
              const event = mapping(facility, keys)
              return (entry: R) => awaiting(event(entry, [operationOf(entry)]), awaits(entry))
            }),
            slice.showing,
            toCdf("events")
          )
          if (partly) return
          return ({ kept }: Settlement) => {
            tallyOf("output").add("omitted", output.skipped)
            const moments = new Set(kept.map(({ moment }) => moment))
            return changePoints(output.series(), {
              slice,
              whole: [metric],
              keeps: ({ timestamp }) => moments.has(timestamp)
            }).pipe(asFlow("output"))
          }
        })
    })
  })

/** What each workcenter does now; a point only where that differs from its last one. */
const liveStatus = Effect.gen(function* () {
  const { facility, tally } = yield* FlowRun
  const plex = yield* Plex
  const ids = yield* workcenterIds
  if (ids.length === 0) return
  const answer = yield* plex.search("/production/v1/control/workcenter-setups", { workcenterIds: ids })
  const now = yield* plex.now
  const setups = yield* counted(Stream.fromIterable(answer)).pipe(decode(WorkcenterSetup), Stream.runCollect)
  const seriesOf = statusSeries(facility)
  const measured = yield* mapChunk(setups, (setup) =>
    Either.map(seriesOf(setup), (series) => {
      const fit = new Fit()
      const point = statusPoint(setup, now, fit)
      return { series, point, cuts: fit.cuts }
    })
  )
  const told = new Map<ExternalId, Measured & { readonly cuts: number }>()
  for (const { cuts, point, series } of measured) {
    if (point === undefined) tally.add("filtered")
    else if (told.has(series.externalId)) tally.add("duplicates")
    if (point !== undefined) told.set(series.externalId, { series, points: [point], cuts })
  }
  const changed = yield* writeLivePoints([...told.values()])
  for (const externalId of changed) tally.add("cuts", told.get(externalId)?.cuts ?? 0)
  tally.add("created", changed.size)
  tally.add("unchanged", told.size - changed.size)
})
