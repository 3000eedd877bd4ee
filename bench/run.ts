/**
 * `npm run bench`: measures, and writes the tables of `docs/performance.md`. Names after `--` measure some sections only; the others
 * stay as they are.
 */
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus } from "node:os"
import { resolve } from "node:path"
import { mebibytes } from "./child.js"
import { history } from "./history.js"
import { latencyBound } from "./latency.js"
import { start } from "./start.js"
import { throughput } from "./throughput.js"

const page = resolve(import.meta.dirname, "../docs/performance.md")

const round = (value: number, digits = 1): string => value.toFixed(digits)

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string | number>>): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

const machine = (): string =>
  `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${availableParallelism()} cores, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.`

const sections: Readonly<Record<string, Effect.Effect<string, unknown>>> = {
  throughput: Effect.map(throughput("large", 5), (measured) => {
    const row = (pass: string, seconds: number, floor: number, peak: number) => [
      pass,
      measured.records,
      `${round(seconds)} s`,
      `${round(floor)} s`,
      round(floor / seconds, 2),
      `${round(mebibytes(peak), 0)} MiB`
    ]
    return table(
      ["pass", "records", "plex-cdf", "floor", "floor ÷ plex-cdf", "peak RSS of plex-cdf"],
      [
        row("first load", measured.first, measured.floorOfFirst, measured.peakOfFirst),
        row("without changes", measured.second, measured.floorOfSecond, measured.peakOfSecond)
      ]
    )
  }),
  latency: Effect.map(latencyBound, ({ bound, calls, concurrency, latency, seconds }) =>
    table(
      ["calls", "at a time", "latency", "plex-cdf", "bound", "plex-cdf ÷ bound"],
      [
        [
          calls,
          concurrency,
          `${latency} ms`,
          `${round(seconds, 2)} s`,
          `${round(bound, 2)} s`,
          round(seconds / bound, 2)
        ]
      ]
    )
  ),
  history: Effect.map(Effect.forEach([50_000, 1_000_000], history), (all) =>
    table(
      ["entries", "calls", "time", "peak RSS", "state"],
      all.map(({ calls, entries, peakMiB, seconds, stateMiB }) => [
        entries,
        calls,
        `${round(seconds, 0)} s`,
        `${round(peakMiB, 0)} MiB`,
        `${round(stateMiB)} MiB`
      ])
    )
  ),
  start: Effect.map(start, (all) =>
    table(
      ["what", "time", "peak RSS"],
      all.map(({ peakMiB, seconds, what }) => [what, `${round(seconds, 2)} s`, `${round(peakMiB, 0)} MiB`])
    )
  )
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in sections))
if (unknown.length > 0)
  throw new Error(`no section ${unknown.join(", ")}; there are ${Object.keys(sections).join(", ")}`)

/** Puts what was measured between the marks of its section. */
const put = (name: string, measured: string): void => {
  const text = readFileSync(page, "utf8")
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
  const [before, rest] = text.split(begin)
  const [, after] = rest?.split(end) ?? []
  if (before === undefined || after === undefined) throw new Error(`${page} has no marks of ${name}`)
  writeFileSync(page, `${before}${begin}\n\n${measured}\n\n${machine()}\n\n${end}${after}`)
}

const program = Effect.forEach(Object.entries(sections), ([name, measure]) =>
  asked.length > 0 && !asked.includes(name)
    ? Effect.void
    : Effect.map(measure, (measured) => {
        process.stdout.write(`${name}\n\n${measured}\n\n`)
        put(name, measured)
      })
)

await Effect.runPromise(program)
