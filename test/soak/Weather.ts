/**
 * What goes wrong at both ends for a while.
 */
import type { FaultRule } from "../../src/sandbox/Faults.js"
import { replacing } from "../support/Storm.js"

export interface Weather {
  readonly name: string
  readonly rules: ReadonlyArray<FaultRule>
}

const lists = /^\/(mdm|production|inventory|scheduling|quality|engineering)\//

/** Kinds of weather; a token that ends early, and one that is taken back, belong to each of them. */
export const weathers: ReadonlyArray<Weather> = [
  { name: "calm", rules: [] },
  { name: "a storm", rules: [...replacing(0.12, "plex"), ...replacing(0.12, "datasource"), ...replacing(0.08, "cdf")] },
  { name: "Plex is down", rules: [{ kind: "status", status: 503, match: { server: "plex" } }] },
  { name: "CDF is down", rules: [{ kind: "status", status: 503, match: { server: "cdf" } }] },
  {
    name: "Plex is too busy",
    rules: [{ kind: "status", status: 429, retryAfter: { seconds: 1 }, match: { server: "plex" }, probability: 0.3 }]
  },
  { name: "connections break", rules: [{ kind: "reset", probability: 0.15 }] },
  {
    name: "bodies are cut",
    rules: [
      { kind: "cut", match: { server: "plex", path: lists }, probability: 0.15 },
      { kind: "cut", polite: true, match: { server: "plex", path: lists }, probability: 0.15 },
      { kind: "cut", match: { server: "cdf" }, probability: 0.05 }
    ]
  },
  {
    name: "answers do not come",
    rules: [
      { kind: "hang", probability: 0.03 },
      { kind: "silent", match: { server: "plex" }, probability: 0.03 }
    ]
  }
]
