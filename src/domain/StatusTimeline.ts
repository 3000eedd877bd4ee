/**
 * The statuses of workcenters in time: each ends when the workcenter's next one begins, the newest has no end.
 */
import { Either, Option, Schema } from "effect"
import type { EventDraft } from "./cdf/Draft.js"
import type { ExternalId } from "./ExternalId.js"
import type { Facility } from "./Facility.js"
import { type Instant, toMillis, withSevenDigits } from "./Instant.js"
import type { Unmappable } from "./Mapping.js"
import {
  type PlacedStatus,
  placeStatus,
  statusContent,
  statusEvent,
  statusId,
  WorkcenterStatusEntry
} from "./records/WorkcenterStatusEntry.js"
import type { TimeSlice } from "./TimeSlice.js"

/** Last status of each workcenter by its id, as kept in the ledger from run to run; empty where it is not known any more. */
export type LastStatuses = ReadonlyMap<string, string>

/** The entry with its ordinal; `held`: its event was not written yet, as its end was still to be read. */
const Fact = Schema.parseJson(
  Schema.Struct({ entry: WorkcenterStatusEntry, ordinal: Schema.Number, held: Schema.Boolean })
)

interface Last {
  readonly status: PlacedStatus
  readonly held: boolean
}

const encode = ({ held, status: { entry, ordinal } }: Last): string =>
  // Without its duration, which grows: the same last status is always the same fact.
  JSON.stringify({ entry: { ...entry, duration: undefined }, ordinal, held })

/** A fact that cannot be read is no fact: the status is ended when its window is read again. */
const decode = (fact: string): Last | undefined =>
  Option.getOrUndefined(
    Option.flatMap(Schema.decodeOption(Fact)(fact), ({ entry, held, ordinal }) =>
      Option.map(Either.getRight(placeStatus(entry)), (status) => ({ status: { ...status, ordinal }, held }))
    )
  )

/** One window of entries. Windows are given oldest first and without gaps, each with the `last` of the one before it. */
export interface StatusWindow {
  /** Epoch milliseconds. */
  readonly begin: number
  readonly entries: ReadonlyArray<WorkcenterStatusEntry>
  /** Facts from before; those of `begin` or later are read again in this window and count for nothing. */
  readonly before: LastStatuses
  /**
   * Whether the window reaches up to now. Else what follows is unknown: the last status of each workcenter is held back in `last`
   * until the next window ends it, so that an end that CDF holds is never taken away for a while.
   */
  readonly newest: boolean
}

export interface Timeline {
  /** Events of entries of this window. */
  readonly events: ReadonlyArray<EventDraft>
  /** Events of entries that an earlier window held back. */
  readonly released: ReadonlyArray<EventDraft>
  /** Events that were written without an end in an earlier pass and have ended now. */
  readonly ended: ReadonlyArray<EventDraft>
  readonly unmappable: ReadonlyArray<Unmappable>
  /** The entries of this window, those that are held back included, in order of time for each workcenter. */
  readonly shown: ReadonlyArray<{
    readonly externalId: ExternalId
    readonly workcenterId: string
    readonly since: Instant
  }>
  /** Workcenters of which the facts told the status before this window. */
  readonly preceded: ReadonlySet<string>
  /**
   * Facts for the next window. They are to be kept in the ledger before the watermark moves up to the end of this window, and not
   * when windows older than the watermark are read again.
   */
  readonly last: LastStatuses
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Numbers the statuses of one millisecond in order of their content, then puts all in order of time. */
const inTime = (statuses: ReadonlyArray<PlacedStatus>): ReadonlyArray<PlacedStatus> => {
  const placed = statuses
    .map((status) => ({
      status,
      millis: toMillis(status.since),
      content: statusContent(status.entry),
      moment: withSevenDigits(status.since)
    }))
    .sort((a, b) => a.millis - b.millis || compare(a.content, b.content))
  let millis: number | undefined
  let ordinal = 0
  return placed
    .map((one) => {
      ordinal = one.millis === millis ? ordinal + 1 : 1
      millis = one.millis
      return { ...one, status: { ...one.status, ordinal } }
    })
    .sort((a, b) => compare(a.moment, b.moment) || a.status.ordinal - b.status.ordinal)
    .map(({ status }) => status)
}

/**
 * The statuses that facts hold back, by workcenter: for where the window after them is not read, and something else must tell when
 * they ended.
 */
export const heldBack = (last: LastStatuses): ReadonlyArray<PlacedStatus> =>
  [...last.values()].flatMap((fact) => {
    const found = decode(fact)
    return found?.held === true ? [found.status] : []
  })

/** The facts that hold back a status from before an instant: who reads on from there has to write it. */
export const heldBefore = (facts: LastStatuses, begin: number): LastStatuses =>
  new Map(
    [...facts].filter(([, fact]) => {
      const found = decode(fact)
      return found?.held === true && toMillis(found.status.since) < begin
    })
  )

/**
 * The facts that a window read anew puts in the place of those kept before: of workcenters whose status as kept lies in the window and
 * is not there any more, or not after the last one that the window leaves. Newer facts stay, and such as no longer tell anything.
 * `stays`: what is not shown and is there all the same.
 */
export const replacedFacts =
  (facility: Facility) =>
  (kept: LastStatuses, { begin, end }: TimeSlice, last: LastStatuses, stays: ReadonlySet<ExternalId>): LastStatuses =>
    new Map(
      [...kept].flatMap(([workcenterId, fact]) => {
        const before = decode(fact)?.status
        const now = last.get(workcenterId) ?? ""
        if (before === undefined || toMillis(before.since) >= end) return []
        const since = decode(now)?.status.since
        const isLater = since !== undefined && toMillis(since) >= toMillis(before.since)
        const isGone = toMillis(before.since) >= begin && !stays.has(statusId(facility, before))
        return isLater || isGone ? [[workcenterId, now] as const] : []
      })
    )

/** Pure: the same window, facts and entries, in whatever order, give the same events and facts. */
export const statusTimeline =
  (facility: Facility) =>
  ({ before, begin, entries, newest }: StatusWindow): Timeline => {
    const event = statusEvent(facility)
    const events: Array<EventDraft> = []
    const released: Array<EventDraft> = []
    const ended: Array<EventDraft> = []
    const unmappable: Array<Unmappable> = []
    const last = new Map<string, string>()
    const shown: Array<Timeline["shown"][number]> = []
    const preceded = new Set<string>()

    const byWorkcenter = new Map<string, Array<PlacedStatus>>()
    for (const entry of entries) {
      Either.match(placeStatus(entry), {
        onLeft: (reason) => unmappable.push(reason),
        onRight: (status) => {
          const others = byWorkcenter.get(status.workcenterId)
          if (others === undefined) byWorkcenter.set(status.workcenterId, [status])
          else others.push(status)
        }
      })
    }

    const write = ({ held, status }: Last, until: Instant | undefined): void => {
      ;(held ? released : ended).push(event(status, until))
    }

    for (const workcenterId of [...new Set([...before.keys(), ...byWorkcenter.keys()])].sort()) {
      const statuses = inTime(byWorkcenter.get(workcenterId) ?? [])
      const fact = before.get(workcenterId)
      const known = fact === undefined ? undefined : decode(fact)
      const previous = known !== undefined && toMillis(known.status.since) < begin ? known : undefined
      if (previous !== undefined) preceded.add(workcenterId)
      for (const status of statuses) {
        shown.push({ externalId: statusId(facility, status), workcenterId, since: status.since })
      }
      const [first] = statuses
      const final = statuses.at(-1)
      if (first === undefined || final === undefined) {
        if (previous === undefined) {
          last.set(workcenterId, "")
          continue
        }
        if (previous.held && newest) write(previous, undefined)
        last.set(workcenterId, encode({ ...previous, held: previous.held && !newest }))
        continue
      }
      if (previous !== undefined) write(previous, first.since)
      statuses.forEach((status, at) => {
        const next = statuses[at + 1]
        if (next !== undefined || newest) events.push(event(status, next?.since))
      })
      last.set(workcenterId, encode({ status: final, held: !newest }))
    }
    return { events, released, ended, unmappable, shown, preceded, last }
  }
