/**
 * Variables that say which extractors and flows run, when, and how far back they look.
 */
import { type Extractor, flowNames, type KnownFlow } from "../../domain/Flow.js"
import { boolean, decimal, duration, instant, integer, list, nameOf } from "./Formats.js"
import { optional, type Variable, withDefault } from "./Variable.js"

/** What can be said about one extractor. */
export interface ExtractorVariables {
  readonly enabled: Variable<boolean>
  readonly interval: Variable<number>
  /** None where nothing is read by time. */
  readonly lookback: Variable<number> | undefined
}

interface Defaults {
  readonly enabled: boolean
  readonly interval: number
  readonly lookback: { readonly unit: "days" | "hours"; readonly value: number } | undefined
}

const mostLookback = { days: 3650, hours: 87_600 }

const extractor = (name: Extractor, { enabled, interval, lookback }: Defaults): ExtractorVariables => {
  const prefix = name.toUpperCase().replaceAll("-", "_")
  return {
    enabled: withDefault(`ENABLE_${prefix}_EXTRACTOR`, boolean, String(enabled), `Whether ${name} runs.`),
    interval: withDefault(
      `${prefix}_EXTRACTION_INTERVAL`,
      duration("seconds", 60, 86_400),
      String(interval),
      `Seconds from the start of one run of ${name} to the next.`
    ),
    lookback:
      lookback &&
      withDefault(
        `${prefix}_LOOKBACK_${lookback.unit.toUpperCase()}`,
        duration(lookback.unit, 0, mostLookback[lookback.unit]),
        String(lookback.value),
        `How many ${lookback.unit} back the first run of ${name} looks.`
      )
  }
}

/** By extractor. */
export const extractorVariables: Readonly<Record<Extractor, ExtractorVariables>> = {
  "master-data": extractor("master-data", { enabled: true, interval: 86_400, lookback: undefined }),
  jobs: extractor("jobs", { enabled: true, interval: 300, lookback: { unit: "days", value: 7 } }),
  production: extractor("production", { enabled: true, interval: 300, lookback: { unit: "hours", value: 24 } }),
  inventory: extractor("inventory", { enabled: true, interval: 300, lookback: { unit: "hours", value: 24 } }),
  quality: extractor("quality", { enabled: false, interval: 300, lookback: { unit: "days", value: 30 } }),
  performance: extractor("performance", { enabled: false, interval: 900, lookback: { unit: "days", value: 7 } })
}

/** The tree is made in every run before anything else is written. */
const tree: KnownFlow = "hierarchy"
const dispensable = flowNames.filter((name) => name !== tree)

export const passVariables = {
  flowsDisabled: optional(
    "FLOWS_DISABLED",
    list(
      nameOf(
        `one of ${dispensable.join(", ")}`,
        dispensable,
        new Map([[tree, "cannot be switched off: without the facility and the roots nothing else can be written"]])
      )
    ),
    "Comma list of flows that never run."
  ),
  once: withDefault("RUN_ONCE", boolean, "false", "One pass, then the end; the same as `--once`."),
  dryRun: withDefault("DRY_RUN", boolean, "false", "Nothing is written to CDF; the same as `--dry-run`."),
  maxConcurrentExtractors: withDefault(
    "MAX_CONCURRENT_EXTRACTORS",
    integer(1, 6, "extractors"),
    "3",
    "Extractors that run at the same time."
  ),
  startDate: optional(
    "EXTRACTION_START_DATE",
    instant,
    "Moment at which history flows begin on their first run, instead of the look-back."
  ),
  jobsFullListInterval: withDefault(
    "JOBS_FULL_LIST_INTERVAL",
    duration("seconds", 60, 86_400),
    "3600",
    "Seconds between full lists of jobs; runs between them ask for what changed."
  ),
  jobsIncludeCompleted: withDefault(
    "JOBS_INCLUDE_COMPLETED",
    boolean,
    "true",
    "Whether completed jobs that were never seen open are created."
  ),
  historyWindowHours: withDefault(
    "HISTORY_WINDOW_HOURS",
    integer(1, 744, "hours"),
    "24",
    "Longest time slice of one call to a history endpoint."
  ),
  historyOverlap: withDefault(
    "HISTORY_OVERLAP_MINUTES",
    duration("minutes", 0, 10_080),
    "120",
    "How far before its watermark a history flow reads again."
  ),
  historyRecheck: withDefault(
    "HISTORY_RECHECK_DAYS",
    duration("days", 0, 365),
    "7",
    "Days that are read again once a day, for late and corrected rows."
  ),
  sweepShare: withDefault(
    "SWEEP_SHARE",
    decimal(0, 1),
    "0.5",
    "Most of the Plex rate that sweeps take while other flows want calls; 0: no sweeps."
  ),
  sweepMost: withDefault(
    "SWEEP_MAX_MINUTES",
    duration("minutes", 0, 1440),
    "10",
    "With `--once`: minutes for looking again at what is unchanged."
  )
}
