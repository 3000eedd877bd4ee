/**
 * Ends a flow in which nothing moves any more, and names the stage it hangs in.
 */
import { Clock, Deferred, Effect, Fiber } from "effect"
import { FlowStuck } from "../domain/Errors.js"
import type { FlowName } from "../domain/Flow.js"
import { longestSilence } from "../domain/Patience.js"
import { AppConfig } from "../services/AppConfig.js"
import { CallObserver } from "../services/CallObserver.js"
import { Pulse, type Signs } from "../services/Pulse.js"
import { Status } from "../services/Status.js"
import type { Tally } from "./FlowRun.js"

/** How often the watchdog looks before it is out of patience. */
const looks = 20

class Heartbeat implements Signs {
  readonly #inside = new Map<string, number>()
  #beats = 0
  #waits = 0
  readonly #queues = new Set<() => number>()
  #asked = false
  #last = "begin"

  beat = (): void => void this.#beats++
  enter = (stage: string): void => {
    this.#beats++
    this.#last = stage
    this.#inside.set(stage, (this.#inside.get(stage) ?? 0) + 1)
  }
  leave = (stage: string): void => {
    this.#beats++
    this.#inside.set(stage, (this.#inside.get(stage) ?? 1) - 1)
  }
  waits = (): void => void this.#waits++
  waitsNoMore = (): void => {
    this.#beats++
    this.#waits--
  }

  queues = (others: () => number): void => void this.#queues.add(others)
  queuesNoMore = (others: () => number): void => {
    this.#beats++
    this.#queues.delete(others)
  }
  /** Its own, and those of whom it waits for; who waits for itself, in the end, moves no more. */
  moves = (): number => {
    if (this.#asked) return 0
    this.#asked = true
    if (this.#waits > 0) this.#beats++
    const all = Array.from(this.#queues).reduce((sum, others) => sum + others(), this.#beats)
    this.#asked = false
    return all
  }
  /** The stages that hold a chunk; where none does, the one that was left last. */
  get stage(): string {
    const inside = [...this.#inside].flatMap(([stage, chunks]) => (chunks > 0 ? [stage] : []))
    return inside.length > 0 ? inside.join(", ") : `after ${this.#last}`
  }
}

const sumOf = (counts: Tally["counts"]): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

/**
 * Fails when nothing moved for as long as that takes. Counted in looks, not by the clock: a process that was stopped and
 * woken, or that computed all the time, has missed looks and is not stuck.
 */
const watch = (flow: FlowName, heart: Heartbeat, tally: Tally, pause: number) =>
  Effect.gen(function* () {
    const status = yield* Status
    const begun = yield* Clock.currentTimeMillis
    let seen = -1
    let since = begun
    let still = 0
    while (still < looks) {
      const moves = heart.moves() + sumOf(tally.counts)
      const moved = moves !== seen
      still = moved ? 0 : still + 1
      if (moved) {
        since = yield* Clock.currentTimeMillis
        yield* status.moved
      }
      seen = moves
      if (still < looks) yield* Effect.sleep(pause)
    }
    return yield* new FlowStuck({ flow, stage: heart.stage, after: since - begun })
  })

/**
 * Runs a flow, which fails with `FlowStuck` where for {@link longestSilence} no record was read, written or counted, no chunk passed
 * a stage, no piece of a body came and no call ended, while it waited for nobody who moves. It is interrupted then, and left behind should it
 * not end by that either. An interruption from outside waits for it, as ever.
 */
export const watched =
  (flow: FlowName, tally: Tally) =>
  <E, R>(run: Effect.Effect<void, E, R>): Effect.Effect<void, E | FlowStuck, R | AppConfig> =>
    Effect.gen(function* () {
      const { calls } = yield* AppConfig
      const observer = yield* CallObserver
      const pause = Math.ceil(longestSilence(calls) / looks)
      const heart = new Heartbeat()
      const stuck = yield* Deferred.make<never, FlowStuck>()
      const alive = run.pipe(
        Effect.provideService(Pulse, heart),
        Effect.provideService(CallObserver, (call) => Effect.zipRight(Effect.sync(heart.beat), observer(call)))
      )
      yield* Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          // Not a child: its parent could not end before it.
          const running = yield* Effect.forkDaemon(restore(alive))
          const watching = yield* Effect.forkDaemon(
            Effect.interruptible(Effect.intoDeferred(watch(flow, heart, tally, pause), stuck))
          )
          const leave = Effect.zipRight(
            Fiber.interruptFork(running),
            Effect.timeoutOption(Effect.interruptible(Fiber.await(running)), pause)
          )
          yield* restore(Effect.raceFirst(Fiber.join(running), Deferred.await(stuck))).pipe(
            Effect.onInterrupt(() => Fiber.interrupt(running)),
            Effect.ensuring(Fiber.interrupt(watching)),
            Effect.ensuring(Effect.flatMap(Deferred.isDone(stuck), (over) => (over ? leave : Effect.void)))
          )
        })
      )
    })
