/**
 * Faults that strike answers at random, each kind as often as the others.
 */
import type { Fault, FaultRule } from "../../src/sandbox/Faults.js"
import type { ServerLabel } from "../../src/sandbox/Journal.js"

/** All that can take the place of an answer. `lost`: applied, and nobody hears of it. */
export const kinds: ReadonlyArray<Fault> = [
  { kind: "status", status: 429, retryAfter: { seconds: 1 } },
  { kind: "status", status: 429, retryAfter: { date: 1 } },
  { kind: "status", status: 429 },
  { kind: "status", status: 500 },
  { kind: "status", status: 502, body: "<html>Bad gateway</html>" },
  { kind: "status", status: 503, applied: true },
  { kind: "reset" },
  { kind: "cut" },
  { kind: "cut", polite: true },
  { kind: "html" },
  { kind: "html", applied: true },
  { kind: "lost" }
]

/** Rules that together replace this share of a server's answers, each kind as often as the others. */
export const replacing = (share: number, server: ServerLabel): ReadonlyArray<FaultRule> =>
  kinds.map((fault, i) => ({
    ...fault,
    match: { server },
    // A rule is asked only where those before it spared the request.
    probability: share / kinds.length / (1 - (share / kinds.length) * i)
  }))
