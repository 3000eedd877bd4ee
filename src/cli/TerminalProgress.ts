/**
 * Progress for a terminal: a line for each flow that has finished, and below them one that tells how far the others are.
 */
import { Clock, Effect, Layer, Schedule } from "effect"
import type { Course } from "../domain/Course.js"
import type { FlowName } from "../domain/Flow.js"
import type { Counts, FlowReport } from "../domain/Report.js"
import { Progress } from "../services/Progress.js"
import { Pace } from "./Pace.js"
import { Speaking } from "./Speaking.js"
import { cut } from "./Table.js"
import { timeLeft } from "./timeLeft.js"

const number = new Intl.NumberFormat("en-US")

/** Of one of several facilities, with its name: each has the same flows. */
const nameOf = (flow: FlowName): Effect.Effect<string> =>
  Effect.map(Speaking, ({ facility }) => (facility === undefined ? flow : `${facility}: ${flow}`))

/** Back to the begin of the line, with nothing on it. */
export const clearLine = "\r\u001b[2K"

const finishedLine = (name: string, { counts, milliseconds, notice, status }: FlowReport): string => {
  const did = [
    `${number.format(counts.read)} read`,
    `${number.format(counts.created)} created`,
    `${number.format(counts.updated)} updated`,
    ...(counts.deadLettered === 0 ? [] : [`${number.format(counts.deadLettered)} dead letters`])
  ].join(", ")
  return `${name} ${status}: ${did} (${(milliseconds / 1000).toFixed(1)} s)${notice === undefined ? "" : ` ${notice}`}`
}

/** A flow that has begun. */
export interface RunningFlow {
  readonly counts: () => Counts
  readonly pace: Pace
  readonly course: () => Course | undefined
  /** Epoch milliseconds. */
  readonly begun: number
}

/** `, 400 of 3,000 objects, 2 min left`; nothing where that is not known. */
const courseInWords = ({ begun, course }: RunningFlow, at: number): string => {
  const far = course()
  if (far === undefined || far.total === 0) return ""
  const { done, unit } = far
  const total = Math.max(far.total, done)
  const left = timeLeft({ ...far, total }, at - begun)
  return `, ${number.format(done)} of ${number.format(total)} ${unit}${left === undefined ? "" : `, ${left} left`}`
}

/** What each flow has read, how many a second it reads now, and how long it will still take where that is known. */
export const runningLine = (running: ReadonlyMap<string, RunningFlow>, at: number, width: number): string =>
  cut(
    [...running]
      .map(([name, flow]) => {
        const { counts, pace } = flow
        const { read } = counts()
        const rate = pace.rate({ at, count: read })
        return `${name} ${number.format(read)}${rate === undefined ? "" : ` (${number.format(Math.round(rate))}/s)`}${courseInWords(flow, at)}`
      })
      .join(" · "),
    width
  )

/** Writes to stderr, so that what is piped from stdout stays clean. */
export const layer: Layer.Layer<Progress> = Layer.scoped(
  Progress,
  Effect.gen(function* () {
    const running = new Map<string, RunningFlow>()
    const show = Effect.map(Clock.currentTimeMillis, (at) => {
      // The line may be somebody else's: a question, or the progress of what is no flow.
      if (running.size === 0) return
      process.stderr.write(clearLine + runningLine(running, at, (process.stderr.columns ?? 80) - 1))
    })
    yield* Effect.forkScoped(Effect.repeat(show, Schedule.spaced("250 millis")))
    yield* Effect.addFinalizer(() => Effect.sync(() => process.stderr.write(clearLine)))
    return Progress.of({
      started: (_, flow, counts, course) =>
        Effect.gen(function* () {
          const begun = yield* Clock.currentTimeMillis
          running.set(yield* nameOf(flow), { counts, course, begun, pace: new Pace() })
        }),
      finished: (report) =>
        Effect.map(nameOf(report.flow), (name) => {
          running.delete(name)
          process.stderr.write(`${clearLine}${finishedLine(name, report)}\n`)
        })
    })
  })
)
