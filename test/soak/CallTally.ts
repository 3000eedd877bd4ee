/**
 * What the journal has seen of the process that runs now: counted as calls end, so that the journal itself may forget.
 */
import { Schema } from "effect"
import type { JournalEntry } from "../../src/sandbox/Journal.js"
import { callOf, callsIn, type Counted, endpointOf, labelled, pointsTakenBy, sumOf } from "../support/JournalMetrics.js"
import type { Sample } from "../support/Served.js"

/** How a call fails that is answered so, where a fault has not decided it. */
const reasonOfStatus = (status: number): string | undefined => {
  if (status < 300) return undefined
  if (status === 401) return "Unauthenticated"
  if (status === 403) return "Forbidden"
  if (status === 404) return "NotFound"
  if (status === 429) return "RateLimited"
  return status >= 500 ? "Unavailable" : "Refused"
}

const reasonOfFault: Readonly<Record<string, string>> = {
  html: "WrongBody",
  empty: "WrongBody",
  malformed: "WrongBody",
  reset: "Transport",
  lost: "Transport",
  hang: "Timeout",
  silent: "Timeout"
}

const flowsOfLists: Readonly<Record<string, string>> = {
  "/mdm/v1/buildings": "buildings",
  "/mdm/v1/parts": "parts",
  "/production/v1/production-definitions/workcenters": "workcenters"
}

const Rows = Schema.parseJson(Schema.Array(Schema.Unknown))

const add = (counts: Map<string, number>, key: string, by = 1): void => {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

/** A body that is cut is one that cannot be read or a connection that is lost: which, only its reader knows. */
const either = /(?<= )(Transport|WrongBody)$/

const differences = (what: string, seen: Counted, told: Counted): ReadonlyArray<string> =>
  [...new Set([...Object.keys(seen), ...Object.keys(told)])].flatMap((key) =>
    (seen[key] ?? 0) === (told[key] ?? 0)
      ? []
      : [`${what} ${key}: the journal has ${seen[key] ?? 0}, the metrics ${told[key] ?? 0}`]
  )

export class CallTally {
  readonly #calls = new Map<string, number>()
  readonly #errors = new Map<string, number>()
  readonly #rows = new Map<string, number>()
  /** Lists that were cut: what a flow read of them is known to it alone. */
  readonly #cut = new Set<string>()
  readonly #cutAt = new Set<string>()
  #points = 0
  #after = 0
  /** Exchanges of all processes, and those of them that a fault struck. */
  readonly all = { exchanges: 0, struck: 0 }

  /** From here on the exchanges are those of another process. */
  begin(after: number): void {
    for (const counts of [this.#calls, this.#errors, this.#rows, this.#cut, this.#cutAt]) counts.clear()
    this.#points = 0
    this.#after = after
  }

  /** To be told of each exchange that is over. */
  ended(entry: JournalEntry): void {
    this.all.exchanges++
    if (entry.fault !== undefined) this.all.struck++
    if (entry.sequence <= this.#after) return
    const { answerBody, fault, path, status } = entry
    add(this.#calls, callOf(entry))
    this.#points += pointsTakenBy(entry)
    if (fault === "cut") this.#cutAt.add(upstreamOf(entry))
    const reason = reasonFor(entry)
    if (reason !== undefined) add(this.#errors, `${upstreamOf(entry)} ${reason}`)
    const flow = flowsOfLists[path]
    if (flow === undefined) return
    if (fault === "cut" || answerBody === undefined) this.#cut.add(flow)
    else if (status === 200 && fault === undefined)
      add(this.#rows, flow, Schema.decodeUnknownSync(Rows)(answerBody).length)
  }

  /** Where the metrics of the process are not what the journal has seen. */
  disagreements(samples: ReadonlyArray<Sample>): ReadonlyArray<string> {
    const errors = labelled(samples, "plex_cdf_call_errors_total", "upstream", "reason")
    const retries = labelled(samples, "plex_cdf_call_retries_total", "upstream", "reason")
    const calls = Object.fromEntries(this.#calls)
    const sum = Object.values(calls).reduce((total, count) => total + count, 0)
    const measured = sumOf(samples, "plex_cdf_call_duration_seconds_count")
    const points = sumOf(samples, "plex_cdf_data_points_total")
    return [
      ...differences("calls of", calls, callsIn(samples)),
      ...differences("errors of", this.#asFarAsKnown(this.#errors), this.#asFarAsKnown(Object.entries(errors))),
      ...Object.entries(retries).flatMap(([key, count]) =>
        count <= (errors[key] ?? 0) ? [] : [`${count} retries of ${key} after ${errors[key] ?? 0} failures`]
      ),
      ...(sum === measured ? [] : [`the journal has ${sum} calls, the metrics the durations of ${measured}`]),
      ...(this.#points === points ? [] : [`CDF took ${this.#points} points, the metrics tell of ${points}`]),
      ...[...this.#rows].flatMap(([flow, rows]) => {
        const read = sumOf(samples, "plex_cdf_records_read_total", { flow })
        return this.#cut.has(flow) || read === rows
          ? []
          : [`Plex gave ${rows} records to ${flow}, the metrics tell of ${read}`]
      })
    ]
  }

  #asFarAsKnown(errors: Iterable<readonly [string, number]>): Counted {
    const known = new Map<string, number>()
    for (const [key, count] of errors) {
      const isCut = this.#cutAt.has(key.split(" ")[0] ?? "")
      add(known, isCut ? key.replace(either, "Transport or WrongBody") : key, count)
    }
    return Object.fromEntries(known)
  }
}

const upstreamOf = (entry: JournalEntry): string => endpointOf(entry).split(" ")[0] ?? ""

/** Why a call failed, by the journal alone; nothing where it did not. */
const reasonFor = ({ fault, outcome, status = 0 }: JournalEntry): string | undefined => {
  const byFault = fault === undefined ? undefined : reasonOfFault[fault]
  return (
    byFault ??
    (outcome === "answered" || outcome === "cut" ? reasonOfStatus(status) : undefined) ??
    (fault === "cut" ? "Transport" : undefined)
  )
}
