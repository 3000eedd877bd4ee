/**
 * Ends a process at an instant that the sandbox's journal decides: at the k-th exchange, before or after it has its effect.
 */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { JournalEntry } from "../../src/sandbox/Journal.js"
import { seededRandom } from "../../src/sandbox/Random.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { type ProcessOptions, startProcess } from "./RunProcess.js"
import { isWrite, writePath } from "./SandboxProcess.js"

/**
 * - `unheard`: the request has arrived and will never be handled
 * - `applied`: it is handled, and nobody is there any more to hear of it
 * - `answered`: the answer was sent so many milliseconds ago
 */
export type Edge = "unheard" | "applied" | "answered"

/** `of`: counted are all exchanges, or only the writes to CDF, or those of them whose body matches; `at` counts from 1. */
export interface Instant {
  readonly of: "exchange" | "write" | RegExp
  readonly at: number
  readonly edge: Edge
  readonly delay: number
}

const everyEdge: ReadonlyArray<Edge> = ["unheard", "applied", "answered"]

interface Range {
  readonly exchanges: number
  readonly writes: number
  readonly edges?: ReadonlyArray<Edge>
}

/** Instants without end, the same ones for the same seed: half of them among the next `writes` writes. */
export const instants = (seed: number, { edges = everyEdge, exchanges, writes }: Range): (() => Instant) => {
  const random = seededRandom(seed)
  const upTo = (most: number): number => 1 + Math.floor(random() * most)
  return () => {
    const of = random() < 0.5 ? "write" : "exchange"
    const at = upTo(of === "write" ? writes : exchanges)
    return { of, at, edge: edges[upTo(edges.length) - 1] ?? "applied", delay: Math.floor(random() * 12) }
  }
}

export const inWords = ({ at, delay, edge, of }: Instant): string =>
  `${String(of)} ${at} ${edge}${edge === "answered" ? ` ${delay} ms ago` : ""}`

/** Resolves when the instant has come; never where there are not so many exchanges. `cancel` takes everything back. */
export const awaitInstant = (
  { faults, journal }: Sandbox,
  { at, delay, edge, of }: Instant
): { readonly come: Promise<JournalEntry>; readonly cancel: () => void } => {
  const body = of instanceof RegExp ? of : /^/
  const match = of === "exchange" ? {} : { server: "cdf" as const, method: "POST", path: writePath, body }
  const counts = (entry: JournalEntry): boolean =>
    of === "exchange" || (isWrite(entry) && body.test(entry.requestBody ?? ""))
  const spare = edge === "unheard" ? faults.add({ kind: "hang", match, skip: at - 1, times: 1 }) : () => undefined
  let unsubscribe = (): void => undefined
  const come = new Promise<JournalEntry>((done) => {
    let seen = 0
    unsubscribe = journal.subscribe((entry) => {
      const starts = entry.outcome === "pending"
      if (edge === "unheard") {
        if (starts && entry.fault === "hang") done(entry)
        return
      }
      if (starts !== (edge === "applied") || !counts(entry)) return
      seen += 1
      if (seen !== at) return
      if (edge === "applied") done(entry)
      else setTimeout(() => done(entry), delay)
    })
  })
  return {
    come,
    cancel: () => {
      unsubscribe()
      spare()
    }
  }
}

/** Starts a process with these arguments and kills it when the instant has come; false where it ended well before. */
export const killedAt = (
  sandbox: Sandbox,
  instant: Instant,
  args: ReadonlyArray<string>,
  options: ProcessOptions
): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const { cancel, come } = awaitInstant(sandbox, instant)
    const running = yield* startProcess(args, options)
    void come.then(() => running.kill("SIGKILL"))
    const ended = yield* Effect.promise(() => running.ended)
    cancel()
    assert.include([0, undefined], ended.code, ended.stderr)
    return ended.signal === "SIGKILL"
  }).pipe(Effect.scoped)
