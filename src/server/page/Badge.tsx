/**
 * A state as a word with a sign: never told by colour alone.
 */
import type { FlowStatus } from "../../domain/Report.js"
import type { ExtractorState, RunState, StatusOfBreaker } from "../../domain/Status.js"

/** How good or bad a thing is. */
export type Tone = "good" | "busy" | "warn" | "bad" | "idle"

type Word = FlowStatus | RunState | ExtractorState | StatusOfBreaker | "stale" | "failing"

const tones: Readonly<Record<Word, Tone>> = {
  ok: "good",
  succeeded: "good",
  closed: "good",
  running: "busy",
  degraded: "warn",
  skipped: "idle",
  interrupted: "idle",
  abandoned: "warn",
  "half-open": "warn",
  failed: "bad",
  failing: "bad",
  stale: "bad",
  open: "bad",
  off: "idle",
  waiting: "idle",
  "standing by": "idle"
}

const signs: Readonly<Record<Tone, string>> = { good: "✓", busy: "▸", warn: "!", bad: "✕", idle: "–" }

export const toneOf = (word: Word): Tone => tones[word]

export const Sign = ({ tone }: { readonly tone: Tone }) => (
  <span class={`sign ${tone}`} aria-hidden="true">
    {signs[tone]}
  </span>
)

export const Badge = ({ word }: { readonly word: Word }) => (
  <span class={`badge ${tones[word]}`}>
    <Sign tone={tones[word]} /> {word}
  </span>
)
