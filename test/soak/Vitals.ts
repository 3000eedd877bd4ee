/**
 * How a process is over time: its memory, what it has open, how late its timers are.
 */
import { readdirSync, readFileSync } from "node:fs"

const pageSize = 4096
const mebibyte = 1024 ** 2

export interface Vital {
  /** Seconds since the beginning. */
  readonly at: number
  readonly pid: number
  /** MiB that are resident. */
  readonly rss: number
  /** Open files and connections, and threads. */
  readonly files: number
  readonly threads: number
  /** MiB that live in the heap, and the longest delay of the event loop in milliseconds, as the process tells. */
  readonly heap: number
  readonly delay: number
}

/** What the system says of a process. Reads `/proc`: Linux only. */
export const systemSays = (pid: number): Pick<Vital, "files" | "rss" | "threads"> => ({
  rss: (Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * pageSize) / mebibyte,
  files: readdirSync(`/proc/${pid}/fd`).length,
  threads: readdirSync(`/proc/${pid}/task`).length
})

export const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** How much a value grows in an hour, by the line that lies nearest to all of them; `at` in seconds. */
export const slopePerHour = (points: ReadonlyArray<readonly [at: number, value: number]>): number => {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [at, value] = [mean(([x]) => x), mean(([, y]) => y)]
  const over = points.reduce((sum, [x, y]) => sum + (x - at) * (y - value), 0)
  const under = points.reduce((sum, [x]) => sum + (x - at) ** 2, 0)
  return under === 0 ? 0 : (over / under) * 3600
}

/** By how much the memory of a process in steady work may differ between two times, in MiB, and relative to what it is. */
const noise = { mebibytes: 12, share: 0.06 }
/** By how many open files: connections come and go. */
const connections = 12

/** What grew between the first and the last third of these. */
export const growths = (vitals: ReadonlyArray<Vital>): ReadonlyArray<string> => {
  const third = Math.floor(vitals.length / 3)
  const [early, late] = [vitals.slice(0, third), vitals.slice(-third)]
  if (third === 0) return []
  const grew = (what: string, of: (vital: Vital) => number, room: (before: number) => number) => {
    const [before, after] = [median(early.map(of)), median(late.map(of))]
    return after - before <= room(before) ? [] : [`${what} grew from ${before.toFixed(1)} to ${after.toFixed(1)}`]
  }
  const memory = (before: number): number => Math.max(noise.mebibytes, before * noise.share)
  return [
    ...grew("memory (MiB)", ({ rss }) => rss, memory),
    ...grew("heap (MiB)", ({ heap }) => heap, memory),
    ...grew(
      "open files",
      ({ files }) => files,
      () => connections
    ),
    ...grew(
      "threads",
      ({ threads }) => threads,
      () => 0
    )
  ]
}
