/**
 * The lease in the state's database.
 */
import type { SqlError } from "@effect/sql/SqlError"
import {
  Cause,
  Clock,
  Deferred,
  Duration,
  Effect,
  Either,
  ExecutionStrategy,
  Exit,
  FiberId,
  Layer,
  Option,
  Redacted,
  Scope
} from "effect"
import { randomUUID } from "node:crypto"
import { LeaseHeld, LeaseLost, StateError } from "../../domain/Errors.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Lease, type LeaseHolder, type LeaseStatus } from "../../services/Lease.js"
import { monotonicMillis } from "../http/MonotonicClock.js"
import { facilityNumber } from "./FacilityNumber.js"
import { type ProcessIdentity, isGone, thisProcess } from "./ProcessIdentity.js"
import { type LeasePresence, noPresence, postgresPresence } from "./LeasePresence.js"
import type { LeaseRow } from "./LeaseRow.js"
import { leaseTable, type SeenLease } from "./LeaseTable.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded, told } from "./StateFailure.js"

/** The times of a lease, and what it is told of processes. */
export interface LeaseOptions {
  /** How long a lease lives past its last renewal. */
  readonly timeToLive: Duration.DurationInput
  readonly renewEvery: Duration.DurationInput
  /** How often one who waits looks. */
  readonly lookEvery: Duration.DurationInput
  /** Who this is and who is gone; the operating system knows. */
  readonly self: Effect.Effect<ProcessIdentity>
  readonly isGone: (holder: ProcessIdentity, self: ProcessIdentity) => Effect.Effect<boolean>
  /** The clock of the rows; default: the one that all processes of the database share. */
  readonly now: Effect.Effect<number, SqlError> | undefined
}

const defaults: LeaseOptions = {
  timeToLive: "15 seconds",
  renewEvery: "5 seconds",
  lookEvery: "1 second",
  self: thisProcess,
  isGone,
  now: undefined
}

/** From taking the lease until it is given back or lost. */
interface Tenure {
  readonly generation: number
  /** Of the renewals. */
  readonly scope: Scope.CloseableScope
  /** When the last renewal that succeeded was begun, by both clocks. */
  renewed: Moment
}

interface Moment {
  readonly wall: number
  readonly monotonic: number
}

const moment: Effect.Effect<Moment> = Effect.zipWith(
  Clock.currentTimeMillis,
  monotonicMillis,
  (wall, monotonic): Moment => ({ wall, monotonic })
)

type Position =
  | { readonly state: "idle" }
  | { readonly state: "standby"; readonly holder: LeaseHolder | undefined }
  | { readonly state: "held"; readonly tenure: Tenure }
  | { readonly state: "lost"; readonly tenure: Tenure; readonly holder: LeaseHolder | undefined }

const idle: Position = { state: "idle" }

const holderOf = (row: LeaseRow | undefined): LeaseHolder | undefined =>
  row === undefined ? undefined : { host: row.host, pid: row.pid }

/** What one who waits has seen of the lease: a row that does not change although its end has not come is nobody's after all. */
interface Watch {
  readonly stored: string
  readonly since: number
  readonly renewed: boolean
}

const noAnswer = new StateError({ operation: "renew the lease", detail: "the database does not answer" })

const make = (options: LeaseOptions) =>
  Effect.gen(function* () {
    const timeToLive = Duration.toMillis(options.timeToLive)
    const renewEvery = Duration.toMillis(options.renewEvery)
    const sql = yield* StateDatabase
    const facility = yield* facilityNumber
    const table = leaseTable(sql, facility, options.now)
    const { stateUrl } = yield* AppConfig
    const presence: LeasePresence = yield* sql.onDialectOrElse({
      sqlite: (): Effect.Effect<LeasePresence, never, Scope.Scope> => Effect.succeed(noPresence),
      orElse: () => postgresPresence(Redacted.value(stateUrl), facility)
    })
    const self = yield* options.self
    const holder = randomUUID()
    const layerScope = yield* Effect.scope
    const waiting = yield* Effect.makeSemaphore(1)
    const renewing = yield* Effect.makeSemaphore(1)

    let position: Position = idle
    let users = 0
    let highest = 0
    let over = Deferred.unsafeMake<never, LeaseLost>(FiberId.none)

    const isHeld = (): boolean => position.state === "held"
    const own = ({ generation }: Tenure) => ({ generation, holder })
    const rowOf = (generation: number, now: number): LeaseRow => ({
      ...self,
      generation,
      holder,
      renewedAt: now,
      expires: now + timeToLive
    })

    const lose = (tenure: Tenure): Effect.Effect<void> =>
      Effect.gen(function* () {
        if (position.state !== "held" || position.tenure !== tenure) return
        position = { state: "lost", tenure, holder: undefined }
        const found = yield* Effect.option(table.read)
        const by = Option.match(found, { onNone: () => undefined, onSome: ({ row }) => holderOf(row) })
        position = { state: "lost", tenure, holder: by }
        const error = new LeaseLost({ holder: by })
        yield* Effect.logError("nothing more is written", Cause.fail(error))
        yield* Deferred.fail(over, error)
      })

    /** Renews, and finds out whether there is anything left to renew. */
    const renew = (tenure: Tenure): Effect.Effect<void, StateError> =>
      Effect.gen(function* () {
        const begun = yield* moment
        if (!presence.isShown()) yield* presence.show(tenure.generation)
        const ours = yield* Effect.flatMap(table.now, (now) => table.renew(rowOf(tenure.generation, now))).pipe(
          guarded("renew the lease"),
          Effect.timeoutFail({ duration: renewEvery, onTimeout: () => noAnswer })
        )
        if (ours) tenure.renewed = begun
        else yield* lose(tenure)
      }).pipe(Effect.tapError(() => presence.hide))

    const renewals = (tenure: Tenure) =>
      Effect.sleep(renewEvery).pipe(
        Effect.zipRight(
          renewing.withPermits(1)(Effect.suspend(() => (position.state === "held" ? renew(tenure) : Effect.void)))
        ),
        Effect.catchAll((error) =>
          Effect.logWarning("the lease could not be renewed").pipe(Effect.annotateLogs({ error: error.message }))
        ),
        Effect.repeat({ while: () => position.state === "held" })
      )

    const begin = (generation: number, renewed: Moment) =>
      Effect.gen(function* () {
        const scope = yield* Scope.fork(layerScope, ExecutionStrategy.sequential)
        const tenure: Tenure = { generation, scope, renewed }
        position = { state: "held", tenure }
        highest = generation
        // What is forked where nothing may interrupt could not be interrupted itself.
        yield* Effect.forkIn(Effect.interruptible(renewals(tenure)), scope)
        yield* Effect.logDebug("the lease is ours").pipe(Effect.annotateLogs({ generation }))
      })

    /** Whether the holder that was seen has no more right to the lease. */
    const isFree = ({ row }: SeenLease, now: number, unchangedFor: number) =>
      row === undefined || row.expires <= now || unchangedFor >= timeToLive
        ? Effect.succeed(true)
        : Effect.flatMap(options.isGone(row, self), (gone) =>
            gone ? Effect.succeed(true) : presence.isAbsent(row.generation)
          )

    /** Takes the lease where it is free; tells what was seen of it otherwise. */
    const attempt = (watch: Watch | undefined): Effect.Effect<Watch | undefined, StateError> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const begun = yield* moment
          const seen = yield* restore(table.read)
          const stored = JSON.stringify(seen.stored ?? null)
          const now: Watch =
            watch?.stored === stored
              ? watch
              : { stored, since: begun.monotonic, renewed: watch !== undefined && seen.row !== undefined }
          const free = yield* restore(
            Effect.flatMap(table.now, (moment) => isFree(seen, moment, begun.monotonic - now.since))
          )
          if (free) {
            const generation = Math.max(seen.highest, highest) + 1
            const row = rowOf(generation, yield* table.now)
            if ((yield* presence.show(generation)) && (yield* table.take(seen, row))) {
              yield* begin(generation, begun)
              return undefined
            }
            yield* presence.hide
          }
          position = { state: "standby", holder: holderOf(seen.row) }
          return now
        })
      ).pipe(told("take the lease"))

    const standingBy = Effect.suspend(() => {
      const { host, pid } = (position.state === "standby" ? position.holder : undefined) ?? { host: "?", pid: 0 }
      return Effect.logInfo("another process has the lease of this facility: standing by").pipe(
        Effect.annotateLogs({ holder_host: host, holder_pid: pid })
      )
    })

    /** Waits for the lease; whoever waits next finds it taken. */
    const obtain = <E>(
      unless: (watch: Watch) => Effect.Effect<void, E>,
      onError: (error: StateError) => Effect.Effect<void, E>
    ): Effect.Effect<void, E> =>
      Effect.gen(function* () {
        let watch: Watch | undefined
        while (!isHeld()) {
          if (position.state !== "lost") {
            const first = watch === undefined
            const seen = yield* Effect.either(attempt(watch))
            if (Either.isLeft(seen)) yield* onError(seen.left)
            else if (seen.right !== undefined) {
              watch = seen.right
              if (first) yield* standingBy
              yield* unless(watch)
            }
          }
          if (!isHeld()) yield* Effect.sleep(options.lookEvery)
        }
      }).pipe(waiting.withPermits(1))

    const patiently = obtain<never>(
      () => Effect.void,
      (error) => Effect.logWarning("the lease cannot be looked at").pipe(Effect.annotateLogs({ error: error.message }))
    )
    const unlessRenewed = obtain<LeaseHeld | StateError>(
      ({ renewed }) =>
        renewed && position.state === "standby" ? Effect.fail(new LeaseHeld({ holder: position.holder })) : Effect.void,
      Effect.fail
    )

    /** Gives the lease back, or what is left of it. */
    const end = Effect.suspend(() => {
      const last = position
      position = idle
      over = Deferred.unsafeMake<never, LeaseLost>(FiberId.none)
      const giveBack =
        last.state !== "held"
          ? Effect.void
          : Effect.flatMap(table.now, (now) => table.renew({ ...rowOf(last.tenure.generation, now), expires: 0 })).pipe(
              told("give the lease back"),
              Effect.catchAll((error) =>
                Effect.logWarning("the lease was not given back: it ends by itself").pipe(
                  Effect.annotateLogs({ error: error.message })
                )
              )
            )
      const stopRenewing =
        last.state === "held" || last.state === "lost" ? Scope.close(last.tenure.scope, Exit.void) : Effect.void
      return Effect.zipRight(Effect.zipRight(stopRenewing, giveBack), presence.hide)
    })

    const use = Effect.acquireRelease(
      Effect.sync(() => users++),
      () => Effect.suspend(() => (--users > 0 ? Effect.void : end))
    )
    const hold = Effect.zipRight(use, patiently)
    const ensure = Effect.suspend(() => {
      if (position.state === "held" || position.state === "lost") return Effect.void
      return users > 0 ? patiently : Scope.extend(hold, layerScope)
    })

    const isFresh = ({ renewed }: Tenure) =>
      Effect.map(moment, ({ monotonic, wall }) => {
        const most = timeToLive - renewEvery
        const passed = wall - renewed.wall
        return passed >= 0 && passed < most && monotonic - renewed.monotonic < most && presence.isShown()
      })

    const known: Effect.Effect<void, StateError> = Effect.suspend(() => {
      if (position.state !== "held") return Effect.void
      const { tenure } = position
      return Effect.flatMap(isFresh(tenure), (fresh) => (fresh ? Effect.void : renew(tenure)))
    })

    yield* Effect.addFinalizer(() => end)

    return Lease.of({
      status: Effect.sync((): LeaseStatus => {
        switch (position.state) {
          case "held":
            return { state: "held", generation: position.tenure.generation }
          case "lost":
            return { state: "lost", holder: position.holder }
          default:
            return position
        }
      }),
      hold,
      holdUnlessRenewed: Effect.zipRight(use, unlessRenewed),
      ensure,
      lost: Effect.suspend(() => Deferred.await(over)),
      check: Effect.gen(function* () {
        yield* ensure
        if (position.state !== "held" || !(yield* isFresh(position.tenure))) yield* renewing.withPermits(1)(known)
        if (position.state !== "held") return yield* Effect.never
      }),
      fence: Effect.suspend(() => {
        const lost = new StateError({ operation: "commit", detail: "the lease of this facility is not this process's" })
        if (position.state !== "held") return Effect.fail(lost)
        const { tenure } = position
        return table.fence(own(tenure)).pipe(
          told("commit"),
          Effect.flatMap((ours) => (ours ? Effect.void : Effect.zipRight(lose(tenure), Effect.fail(lost))))
        )
      })
    })
  })

/** With other times or another operating system than a process has. */
export const layerWith = (options: Partial<LeaseOptions>): Layer.Layer<Lease, StateError, AppConfig | StateDatabase> =>
  Layer.scoped(Lease, make({ ...defaults, ...options }))

/** One per facility: it lives 15 s past its last renewal, which it has every 5 s. */
export const layer: Layer.Layer<Lease, StateError, AppConfig | StateDatabase> = layerWith({})
