/**
 * What each workcenter performs now.
 */
import { Effect, Option, Schema } from "effect"
import { workcenterCodeKey } from "../domain/NaturalKey.js"
import { percentSeries, type Workcenter } from "../domain/Oee.js"
import { LivePerformance, livePerformancePoint } from "../domain/records/LivePerformance.js"
import { Plex } from "../services/Plex.js"
import { PlexDataSource } from "../services/PlexDataSource.js"
import { FlowRun } from "./FlowRun.js"
import { type Measured, writeLivePoints } from "./stages/points.js"
import { readSets, type Swept, tellRefused } from "./stages/sets.js"
import { countedWorkcenters, type WorkcenterKeys } from "./workcentersByCode.js"

const decodeRows = Schema.decodeUnknownOption(Schema.Array(LivePerformance))

/** One call per workcenter whose integer key is known; only an answer of one row makes a point. */
export const livePerformance = (keys: WorkcenterKeys) =>
  Effect.gen(function* () {
    const source = yield* PlexDataSource
    const byCode = new Map([...keys].map(([code, key]) => [workcenterCodeKey(code), { code, key }]))
    const ids = yield* countedWorkcenters(byCode.keys())
    const asked = [...byCode].flatMap(([codeKey, { code, key }]) => {
      const id = ids.get(codeKey)
      return id === undefined ? [] : [{ id, code, key }]
    })
    const { now } = yield* Plex
    const { refused, sets } = yield* readSets(asked, ({ key }) =>
      Effect.all({
        rows: Effect.map(source.execute("livePerformance", { Workcenter_Key: Number(key) }), ({ rows }) => rows),
        // Others may be waited for much longer.
        at: now
      })
    )
    yield* writeLivePerformance(sets)
    yield* tellRefused(refused, sets.length + refused.length)
  })

/** What the source told of one workcenter, and when (epoch milliseconds). */
interface LiveAnswer {
  readonly rows: unknown
  readonly at: number
}

const writeLivePerformance = (answers: ReadonlyArray<Swept<Workcenter, LiveAnswer>>) =>
  Effect.gen(function* () {
    const { facility, tally } = yield* FlowRun
    const measured = answers.flatMap(({ object: workcenter, set: { at, rows } }): ReadonlyArray<Measured> => {
      const point = livePerformancePoint(
        Option.getOrElse(decodeRows(rows), () => []),
        at
      )
      return point === undefined
        ? []
        : [{ series: percentSeries(facility, "live_performance", workcenter), points: [point] }]
    })
    const changed = yield* writeLivePoints(measured)
    tally.add("read", answers.length)
    tally.add("created", changed.size)
    tally.add("unchanged", measured.length - changed.size)
    tally.add("filtered", answers.length - measured.length)
    tally.add("omitted", answers.length - measured.length)
  })
