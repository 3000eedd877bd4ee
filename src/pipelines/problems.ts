/**
 * Problems as events, read again until they are closed, and how many were reported on each day.
 */
import { Effect } from "effect"
import { ownFacts } from "../domain/HistoryMemory.js"
import { localDayOf, wholeDays } from "../domain/LocalDay.js"
import { NcrCount, ncrCountSeries } from "../domain/records/NcrCount.js"
import { Problem, problemEvent, problemOnItsWay, problemReferences } from "../domain/records/Problem.js"
import { covered, type TimeSlice } from "../domain/TimeSlice.js"
import { AppConfig } from "../services/AppConfig.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { byPeriod } from "./byPeriod.js"
import { awaiting, findAssets } from "./find.js"
import { asFlow, FlowRun } from "./FlowRun.js"
import { decode } from "./stages/decode.js"
import { bySlices } from "./stages/history.js"
import { mapWith } from "./stages/map.js"
import { changePoints, learnPoints } from "./stages/points.js"
import { counted, observe } from "./stages/read.js"
import { toCdf } from "./stages/write.js"

/** Days whose counts are written in one call. */
const daysTogether = 31

/** Problems as events, and how many were reported on each finished day. */
export const problems = Effect.gen(function* () {
  const { facility } = yield* FlowRun
  const { flowsDisabled } = yield* AppConfig
  const now = yield* (yield* Plex).now
  const period = yield* byPeriod("problems", facility.tables.dataSources.problems.inputs)
  const { extractors } = yield* AppConfig
  const open = yield* onTheirWay
  const oldestOpen = open.find((reported) => reported >= now - extractors.quality.lookback)
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
    madeBy: {
      settings: [facility.timezone, facility.tables.dataSources.problems, facility.tables.problemStatuses],
      partly: flowsDisabled.has("ncr-count")
    },
    // Those that stay open for longer than the look-back are looked at once a day, without all that came since.
    apart: (from) =>
      daysOf(
        facility.timezone,
        open.filter((reported) => reported < from)
      ),
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
            const end = localDayOf(facility.timezone, read.end).start
            first = slice.final ? undefined : end
            const points = count.points(read.begin, read.end)
            yield* slice.opening(read)
            const changed = yield* changePoints([{ series: ncrCountSeries(facility), points }], {
              // Up to the day that is not over: its point is not known yet, and all else within is of another time zone.
              slice: { begin: read.begin, end },
              whole: ["ncr_count"],
              keeps: ({ timestamp }) => count.isUnclear(timestamp)
            }).pipe(asFlow("ncr-count"))
            return { facts, points: changed.points }
          })
      })
  })
})

/** The days of some moments, each once, in order. */
const daysOf = (zone: string, moments: ReadonlyArray<number>): ReadonlyArray<TimeSlice> =>
  covered(moments.map((moment) => wholeDays(zone, { begin: moment, end: moment + 1 })))

/** When the problems were reported that were not closed when last seen, oldest first. */
const onTheirWay = Effect.gen(function* () {
  const facts = ownFacts(yield* (yield* Ledger).facts("problems"))
  return [...facts.values()]
    .filter((fact) => fact !== "")
    .map(Number)
    .sort((one, other) => one - other)
})
