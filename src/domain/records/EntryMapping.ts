/**
 * What the events of production and scrap entries share: facts of one moment at a workcenter.
 */
import { type HistoryMapping, historyMapping, type HistoryRule, linkTo } from "../EventMapping.js"
import type { Instant } from "../Instant.js"
import { describeEntry, type Entry } from "./EntryDescription.js"

/** An entry with its moment and what it links to. */
interface LinkedEntry extends Entry {
  readonly transactionDate?: Instant | null | undefined
  readonly workcenterId?: string | null | undefined
  readonly partId?: string | null | undefined
}

/** What is particular to one kind of entry. */
interface EntryRule<R extends LinkedEntry>
  extends Pick<HistoryRule<R>, "fields" | "keyFields" | "subtype" | "untouched"> {
  readonly type: "production_entry" | "scrap_entry"
  /** What happened, for the description. */
  readonly verb: string
}

/** Links workcenter, part and container; `more` of the mapping: the operation, which only a look-up tells. */
export const entryMapping = <R extends LinkedEntry>({ verb, ...rule }: EntryRule<R>): HistoryMapping<R> =>
  historyMapping<R>({
    ...rule,
    kind: rule.type,
    dataSet: "production",
    moment: ({ transactionDate }) => ["transactionDate", transactionDate],
    description: (entry) => describeEntry(verb, entry),
    links: (ids, entry) => [
      linkTo(ids, "workcenter", entry.workcenterId),
      linkTo(ids, "part", entry.partId),
      linkTo(ids, "container", entry.serialNo)
    ]
  })
