/**
 * What a look at the surroundings of a facility found: whether a run would find there what it needs, and if not, what to do.
 */

/** `skipped`: not looked at, as something else that it depends on is missing, or as nobody asked for it. */
export type Verdict = "ok" | "warning" | "failed" | "skipped"

/** What a probe says. */
export interface Found {
  readonly verdict: Verdict
  /** In plain words: what is there, or what is wrong. Never holds a secret. */
  readonly cause: string
  /** What to do; nothing where all is well. */
  readonly fix?: string | undefined
}

/** The same with the name of the probe. */
export interface Finding extends Found {
  readonly probe: string
}

export const ok = (cause: string): Found => ({ verdict: "ok", cause })
export const warning = (cause: string, fix: string): Found => ({ verdict: "warning", cause, fix })
export const failed = (cause: string, fix: string): Found => ({ verdict: "failed", cause, fix })
export const skipped = (cause: string): Found => ({ verdict: "skipped", cause })

/** Of all findings together: failed where one is, else a warning where one is. */
export const verdictOf = (findings: ReadonlyArray<Found>): Exclude<Verdict, "skipped"> => {
  const verdicts = new Set(findings.map(({ verdict }) => verdict))
  return verdicts.has("failed") ? "failed" : verdicts.has("warning") ? "warning" : "ok"
}
