/**
 * What an operator may see of one facility: what its runs, its scheduler and its calls tell, and what its state holds.
 */
import { Clock, Effect, Either, Layer, Stream } from "effect"
import { extractors, type FlowName, flowNames, flows } from "../domain/Flow.js"
import type { FacilityStatus } from "../domain/Status.js"
import type { SweepProgress } from "../domain/SweepObject.js"
import { AppConfig } from "../services/AppConfig.js"
import { DeadLetters } from "../services/DeadLetters.js"
import { IdResolver } from "../services/IdResolver.js"
import { Lease } from "../services/Lease.js"
import { Ledger } from "../services/Ledger.js"
import { OwnFlows } from "../services/OwnFlows.js"
import type { Plex } from "../services/Plex.js"
import { type LoggedRun, RunLog } from "../services/RunLog.js"
import { Status } from "../services/Status.js"
import { version } from "../version.js"
import { Upstreams } from "./http/Upstreams.js"
import { beginCalls } from "./metrics/CallMetrics.js"
import { beginFlows, beginRuns } from "./metrics/RunMetrics.js"
import { recall } from "./status/recall.js"
import { Remembered } from "./status/Remembered.js"
import { statusOfRun } from "./status/StatusMemory.js"
import { allSweeps, extractorStatus, ownFlowsApart, roleOf, sweepStatus } from "./status/Views.js"
import { watchedRunLog } from "./status/WatchedRunLog.js"

/** Runs of the run log that an operator is shown. */
const mostRuns = 30

/** How long the state may take to answer; who looks must not hang with it. */
const patience = "5 seconds"

/** Milliseconds for which an answer of the state is good while nothing happens. */
const lifetime = 2_000

interface Stored {
  readonly deadLetters: number
  readonly pendingLinks: number
  readonly runs: ReadonlyArray<LoggedRun>
  readonly progress: ReadonlyMap<FlowName, SweepProgress>
}

/** What the state tells. */
const storedIn = (
  log: typeof RunLog.Service,
  ledger: typeof Ledger.Service,
  letters: typeof DeadLetters.Service
): Effect.Effect<Either.Either<Stored, string>> =>
  Effect.gen(function* () {
    const progress = new Map<FlowName, SweepProgress>()
    for (const [, sweep] of allSweeps) progress.set(sweep, yield* ledger.sweepProgress(sweep))
    return {
      deadLetters: yield* letters.count,
      pendingLinks: yield* ledger.countPendingLinks,
      runs: yield* log.recentRuns(mostRuns),
      progress
    }
  }).pipe(
    Effect.disconnect,
    Effect.timeoutFail({
      duration: patience,
      onTimeout: () => ({ message: `the state does not answer within ${patience}` })
    }),
    Effect.mapError(({ message }) => message),
    Effect.either
  )

const make = Effect.gen(function* () {
  const settings = yield* AppConfig
  const { memory, tell, tellings, told } = yield* Remembered
  const upstreams = yield* Upstreams
  const lease = yield* Lease
  const ids = yield* IdResolver
  const log = yield* RunLog
  const provided = yield* OwnFlows
  const read = storedIn(log, yield* Ledger, yield* DeadLetters)
  const { facility } = settings

  /** Many may look at once, and look again when something happened. */
  const reading = yield* Effect.makeSemaphore(1)
  let known:
    | { readonly stored: Either.Either<Stored, string>; readonly at: number; readonly tellings: number }
    | undefined
  const stored = reading.withPermits(1)(
    Effect.gen(function* () {
      const at = yield* Clock.currentTimeMillis
      if (known === undefined || known.tellings !== tellings() || at - known.at >= lifetime)
        known = { at, tellings: tellings(), stored: yield* read }
      return known.stored
    })
  )

  const facilityStatus = (at: number): Effect.Effect<FacilityStatus> =>
    Effect.gen(function* () {
      const leased = yield* lease.status
      const role = roleOf[leased.state]
      const held = yield* stored
      const kept = Either.getOrUndefined(held)
      const all: ReadonlyArray<FlowName> = [...flowNames, ...memory.ownFlows]
      return {
        pcn: facility.pcn,
        name: facility.name,
        code: facility.code,
        timezone: facility.timezone,
        dryRun: settings.dryRun,
        role,
        ...("holder" in leased && leased.holder !== undefined ? { holder: leased.holder } : {}),
        extractors: extractors.map((name) => extractorStatus(name, role, settings, memory, at)),
        sweeps: allSweeps.map((sweep) => sweepStatus(sweep, role, settings, memory, kept?.progress.get(sweep[1]), at)),
        ownFlows: ownFlowsApart(provided, memory, at),
        upstreams: yield* upstreams.states,
        errors: memory.errors.byMinute(at),
        idLookups: yield* ids.hits,
        ...(kept === undefined ? {} : { deadLetters: kept.deadLetters, pendingLinks: kept.pendingLinks }),
        retired: all.reduce((sum, flow) => sum + memory.totals(flow).retired, 0),
        valveClosed: all.filter((flow) => memory.flow(flow, at)?.valveClosed === true),
        recentRuns: (kept?.runs ?? []).map((run) => statusOfRun(run, at)),
        ...(Either.isLeft(held) ? { stateError: held.left } : {})
      }
    })

  yield* beginCalls(facility.pcn, [
    "plex",
    "cdf",
    "cdf-token",
    ...(settings.plex.dataSource === undefined ? [] : ["plex-ds"])
  ])
  yield* beginRuns(facility.pcn, [...extractors, ...allSweeps.map(([, sweep]) => sweep)])
  yield* beginFlows(
    facility.pcn,
    extractors
      .filter((name) => settings.extractors[name].enabled)
      .flatMap((name) => flows[name].filter((flow) => !settings.flowsDisabled.has(flow)))
  )
  yield* Effect.forkScoped(recall(log, memory))

  return {
    waits: (extractor, waiting) => tell((each, at) => each.waits(extractor, waiting, at)),
    moved: Effect.map(Clock.currentTimeMillis, (at) => memory.moved(at)),
    snapshot: Effect.gen(function* () {
      const at = yield* Clock.currentTimeMillis
      return { version, started: memory.started, at, facilities: [yield* facilityStatus(at)] }
    }),
    changes: Stream.fromPubSub(told),
    movement: Effect.sync(() => ({ last: memory.lastMoved, running: memory.running }))
  } satisfies typeof Status.Service
})

/** Over the services of a facility, of which it replaces the run log by one that is watched. */
export const layer: Layer.Layer<
  RunLog | Status,
  never,
  AppConfig | DeadLetters | IdResolver | Lease | Ledger | Plex | Remembered | RunLog | Upstreams
> = Layer.scoped(Status, make).pipe(Layer.merge(Layer.effect(RunLog, watchedRunLog)))
