/**
 * Dead letters, tried again: not what was kept of a record is sent, which Plex may have changed since, but its list or period is read
 * anew. What comes again and fails again stays, with one attempt more; what lands, or is not there any more, is no dead letter.
 */
import { Clock, Deferred, Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import { type Extractor, extractors, type FlowName, flows, historyFlows, isOwnFlow } from "../domain/Flow.js"
import type { FlowReport } from "../domain/Report.js"
import { covered, type TimeSlice } from "../domain/TimeSlice.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import { DeadLetters, type LetterId, type ListedLetter } from "../services/DeadLetters.js"
import type { Progress } from "../services/Progress.js"
import { ProgramVersion } from "../services/ProgramVersion.js"
import { definitions, type ExtractorDefinitions } from "./extractors.js"
import { followPlex } from "./FlowOptions.js"
import { type ExtractorDefinition, runExtractor, type RunOptions } from "./runExtractor.js"
import type { FlowServices } from "./runFlow.js"
import { runSweep, sweepsOf } from "./runSweep.js"

/** What became of letters that were tried again. */
export interface Retried {
  /** Letters that were to be tried. */
  readonly letters: number
  /** Those that landed, or that Plex does not show any more. */
  readonly settled: number
  /** Those that failed again. */
  readonly failed: number
  /** Those that could not be tried, as their flow could not be read to its end. */
  readonly untried: number
  /** Why not. */
  readonly notices: ReadonlyArray<string>
}

const nothing: Retried = { letters: 0, settled: 0, failed: 0, untried: 0, notices: [] }

const sum = (one: Retried, other: Retried): Retried => ({
  letters: one.letters + other.letters,
  settled: one.settled + other.settled,
  failed: one.failed + other.failed,
  untried: one.untried + other.untried,
  notices: [...new Set([...one.notices, ...other.notices])]
})

/** Letters that one reading can settle. */
interface Reading {
  readonly extractor: Extractor
  readonly definition: ExtractorDefinition
  /** The sweep that reads them; nothing where the extractor itself does. */
  readonly sweep?: FlowName
  /** Of the flows that are read period by period; all others are read whole. */
  readonly period: TimeSlice | undefined
  readonly letters: ReadonlyArray<ListedLetter>
}

const extractorOf = (flow: FlowName): Extractor | undefined =>
  extractors.find((extractor) => flows[extractor].some((name) => name === flow))

/** Sweeps cost a call per object. */
const sweeps: ReadonlySet<FlowName> = new Set(["boms", "job-operations", "control-plan-lines"])

/** Where a flow is run. */
interface Place {
  readonly extractor: Extractor
  readonly isSweep: boolean
}

/** Nothing for a flow of an application that these extractors do not have. */
const placesIn = (given: ExtractorDefinitions, settings: Settings): ((flow: FlowName) => Place | undefined) => {
  const own = new Map<FlowName, Place>(
    extractors.flatMap((extractor) =>
      given[extractor]
        .plan(settings)
        .filter(({ name }) => isOwnFlow(name))
        .map(({ name, sweep }) => [name, { extractor, isSweep: sweep }] as const)
    )
  )
  return (flow) => {
    const extractor = extractorOf(flow)
    return extractor === undefined ? own.get(flow) : { extractor, isSweep: sweeps.has(flow) }
  }
}

/** As few readings as there can be: one for all lists of an extractor, one for each sweep, and one for each stretch of periods that touch. */
const readingsOf = (
  letters: ReadonlyArray<ListedLetter>,
  given: ExtractorDefinitions,
  placeOf: (flow: FlowName) => Place | undefined
): ReadonlyArray<Reading> =>
  extractors.flatMap((extractor) => {
    const definition = given[extractor]
    const its = letters.filter(({ flow }) => placeOf(flow)?.extractor === extractor)
    const isSwept = ({ flow }: ListedLetter): boolean => placeOf(flow)?.isSweep === true
    const listed = its.filter((letter) => letter.window === undefined && !isSwept(letter))
    const swept = its.filter(isSwept)
    const periods = covered(its.flatMap(({ window }) => window ?? []))
    return [
      ...(listed.length === 0 ? [] : [{ extractor, definition, period: undefined, letters: listed }]),
      ...[...new Set(swept.map(({ flow }) => flow))].map((sweep) => ({
        extractor,
        definition,
        sweep,
        period: undefined,
        letters: swept.filter(({ flow }) => flow === sweep)
      })),
      ...periods.map((period) => ({
        extractor,
        definition,
        period,
        letters: its.filter(
          ({ window }) => window !== undefined && window.begin >= period.begin && window.end <= period.end
        )
      }))
    ]
  })

const nameOf = ({ digest, flow, key }: LetterId): string => `${flow} ${digest} ${key}`

/** Why a flow could not settle its letters; nothing where it could. */
const unread = (reports: ReadonlyArray<FlowReport>, name: FlowName): string | undefined => {
  const report = reports.find(({ flow }) => flow === name)
  if (report === undefined) return `${name} was not run, as its extractor could not begin`
  return report.finished ? undefined : `${name} is ${report.status}: ${report.notice ?? "it did not finish"}`
}

/** Looks at all objects of a sweep; tells why its letters are not settled, where it could not look at all of them. */
const sweepAgain = ({ definition, extractor }: Reading, name: FlowName, options: RunOptions) =>
  Effect.gen(function* () {
    const begin = yield* Clock.currentTimeMillis
    const sweep = sweepsOf(definition, yield* AppConfig, options).find((known) => known.name === name)
    if (sweep === undefined) return `${name} is no sweep of this version`
    const { flows, progress } = yield* runSweep(extractor, sweep, options)
    const notice = unread(flows, name)
    if (notice !== undefined) return notice
    // Objects that Plex refuses were not read, although the sweep came to its end.
    const said = flows.find(({ flow }) => flow === name)?.notice
    if (said !== undefined) return `${name} is degraded: ${said}`
    const whole = progress !== undefined && progress.due === 0 && (progress.oldest ?? begin) >= begin
    return whole ? undefined : `${name} could not look at each of its objects in time: try again later`
  })

const readAgain = (reading: Reading, stop: Deferred.Deferred<void>) =>
  Effect.gen(function* () {
    const { definition, letters, period, sweep } = reading
    const deadLetters = yield* DeadLetters
    const options: RunOptions = {
      names: new Set(letters.map(({ flow }) => flow)),
      sweep: true,
      stop,
      flows: { ...followPlex, backfill: period, whole: period === undefined, once: true }
    }
    const notSwept = sweep === undefined ? undefined : yield* sweepAgain(reading, sweep, options)
    const report = sweep === undefined ? yield* runExtractor(definition, options) : undefined
    const stopped = yield* Deferred.isDone(stop)
    const now = new Map((yield* deadLetters.list()).map((letter) => [nameOf(letter), letter]))
    const cameAgain = (letter: ListedLetter) => (now.get(nameOf(letter))?.attempts ?? 0) > letter.attempts
    const still = letters.filter((letter) => now.has(nameOf(letter)))
    const quiet = still.filter((letter) => !cameAgain(letter))
    const whyNot = new Map(
      [...new Set(quiet.map(({ flow }) => flow))].map((flow) => [
        flow,
        stopped ? "told to stop before its end" : report === undefined ? notSwept : unread(report.flows, flow)
      ])
    )
    const unsettled = quiet.filter(({ flow }) => whyNot.get(flow) !== undefined)
    yield* deadLetters.drop(quiet.filter(({ flow }) => whyNot.get(flow) === undefined))
    return {
      letters: letters.length,
      settled: letters.length - still.length + quiet.length - unsettled.length,
      failed: still.length - quiet.length,
      untried: unsettled.length,
      notices: [...whyNot.values()].flatMap((notice) => notice ?? [])
    } satisfies Retried
  })

/** Flows that are read period by period: what is not known to belong to one cannot be read again. */
const byPeriod: ReadonlySet<FlowName> = new Set([
  ...historyFlows,
  "problems",
  "output",
  "ncr-count",
  "daily-performance"
])

const isLost = ({ flow, window }: ListedLetter): boolean => window === undefined && byPeriod.has(flow)

const untried = (letters: number, notice: string): Retried => ({
  ...nothing,
  letters,
  untried: letters,
  notices: [notice]
})

/** Letters of flows of an application that is not this one: they stay as they are, for it to try. */
const unprovided = (letters: ReadonlyArray<ListedLetter>): Retried =>
  [...new Set(letters.map(({ flow }) => flow))]
    .map((name) =>
      untried(
        letters.filter(({ flow }) => flow === name).length,
        `${name} is no flow of this program: its letters are kept, and the application that adds the flow can try them again`
      )
    )
    .reduce(sum, nothing)

/**
 * Reads the lists and periods of these letters again. Fails only with the state. `given`: the extractors of an application that adds
 * flows to them; letters of flows that these do not have are left as they are, and named.
 */
export const retry = (
  letters: ReadonlyArray<ListedLetter>,
  stop: Deferred.Deferred<void>,
  given: ExtractorDefinitions = definitions
): Effect.Effect<Retried, StateError, FlowServices | Progress> =>
  Effect.gen(function* () {
    const lost = letters.filter(isLost)
    yield* (yield* DeadLetters).tried(lost)
    const count = lost.length
    const placeOf = placesIn(given, yield* AppConfig)
    let so = unprovided(letters.filter(({ flow }) => placeOf(flow) === undefined))
    if (count > 0) {
      const notice = `${count} letters came with a period that is not known: read it again by a backfill, or drop them`
      so = sum(so, untried(count, notice))
    }
    const known = letters.filter((letter) => !isLost(letter))
    for (const reading of readingsOf(known, given, placeOf)) {
      so = sum(
        so,
        (yield* Deferred.isDone(stop))
          ? untried(reading.letters.length, "told to stop before its end")
          : yield* readAgain(reading, stop)
      )
    }
    return so
  })

/**
 * What another version of this program could not deliver, of these extractors, is tried again, once. Not so what came by a sweep: that
 * is tried when its object is looked at again. Never fails.
 */
export const retryAfterUpdate = (
  chosen: ReadonlyArray<Extractor>,
  stop: Deferred.Deferred<void>
): Effect.Effect<void, never, FlowServices | Progress> =>
  Effect.gen(function* () {
    const deadLetters = yield* DeadLetters
    const outdated = (yield* deadLetters.list({ notTriedBy: yield* ProgramVersion })).filter(({ flow }) => {
      const extractor = extractorOf(flow)
      return extractor !== undefined && chosen.includes(extractor) && !sweeps.has(flow)
    })
    if (outdated.length === 0) return
    yield* Effect.logInfo("dead letters of another version of this program are tried again").pipe(
      Effect.annotateLogs({ count: outdated.length })
    )
    const { notices, ...counts } = yield* retry(outdated, stop)
    yield* Effect.logInfo("dead letters were tried again").pipe(
      Effect.annotateLogs(counts),
      Effect.annotateLogs(notices.length === 0 ? {} : { notice: notices.join("; ") })
    )
  }).pipe(
    Effect.catchAll((error) =>
      Effect.logWarning("dead letters were not tried again").pipe(Effect.annotateLogs({ error: error.message }))
    )
  )
