/**
 * What one run of one flow carries with it: whose it is, what it has counted, and whether it is to stop.
 */
import { Context, type Deferred, Effect } from "effect"
import type { Course, Unit } from "../domain/Course.js"
import type { Drift } from "../domain/Drift.js"
import type { Facility } from "../domain/Facility.js"
import type { Extractor, FlowName } from "../domain/Flow.js"
import { type CountName, type Counts, noCounts } from "../domain/Report.js"
import type { TimeSlice } from "../domain/TimeSlice.js"
import { CurrentFlow } from "../services/CurrentFlow.js"
import type { FlowOptions } from "./FlowOptions.js"
import type { Shown } from "./Shown.js"

/** Counts of one run of one flow; added to once per chunk. */
export class Tally {
  #counts = { ...noCounts }
  readonly #notices: Array<string> = []
  #course: Course | undefined
  #lateness: number | undefined
  #valveClosed = false

  add(name: CountName, by = 1): void {
    this.#counts[name] += by
  }
  /** There are so many to do. */
  expect(total: number, unit: Unit): void {
    this.#course = { done: 0, total, unit }
  }
  /** So many of them are done. */
  passed(by = 1): void {
    if (this.#course !== undefined) this.#course = { ...this.#course, done: this.#course.done + by }
  }
  /** How far the flow is; nothing where it was not known beforehand how much there is to do. */
  get course(): Course | undefined {
    return this.#course
  }
  /** Records that came late; `lateness` is how long after it happened the latest of them was found, in milliseconds. */
  late(records: number, lateness: number): void {
    this.add("late", records)
    this.#lateness = Math.max(this.#lateness ?? 0, lateness)
  }
  get lateness(): number | undefined {
    return this.#lateness
  }
  /** So much is missing from Plex that it is not believed: nothing was retired, and the flow is degraded. */
  closeValve(...notices: ReadonlyArray<string>): void {
    this.#valveClosed = true
    this.#notices.push(...notices)
  }
  get isValveClosed(): boolean {
    return this.#valveClosed
  }
  /** Something that leaves the flow degraded although it finished. */
  degrade(notice: string): void {
    this.#notices.push(notice)
  }
  get counts(): Counts {
    return { ...this.#counts }
  }
  get notices(): ReadonlyArray<string> {
    return this.#notices
  }
}

/** What stages know of the flow that they are part of: its facility, its tally, whether to stop. */
export class FlowRun extends Context.Tag("plex-cdf/FlowRun")<
  FlowRun,
  {
    readonly extractor: Extractor
    readonly flow: FlowName
    readonly facility: Facility
    readonly tally: Tally
    /** Tally of a flow that is fed by this one, in the same run of the extractor. */
    readonly tallyOf: (flow: FlowName) => Tally
    /** Done when the process is to stop: no new work, the chunk in flight is confirmed. */
    readonly stop: Deferred.Deferred<void>
    readonly options: FlowOptions
    /** Notes what a whole list shows, while one is read. */
    readonly shown?: Shown | undefined
    /** Notes how the fields of the records that are read differ from what is known of them. */
    readonly drift?: Drift | undefined
    /** When it began, by our clock, in epoch milliseconds. */
    readonly begun: number
    /** The period that is being read, of flows that are read period by period. */
    readonly window?: TimeSlice | undefined
  }
>() {}

/** Does this for a flow that another one feeds: counted, remembered and logged as that flow's. */
export const asFlow =
  (flow: FlowName) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | FlowRun> =>
    Effect.flatMap(FlowRun, (run) =>
      effect.pipe(
        Effect.provideService(FlowRun, { ...run, flow, tally: run.tallyOf(flow), shown: undefined }),
        Effect.provideService(CurrentFlow, flow),
        Effect.annotateLogs({ flow })
      )
    )

/** Reads this period: what is set aside meanwhile is remembered as of it. */
export const inWindow =
  (window: TimeSlice) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | FlowRun> =>
    Effect.flatMap(FlowRun, (run) => Effect.provideService(effect, FlowRun, { ...run, window }))

/** Writes resources of another flow: the ledger keeps them as that flow's, the counts stay this one's. */
export const inLedgerAs =
  (flow: FlowName) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | FlowRun> =>
    Effect.flatMap(FlowRun, (run) => Effect.provideService(effect, FlowRun, { ...run, flow }))

/** Counts that stay true of the flow whatever the resource that they were counted for. */
const shared = ["links", "pendingLinks", "ambiguous", "cuts", "points", "sequences", "omitted", "retired"] as const

/**
 * Writes resources that go with the records of a flow without being them (series, sequences): they are not counted as records
 * created, updated, unchanged or dead-lettered; where one could not be written, the flow is degraded.
 */
export const besideRecords = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | FlowRun> =>
  Effect.flatMap(FlowRun, (run) => {
    const tally = new Tally()
    return effect.pipe(
      Effect.provideService(FlowRun, { ...run, tally }),
      Effect.ensuring(
        Effect.sync(() => {
          for (const name of shared) run.tally.add(name, tally.counts[name])
          for (const notice of tally.notices) run.tally.degrade(notice)
          if (tally.isValveClosed) run.tally.closeValve()
          const { deadLettered } = tally.counts
          if (deadLettered > 0) run.tally.degrade(`${deadLettered} dead letters beside its records`)
        })
      )
    )
  })
