/**
 * Exit codes of `--once`.
 */
import type { PassReport } from "../pipelines/pass.js"

/** Everything succeeded; degraded extractors included. */
export const succeeded = 0
/** At least one extractor failed, or nothing could be written at all. */
export const failed = 1
/** The configuration or the command line is wrong. */
export const misused = 2
/** With `--strict`: at least one extractor is degraded. */
export const degraded = 3
/** A second signal cut the graceful stop short. */
export const interrupted = 130

export const exitCodeOf = ({ extractors }: PassReport, strict: boolean): number => {
  if (extractors.some(({ status }) => status === "failed")) return failed
  return strict && extractors.some(({ status }) => status === "degraded") ? degraded : succeeded
}
