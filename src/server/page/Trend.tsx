/**
 * How long the last runs took and how they ended, as a picture.
 */
import type { RunPoint, RunState } from "../../domain/Status.js"
import { counted } from "./Amounts.js"
import { lasting } from "./Moments.js"

/** Bars of the picture; the latest run stands at the right. */
const bars = 20
const pitch = 10
const tallest = 32
/** Below the bars, where what did not succeed has its mark. */
const lane = 11

const states: ReadonlyArray<RunState> = ["succeeded", "degraded", "failed", "interrupted", "abandoned"]

/** What the picture shows, for who does not see it. */
export const trendInWords = (trend: ReadonlyArray<RunPoint>): string => {
  const durations = trend.map(({ duration }) => duration)
  const latest = durations.at(-1)
  if (latest === undefined) return "No run has ended yet"
  const outcomes = states.flatMap((state) => {
    const count = trend.filter(({ status }) => status === state).length
    return count === 0 ? [] : [`${count} ${state}`]
  })
  return (
    `The last ${counted(trend.length, "run")}: ${outcomes.join(", ")}; ` +
    `${lasting(Math.min(...durations))} to ${lasting(Math.max(...durations))}, the latest ${lasting(latest)}`
  )
}

const Mark = ({ left, status }: { readonly left: number; readonly status: RunState }) => {
  const middle = left + 4
  const y = tallest + 6
  switch (status) {
    case "degraded":
      return <path class="mark warn" d={`M${middle} ${y - 3.5}l3.5 6.5h-7z`} />
    case "failed":
      return <path class="mark bad" d={`M${middle - 3} ${y - 3}l6 6m0 -6l-6 6`} />
    case "interrupted":
    case "abandoned":
      return <path class="mark idle" d={`M${middle - 3} ${y}h6`} />
    default:
      return null
  }
}

const classes: Readonly<Record<RunState, string>> = {
  running: "busy",
  succeeded: "good",
  degraded: "warn",
  failed: "bad",
  interrupted: "idle",
  abandoned: "idle"
}

export const Trend = ({ trend }: { readonly trend: ReadonlyArray<RunPoint> }) => {
  const shown = trend.slice(-bars)
  const longest = Math.max(1, ...shown.map(({ duration }) => duration))
  const width = bars * pitch
  return (
    <svg class="trend" viewBox={`0 0 ${width} ${tallest + lane}`} role="img" aria-label={trendInWords(shown)}>
      <path class="axis" d={`M0 ${tallest + 0.5}H${width}`} />
      {shown.map(({ duration, status }, index) => {
        const left = (bars - shown.length + index) * pitch + 1
        const height = Math.max(2, (duration / longest) * tallest)
        return (
          <>
            <rect
              class={`bar ${classes[status]}`}
              x={left}
              y={(tallest - height).toFixed(1)}
              width="8"
              height={height.toFixed(1)}
            >
              <title>{`${status} in ${lasting(duration)}`}</title>
            </rect>
            <Mark left={left} status={status} />
          </>
        )
      })}
    </svg>
  )
}
