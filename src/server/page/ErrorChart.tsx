/**
 * Failed calls of the last hour, minute by minute, as a picture.
 */
import type { Category } from "../../domain/Errors.js"
import type { ErrorsByMinute } from "../../domain/Status.js"
import { amount, counted } from "./Amounts.js"

const categories: ReadonlyArray<Category> = ["transient", "configuration", "data"]

const pitch = 8
const tallest = 64

/** Per minute, the oldest first: how many failed for each category. */
const minutesOf = (errors: ReadonlyArray<ErrorsByMinute>): ReadonlyArray<Readonly<Record<Category, number>>> => {
  const length = Math.max(0, ...errors.map(({ perMinute }) => perMinute.length))
  return Array.from({ length }, (_, minute) => {
    const sum = { transient: 0, configuration: 0, data: 0 }
    for (const { category, perMinute } of errors) sum[category] += perMinute[minute] ?? 0
    return sum
  })
}

/** What the picture shows, for who does not see it. */
export const errorsInAll = (errors: ReadonlyArray<ErrorsByMinute>): string => {
  const sums = categories.flatMap((category) => {
    const count = errors.filter((each) => each.category === category).reduce((sum, each) => sum + each.count, 0)
    return count === 0 ? [] : [`${amount(count)} ${category}`]
  })
  return sums.length === 0 ? "none" : sums.join(", ")
}

export const ErrorChart = ({ errors }: { readonly errors: ReadonlyArray<ErrorsByMinute> }) => {
  const minutes = minutesOf(errors)
  const most = Math.max(1, ...minutes.map(({ configuration, data, transient }) => transient + configuration + data))
  const width = minutes.length * pitch
  return (
    <figure>
      <svg
        class="errors"
        viewBox={`0 0 ${width} ${tallest + 1}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Failed calls per minute of the last hour: ${errorsInAll(errors)}; at most ${amount(most)} in a minute`}
      >
        {minutes.map((minute, index) => {
          let top = tallest
          return categories.map((category) => {
            const height = (minute[category] / most) * tallest
            if (height === 0) return null
            top -= height
            return (
              <rect
                class={category}
                x={index * pitch + 1}
                y={top.toFixed(1)}
                width={pitch - 2}
                height={height.toFixed(1)}
              />
            )
          })
        })}
        <path class="axis" d={`M0 ${tallest + 0.5}H${width}`} />
      </svg>
      <figcaption>
        <span>60 min ago</span>
        <span>at most {counted(most, "failed call")} a minute</span>
        <span>now</span>
      </figcaption>
    </figure>
  )
}
