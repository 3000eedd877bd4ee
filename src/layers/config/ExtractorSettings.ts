/**
 * Which extractors and flows run, when, and how far back they look.
 */
import { Clock, Effect } from "effect"
import { type Extractor, extractors } from "../../domain/Flow.js"
import type { ExtractorSettings, HistorySettings, Settings } from "../../services/AppConfig.js"
import { extractorVariables, passVariables as variables } from "./ExtractorVariables.js"
import { allProblems, everyPart, type Problems, type Source } from "./Source.js"

/** The extractors that run: those of `only` when it is given, else those that their variables switch on. */
export const enabledExtractors = (
  source: Source,
  only: ReadonlyArray<Extractor> | undefined
): Effect.Effect<ReadonlySet<Extractor>> =>
  only === undefined
    ? Effect.filter(extractors, (name) =>
        Effect.map(source.peek(extractorVariables[name].enabled), (enabled) => enabled === true)
      ).pipe(Effect.map((names) => new Set(names)))
    : Effect.succeed(new Set(only))

const extractorSettings = (
  source: Source,
  name: Extractor,
  enabled: ReadonlySet<Extractor>
): Effect.Effect<ExtractorSettings, Problems> => {
  const { enabled: enabledVariable, interval, lookback } = extractorVariables[name]
  return Effect.all(
    {
      // Read for its problems; what counts is the set, which knows `--only`.
      enabled: Effect.as(source.read(enabledVariable), enabled.has(name)),
      interval: source.read(interval),
      lookback: lookback === undefined ? Effect.succeed(0) : source.read(lookback)
    },
    everyPart
  ).pipe(Effect.mapError(allProblems))
}

const startDate = (source: Source): Effect.Effect<number | undefined, Problems> =>
  Effect.gen(function* () {
    const date = yield* source.read(variables.startDate)
    if (date === undefined || date <= (yield* Clock.currentTimeMillis)) return date
    return yield* Effect.fail([
      `${variables.startDate.name} lies in the future: expected ${variables.startDate.format.expected}, in the past. ` +
        "Correct it or unset it."
    ])
  })

const history = (source: Source): Effect.Effect<HistorySettings, Problems> =>
  Effect.all(
    {
      startDate: startDate(source),
      windowHours: source.read(variables.historyWindowHours),
      overlap: source.read(variables.historyOverlap),
      recheck: source.read(variables.historyRecheck)
    },
    everyPart
  ).pipe(Effect.mapError(allProblems))

type PassSettings = Pick<
  Settings,
  "extractors" | "flowsDisabled" | "maxConcurrentExtractors" | "history" | "jobs" | "sweep" | "once" | "dryRun"
>

export const passSettings = (
  source: Source,
  enabled: ReadonlySet<Extractor>
): Effect.Effect<PassSettings, Problems> => {
  const of = (name: Extractor) => extractorSettings(source, name, enabled)
  return Effect.all(
    {
      extractors: Effect.all(
        {
          "master-data": of("master-data"),
          jobs: of("jobs"),
          production: of("production"),
          inventory: of("inventory"),
          quality: of("quality"),
          performance: of("performance")
        },
        everyPart
      ).pipe(Effect.mapError(allProblems)),
      flowsDisabled: Effect.map(source.read(variables.flowsDisabled), (names) => new Set(names)),
      maxConcurrentExtractors: source.read(variables.maxConcurrentExtractors),
      history: history(source),
      fullListInterval: source.read(variables.jobsFullListInterval),
      includeCompleted: source.read(variables.jobsIncludeCompleted),
      share: source.read(variables.sweepShare),
      mostMilliseconds: source.read(variables.sweepMost),
      once: source.read(variables.once),
      dryRun: source.read(variables.dryRun)
    },
    everyPart
  ).pipe(
    Effect.mapError(allProblems),
    Effect.map(({ fullListInterval, includeCompleted, mostMilliseconds, share, ...found }) => ({
      ...found,
      jobs: { fullListInterval, includeCompleted },
      sweep: { share, mostMilliseconds }
    }))
  )
}
