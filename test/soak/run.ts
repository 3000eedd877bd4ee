/**
 * `npm run soak`: `SOAK_MINUTES` (20) of the resident process; exits 1 where anything disagreed or grew. `SOAK_SEED` makes the same
 * plant and the same weather again.
 */
import { Effect } from "effect"
import { growths, median, slopePerHour, type Vital } from "./Vitals.js"
import { soak } from "./Soak.js"

const minutes = Number(process.env["SOAK_MINUTES"] ?? 20)
const seed = Number(process.env["SOAK_SEED"] ?? Math.floor(Math.random() * 1_000_000))
const say = (line: string): void => void process.stdout.write(`${line}\n`)

say(`SOAK_SEED=${seed} SOAK_MINUTES=${minutes} npm run soak`)

const soaked = await Effect.runPromise(Effect.scoped(soak({ seed, minutes, spells: 3, seconds: 10, every: 5, say })))

/** The second half is of one process in steady work; what it took to get there is not growth. */
const last = soaked.vitals.at(-1)
const steady: ReadonlyArray<Vital> = soaked.vitals.filter(({ at, pid }) => at >= minutes * 30 && pid === last?.pid)
const grown = growths(steady)
const round = (value: number): string => value.toFixed(1)
const between = (of: (vital: Vital) => number): string =>
  `${round(Math.min(...steady.map(of)))} to ${round(Math.max(...steady.map(of)))}, median ${round(median(steady.map(of)))}`

say("")
say(`plant: ${round(soaked.hours)} hours; processes: ${soaked.starts}; verdicts: ${soaked.verdicts}`)
say(`calls: ${soaked.exchanges}, of which faults struck ${soaked.struck}`)
say(
  `log: ${Object.entries(soaked.log.levels)
    .map(([level, count]) => `${count} ${level}`)
    .join(", ")}`
)
for (const [message, count] of soaked.log.messages.slice(0, 12)) say(`  ${count} × ${message}`)
say(`state: ${soaked.rows} rows of the ledger, ${round(soaked.stateMiB)} MiB`)
say(`second half, ${steady.length} looks:`)
say(
  `  memory: ${between(({ rss }) => rss)} MiB, ${round(slopePerHour(steady.map(({ at, rss }) => [at, rss])))} MiB an hour`
)
say(
  `  heap: ${between(({ heap }) => heap)} MiB, ${round(slopePerHour(steady.map(({ at, heap }) => [at, heap])))} MiB an hour`
)
say(`  open files: ${between(({ files }) => files)}; threads: ${between(({ threads }) => threads)}`)
say(`  longest delays of the event loop: ${between(({ delay }) => delay)} ms`)
for (const line of grown) say(`! ${line}`)
for (const line of soaked.complaints.slice(0, 100)) say(`! ${line}`)
say(
  grown.length + soaked.complaints.length === 0
    ? "everything agreed"
    : `${soaked.complaints.length} complaints, ${grown.length} growths`
)
process.exitCode = grown.length + soaked.complaints.length === 0 ? 0 : 1
