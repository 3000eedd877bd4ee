/**
 * What is wrong with a facility, worst first, and what to do about it.
 */
import type { CountedErrors, FacilityStatus, StatusOfExtractor, StatusOfUpstream } from "../../domain/Status.js"
import { amount, counted } from "./Amounts.js"
import { fromNow, lasting, roughly } from "./Moments.js"

export interface Problem {
  /** `bad`: CDF falls behind Plex. `warn`: it follows, and something is missing in it. */
  readonly tone: "bad" | "warn"
  /** Tells it from the others. */
  readonly key: string
  readonly what: string
  /** Its cause, in the words of whoever met it. */
  readonly why?: string | undefined
  readonly advice: string
  /** The section of docs/operations.md that says more, named after the alert that it is about. */
  readonly section: string
}

/** Who is called what by people. */
export const upstreamNames: Readonly<Record<string, string>> = {
  plex: "Plex",
  "plex-ds": "Plex data sources",
  cdf: "CDF"
}
export const upstreamName = (name: string): string => upstreamNames[name] ?? name

const state = ({ stateError }: FacilityStatus): ReadonlyArray<Problem> =>
  stateError === undefined
    ? []
    : [
        {
          tone: "bad",
          key: "state",
          what: "The state cannot be read",
          why: stateError,
          advice: "Look at its disk or database. Nothing is written to CDF that the state cannot confirm.",
          section: "PlexCdfStateDown"
        }
      ]

const upstream = ({ breaker, held, name }: StatusOfUpstream): ReadonlyArray<Problem> => {
  const who = upstreamName(name)
  if (breaker !== "closed") {
    return [
      {
        tone: "bad",
        key: `breaker-${name}`,
        what:
          breaker === "open" ? `${who} is taken for down and not called` : `${who} was down and is being tried again`,
        advice: `Look whether ${who} answers from this machine. Work goes on by itself when it does.`,
        section: "PlexCdfBreakerOpen"
      }
    ]
  }
  return held === undefined
    ? []
    : [
        {
          tone: "warn",
          key: `held-${name}`,
          what: `${who} asks everybody to wait ${lasting(held)}`,
          advice: "Nothing to do, unless it comes often: then others share the key, or the rate limit is set too high.",
          section: "PlexCdfRateBudgetExhausted"
        }
      ]
}

/** In the words of the run, else of its flows. */
const notice = ({ flows, lastRun }: StatusOfExtractor): string | undefined => {
  if (lastRun !== undefined && lastRun.notice !== "") return lastRun.notice
  const reasons = flows.flatMap(({ counts, flow, notice, status }) => [
    ...(status === "degraded" ? [`${flow}: ${notice ?? "degraded"}`] : []),
    ...(counts.deadLettered > 0 ? [`${flow}: ${counted(counts.deadLettered, "dead letter")}`] : [])
  ])
  return reasons.length === 0 ? undefined : reasons.join("; ")
}

const extractor =
  (now: number) =>
  (one: StatusOfExtractor): ReadonlyArray<Problem> => {
    const { failures, lastRun, lastSuccess, name, nextRun, staleSince, state } = one
    if (state === "off" || state === "standing by") return []
    const again = nextRun === undefined ? "" : ` It is tried again ${nextRun > now ? fromNow(nextRun, now) : "next"}.`
    const since =
      lastSuccess === undefined ? "It has not succeeded yet" : `Its last success was ${fromNow(lastSuccess, now)}`
    if (staleSince !== undefined) {
      return [
        {
          tone: "bad",
          key: `stale-${name}`,
          what: `${name} has been stale for ${roughly(now - staleSince)}`,
          why: notice(one),
          advice: `${since}; it should come every ${lasting(one.interval)}.${again}`,
          section: "PlexCdfExtractorStale"
        }
      ]
    }
    if (failures > 0 || lastRun?.status === "failed") {
      return [
        {
          tone: "bad",
          key: `failed-${name}`,
          what: failures > 1 ? `${name} has failed ${amount(failures)} times in a row` : `${name} has failed`,
          why: notice(one),
          advice: `${since}.${again}`,
          section: "PlexCdfExtractorFailing"
        }
      ]
    }
    return lastRun?.status === "degraded"
      ? [
          {
            tone: "warn",
            key: `degraded-${name}`,
            what: `${name} is degraded`,
            why: notice(one),
            advice: "Its other flows are done; each flow below says how it ended.",
            section: "PlexCdfFlowDegraded"
          }
        ]
      : []
  }

const configuration = (errors: ReadonlyArray<CountedErrors>): ReadonlyArray<Problem> =>
  errors
    .filter(({ category, reason }) => category === "configuration" && reason !== "NotSubscribed")
    .map(({ count, reason, upstream }) => ({
      tone: "warn",
      key: `errors-${upstream}-${reason}`,
      what: `${upstreamName(upstream)} refused ${counted(count, "call")} within the last hour: ${reason}`,
      advice: "Only a person can mend this: look at the key or token, its rights, and the project.",
      section: "PlexCdfCredentialsRefused"
    }))

const valve = ({ valveClosed }: FacilityStatus): ReadonlyArray<Problem> =>
  valveClosed.length === 0
    ? []
    : [
        {
          tone: "warn",
          key: "valve",
          what: `The safety valve is closed: ${valveClosed.join(", ")}`,
          why: "so much was missing from Plex that nothing was retired",
          advice:
            "Look in Plex whether the records are really gone; if so, plex-cdf reconcile --accept-removals retires them.",
          section: "PlexCdfValveClosed"
        }
      ]

const letters = ({ deadLetters = 0 }: FacilityStatus): ReadonlyArray<Problem> =>
  deadLetters === 0
    ? []
    : [
        {
          tone: "warn",
          key: "dead-letters",
          what: `${counted(deadLetters, "dead letter")} ${deadLetters === 1 ? "is" : "are"} kept`,
          advice: "Each says what is wrong with it; mend it in Plex, and it is delivered when it comes again.",
          section: "PlexCdfDeadLettersGrow"
        }
      ]

/** The worst first. */
export const problemsOf = (facility: FacilityStatus, now: number): ReadonlyArray<Problem> => {
  const all = [
    ...state(facility),
    ...facility.upstreams.flatMap(upstream),
    ...facility.extractors.flatMap(extractor(now)),
    ...configuration(facility.errors),
    ...valve(facility),
    ...letters(facility)
  ]
  return [...all.filter(({ tone }) => tone === "bad"), ...all.filter(({ tone }) => tone === "warn")]
}
