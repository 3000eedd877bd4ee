/**
 * Inventory: locations and the containers in them as assets, what is there as points, moves and adjustments as events.
 */
import { Effect, type Schema, Stream } from "effect"
import { numericPoint } from "../domain/cdf/NumericPoint.js"
import { toDouble } from "../domain/Decimal.js"
import type { HistoryMapping } from "../domain/EventMapping.js"
import { ExternalId } from "../domain/ExternalId.js"
import { HistoryKeys } from "../domain/HistoryKey.js"
import { momentOf } from "../domain/Instant.js"
import { Container, containerAsset } from "../domain/records/Container.js"
import { ContainerAdjustment, containerAdjustmentEvent } from "../domain/records/ContainerAdjustment.js"
import { ContainerMove, containerMoveEvent } from "../domain/records/ContainerMove.js"
import { Location, locationAsset } from "../domain/records/Location.js"
import { WipLevels } from "../domain/records/WipLevels.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { cdfIsFresh } from "./cdfIsFresh.js"
import { asFlow, FlowRun } from "./FlowRun.js"
import type { ExtractorDefinition } from "./runExtractor.js"
import { fedFlow, flow } from "./runFlow.js"
import { decode } from "./stages/decode.js"
import { bySlices } from "./stages/history.js"
import { map } from "./stages/map.js"
import { writeLivePoints } from "./stages/points.js"
import { list, observe, window, within } from "./stages/read.js"
import { wholeList } from "./stages/wholeList.js"
import { toCdf } from "./stages/write.js"

const history = "/inventory/v1/inventory-history"

export const inventory: ExtractorDefinition = {
  name: "inventory",
  plan: () => [
    flow(
      "locations",
      list("/inventory/v1/inventory-definitions/locations").pipe(
        decode(Location, "locationId"),
        map(locationAsset),
        toCdf("assets"),
        wholeList({ assets: "location" })
      )
    ),
    flow(
      "containers",
      Effect.suspend(() => containers)
    ),
    fedFlow("wip", ["containers"]),
    flow("movements", changes(`${history}/container-location-moves`, ContainerMove, containerMoveEvent), {
      optional: true
    }),
    flow("adjustments", changes(`${history}/container-adjustments`, ContainerAdjustment, containerAdjustmentEvent))
  ]
}

/** Containers as assets; where the list can be taken for all that there is, what is in the plant now. */
const containers = Effect.gen(function* () {
  const { facility } = yield* FlowRun
  const { flowsDisabled } = yield* AppConfig
  const levels = new WipLevels(facility)
  // What is in the plant is as it was when it was asked for, however long the list takes.
  const asked = yield* (yield* Plex).now
  const isWhole = yield* list("/inventory/v1/inventory-tracking/containers").pipe(
    decode(Container, "serialNo", levels.addUnread),
    observe((chunk) => levels.add(chunk)),
    map(containerAsset),
    toCdf("assets"),
    wholeList({ assets: "container" })
  )
  if (isWhole && !flowsDisabled.has("wip")) yield* writeLevels(levels, asked).pipe(asFlow("wip"))
})

/** A level where there was something at the instant `now`; 0 where there had been something and was nothing any more. */
const writeLevels = (wip: WipLevels, now: number) =>
  Effect.gen(function* () {
    const { tally } = yield* FlowRun
    const levels = wip.levels()
    const present = new Set(levels.map(({ draft }) => draft.externalId))
    const emptied = (yield* knownSeries).filter((series) => !present.has(series) && !wip.isUnclear(series))
    const measured = levels.flatMap(({ draft, value }) => {
      if (wip.isUnclear(draft.externalId)) return []
      const point = numericPoint(now, toDouble(value))
      return point === undefined ? [] : [{ series: draft, points: [point] }]
    })
    tally.add("omitted", levels.length - measured.length)
    yield* writeLivePoints(measured, { series: emptied, now })
  })

/** The series that this flow ever gave a level: from what it remembers, from CDF where it remembers nothing and there may be some. */
const knownSeries = Effect.gen(function* () {
  const { facility, flow } = yield* FlowRun
  const cdf = yield* Cdf
  const remembered = yield* (yield* Ledger).facts(flow)
  if (remembered.size > 0 || (yield* cdfIsFresh)) return [...remembered.keys()].map((series) => ExternalId.make(series))
  const prefixes = [facility.ids.prefix("ts_wip"), facility.ids.prefix("ts_inventory")]
  const held = yield* Stream.fromIterable(prefixes).pipe(
    Stream.flatMap((externalIdPrefix) => cdf.list("timeseries", { externalIdPrefix })),
    Stream.runCollect
  )
  return [...held].flatMap(({ externalId }) => externalId ?? [])
})

/** Moves or adjustments as events, slice by slice. */
const changes = <R extends ContainerAdjustment, I>(
  path: string,
  schema: Schema.Schema<R, I>,
  mapping: HistoryMapping<R>
) =>
  bySlices({
    read: (slice) =>
      window(path, slice).pipe(
        decode(schema, "serialNo", slice.blurring("adjustmentDate")),
        within(slice, ({ adjustmentDate }) => momentOf(adjustmentDate)),
        map((facility) => mapping(facility, new HistoryKeys())),
        slice.showing,
        toCdf("events")
      )
  })
