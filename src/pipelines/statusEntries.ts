/**
 * Workcenter statuses as events: each ends when the next one of its workcenter begins, so that each slice is looked at as a whole.
 */
import { Array, Chunk, Effect, Either, Stream } from "effect"
import { historyKindOf } from "../domain/HistoryKind.js"
import { ownFacts } from "../domain/HistoryMemory.js"
import { Instant, momentOf, toMillis } from "../domain/Instant.js"
import { placeStatus, statusEvent, WorkcenterStatusEntry } from "../domain/records/WorkcenterStatusEntry.js"
import type { Settlement } from "../domain/Retraction.js"
import {
  heldBack,
  heldBefore,
  type LastStatuses,
  replacedFacts,
  statusTimeline,
  type Timeline
} from "../domain/StatusTimeline.js"
import { Cdf } from "../services/Cdf.js"
import { Ledger } from "../services/Ledger.js"
import { besideRecords, FlowRun } from "./FlowRun.js"
import { decode } from "./stages/decode.js"
import { bySlices, type HistorySlice } from "./stages/history.js"
import { ourEvents } from "./stages/learn.js"
import { mapChunk } from "./stages/map.js"
import { isStopping, window, within } from "./stages/read.js"
import { toCdf } from "./stages/write.js"

const path = "/production/v1/production-history/workcenter-status-entries"

/** The entries of a slice that can be placed; the others are dead letters. */
const readSlice = (slice: HistorySlice) =>
  Effect.gen(function* () {
    const read = yield* window(path, slice).pipe(
      decode(WorkcenterStatusEntry, "workcenterId", slice.blurring("logDate")),
      within(slice, ({ logDate }) => momentOf(logDate)),
      Stream.runCollect
    )
    const placed = yield* mapChunk(read, (entry) => {
      const place = placeStatus(entry)
      const moment = momentOf(entry.logDate)
      if (Either.isLeft(place) && moment !== undefined) slice.content.blur(moment)
      return Either.map(place, () => entry)
    })
    return Chunk.toReadonlyArray(placed)
  })

/** The event of a workcenter that starts first or last within a range (epoch milliseconds), as CDF has it. */
const statusInCdf = (
  workcenterId: string,
  which: "first" | "last",
  range: { readonly min?: number; readonly max?: number }
) =>
  Effect.gen(function* () {
    const { facility, flow } = yield* FlowRun
    const kind = historyKindOf(flow)
    const filter = kind === undefined ? undefined : ourEvents(facility, kind, { min: 0, ...range })
    if (filter === undefined) return undefined
    const externalIdPrefix = `${facility.ids.of("workcenter_status", workcenterId)}_`
    return yield* (yield* Cdf).event(which, { ...filter, externalIdPrefix })
  })

/** Since when each workcenter has its first status of the slice: as was known, and as it is now. */
const firstStatuses = ({ known }: HistorySlice, { shown }: Timeline, { kept }: Settlement) => {
  const before = new Map<string, number>()
  const now = new Map<string, number>()
  const least = (firsts: Map<string, number>, workcenterId: string, moment: number): void => {
    firsts.set(workcenterId, Math.min(moment, firsts.get(workcenterId) ?? Infinity))
  }
  const stays = new Set(kept.map(({ externalId }) => externalId))
  for (const { externalId, moment, plexId } of known) {
    const workcenterId = plexId.slice(0, plexId.lastIndexOf(`_${moment}`))
    least(before, workcenterId, moment)
    if (stays.has(externalId)) least(now, workcenterId, moment)
  }
  for (const { since, workcenterId } of shown) least(now, workcenterId, toMillis(since))
  return { before, now }
}

/** Sets the end of an event that was written long ago; the ledger does not know its content any more. */
const endAt = (workcenterId: string, begin: number, until: number | undefined) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const ledger = yield* Ledger
    const held = yield* statusInCdf(workcenterId, "last", { max: begin - 1 })
    if (held?.externalId === undefined || held.endTime === until) return
    yield* ledger.doubt("events", [held.externalId])
    yield* cdf.update("events", [
      { externalId: held.externalId, update: { endTime: until === undefined ? { setNull: true } : { set: until } } }
    ])
  })

/** Whether the flow itself has read up to where a slice begins: beyond that it goes on by itself, from what its facts tell. */
const isConfirmed = ({ begin }: HistorySlice) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const watermark = yield* (yield* Ledger).watermark(flow)
    return watermark !== undefined && begin < watermark
  })

/** Statuses of one run of the flow; what one slice tells is carried to the next. */
const ofOneRun = () => {
  let carried: LastStatuses | undefined
  /** The facts as this run last found or kept them. */
  let seen: LastStatuses = new Map()
  /** Workcenters of which this run has read a status. */
  const told = new Set<string>()
  /** From where this run has read. */
  let from: number | undefined
  /** Workcenters whose status from before the slices lost its successor, and has none yet. */
  const endless = new Set<string>()

  /** What a backfill kept meanwhile of statuses that this run has not come to takes the place of what is carried. */
  const lastBefore = (slice: HistorySlice) =>
    Effect.gen(function* () {
      const { flow, options } = yield* FlowRun
      const facts = ownFacts(yield* (yield* Ledger).facts(flow))
      if (options.backfill !== undefined) {
        const held = (yield* isConfirmed(slice)) ? heldBefore(facts, slice.begin) : []
        return new Map([...held, ...[...(carried ?? [])].filter(([id]) => told.has(id))])
      }
      const before = new Map(carried)
      for (const [id, fact] of facts) if (before.get(id) === seen.get(id)) before.set(id, fact)
      seen = facts
      return before
    })

  /** The facts to be kept with a slice. */
  const factsAfter = (slice: HistorySlice, { last }: Timeline, { kept }: Settlement) =>
    Effect.gen(function* () {
      const { facility, flow, options } = yield* FlowRun
      if (options.backfill === undefined) {
        if (!slice.advances) return undefined
        seen = last
        return last
      }
      if (!(yield* isConfirmed(slice))) return undefined
      const facts = ownFacts(yield* (yield* Ledger).facts(flow))
      return replacedFacts(facility)(facts, slice, last, new Set(kept.map(({ externalId }) => externalId)))
    })

  /**
   * Statuses from before the slice that no fact tells of end where the first of the slice begins now. A run that was cut may have written
   * the first of the slice and not have come to this.
   */
  const endEarlier = (slice: HistorySlice, timeline: Timeline, settlement: Settlement) =>
    Effect.gen(function* () {
      if (!slice.preceded) return
      const { before, now } = firstStatuses(slice, timeline, settlement)
      const changed = [...new Set([...before.keys(), ...now.keys(), ...endless])].filter(
        (id) => !timeline.preceded.has(id) && (slice.cut || endless.has(id) || before.get(id) !== now.get(id))
      )
      yield* Effect.forEach(changed, (id) =>
        Effect.gen(function* () {
          const first = now.get(id)
          if (first === undefined && !slice.newest && !slice.final) {
            endless.add(id)
            return
          }
          endless.delete(id)
          const until =
            first ?? (slice.final ? (yield* statusInCdf(id, "first", { min: slice.end }))?.startTime : undefined)
          yield* endAt(id, slice.begin, until)
        })
      )
    })

  /** What is held back at the end of a period that does not reach up to now: CDF tells what follows it. */
  const writeHeldBack = (slice: HistorySlice, last: LastStatuses) =>
    Effect.gen(function* () {
      if (!slice.final) return
      const { facility } = yield* FlowRun
      const event = statusEvent(facility)
      // Others are the flow's own, which goes on with them.
      const own = heldBack(last).filter(({ workcenterId }) => told.has(workcenterId))
      const drafts = yield* Effect.forEach(own, (status) =>
        Effect.map(statusInCdf(status.workcenterId, "first", { min: slice.end }), (next) =>
          event(
            status,
            next?.startTime === undefined ? undefined : Instant.make(new Date(next.startTime).toISOString())
          )
        )
      )
      yield* Stream.fromIterable(drafts).pipe(slice.showing, toCdf("events"))
    })

  return bySlices({
    read: (slice) =>
      Effect.gen(function* () {
        const { facility } = yield* FlowRun
        const entries = yield* readSlice(slice)
        if (yield* isStopping) return
        const timeline = statusTimeline(facility)({
          begin: slice.begin,
          entries,
          before: yield* lastBefore(slice),
          newest: slice.newest
        })
        for (const { externalId, since, workcenterId } of timeline.shown) {
          slice.content.show(externalId, toMillis(since))
          told.add(workcenterId)
        }
        yield* Stream.fromIterable(timeline.events).pipe(slice.showing, toCdf("events"))
        // What an earlier run read and held back is no record of this one, in whichever slice it is released.
        from ??= slice.begin
        const begun = from
        const [earlier, own] = Array.partition(timeline.released, ({ startTime = -Infinity }) => startTime >= begun)
        yield* Stream.fromIterable(own).pipe(slice.showing, toCdf("events"))
        yield* Stream.fromIterable(earlier).pipe(slice.showing, toCdf("events"), besideRecords)
        yield* Stream.fromIterable(timeline.ended).pipe(slice.showing, toCdf("events"), besideRecords)
        yield* writeHeldBack(slice, timeline.last)
        carried = timeline.last
        return (settlement: Settlement) =>
          Effect.gen(function* () {
            yield* endEarlier(slice, timeline, settlement)
            return { facts: yield* factsAfter(slice, timeline, settlement) }
          })
      })
  })
}

/** Each run carries what it knows from slice to slice. */
export const statusEntries = Effect.suspend(ofOneRun)
