/**
 * Problems reported per facility-local day, as a series of the facility.
 */
import { Either } from "effect"
import type { TimeSeriesDraft } from "../cdf/Draft.js"
import type { Point } from "../cdf/Resource.js"
import type { Facility } from "../Facility.js"
import { toMillis } from "../Instant.js"
import { daysBetween, localDayOf } from "../LocalDay.js"
import { seriesDraft } from "../Mapping.js"
import { momentIn } from "../plex/Columns.js"
import { present } from "../Text.js"
import { type Problem, problemFacts } from "./Problem.js"

/** `ts_ncr_count_{pcn}`, linked to the facility. */
export const ncrCountSeries = (facility: Facility): TimeSeriesDraft =>
  seriesDraft(facility, {
    metric: "ncr_count",
    key: facility.pcn,
    code: present(facility.code) ?? facility.name,
    dataSet: "quality",
    link: facility.ids.root("facility")
  })

/**
 * Takes the problems reported in a period and gives a point for each of its days, zero days too, stamped at the day's start. Only
 * days that lie wholly within [from, until) count, so that with `until` = now only finished days have a point. A problem that
 * comes twice counts once, as it came last.
 */
export class NcrCount {
  readonly #facility: Facility
  readonly #reported = new Map<string, number>()
  /** Starts of the days of which not all problems can be read. */
  readonly #unclearDays = new Set<number>()
  #unclear = false

  constructor(facility: Facility) {
    this.#facility = facility
  }

  add(problems: Iterable<Problem>): void {
    const read = problemFacts(this.#facility)
    for (const problem of problems) {
      const facts = Either.getOrUndefined(read(problem))
      if (facts?.reported !== undefined) this.#reported.set(facts.key, toMillis(facts.reported))
    }
  }

  /** Problems that cannot be read: the count of their day is not known; of any day, where they do not tell theirs. */
  readonly addUnread = (problems: ReadonlyArray<unknown>): void => {
    const { tables, timezone } = this.#facility
    for (const problem of problems) {
      const columns = tables.dataSources.problems.reportedDateColumns
      const reported =
        typeof problem === "object" && problem !== null ? momentIn(problem, columns) : Either.right(undefined)
      const moment = Either.getOrUndefined(reported)
      if (moment === undefined) this.#unclear = true
      else this.#unclearDays.add(localDayOf(timezone, toMillis(moment)).start)
    }
  }

  /** Whether the count of the day that starts then is not known. */
  isUnclear(dayStart: number): boolean {
    return this.#unclear || this.#unclearDays.has(dayStart)
  }

  points(from: number, until: number): ReadonlyArray<Point> {
    const reported = [...this.#reported.values()].sort((a, b) => a - b)
    let next = 0
    return daysBetween(this.#facility.timezone, from, until).map(({ end, start }) => {
      while ((reported[next] ?? start) < start) next++
      const first = next
      while ((reported[next] ?? end) < end) next++
      return { timestamp: start, value: next - first }
    })
  }
}
