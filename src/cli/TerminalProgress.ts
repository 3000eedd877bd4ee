/**
 * Progress for a terminal: a line for each flow that has finished, and below them one that tells how far the others are.
 */
import { Effect, Layer, Schedule } from "effect"
import type { FlowName } from "../domain/Flow.js"
import type { Counts, FlowReport } from "../domain/Report.js"
import { Progress } from "../services/Progress.js"

const number = new Intl.NumberFormat("en-US")

const clearLine = "\r\u001b[2K"

const finishedLine = ({ counts, flow, milliseconds, notice, status }: FlowReport): string => {
  const did = [
    `${number.format(counts.read)} read`,
    `${number.format(counts.created)} created`,
    `${number.format(counts.updated)} updated`,
    ...(counts.deadLettered === 0 ? [] : [`${number.format(counts.deadLettered)} dead letters`])
  ].join(", ")
  return `${flow} ${status}: ${did} (${(milliseconds / 1000).toFixed(1)} s)${notice === undefined ? "" : ` ${notice}`}`
}

const runningLine = (running: ReadonlyMap<FlowName, () => Counts>, width: number): string =>
  [...running]
    .map(([flow, counts]) => `${flow} ${number.format(counts().read)}`)
    .join(" · ")
    .slice(0, width)

/** Writes to stderr, so that what is piped from stdout stays clean. */
export const layer: Layer.Layer<Progress> = Layer.scoped(
  Progress,
  Effect.gen(function* () {
    const running = new Map<FlowName, () => Counts>()
    const show = Effect.sync(() => {
      process.stderr.write(clearLine + runningLine(running, (process.stderr.columns ?? 80) - 1))
    })
    yield* Effect.forkScoped(Effect.repeat(show, Schedule.spaced("250 millis")))
    yield* Effect.addFinalizer(() => Effect.sync(() => process.stderr.write(clearLine)))
    return Progress.of({
      started: (_, flow, counts) => Effect.sync(() => running.set(flow, counts)),
      finished: (report) =>
        Effect.sync(() => {
          running.delete(report.flow)
          process.stderr.write(`${clearLine}${finishedLine(report)}\n`)
        })
    })
  })
)
