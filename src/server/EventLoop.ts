/**
 * Whether the event loop turns: how late its timers come.
 */
import { Effect, type Scope } from "effect"
import { monitorEventLoopDelay } from "node:perf_hooks"

/** Delays in milliseconds. */
export interface EventLoop {
  /** The longest of the last ten seconds. */
  readonly longest: () => number
  /** Since they were last asked for. */
  readonly delays: () => { readonly mean: number; readonly p99: number; readonly max: number }
}

/** How often a timer looks how late it is, and for how long its findings count. */
const pause = 500
const memory = 10_000

const nanosPerMilli = 1e6

/** Of this process, for as long as the scope. */
export const watchEventLoop: Effect.Effect<EventLoop, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const histogram = monitorEventLoopDelay({ resolution: 20 })
    histogram.enable()
    const found: Array<{ readonly at: number; readonly delay: number }> = []
    let last = performance.now()
    const look = (): void => {
      const at = performance.now()
      found.push({ at, delay: Math.max(0, at - last - pause) })
      while (found[0] !== undefined && found[0].at < at - memory) found.shift()
      last = at
    }
    const timer = setInterval(look, pause)
    timer.unref()
    return {
      histogram,
      timer,
      // A delay that goes on counts too.
      longest: () => Math.max(performance.now() - last - pause, 0, ...found.map(({ delay }) => delay)),
      delays: () => {
        const { max, mean } = histogram
        const p99 = histogram.percentile(99)
        histogram.reset()
        const millis = (nanos: number) => (Number.isFinite(nanos) ? nanos / nanosPerMilli : 0)
        return { mean: millis(mean), p99: millis(p99), max: millis(max) }
      }
    }
  }),
  ({ histogram, timer }) =>
    Effect.sync(() => {
      clearInterval(timer)
      histogram.disable()
    })
)
