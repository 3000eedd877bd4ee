/**
 * `plex-cdf plan`: what a run would write, from a pass that writes nothing.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Deferred, Effect, Option } from "effect"
import { isSomething, type PlanCounts, sumOf } from "../domain/cdf/Plan.js"
import type { FlowName } from "../domain/Flow.js"
import type { FacilityIdentity } from "../domain/Facility.js"
import { type FlowPlan, type PassPlan, plan } from "../pipelines/plan.js"
import { changes, exitCodeOf, interrupted, succeeded } from "./exitCode.js"
import { flowsOption } from "./flowOption.js"
import { setExitCode, toStderr, toStdout } from "./output.js"
import { planLines } from "./planText.js"
import { notices } from "./reportTable.js"
import { runOptions } from "./run.js"
import { style } from "./Style.js"
import { wholeNumber } from "./wholeNumber.js"
import { withExamples } from "./withExamples.js"
import { settingsOptions, withFacility } from "./withFacility.js"

const options = {
  only: runOptions.only,
  noSweep: runOptions.noSweep,
  sandbox: runOptions.sandbox,
  flow: flowsOption("flow", "Tell of these flows only, separated by commas").pipe(Options.optional),
  samples: wholeNumber(
    "samples",
    { least: 0, most: 10_000 },
    "Show so many objects of each kind of change (default 3); all are counted"
  ).pipe(Options.withDefault(3)),
  json: Options.boolean("json").pipe(
    Options.withDescription("Print JSON: a line for each flow, and one for all of them together")
  ),
  ...settingsOptions
}

/** What is to be told of a plan: the flows that were asked for, and what was not seen of them. */
interface Told {
  readonly flows: ReadonlyArray<FlowPlan>
  readonly total: PlanCounts
  /** Why it is incomplete; nothing where it is not. */
  readonly gaps: ReadonlyArray<string>
}

const toldOf = ({ flows, report }: PassPlan, asked: Option.Option<ReadonlySet<FlowName>>): Told => {
  const isAsked = (flow: string): boolean =>
    Option.match(asked, { onNone: () => true, onSome: (names) => new Set<string>(names).has(flow) })
  const runs = [...report.extractors, ...report.sweeps]
  const all = runs.flatMap((run) => run.flows)
  const told = flows.filter(({ flow }) => isAsked(flow))
  const named = Option.getOrElse(asked, () => new Set<FlowName>())
  const absent = [...named].filter((name) => !flows.some(({ flow }) => flow === name))
  return {
    flows: told,
    total: sumOf(told.map(({ counts }) => counts)),
    gaps: [
      ...runs.flatMap(({ extractor, status }) => (status === "failed" ? [`${extractor} failed`] : [])),
      ...notices(all.filter(({ flow, status }) => isAsked(flow) && status !== "off")),
      ...absent.map((name) => {
        const why = all.find(({ flow }) => flow === name)?.notice ?? "its extractor is off, or not among --only"
        return `${name} was not run: ${why}`
      })
    ]
  }
}

/** One JSON object a flow, and one for all: docs/plan.md says what is in them. */
const jsonLines = ({ flows, gaps, total }: Told, { name, pcn }: FacilityIdentity): ReadonlyArray<string> => {
  const lines = flows.map(({ counts, data, flow, notice, objects, status, valveClosed }) => ({
    pcn,
    facility: name,
    flow,
    status,
    ...(notice === undefined ? {} : { notice }),
    ...(valveClosed ? { valveClosed } : {}),
    ...counts,
    samples: [
      ...objects,
      ...data.map(({ what, ...sample }) => ({
        change: what,
        kind: what === "points" ? "timeseries" : "sequences",
        ...sample
      }))
    ]
  }))
  return [...lines, { pcn, facility: name, total, complete: gaps.length === 0, gaps }].map((line) =>
    JSON.stringify(line)
  )
}

export const planCommand = Command.make("plan", options, ({ flow, json, noSweep, samples, ...args }) =>
  withFacility({ ...args, once: true, dryRun: true, logTo: "stderr" }, ({ facility }) =>
    Effect.gen(function* () {
      const only = Option.getOrElse(args.only, () => [])
      const stop = yield* Deferred.make<void>()
      const found = yield* plan({ only, sweep: !noSweep, stop, samples })
      const told = toldOf(found, flow)
      const whole = told.gaps.length === 0
      yield* toStderr(whole ? [] : ["what the plan says is incomplete:", ...told.gaps.map((gap) => `- ${gap}`)])
      yield* toStdout(json ? jsonLines(told, facility) : planLines(told.flows, whole, style(process.stdout)))
      const code = exitCodeOf(found.report, false)
      yield* setExitCode(code === succeeded && isSomething(told.total) ? changes : code)
    }).pipe(
      // There is nothing in flight that would have to be confirmed, and no code that would tell a part of a plan from a whole one.
      Effect.onInterrupt(() =>
        Effect.zipRight(toStderr(["plex-cdf: stopped: there is no plan"]), setExitCode(interrupted))
      )
    )
  )
).pipe(
  Command.withDescription(
    withExamples(
      "Show what a run would create, update and retire, with samples; nothing is written. Exit code 4 where there is something to do",
      ["plex-cdf plan --only master-data", "What a run of master data would do, in a pass that only reads"],
      ["plex-cdf plan --flow parts --samples 10", "Ten parts of each kind of change, field by field"],
      ["plex-cdf plan --json", "An object a flow, and one for all, for programs"]
    )
  )
)
