/**
 * Exit codes of `--once`.
 */
import type { PassReport } from "../pipelines/pass.js"

/** Everything succeeded; degraded extractors included. */
export const succeeded = 0
/** At least one extractor or sweep failed, or nothing could be written at all. */
export const failed = 1
/** The configuration or the command line is wrong. */
export const misused = 2
/** With `--strict`: at least one extractor or sweep is degraded. */
export const degraded = 3
/** Of `plan`: there is something to do. */
export const changes = 4
/** A second signal cut the graceful stop short; of `plan`, the first one. */
export const interrupted = 130

/** Of several exit codes the one that tells the worst: the smallest of those that are not 0. */
export const worstOf = (codes: ReadonlyArray<number>): number => {
  const bad = codes.filter((code) => code !== succeeded)
  return bad.length === 0 ? succeeded : Math.min(...bad)
}

export const exitCodeOf = ({ extractors, sweeps }: PassReport, strict: boolean): number => {
  const statuses = [...extractors, ...sweeps].map(({ status }) => status)
  if (statuses.includes("failed")) return failed
  return strict && statuses.includes("degraded") ? degraded : succeeded
}
